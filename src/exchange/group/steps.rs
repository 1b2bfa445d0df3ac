//! How groups stand, and what is done about them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::exchange::order::steps::{self, Row, words};

words!(
    /// How a group stands.
    GroupState {
        /// Members are enrolled, and marked as having attended.
        Open = "open",
        /// Who attended is settled; hours have not moved yet.
        Confirmed = "confirmed",
        /// Hours have moved.
        Settled = "settled",
        Cancelled = "cancelled",
    }
);

words!(
    /// What is done about a group.
    GroupVerb {
        Enrol = "enrol",
        Leave = "leave",
        Attend = "attend",
        Confirm = "confirm",
        Settle = "settle",
        Cancel = "cancel",
    }
);

/// Every step that there is of a group: from where, and to where.
pub const GROUP_STEPS: &[Row<GroupState, GroupVerb>] = {
    use GroupState::{Cancelled, Confirmed, Open, Settled};
    use GroupVerb::{Attend, Cancel, Confirm, Enrol, Leave, Settle};
    &[
        (Open, Enrol, &[Open]),
        (Open, Leave, &[Open]),
        (Open, Attend, &[Open]),
        (Open, Confirm, &[Confirmed]),
        (Open, Cancel, &[Cancelled]),
        (Confirmed, Leave, &[Confirmed]),
        (Confirmed, Settle, &[Settled]),
        (Confirmed, Cancel, &[Cancelled]),
    ]
};

impl GroupState {
    /// The states that a step may lead to. None where it cannot be taken.
    pub fn leads(self, verb: GroupVerb) -> Option<&'static [Self]> {
        steps::leads(GROUP_STEPS, self, verb)
    }

    /// What may be done.
    pub fn open(self) -> Vec<GroupVerb> {
        steps::open(GROUP_STEPS, &self)
    }
}
