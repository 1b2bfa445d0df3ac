//! What happened in the ledger: facts, and the whole effect of one of its commands.

use std::sync::Arc;

use super::{
    AccountId, AccountOpened, BookingId, Entry, Foundation, HoldPlaced, Limits, Sequence, TimeZone,
    Unit,
};

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

/// The whole effect of one command of the ledger.
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
