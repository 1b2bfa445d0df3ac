//! How satisfied those were who were served.

use super::{
    Scope, Within,
    grouped::{Grouped, Grouping},
    people::People,
    ratings::{Ratings, withhold},
    report::{Column, Report, Value},
    visits::{Visit, visits},
};
use crate::query::{ReadError, Reading};

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
    let mut grouped = Grouped::<Tally>::default();
    visits(
        reading,
        &within,
        &mut People::default(),
        &mut |visit| match visit.order_id {
            Some(_) => grouped.add(by.group(|by| visit.group(by)), |tally| tally.add(visit)),
            None => Ok(()),
        },
    )?;
    withhold(&mut grouped, |tally| &mut tally.ratings);
    let columns = by.columns(&COLUMNS);
    Ok(Report {
        rows: grouped.rows(&columns, Tally::values),
        columns,
        at: within.at,
    })
}
