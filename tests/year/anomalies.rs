//! What an audit is told to look into, by the tally.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    bank::Ticket,
    calendar::{DAY, date, month_around},
    districts::DISTRICTS,
    figures::{Rows, Scope, Seen, count, number},
    reckoning::rounded,
    tally::{OrderState, Tally},
};

/// The anomalies; of none is more usual than the defaults say.
pub(super) const ANOMALIES: [&str; 8] = [
    "overlapping services",
    "long day",
    "reciprocal pair",
    "rounding to one side",
    "dated back",
    "own gain",
    "acts for many",
    "figures fell",
];
const LONG_DAY: i64 = DAY;
const PAIR_TIMES: i64 = 5;
const ROUNDED_ORDERS: i64 = 20;
const ROUNDED_PERCENT: i64 = 95;
pub(super) const BACK_DAYS: i64 = 31;
const ACTS_FOR: i64 = 5;

/// A record that is told of by itself.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub(super) anomaly: &'static str,
    pub(super) district: usize,
    pub(super) who: String,
    /// The day of the record, and the one that is told.
    pub(super) recorded: i64,
    pub(super) on: i64,
    pub(super) value: i64,
    pub(super) ticket: Ticket,
}

/// That a member did something for another: when, and by which record, once it is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acting {
    doer: usize,
    member: usize,
    pub(super) recorded: Option<(i64, Ticket)>,
}

impl Acting {
    pub(super) fn new(doer: usize, member: usize) -> Self {
        Self {
            doer,
            member,
            recorded: None,
        }
    }
}

/// Hours that moved for a service, from an account of a district; below 0 those that it got back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    district: usize,
    minutes: i64,
    pub(super) recorded: Option<(i64, Ticket)>,
}

impl Moved {
    pub(super) fn new(payer: &str, minutes: i64) -> Self {
        Self {
            district: district_of(payer),
            minutes,
            recorded: None,
        }
    }
}

/// The district that an id begins with.
fn district_of(id: &str) -> usize {
    let name = id.split(':').next();
    let at = DISTRICTS.iter().position(|home| Some(home.name) == name);
    at.expect("a district")
}

/// When somebody took part in a service.
#[derive(Clone, Copy)]
struct Stay {
    from: i64,
    until: i64,
    sequence: i64,
    district: usize,
    on: i64,
}

/// A row: the anomaly and the branch, who and when, and the figures.
fn row(
    (anomaly, district): (&str, usize),
    (who, on): (&str, Option<i64>),
    (measure, value, threshold): (&str, i64, i64),
    records: &[i64],
) -> Vec<String> {
    assert!(ANOMALIES.contains(&anomaly), "{anomaly}");
    let first = records.iter().take(20);
    let records_told: Vec<_> = first.map(ToString::to_string).collect();
    vec![
        anomaly.into(),
        DISTRICTS[district].name.into(),
        who.into(),
        on.map_or_else(|| "-".into(), date),
        measure.into(),
        number(value),
        number(threshold),
        number(i64::try_from(records.len()).expect("a count")),
        records_told.join(" "),
    ]
}

impl Tally {
    pub(super) fn anomalies(&self, scope: &Scope, today: i64, sequences: &[i64]) -> Rows {
        let last = scope.last_day(today);
        let since = scope.days.map(|(since, _)| since);
        let mut first = since.unwrap_or_else(|| month_around(last).0);
        let mut rows = Rows::new();
        while first <= last {
            let until = month_around(first).1.min(last);
            let month = Scope {
                district: scope.district,
                part: None,
                days: Some((first, until)),
            };
            self.anomalies_of(&month, sequences, &mut rows);
            first = until + 1;
        }
        rows
    }

    fn anomalies_of(&self, month: &Scope, sequences: &[i64], rows: &mut Rows) {
        let services = self.services(month);
        self.overlaps(month, sequences, rows);
        self.long_days(&services, sequences, rows);
        self.pairs(&services, sequences, rows);
        self.roundings(month, sequences, rows);
        self.deeds(month, sequences, rows);
        self.acts_for_many(month, sequences, rows);
        self.falls(month, sequences, rows);
    }

