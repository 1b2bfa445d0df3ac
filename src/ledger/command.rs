//! What a client asks for, and which facts are needed to decide it.

use std::sync::Arc;

use super::{
    AccountId, AccountOpened, Amount, Balance, BookingId, Entry, HoldTerms, Moment, Note, Unit,
    UnitId,
};

/// A wanted end of the limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    At(Balance),
    Unbounded,
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
}

/// A reversal to post.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reversal {
    pub id: BookingId,
    pub of: BookingId,
    pub reason: Note,
    pub force: bool,
    pub effective_at: Option<Moment>,
}

/// What a client, or the server's own clock, asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    DeclareUnit(Unit),
    OpenAccount(AccountOpened),
    ChangeLimits {
        id: AccountId,
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
        amount: Option<Amount>,
        effective_at: Option<Moment>,
    },
    ReleaseHold {
        id: BookingId,
    },
    ExpireHold {
        id: BookingId,
    },
}

/// The facts that commands need. Units are always at hand.
#[derive(Default, Debug)]
pub struct Wants<'a> {
    /// Accounts as they stand.
    pub accounts: Vec<&'a AccountId>,
    /// Accounts whose opening is compared with a repeated one.
    pub openings: Vec<&'a AccountId>,
    /// Entries and holds, with the accounts that they touch.
    pub bookings: Vec<BookingId>,
}

impl Command {
    /// Adds what this command needs.
    pub fn wants<'a>(&'a self, wants: &mut Wants<'a>) {
        match self {
            Self::DeclareUnit(_) => {}
            Self::OpenAccount(opening) => {
                wants.accounts.push(&opening.id);
                wants.openings.push(&opening.id);
            }
            Self::ChangeLimits { id, .. } | Self::CloseAccount { id } => wants.accounts.push(id),
            Self::PostEntry(new) => {
                wants.bookings.push(new.entry.id);
                for leg in new.entry.transfers.as_slice() {
                    wants.accounts.extend([leg.debit(), leg.credit()]);
                }
            }
            Self::ReverseEntry(reversal) => wants.bookings.extend([reversal.id, reversal.of]),
            Self::PlaceHold { terms, .. } => {
                wants.bookings.push(terms.id);
                let leg = &terms.transfer;
                wants.accounts.extend([leg.debit(), leg.credit()]);
            }
            Self::SettleHold { id, .. } | Self::ReleaseHold { id } | Self::ExpireHold { id } => {
                wants.bookings.push(*id);
            }
        }
    }
}
