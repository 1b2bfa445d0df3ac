//! Holds: hours set aside for a booked service.

use super::{Amount, BookingId, Label, Moment, Stamp, Tags, Transfer};

/// The longest a hold may be placed for: 10 years of 365 days.
pub const MAX_EXPIRES_IN_S: i64 = 10 * 365 * 86_400;

/// What a hold sets aside, as it was placed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldTerms {
    pub id: BookingId,
    pub transfer: Transfer,
    /// After how many seconds it frees itself, 1 to [`MAX_EXPIRES_IN_S`]. None
    /// where it never does.
    pub expires_in_s: Option<i64>,
    /// The kind of the entry that settles it.
    pub kind: Label,
    /// The tags of the entry that settles it.
    pub tags: Tags,
}

/// How a hold stands. It leaves `Open` once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HoldState {
    Open,
    Settled {
        amount: Amount,
        effective_at: Option<Moment>,
        stamp: Stamp,
    },
    Released {
        stamp: Stamp,
    },
    Expired {
        stamp: Stamp,
    },
}

/// A hold as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    pub terms: HoldTerms,
    pub placed: Stamp,
    pub state: HoldState,
}

impl Hold {
    /// When its hours are free again. None where it never expires.
    pub fn expires_at(&self) -> Option<Moment> {
        let seconds = self.terms.expires_in_s?;
        Some(self.placed.recorded_at.after_s(seconds))
    }

    /// Whether its hours are free by now, recorded or not.
    pub fn is_due(&self, now: Moment) -> bool {
        self.expires_at().is_some_and(|at| at <= now)
    }
}
