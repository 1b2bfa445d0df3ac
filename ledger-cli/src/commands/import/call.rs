//! What goes to the ledger in one call.

use std::collections::HashMap;

use prost::Message;
use timebank::ledger::{AccountId, AccountOpened, Balance, UnitId};
use timebank_proto::{
    limits,
    v1::{self, OpenAccountRequest, limit::Bound},
};

use super::row::Booking;

/// The most that a message needs before it on the wire: a key and its length.
const FIELD_BYTES: usize = 1 + 5;

/// How much goes to the ledger in one call.
#[derive(Clone, Copy)]
pub(super) struct CallSize {
    pub(super) entries: usize,
    pub(super) transfers: usize,
    pub(super) openings: usize,
    pub(super) bytes: usize,
}

impl CallSize {
    /// Small enough to show progress, large enough that a commit costs little.
    pub(super) const TO_BOOK: Self = Self {
        entries: 2_000,
        bytes: 8 << 20,
        ..Self::TO_VALIDATE
    };
    /// The most that the contract allows, as what a dry run decides in one call is
    /// not known to the next.
    pub(super) const TO_VALIDATE: Self = Self {
        entries: limits::BATCH_ENTRIES,
        transfers: limits::BATCH_TRANSFERS,
        openings: limits::BATCH_OPENINGS,
        bytes: limits::REQUEST_BYTES - (1 << 20),
    };

    fn holds(&self, entries: usize, transfers: usize, openings: usize, bytes: usize) -> bool {
        entries <= self.entries
            && transfers <= self.transfers
            && openings <= self.openings
            && bytes <= self.bytes
    }
}

/// The entries of one call, and how the accounts that they name are opened
/// where they are missing.
pub(super) struct Call {
    size: CallSize,
    pub(super) bookings: Vec<Booking>,
    transfers: usize,
    bytes: usize,
    /// Each account once: as the first row says that names it.
    openings: Vec<AccountOpened>,
    place: HashMap<AccountId, usize>,
}

impl Call {
    pub(super) fn new(size: CallSize) -> Self {
        Self {
            size,
            bookings: Vec::new(),
            transfers: 0,
            bytes: 0,
            openings: Vec::new(),
            place: HashMap::new(),
        }
    }

    /// Adds an entry, or gives it back where it is too much.
    pub(super) fn add(&mut self, booking: Booking) -> Option<Booking> {
        let new_openings = self.new_openings(&booking);
        let opening_bytes = new_openings
            .iter()
            .map(|opening| FIELD_BYTES + open_request(opening).encoded_len());
        let transfers = self.transfers + booking.transfers.len();
        let bytes =
            self.bytes + FIELD_BYTES + booking.entry.encoded_len() + opening_bytes.sum::<usize>();
        let (entries, openings) = (
            self.bookings.len() + 1,
            self.openings.len() + new_openings.len(),
        );
        if !self.bookings.is_empty() && !self.size.holds(entries, transfers, openings, bytes) {
            return Some(booking);
        }
        (self.transfers, self.bytes) = (transfers, bytes);
        for opening in new_openings {
            self.place.insert(opening.id.clone(), self.openings.len());
            self.openings.push(opening);
        }
        self.bookings.push(booking);
        None
    }

    fn new_openings(&self, booking: &Booking) -> Vec<AccountOpened> {
        let mut new: Vec<AccountOpened> = Vec::new();
        for opening in &booking.openings {
            let is_new = |new: &AccountOpened| new.id != opening.id;
            if !self.place.contains_key(&opening.id) && new.iter().all(is_new) {
                new.push(opening.clone());
            }
        }
        new
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn openings(&self) -> &[AccountOpened] {
        &self.openings
    }

    /// How an account that it names is opened.
    pub(super) fn opening(&self, id: &AccountId) -> Option<&AccountOpened> {
        self.openings.get(*self.place.get(id)?)
    }

    /// The unit in which an account that it names is opened.
    pub(super) fn unit(&self, id: &AccountId) -> Option<&UnitId> {
        self.opening(id).map(|opening| &opening.unit)
    }
}

/// How an account is opened, as the contract has it.
pub(super) fn open_request(opening: &AccountOpened) -> OpenAccountRequest {
    let limit = |balance: Option<Balance>| {
        let bound = match balance {
            Some(balance) => Bound::Amount(balance.steps()),
            None => Bound::Unbounded(true),
        };
        Some(v1::Limit { bound: Some(bound) })
    };
    OpenAccountRequest {
        account_id: opening.id.to_string(),
        kind: opening.kind.number(),
        unit_id: opening.unit.to_string(),
        floor: limit(opening.limits.floor),
        ceiling: limit(opening.limits.ceiling),
    }
}
