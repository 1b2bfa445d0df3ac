//! The writing connection, and what it keeps in mind between batches.
//!
//! Accounts stay in memory after a batch: nobody else writes to this file while
//! its directory is locked. All of it is forgotten when a transaction fails.

use std::{collections::HashMap, fs::File, sync::Arc};

use rusqlite::{Connection, OptionalExtension};

use super::{abandon, load::Loader, project, read};
use crate::{
    journal::{Frontier, HASH_BYTES, Hash, node_place},
    ledger::{Account, AccountId, Balance, BookingId, Facts, Moment, Sequence, Stamp, Wants},
    store::{
        Committed, Decide, StoreError, Writer,
        chain::{Link, Position, Tail},
    },
};

type Result<T> = std::result::Result<T, StoreError>;

/// How many accounts are kept in mind: about 100 MB.
const MAX_ACCOUNTS: usize = 200_000;

/// What the projections hold of an account beside what the book does.
pub(super) struct Row {
    pub(super) no: i64,
    pub(super) balance: Balance,
    pub(super) tail: Tail,
    pub(super) dirty: bool,
}

/// One side of a transfer, ready to be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Posted {
    pub(super) no: i64,
    pub(super) balance: i64,
    pub(super) link: Link,
}

impl Row {
    pub(super) fn new(no: i64) -> Self {
        Self {
            no,
            balance: Balance::ZERO,
            tail: Tail::default(),
            dirty: false,
        }
    }

    /// Posts to the account: the balance it gets, which must be one.
    pub(super) fn post(
        &mut self,
        balance: Option<Balance>,
        at: Position,
        effective: Moment,
    ) -> Result<Posted> {
        self.balance = balance.ok_or_else(|| {
            StoreError::Corrupt(format!(
                "the balance of account number {} overflows",
                self.no
            ))
        })?;
        Ok(Posted {
            no: self.no,
            balance: self.balance.steps(),
            link: self.tail.push(at, effective),
        })
    }
}

/// The rows of the accounts in mind, and which of them this batch touched.
#[derive(Default)]
pub(super) struct Rows {
    by_id: HashMap<AccountId, Row>,
    dirty: Vec<AccountId>,
}

impl Rows {
    pub(super) fn loaded(&mut self, id: AccountId, row: Row) {
        self.by_id.insert(id, row);
    }

    pub(super) fn opened(&mut self, id: AccountId, row: Row) {
        self.dirty.push(id.clone());
        self.by_id.insert(id, Row { dirty: true, ..row });
    }

    pub(super) fn get(&self, id: &AccountId) -> Result<&Row> {
        self.by_id.get(id).ok_or_else(|| unloaded(id))
    }

    pub(super) fn touch(&mut self, id: &AccountId) -> Result<&mut Row> {
        let row = self.by_id.get_mut(id).ok_or_else(|| unloaded(id))?;
        if !row.dirty {
            row.dirty = true;
            self.dirty.push(id.clone());
        }
        Ok(row)
    }

    /// The touched rows with their accounts, by number; none is touched after.
    pub(super) fn take_dirty<'a>(
        &'a mut self,
        accounts: &'a HashMap<AccountId, Account>,
    ) -> Vec<(&'a Account, &'a Row)> {
        let dirty = std::mem::take(&mut self.dirty);
        for id in &dirty {
            if let Some(row) = self.by_id.get_mut(id) {
                row.dirty = false;
            }
        }
        let mut touched: Vec<_> = dirty
            .iter()
            .filter_map(|id| Some((accounts.get(id)?, self.by_id.get(id)?)))
            .collect();
        touched.sort_unstable_by_key(|(_, row)| row.no);
        touched
    }
}

fn unloaded(id: &AccountId) -> StoreError {
    StoreError::Corrupt(format!("the account {id} is not loaded"))
}

pub(super) struct SqliteWriter {
    connection: Connection,
    /// None after a failure: then it is read anew.
    mind: Option<Mind>,
    _lock: Arc<File>,
}

/// What is known of the file without reading it again.
struct Mind {
    facts: Facts,
    rows: Rows,
    frontier: Frontier,
    highest_id: Option<BookingId>,
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
            rows: Rows::default(),
            frontier: Frontier::load(last.get(), |level, index| node(connection, level, index))?,
            highest_id: highest_id(connection)?,
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

impl Writer for SqliteWriter {
    fn transact(
        &mut self,
        wants: &Wants<'_>,
        now: Moment,
        decide: &mut Decide<'_>,
    ) -> Result<Committed> {
        let mut mind = match self.mind.take() {
            Some(mind) if mind.facts.book.accounts.len() <= MAX_ACCOUNTS => mind,
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
    connection.execute_batch("BEGIN IMMEDIATE")?;
    mind.facts.begin(now);
    let mut loader = Loader {
        connection,
        facts: &mut mind.facts,
        rows: &mut mind.rows,
        highest_id: mind.highest_id,
    };
    loader.wants(wants)?;
    let due = loader.due(now)?;
    decide(&mut mind.facts, &due)?;
    project::write(connection, &mind.facts, &mut mind.rows, &mut mind.frontier)?;
    let next_due = next_due(connection)?;
    connection.execute_batch("COMMIT")?;
    let records = mind.facts.records();
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
