//! Where the journal and its projections are kept.
//!
//! A [`Writer`] runs one batch as one transaction: it has the batch decided, loads
//! what that asks for, and writes the records with the rows of their
//! [`projection`]. A [`Snapshot`] reads one moment of it and never waits for the
//! writer. Neither knows a rule.

mod closing;
pub mod projection;
mod sqlite;

pub use closing::ClosingTree;
pub use sqlite::SqliteStore;

use std::path::Path;

use crate::{
    exchange::{IdentityKey, List, Object, ObjectId, Personal, Standing, token::TokenKey},
    journal::{Hash, Undecodable},
    ledger::{
        Account, AccountId, Booking, BookingId, Broken, Founded, Hold, HoldStateKind, Link, Moment,
        Note, Position, Sequence, Stamp, Unit, UnitId,
    },
    steps::{Answer, Call, Record},
};

/// Why the store could not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the data directory.
    #[error(
        "the data directory {dir} is in use by another server, or by an audit; end that first, or \
         name another directory"
    )]
    InUse { dir: String },
    /// The directory or file cannot be used.
    #[error("cannot use {path}: {why}")]
    Unusable { path: String, why: String },
    /// The file is of something else.
    #[error("{path} is not a time bank's ledger; it was left as it is")]
    NotOurs { path: String },
    /// The file is of a later version of this program.
    #[error(
        "{path} has the format of version {found}, and this program knows versions up to {known}; \
         use a newer program"
    )]
    Newer {
        path: String,
        found: i64,
        known: i64,
    },
    /// There is no room for more.
    #[error("the disk is full: nothing was recorded; make room and try again")]
    Full,
    /// The commit itself failed, so that it may be on disk all the same.
    #[error(
        "it is not known whether it was recorded, as its commit failed: {0}; ask again with the \
         same id"
    )]
    OutcomeUnknown(String),
    /// The disk or the database failed.
    #[error("the database failed: {0}")]
    Failed(String),
    /// What is stored contradicts itself.
    #[error(
        "what is stored contradicts itself: {0}; run an audit before anything else: `timebank \
         verify --data DIR` where no server runs, or `ledger-cli audit verify`"
    )]
    Corrupt(String),
}

impl From<Undecodable> for StoreError {
    fn from(error: Undecodable) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl From<Broken> for StoreError {
    fn from(error: Broken) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// How the journal stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The last record's stamp.
    pub last: Stamp,
    /// When the next open hold is due. None where none ever is.
    pub next_due: Option<Moment>,
}

/// What a transaction brought about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Committed {
    /// What became of each call, in order.
    pub answers: Vec<Answer>,
    pub head: Head,
}

/// The one that writes.
pub trait Writer: Send {
    /// Decides calls in order at a moment of the wall clock, as one durable
    /// transaction. Holds that are due expire before, at most 1,000 of them.
    ///
    /// # Errors
    /// Whatever failed, no record of this batch may be taken as written; after
    /// [`StoreError::OutcomeUnknown`], not as unwritten either.
    fn transact(&mut self, calls: &[Call], now: Moment) -> Result<Committed, StoreError>;

    /// How the journal stands.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn head(&mut self) -> Result<Head, StoreError>;
}

/// Gives out snapshots.
pub trait Store: Send + Sync {
    /// A view of the last commit, which no later one changes.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;

    /// What the digests of identity numbers are keyed with in this ledger.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn identity_key(&self) -> Result<IdentityKey, StoreError>;

    /// What this ledger's tokens are verified with.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn token_key(&self) -> Result<TokenKey, StoreError>;

    /// Reads everything again and compares it; see [`Verified`].
    ///
    /// # Errors
    /// Where the database cannot be read at all.
    fn verify(&self, progress: Progress) -> Result<Verified, StoreError>;

    /// Copies the ledger to a directory that is not there yet, or empty, and audits the copy; only a
    /// sound one stays. What was acknowledged before is in it.
    ///
    /// # Errors
    /// Where the copy cannot be written.
    fn copy(&self, to: &Path, parts: Parts, progress: Progress) -> Result<Verified, StoreError>;
}

/// What of a ledger a copy has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parts {
    All,
    /// No personal fields, no notes and no keys: the journal commits to them, so that it can be
    /// audited all the same; but it is not served.
    NothingPersonal,
}

/// Told how many records of how many are verified, and asked again and again while
/// the file itself is checked; false stops the run.
pub type Progress = Box<dyn FnMut(i64, i64) -> bool + Send>;

