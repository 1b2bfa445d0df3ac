//! What is strange about services: when they were, how long, who exchanges with whom, and how they
//! were rounded.

use std::collections::{BTreeMap, HashMap};

use super::{Findings, Found, Shown, Usual};
use crate::{
    exchange::Day,
    ledger::{Moment, Sequence},
    query::{
        ReadError, Reading,
        reports::{
            Scope, Within,
            people::{People, Person},
            report::Unit,
            visits::{Visit, visits_and_orders},
        },
    },
};

/// When somebody took part in a service.
#[derive(Clone, Debug)]
struct Stay {
    from: Moment,
    until: Moment,
    number: Sequence,
    place: String,
    on: Day,
}

/// What somebody served on a day.
#[derive(Debug)]
struct OnDay {
    minutes: i64,
    place: String,
    shown: Shown,
}

/// What two members did for each other: the one with the lower number, and the other.
#[derive(Debug)]
struct Pair {
    minutes: [i64; 2],
    place: String,
    shown: Shown,
}

/// How what was served was rounded.
#[derive(Debug, Default)]
struct Rounded {
    up: Shown,
    down: Shown,
}

/// The services of a month, and of its stays also those of the day before.
#[derive(Debug, Default)]
pub(super) struct Services {
    stays: HashMap<Person, Vec<Stay>>,
    days: HashMap<(Person, Day), OnDay>,
    pairs: HashMap<(Person, Person), Pair>,
    rounded: BTreeMap<String, Rounded>,
}

impl Services {
    pub(super) fn of(
        reading: &mut Reading<'_>,
        within: &Within,
        people: &mut People,
    ) -> Result<Self, ReadError> {
        let mut services = Self::default();
        // What begins on the day before may last into the first; nothing is longer than a day.
        let since = within.scope.since.map(|since| since.minus_days(1));
        let scope = Scope {
            since,
            ..within.scope.clone()
        };
        let around = Within::of(reading, &scope)?;
        visits_and_orders(reading, &around, people, &mut |visit| {
            services.add_stays(visit);
            if within.has_day(visit.on) {
                services.add(visit);
            }
            Ok(())
        })?;
        Ok(services)
    }

    fn add_stays(&mut self, visit: &Visit<'_>) {
        if let Some([from, until]) = visit.between {
            for person in [visit.provider, visit.recipient].into_iter().flatten() {
                self.stays.entry(person).or_default().push(Stay {
                    from,
                    until,
                    number: visit.number,
                    place: visit.place.into(),
                    on: visit.on,
                });
            }
        }
    }

    fn add(&mut self, visit: &Visit<'_>) {
        if let Some(provider) = visit.provider {
            let day = self.days.entry((provider, visit.on));
            let day = day.or_insert_with(|| OnDay {
                minutes: 0,
                place: visit.place.into(),
                shown: Shown::default(),
            });
            day.minutes = day.minutes.saturating_add(visit.served_minutes);
            day.shown.add(visit.number);
        }
        if let (Some(provider), Some(recipient)) = (visit.provider, visit.recipient) {
            self.add_pair(visit, provider, recipient);
        }
        self.add_rounding(visit);
    }

    fn add_pair(&mut self, visit: &Visit<'_>, provider: Person, recipient: Person) {
        let sides = (provider.min(recipient), provider.max(recipient));
        let pair = self.pairs.entry(sides).or_insert_with(|| Pair {
            minutes: [0; 2],
            place: visit.place.into(),
            shown: Shown::default(),
        });
        let side = &mut pair.minutes[usize::from(provider > recipient)];
        *side = side.saturating_add(visit.served_minutes);
        pair.shown.add(visit.number);
    }

    fn add_rounding(&mut self, visit: &Visit<'_>) {
        let Some(reckoned) = visit.order.and_then(|order| order.reckoned.as_ref()) else {
            return;
        };
        let rounded = self.rounded.entry(visit.place.into()).or_default();
        match reckoned.rounded.cmp(&reckoned.confirmed) {
            std::cmp::Ordering::Greater => rounded.up.add(visit.number),
            std::cmp::Ordering::Less => rounded.down.add(visit.number),
            std::cmp::Ordering::Equal => {}
        }
    }

