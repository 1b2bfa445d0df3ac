//! How members go.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Day, MemberId, MemberState, StaffNumber};
use crate::ledger::{AccountId, BookingId};

/// Why a member goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitCause {
    Leaving,
    Death,
}

impl fmt::Display for ExitCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Leaving => "leaving",
            Self::Death => "death",
        })
    }
}

/// The exit of a member, once it has begun.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exit {
    pub cause: ExitCause,
    /// The day of it: that on which they left, or died.
    pub on: Day,
    /// The state before, which it goes back to where it is taken back.
    pub state_before: MemberState,
    /// The staff who approved that the heir gets what is left, in order.
    pub approved_by: Vec<StaffNumber>,
    /// The ledger's day on which their account was closed. None: it is not.
    pub closed_on: Option<Day>,
}

/// What became of a member's account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Settlement {
    /// It waits for staff to approve that the heir gets what stands on it.
    AwaitsApproval,
    /// It is closed.
    Closed {
        /// The account that got what stood on it, or paid what was owed. None where
        /// nothing was.
        with: Option<AccountId>,
        /// The ledger's day.
        on: Day,
    },
}

/// A member leaves, or has died.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ExitMember {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    /// None: they leave, today.
    pub died_on: Option<Day>,
}

impl ExitMember {
    /// Why they go.
    pub fn cause(&self) -> ExitCause {
        match self.died_on {
            None => ExitCause::Leaving,
            Some(_) => ExitCause::Death,
        }
    }
}

/// Approves that a member's heir gets what they leave behind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ApproveExit {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
}

impl Settlement {
    /// The day on which the account was closed. None where it was not.
    pub(super) fn closed_on(&self) -> Option<Day> {
        match self {
            Self::AwaitsApproval => None,
            Self::Closed { on, .. } => Some(*on),
        }
    }
}
