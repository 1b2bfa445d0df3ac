//! The writing connection, and what it keeps between batches.
//!
//! Accounts stay in memory after a batch: nobody else writes to this file while
//! its directory is locked. All of it is forgotten when a transaction fails, or
//! when somebody wrote to it all the same.

use std::{fs::File, sync::Arc};

use rusqlite::{Connection, OptionalExtension, params};

use super::{abandon, load, objects, read, rows::Rows};
use crate::{
    exchange::Objects,
    journal::{self, Frontier, HASH_BYTES, Hash, node_place},
    ledger::{Beginning, Book, BookingId, Fact, FreeIds, Moment, Sequence, Stamp, Wants},
    steps::{Answer, Batch, Call, Decided, Record, State},
    store::{Committed, Head, StoreError, Writer, projection},
};

type Result<T> = std::result::Result<T, StoreError>;

pub(super) struct SqliteWriter {
    connection: Connection,
    /// None after a failure: then it is read anew.
    end: Option<End>,
    /// How many accounts are kept in memory before all are forgotten.
    max_accounts: usize,
    _lock: Arc<File>,
}

/// The journal's end: what the next batch goes on from.
struct End {
    state: State,
    frontier: Frontier,
    free_ids: FreeIds,
    /// When the next open hold is due.
    next_due: Option<Moment>,
    /// What SQLite counts up when another connection has committed. It may after
    /// a failure, too, when nothing is kept.
    data_version: i64,
    /// Whether the log may still have what was erased.
    has_erased: bool,
}

impl End {
    fn read(connection: &Connection) -> Result<Self> {
        // First, so that no commit between this and the rest goes unnoticed.
        let data_version = data_version(connection)?;
        let stamp = last_stamp(connection)?;
        let last = stamp.sequence;
        Ok(Self {
            state: State {
                book: Book::new(Beginning {
                    last: stamp,
                    founded: read::founded(connection, last)?,
                    units: read::units(connection)?,
                    accounts_opened: accounts_opened(connection)?,
                }),
                objects: Objects::new(objects::centres(connection)?),
            },
            frontier: Frontier::load(last.get(), |level, index| node(connection, level, index))?,
            free_ids: FreeIds {
                above: highest_id(connection)?,
                below: None,
            },
            next_due: next_due(connection)?,
            data_version,
            has_erased: false,
        })
    }
}

fn data_version(connection: &Connection) -> Result<i64> {
    Ok(connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))?)
}

fn last_stamp(connection: &Connection) -> Result<Stamp> {
    match read::last(connection)? {
        Sequence::ZERO => Ok(Stamp::BEGINNING),
        last => Ok(read::record(connection, last)?.stamp),
    }
}

fn accounts_opened(connection: &Connection) -> Result<i64> {
    let sql = "SELECT coalesce(max(no), 0) FROM accounts";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

pub(super) fn node(connection: &Connection, level: u32, index: i64) -> Result<Hash> {
    let missing = || StoreError::Corrupt(format!("tree node {index} of level {level} is missing"));
    let (sequence, place) = node_place(level, index);
    let sequence = sequence.ok_or_else(missing)?;
    let nodes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT nodes FROM journal WHERE sequence = ?1")?
        .query_row([sequence.get()], |row| row.get(0))
        .optional()?;
    nodes
        .as_deref()
        .and_then(|nodes| nodes.get(place * HASH_BYTES..)?.first_chunk())
        .copied()
        .ok_or_else(missing)
}

fn highest_id(connection: &Connection) -> Result<Option<BookingId>> {
    let id: Option<Vec<u8>> = connection
        .query_row("SELECT id FROM ids ORDER BY id DESC LIMIT 1", [], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(id.as_deref().and_then(BookingId::from_slice))
}

fn next_due(connection: &Connection) -> Result<Option<Moment>> {
    let next_due: Option<i64> = connection
        .prepare_cached(
            "SELECT min(expires_at_us) FROM holds WHERE state = 1 AND expires_at_us IS NOT NULL",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(next_due.and_then(Moment::from_us))
}

impl SqliteWriter {
    pub(super) fn new(
        connection: Connection,
        max_accounts: usize,
        lock: Arc<File>,
    ) -> Result<Self> {
        let end = Some(End::read(&connection)?);
        Ok(Self {
            connection,
            end,
            max_accounts,
            _lock: lock,
        })
    }
}

/// Cuts the log back, so that nothing of what was erased is left in it. False where
/// somebody still reads from it: then it is tried again after the next commit.
fn cut_log(connection: &Connection) -> bool {
    let cut = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
        row.get::<_, i64>(0)
    });
    matches!(cut, Ok(0))
}

impl Drop for SqliteWriter {
    /// Leaves one file behind, whoever still reads.
    fn drop(&mut self) {
        cut_log(&self.connection);
    }
}

impl Writer for SqliteWriter {
    fn transact(&mut self, calls: &[Call], now: Moment) -> Result<Committed> {
        let kept = self.end.take();
        let kept = kept.filter(|end| end.state.book.accounts().len() <= self.max_accounts);
        let result = begin(&self.connection, kept).and_then(|mut end| {
            let committed = run(&self.connection, &mut end, calls, now)?;
            if end.has_erased {
                end.has_erased = !cut_log(&self.connection);
            }
            self.end = Some(end);
            Ok(committed)
        });
        if result.is_err() {
            abandon(&self.connection);
        }
        result
    }

    fn head(&mut self) -> Result<Head> {
        Ok(Head {
            last: last_stamp(&self.connection)?,
            next_due: next_due(&self.connection)?,
        })
    }
}

/// Begins a transaction at the journal's end: what was kept of it, as long as
/// that is what is stored.
fn begin(connection: &Connection, kept: Option<End>) -> Result<End> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let Some(end) = kept else {
        return End::read(connection);
    };
    if end.data_version != data_version(connection)? {
        tracing::error!(
            last = %end.state.book.last().sequence,
            "another program wrote to the ledger's file, past every rule, after the last record \
             of this server; what it wrote is taken as it is; find out who did, and run \
             `ledger-cli audit verify` before anything else"
        );
        return End::read(connection);
    }
    Ok(end)
}

