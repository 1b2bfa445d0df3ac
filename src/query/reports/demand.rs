//! What was asked for, and what became of it.

use std::ops::ControlFlow;

use super::{
    Scope, Within,
    grouped::{By, Grouping, Table},
    listing::{each_line, object_of, read_line},
    past,
    report::{Column, Report, Value},
};
use crate::{
    exchange::{Branch, Day, List, Need, NeedId, NeedState, Object, ObjectId, order::NeedLine},
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

/// A need as it stood.
pub(super) struct Asked<'a> {
    /// Its centre.
    place: &'a str,
    /// The day on which it was published.
    on: Day,
    pub(super) line: NeedLine<'a>,
}

impl Asked<'_> {
    /// What it is under where needs are grouped.
    fn group(&self, by: By) -> Option<String> {
        match by {
            By::Branch => Some(self.place.into()),
            By::Service => Some(self.line.service.into()),
            By::Block => self.line.block.map(Into::into),
            By::Point => self.line.point.map(Into::into),
            By::Month => Some(self.on.month()),
        }
    }
}

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
    pub(super) fn add(&mut self, need: &NeedLine<'_>, today: Day) {
        self.needs += 1;
        self.offers = self.offers.saturating_add(need.offers);
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

    pub(super) fn add(&mut self, need: &Asked<'_>) -> Result<(), ReadError> {
        let today = self.today;
        self.table
            .add(|by| need.group(by), |tally| tally.add(&need.line, today))
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
    needs(reading, &within, &mut |need| demand.add(need))?;
    Ok(demand.report(within.at))
}

/// The needs that were published on days of the scope, as they stood at its position.
pub(super) fn needs(
    reading: &mut Reading<'_>,
    within: &Within,
    see: &mut impl FnMut(&Asked<'_>) -> Result<(), ReadError>,
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
    see: &mut impl FnMut(&Asked<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    // No zone is a day from UTC.
    let first = within.scope.since.map_or(Day::FIRST, Day::before);
    let end = within.scope.until.and_then(Day::next);
    let list = List::NeedsFrom(centre.clone(), first);
    let place = centre.as_str();
    each_line(reading, &list, &mut |reading, id, line| {
        let line: NeedLine<'_> = read_line(id, line)?;
        if end.is_some_and(|end| end < Day::of_utc(line.published_at)) {
            return Ok(ControlFlow::Break(()));
        }
        let on = Day::of(line.published_at, within.zone);
        let is_there = line.first <= within.at && within.has_day(on);
        if !is_there || !within.has_member(line.recipient) {
            return Ok(ControlFlow::Continue(()));
        }
        if line.last <= within.at {
            see(&Asked { place, on, line })?;
        } else if let Some(need) = past_need(reading, within, id)? {
            let line = need.line();
            see(&Asked { place, on, line })?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// A need as it stood before what came after the position.
fn past_need(
    reading: &mut Reading<'_>,
    within: &Within,
    id: &str,
) -> Result<Option<Need>, ReadError> {
    match object_of(reading, id, |id| ObjectId::Need(NeedId(id)))? {
        Object::Need(need) => past::need_at(reading, *need, within.at),
        object => Err(misplaced(&object).into()),
    }
}
