//! What became of the rows of a file, told line by line and summed up.

use std::collections::BTreeMap;

use serde_json::json;
use timebank::ledger::{Amount, UnitId};

use super::{
    ImportArgs,
    fault::RowError,
    row::Booking,
    target::{Fate, NotOpened, Target},
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
    not_opened: i64,
    totals: BTreeMap<UnitId, Totals>,
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
            not_opened: 0,
            totals: BTreeMap::new(),
        }
    }

    /// A row that cannot be booked.
    pub(super) fn bad(&mut self, line: u64, error: &RowError) {
        self.bad += 1;
        self.tell(line, error.reason(), &error.to_string());
    }

    #[cfg(test)]
    pub(super) fn bad_rows(&self) -> i64 {
        self.bad
    }

    /// A row that is not meant to be booked.
    pub(super) fn skipped(&mut self, line: u64, why: &str) {
        self.skipped += 1;
        self.tell(line, "SKIPPED", why);
    }

    /// An account that could not be opened, so that its rows will be refused.
    pub(super) fn not_opened(&mut self, refusal: &NotOpened) {
        self.not_opened += 1;
        let NotOpened {
            account,
            reason,
            message,
        } = refusal;
        self.progress.tell(&if self.as_json {
            json!({"account_id": account.as_str(), "reason": reason, "message": message})
                .to_string()
        } else {
            format!("account {account} is not opened: {reason}: {message}")
        });
    }

    /// What became of an entry's rows.
    pub(super) fn booking(&mut self, booking: &Booking, fate: &Fate, target: &Target) {
        for ((line, transfer), opening) in booking
            .lines
            .iter()
            .zip(booking.transfers())
            .zip(booking.openings.chunks(2))
        {
            let unit = target.unit(transfer.debit()).unwrap_or(&opening[0].unit);
            self.row_of(unit.clone(), transfer.amount(), fate);
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

    /// The sum of it. Rows read are those skipped, bad, booked, already there
    /// and refused; bad and skipped rows have no amount.
    pub(super) fn row(&self, args: &ImportArgs, accounts_opened: i64) -> Row {
        let totals = self.totals.iter().map(|(unit, totals)| {
            let steps = |steps| Cell::steps(steps, unit.as_str());
            Row(vec![
                ("unit_id", Cell::text(unit.as_str())),
                ("amount_read", steps(totals.read)),
                ("amount_booked", steps(totals.booked)),
                ("amount_already_there", steps(totals.already_there)),
                ("amount_refused", steps(totals.refused)),
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
            ("accounts_opened", Cell::Count(accounts_opened)),
            ("totals", Cell::Rows(totals.collect())),
        ])
    }

    /// Whether all rows are where they belong.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        if self.bad + self.refused + self.not_opened == 0 {
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