/// What was erased: what records say of it cannot be checked any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Erased {
    pub notes: i64,
    /// Records whose personal fields were.
    pub personal: i64,
    /// Those of these that have a verdict on the fields.
    pub verdicts: i64,
}

/// What somebody saw of a ledger: how many records it had, and their Merkle root then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// At least 1.
    pub count: i64,
    pub root: Hash,
}

/// What a verification came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verified {
    /// Nothing is wrong with this many records, whose Merkle root this is.
    Sound {
        count: i64,
        root: Hash,
        erased: Erased,
        /// What there is of the ledger. What is left out of a copy counts as erased.
        parts: Parts,
    },
    /// The first thing that is wrong.
    Wrong(Finding),
    /// It was stopped.
    Stopped,
}

/// Something wrong with what is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The record it belongs to. None where it belongs to none.
    pub sequence: Option<Sequence>,
    /// The table it was found in.
    pub place: &'static str,
    /// What differs.
    pub what: String,
}

/// An account with the end of its chain of postings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountRow {
    pub account: Account,
    pub posting_count: i64,
    pub last_posting: Option<Position>,
}

/// Lines of a list, each with the id of its object, one after another: reports read a million of
/// them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lines {
    ids: String,
    lines: Vec<u8>,
    /// Where each id ends, and its line.
    ends: Vec<(usize, usize)>,
    /// The key of the last, after which there may be more. None where there are no more.
    pub more_after: Option<String>,
}

impl Lines {
    pub fn push(&mut self, id: &str, line: &[u8]) {
        self.ids.push_str(id);
        self.lines.extend_from_slice(line);
        self.ends.push((self.ids.len(), self.lines.len()));
    }

    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The ids and lines, in the order of the list.
    pub fn each(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let ends = self.ends.iter().copied();
        let begins = [(0, 0)].into_iter().chain(ends.clone());
        begins.zip(ends).filter_map(|(begin, end)| {
            let id = self.ids.get(begin.0..end.0)?;
            Some((id, self.lines.get(begin.1..end.1)?))
        })
    }
}

/// One account's side of a transfer, as it is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PostingRow {
    pub position: Position,
    /// What stood on the account after it, in steps.
    pub balance: i64,
    pub link: Link,
}

/// A record, and what the journal keeps of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    pub record: Record,
    /// The bytes that are hashed: those that were written, never encoded again.
    pub bytes: Vec<u8>,
    /// The tree's nodes that it completes, from its leaf upwards.
    pub nodes: Vec<Hash>,
}

/// Which holds to list.
#[derive(Clone, Copy, Debug)]
pub struct HoldFilter<'a> {
    /// Only holds from or to this account.
    pub account: Option<&'a Account>,
    /// Only holds in this state.
    pub state: Option<HoldStateKind>,
    /// Only holds recorded after this.
    pub after: Sequence,
    /// The moment by which an open hold that is due counts as expired.
    pub now: Moment,
    pub limit: usize,
}

