//! Reports: figures of a period and a branch, as the journal had them at a position. The same
//! position gives the same figures for ever.
//!
//! Days are service dates, in the ledger's zone. What was changed after the position is
//! [taken back](past), so that nothing but the journal up to there counts.

mod accounts;
mod activity;
mod ages;
mod anomalies;
mod certificate;
mod closing;
mod demand;
mod dormancy;
mod evaluations;
mod forced;
mod grouped;
mod groups;
mod indicators;
mod invested;
mod listing;
mod month;
mod past;
mod people;
mod ratings;
mod redeemability;
mod registered;
mod report;
mod sample;
mod satisfaction;
mod visits;

pub use activity::activity;
pub use anomalies::anomalies;
pub use certificate::{
    Certificate, CertificateQuery, Checked, Served, ServedAs, Trained, certificate,
    check_certificate,
};
pub use closing::period_report;
pub use demand::supply_demand;
pub use dormancy::dormancy;
pub use evaluations::evaluations;
pub use grouped::{By, Grouping};
pub use indicators::indicators;
pub use month::{MonthReport, month_report};
pub use redeemability::redeemability;
pub use report::{Column, Measure, Report, Value};
pub use sample::{sample, sampled};
pub use satisfaction::satisfaction;

use super::{ReadError, Reading, centres, policies::zone};
use crate::{
    exchange::{Branch, Day, rules::MAX_CENTRES},
    ledger::{Account, AccountKind, Moment, Sequence, TimeZone, UnitId},
};

/// How many objects or records are read at once.
const AT_ONCE: usize = 1_000;
/// How many rows a report has.
const MAX_ROWS: usize = 10_000;

/// What a report is of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// Only what is below this branch of the chart.
    pub branch: Option<Branch>,
    /// From this day on.
    pub since: Option<Day>,
    /// Up to this day.
    pub until: Option<Day>,
    /// As of this record. None: the last.
    pub at: Option<Sequence>,
}

/// Why there is no such report.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReportError {
    #[error("position {at} is not there yet: the journal ends at {last}")]
    PositionAhead { at: Sequence, last: Sequence },
    #[error("nothing is below {branch} in the chart of accounts; name a centre, or what has some")]
    BranchEmpty { branch: Branch },
    #[error(
        "{branch} is a part of centre {centre}, and anomalies are of whole centres: name {centre}"
    )]
    BranchInside { branch: Branch, centre: Branch },
    #[error("there are more than {max} rows; ask for a branch, or for fewer days")]
    TooManyRows { max: usize },
    #[error("{since} to {until} is more than {max} months; ask for fewer at once")]
    TooManyMonths { since: Day, until: Day, max: u32 },
}

impl ReportError {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::PositionAhead { .. } => "POSITION_AHEAD",
            Self::BranchEmpty { .. } => "BRANCH_EMPTY",
            Self::BranchInside { .. } => "BRANCH_INSIDE_CENTRE",
            Self::TooManyRows { .. } => "TOO_MANY_ROWS",
            Self::TooManyMonths { .. } => "TOO_MANY_MONTHS",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PositionAhead { at, last } => {
                vec![("at", at.to_string()), ("last", last.to_string())]
            }
            Self::BranchEmpty { branch } => vec![("branch", branch.to_string())],
            Self::BranchInside { branch, centre } => vec![
                ("branch", branch.to_string()),
                ("centre", centre.to_string()),
            ],
            Self::TooManyRows { max } => vec![("max", max.to_string())],
            Self::TooManyMonths { since, until, max } => vec![
                ("since", since.to_string()),
                ("until", until.to_string()),
                ("max", max.to_string()),
            ],
        }
    }
}

/// The position that is asked for, or the last.
pub(super) fn position(
    reading: &mut Reading<'_>,
    asked: Option<Sequence>,
) -> Result<Sequence, ReadError> {
    let last = reading.snapshot.last()?;
    let at = asked.unwrap_or(last);
    match at > last {
        true => Err(ReportError::PositionAhead { at, last }.into()),
        false => Ok(at),
    }
}

/// A scope that has something in it.
struct Within {
    scope: Scope,
    /// The centres that are at or below its branch, or the one that its branch is inside.
    centres: Vec<Branch>,
    /// The centre that its branch is a part of: members are of it by their ids, and orders, needs
    /// and what came of them by their recipients.
    inside: Option<Branch>,
    zone: TimeZone,
    at: Sequence,
}

