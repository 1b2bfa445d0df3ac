//! The audit: reads every stored record again, recomputes every hash, has every
//! command decided again, and compares every table with what the projection says.
//!
//! It works on a connection and a snapshot of its own, and trusts nothing that
//! the writer keeps. The accounts and objects are those folded so far; what an id stood for
//! before a record is looked up in the tables, whose rows must then be those of
//! the id by the records that they lead to. All of them are compared as well.

mod decide;
mod kept_apart;
mod notes;
mod periods;
mod personal;
pub(super) mod stopped;
mod tables;

use std::{
    collections::BTreeMap,
    fmt::Display,
    sync::{Arc, Mutex},
};

use rusqlite::{Connection, ErrorCode, Rows as SqlRows};

use self::{notes::Notes, personal::PersonalRows, tables::Tables};
use super::{abandon, objects, open, read};
use crate::{
    journal::{self, Frontier},
    ledger::Sequence,
    steps::{Record, State},
    store::{
        Erased, Finding, Parts, Progress, StoreError, Verified,
        projection::{self, Table},
    },
};

/// After how many of its own steps SQLite asks whether to go on.
const ASKED_EVERY: i32 = 1_000;

/// Why an audit ends early.
enum Stop {
    Wrong(Finding),
    Failed(StoreError),
    Asked,
}

type Result<T> = std::result::Result<T, Stop>;

impl Stop {
    fn told(self) -> std::result::Result<Verified, StoreError> {
        match self {
            Self::Wrong(finding) => Ok(Verified::Wrong(finding)),
            Self::Asked => Ok(Verified::Stopped),
            Self::Failed(error) => Err(error),
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(what) => Self::Wrong(Finding {
                sequence: None,
                place: "file",
                what,
            }),
            error => Self::Failed(error),
        }
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

fn wrong<T>(sequence: Option<Sequence>, place: &'static str, what: impl Display) -> Result<T> {
    Err(Stop::Wrong(Finding {
        sequence,
        place,
        what: what.to_string(),
    }))
}

/// Verifies a ledger's file; see the module.
pub(super) fn verify(
    connection: &mut Connection,
    progress: Progress,
) -> std::result::Result<Verified, StoreError> {
    let verified = run(connection, progress);
    abandon(connection);
    verified.or_else(Stop::told)
}

/// What it comes to where the file cannot be opened: that it is damaged is found.
pub(super) fn unopened(error: StoreError) -> std::result::Result<Verified, StoreError> {
    Stop::from(error).told()
}

fn run(connection: &mut Connection, mut progress: Progress) -> Result<Verified> {
    connection.execute_batch("BEGIN")?;
    if let Some(what) = open::altered(connection)? {
        return wrong(None, "schema", what);
    }
    let total = read::last(connection)?.get();
    if !progress(0, total) {
        return Err(Stop::Asked);
    }
    let mut progress = check_file(connection, progress, total)?;
    let connection = &*connection;
    let mut journal =
        connection.prepare("SELECT sequence, bytes, nodes FROM journal ORDER BY sequence")?;
    let mut transfers = connection.prepare(&tables::in_order(Table::Transfers))?;
    let parts = objects::parts(connection)?;
    let mut audit = Audit {
        connection,
        parts,
        state: State::default(),
        frontier: Frontier::default(),
        tables: Tables::new(connection, transfers.query([])?)?,
        notes: Notes::new(connection),
        personal: PersonalRows::new(connection, parts),
    };
    let mut records = journal.query([])?;
    while audit.next(&mut records)? {
        if !progress(audit.frontier.size(), total) {
            return Err(Stop::Asked);
        }
    }
    audit.end()
}

/// Has SQLite check the file's pages and indexes, which takes long where there are
/// many: it asks now and then whether to go on.
fn check_file(connection: &mut Connection, progress: Progress, total: i64) -> Result<Progress> {
    let progress = Arc::new(Mutex::new(progress));
    let asked = Arc::clone(&progress);
    let is_to_stop = move || asked.lock().is_ok_and(|mut progress| !progress(0, total));
    connection.progress_handler(ASKED_EVERY, Some(is_to_stop))?;
    let said = connection.query_row("PRAGMA integrity_check(1)", [], |row| {
        row.get::<_, String>(0)
    });
    connection.progress_handler(0, None::<fn() -> bool>)?;
    match said {
        Ok(said) if said == "ok" => {}
        Ok(what) => return wrong(None, "file", what),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            return Err(Stop::Asked);
        }
        Err(error) => return Err(error.into()),
    }
    let progress = Arc::into_inner(progress).and_then(|progress| progress.into_inner().ok());
    progress.ok_or(Stop::Asked)
}

struct Audit<'c> {
    connection: &'c Connection,
    parts: Parts,
    state: State,
    frontier: Frontier,
    tables: Tables<'c>,
    notes: Notes<'c>,
    personal: PersonalRows<'c>,
}

