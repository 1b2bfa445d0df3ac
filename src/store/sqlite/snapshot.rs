//! Read-only connections, each in a transaction of its own.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params};

use super::{
    abandon, objects,
    open::Files,
    read::{self, select_account},
    writer,
};
use crate::{
    exchange::{List, Object, ObjectId, Personal, Standing},
    journal::{Frontier, Hash, decode},
    ledger::{
        Account, AccountId, Booking, BookingId, Founded, Hold, HoldStateKind, Moment, Note,
        Position, Sequence, Unit,
    },
    steps::Record,
    store::{AccountRow, HoldFilter, Lines, PostingRow, Snapshot, StoreError, Stored},
};

type Result<T> = std::result::Result<T, StoreError>;

/// How many idle connections are kept.
const MAX_IDLE: usize = 16;

pub(super) struct Pool {
    files: Files,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    pub(super) fn new(files: Files) -> Self {
        Self {
            files,
            idle: Mutex::default(),
        }
    }

    pub(super) fn snapshot(pool: &Arc<Self>) -> Result<SqliteSnapshot> {
        let idle = pool
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = match idle {
            Some(connection) => connection,
            None => pool.files.open_to_read()?,
        };
        connection.prepare_cached("BEGIN")?.execute([])?;
        // The first thing read is what fixes the view.
        let last = read::last(&connection)?;
        Ok(SqliteSnapshot {
            pool: Arc::clone(pool),
            connection: Some(connection),
            last,
        })
    }

    fn give_back(&self, connection: Connection) {
        abandon(&connection);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE && connection.is_autocommit() {
            idle.push(connection);
        }
    }
}

pub(super) struct SqliteSnapshot {
    pool: Arc<Pool>,
    /// None only while it is dropped.
    connection: Option<Connection>,
    last: Sequence,
}

impl Drop for SqliteSnapshot {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.give_back(connection);
        }
    }
}

impl SqliteSnapshot {
    fn connection(&self) -> Result<&Connection> {
        self.connection
            .as_ref()
            .ok_or_else(|| StoreError::Failed("the snapshot is over".into()))
    }

    /// Records with a minute each, after a minute and a record and before another minute.
    fn by_minute(
        &self,
        sql: &str,
        ((minute, sequence), end, limit): ((i64, Sequence), i64, usize),
    ) -> Result<Vec<(i64, Record)>> {
        let mut statement = self.connection()?.prepare_cached(sql)?;
        let mut rows = statement.query(params![minute, sequence.get(), end, limit as i64])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            found.push((row.get(0)?, decode(bytes)?));
        }
        Ok(found)
    }
}

impl Snapshot for SqliteSnapshot {
    fn last(&mut self) -> Result<Sequence> {
        Ok(self.last)
    }

    fn root(&mut self, count: i64) -> Result<Option<Hash>> {
        if !(0..=self.last.get()).contains(&count) {
            return Ok(None);
        }
        let connection = self.connection()?;
        let then = Frontier::load(count, |level, index| writer::node(connection, level, index))?;
        Ok(Some(then.root()))
    }

    fn founded(&mut self) -> Result<Option<Founded>> {
        read::founded(self.connection()?, self.last)
    }

    fn units(&mut self) -> Result<Vec<Unit>> {
        read::units(self.connection()?)
    }

    fn accounts_of(&mut self, ids: &[AccountId]) -> Result<Vec<Option<AccountRow>>> {
        let connection = self.connection()?;
        let found = ids.iter().map(|id| read::account(connection, id.as_str()));
        found.collect()
    }

