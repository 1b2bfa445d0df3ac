//! What became of the rows of a file, told line by line and summed up.

use std::collections::BTreeMap;

use serde_json::json;
use timebank::ledger::{AccountId, Amount, UnitId};

use super::{
    ImportArgs,
    call::Call,
    fate::Fate,
    fault::RowError,
    row::{Booking, Measure, Moved},
    target::Target,
};
use crate::{
    error::Failure,
    progress::Progress,
    render::{Cell, Row},
};

/// What was moved in one unit, by what became of it.
#[derive(Default)]
struct Totals {
    read: i64,
    booked: i64,
    already_there: i64,
    refused: i64,
    bad: i64,
}

/// What tells the units of a call's accounts.
#[derive(Clone, Copy)]
pub(super) struct Units<'a> {
    pub(super) target: &'a Target,
    pub(super) call: &'a Call,
}

impl Units<'_> {
    /// The unit of an account that is there, or in which it would be opened.
    fn of(&self, account: &AccountId) -> UnitId {
        let unit = self.target.unit(account);
        let unit = unit.or_else(|| self.call.unit(account));
        unit.cloned().unwrap_or_else(UnitId::time)
    }
}

pub(super) struct Tally {
    pub(super) progress: Progress,
    as_json: bool,
    pub(super) rows_read: i64,
    skipped: i64,
    bad: i64,
    booked: i64,
    already_there: i64,
    refused: i64,
    totals: BTreeMap<UnitId, Totals>,
    /// What the bad rows say they move, until it is known in which unit.
    bad_amounts: BTreeMap<Measure, i64>,
}

impl Tally {
    pub(super) fn new(as_json: bool, progress: Progress) -> Self {
        Self {
            progress,
            as_json,
            rows_read: 0,
            skipped: 0,
            bad: 0,
            booked: 0,
            already_there: 0,
            refused: 0,
            totals: BTreeMap::new(),
            bad_amounts: BTreeMap::new(),
        }
    }

    /// A row that cannot be booked, and what it says it moves.
    pub(super) fn bad(&mut self, line: u64, error: &RowError, moved: Option<Moved>) {
        self.bad += 1;
        if let Some(Moved { amount, of }) = moved {
            let steps = self.bad_amounts.entry(of).or_default();
            *steps = steps.saturating_add(amount.steps());
        }
        self.tell(line, error.reason(), &error.to_string());
    }

    #[cfg(test)]
    pub(super) fn bad_rows(&self) -> i64 {
        self.bad
    }

    /// The accounts whose units say what some bad rows move.
    pub(super) fn accounts_of_bad_rows(&self) -> Vec<AccountId> {
        let accounts = self.bad_amounts.keys().filter_map(|of| match of {
            Measure::Unit(_) => None,
            Measure::Account(account) => Some(account.clone()),
        });
        accounts.collect()
    }

    /// Adds the bad rows to the totals. An account that is not there would be
    /// opened in hours.
    pub(super) fn add_bad_rows(&mut self, target: &Target) {
        for (of, steps) in std::mem::take(&mut self.bad_amounts) {
            let unit = match of {
                Measure::Unit(unit) => unit,
                Measure::Account(account) => {
                    target.unit(&account).cloned().unwrap_or_else(UnitId::time)
                }
            };
            let totals = self.totals.entry(unit).or_default();
            totals.bad = totals.bad.saturating_add(steps);
            totals.read = totals.read.saturating_add(steps);
        }
    }

    /// A row that is not meant to be booked.
    pub(super) fn skipped(&mut self, line: u64, why: &str) {
        self.skipped += 1;
        self.tell(line, "SKIPPED", why);
    }

    /// What became of an entry's rows.
    pub(super) fn booking(&mut self, booking: &Booking, fate: &Fate, units: Units<'_>) {
        for (line, transfer) in booking.lines.iter().zip(&booking.transfers) {
            let unit = units.of(transfer.debit());
            self.row_of(unit, transfer.amount(), fate);
            if let Fate::Refused { reason, message } = fate {
                self.tell(*line, reason, message);
            }
        }
    }

    fn row_of(&mut self, unit: UnitId, amount: Amount, fate: &Fate) {
        let totals = self.totals.entry(unit).or_default();
        let (rows, total) = match fate {
            Fate::Booked => (&mut self.booked, &mut totals.booked),
            Fate::AlreadyThere => (&mut self.already_there, &mut totals.already_there),
            Fate::Refused { .. } => (&mut self.refused, &mut totals.refused),
        };
        *rows += 1;
        *total = total.saturating_add(amount.steps());
        totals.read = totals.read.saturating_add(amount.steps());
    }

    fn tell(&self, line: u64, reason: &str, message: &str) {
        self.progress.tell(&if self.as_json {
            json!({"line": line, "reason": reason, "message": message}).to_string()
        } else {
            format!("line {line}: {reason}: {message}")
        });
    }

    /// That a dry run goes on with another call.
    pub(super) fn decided_in_parts(&self, call: &Call) {
        let first = call.bookings.first().and_then(|first| first.lines.first());
        let message = "the file takes more than one call: from here on it is decided as if what \
                       came before had not been booked";
        self.tell(first.copied().unwrap_or_default(), "IN_PARTS", message);
    }

    /// The sum of it. Rows read are those skipped, bad, booked, already there
    /// and refused; amounts read are those of all but the skipped ones.
    pub(super) fn row(&self, args: &ImportArgs, accounts_opened: usize) -> Row {
        let totals = self.totals.iter().map(|(unit, totals)| {
            let steps = |steps| Cell::steps(steps, unit.as_str());
            Row(vec![
                ("unit_id", Cell::text(unit.as_str())),
                ("amount_read", steps(totals.read)),
                ("amount_booked", steps(totals.booked)),
                ("amount_already_there", steps(totals.already_there)),
                ("amount_refused", steps(totals.refused)),
                ("amount_bad", steps(totals.bad)),
            ])
        });
        Row(vec![
            ("file", Cell::text(args.file.display().to_string())),
            ("format", Cell::text(args.format.name())),
            ("dry_run", Cell::Flag(args.dry_run)),
            ("rows_read", Cell::Count(self.rows_read)),
            ("rows_skipped", Cell::Count(self.skipped)),
            ("rows_bad", Cell::Count(self.bad)),
            ("rows_booked", Cell::Count(self.booked)),
            ("rows_already_there", Cell::Count(self.already_there)),
            ("rows_refused", Cell::Count(self.refused)),
            ("accounts_opened", Cell::Count(accounts_opened as i64)),
            ("totals", Cell::Rows(totals.collect())),
        ])
    }

    /// Whether all rows are where they belong.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        if self.bad + self.refused == 0 {
            return Ok(());
        }
        let count = |count: i64| count.to_string();
        Err(Failure::wrong(
            "not every row is in the ledger; each of the others is told above",
            [
                ("rows_read", count(self.rows_read)),
                ("rows_bad", count(self.bad)),
                ("rows_refused", count(self.refused)),
            ],
        ))
    }
}