impl Audit<'_> {
    /// Checks the next record and what it brought about. False where there is
    /// none.
    fn next(&mut self, records: &mut SqlRows<'_>) -> Result<bool> {
        let Some(row) = records.next()? else {
            return Ok(false);
        };
        let sequence = read::sequence(row.get(0)?)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let nodes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        let record = self.read(sequence, bytes, nodes)?;
        self.state.book.forget_bookings();
        self.state.objects.forget_steps();
        let (connection, tables) = (self.connection, &mut self.tables);
        decide::again(connection, tables, &mut self.state, &record, bytes)?;
        self.notes.check(&record)?;
        self.personal.check(&record)?;
        let book = &self.state.book;
        projection::of_record(&record, book, &mut |row| tables.check(row))?;
        projection::of_posted(book.posted(), &mut |row| tables.check(row))?;
        Ok(true)
    }

    /// A record whose place and hashes are as they should be.
    fn read(&mut self, sequence: Sequence, bytes: &[u8], nodes: &[u8]) -> Result<Record> {
        let (expected, at) = (self.frontier.size() + 1, Some(sequence));
        if sequence.get() != expected {
            let what = format!("record {expected} is missing: {sequence} comes in its place");
            return wrong(at, "journal", what);
        }
        let mut computed = Vec::with_capacity(nodes.len());
        self.frontier.push(bytes, &mut computed);
        if computed != nodes {
            let what = "the stored hashes are not those of the stored bytes";
            return wrong(at, "journal", what);
        }
        match journal::decode(bytes) {
            Err(error) => wrong(at, "journal", error),
            Ok(record) if record.stamp.sequence != sequence => {
                let what = format!("the record says it is {}", record.stamp.sequence);
                wrong(at, "journal", what)
            }
            Ok(record) => Ok(record),
        }
    }

    /// A copy without what is personal has none of it.
    fn check_parts(&self) -> Result<()> {
        let kept = self.notes.count.checked + self.personal.count.checked;
        match self.parts {
            Parts::NothingPersonal if kept > 0 => {
                let what =
                    "there are no keys, as in a copy without what is personal, and it has some";
                wrong(None, "secrets", what)
            }
            Parts::All | Parts::NothingPersonal => Ok(()),
        }
    }

    /// Checks what is known of the accounts when all is folded, and that no table
    /// has a row too many.
    fn end(mut self) -> Result<Verified> {
        let tables = &mut self.tables;
        let State { book, objects } = &self.state;
        projection::of_accounts(&book.touched(), &mut |row| tables.check(row))?;
        projection::of_objects(&objects.changed(), &mut |row| tables.check(row))?;
        self.tables.end()?;
        self.notes.end()?;
        self.check_parts()?;
        self.personal
            .end(objects.changed().iter().map(|changed| changed.object))?;
        periods::check(self.connection, &self.state)?;
        let mut sums = BTreeMap::<&str, i128>::new();
        for account in book.accounts() {
            *sums.entry(account.unit.as_str()).or_default() += i128::from(account.balance.steps());
        }
        match sums.iter().find(|(_, sum)| **sum != 0) {
            None => Ok(Verified::Sound {
                count: self.frontier.size(),
                root: self.frontier.root(),
                erased: Erased {
                    notes: self.notes.count.erased,
                    personal: self.personal.count.erased,
                    verdicts: self.personal.erased_verdicts,
                },
                parts: self.parts,
            }),
            Some((unit, sum)) => {
                let what = format!("the balances of unit {unit} add up to {sum}, not 0");
                wrong(None, "balances", what)
            }
        }
    }
}