    fn accounts(
        &mut self,
        prefix: &str,
        after: Option<&AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountRow>> {
        // '~' comes after every character that an id may have, and ' ' before.
        let end = format!("{prefix}~");
        let start = after.map_or_else(|| prefix.to_owned(), |after| format!("{after} "));
        let mut statement = self.connection()?.prepare_cached(select_account!(
            "WHERE a.id >= ?1 AND a.id < ?2 ORDER BY a.id LIMIT ?3"
        ))?;
        let mut rows = statement.query(params![start, end, limit as i64])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read::account_row(row)?);
        }
        Ok(found)
    }

    fn records_at(&mut self, sequences: &[Sequence]) -> Result<Vec<Record>> {
        let connection = self.connection()?;
        let records = sequences.iter().map(|at| read::record(connection, *at));
        records.collect()
    }

    fn notes_at(&mut self, sequences: &[Sequence]) -> Result<Vec<Option<Note>>> {
        let connection = self.connection()?;
        let notes = sequences.iter().map(|at| read::note(connection, *at));
        notes.collect()
    }

    fn stored(&mut self, from: Sequence, limit: usize) -> Result<Vec<Stored>> {
        let mut statement = self.connection()?.prepare_cached(
            "SELECT bytes, nodes FROM journal WHERE sequence >= ?1 ORDER BY sequence LIMIT ?2",
        )?;
        let mut rows = statement.query([from.get(), limit as i64])?;
        let mut stored = Vec::new();
        while let Some(row) = rows.next()? {
            let blob = |index| {
                let value = row.get_ref(index)?;
                value.as_blob().map_err(rusqlite::Error::from)
            };
            let (bytes, nodes) = (blob(0)?, blob(1)?);
            stored.push(Stored {
                record: decode(bytes)?,
                bytes: bytes.to_vec(),
                nodes: nodes.as_chunks().0.to_vec(),
            });
        }
        Ok(stored)
    }

    fn bookings(&mut self, ids: &[BookingId]) -> Result<Vec<Option<Booking>>> {
        let connection = self.connection()?;
        let found = ids.iter();
        let found = found.map(|id| read::booking(connection, *id));
        found.collect()
    }

    fn reversals(
        &mut self,
        of: &[(Sequence, BookingId)],
        before: Sequence,
    ) -> Result<Vec<Option<BookingId>>> {
        let connection = self.connection()?;
        let found = of.iter();
        let found = found.map(|of| read::reversed_by(connection, *of, before));
        found.collect()
    }

    fn holds(&mut self, filter: HoldFilter<'_>) -> Result<Vec<Hold>> {
        let connection = self.connection()?;
        let mut statement = connection.prepare_cached(&holds_sql(&filter))?;
        let mut rows = statement.query(params![
            filter.after.get(),
            filter.account.map(|account| account.number),
            filter.now.us(),
            filter.limit as i64,
        ])?;
        let mut holds = Vec::new();
        while let Some(row) = rows.next()? {
            holds.push(read::hold(connection, read::sequence(row.get(0)?)?)?);
        }
        Ok(holds)
    }

    fn objects(&mut self, ids: &[ObjectId]) -> Result<Vec<Option<Standing>>> {
        let connection = self.connection()?;
        let found = ids.iter().map(|id| objects::object(connection, id));
        found.collect()
    }

    fn listed(
        &mut self,
        list: &List,
        after: Option<&ObjectId>,
        limit: usize,
    ) -> Result<Vec<Object>> {
        objects::listed(self.connection()?, list, after, limit)
    }

    fn lines(&mut self, list: &List, after: &str, limit: usize) -> Result<Lines> {
        objects::lines(self.connection()?, list, after, limit)
    }

    fn served(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Record)>> {
        self.by_minute(
            "SELECT s.minute, j.bytes FROM served s JOIN journal j ON j.sequence = s.sequence
             WHERE (s.minute, s.sequence) > (?1, ?2) AND s.minute < ?3
             ORDER BY s.minute, s.sequence LIMIT ?4",
            (after, end, limit),
        )
    }

    fn forced(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Record)>> {
        self.by_minute(
            "SELECT f.minute, j.bytes FROM forced f JOIN journal j ON j.sequence = f.sequence
             WHERE (f.minute, f.sequence) > (?1, ?2) AND f.minute < ?3
             ORDER BY f.minute, f.sequence LIMIT ?4",
            (after, end, limit),
        )
    }

    fn personal(&mut self, of: &[Sequence]) -> Result<Vec<Option<Personal>>> {
        let connection = self.connection()?;
        let found = of.iter().map(|of| objects::personal(connection, *of));
        found.collect()
    }

    fn held(&mut self, accounts: &[&Account], at: Sequence, moment: Moment) -> Result<Vec<i64>> {
        // Of an account with many years behind it, few holds are open.
        let sql = match at == self.last {
            true => {
                "SELECT coalesce(sum(amount), 0) FROM holds
                 WHERE debit_no = ?1 AND sequence <= ?2 AND state = 1
                   AND (expires_at_us IS NULL OR expires_at_us > ?3)"
            }
            false => {
                "SELECT coalesce(sum(amount), 0) FROM holds
                 WHERE debit_no = ?1 AND sequence <= ?2
                   AND (ended_sequence IS NULL OR ended_sequence > ?2)
                   AND (expires_at_us IS NULL OR expires_at_us > ?3)"
            }
        };
        let mut statement = self.connection()?.prepare_cached(sql)?;
        let held = accounts.iter().map(|account| {
            let at = params![account.number, at.get(), moment.us()];
            Ok(statement.query_row(at, |row| row.get(0))?)
        });
        held.collect()
    }

    fn postings(
        &mut self,
        account: &Account,
        from: Position,
        limit: usize,
    ) -> Result<Vec<PostingRow>> {
        let connection = self.connection()?;
        let mut postings = Vec::with_capacity(limit);
        let mut at = Some(from);
        while let Some(position) = at.filter(|_| postings.len() < limit) {
            let (balance, link) = read::posting(connection, account.number, position)?;
            postings.push(PostingRow {
                position,
                balance,
                link,
            });
            at = link.prev;
        }
        Ok(postings)
    }
}

/// The holds of a filter: ?1 is where to begin after, ?2 the account, ?3 now, ?4
/// how many. What is open but due has expired, recorded or not.
fn holds_sql(filter: &HoldFilter<'_>) -> String {
    let state = match filter.state {
        None => "1",
        Some(HoldStateKind::Open) => "state = 1 AND (expires_at_us IS NULL OR expires_at_us > ?3)",
        Some(HoldStateKind::Settled) => "state = 2",
        Some(HoldStateKind::Released) => "state = 3",
        Some(HoldStateKind::Expired) => "(state = 4 OR state = 1 AND expires_at_us <= ?3)",
    };
    // Each side has an index of its own to walk in order.
    let side = |which| {
        format!(
            "SELECT * FROM (SELECT sequence FROM holds
               WHERE {which} AND sequence > ?1 AND {state} ORDER BY sequence LIMIT ?4)"
        )
    };
    match filter.account {
        None => side("1"),
        Some(_) => format!(
            "{} UNION {} ORDER BY sequence LIMIT ?4",
            side("debit_no = ?2"),
            side("credit_no = ?2")
        ),
    }
}
