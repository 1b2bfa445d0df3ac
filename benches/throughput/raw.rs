//! What SQLite alone can do with the same rows: the measure of the batches.

use std::path::Path;
use std::time::{Duration, Instant};

use prost::Message;
use rusqlite::{Connection, params};
use timebank_proto::v1::record::Step;
use timebank_proto::v1::{Entry, EntryPosted, Record, RecordedTransfer};
use uuid::Uuid;

use crate::{Settings, bookings::Bookings};

/// With the cache and the write-ahead log that the ledger takes for itself.
const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -131072;
    PRAGMA wal_autocheckpoint = 16384;
    CREATE TABLE plain (
        sequence INTEGER PRIMARY KEY,
        id BLOB NOT NULL,
        record BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX plain_id ON plain (id);
";
const INSERT: &str = "INSERT INTO plain (sequence, id, record) VALUES (?1, ?2, ?3)";

struct Row {
    sequence: i64,
    id: [u8; 16],
    record: Vec<u8>,
}

/// Appends as many rows in as large batches into a new file. Only SQLite's part is
/// timed: the rows of a batch are made before.
pub(crate) fn rows_per_s(dir: &Path, settings: &Settings) -> f64 {
    let dir = tempfile::tempdir_in(dir).expect("a directory");
    let mut connection = Connection::open(dir.path().join("raw.db")).expect("a database");
    connection.execute_batch(SCHEMA).expect("a table");
    let mut bookings = Bookings::new(settings);
    let mut spent = Duration::ZERO;
    let mut done = 0;
    while done < settings.transfers {
        let count = settings.batch.min(settings.transfers - done);
        let rows = rows(&mut bookings, done, count);
        let start = Instant::now();
        append(&mut connection, &rows).expect("a committed batch");
        spent += start.elapsed();
        done += count;
    }
    done as f64 / spent.as_secs_f64()
}

fn append(connection: &mut Connection, rows: &[Row]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let mut insert = transaction.prepare_cached(INSERT)?;
    for row in rows {
        insert.execute(params![row.sequence, row.id, row.record])?;
    }
    drop(insert);
    transaction.commit()
}

fn rows(bookings: &mut Bookings, done: u64, count: u64) -> Vec<Row> {
    let entries = bookings.batch(count).into_iter();
    let sequences = (done as i64 + 1)..;
    sequences.zip(entries).map(|(n, e)| row(n, e)).collect()
}

fn row(sequence: i64, entry: Entry) -> Row {
    let id = Uuid::try_parse(&entry.entry_id)
        .expect("a UUID")
        .into_bytes();
    Row {
        sequence,
        id,
        record: record(sequence, id, entry).encode_to_vec(),
    }
}

/// The record that the journal keeps of such an entry.
fn record(sequence: i64, id: [u8; 16], entry: Entry) -> Record {
    let transfers = entry.transfers.into_iter().map(|leg| RecordedTransfer {
        debit_account_id: leg.debit_account_id,
        credit_account_id: leg.credit_account_id,
        amount: leg.amount,
    });
    Record {
        sequence,
        // A time of these years, for its length.
        recorded_at_us: 1_800_000_000_000_000 + sequence,
        step: Some(Step::EntryPosted(EntryPosted {
            entry_id: id.to_vec(),
            transfers: transfers.collect(),
            kind: "transfer".to_owned(),
            ..EntryPosted::default()
        })),
        ..Record::default()
    }
}
