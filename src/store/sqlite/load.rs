//! Loading the facts that a batch touches.

use rusqlite::Connection;

use super::read;
use crate::{
    ledger::{
        AccountId, BookingId, Chain, Days, Fact, Facts, Moment, Peak, Position, Record, Transfer,
        Wants, jump_ordinal,
    },
    store::{AccountRow, StoreError},
};

type Result<T> = std::result::Result<T, StoreError>;

const MAX_DUE: i64 = 1_000;

/// Loads facts that are not there yet.
pub(super) struct Loader<'a> {
    pub(super) connection: &'a Connection,
    pub(super) facts: &'a mut Facts,
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
        if self.facts.book.account(id).is_some() {
            return Ok(());
        }
        let Some(found) = read::account(self.connection, id.as_str())? else {
            return Ok(());
        };
        let chain = chain(self.connection, &found)?;
        self.facts.book.load(found.account, chain);
        Ok(())
    }

    fn opening(&mut self, id: &AccountId) -> Result<()> {
        let Some(account) = self.facts.book.account(id) else {
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

    fn entry(&mut self, id: BookingId, record: Record) -> Result<()> {
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

/// The end of an account's postings, from their stored links.
fn chain(connection: &Connection, found: &AccountRow) -> Result<Chain> {
    let no = found.account.number();
    let mut peaks = Vec::new();
    let (mut ordinal, mut at) = (found.posting_count, found.last_posting);
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
    Ok(Chain::new(found.posting_count, peaks))
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
