//! What the journal remembers: steps, each with its place, time and actor.

use std::{fmt, sync::Arc};

use super::{
    AccountId, AccountOpened, BookingId, Caller, Entry, Foundation, HoldPlaced, Limits, Moment,
    Position, TimeZone, Transfer, Unit, UnitId,
};

/// A record's position in the journal, from 1, without gaps. 0 is the position
/// of an empty journal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Sequence(i64);

impl Sequence {
    /// Before the first record.
    pub const ZERO: Self = Self(0);
    /// After every record.
    pub const MAX: Self = Self(i64::MAX);

    /// A position. None below 0 or where postings could no longer be numbered.
    pub fn new(position: i64) -> Option<Self> {
        (0..=i64::MAX >> 11)
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

/// Where and when a step was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    pub sequence: Sequence,
    /// When the journal took it; strictly increasing.
    pub recorded_at: Moment,
    /// The moment it was decided at: when it was recorded, unless the clock was
    /// accepted while it was far behind the journal.
    pub moment: Moment,
}

impl Stamp {
    /// Before the first record.
    pub const BEGINNING: Self = Self {
        sequence: Sequence::ZERO,
        recorded_at: Moment::MIN,
        moment: Moment::MIN,
    };

    /// The stamp of the record after this one, at a time of the clock: recorded
    /// times go on by a microsecond at least.
    pub fn next(self, clock: Moment) -> Self {
        let recorded_at = clock.max(self.recorded_at.next());
        Self {
            sequence: self.sequence.next(),
            recorded_at,
            moment: match clock.is_far_behind(self.recorded_at) {
                true => clock,
                false => recorded_at,
            },
        }
    }

    /// The moment that reads and expiry go by after this record, at a time of the
    /// clock.
    pub fn moment_after(self, clock: Moment) -> Moment {
        match clock.is_far_behind(self.recorded_at) {
            true => clock,
            false => clock.max(self.recorded_at),
        }
    }

    /// Whether a record may be stamped so after this one.
    pub(super) fn may_precede(self, next: Self) -> bool {
        next.sequence == self.sequence.next()
            && next.recorded_at > self.recorded_at
            && next == self.next(next.moment)
    }
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// The first record of every ledger.
    LedgerFounded(Foundation),
    TimeZoneSet(TimeZone),
    UnitDeclared(Unit),
    AccountOpened(AccountOpened),
    AccountLimitsChanged {
        id: AccountId,
        limits: Limits,
        /// The record that set the limits before.
        replaces: Sequence,
    },
    AccountClosed {
        id: AccountId,
    },
    EntryPosted(Arc<Entry>),
    HoldPlaced(HoldPlaced),
    HoldSettled(Arc<Entry>),
    HoldReleased {
        id: BookingId,
    },
    HoldExpired {
        id: BookingId,
    },
}

impl Fact {
    /// The id that this fact is the first to use, if it is.
    pub fn booking_id(&self) -> Option<BookingId> {
        match self {
            Self::EntryPosted(entry) => Some(entry.id),
            Self::HoldPlaced(placed) => Some(placed.terms.id),
            Self::LedgerFounded(_)
            | Self::TimeZoneSet(_)
            | Self::UnitDeclared(_)
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
        matches!(self, Self::HoldPlaced(_)) || self.hold_ended().is_some()
    }

    /// The hold that this fact ends, if it ends one.
    pub fn hold_ended(&self) -> Option<BookingId> {
        match self {
            Self::HoldSettled(entry) => Some(entry.id),
            Self::HoldReleased { id } | Self::HoldExpired { id } => Some(*id),
            Self::LedgerFounded(_)
            | Self::TimeZoneSet(_)
            | Self::UnitDeclared(_)
            | Self::AccountOpened(_)
            | Self::AccountLimitsChanged { .. }
            | Self::AccountClosed { .. }
            | Self::EntryPosted(_)
            | Self::HoldPlaced(_) => None,
        }
    }

    /// The entry that this fact posts, if it posts one.
    pub fn entry(&self) -> Option<&Arc<Entry>> {
        match self {
            Self::EntryPosted(entry) | Self::HoldSettled(entry) => Some(entry),
            Self::LedgerFounded(_)
            | Self::TimeZoneSet(_)
            | Self::UnitDeclared(_)
            | Self::AccountOpened(_)
            | Self::AccountLimitsChanged { .. }
            | Self::AccountClosed { .. }
            | Self::HoldPlaced(_)
            | Self::HoldReleased { .. }
            | Self::HoldExpired { .. } => None,
        }
    }
}

/// The whole effect of one command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// One fact of the ledger.
    Fact(Fact),
    /// An entry that opened accounts.
    EntryWithAccounts(EntryWithAccounts),
}

impl Step {
    /// The facts that it consists of, in order.
    pub fn facts(&self) -> &[Fact] {
        match self {
            Self::Fact(fact) => std::slice::from_ref(fact),
            Self::EntryWithAccounts(step) => &step.0,
        }
    }

