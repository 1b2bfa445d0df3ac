//! What was asked for, and what became of it.

use std::ops::ControlFlow;

use super::{
    Scope, Within,
    grouped::{By, Grouping, Table},
    listing::each_of,
    past,
    report::{Column, Report, Value},
};
use crate::{
    exchange::{Branch, Day, List, Need, NeedState, Object},
    ledger::Sequence,
    query::{ReadError, Reading, exchange::misplaced},
};

const DAY_MINUTES: i64 = 24 * 60;

const COLUMNS: [Column; 11] = [
    Column::count("needs"),
    Column::count("arranged"),
    Column::count("accepted"),
    Column::count("waiting"),
    Column::count("expired"),
    Column::count("declined"),
    Column::count("cancelled"),
    Column::count("offers"),
    Column::percent("unmet_percent"),
    Column::minutes("mean_minutes_to_acceptance"),
    Column::percent("accepted_in_a_day_percent"),
];

/// What became of needs.
#[derive(Debug, Default)]
pub(super) struct Tally {
    needs: i64,
    arranged: i64,
    accepted: i64,
    waiting: i64,
    expired: i64,
    declined: i64,
    cancelled: i64,
    offers: i64,
    /// How many were accepted once, by a step of its own.
    taken: i64,
    taken_in_a_day: i64,
    minutes_to_acceptance: i64,
}

impl Tally {
    /// A need as it stood, on a day.
    pub(super) fn add(&mut self, need: &Need, today: Day) {
        self.needs += 1;
        self.offers += i64::try_from(need.offers.len()).unwrap_or(i64::MAX);
        let is_arranged = need.state == NeedState::Accepted && need.first_accepted_at.is_none();
        *match need.state_on(today) {
            NeedState::Accepted if is_arranged => &mut self.arranged,
            NeedState::Accepted => &mut self.accepted,
            NeedState::Published | NeedState::Approved => &mut self.waiting,
            NeedState::Expired => &mut self.expired,
            NeedState::Declined => &mut self.declined,
            NeedState::Cancelled => &mut self.cancelled,
        } += 1;
        if let Some(accepted_at) = need.first_accepted_at {
            let minutes = need.published_at.minutes_until(accepted_at);
            self.taken += 1;
            self.taken_in_a_day += i64::from(minutes < DAY_MINUTES);
            self.minutes_to_acceptance = self.minutes_to_acceptance.saturating_add(minutes);
        }
    }

    pub(super) fn needs(&self) -> i64 {
        self.needs
    }

    /// Those that wait or have expired, of those that were wanted to the end.
    pub(super) fn unmet(&self) -> Value {
        let wanted = self.needs - self.declined - self.cancelled;
        Value::percent(self.waiting + self.expired, wanted)
    }

    pub(super) fn accepted_in_a_day(&self) -> Value {
        Value::percent(self.taken_in_a_day, self.taken)
    }

    fn values(self) -> Vec<Value> {
        vec![
            Value::Number(self.needs),
            Value::Number(self.arranged),
            Value::Number(self.accepted),
            Value::Number(self.waiting),
            Value::Number(self.expired),
            Value::Number(self.declined),
            Value::Number(self.cancelled),
            Value::Number(self.offers),
            self.unmet(),
            Value::mean(self.minutes_to_acceptance, self.taken),
            self.accepted_in_a_day(),
        ]
    }
}

/// Needs by group, as they stood on a day.
pub(super) struct Demand {
    today: Day,
    table: Table<Tally>,
}

impl Demand {
    pub(super) fn by(by: Grouping, today: Day) -> Self {
        let table = Table::by(by);
        Self { today, table }
    }

    /// Adds a need that was published on a day.
    pub(super) fn add(&mut self, need: &Need, on: Day) -> Result<(), ReadError> {
        let today = self.today;
        self.table
            .add(|by| group(need, on, by), |tally| tally.add(need, today))
    }

    pub(super) fn report(self, at: Sequence) -> Report {
        self.table.report(&COLUMNS, Tally::values, at)
    }
}

/// What became of the needs that were published in a scope's days.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn supply_demand(
    reading: &mut Reading<'_>,
    scope: &Scope,
    by: Grouping,
) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let mut demand = Demand::by(by, within.today(reading)?);
    needs(reading, &within, &mut |need, on| demand.add(need, on))?;
    Ok(demand.report(within.at))
}

fn group(need: &Need, published_on: Day, by: By) -> Option<String> {
    match by {
        By::Branch => Some(need.centre.as_str().into()),
        By::Service => Some(need.terms.service.as_str().into()),
        By::Block => need.block.as_ref().map(|block| block.as_str().into()),
        By::Point => need.terms.point.as_ref().map(|point| point.as_str().into()),
        By::Month => Some(published_on.month()),
    }
}

/// The needs that were published on days of the scope, as they stood at its position, each with
/// that day.
pub(super) fn needs(
    reading: &mut Reading<'_>,
    within: &Within,
    see: &mut impl FnMut(&Need, Day) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    for centre in &within.centres {
        needs_of(reading, within, centre, see)?;
    }
    Ok(())
}

fn needs_of(
    reading: &mut Reading<'_>,
    within: &Within,
    centre: &Branch,
    see: &mut impl FnMut(&Need, Day) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    // No zone is a day from UTC.
    let first = within.scope.since.map_or(Day::FIRST, Day::before);
    let end = within.scope.until.and_then(Day::next);
    let list = List::NeedsFrom(centre.clone(), first);
    each_of(reading, list, &mut |reading, object| {
        let Object::Need(need) = object else {
            return Err(misplaced(&object).into());
        };
        if end.is_some_and(|end| end < Day::of_utc(need.published_at)) {
            return Ok(ControlFlow::Break(()));
        }
        let on = Day::of(need.published_at, within.zone);
        if within.has_day(on)
            && let Some(need) = past::need_at(reading, *need, within.at)?
        {
            see(&need, on)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}
