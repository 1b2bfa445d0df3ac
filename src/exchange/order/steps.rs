//! The states of needs and orders, and the steps between them: this table, once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Words for a list of values without fields.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $value:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$of])* $value,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$value,)*];

            /// In a word.
            pub fn word(self) -> &'static str {
                match self { $(Self::$value => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(in crate::exchange) use words;

words!(
    /// How a need stands. That one has expired is told by the day, not recorded.
    NeedState {
        /// It waits for approval.
        Published = "published",
        /// It waits for helpers.
        Approved = "approved",
        /// All helpers are found.
        Accepted = "accepted",
        Declined = "declined",
        Cancelled = "cancelled",
        /// Its day has passed, and as many days as a visit may be entered afterwards.
        Expired = "expired",
    }
);

words!(
    /// What is done about a need.
    NeedVerb {
        Offer = "offer",
        Withdraw = "withdraw",
        Approve = "approve",
        Decline = "decline",
        Accept = "accept",
        Cancel = "cancel",
        Change = "change",
        Repeat = "repeat",
    }
);

words!(
    /// How an order stands.
    OrderState {
        Accepted = "accepted",
        /// It took place before it was entered, and waits for approval.
        Recorded = "recorded",
        /// The provider has come.
        Serving = "serving",
        /// The provider has gone.
        Served = "served",
        /// Both sides said how long it took, and agree.
        Confirmed = "confirmed",
        Settled = "settled",
        Cancelled = "cancelled",
        /// One of them was not there.
        NoShow = "no_show",
        /// It is stopped, and the hold stays.
        Disputed = "disputed",
        /// A dispute was ended by staff.
        Resolved = "resolved",
    }
);

words!(
    /// What is done about an order.
    OrderVerb {
        Approve = "approve",
        Decline = "decline",
        Change = "change",
        CheckIn = "check-in",
        CheckOut = "check-out",
        Confirm = "confirm",
        Settle = "settle",
        Cancel = "cancel",
        NoShow = "no-show",
        Dispute = "dispute",
        Resolve = "resolve",
        Correct = "correct",
    }
);

/// From a state, what is done, and the states that it may lead to.
pub(in crate::exchange) type Row<S, V> = (S, V, &'static [S]);

/// What may be done about a need.
pub const NEED_STEPS: &[Row<NeedState, NeedVerb>] = {
    use NeedState::{Accepted, Approved, Cancelled, Declined, Published};
    use NeedVerb as Do;
    &[
        (Published, Do::Offer, &[Published]),
        (Published, Do::Withdraw, &[Published]),
        (Published, Do::Approve, &[Published, Approved]),
        (Published, Do::Decline, &[Declined]),
        (Published, Do::Cancel, &[Cancelled]),
        // Another time is approved anew.
        (Published, Do::Change, &[Published, Approved]),
        (Published, Do::Repeat, &[Published]),
        (Approved, Do::Offer, &[Approved]),
        (Approved, Do::Withdraw, &[Approved]),
        // Where an approver turns out to be a party, another approves as well.
        (Approved, Do::Approve, &[Approved]),
        (Approved, Do::Accept, &[Approved, Accepted]),
        (Approved, Do::Cancel, &[Cancelled]),
        (Approved, Do::Change, &[Published, Approved]),
        // Where nobody needs to approve.
        (Approved, Do::Repeat, &[Approved]),
    ]
};

/// What may be done about an order.
pub const ORDER_STEPS: &[Row<OrderState, OrderVerb>] = {
    use OrderState::{
        Accepted, Cancelled, Confirmed, Disputed, NoShow, Recorded, Resolved, Served, Serving,
        Settled,
    };
    use OrderVerb as Do;
    &[
        // What a sheet has is approved by others than who entered it.
        (Recorded, Do::Approve, &[Recorded, Confirmed]),
        (Recorded, Do::Decline, &[Cancelled]),
        (Accepted, Do::Change, &[Accepted]),
        (Accepted, Do::CheckIn, &[Serving]),
        (Accepted, Do::Cancel, &[Cancelled]),
        (Accepted, Do::NoShow, &[NoShow]),
        (Accepted, Do::Dispute, &[Disputed]),
        (Serving, Do::CheckOut, &[Served]),
        (Serving, Do::Dispute, &[Disputed]),
        // One side has confirmed, both agree, or both do not.
        (Served, Do::Confirm, &[Served, Confirmed, Disputed]),
        (Served, Do::Dispute, &[Disputed]),
        (Confirmed, Do::Settle, &[Settled]),
        (Confirmed, Do::Dispute, &[Disputed]),
        (Disputed, Do::Resolve, &[Resolved]),
        // Hours that moved by wrong minutes.
        (Settled, Do::Correct, &[Settled]),
        (Resolved, Do::Correct, &[Resolved]),
        // What was owed by mistake.
        (Cancelled, Do::Correct, &[Cancelled]),
        (NoShow, Do::Correct, &[NoShow]),
    ]
};

/// The states that a step may lead to. None where it cannot be taken.
pub(in crate::exchange) fn leads<S: Copy + PartialEq, V: Copy + PartialEq>(
    table: &[Row<S, V>],
    from: S,
    verb: V,
) -> Option<&'static [S]> {
    let mut rows = table.iter();
    rows.find(|row| row.0 == from && row.1 == verb)
        .map(|row| row.2)
}

/// What may be done in a state, in the order of the table.
pub(in crate::exchange) fn open<S: PartialEq, V: Copy>(table: &[Row<S, V>], from: &S) -> Vec<V> {
    let rows = table.iter().filter(|row| row.0 == *from);
    rows.map(|row| row.1).collect()
}

impl NeedState {
    /// The states that a step may lead to. None where it cannot be taken.
    pub fn leads(self, verb: NeedVerb) -> Option<&'static [Self]> {
        leads(NEED_STEPS, self, verb)
    }

    /// What may be done.
    pub fn open(self) -> Vec<NeedVerb> {
        open(NEED_STEPS, &self)
    }
}

impl OrderState {
    /// The states that a step may lead to. None where it cannot be taken.
    pub fn leads(self, verb: OrderVerb) -> Option<&'static [Self]> {
        leads(ORDER_STEPS, self, verb)
    }

    /// What may be done.
    pub fn open(self) -> Vec<OrderVerb> {
        open(ORDER_STEPS, &self)
    }

    /// Whether nothing is open of it any more, though it may be corrected.
    pub fn is_ended(self) -> bool {
        match self {
            Self::Accepted
            | Self::Recorded
            | Self::Serving
            | Self::Served
            | Self::Confirmed
            | Self::Disputed => false,
            Self::Settled | Self::Cancelled | Self::NoShow | Self::Resolved => true,
        }
    }

    /// Whether both sides still have the time of it taken.
    pub fn takes_time(self) -> bool {
        !matches!(self, Self::Cancelled | Self::NoShow)
    }
}

