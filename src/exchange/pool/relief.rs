//! Relief: what a pool pays to a member in hardship, once staff have approved it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    exchange::{
        Branch, Code, Doer, MemberId, StaffNumber,
        order::{
            Reason,
            steps::{self, Row, words},
            uuid_of,
        },
    },
    ledger::{AccountId, Amount, BookingId, HoldOwner, Moment, Sequence},
};

/// How many reliefs are asked for a member at once, at most.
pub const MAX_OPEN_RELIEFS: u32 = 5;

uuid_of!(
    /// The UUID of a relief, which is that of the step by which it was asked for.
    ReliefId
);

impl ReliefId {
    /// Who what is held for it belongs to.
    pub fn hold_owner(self) -> Option<HoldOwner> {
        HoldOwner::parse(&format!("relief:{self}")).ok()
    }
}

words!(
    /// How a relief stands.
    ReliefState {
        /// It waits for the first approval.
        Asked = "asked",
        /// It is held of the pool, and waits for another approval.
        Reserved = "reserved",
        Paid = "paid",
        Declined = "declined",
        Withdrawn = "withdrawn",
        /// The pool has it back.
        Returned = "returned",
    }
);

words!(
    /// What is done about a relief.
    ReliefVerb {
        Approve = "approve",
        Decline = "decline",
        Withdraw = "withdraw",
        Return = "return",
    }
);

/// What may be done about a relief.
pub const RELIEF_STEPS: &[Row<ReliefState, ReliefVerb>] = {
    use ReliefState::{Asked, Declined, Paid, Reserved, Returned, Withdrawn};
    use ReliefVerb as Do;
    &[
        (Asked, Do::Approve, &[Reserved]),
        (Asked, Do::Decline, &[Declined]),
        (Asked, Do::Withdraw, &[Withdrawn]),
        (Reserved, Do::Approve, &[Reserved, Paid]),
        (Reserved, Do::Decline, &[Declined]),
        (Reserved, Do::Withdraw, &[Withdrawn]),
        // Paid by mistake.
        (Paid, Do::Return, &[Returned]),
    ]
};

impl ReliefState {
    /// The states that a step may lead to. None where it cannot be taken.
    pub fn leads(self, verb: ReliefVerb) -> Option<&'static [Self]> {
        steps::leads(RELIEF_STEPS, self, verb)
    }

    /// What may be done.
    pub fn open(self) -> Vec<ReliefVerb> {
        steps::open(RELIEF_STEPS, &self)
    }

    /// Whether it waits for staff.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Reserved)
    }
}

/// Asks for relief.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AskRelief {
    #[serde(skip)]
    pub id: ReliefId,
    #[serde(rename = "pool_id")]
    pub pool: AccountId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    pub amount: Amount,
    /// One of the pool's.
    pub purpose: Code,
    /// The case, for those who approve it.
    pub reason: Reason,
}

/// What is done about a relief, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReliefAction {
    Approve { reason: Option<Reason> },
    Decline { reason: Reason },
    Withdraw { reason: Option<Reason> },
    Return { reason: Reason },
}

impl ReliefAction {
    /// Which step it is.
    pub fn verb(&self) -> ReliefVerb {
        match self {
            Self::Approve { .. } => ReliefVerb::Approve,
            Self::Decline { .. } => ReliefVerb::Decline,
            Self::Withdraw { .. } => ReliefVerb::Withdraw,
            Self::Return { .. } => ReliefVerb::Return,
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Approve { reason } | Self::Withdraw { reason } => reason.as_ref(),
            Self::Decline { reason } | Self::Return { reason } => Some(reason),
        }
    }
}

/// A step of a relief.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ReliefStep {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "relief_id")]
    pub relief: ReliefId,
    pub action: ReliefAction,
}

/// A relief as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Relief {
    pub id: ReliefId,
    pub pool: AccountId,
    /// The pool's centre, whose staff approve it.
    pub centre: Branch,
    pub member: MemberId,
    pub amount: Amount,
    pub purpose: Code,
    pub state: ReliefState,
    pub asked_by: Doer,
    pub asked_at: Moment,
    /// In order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<StaffNumber>,
    /// What holds it, and is the entry once it is paid: the UUID of the first approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<BookingId>,
    /// The records of its steps.
    pub steps: Vec<Sequence>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table has each step once, and all states but the first are reached.
    #[test]
    fn every_step_is_told_once() {
        for (at, (from, verb, to)) in RELIEF_STEPS.iter().enumerate() {
            assert!(!to.is_empty());
            let mut others = RELIEF_STEPS.iter().skip(at + 1);
            assert!(others.all(|row| (row.0, row.1) != (*from, *verb)));
        }
        let reached = |state| RELIEF_STEPS.iter().any(|row| row.2.contains(state));
        let mut later = ReliefState::ALL.iter().skip(1);
        assert!(later.all(reached));
    }
}