    fn deeds(&self, month: &Scope, sequences: &[i64], rows: &mut Rows) {
        let mut deeds: Vec<_> = self.deeds.iter().collect();
        deeds.retain(|deed| month.has(deed.district, deed.recorded));
        deeds.sort_by_key(|deed| deed.ticket.of(sequences));
        for deed in deeds {
            let (measure, threshold) = match deed.anomaly {
                "dated back" => ("days", BACK_DAYS),
                _ => ("minutes", 0),
            };
            rows.push(row(
                (deed.anomaly, deed.district),
                (&deed.who, Some(deed.on)),
                (measure, deed.value, threshold),
                &[deed.ticket.of(sequences)],
            ));
        }
    }

    /// Each service with those of the day before, too: some begin late in the evening.
    fn overlaps(&self, month: &Scope, sequences: &[i64], rows: &mut Rows) {
        let mut stays = BTreeMap::<&str, Vec<Stay>>::new();
        let around = Scope {
            district: month.district,
            part: None,
            days: month.days.map(|(since, until)| (since - 1, until)),
        };
        for seen in &self.services(&around) {
            let Some((from, until)) = seen.between else {
                continue;
            };
            let stay = Stay {
                from,
                until,
                sequence: seen.ticket.of(sequences),
                district: seen.district,
                on: seen.on,
            };
            let sides = seen
                .parts
                .iter()
                .flat_map(|part| [part.provider, part.recipient]);
            for member in sides.flatten() {
                let id = self.members[member].id.as_str();
                stays.entry(id).or_default().push(stay);
            }
        }
        for (who, mut stays) in stays {
            stays.sort_by_key(|stay| (stay.from, stay.sequence));
            for at in 1..stays.len() {
                // The one before it that lasts longest; of several, the first.
                let before = stays[..at].iter().rev().max_by_key(|one| one.until);
                let (before, stay) = (before.expect("one before"), stays[at]);
                let minutes = before.until.min(stay.until) - stay.from;
                if minutes > 0 && month.has(stay.district, stay.on) {
                    rows.push(row(
                        ("overlapping services", stay.district),
                        (who, Some(stay.on)),
                        ("minutes", minutes, 0),
                        &[before.sequence, stay.sequence],
                    ));
                }
            }
        }
    }

    fn long_days(&self, services: &[Seen], sequences: &[i64], rows: &mut Rows) {
        let mut days = BTreeMap::<(i64, &str), (usize, i64, Vec<i64>)>::new();
        for seen in services {
            for part in &seen.parts {
                if let Some(provider) = part.provider {
                    let id = self.members[provider].id.as_str();
                    let day = days.entry((seen.on, id));
                    let day = day.or_insert((seen.district, 0, Vec::new()));
                    day.1 += part.served;
                    day.2.push(seen.ticket.of(sequences));
                }
            }
        }
        for ((on, who), (district, minutes, records)) in days {
            if minutes > LONG_DAY {
                rows.push(row(
                    ("long day", district),
                    (who, Some(on)),
                    ("minutes", minutes, LONG_DAY),
                    &records,
                ));
            }
        }
    }
}

/// What two did for each other.
#[derive(Default)]
struct Pair {
    district: usize,
    /// What the one whose id comes first did, and the other.
    minutes: [i64; 2],
    records: Vec<i64>,
}

impl Tally {
    fn pairs(&self, services: &[Seen], sequences: &[i64], rows: &mut Rows) {
        let mut pairs = BTreeMap::<[&str; 2], Pair>::new();
        for seen in services {
            for part in &seen.parts {
                let (Some(provider), Some(recipient)) = (part.provider, part.recipient) else {
                    continue;
                };
                let mut names = [provider, recipient].map(|one| self.members[one].id.as_str());
                let side = usize::from(names[0] > names[1]);
                names.sort_unstable();
                let pair = pairs.entry(names).or_insert_with(|| Pair {
                    district: seen.district,
                    ..Pair::default()
                });
                pair.minutes[side] += part.served;
                pair.records.push(seen.ticket.of(sequences));
            }
        }
        pairs.retain(|_, pair| pair.minutes.iter().all(|minutes| *minutes > 0));
        let mutual = |pair: &Pair| pair.minutes[0].min(pair.minutes[1]);
        let all: i64 = pairs.values().map(mutual).sum();
        let others = i64::try_from(pairs.len()).expect("a count") - 1;
        for (names, pair) in &pairs {
            // The mean of the others, which is taken for an hour at least.
            let count = others.max(1);
            let value = mutual(pair) * count * 100 / (all - mutual(pair)).max(count * 60);
            if value > PAIR_TIMES * 100 {
                rows.push(row(
                    ("reciprocal pair", pair.district),
                    (&names.join(" "), None),
                    ("hundredths", value, PAIR_TIMES * 100),
                    &pair.records,
                ));
            }
        }
    }

