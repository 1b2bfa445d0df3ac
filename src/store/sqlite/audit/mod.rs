//! The audit: reads every stored record again, recomputes every hash and every
//! row of every projection from them, and compares.
//!
//! It works on a connection and a snapshot of its own, and trusts nothing that
//! the writer keeps in mind.

mod bookings;
mod standing;
mod transfers;

use rusqlite::{Connection, Rows as SqlRows};

use self::{bookings::Bookings, transfers::Transfers};
use super::{abandon, open, read};
use crate::{
    journal::{self, Frontier},
    ledger::{Book, Moment, Record, Sequence},
    store::{Finding, Progress, StoreError, Verified},
};

/// Why an audit ends early.
enum Stop {
    Wrong(Finding),
    Failed(StoreError),
    Asked,
}

type Result<T> = std::result::Result<T, Stop>;

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

fn wrong<T>(sequence: Sequence, place: &'static str, what: impl Into<String>) -> Result<T> {
    Err(Stop::Wrong(Finding {
        sequence: Some(sequence).filter(|sequence| *sequence > Sequence::ZERO),
        place,
        what: what.into(),
    }))
}

/// A field of a row, for a finding: its name and value.
type Field = (&'static str, String);

/// Names the first field of a row that is not as it should be, with both values.
fn difference<const N: usize>(found: [Field; N], expected: [Field; N]) -> String {
    match found.into_iter().zip(expected).find(|(f, e)| f != e) {
        Some(((name, found), (_, expected))) => {
            format!("{name} is {found}, and should be {expected}")
        }
        None => "the row is not as it should be".into(),
    }
}

/// A value that may be missing, for a finding.
fn shown<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map_or_else(|| "none".into(), |value| value.to_string())
}

/// Verifies a ledger's file; see the module.
pub(super) fn verify(
    connection: &Connection,
    progress: &mut Progress<'_>,
) -> std::result::Result<Verified, StoreError> {
    let verified = run(connection, progress);
    abandon(connection);
    match verified {
        Ok(verified) => Ok(verified),
        Err(Stop::Wrong(finding)) => Ok(Verified::Wrong(finding)),
        Err(Stop::Asked) => Ok(Verified::Stopped),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn run(connection: &Connection, progress: &mut Progress<'_>) -> Result<Verified> {
    connection.execute_batch("BEGIN")?;
    let total = read::last(connection)?.get();
    if !progress(0, total) {
        return Err(Stop::Asked);
    }
    intact(connection)?;
    if let Some(what) = open::altered(connection)? {
        return wrong(Sequence::ZERO, "schema", what);
    }
    let mut audit = Audit {
        book: Book::default(),
        frontier: Frontier::default(),
        bookings: Bookings::new(connection)?,
        last_at: Moment::MIN,
    };
    let mut journal =
        connection.prepare("SELECT sequence, bytes, nodes FROM journal ORDER BY sequence")?;
    let mut transfers = connection.prepare(transfers::SELECT)?;
    let mut records = journal.query([])?;
    let mut transfers = Transfers::new(transfers.query([])?);
    while let Some(record) = audit.next_record(&mut records)? {
        audit
            .book
            .apply(&record)
            .or_else(|broken| wrong(broken.sequence, "journal", broken.what))?;
        transfers.check(&audit.book)?;
        audit.book.forget_changes();
        audit.bookings.check(&record, &mut audit.book)?;
        if !progress(audit.frontier.size(), total) {
            return Err(Stop::Asked);
        }
    }
    transfers.check_end()?;
    audit.bookings.check_end(&audit.book)?;
    standing::check(connection, &audit.book)?;
    Ok(Verified::Sound {
        count: audit.frontier.size(),
        root: audit.frontier.root(),
    })
}

/// Has SQLite check the file's pages and indexes.
fn intact(connection: &Connection) -> Result<()> {
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    match said.as_str() {
        "ok" => Ok(()),
        what => wrong(Sequence::ZERO, "file", what),
    }
}

struct Audit<'a> {
    book: Book,
    frontier: Frontier,
    bookings: Bookings<'a>,
    last_at: Moment,
}

impl Audit<'_> {
    /// The next record, whose bytes and hashes are as they should be.
    fn next_record(&mut self, records: &mut SqlRows<'_>) -> Result<Option<Record>> {
        let Some(row) = records.next()? else {
            return Ok(None);
        };
        let sequence = read::sequence(row.get(0)?)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let nodes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        let expected = self.frontier.size() + 1;
        if sequence.get() != expected {
            return wrong(
                sequence,
                "journal",
                format!("record {expected} is missing: {sequence} comes in its place"),
            );
        }
        let mut computed = Vec::with_capacity(nodes.len());
        self.frontier.push(bytes, &mut computed);
        if computed != nodes {
            let what = "the stored hashes are not those of the stored bytes";
            return wrong(sequence, "journal", what);
        }
        let record = match journal::decode(bytes) {
            Ok(record) => record,
            Err(error) => return wrong(sequence, "journal", error.to_string()),
        };
        let mut canonical = Vec::with_capacity(bytes.len());
        journal::encode(&record, &mut canonical);
        if canonical != bytes {
            let what = "the stored bytes say more than the record does";
            return wrong(sequence, "journal", what);
        }
        if record.stamp.sequence != sequence {
            let what = format!("the record says it is {}", record.stamp.sequence);
            return wrong(sequence, "journal", what);
        }
        if record.stamp.recorded_at <= self.last_at {
            let what = format!(
                "it was recorded at {}, which is not after the record before it, {}",
                record.stamp.recorded_at, self.last_at
            );
            return wrong(sequence, "journal", what);
        }
        self.last_at = record.stamp.recorded_at;
        Ok(Some(record))
    }
}
