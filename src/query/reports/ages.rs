//! How old the hours on an account are: what was recorded first is spent first, so what is left
//! is what came last.

use super::{Within, accounts::AccountAt};
use crate::{
    exchange::Day,
    ledger::{Moment, Span, TimeZone},
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

/// Minutes by how long ago they came.
#[derive(Debug, Default)]
pub(super) struct Ages([i64; AGES.len() + 1]);

/// From which day ages are counted back, and in which zone days are told.
#[derive(Clone, Copy)]
struct Today {
    day: Day,
    zone: TimeZone,
}

impl Today {
    fn age(self, came_at: Moment) -> Age {
        let years = Day::of(came_at, self.zone).years_until(self.day);
        let age = AGES.iter().position(|(end, _)| years < *end);
        age.unwrap_or(AGES.len())
    }

    /// The age of all that came in a span. None where there are several.
    fn age_of_all(self, span: Span) -> Option<Age> {
        let first = self.age(Moment::from_us(span.first_us())?);
        let last = self.age(Moment::from_us(span.last_us())?);
        (first == last).then_some(first)
    }
}

impl Ages {
    /// Adds what stands on an account: of postings of one age what they credited, and where
    /// ages mix, one posting after another.
    pub(super) fn add(
        &mut self,
        reading: &mut Reading<'_>,
        within: &Within,
        at: &AccountAt,
        day: Day,
    ) -> Result<(), ReadError> {
        let today = Today {
            day,
            zone: within.zone,
        };
        let mut history = History::new(reading, &at.row);
        let mut left = at.balance;
        let mut step = history.last()?;
        while left > 0
            && let Some(posting) = step
        {
            let span = posting.row.link.span;
            if let Some(age) = today.age_of_all(span) {
                self.take(age, span.credited, &mut left);
                step = match left {
                    0 => None,
                    _ => history.jump(posting)?,
                };
            } else {
                let before = history.prev(posting)?;
                let change = posting.row.balance - before.map_or(0, |before| before.row.balance);
                let age = today.age(history.place(posting)?.effective_at);
                self.take(age, change.max(0), &mut left);
                step = before;
            }
        }
        Ok(())
    }

    /// Adds what was credited, as far as it is left.
    fn take(&mut self, age: Age, credited: i64, left: &mut i64) {
        let part = credited.min(*left);
        *left -= part;
        if let Some(sum) = self.0.get_mut(age) {
            *sum = sum.saturating_add(part);
        }
    }

    /// Each age with the minutes that are of it.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let names = AGES.map(|(_, name)| name).into_iter().chain([OLDEST]);
        names.zip(self.0)
    }
}
