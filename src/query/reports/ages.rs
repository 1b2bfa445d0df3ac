//! How old the hours on an account are: what was recorded first is spent first, so what is left
//! is what came last.

use super::accounts::AccountAt;
use crate::{
    exchange::Day,
    ledger::{Span, TimeZone},
    query::{ReadError, Reading, history::History},
};

/// The upper ends of ages in years; what is older has none.
const AGES: [(u32, &str); 4] = [
    (1, "under 1 year"),
    (2, "1 to 2 years"),
    (5, "2 to 5 years"),
    (10, "5 to 10 years"),
];
const OLDEST: &str = "10 years and more";

/// A place among the ages.
type Age = usize;

/// Minutes by how long before a day they came.
#[derive(Debug)]
pub(super) struct Ages {
    /// The first minute of each age but the oldest.
    begins: [i64; AGES.len()],
    minutes: [i64; AGES.len() + 1],
}

impl Ages {
    /// None yet, by their ages on a day of a zone.
    pub(super) fn on(today: Day, zone: TimeZone) -> Self {
        Self {
            begins: AGES.map(|(years, _)| first_minute(years, today, zone)),
            minutes: Default::default(),
        }
    }

    /// Adds what stands on an account: of postings of one age what they credited, and where
    /// ages mix, one posting after another.
    pub(super) fn add(
        &mut self,
        reading: &mut Reading<'_>,
        at: &AccountAt,
    ) -> Result<(), ReadError> {
        let mut history = History::new(reading, &at.row);
        let mut left = at.balance;
        let mut step = history.last()?;
        while left > 0
            && let Some(posting) = step
        {
            let link = posting.row.link;
            if let Some(age) = self.age_of_all(link.span) {
                self.take(age, link.span.credited, &mut left);
                step = match left {
                    0 => None,
                    _ => history.jump(posting)?,
                };
            } else {
                let before = history.prev(posting)?;
                let change = posting.row.balance - before.map_or(0, |before| before.row.balance);
                self.take(self.age(link.minute), change.max(0), &mut left);
                step = before;
            }
        }
        Ok(())
    }

    fn age(&self, minute: i64) -> Age {
        let age = self.begins.iter().position(|begins| minute >= *begins);
        age.unwrap_or(AGES.len())
    }

    /// The age of all that came in a span. None where there are several.
    fn age_of_all(&self, span: Span) -> Option<Age> {
        let (first, last) = (self.age(span.first), self.age(span.last));
        (first == last).then_some(first)
    }

    /// Adds what was credited, as far as it is left.
    fn take(&mut self, age: Age, credited: i64, left: &mut i64) {
        let part = credited.min(*left);
        *left -= part;
        if let Some(sum) = self.minutes.get_mut(age) {
            *sum = sum.saturating_add(part);
        }
    }

    /// Each age with the minutes that are of it.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let names = AGES.map(|(_, name)| name).into_iter().chain([OLDEST]);
        names.zip(self.minutes)
    }
}

/// The first minute of the days from which there are fewer whole years to another.
fn first_minute(years: u32, today: Day, zone: TimeZone) -> i64 {
    // No year is longer.
    let mut day = today.minus_days(years * 366);
    while day.years_until(today) >= years
        && let Some(next) = day.next()
    {
        day = next;
    }
    day.begins_at(zone).map_or(i64::MIN, |at| at.minute())
}
