//! Rows by what services and needs are grouped by, one or two of it, and one of all.

use std::collections::BTreeMap;

use super::{
    MAX_ROWS, ReportError,
    report::{ALL, Column, Report, Value},
};
use crate::{ledger::Sequence, query::ReadError};

/// By what services and needs are grouped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum By {
    /// The centre, or the branch of the chart.
    #[default]
    Branch,
    Service,
    /// The block of the recipient when the need was published.
    Block,
    /// The service point.
    Point,
    /// The month of the day by which it counts.
    Month,
}

impl By {
    pub(super) fn column(self) -> Column {
        Column::text(match self {
            Self::Branch => "branch",
            Self::Service => "service",
            Self::Block => "block",
            Self::Point => "point",
            Self::Month => "month",
        })
    }
}

/// What rows are grouped by: by one, and in each of these by another, if there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Grouping {
    by: By,
    then_by: Option<By>,
}

impl From<By> for Grouping {
    fn from(by: By) -> Self {
        Self { by, then_by: None }
    }
}

impl Grouping {
    /// By one and then by another. None where both are the same.
    pub fn new(by: By, then_by: Option<By>) -> Option<Self> {
        (then_by != Some(by)).then_some(Self { by, then_by })
    }

    fn each(self) -> impl Iterator<Item = By> {
        [self.by].into_iter().chain(self.then_by)
    }

    /// The columns of what rows are grouped by, and the others.
    pub(super) fn columns(self, others: &[Column]) -> Vec<Column> {
        let columns = self.each().map(By::column);
        columns.chain(others.iter().copied()).collect()
    }

    /// The group of what has these.
    pub(super) fn group(self, of: impl Fn(By) -> Option<String>) -> Group {
        self.each().map(of).collect()
    }
}

/// What a row is of: as many labels as it is grouped by.
pub(super) type Group = Vec<Option<String>>;

/// Tallies by group, and one of all.
#[derive(Debug, Default)]
pub(super) struct Grouped<T> {
    rows: BTreeMap<Group, T>,
    all: T,
}

impl<T: Default> Grouped<T> {
    /// Adds to a group, and to all.
    pub(super) fn add(&mut self, of: Group, add: impl Fn(&mut T)) -> Result<(), ReadError> {
        add(&mut self.all);
        if let Some(row) = self.rows.get_mut(&of) {
            add(row);
            return Ok(());
        }
        if self.rows.len() == MAX_ROWS {
            return Err(ReportError::TooManyRows { max: MAX_ROWS }.into());
        }
        add(self.rows.entry(of).or_default());
        Ok(())
    }

    /// The tallies of the groups.
    pub(super) fn tallies_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.values_mut()
    }

    /// That of all.
    pub(super) fn all_mut(&mut self) -> &mut T {
        &mut self.all
    }

    /// The rows in the order of what they are grouped by, and that of all, under so many columns.
    pub(super) fn rows(
        self,
        columns: &[Column],
        values: impl Fn(T) -> Vec<Value>,
    ) -> Vec<Vec<Value>> {
        let rows = self.rows.into_iter();
        let rows = rows.map(|(of, tally)| {
            let mut row: Vec<_> = of.into_iter().map(Value::label).collect();
            row.extend(values(tally));
            row
        });
        let told = values(self.all);
        let mut all = vec![Value::text(ALL)];
        all.resize(columns.len().saturating_sub(told.len()), Value::None);
        all.extend(told);
        rows.chain([all]).collect()
    }
}
/// A report of rows by groups, as it is made.
#[derive(Debug)]
pub(super) struct Table<T> {
    by: Grouping,
    pub(super) grouped: Grouped<T>,
}

impl<T: Default> Table<T> {
    pub(super) fn by(by: Grouping) -> Self {
        let grouped = Grouped::default();
        Self { by, grouped }
    }

    /// Adds to the group of what has these.
    pub(super) fn add(
        &mut self,
        of: impl Fn(By) -> Option<String>,
        add: impl Fn(&mut T),
    ) -> Result<(), ReadError> {
        self.grouped.add(self.by.group(of), add)
    }

    pub(super) fn report(
        self,
        columns: &[Column],
        values: impl Fn(T) -> Vec<Value>,
        at: Sequence,
    ) -> Report {
        let columns = self.by.columns(columns);
        Report {
            rows: self.grouped.rows(&columns, values),
            columns,
            at,
        }
    }
}
