//! What an id of a booking stands for: an entry, or a hold that may become one.

use std::sync::Arc;

use super::{BookingId, Caller, Entry, Hold, HoldState, Note, Stamp};

/// An entry in the journal, with what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostedEntry {
    pub stamp: Stamp,
    pub caller: Caller,
    pub entry: Arc<Entry>,
    /// The text behind `entry.note`. None where there is none (any more).
    pub note: Option<Note>,
    /// The entry that reversed this one.
    pub reversed_by: Option<BookingId>,
}

/// What an id stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Booking {
    Entry(PostedEntry),
    Hold(Box<Hold>),
}

impl Booking {
    /// The entry, where one was posted or a hold was settled by it.
    pub fn entry(&self) -> Option<&PostedEntry> {
        match self {
            Self::Entry(posted) => Some(posted),
            Self::Hold(hold) => match &hold.state {
                HoldState::Settled(posted) => Some(posted),
                HoldState::Open | HoldState::Released { .. } | HoldState::Expired { .. } => None,
            },
        }
    }

    pub(super) fn entry_mut(&mut self) -> Option<&mut PostedEntry> {
        match self {
            Self::Entry(posted) => Some(posted),
            Self::Hold(hold) => match &mut hold.state {
                HoldState::Settled(posted) => Some(posted),
                HoldState::Open | HoldState::Released { .. } | HoldState::Expired { .. } => None,
            },
        }
    }

    /// The hold, where the id is one's.
    pub fn hold(&self) -> Option<&Hold> {
        match self {
            Self::Entry(_) => None,
            Self::Hold(hold) => Some(hold),
        }
    }
}