impl Within {
    fn of(reading: &mut Reading<'_>, scope: &Scope) -> Result<Self, ReadError> {
        reading.scan.lift();
        let at = position(reading, scope.at)?;
        let zone = zone(reading)?;
        let centres = centres(reading, None, MAX_CENTRES)?.into_iter();
        let centres = centres.filter(|centre| centre.opened <= at);
        let (mut at_or_below, mut around) = (Vec::new(), None);
        for centre in centres.map(|centre| centre.terms.prefix) {
            match &scope.branch {
                Some(branch) if centre.contains(branch.as_str()) => around = Some(centre),
                Some(branch) if *branch != centre && !branch.contains(centre.as_str()) => {}
                _ => at_or_below.push(centre),
            }
        }
        at_or_below.extend(around.clone());
        let within = Self {
            scope: scope.clone(),
            centres: at_or_below,
            inside: around,
            zone,
            at,
        };
        within.check_branch(reading)?;
        Ok(within)
    }

    /// A branch that is mistyped is not one where nothing happens.
    fn check_branch(&self, reading: &mut Reading<'_>) -> Result<(), ReadError> {
        let Some(branch) = self.scope.branch.as_ref() else {
            return Ok(());
        };
        let has_centres = !self.centres.is_empty() && self.inside.is_none();
        if has_centres || self.has_accounts(reading, branch)? {
            return Ok(());
        }
        let branch = branch.clone();
        Err(ReportError::BranchEmpty { branch }.into())
    }

    /// Whether an account makes what it is below a branch: it was there by the position, and is not
    /// what a member has of another unit below their own account.
    fn is_of_more(&self, account: &Account) -> bool {
        let is_of_one = account.kind == AccountKind::Member && account.unit != UnitId::time();
        account.opened.sequence <= self.at && !is_of_one
    }

    /// Whether a branch had such accounts.
    fn has_accounts(&self, reading: &mut Reading<'_>, branch: &Branch) -> Result<bool, ReadError> {
        let below = format!("{branch}:");
        let mut after = None;
        loop {
            reading.scan.check_caller()?;
            let rows = reading.snapshot.accounts(&below, after.as_ref(), AT_ONCE)?;
            if rows.iter().any(|row| self.is_of_more(&row.account)) {
                return Ok(true);
            }
            if rows.len() < AT_ONCE {
                return Ok(false);
            }
            after = rows.last().map(|row| row.account.id.clone());
        }
    }

    /// The day on which the record of its position was made.
    fn today(&self, reading: &mut Reading<'_>) -> Result<Day, ReadError> {
        let record = reading.snapshot.record(self.at)?;
        Ok(Day::of(record.stamp.moment, self.zone))
    }

    /// The last of its days, and none after that of its position.
    fn last_day(&self, reading: &mut Reading<'_>) -> Result<Day, ReadError> {
        let today = self.today(reading)?;
        Ok(self.scope.until.map_or(today, |until| until.min(today)))
    }

    /// The minutes of its days: the first, and the first that is no more of them.
    fn minutes(&self) -> (i64, i64) {
        let minute = |day: Option<Day>| {
            let begins_at = day.and_then(|day| day.begins_at(self.zone));
            begins_at.map(Moment::minute)
        };
        let end = self.scope.until.and_then(Day::next);
        (
            minute(self.scope.since).unwrap_or(i64::MIN),
            minute(end).unwrap_or(i64::MAX),
        )
    }

    fn has_account(&self, account: &str) -> bool {
        let branch = self.scope.branch.as_ref();
        branch.is_none_or(|branch| branch.contains(account))
    }

    /// Whether somebody of one of its centres is of it, and so what was done for them.
    fn has_member(&self, id: &str) -> bool {
        self.inside.is_none() || self.has_account(id)
    }

    fn has_day(&self, day: Day) -> bool {
        self.scope.since.is_none_or(|since| since <= day)
            && self.scope.until.is_none_or(|until| day <= until)
    }

    /// The place in the chart to which an account belongs: its centre, or where there is none,
    /// what its id has before the last two segments.
    fn place_of<'a>(&'a self, account: &'a str) -> &'a str {
        let centre = self.centres.iter().find(|centre| centre.contains(account));
        let above = || account.rsplitn(3, ':').nth(2);
        let first = || account.split(':').next();
        centre
            .map(Branch::as_str)
            .or_else(above)
            .or_else(first)
            .unwrap_or(account)
    }
}
