//! The indicators by which a time bank is evaluated. `docs/indicators.md` defines each, and this
//! prints the definitions from there.

use std::{collections::HashMap, ops::ControlFlow};

use super::{
    Scope, Within,
    demand::{self, needs},
    evaluations,
    forced::forced,
    invested::invested,
    listing::each_of,
    people::{People, Person},
    registered::Heard,
    report::{Figures, Report, Unit, Value},
    satisfaction,
    visits::{Visit, visits},
};
use crate::{
    exchange::{Branch, Day, IncidentState, List, Object, issuance::MONEY},
    ledger::Sequence,
    query::{ReadError, Reading, exchange::misplaced},
};

const DEFINITIONS: &str = include_str!("../../../docs/indicators.md");

/// What somebody did.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    services: u32,
    /// The service that was counted last: legs of one follow each other.
    last: Option<Sequence>,
    served: bool,
    was_served: bool,
}

#[derive(Debug, Default)]
struct Done {
    parts: HashMap<Person, Part>,
    services: i64,
    outside_orders: i64,
    served_minutes: i64,
    ratings: satisfaction::Tally,
    last: Option<Sequence>,
}

impl Done {
    fn add(&mut self, visit: &Visit<'_>) {
        let is_new = self.last.replace(visit.number) != Some(visit.number);
        if is_new {
            self.services += 1;
            self.outside_orders += i64::from(visit.is_entered);
        }
        self.served_minutes = self.served_minutes.saturating_add(visit.served_minutes);
        self.ratings.add(visit);
        let both = [(visit.provider, true), (visit.recipient, false)];
        for (person, serves) in both {
            let Some(person) = person else { continue };
            let part = self.parts.entry(person).or_default();
            if part.last.replace(visit.number) != Some(visit.number) {
                part.services = part.services.saturating_add(1);
            }
            part.served |= serves;
            part.was_served |= !serves;
        }
    }

    fn count(&self, is: fn(&Part) -> bool) -> i64 {
        let count = self.parts.values().filter(|part| is(part)).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    }

    /// Half is who came again, half is who did both.
    fn index(&self) -> Value {
        let participants = self.count(|_| true);
        let again = self.count(|part| part.services > 1);
        let both = self.count(|part| part.served && part.was_served);
        Value::percent(again.saturating_add(both), participants.saturating_mul(2))
    }
}

/// The indicators of a scope.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn indicators(reading: &mut Reading<'_>, scope: &Scope) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let today = within.today(reading)?;
    let mut done = Done::default();
    visits(reading, &within, &mut People::default(), &mut |visit| {
        done.add(visit);
        Ok(())
    })?;
    let (mut demand, mut incidents, mut signed) = (demand::Tally::default(), 0, 0);
    let mut found = evaluations::Tally::default();
    let mut heard = Heard::default();
    for centre in &within.centres {
        needs(reading, &within, centre, &mut |need, _| {
            demand.add(need, today);
            Ok(())
        })?;
        evaluations::filed(reading, &within, centre, &mut |_, last| {
            found.add(last);
            Ok(())
        })?;
        incidents += incidents_of(reading, &within, centre)?;
        signed += signed_off(reading, &within, centre)?;
        heard.add(reading, &within, centre)?;
    }
    let invested = invested(reading, &within)?;
    let forced = forced(reading, &within)?;
    let mut figures = Figures::default();
    let mut say = |name: &str, unit, value| {
        let of = if unit == Unit::Steps { MONEY } else { "" };
        figures.say(name, of, (unit, value), definition(name));
    };
    let number = Value::Number;
    let participants = done.count(|_| true);
    say("participants", Unit::Count, number(participants));
    say(
        "providers",
        Unit::Count,
        number(done.count(|part| part.served)),
    );
    say(
        "recipients",
        Unit::Count,
        number(done.count(|part| part.was_served)),
    );
    say("services", Unit::Count, number(done.services));
    say("time served", Unit::Minutes, number(done.served_minutes));
    let each = Value::mean(done.served_minutes, participants);
    say("time per participant", Unit::Minutes, each);
    let outside = Value::percent(done.outside_orders, done.services);
    say("outside orders", Unit::Percent, outside);
    say("satisfaction", Unit::Hundredths, done.ratings.mean());
    say("response", Unit::Percent, done.ratings.response());
    say("evaluated", Unit::Count, number(found.evaluated()));
    say("confirmed by evaluation", Unit::Percent, found.confirmed());
    say("quality", Unit::Hundredths, found.quality());
    say("satisfaction told", Unit::Hundredths, found.satisfaction());
    let reported = Value::percent(incidents, done.services);
    say("incidents", Unit::Hundredths, reported);
    say("needs", Unit::Count, number(demand.needs()));
    say("unmet needs", Unit::Percent, demand.unmet());
    say(
        "accepted in a day",
        Unit::Percent,
        demand.accepted_in_a_day(),
    );
    let hours = invested.hours;
    say("public investment", Unit::Minutes, number(hours.public));
    say("social investment", Unit::Minutes, number(hours.social));
    say("unfunded issuance", Unit::Minutes, number(hours.unfunded));
    for (name, value) in invested.money() {
        say(name, Unit::Steps, value);
    }
    say("months signed off", Unit::Count, number(signed));
    say("forced bookings", Unit::Count, number(forced));
    say("activity index", Unit::Hundredths, done.index());
    for (word, count) in heard.words() {
        let name = "heard of it";
        figures.say(name, word, (Unit::Count, number(count)), definition(name));
    }
    Ok(Report {
        columns: Figures::columns(),
        rows: figures.rows(),
        at: within.at,
    })
}

/// What an indicator is, as the document has it.
fn definition(name: &str) -> &'static str {
    let rows = DEFINITIONS.lines().map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        (cells.next(), cells.nth(2))
    });
    let mut found = rows.filter_map(|(one, definition)| (one == Some(name)).then_some(definition?));
    found.next().unwrap_or_default()
}

/// How many incidents of a centre were reported on the days.
fn incidents_of(
    reading: &mut Reading<'_>,
    within: &Within,
    centre: &Branch,
) -> Result<i64, ReadError> {
    let mut count = 0;
    for state in [IncidentState::Open, IncidentState::Closed] {
        let list = List::IncidentsIn(centre.clone(), state);
        each_of(reading, list, &mut |_, object| {
            let Object::Incident(incident) = object else {
                return Err(misplaced(&object).into());
            };
            let is_there = incident.steps.first().is_some_and(|at| *at <= within.at);
            let on = Day::of(incident.reported_at, within.zone);
            count += i64::from(is_there && within.has_day(on));
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(count)
}

/// How many closed months of a centre in the days were signed off.
fn signed_off(
    reading: &mut Reading<'_>,
    within: &Within,
    centre: &Branch,
) -> Result<i64, ReadError> {
    let moment = reading.snapshot.record(within.at)?.stamp.moment;
    let mut count = 0;
    each_of(
        reading,
        List::PeriodsOf(centre.clone()),
        &mut |_, object| {
            let Object::Period(period) = object else {
                return Err(misplaced(&object).into());
            };
            let month = period.id.month;
            let is_in = within.has_day(month.first_day()) && within.has_day(month.last_day());
            let mut signs = period.signed_off.iter();
            let is_signed = signs.any(|sign| sign.at <= moment);
            count += i64::from(is_in && is_signed);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_those_of_the_document() {
        let of = definition("participants");
        assert_eq!(of, "members who served or were served, each once");
        assert_eq!(definition("nothing"), "");
    }
}
