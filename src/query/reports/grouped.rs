//! Rows by what services and needs are grouped by, and one of all.

use std::collections::BTreeMap;

use super::{
    MAX_ROWS, ReportError,
    report::{ALL, Column, Value},
};
use crate::query::ReadError;

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

/// Tallies by group, and one of all.
#[derive(Debug, Default)]
pub(super) struct Grouped<T> {
    rows: BTreeMap<Option<String>, T>,
    all: T,
}

impl<T: Default> Grouped<T> {
    /// Adds to a group, and to all.
    pub(super) fn add(
        &mut self,
        of: Option<String>,
        add: impl Fn(&mut T),
    ) -> Result<(), ReadError> {
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

    /// The rows in the order of what they are grouped by, and that of all.
    pub(super) fn rows(self, values: impl Fn(T) -> Vec<Value>) -> Vec<Vec<Value>> {
        let rows = self.rows.into_iter();
        let rows = rows.map(|(of, tally)| (Value::label(of), tally));
        let all = [(Value::text(ALL), self.all)];
        let rows = rows.chain(all).map(|(of, tally)| {
            let mut row = vec![of];
            row.extend(values(tally));
            row
        });
        rows.collect()
    }
}
