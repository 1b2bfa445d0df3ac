//! A snapshot that counts the postings that are looked at.

use timebank::{
    ledger::{
        Account, AccountId, Booking, BookingId, Founded, Hold, Moment, Position, Record, Sequence,
        Unit,
    },
    store::{AccountRow, HoldFilter, PostingRow, Snapshot, StoreError},
};

/// A snapshot that counts the postings that are looked at.
pub(super) struct Counted<'a> {
    pub(super) snapshot: &'a mut dyn Snapshot,
    pub(super) followed: usize,
}

type Read<T> = Result<T, StoreError>;

impl Snapshot for Counted<'_> {
    fn last(&mut self) -> Read<Sequence> {
        self.snapshot.last()
    }
    fn founded(&mut self) -> Read<Option<Founded>> {
        self.snapshot.founded()
    }
    fn units(&mut self) -> Read<Vec<Unit>> {
        self.snapshot.units()
    }
    fn account(&mut self, id: &AccountId) -> Read<Option<AccountRow>> {
        self.snapshot.account(id)
    }
    fn accounts(
        &mut self,
        prefix: &str,
        after: Option<&AccountId>,
        limit: usize,
    ) -> Read<Vec<AccountRow>> {
        self.snapshot.accounts(prefix, after, limit)
    }
    fn record(&mut self, sequence: Sequence) -> Read<Record> {
        self.snapshot.record(sequence)
    }
    fn records(&mut self, from: Sequence, limit: usize) -> Read<Vec<Record>> {
        self.snapshot.records(from, limit)
    }
    fn booking(&mut self, id: BookingId) -> Read<Option<Booking>> {
        self.snapshot.booking(id)
    }
    fn reversed_by(&mut self, of: Sequence, id: BookingId) -> Read<Option<BookingId>> {
        self.snapshot.reversed_by(of, id)
    }
    fn holds(&mut self, filter: HoldFilter<'_>) -> Read<Vec<Hold>> {
        self.snapshot.holds(filter)
    }
    fn held(&mut self, account: &Account, at: Sequence, moment: Moment) -> Read<i64> {
        self.snapshot.held(account, at, moment)
    }
    fn posting(&mut self, account: &Account, at: Position) -> Read<PostingRow> {
        self.followed += 1;
        self.snapshot.posting(account, at)
    }
}
