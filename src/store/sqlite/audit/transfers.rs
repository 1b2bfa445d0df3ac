//! Every transfer's row: balances after it, and links to the postings before.

use rusqlite::Rows as SqlRows;

use super::{Field, Result, difference, shown, wrong};
use crate::{
    ledger::{Book, Link, Position, Posted, Sequence},
    store::{
        StoreError,
        sqlite::read::{self, Side},
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
}

impl<'s> Transfers<'s> {
    pub(super) fn new(stored: SqlRows<'s>) -> Self {
        Self { stored }
    }

    /// Compares what the last record posted.
    pub(super) fn check(&mut self, book: &Book) -> Result<()> {
        for posted in book.posted() {
            self.check_one(posted)?;
        }
        Ok(())
    }

    fn check_one(&mut self, expected: &Posted) -> Result<()> {
        let at = expected.position;
        let (sequence, leg) = (at.sequence(), at.leg());
        let Some(row) = self.stored.next()? else {
            return wrong(sequence, PLACE, format!("leg {leg} has no row"));
        };
        let position: i64 = row.get(12)?;
        if position != at.stored() {
            let what = format!("the row of leg {leg} is missing, or one is too many");
            return wrong(sequence, PLACE, what);
        }
        for (side, expected) in [
            (Side::Debit, expected.debit),
            (Side::Credit, expected.credit),
        ] {
            let found = match read::side(row, side) {
                Ok(found) => found,
                Err(StoreError::Corrupt(what)) => return wrong(sequence, PLACE, what),
                Err(error) => return Err(error.into()),
            };
            let expected = (expected.account_no, expected.balance.steps(), expected.link);
            if found != expected {
                let side = match side {
                    Side::Debit => "debited",
                    Side::Credit => "credited",
                };
                let differs = difference(fields(found), fields(expected));
                let what = format!("the {side} side of leg {leg}: {differs}");
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
        let what = "a row belongs to no transfer of the journal";
        wrong(sequence, PLACE, what)
    }
}

fn fields((account_no, balance, link): (i64, i64, Link)) -> [Field; 6] {
    let place = |at: Option<Position>| shown(at.map(Position::stored));
    [
        ("account number", account_no.to_string()),
        ("balance", balance.to_string()),
        ("posting before", place(link.prev)),
        ("posting further back", place(link.jump)),
        ("first day", shown(link.days.map(|days| days.first))),
        ("last day", shown(link.days.map(|days| days.last))),
    ]
}
