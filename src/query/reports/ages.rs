//! How old the hours on an account are: what was recorded first is spent first, so what is left
//! is what came last.

use super::{Within, accounts::AccountAt};
use crate::{
    exchange::Day,
    ledger::{Moment, Span, TimeZone, jump_ordinal},
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
    /// Adds what stands on an account.
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
        match common_age(&mut history, today)? {
            Some(age) => self.add_to(age, at.balance),
            None => self.add_last(&mut history, at.balance, today)?,
        }
        Ok(())
    }

    fn add_to(&mut self, age: Age, minutes: i64) {
        if let Some(sum) = self.0.get_mut(age) {
            *sum = sum.saturating_add(minutes);
        }
    }

    /// Adds what came last, one posting after another.
    fn add_last(
        &mut self,
        history: &mut History<'_>,
        mut left: i64,
        today: Today,
    ) -> Result<(), ReadError> {
        // An age that postings have in common, and the ordinal that they come after.
        let mut common = None;
        let mut step = history.last()?;
        while let Some(posting) = step.filter(|_| left > 0) {
            if let Some(span) = posting.row.link.span {
                let age = today.age_of_all(span);
                common = age.map(|age| (age, jump_ordinal(posting.ordinal)));
            }
            let before = history.prev(posting)?;
            let change = posting.row.balance - before.map_or(0, |before| before.row.balance);
            if change > 0 {
                let age = match common.filter(|(_, after)| posting.ordinal > *after) {
                    Some((age, _)) => age,
                    None => today.age(history.place(posting)?.effective_at),
                };
                let part = change.min(left);
                self.add_to(age, part);
                left -= part;
            }
            step = before;
        }
        Ok(())
    }

    /// Each age with the minutes that are of it.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let names = AGES.map(|(_, name)| name).into_iter().chain([OLDEST]);
        names.zip(self.0)
    }
}

/// The age of all postings of an account, where they have one: told by the spans of a few, and
/// where only the last has none, by its record.
fn common_age(history: &mut History<'_>, today: Today) -> Result<Option<Age>, ReadError> {
    let (mut common, mut alone) = (None, None);
    let mut step = history.last()?;
    while let Some(posting) = step {
        match posting.row.link.span {
            None => alone = Some(posting),
            Some(span) => match (today.age_of_all(span), common) {
                (Some(age), None) => common = Some(age),
                (Some(age), Some(common)) if age == common => {}
                _ => return Ok(None),
            },
        }
        step = history.jump(posting)?;
    }
    let Some(posting) = alone else {
        return Ok(common);
    };
    let age = today.age(history.place(posting)?.effective_at);
    Ok(Some(age).filter(|age| common.is_none_or(|common| common == *age)))
}
