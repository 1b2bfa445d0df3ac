//! What a client asks for, and what is plainly needed to decide it.

use std::sync::Arc;

use super::{
    AccountId, AccountOpened, Amount, Balance, Book, BookingId, Commitment, Entry, Foundation,
    HoldOwner, HoldTerms, Malformed, Moment, Note, Sequence, TimeZone, Transfers, Unit, UnitId,
    Wants,
};

/// A wanted end of the limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    At(Balance),
    Unbounded,
}

impl From<Option<Balance>> for Bound {
    fn from(limit: Option<Balance>) -> Self {
        limit.map_or(Self::Unbounded, Self::At)
    }
}

impl Bound {
    /// The limit that this sets.
    pub fn limit(self) -> Option<Balance> {
        match self {
            Self::At(balance) => Some(balance),
            Self::Unbounded => None,
        }
    }
}

/// An entry to post.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEntry {
    /// Shared with the record that it becomes.
    pub entry: Arc<Entry>,
    /// The legs whose unit the client named, and the unit.
    pub units: Vec<(usize, UnitId)>,
    /// The text behind `entry.note`.
    pub note: Option<Note>,
    /// Accounts of it that are to be opened where they are not there.
    pub opens: Vec<AccountOpened>,
}

/// A reversal to post.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reversal {
    pub id: BookingId,
    pub of: BookingId,
    /// What the record has of the reason.
    pub reason: Commitment,
    /// The text behind it. None where only the record is at hand.
    pub note: Option<Note>,
    pub force: bool,
    pub effective_at: Option<Moment>,
    /// Who has it done, where the entry was a hold with an owner.
    pub owner: Option<HoldOwner>,
}

/// An amount for an account, of what a hold set aside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreditLeg {
    pub credit: AccountId,
    pub amount: Amount,
}

/// Who gets what of a hold: 1 to 100 legs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreditLegs(Vec<CreditLeg>);

impl CreditLegs {
    /// So many legs.
    ///
    /// # Errors
    /// [`Malformed::TransferCount`] for none or more than 100.
    pub fn new(legs: Vec<CreditLeg>) -> Result<Self, Malformed> {
        Transfers::check_count(legs.len())?;
        Ok(Self(legs))
    }

    /// The legs in order.
    pub fn as_slice(&self) -> &[CreditLeg] {
        &self.0
    }
}

/// What a hold is settled with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Settlement {
    /// All of it, for the account that it names.
    All,
    /// So much, for the account that it names.
    Amount(Amount),
    /// Each of these.
    Legs(CreditLegs),
}

/// What a client, or the server's own clock, asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Founds the ledger, which has no record yet.
    Found(Foundation),
    /// Sets its time zone, while it holds nothing else.
    SetTimeZone(TimeZone),
    DeclareUnit(Unit),
    OpenAccount(AccountOpened),
    ChangeLimits {
        id: AccountId,
        /// The record that set the limits that are to be changed.
        since: Sequence,
        floor: Option<Bound>,
        ceiling: Option<Bound>,
    },
    CloseAccount {
        id: AccountId,
    },
    PostEntry(NewEntry),
    ReverseEntry(Reversal),
    PlaceHold {
        terms: HoldTerms,
        unit: Option<UnitId>,
    },
    SettleHold {
        id: BookingId,
        settlement: Settlement,
        effective_at: Option<Moment>,
        /// Who has it done: a hold with an owner is settled and released by a step of
        /// its owner alone.
        owner: Option<HoldOwner>,
    },
    ReleaseHold {
        id: BookingId,
        owner: Option<HoldOwner>,
    },
    ExpireHold {
        id: BookingId,
    },
}

impl Command {
    /// Whether it is the server's own, which nobody else gives.
    pub fn is_the_servers(&self) -> bool {
        match self {
            Self::Found(_) | Self::SetTimeZone(_) | Self::ExpireHold { .. } => true,
            Self::DeclareUnit(_)
            | Self::OpenAccount(_)
            | Self::ChangeLimits { .. }
            | Self::CloseAccount { .. }
            | Self::PostEntry(_)
            | Self::ReverseEntry(_)
            | Self::PlaceHold { .. }
            | Self::SettleHold { .. }
            | Self::ReleaseHold { .. } => false,
        }
    }

    /// Adds what this command plainly needs and the book lacks. What else it
    /// needs shows when it is decided.
    pub fn plain_needs(&self, book: &Book, wants: &mut Wants) {
        let mut account = |id: &AccountId| {
            if let Err(lacking) = book.account(id) {
                wants.join(lacking.wants());
            }
        };
        match self {
            Self::Found(_) | Self::SetTimeZone(_) | Self::DeclareUnit(_) => {}
            Self::OpenAccount(opening) => account(&opening.id),
            Self::ChangeLimits { id, .. } | Self::CloseAccount { id } => account(id),
            Self::PostEntry(new) => {
                for leg in new.entry.transfers.as_slice() {
                    account(leg.debit());
                    account(leg.credit());
                }
            }
            Self::PlaceHold { terms, .. } => {
                account(terms.transfer.debit());
                account(terms.transfer.credit());
            }
            Self::SettleHold {
                settlement: Settlement::Legs(legs),
                ..
            } => legs.as_slice().iter().for_each(|leg| account(&leg.credit)),
            Self::ReverseEntry(_)
            | Self::SettleHold { .. }
            | Self::ReleaseHold { .. }
            | Self::ExpireHold { .. } => {}
        }
        for id in self.booking_ids().into_iter().flatten() {
            if let Err(lacking) = book.booking(id) {
                wants.join(lacking.wants());
            }
        }
    }

    /// The entries and holds that it names.
    fn booking_ids(&self) -> [Option<BookingId>; 2] {
        match self {
            Self::Found(_)
            | Self::SetTimeZone(_)
            | Self::DeclareUnit(_)
            | Self::OpenAccount(_)
            | Self::ChangeLimits { .. }
            | Self::CloseAccount { .. } => [None, None],
            Self::PostEntry(new) => [Some(new.entry.id), None],
            Self::ReverseEntry(reversal) => [Some(reversal.id), Some(reversal.of)],
            Self::PlaceHold { terms, .. } => [Some(terms.id), None],
            Self::SettleHold { id, .. }
            | Self::ReleaseHold { id, .. }
            | Self::ExpireHold { id } => [Some(*id), None],
        }
    }
}