fn run(connection: &Connection, end: &mut End, calls: &[Call], now: Moment) -> Result<Committed> {
    end.state.book.forget();
    end.state.objects.forget();
    end.state.book.set_free_ids(end.free_ids);
    let mut records = Vec::new();
    let moment = end.state.book.last().moment_after(now);
    if end.next_due.is_some_and(|due| due <= moment) {
        let expiring = [Call::expiring(&load::due(connection, moment)?)];
        let decided = decide(connection, end, &expiring, now)?;
        check_expired(&decided.answers)?;
        records = decided.records;
    }
    let mut decided = decide(connection, end, calls, now)?;
    records.append(&mut decided.records);
    write(connection, end, &records, &decided)?;
    let facts = || records.iter().flat_map(|record| record.step.facts());
    let next_due = match facts().any(Fact::changes_holds) {
        true => next_due(connection)?,
        false => end.next_due,
    };
    commit(connection)?;
    end.has_erased |= !decided.erased.is_empty();
    end.next_due = next_due;
    end.free_ids = end.free_ids.without(facts().filter_map(Fact::booking_id));
    Ok(Committed {
        answers: decided.answers,
        head: Head {
            last: end.state.book.last(),
            next_due,
        },
    })
}

/// What the table of holds says is due is so by its record, too.
fn check_expired(answers: &[Answer]) -> Result<()> {
    let results = answers.iter().flat_map(|answer| match answer {
        Answer::Each(results) => &results[..],
        Answer::None(_) => &[],
    });
    let mut refused = results.filter_map(|result| result.as_ref().err());
    match refused.next() {
        None => Ok(()),
        Some(rejection) => Err(StoreError::Corrupt(format!(
            "a hold is due by its row and not by its record: {rejection}"
        ))),
    }
}

/// Where this fails, a restart may find it committed all the same: a sync that
/// failed does not say what reached the disk. A full disk is found out before.
fn commit(connection: &Connection) -> Result<()> {
    match connection.prepare_cached("COMMIT")?.execute([]) {
        Ok(_) => Ok(()),
        Err(error) => match StoreError::from(error) {
            StoreError::Full => Err(StoreError::Full),
            error => Err(StoreError::OutcomeUnknown(error.to_string())),
        },
    }
}

/// Decides calls, loading what they ask for until nothing is missing.
fn decide(connection: &Connection, end: &mut End, calls: &[Call], now: Moment) -> Result<Decided> {
    let mut batch = Batch::new(calls, now);
    let mut wants = batch.plain_needs(&end.state);
    find_free_ids(connection, end, calls, &wants.ledger)?;
    loop {
        load::load(connection, &mut end.state, wants)?;
        wants = batch.decide(&mut end.state)?;
        if wants.is_empty() {
            return Ok(batch.decided());
        }
    }
}

/// Where most ids of a batch are not among those known to be free, the ids around
/// the highest of them are tried: otherwise one high id, taken once, would have
/// every later one looked up.
fn find_free_ids(
    connection: &Connection,
    end: &mut End,
    calls: &[Call],
    wants: &Wants,
) -> Result<()> {
    let commands: usize = calls.iter().map(|call| call.commands.len()).sum();
    let highest = wants.bookings.iter().max().copied();
    let Some(highest) = highest.filter(|_| wants.bookings.len() * 2 > commands) else {
        return Ok(());
    };
    if read::find(connection, highest)?.is_none() {
        end.free_ids = load::free_ids_around(connection, highest)?;
        end.state.book.set_free_ids(end.free_ids);
    }
    Ok(())
}

/// Writes all that a batch decided.
fn write(
    connection: &Connection,
    end: &mut End,
    records: &[Record],
    decided: &Decided,
) -> Result<()> {
    let mut journal = connection
        .prepare_cached("INSERT INTO journal (sequence, bytes, nodes) VALUES (?1, ?2, ?3)")?;
    let mut rows = Rows::new(connection);
    let mut put = |row: projection::Row<'_>| rows.put(row);
    let (mut bytes, mut nodes) = (Vec::new(), Vec::new());
    for record in records {
        bytes.clear();
        nodes.clear();
        journal::encode(record, &mut bytes);
        end.frontier.push(&bytes, &mut nodes);
        journal.execute(params![record.stamp.sequence.get(), &bytes[..], &nodes[..]])?;
        projection::of_record(record, &end.state.book, &mut put)?;
    }
    projection::of_posted(end.state.book.posted(), &mut put)?;
    projection::of_accounts(&end.state.book.touched(), &mut put)?;
    let changed = end.state.objects.changed();
    for key in projection::stale_keys(&changed) {
        connection
            .prepare_cached("DELETE FROM keys WHERE key = ?1")?
            .execute([key])?;
    }
    projection::of_objects(&changed, &mut put)?;
    for (sequence, member, fields) in &decided.personal {
        objects::keep_personal(connection, *sequence, member, fields)?;
    }
    objects::erase_personal(connection, &decided.erased)?;
    for (sequence, note) in &decided.notes {
        connection
            .prepare_cached("INSERT INTO notes (sequence, salt, text) VALUES (?1, ?2, ?3)")?
            .execute(params![sequence.get(), &note.salt()[..], note.text()])?;
    }
    Ok(())
}
