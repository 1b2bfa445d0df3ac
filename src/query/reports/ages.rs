//! How old the hours on an account are: what was recorded first is spent first, so what is left
//! is what came last.

use super::accounts::AccountAt;
use crate::{
    exchange::Day,
    ledger::{Middle, Span, TimeZone},
    query::{
        ReadError, Reading,
        history::{History, Reached},
    },
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

    /// Adds what stands on an account.
    pub(super) fn add(
        &mut self,
        reading: &mut Reading<'_>,
        at: &AccountAt,
    ) -> Result<(), ReadError> {
        let mut history = History::new(reading, &at.row);
        let mut left = at.balance;
        let mut next = history.last()?;
        while left > 0
            && let Some(posting) = next
        {
            let (age, credited, before) = self.part(&mut history, posting, left)?;
            self.take(age, credited, &mut left);
            next = before;
        }
        Ok(())
    }

    /// What a posting and others before it credited that are of one age, and the posting that comes
    /// before them, if more than what is left is wanted: of all that it spans; where ages mix, of
    /// the second half; where they mix there, too, of itself.
    fn part(
        &self,
        history: &mut History<'_>,
        posting: Reached,
        left: i64,
    ) -> Result<(Age, i64, Option<Reached>), ReadError> {
        let link = posting.row.link;
        let credited = link.span.credited;
        if let Some(age) = self.age_of_all(link.span) {
            let before = match credited < left {
                true => history.jump(posting)?,
                false => None,
            };
            return Ok((age, credited, before));
        }
        if let Some((age, middle)) = self.age_of_rest(posting) {
            let before = history.middle(posting, middle)?;
            let first_half = before.map_or(0, |before| before.row.link.span.credited);
            return Ok((age, credited - first_half, before));
        }
        let before = history.prev(posting)?;
        let change = posting.row.balance - before.map_or(0, |before| before.row.balance);
        Ok((self.age(link.minute), change.max(0), before))
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

    /// The age of all that came in the second half of a span. None where there are several, or where
    /// nobody knows how much that credited.
    fn age_of_rest(&self, posting: Reached) -> Option<(Age, Middle)> {
        let link = posting.row.link;
        let middle = link.middle_of(posting.ordinal)?;
        // Its last minute may be earlier than that of all, which is as late as it can be.
        let rest = Span {
            first: middle.rest_first,
            ..link.span
        };
        let age = self.age_of_all(rest)?;
        (link.span.credited < i64::MAX).then_some((age, middle))
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
