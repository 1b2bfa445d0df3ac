//! Loading the facts that a batch touches.

use rusqlite::Connection;

use super::{
    read,
    writer::{Row, Rows},
};
use crate::{
    ledger::{AccountId, BookingId, Fact, Facts, Moment, Transfer, Wants},
    store::{
        AccountRow, StoreError,
        chain::{Days, Peak, Position, Tail, jump_ordinal},
    },
};

type Result<T> = std::result::Result<T, StoreError>;

const MAX_DUE: i64 = 1_000;

/// Loads facts, and rows of the accounts among them, that are not there yet.
pub(super) struct Loader<'a> {
    pub(super) connection: &'a Connection,
    pub(super) facts: &'a mut Facts,
    pub(super) rows: &'a mut Rows,
    /// No id above this one stands for anything.
    pub(super) highest_id: Option<BookingId>,
}

impl Loader<'_> {
    pub(super) fn wants(&mut self, wants: &Wants<'_>) -> Result<()> {
        for id in &wants.accounts {
            self.account(id)?;
        }
        for id in &wants.openings {
            self.opening(id)?;
        }
        for id in &wants.bookings {
            self.booking(*id)?;
        }
        Ok(())
    }

    /// Loads the open holds that are due, soonest first, as many as a batch
    /// takes.
    pub(super) fn due(&mut self, now: Moment) -> Result<Vec<BookingId>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT sequence FROM holds WHERE state = 1 AND expires_at_us <= ?1
             ORDER BY expires_at_us, sequence LIMIT ?2",
        )?;
        let mut rows = statement.query([now.us(), MAX_DUE])?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            let placed = read::record(self.connection, read::sequence(row.get(0)?)?)?;
            if let Fact::HoldPlaced(terms) = &placed.fact {
                due.push(terms.id);
            }
        }
        for id in &due {
            self.booking(*id)?;
        }
        Ok(due)
    }

    fn account(&mut self, id: &AccountId) -> Result<()> {
        if self.facts.book.accounts.contains_key(id) {
            return Ok(());
        }
        let Some(found) = read::account(self.connection, id.as_str())? else {
            return Ok(());
        };
        self.rows.loaded(id.clone(), row(self.connection, &found)?);
        self.facts.book.accounts.insert(id.clone(), found.account);
        Ok(())
    }

    fn opening(&mut self, id: &AccountId) -> Result<()> {
        let Some(account) = self.facts.book.accounts.get(id) else {
            return Ok(());
        };
        let record = read::record(self.connection, account.opened.sequence)?;
        match record.fact {
            Fact::AccountOpened(opening) if opening.id == *id => {
                self.facts.openings.insert(id.clone(), opening);
                Ok(())
            }
            _ => Err(StoreError::Corrupt(format!(
                "record {} does not open account {id}",
                account.opened.sequence
            ))),
        }
    }

    fn booking(&mut self, id: BookingId) -> Result<()> {
        let beyond = self.highest_id.is_none_or(|highest| id > highest);
        if beyond || self.facts.book.holds.contains_key(&id) {
            return Ok(());
        }
        let Some(first) = read::find(self.connection, id)? else {
            return Ok(());
        };
        let first = read::record(self.connection, first)?;
        let hold = read::hold(self.connection, &first)?;
        if let Some(record) = read::entry(first, hold.as_ref(), self.connection)? {
            self.entry(id, record)?;
        }
        if let Some(hold) = hold {
            self.ends(&hold.terms.transfer)?;
            self.facts.book.holds.insert(id, hold);
        }
        Ok(())
    }

    fn entry(&mut self, id: BookingId, record: crate::ledger::Record) -> Result<()> {
        let at = record.stamp.sequence;
        for leg in record
            .fact
            .entry()
            .iter()
            .flat_map(|e| e.transfers.as_slice())
        {
            self.ends(leg)?;
        }
        let reversed_by = read::reversed_by(self.connection, at)?;
        let salt = read::note(self.connection, at)?.map(|(salt, _)| salt);
        self.facts.load_entry(id, record, reversed_by, salt);
        Ok(())
    }

    fn ends(&mut self, transfer: &Transfer) -> Result<()> {
        self.account(transfer.debit())?;
        self.account(transfer.credit())
    }
}

fn row(connection: &Connection, found: &AccountRow) -> Result<Row> {
    let no = read::number(&found.account);
    Ok(Row {
        no,
        balance: found.account.balance,
        tail: tail(connection, no, found.posting_count, found.last_posting)?,
        dirty: false,
    })
}

/// The end of an account's chain, from its stored links.
fn tail(connection: &Connection, no: i64, count: i64, last: Option<Position>) -> Result<Tail> {
    let mut peaks = Vec::new();
    let (mut ordinal, mut at) = (count, last);
    while ordinal > 0 {
        let position = at.ok_or_else(|| {
            StoreError::Corrupt(format!("the postings of account number {no} break off"))
        })?;
        let (_, link) = read::posting(connection, no, position)?;
        let days = match link.days {
            Some(days) => days,
            None => effective_day(connection, position)?,
        };
        peaks.push(Peak { position, days });
        at = if ordinal % 2 == 1 {
            link.prev
        } else {
            link.jump
        };
        ordinal = jump_ordinal(ordinal);
    }
    peaks.reverse();
    Ok(Tail::new(count, peaks))
}

fn effective_day(connection: &Connection, at: Position) -> Result<Days> {
    let record = read::record(connection, at.sequence())?;
    let entry = record.fact.entry().ok_or_else(|| {
        StoreError::Corrupt(format!("record {} posts nothing", record.stamp.sequence))
    })?;
    Ok(Days::of(
        entry.effective_at.unwrap_or(record.stamp.recorded_at),
    ))
}
