//! Writing a batch: its records, and what they do to the projections.

use std::fmt::Display;

use rusqlite::{CachedStatement, Connection, params};

use crate::{
    journal::{self, Frontier},
    ledger::{
        AccountId, AccountOpened, Balance, BookingId, Entry, Fact, Facts, Hold, Limits, Link,
        Moment, Note, Origin, Position, Posted, Record, Sequence, Stamp,
    },
    store::{HoldStateKind, StoreError},
};

type Result<T> = std::result::Result<T, StoreError>;

/// Writes all that a batch decided.
pub(super) fn write(connection: &Connection, facts: &Facts, frontier: &mut Frontier) -> Result<()> {
    let mut projection = Projection::new(connection, facts)?;
    let (mut bytes, mut nodes) = (Vec::new(), Vec::new());
    for record in facts.records() {
        bytes.clear();
        nodes.clear();
        journal::encode(record, &mut bytes);
        frontier.push(&bytes, &mut nodes);
        let sequence = record.stamp.sequence.get();
        projection
            .journal
            .execute(params![sequence, &bytes[..], &nodes[..]])?;
        projection.record(record)?;
    }
    for posted in facts.book.posted() {
        projection.transfer(posted)?;
    }
    projection.balances()?;
    for (sequence, note) in facts.notes() {
        write_note(connection, *sequence, note)?;
    }
    Ok(())
}

fn write_note(connection: &Connection, sequence: Sequence, note: &Note) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO notes (sequence, salt, text) VALUES (?1, ?2, ?3)")?
        .execute(params![sequence.get(), &note.salt()[..], note.text()])?;
    Ok(())
}

struct Projection<'a> {
    connection: &'a Connection,
    facts: &'a Facts,
    journal: CachedStatement<'a>,
    ids: CachedStatement<'a>,
    transfers: CachedStatement<'a>,
}

impl<'a> Projection<'a> {
    fn new(connection: &'a Connection, facts: &'a Facts) -> Result<Self> {
        Ok(Self {
            connection,
            facts,
            journal: connection.prepare_cached(
                "INSERT INTO journal (sequence, bytes, nodes) VALUES (?1, ?2, ?3)",
            )?,
            ids: connection.prepare_cached("INSERT INTO ids (id, sequence) VALUES (?1, ?2)")?,
            transfers: connection.prepare_cached(
                "INSERT INTO transfers (position,
                   debit_no, debit_balance, debit_prev, debit_jump, debit_first_day,
                   debit_last_day,
                   credit_no, credit_balance, credit_prev, credit_jump, credit_first_day,
                   credit_last_day)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?,
        })
    }

    fn record(&mut self, record: &Record) -> Result<()> {
        let stamp = record.stamp;
        match &record.fact {
            Fact::UnitDeclared(unit) => {
                self.connection
                    .prepare_cached("INSERT INTO units (id, step) VALUES (?1, ?2)")?
                    .execute([unit.id().as_str(), unit.step()])?;
                Ok(())
            }
            Fact::AccountOpened(opening) => self.open(opening, stamp),
            Fact::AccountLimitsChanged { id, limits } => self.limit(id, *limits),
            Fact::AccountClosed { id } => self.close(id, stamp),
            Fact::EntryPosted(entry) => {
                self.id(entry.id, stamp.sequence)?;
                self.entry(entry, stamp)
            }
            Fact::HoldPlaced(terms) => {
                self.id(terms.id, stamp.sequence)?;
                let hold = self.hold(terms.id)?;
                self.place(hold)
            }
            Fact::HoldSettled(entry) => {
                self.end_hold(entry.id, HoldStateKind::Settled, stamp.sequence)?;
                self.entry(entry, stamp)
            }
            Fact::HoldReleased { id } => {
                self.end_hold(*id, HoldStateKind::Released, stamp.sequence)
            }
            Fact::HoldExpired { id } => self.end_hold(*id, HoldStateKind::Expired, stamp.sequence),
        }
    }

    fn id(&mut self, id: BookingId, sequence: Sequence) -> Result<()> {
        self.ids
            .execute(params![&id.as_bytes()[..], sequence.get()])?;
        Ok(())
    }

