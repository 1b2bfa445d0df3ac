//! What an audit is told to look into, as far as the tally knows of it: services that overlap, long
//! days, entries that are dated back, and what somebody gained by a record of their own.

use std::collections::BTreeMap;

use super::{
    bank::Ticket,
    calendar::{DAY, date, day_of, month_around},
    city::City,
    districts::DISTRICTS,
    entries::posting,
    figures::{Rows, Scope, Seen, number},
    tally::{Other, Part, Tally},
};

/// The anomalies that are compared; of none is more usual than the defaults say.
pub(super) const COMPARED: [&str; 4] =
    ["overlapping services", "long day", "dated back", "own gain"];
const LONG_DAY: i64 = DAY;
const BACK_DAYS: i64 = 31;
const YUBEI: usize = 3;

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
    (who, on): (&str, i64),
    (measure, value, threshold): (&str, i64, i64),
    records: &[i64],
) -> Vec<String> {
    let first = records.iter().take(20);
    let records_told: Vec<_> = first.map(ToString::to_string).collect();
    vec![
        anomaly.into(),
        DISTRICTS[district].name.into(),
        who.into(),
        date(on),
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
                days: Some((first, until)),
            };
            self.anomalies_of(&month, sequences, &mut rows);
            first = until + 1;
        }
        rows
    }

    fn anomalies_of(&self, month: &Scope, sequences: &[i64], rows: &mut Rows) {
        let services = self.services(month);
        self.overlaps(&services, sequences, rows);
        self.long_days(&services, sequences, rows);
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
                (&deed.who, deed.on),
                (measure, deed.value, threshold),
                &[deed.ticket.of(sequences)],
            ));
        }
    }

    fn overlaps(&self, services: &[Seen], sequences: &[i64], rows: &mut Rows) {
        let mut stays = BTreeMap::<&str, Vec<Stay>>::new();
        for seen in services {
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
                if minutes > 0 {
                    rows.push(row(
                        (COMPARED[0], stay.district),
                        (who, stay.on),
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
                    (COMPARED[1], district),
                    (who, on),
                    ("minutes", minutes, LONG_DAY),
                    &records,
                ));
            }
        }
    }
}

impl City {
    /// Somebody is said to have served more than a day has hours, in two entries.
    pub(super) fn enter_long_day(&mut self) {
        let home = &DISTRICTS[YUBEI];
        let server = self.pick(YUBEI, |city, member| {
            let today = city.today();
            let is_there = |half| {
                let at = city
                    .tally
                    .members
                    .iter()
                    .position(|one| one.id == member.id);
                at.is_some_and(|at| city.agenda.taken.contains(&(at, today - 1, half)))
            };
            city.is_idle(member) && !is_there(0) && !is_there(1) && !city.comes_weekly(member)
        });
        let Some(server) = server else { return };
        let (from, to) = (
            home.account("organisation:care"),
            self.tally.members[server].account.clone(),
        );
        let service = home.services[0].code;
        for (at, minutes) in [(3, 780), (4, 700)] {
            let at = (self.today() - 1) * DAY + at * 60;
            let id = self.bank.id();
            let entry = posting(id, (&from, &to, minutes), Some(service), Some(at));
            self.bank.does(&home.staff(0), entry);
            self.tally.post(&from, &to, minutes, at);
            self.tally.others.push(Other {
                district: YUBEI,
                service,
                point: None,
                on: day_of(at),
                between: None,
                ticket: self.bank.last(),
                is_entered: true,
                is_reversed: false,
                parts: vec![Part {
                    provider: Some(server),
                    served: minutes,
                    credited: minutes,
                    ..Part::default()
                }],
            });
        }
        self.did("entered a long day");
    }

    /// Hours of a while ago, from before there was a ledger or from the month before.
    pub(super) fn enter_dated_back(&mut self) {
        let today = self.today();
        let days = match today {
            0..28 => vec![today - 42, today - 32, today - 20],
            _ => vec![month_around(month_around(today).0 - 1).0],
        };
        let to = self.here[YUBEI][1];
        let to = self.tally.members[to].account.clone();
        let from = DISTRICTS[YUBEI].account("issuance:old");
        for on in days {
            let at = on * DAY + 600;
            let entry = posting(self.bank.id(), (&from, &to, 15), None, Some(at));
            self.bank.does("4001", entry);
            self.tally.post(&from, &to, 15, at);
            if today - on > BACK_DAYS {
                self.tally.deeds.push(Deed {
                    anomaly: COMPARED[2],
                    district: YUBEI,
                    who: "4001".into(),
                    recorded: today,
                    on,
                    value: today - on,
                    ticket: self.bank.last(),
                });
                self.did("dated back");
            }
        }
    }
}
