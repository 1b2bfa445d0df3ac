//! How satisfied those were who were served.

use super::{
    Scope, Within,
    grouped::{Grouping, Table},
    people::People,
    ratings::{Ratings, withhold},
    report::{Column, Report, Value},
    visits::{Visit, visits},
};
use crate::{
    ledger::Sequence,
    query::{ReadError, Reading},
};

const COLUMNS: [Column; 10] = [
    Column::count("orders"),
    Column::count("answers"),
    Column::percent("response_percent"),
    Column::hundredths("mean_stars"),
    Column::percent("satisfied_percent"),
    Column::count("stars_1"),
    Column::count("stars_2"),
    Column::count("stars_3"),
    Column::count("stars_4"),
    Column::count("stars_5"),
];

/// What recipients said of orders.
#[derive(Debug, Default)]
pub(super) struct Tally {
    orders: i64,
    ratings: Ratings,
}

impl Tally {
    pub(super) fn add(&mut self, visit: &Visit<'_>) {
        if visit.order_id.is_some() {
            self.orders += 1;
            self.ratings.add(visit.rating);
        }
    }

    /// The mean of the stars, if there are enough.
    pub(super) fn mean(&self) -> Value {
        self.ratings.mean()
    }

    /// How many answered.
    pub(super) fn response(&self) -> Value {
        Value::percent(self.ratings.answers(), self.orders)
    }

    fn values(self) -> Vec<Value> {
        let mut values = vec![
            Value::Number(self.orders),
            Value::Number(self.ratings.answers()),
            self.response(),
            self.mean(),
            self.ratings.satisfied(),
        ];
        values.extend(self.ratings.each());
        values
    }
}

/// What recipients said, by group.
pub(super) struct Satisfaction(Table<Tally>);

impl Satisfaction {
    pub(super) fn by(by: Grouping) -> Self {
        Self(Table::by(by))
    }

    /// Adds an order. Other services nobody is asked about.
    pub(super) fn add(&mut self, visit: &Visit<'_>) -> Result<(), ReadError> {
        if visit.order_id.is_none() {
            return Ok(());
        }
        self.0.add(|by| visit.group(by), |tally| tally.add(visit))
    }

    pub(super) fn report(mut self, at: Sequence) -> Report {
        withhold(&mut self.0.grouped, |tally| &mut tally.ratings);
        self.0.report(&COLUMNS, Tally::values, at)
    }
}

/// How satisfied those were who were served by orders of a scope, as they said when they
/// confirmed. Of fewer than five answers it is told only that they are too few.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn satisfaction(
    reading: &mut Reading<'_>,
    scope: &Scope,
    by: Grouping,
) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let mut satisfaction = Satisfaction::by(by);
    let mut people = People::default();
    visits(reading, &within, &mut people, &mut |visit| {
        satisfaction.add(visit)
    })?;
    Ok(satisfaction.report(within.at))
}