/// One moment of the store. Every method fails where the database does. What is read
/// is read as a set: an answer for each of what is asked for, in that order. The
/// methods for one are for convenience.
pub trait Snapshot {
    /// The journal's last sequence.
    fn last(&mut self) -> Result<Sequence, StoreError>;
    /// The Merkle root of the first records, so many; zero has one, too. None where there are fewer.
    fn root(&mut self, count: i64) -> Result<Option<Hash>, StoreError>;
    /// The ledger's foundation. None before its first record.
    fn founded(&mut self) -> Result<Option<Founded>, StoreError>;
    /// All units by id, `time` among them.
    fn units(&mut self) -> Result<Vec<Unit>, StoreError>;
    /// The accounts of these ids. None where there is none.
    fn accounts_of(&mut self, ids: &[AccountId]) -> Result<Vec<Option<AccountRow>>, StoreError>;
    /// Accounts by id, from after one on.
    fn accounts(
        &mut self,
        prefix: &str,
        after: Option<&AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountRow>, StoreError>;
    /// Records, which the caller knows to be there.
    fn records_at(&mut self, sequences: &[Sequence]) -> Result<Vec<Record>, StoreError>;
    /// The texts behind what these records commit to. None where there is none, or it was
    /// erased.
    fn notes_at(&mut self, sequences: &[Sequence]) -> Result<Vec<Option<Note>>, StoreError>;
    /// Records in order, from one on, as they are stored.
    fn stored(&mut self, from: Sequence, limit: usize) -> Result<Vec<Stored>, StoreError>;
    /// What these ids stand for. None where that is nothing.
    fn bookings(&mut self, ids: &[BookingId]) -> Result<Vec<Option<Booking>>, StoreError>;
    /// The entries that reverse these, each an entry of a record, as far as they were
    /// recorded before another. None where none does.
    fn reversals(
        &mut self,
        of: &[(Sequence, BookingId)],
        before: Sequence,
    ) -> Result<Vec<Option<BookingId>>, StoreError>;
    /// Holds in the order they were placed, with all that their records say.
    fn holds(&mut self, filter: HoldFilter<'_>) -> Result<Vec<Hold>, StoreError>;
    /// What the holds set aside of accounts as of a record and a moment, in steps.
    fn held(
        &mut self,
        accounts: &[&Account],
        at: Sequence,
        moment: Moment,
    ) -> Result<Vec<i64>, StoreError>;
    /// A posting of an account, which the caller knows to be there, and those before
    /// it: the last first, as many as wanted or there are.
    fn postings(
        &mut self,
        account: &Account,
        from: Position,
        limit: usize,
    ) -> Result<Vec<PostingRow>, StoreError>;

    /// The time bank's objects of these ids, each with the record that changed it last.
    /// None where there is none.
    fn objects(&mut self, ids: &[ObjectId]) -> Result<Vec<Option<Standing>>, StoreError>;
    /// The personal fields that these records commit to. None where they were erased.
    fn personal(&mut self, of: &[Sequence]) -> Result<Vec<Option<Personal>>, StoreError>;
    /// The objects of a list by id, from after one on.
    fn listed(
        &mut self,
        list: &List,
        after: Option<&ObjectId>,
        limit: usize,
    ) -> Result<Vec<Object>, StoreError>;

    /// The lines of a list in the order of their keys, after a key.
    fn lines(&mut self, list: &List, after: &str, limit: usize) -> Result<Lines, StoreError>;

    /// The records of services that were rendered outside orders and groups, in the order of the minutes
    /// (since 1970-01-01T00:00:00Z) at which they were effective: after a minute and a record,
    /// and before another minute.
    fn served(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Record)>, StoreError>;

    /// The records of reversals that somebody had let past limits, alike by the minutes at which
    /// they were recorded.
    fn forced(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Record)>, StoreError>;

    /// The units of accounts, also of those that are not for whoever reads to see: an entry shows its
    /// amounts. None where there is no account.
    fn units_of(&mut self, ids: &[AccountId]) -> Result<Vec<Option<UnitId>>, StoreError> {
        let rows = self.accounts_of(ids)?.into_iter();
        Ok(rows.map(|row| row.map(|row| row.account.unit)).collect())
    }

    /// Whether this is for whoever reads to see.
    fn shows(&mut self, _record: &Record) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// An object.
    fn object(&mut self, id: &ObjectId) -> Result<Option<Object>, StoreError> {
        Ok(self.standing(id)?.map(|(object, _)| object))
    }

    /// An object, with the record that changed it last.
    fn standing(&mut self, id: &ObjectId) -> Result<Option<Standing>, StoreError> {
        Ok(self.objects(std::slice::from_ref(id))?.pop().flatten())
    }

    /// An account.
    fn account(&mut self, id: &AccountId) -> Result<Option<AccountRow>, StoreError> {
        let mut found = self.accounts_of(std::slice::from_ref(id))?;
        Ok(found.pop().flatten())
    }

    /// A record, which the caller knows to be there.
    fn record(&mut self, sequence: Sequence) -> Result<Record, StoreError> {
        let found = self.records_at(&[sequence])?.pop();
        found.ok_or_else(|| StoreError::Corrupt(format!("record {sequence} is missing")))
    }

    /// Records in order, from one on.
    fn records(&mut self, from: Sequence, limit: usize) -> Result<Vec<Record>, StoreError> {
        let stored = self.stored(from, limit)?;
        Ok(stored.into_iter().map(|stored| stored.record).collect())
    }

    /// What an id stands for.
    fn booking(&mut self, id: BookingId) -> Result<Option<Booking>, StoreError> {
        Ok(self.bookings(&[id])?.pop().flatten())
    }

    /// A posting of an account, which the caller knows to be there.
    fn posting(&mut self, account: &Account, at: Position) -> Result<PostingRow, StoreError> {
        let found = self.postings(account, at, 1)?.pop();
        found.ok_or_else(|| StoreError::Corrupt(format!("posting {} is missing", at.stored())))
    }
}