    fn open(&mut self, opening: &AccountOpened, stamp: Stamp) -> Result<()> {
        let no = stamp.sequence.get();
        let steps = |limit: Option<Balance>| limit.map(|limit| limit.steps());
        self.connection
            .prepare_cached(
                "INSERT INTO accounts (no, id, kind, unit, floor, ceiling, opened_at_us)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                no,
                opening.id.as_str(),
                journal::kind_to_proto(opening.kind) as i32,
                opening.unit.as_str(),
                steps(opening.limits.floor),
                steps(opening.limits.ceiling),
                stamp.recorded_at.us(),
            ])?;
        Ok(())
    }

    fn limit(&mut self, id: &AccountId, limits: Limits) -> Result<()> {
        let no = self.number(id)?;
        self.connection
            .prepare_cached("UPDATE accounts SET floor = ?2, ceiling = ?3 WHERE no = ?1")?
            .execute(params![
                no,
                limits.floor.map(|limit| limit.steps()),
                limits.ceiling.map(|limit| limit.steps()),
            ])?;
        Ok(())
    }

    fn close(&mut self, id: &AccountId, stamp: Stamp) -> Result<()> {
        let no = self.number(id)?;
        self.connection
            .prepare_cached(
                "UPDATE accounts SET closed_sequence = ?2, closed_at_us = ?3 WHERE no = ?1",
            )?
            .execute([no, stamp.sequence.get(), stamp.recorded_at.us()])?;
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, stamp: Stamp) -> Result<()> {
        match entry.origin {
            Origin::Posted => Ok(()),
            Origin::Reversal { of, .. } => self.reversal(of, stamp.sequence),
        }
    }

    fn transfer(&mut self, posted: &Posted) -> Result<()> {
        let stored = |position: Option<Position>| position.map(Position::stored);
        let first = |link: &Link| link.days.map(|days| days.first);
        let last = |link: &Link| link.days.map(|days| days.last);
        let (debit, credit) = (&posted.debit, &posted.credit);
        self.transfers.execute(params![
            posted.position.stored(),
            debit.account_no,
            debit.balance.steps(),
            stored(debit.link.prev),
            stored(debit.link.jump),
            first(&debit.link),
            last(&debit.link),
            credit.account_no,
            credit.balance.steps(),
            stored(credit.link.prev),
            stored(credit.link.jump),
            first(&credit.link),
            last(&credit.link),
        ])?;
        Ok(())
    }

    fn number(&self, id: &AccountId) -> Result<i64> {
        let account = self.facts.book.account(id);
        let account = account.ok_or_else(|| missing("account", id))?;
        Ok(account.number())
    }

    fn reversal(&mut self, of: BookingId, by: Sequence) -> Result<()> {
        let (original, _) = self.facts.entry(&of).ok_or_else(|| missing("entry", of))?;
        self.connection
            .prepare_cached("INSERT INTO reversals (of_sequence, by_sequence) VALUES (?1, ?2)")?
            .execute([original.sequence.get(), by.get()])?;
        Ok(())
    }

    fn hold(&self, id: BookingId) -> Result<&'a Hold> {
        let holds = &self.facts.book.holds;
        holds.get(&id).ok_or_else(|| missing("hold", id))
    }

    fn place(&mut self, hold: &Hold) -> Result<()> {
        let transfer = &hold.terms.transfer;
        self.connection
            .prepare_cached(
                "INSERT INTO holds (sequence, debit_no, credit_no, amount, expires_at_us, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                hold.placed.sequence.get(),
                self.number(transfer.debit())?,
                self.number(transfer.credit())?,
                transfer.amount().steps(),
                hold.expires_at().map(Moment::us),
                HoldStateKind::Open as i64,
            ])?;
        Ok(())
    }

    fn end_hold(&mut self, id: BookingId, state: HoldStateKind, at: Sequence) -> Result<()> {
        let hold = self.hold(id)?;
        self.connection
            .prepare_cached("UPDATE holds SET state = ?2, ended_sequence = ?3 WHERE sequence = ?1")?
            .execute([hold.placed.sequence.get(), state as i64, at.get()])?;
        Ok(())
    }

    /// Writes each account that the batch touched once, in the table's order.
    fn balances(&mut self) -> Result<()> {
        let mut replace = self.connection.prepare_cached(
            "REPLACE INTO balances (no, balance, held, open_holds, posting_count, last_posting)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (account, chain) in self.facts.book.touched() {
            replace.execute(params![
                account.number(),
                account.balance.steps(),
                account.held.steps(),
                account.open_holds,
                chain.count(),
                chain.last().map(Position::stored),
            ])?;
        }
        Ok(())
    }
}

fn missing(what: &str, id: impl Display) -> StoreError {
    StoreError::Corrupt(format!("the {what} {id} is not loaded"))
}
