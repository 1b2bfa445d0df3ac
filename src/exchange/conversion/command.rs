//! What is asked of conversions.

use serde::Serialize;

use crate::exchange::{MemberId, StepId, order::Reason};
use crate::ledger::{Amount, BookingId, Sequence, UnitId};

/// Converts what a member has of a unit into another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Convert {
    /// Also that of the entry.
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    #[serde(rename = "from_unit_id")]
    pub from: UnitId,
    #[serde(rename = "to_unit_id")]
    pub to: UnitId,
    /// How many steps of `from` are given.
    pub amount: Amount,
    pub reason: Option<Reason>,
    /// Of a record, the one whose personal fields it has a verdict on.
    #[serde(skip)]
    pub recorded: Option<Sequence>,
}

impl Convert {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        StepId::Own(self.step)
    }
}