/// Words of a list, for people.
pub(in crate::exchange) fn listed(words: impl IntoIterator<Item = &'static str>) -> String {
    let words: Vec<_> = words.into_iter().collect();
    match words.is_empty() {
        true => "nothing".into(),
        false => words.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table has each step once, and its ends are ends.
    #[test]
    fn every_step_is_told_once() {
        for (at, (from, verb, to)) in ORDER_STEPS.iter().enumerate() {
            assert!(!to.is_empty());
            let others = ORDER_STEPS.iter().skip(at + 1);
            assert!(others.clone().all(|row| (row.0, row.1) != (*from, *verb)));
        }
        for (at, (from, verb, to)) in NEED_STEPS.iter().enumerate() {
            assert!(!to.is_empty());
            let others = NEED_STEPS.iter().skip(at + 1);
            assert!(others.clone().all(|row| (row.0, row.1) != (*from, *verb)));
        }
        for end in OrderState::ALL.iter().filter(|state| state.is_ended()) {
            let leads_on = end.open().iter().any(|verb| *verb != OrderVerb::Correct);
            assert!(!leads_on, "{end}");
        }
    }

    /// Every state but the first can be reached.
    #[test]
    fn every_state_is_reached() {
        for state in OrderState::ALL
            .iter()
            .filter(|one| !matches!(one, OrderState::Accepted | OrderState::Recorded))
        {
            let mut rows = ORDER_STEPS.iter();
            assert!(rows.any(|row| row.2.contains(state)), "{state}");
        }
        for state in NeedState::ALL {
            let is_first = matches!(state, NeedState::Published | NeedState::Expired);
            let mut rows = NEED_STEPS.iter();
            assert!(is_first || rows.any(|row| row.2.contains(state)), "{state}");
        }
    }
}
