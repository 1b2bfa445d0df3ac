//! The indicators by which a time bank is evaluated. `docs/indicators.md` defines each, and this
//! prints the definitions from there.

use std::ops::ControlFlow;

use super::{
    Scope, Within,
    accounts::opened,
    demand::{self, Asked, needs},
    evaluations::{self, filed},
    forced::forced,
    invested::Invested,
    listing::each_of,
    people::{EachPerson, People},
    registered::Heard,
    report::{Figures, Report, Unit, Value},
    satisfaction,
    visits::{Visit, visits},
};
use crate::{
    exchange::{Branch, Day, IncidentState, List, Object, issuance::MONEY, oversight::Filed},
    ledger::Sequence,
    query::{ReadError, Reading, exchange::misplaced},
    store::AccountRow,
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
    parts: EachPerson<Part>,
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
            let part = self.parts.or_insert(person, Part::default());
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

    fn tell(&self, say: &mut impl FnMut(&'static str, Unit, Value)) {
        let participants = self.count(|_| true);
        for (name, count) in [
            ("participants", participants),
            ("providers", self.count(|part| part.served)),
            ("recipients", self.count(|part| part.was_served)),
            ("services", self.services),
        ] {
            say(name, Unit::Count, Value::Number(count));
        }
        let served = Value::Number(self.served_minutes);
        say("time served", Unit::Minutes, served);
        let each = Value::mean(self.served_minutes, participants);
        say("time per participant", Unit::Minutes, each);
        let outside = Value::percent(self.outside_orders, self.services);
        say("outside orders", Unit::Percent, outside);
        say("satisfaction", Unit::Hundredths, self.ratings.mean());
        say("response", Unit::Percent, self.ratings.response());
    }

    /// Half is who came again, half is who did both.
    fn index(&self) -> Value {
        let participants = self.count(|_| true);
        let again = self.count(|part| part.services > 1);
        let both = self.count(|part| part.served && part.was_served);
        Value::percent(again.saturating_add(both), participants.saturating_mul(2))
    }
}

/// Tallies of the visits, needs, evaluations and accounts of a scope, which other reports may go
/// through at the same time.
#[derive(Debug, Default)]
pub(super) struct Indicators {
    done: Done,
    demand: demand::Tally,
    found: evaluations::Tally,
    invested: Invested,
}

impl Indicators {
    pub(super) fn add_visit(&mut self, visit: &Visit<'_>) {
        self.done.add(visit);
    }

    /// Adds a need as it stood, on a day.
    pub(super) fn add_need(&mut self, need: &Asked<'_>, today: Day) {
        self.demand.add(&need.line, today);
    }

    /// Adds what was filed last of an order.
    pub(super) fn add_evaluation(&mut self, last: &Filed) {
        self.found.add(last);
    }

    /// Adds an account of the scope.
    pub(super) fn add_account(
        &mut self,
        reading: &mut Reading<'_>,
        within: &Within,
        row: &AccountRow,
    ) -> Result<(), ReadError> {
        self.invested.add(reading, within, row)
    }

    /// The indicators, with what they alone are told of.
    pub(super) fn report(
        self,
        reading: &mut Reading<'_>,
        within: &Within,
    ) -> Result<Report, ReadError> {
        let (mut incidents, mut signed, mut heard) = (0, 0, Heard::default());
        for centre in &within.centres {
            incidents += incidents_of(reading, within, centre)?;
            signed += signed_off(reading, within, centre)?;
            heard.add(reading, within, centre)?;
        }
        let forced = forced(reading, within)?;
        let mut figures = Figures::default();
        let mut say = |name, unit, value| say(&mut figures, name, (unit, value));
        self.done.tell(&mut say);
        tell_found(&self.found, &mut say);
        let reported = Value::percent(incidents, self.done.services);
        say("incidents", Unit::Hundredths, reported);
        tell_demand(&self.demand, &mut say);
        self.invested.tell(&mut say);
        say("months signed off", Unit::Count, Value::Number(signed));
        say("forced bookings", Unit::Count, Value::Number(forced));
        say("activity index", Unit::Hundredths, self.done.index());
        for (word, count) in heard.words() {
            let (name, told) = ("heard of it", (Unit::Count, Value::Number(count)));
            figures.say(name, word, told, definition(name));
        }
        Ok(Report {
            columns: Figures::columns(),
            rows: figures.rows(),
            at: within.at,
        })
    }
}

/// Says an indicator with its definition. Of what counts steps there is money alone.
fn say(figures: &mut Figures, name: &str, (unit, value): (Unit, Value)) {
    let of = if unit == Unit::Steps { MONEY } else { "" };
    figures.say(name, of, (unit, value), definition(name));
}

fn tell_found(found: &evaluations::Tally, say: &mut impl FnMut(&'static str, Unit, Value)) {
    say("evaluated", Unit::Count, Value::Number(found.evaluated()));
    say("confirmed by evaluation", Unit::Percent, found.confirmed());
    say("quality", Unit::Hundredths, found.quality());
    say("satisfaction told", Unit::Hundredths, found.satisfaction());
}

fn tell_demand(demand: &demand::Tally, say: &mut impl FnMut(&'static str, Unit, Value)) {
    say("needs", Unit::Count, Value::Number(demand.needs()));
    say("unmet needs", Unit::Percent, demand.unmet());
    let in_a_day = demand.accepted_in_a_day();
    say("accepted in a day", Unit::Percent, in_a_day);
}

/// The indicators of a scope.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn indicators(reading: &mut Reading<'_>, scope: &Scope) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let today = within.today(reading)?;
    let mut indicators = Indicators::default();
    visits(reading, &within, &mut People::default(), &mut |visit| {
        indicators.add_visit(visit);
        Ok(())
    })?;
    needs(reading, &within, &mut |need| {
        indicators.add_need(need, today);
        Ok(())
    })?;
    filed(reading, &within, &mut |_, last| {
        indicators.add_evaluation(last);
        Ok(())
    })?;
    opened(reading, &within, &mut |reading, row| {
        indicators.add_account(reading, &within, &row)
    })?;
    indicators.report(reading, &within)
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
            let is_in = within.has_day(on) && within.has_member(incident.recipient.as_str());
            count += i64::from(is_there && is_in);
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
