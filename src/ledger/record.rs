//! What the journal remembers: facts, each with its place, time and actor.

use std::{fmt, sync::Arc};

use super::{
    AccountId, AccountOpened, BookingId, Entry, HoldTerms, Limits, Malformed, Moment, Unit,
};

const MAX_CALLER_BYTES: usize = 64;

/// A record's position in the journal, from 1, without gaps. 0 is the position
/// of an empty journal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Sequence(i64);

impl Sequence {
    /// Before the first record.
    pub const ZERO: Self = Self(0);

    /// A position. None below 0 or where postings could no longer be numbered.
    pub fn new(position: i64) -> Option<Self> {
        (0..=i64::MAX >> 8)
            .contains(&position)
            .then_some(Self(position))
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }

    /// The position half way to a later one.
    pub fn middle(self, later: Self) -> Self {
        Self(self.0 + (later.0 - self.0) / 2)
    }

    /// The position after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where and when a fact was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    pub sequence: Sequence,
    pub recorded_at: Moment,
}

/// Who calls, as claimed, and the name the caller gave the call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    actor: Arc<str>,
    request_id: Arc<str>,
}

impl Caller {
    /// A caller; both may be empty, each has 64 bytes at most and no control
    /// character.
    ///
    /// # Errors
    /// [`Malformed::Header`] otherwise.
    pub fn new(actor: &str, request_id: &str) -> Result<Self, Malformed> {
        Ok(Self {
            actor: caller_text("x-actor", actor)?,
            request_id: caller_text("x-request-id", request_id)?,
        })
    }

    /// The server itself, which expires holds.
    pub fn server() -> Self {
        Self {
            actor: "timebank".into(),
            request_id: "".into(),
        }
    }

    /// Who acts.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The caller's name for the call.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}

fn caller_text(field: &'static str, given: &str) -> Result<Arc<str>, Malformed> {
    if given.len() <= MAX_CALLER_BYTES && !given.chars().any(char::is_control) {
        Ok(given.into())
    } else {
        Err(Malformed::Header {
            field,
            given: given.len(),
            max: MAX_CALLER_BYTES,
        })
    }
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    UnitDeclared(Unit),
    AccountOpened(AccountOpened),
    AccountLimitsChanged { id: AccountId, limits: Limits },
    AccountClosed { id: AccountId },
    EntryPosted(Arc<Entry>),
    HoldPlaced(HoldTerms),
    HoldSettled(Arc<Entry>),
    HoldReleased { id: BookingId },
    HoldExpired { id: BookingId },
}

impl Fact {
    /// The id that this fact is the first to use, if it is.
    pub fn booking_id(&self) -> Option<BookingId> {
        match self {
            Self::EntryPosted(entry) => Some(entry.id),
            Self::HoldPlaced(terms) => Some(terms.id),
            Self::UnitDeclared(_)
            | Self::AccountOpened(_)
            | Self::AccountLimitsChanged { .. }
            | Self::AccountClosed { .. }
            | Self::HoldSettled(_)
            | Self::HoldReleased { .. }
            | Self::HoldExpired { .. } => None,
        }
    }

    /// Whether this fact places or ends a hold.
    pub fn changes_holds(&self) -> bool {
        match self {
            Self::HoldPlaced(_)
            | Self::HoldSettled(_)
            | Self::HoldReleased { .. }
            | Self::HoldExpired { .. } => true,
            Self::UnitDeclared(_)
            | Self::AccountOpened(_)
            | Self::AccountLimitsChanged { .. }
            | Self::AccountClosed { .. }
            | Self::EntryPosted(_) => false,
        }
    }

    /// The entry that this fact posts, if it posts one.
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::EntryPosted(entry) | Self::HoldSettled(entry) => Some(entry),
            Self::UnitDeclared(_)
            | Self::AccountOpened(_)
            | Self::AccountLimitsChanged { .. }
            | Self::AccountClosed { .. }
            | Self::HoldPlaced(_)
            | Self::HoldReleased { .. }
            | Self::HoldExpired { .. } => None,
        }
    }
}

/// One line of the journal: where, when, who, what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub stamp: Stamp,
    pub caller: Caller,
    pub fact: Fact,
}

/// What became of a command that was not refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was recorded here.
    Recorded(Stamp),
    /// It stood already, since here; nothing was recorded.
    Replayed(Stamp),
}

impl Outcome {
    /// Where it stands.
    pub fn stamp(self) -> Stamp {
        match self {
            Self::Recorded(stamp) | Self::Replayed(stamp) => stamp,
        }
    }

    /// Whether it stood already.
    pub fn is_replay(self) -> bool {
        matches!(self, Self::Replayed(_))
    }
}
