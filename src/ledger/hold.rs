//! Holds: hours set aside for a booked service.

use super::{BookingId, HoldOwner, Label, Moment, PostedEntry, Stamp, Tags, Transfer};

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
    /// Whose step alone settles or releases it. None where anybody's does.
    pub owner: Option<HoldOwner>,
}

/// A hold that was placed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldPlaced {
    pub terms: HoldTerms,
    /// When it frees itself. None where it never does.
    pub expires_at: Option<Moment>,
}

impl HoldPlaced {
    /// A hold of these terms, placed at a moment.
    pub fn at(terms: HoldTerms, moment: Moment) -> Self {
        let expires_at = terms.expires_in_s.map(|seconds| moment.after_s(seconds));
        Self { terms, expires_at }
    }
}

/// How a hold stands. It leaves `Open` once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HoldState {
    Open,
    /// Ended by this entry, which has its id.
    Settled(PostedEntry),
    Released {
        stamp: Stamp,
    },
    Expired {
        stamp: Stamp,
    },
}

/// [`HoldState`] without what it carries, numbered as in `timebank.v1.HoldState`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HoldStateKind {
    Open = 1,
    Settled = 2,
    Released = 3,
    Expired = 4,
}

impl HoldState {
    /// Which state it is.
    pub fn kind(&self) -> HoldStateKind {
        match self {
            Self::Open => HoldStateKind::Open,
            Self::Settled(_) => HoldStateKind::Settled,
            Self::Released { .. } => HoldStateKind::Released,
            Self::Expired { .. } => HoldStateKind::Expired,
        }
    }
}

/// A hold as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    pub terms: HoldTerms,
    /// When its hours are free again. None where it never expires.
    pub expires_at: Option<Moment>,
    pub placed: Stamp,
    pub state: HoldState,
}

impl Hold {
    /// Whether its hours are free by now, recorded or not.
    pub fn is_due(&self, now: Moment) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}
