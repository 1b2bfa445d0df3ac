//! A snapshot that counts the postings that are looked at.

use timebank::{
    exchange::{List, Object, ObjectId, Personal, Standing},
    ledger::{
        Account, AccountId, Booking, BookingId, Founded, Hold, Moment, Note, Position, Sequence,
        Unit,
    },
    steps::Record,
    store::{AccountRow, HoldFilter, Lines, PostingRow, Snapshot, StoreError, Stored},
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
    fn root(&mut self, count: i64) -> Read<Option<[u8; 32]>> {
        self.snapshot.root(count)
    }

    fn founded(&mut self) -> Read<Option<Founded>> {
        self.snapshot.founded()
    }
    fn units(&mut self) -> Read<Vec<Unit>> {
        self.snapshot.units()
    }
    fn accounts_of(&mut self, ids: &[AccountId]) -> Read<Vec<Option<AccountRow>>> {
        self.snapshot.accounts_of(ids)
    }
    fn accounts(
        &mut self,
        prefix: &str,
        after: Option<&AccountId>,
        limit: usize,
    ) -> Read<Vec<AccountRow>> {
        self.snapshot.accounts(prefix, after, limit)
    }
    fn records_at(&mut self, sequences: &[Sequence]) -> Read<Vec<Record>> {
        self.snapshot.records_at(sequences)
    }
    fn notes_at(&mut self, sequences: &[Sequence]) -> Read<Vec<Option<Note>>> {
        self.snapshot.notes_at(sequences)
    }
    fn stored(&mut self, from: Sequence, limit: usize) -> Read<Vec<Stored>> {
        self.snapshot.stored(from, limit)
    }
    fn bookings(&mut self, ids: &[BookingId]) -> Read<Vec<Option<Booking>>> {
        self.snapshot.bookings(ids)
    }
    fn reversals(
        &mut self,
        of: &[(Sequence, BookingId)],
        before: Sequence,
    ) -> Read<Vec<Option<BookingId>>> {
        self.snapshot.reversals(of, before)
    }
    fn holds(&mut self, filter: HoldFilter<'_>) -> Read<Vec<Hold>> {
        self.snapshot.holds(filter)
    }
    fn objects(&mut self, ids: &[ObjectId]) -> Read<Vec<Option<Standing>>> {
        self.snapshot.objects(ids)
    }
    fn personal(&mut self, of: &[Sequence]) -> Read<Vec<Option<Personal>>> {
        self.snapshot.personal(of)
    }
    fn listed(&mut self, list: &List, after: Option<&ObjectId>, limit: usize) -> Read<Vec<Object>> {
        self.snapshot.listed(list, after, limit)
    }
    fn lines(&mut self, list: &List, after: &str, limit: usize) -> Read<Lines> {
        self.snapshot.lines(list, after, limit)
    }
    fn served(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Read<Vec<(i64, Record)>> {
        self.snapshot.served(after, end, limit)
    }
    fn forced(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Read<Vec<(i64, Record)>> {
        self.snapshot.forced(after, end, limit)
    }
    fn held(&mut self, accounts: &[&Account], at: Sequence, moment: Moment) -> Read<Vec<i64>> {
        self.snapshot.held(accounts, at, moment)
    }
    fn postings(
        &mut self,
        account: &Account,
        from: Position,
        limit: usize,
    ) -> Read<Vec<PostingRow>> {
        let postings = self.snapshot.postings(account, from, limit)?;
        self.followed += postings.len();
        Ok(postings)
    }
}
