//! Every transfer's row: balances after it, and links to the postings before.

use rusqlite::Rows as SqlRows;

use super::{Result, effective_at, opening, wrong};
use crate::{
    ledger::{AccountId, Moment, Record, Sequence, Transfer},
    store::{
        StoreError,
        chain::Position,
        sqlite::{
            read::{self, Side},
            writer::{Posted, Row, Rows},
        },
    },
};

/// The position comes last, so that the sides are where the reader expects them.
pub(super) const SELECT: &str = "
    SELECT debit_no, debit_balance, debit_prev, debit_jump, debit_first_day, debit_last_day,
           credit_no, credit_balance, credit_prev, credit_jump, credit_first_day,
           credit_last_day, position
    FROM transfers ORDER BY position";

const PLACE: &str = "transfers";

/// Walks the stored transfers beside the journal's.
pub(super) struct Transfers<'s> {
    stored: SqlRows<'s>,
    rows: Rows,
}

impl<'s> Transfers<'s> {
    pub(super) fn new(stored: SqlRows<'s>) -> Self {
        Self {
            stored,
            rows: Rows::default(),
        }
    }

    pub(super) fn check(&mut self, record: &Record) -> Result<()> {
        let sequence = record.stamp.sequence;
        if let Some(opening) = opening(record) {
            self.rows
                .loaded(opening.id.clone(), Row::new(sequence.get()));
        }
        let Some(entry) = record.fact.entry() else {
            return Ok(());
        };
        let effective = effective_at(record);
        for (leg, transfer) in entry.transfers.as_slice().iter().enumerate() {
            self.leg(transfer, Position::new(sequence, leg), effective)?;
        }
        Ok(())
    }

    fn leg(&mut self, transfer: &Transfer, at: Position, effective: Moment) -> Result<()> {
        let sequence = at.sequence();
        let debit = self.rows.touch(transfer.debit())?;
        let debited = debit.balance.minus(transfer.amount());
        let debit = debit.post(debited, at, effective)?;
        let credit = self.rows.touch(transfer.credit())?;
        let credited = credit.balance.plus(transfer.amount());
        let credit = credit.post(credited, at, effective)?;
        let Some(row) = self.stored.next()? else {
            return wrong(sequence, PLACE, format!("leg {} has no row", at.leg()));
        };
        let position: i64 = row.get(12)?;
        if position != at.stored() {
            let what = format!("the row of leg {} is missing, or one is too many", at.leg());
            return wrong(sequence, PLACE, what);
        }
        for (side, expected) in [(Side::Debit, debit), (Side::Credit, credit)] {
            let (no, balance, link) = match read::side(row, side) {
                Ok(found) => found,
                Err(StoreError::Corrupt(what)) => return wrong(sequence, PLACE, what),
                Err(error) => return Err(error.into()),
            };
            let found = Posted { no, balance, link };
            if found != expected {
                let what = format!(
                    "the {side:?} side of leg {} is {found:?}, and should be {expected:?}",
                    at.leg()
                );
                return wrong(sequence, PLACE, what);
            }
        }
        Ok(())
    }

    /// No row may be left over.
    pub(super) fn check_end(&mut self) -> Result<()> {
        let Some(row) = self.stored.next()? else {
            return Ok(());
        };
        let position: i64 = row.get(12)?;
        let sequence = Position::from_stored(position).map_or(Sequence::ZERO, Position::sequence);
        wrong(
            sequence,
            PLACE,
            "a row belongs to no transfer of the journal",
        )
    }

    /// What an account's postings came to.
    pub(super) fn row(&self, account: &AccountId) -> Result<&Row> {
        Ok(self.rows.get(account)?)
    }
}
