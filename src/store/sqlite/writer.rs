//! The writing connection, and what it keeps in mind between batches.
//!
//! Accounts stay in memory after a batch: nobody else writes to this file while
//! its directory is locked. All of it is forgotten when a transaction fails.

use std::{fs::File, sync::Arc};

use rusqlite::{Connection, OptionalExtension};

use super::{abandon, load::Loader, project, read};
use crate::{
    journal::{Frontier, HASH_BYTES, Hash, node_place},
    ledger::{BookingId, Facts, Moment, Sequence, Stamp, Wants},
    store::{Committed, Decide, StoreError, Writer},
};

type Result<T> = std::result::Result<T, StoreError>;

/// How many accounts are kept in mind before all are forgotten, which bounds the
/// memory they take.
const MAX_ACCOUNTS: usize = 200_000;

pub(super) struct SqliteWriter {
    connection: Connection,
    /// None after a failure: then it is read anew.
    mind: Option<Mind>,
    _lock: Arc<File>,
}

/// What is known of the file without reading it again.
struct Mind {
    facts: Facts,
    frontier: Frontier,
    highest_id: Option<BookingId>,
    /// When the next open hold is due.
    next_due: Option<Moment>,
}

impl Mind {
    fn read(connection: &Connection) -> Result<Self> {
        let last = read::last(connection)?;
        let recorded_at = match last {
            Sequence::ZERO => Moment::MIN,
            last => read::record(connection, last)?.stamp.recorded_at,
        };
        let mut facts = Facts::new(Stamp {
            sequence: last,
            recorded_at,
        });
        for unit in read::units(connection)? {
            facts.book.units.insert(unit.id().clone(), unit);
        }
        Ok(Self {
            facts,
            frontier: Frontier::load(last.get(), |level, index| node(connection, level, index))?,
            highest_id: highest_id(connection)?,
            next_due: next_due(connection)?,
        })
    }
}

fn node(connection: &Connection, level: u32, index: i64) -> Result<Hash> {
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

impl SqliteWriter {
    pub(super) fn new(connection: Connection, lock: Arc<File>) -> Result<Self> {
        let mind = Some(Mind::read(&connection)?);
        Ok(Self {
            connection,
            mind,
            _lock: lock,
        })
    }
}

impl Drop for SqliteWriter {
    /// Leaves one file behind, whoever still reads.
    fn drop(&mut self) {
        let _ = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}

impl Writer for SqliteWriter {
    fn transact(
        &mut self,
        wants: &Wants<'_>,
        now: Moment,
        decide: &mut Decide<'_>,
    ) -> Result<Committed> {
        let mut mind = match self.mind.take() {
            Some(mind) if mind.facts.book.accounts().len() <= MAX_ACCOUNTS => mind,
            _ => Mind::read(&self.connection)?,
        };
        let result = run(&self.connection, &mut mind, wants, now, decide);
        match result {
            Ok(_) => self.mind = Some(mind),
            Err(_) => abandon(&self.connection),
        }
        result
    }

    fn committed(&mut self) -> Result<Committed> {
        Ok(Committed {
            last: read::last(&self.connection)?,
            next_due: next_due(&self.connection)?,
        })
    }
}

fn run(
    connection: &Connection,
    mind: &mut Mind,
    wants: &Wants<'_>,
    now: Moment,
    decide: &mut Decide<'_>,
) -> Result<Committed> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    mind.facts.begin(now);
    let mut loader = Loader {
        connection,
        facts: &mut mind.facts,
        highest_id: mind.highest_id,
    };
    loader.wants(wants)?;
    let due = match mind.next_due {
        Some(next) if next <= now => loader.due(now)?,
        _ => Vec::new(),
    };
    decide(&mut mind.facts, &due)?;
    project::write(connection, &mind.facts, &mut mind.frontier)?;
    let records = mind.facts.records();
    let next_due = match records.iter().any(|record| record.fact.changes_holds()) {
        true => next_due(connection)?,
        false => mind.next_due,
    };
    connection.prepare_cached("COMMIT")?.execute([])?;
    mind.next_due = next_due;
    let ids = records.iter().filter_map(|record| record.fact.booking_id());
    mind.highest_id = mind.highest_id.max(ids.max());
    Ok(Committed {
        last: mind.facts.last().sequence,
        next_due,
    })
}

fn next_due(connection: &Connection) -> Result<Option<Moment>> {
    let next_due: Option<i64> = connection
        .prepare_cached(
            "SELECT min(expires_at_us) FROM holds WHERE state = 1 AND expires_at_us IS NOT NULL",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(next_due.and_then(Moment::from_us))
}