    /// The accounts that were opened for an entry.
    pub fn opened_for_entry(&self) -> Vec<AccountId> {
        match self {
            Self::Fact(_) => Vec::new(),
            Self::EntryWithAccounts(step) => {
                step.accounts().map(|opening| opening.id.clone()).collect()
            }
        }
    }
}

/// An entry, and the accounts that were opened for it because they were not
/// there: openings first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryWithAccounts(Vec<Fact>);

impl EntryWithAccounts {
    /// An entry with such accounts. None where it opens none, or one that it does
    /// not touch.
    pub fn new(accounts: Vec<AccountOpened>, entry: Arc<Entry>) -> Option<Self> {
        let touched = |opening: &AccountOpened| entry.touches(&opening.id);
        if accounts.is_empty() || !accounts.iter().all(touched) {
            return None;
        }
        let accounts = accounts.into_iter().map(Fact::AccountOpened);
        Some(Self(accounts.chain([Fact::EntryPosted(entry)]).collect()))
    }

    /// The accounts that were opened.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountOpened> {
        self.0.iter().filter_map(|fact| match fact {
            Fact::AccountOpened(opening) => Some(opening),
            _ => None,
        })
    }

    /// The entry.
    pub fn entry(&self) -> Option<&Arc<Entry>> {
        self.0.last().and_then(Fact::entry)
    }
}

/// The version of the rules that decide now.
pub const RULES_VERSION: i32 = 1;

/// One line of the journal: where, when, who, what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub stamp: Stamp,
    pub caller: Caller,
    /// The version of the rules that decided it.
    pub rules_version: i32,
    pub step: Step,
}

impl Record {
    /// The entries that it posts, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.step.facts().iter().filter_map(Fact::entry)
    }

    /// A leg of its entries, which are numbered through, and the entry.
    pub fn leg(&self, mut number: usize) -> Option<(&Arc<Entry>, &Transfer)> {
        for entry in self.entries() {
            let legs = entry.transfers.as_slice();
            if let Some(leg) = legs.get(number) {
                return Some((entry, leg));
            }
            number -= legs.len();
        }
        None
    }

    /// When the entry is effective that a posting of this record is of.
    pub fn effective_at(&self, position: Position) -> Option<Moment> {
        let (entry, _) = self.leg(position.leg())?;
        Some(entry.effective_at.unwrap_or(self.stamp.moment))
    }
}

/// What became of a command that was not refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was recorded here.
    Recorded {
        stamp: Stamp,
        /// The accounts that it opened for an entry.
        opened: Vec<AccountId>,
        /// The units of its entry's legs. Empty unless the call was of this command
        /// alone, whose reply tells the whole entry.
        units: Vec<UnitId>,
    },
    /// It stood already, since here or before; nothing was recorded.
    Replayed(Stamp),
    /// It was only asked: it would be recorded, or replay what would be.
    Validated {
        replayed: bool,
        /// The accounts that it would open for an entry.
        opened: Vec<AccountId>,
    },
}

impl Outcome {
    /// Where it stands. None where it was only asked.
    pub fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Recorded { stamp, .. } | Self::Replayed(stamp) => Some(*stamp),
            Self::Validated { .. } => None,
        }
    }

    /// Whether it stood already.
    pub fn is_replay(&self) -> bool {
        match self {
            Self::Recorded { .. } => false,
            Self::Replayed(_) => true,
            Self::Validated { replayed, .. } => *replayed,
        }
    }

    /// The accounts that it opened for an entry, or would open.
    pub fn opened(&self) -> &[AccountId] {
        match self {
            Self::Recorded { opened, .. } | Self::Validated { opened, .. } => opened,
            Self::Replayed(_) => &[],
        }
    }

    /// The same once it was undone: what stands no longer has no place.
    pub(super) fn undone(self, last: Sequence) -> Self {
        match self {
            Self::Replayed(stamp) if stamp.sequence <= last => Self::Replayed(stamp),
            outcome => Self::Validated {
                replayed: outcome.is_replay(),
                opened: outcome.opened().to_vec(),
            },
        }
    }
}