    pub(super) fn tell(
        self,
        reading: &mut Reading<'_>,
        within: &Within,
        usual: &mut Usual,
        people: &People,
        findings: &mut Findings,
    ) -> Result<(), ReadError> {
        let names = people.names();
        let name = |person: Person| names.get(&person).copied().unwrap_or_default().to_owned();
        let mut stays: Vec<_> = self.stays.into_iter().collect();
        stays.sort_by_key(|(person, _)| name(*person));
        for (person, stays) in stays {
            overlaps(reading, within, usual, (name(person), stays), findings)?;
        }
        let mut days: Vec<_> = self.days.into_iter().collect();
        days.sort_by_key(|((person, on), _)| (*on, name(*person)));
        for ((person, on), day) in days {
            let threshold = usual.of(reading, &day.place)?.day.get();
            if day.minutes > threshold {
                findings.add(Found {
                    anomaly: "long day",
                    who: Some(name(person)),
                    on: Some(on),
                    place: day.place,
                    unit: Unit::Minutes,
                    value: day.minutes,
                    threshold,
                    shown: day.shown,
                })?;
            }
        }
        let named = |(one, other): (Person, Person)| {
            let mut names = [name(one), name(other)];
            names.sort();
            names.join(" ")
        };
        let pairs = self.pairs.into_iter();
        let mut pairs: Vec<_> = pairs.map(|(sides, pair)| (named(sides), pair)).collect();
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        tell_pairs(reading, usual, pairs, findings)?;
        for (place, rounded) in self.rounded {
            tell_rounding(reading, usual, (place, rounded), findings)?;
        }
        Ok(())
    }
}

/// Services of one person that lie on each other: each of the scope's days with the one before it
/// that lasts longest.
fn overlaps(
    reading: &mut Reading<'_>,
    within: &Within,
    usual: &mut Usual,
    (who, mut stays): (String, Vec<Stay>),
    findings: &mut Findings,
) -> Result<(), ReadError> {
    stays.sort_by_key(|stay| (stay.from, stay.number));
    let mut longest: Option<Stay> = None;
    for stay in stays {
        if let Some(before) = &longest
            && before.number != stay.number
            && within.has_day(stay.on)
        {
            let both_until = before.until.min(stay.until);
            let minutes = stay.from.minutes_until(both_until);
            let threshold = usual.of(reading, &stay.place)?.overlap.get();
            if minutes > threshold {
                let mut shown = Shown::one(before.number);
                shown.add(stay.number);
                findings.add(Found {
                    anomaly: "overlapping services",
                    place: stay.place.clone(),
                    who: Some(who.clone()),
                    on: Some(stay.on),
                    unit: Unit::Minutes,
                    value: minutes,
                    threshold,
                    shown,
                })?;
            }
        }
        if longest
            .as_ref()
            .is_none_or(|before| before.until < stay.until)
        {
            longest = Some(stay);
        }
    }
    Ok(())
}

/// What others exchange counts as an hour at least: two who alone serve each other are told of too,
/// and a few minutes are no measure.
const LEAST_MEAN_MINUTES: i64 = 60;

/// Of two who serve each other, what the one did less counts.
fn tell_pairs(
    reading: &mut Reading<'_>,
    usual: &mut Usual,
    pairs: Vec<(String, Pair)>,
    findings: &mut Findings,
) -> Result<(), ReadError> {
    let mutual = |pair: &Pair| pair.minutes[0].min(pair.minutes[1]);
    let pairs: Vec<_> = pairs
        .into_iter()
        .filter(|(_, pair)| mutual(pair) > 0)
        .collect();
    let each = pairs.iter().map(|(_, pair)| mutual(pair));
    let all = each.fold(0, i64::saturating_add);
    let others = i64::try_from(pairs.len())
        .unwrap_or(i64::MAX)
        .saturating_sub(1);
    for (who, pair) in pairs {
        let of_others = all.saturating_sub(mutual(&pair));
        let count = others.max(1);
        let least = count.saturating_mul(LEAST_MEAN_MINUTES);
        let times = i128::from(mutual(&pair)) * i128::from(count) * 100;
        let times = times / i128::from(of_others.max(least));
        let value = i64::try_from(times).unwrap_or(i64::MAX);
        let threshold = i64::from(usual.of(reading, &pair.place)?.pair_times) * 100;
        if value > threshold {
            findings.add(Found {
                anomaly: "reciprocal pair",
                place: pair.place,
                who: Some(who),
                on: None,
                unit: Unit::Hundredths,
                value,
                threshold,
                shown: pair.shown,
            })?;
        }
    }
    Ok(())
}

fn tell_rounding(
    reading: &mut Reading<'_>,
    usual: &mut Usual,
    (place, Rounded { up, down }): (String, Rounded),
    findings: &mut Findings,
) -> Result<(), ReadError> {
    let terms = usual.of(reading, &place)?;
    let all = up.count + down.count;
    let least = usize::try_from(terms.rounding_orders).unwrap_or(usize::MAX);
    if all == 0 || all < least {
        return Ok(());
    }
    let threshold = i64::from(terms.rounding_percent) * 100;
    for (who, shown) in [("providers", up), ("recipients", down)] {
        let value = i64::try_from(shown.count.saturating_mul(10_000) / all).unwrap_or(i64::MAX);
        if value > threshold {
            findings.add(Found {
                anomaly: "rounding to one side",
                place: place.clone(),
                who: Some(who.into()),
                on: None,
                unit: Unit::Percent,
                value,
                threshold,
                shown,
            })?;
        }
    }
    Ok(())
}