    fn roundings(&self, month: &Scope, sequences: &[i64], rows: &mut Rows) {
        let mut found = BTreeMap::<&str, (usize, [Vec<(i64, &str, i64)>; 2])>::new();
        for order in &self.orders {
            let district = self.needs[order.need].district;
            let served = order.reckoned.as_ref().map_or(0, |one| one.confirmed);
            if order.state != OrderState::Done || served == 0 || !month.has(district, order.on) {
                continue;
            }
            let change = rounded(&DISTRICTS[district].rules, served) - served;
            let name = DISTRICTS[district].name;
            let (_, sides) = found.entry(name).or_insert((district, Default::default()));
            if change != 0 {
                let side = &mut sides[usize::from(change < 0)];
                side.push((order.on, &order.id, order.ticket.of(sequences)));
            }
        }
        for (district, sides) in found.into_values() {
            let counts = sides.each_ref().map(count);
            let all: i64 = counts.iter().sum();
            for (who, (mut records, count)) in ["providers", "recipients"]
                .into_iter()
                .zip(sides.into_iter().zip(counts))
            {
                let value = count * 10_000 / all.max(1);
                if all < ROUNDED_ORDERS || value <= ROUNDED_PERCENT * 100 {
                    continue;
                }
                records.sort_unstable();
                let records: Vec<_> = records.into_iter().map(|(.., at)| at).collect();
                rows.push(row(
                    ("rounding to one side", district),
                    (who, None),
                    ("percent", value, ROUNDED_PERCENT * 100),
                    &records,
                ));
            }
        }
    }

    fn acts_for_many(&self, month: &Scope, sequences: &[i64], rows: &mut Rows) {
        let mut doers = BTreeMap::<&str, (usize, BTreeSet<usize>, Vec<i64>)>::new();
        for acting in &self.actings {
            let (on, ticket) = acting.recorded.expect("it is there");
            let district = district_of(&self.members[acting.member].id);
            if month.has(district, on) {
                let doer = doers.entry(&self.members[acting.doer].id);
                let doer = doer.or_insert((district, BTreeSet::new(), Vec::new()));
                if doer.1.insert(acting.member) {
                    doer.2.push(ticket.of(sequences));
                }
            }
        }
        for (who, (district, members, records)) in doers {
            let value = count(&members);
            if value > ACTS_FOR {
                rows.push(row(
                    ("acts for many", district),
                    (who, None),
                    ("count", value, ACTS_FOR),
                    &records,
                ));
            }
        }
    }

    fn falls(&self, month: &Scope, sequences: &[i64], rows: &mut Rows) {
        let mut days = BTreeMap::<(&str, i64), (usize, i64, Vec<i64>)>::new();
        for moved in &self.moved {
            let (on, ticket) = moved.recorded.expect("it is there");
            if month.has(moved.district, on) {
                let day = days.entry((DISTRICTS[moved.district].name, on));
                let day = day.or_insert((moved.district, 0, Vec::new()));
                day.1 += moved.minutes;
                if moved.minutes < 0 {
                    day.2.push(ticket.of(sequences));
                }
            }
        }
        for ((_, on), (district, minutes, records)) in days {
            if minutes < 0 {
                rows.push(row(
                    ("figures fell", district),
                    ("-", Some(on)),
                    ("minutes", -minutes, 0),
                    &records,
                ));
            }
        }
    }
}
