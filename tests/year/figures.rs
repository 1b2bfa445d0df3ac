//! What the reports of groups, and that of dormancy, have to tell, by the tally.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    bank::Ticket,
    calendar::{DAY, day_of, month},
    districts::DISTRICTS,
    tally::{Account, NeedState, Noted, Order, OrderState, Part, Tally},
};

/// A report's rows, as text: `-` where there is nothing to say.
pub(super) type Rows = Vec<Vec<String>>;

/// What a report is of: days of the year, and one of the districts or a part of one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope {
    pub(super) district: Option<usize>,
    /// The part of the district that has members' ids in it.
    pub(super) part: Option<&'static str>,
    pub(super) days: Option<(i64, i64)>,
}

impl Scope {
    /// The branch of the chart that it is.
    pub(super) fn branch(&self) -> Option<String> {
        let home = &DISTRICTS[self.district?];
        Some(match self.part {
            Some(part) => home.account(part),
            None => home.name.into(),
        })
    }

    /// Whether what is of somebody in the district is of it, by the id.
    pub(super) fn is_of(&self, id: &str) -> bool {
        self.part.is_none() || self.has_account(id)
    }

    pub(super) fn has_noted(&self, noted: &Noted) -> bool {
        self.has(noted.district, noted.day) && self.is_of(&noted.of)
    }

    pub(super) fn has(&self, district: usize, day: i64) -> bool {
        self.district.is_none_or(|of| of == district) && self.has_day(day)
    }

    fn has_day(&self, day: i64) -> bool {
        let days = self.days;
        days.is_none_or(|(since, until)| (since..=until).contains(&day))
    }

    /// The last of its days, and none after today.
    pub(super) fn last_day(&self, today: i64) -> i64 {
        self.days.map_or(today, |(_, until)| until.min(today))
    }

    pub(super) fn has_account(&self, id: &str) -> bool {
        let branch = self.branch();
        branch.is_none_or(|branch| id.starts_with(&format!("{branch}:")))
    }
}

/// A service that took place.
pub(super) struct Seen {
    pub(super) district: usize,
    pub(super) service: &'static str,
    block: Option<String>,
    point: Option<String>,
    pub(super) on: i64,
    pub(super) parts: Vec<Part>,
    pub(super) between: Option<(i64, i64)>,
    pub(super) ticket: Ticket,
    /// Of an order, the stars that the recipient gave, or none.
    stars: Option<Option<usize>>,
    /// The account that paid, where it was entered outside orders.
    entered_from: Option<String>,
}

/// What rows are grouped by: by one, or by two at once.
pub(super) const GROUPS: [&str; 7] = [
    "branch",
    "service",
    "block",
    "point",
    "month",
    "block,service",
    "month,branch",
];

/// How many columns tell what a row is of.
pub(super) fn labels(by: &str) -> usize {
    by.split(',').count()
}

/// What a thing has of each that rows are grouped by.
pub(super) fn keys(by: &str, key: impl Fn(&str) -> Option<String>) -> Vec<Option<String>> {
    by.split(',').map(key).collect()
}

pub(super) fn number(number: i64) -> String {
    number.to_string()
}

pub(super) fn count<T>(of: impl IntoIterator<Item = T>) -> i64 {
    i64::try_from(of.into_iter().count()).expect("a count")
}

pub(super) fn quotient(part: i64, times: i64, whole: i64) -> String {
    match whole > 0 {
        true => number(part * times / whole),
        false => "-".into(),
    }
}

pub(super) fn percent(part: i64, whole: i64) -> String {
    quotient(part, 10_000, whole)
}

/// Rows by what things are grouped by, and one of all.
pub(super) fn grouped<T>(
    things: &[T],
    labels: usize,
    keys: impl Fn(&T) -> Vec<Option<String>>,
    row: impl Fn(&[&T]) -> Vec<String>,
) -> Rows {
    let mut groups = BTreeMap::<Vec<Option<String>>, Vec<&T>>::new();
    for thing in things {
        groups.entry(keys(thing)).or_default().push(thing);
    }
    let mut of_all = vec![None; labels];
    of_all[0] = Some("(all)".to_owned());
    let all = (of_all, things.iter().collect());
    let rows = groups.into_iter().chain([all]);
    rows.map(|(keys, of)| {
        let keys = keys
            .into_iter()
            .map(|key| key.unwrap_or_else(|| "-".into()));
        keys.chain(row(&of)).collect()
    })
    .collect()
}

impl Seen {
    pub(super) fn is_entered(&self) -> bool {
        self.entered_from.is_some()
    }

    pub(super) fn keys(&self, by: &str) -> Vec<Option<String>> {
        keys(by, |by| match by {
            "branch" => Some(DISTRICTS[self.district].name.into()),
            "service" => Some(self.service.into()),
            "block" => self.block.clone(),
            "point" => self.point.clone(),
            _ => Some(month(self.on)),
        })
    }
}

pub(super) fn sides(of: &[&Seen]) -> [BTreeSet<usize>; 2] {
    let parts = || of.iter().flat_map(|seen| &seen.parts);
    [
        parts().filter_map(|part| part.provider).collect(),
        parts().filter_map(|part| part.recipient).collect(),
    ]
}

pub(super) fn sum(of: &[&Seen], figure: fn(&Part) -> i64) -> i64 {
    of.iter().flat_map(|seen| &seen.parts).map(figure).sum()
}

fn activity_row(of: &[&Seen]) -> Vec<String> {
    let [providers, recipients] = sides(of);
    [
        count(providers.union(&recipients)),
        count(&providers),
        count(&recipients),
        count(providers.intersection(&recipients)),
        count(of),
        count(of.iter().filter(|seen| seen.is_entered())),
        sum(of, |part| part.served),
        sum(of, |part| part.credited),
    ]
    .map(number)
    .into()
}

/// How many gave one star, two and so on.
pub(super) fn stars(of: &[&Seen]) -> [i64; 5] {
    let mut given = [0; 5];
    for stars in of.iter().filter_map(|seen| seen.stars.flatten()) {
        given[stars - 1] += 1;
    }
    given
}

pub(super) fn orders(of: &[&Seen]) -> i64 {
    count(of.iter().filter(|seen| seen.stars.is_some()))
}

pub(super) fn told(of: &[&Seen], is_withheld: bool) -> Vec<String> {
    told_of(stars(of), is_withheld)
}

/// The mean of the stars in hundredths, and what else is told of enough answers.
pub(super) fn told_of(given: [i64; 5], is_withheld: bool) -> Vec<String> {
    let answers: i64 = given.iter().sum();
    let sum: i64 = (1..).zip(given).map(|(stars, given)| stars * given).sum();
    let mut told = vec![
        quotient(sum, 100, answers),
        percent(given[3] + given[4], answers),
    ];
    told.extend(given.map(number));
    match answers {
        0 => told.fill("-".into()),
        answers if answers < 5 || is_withheld => told.fill("too few".into()),
        _ => {}
    }
    told
}

fn satisfaction_row(of: &[&Seen], is_withheld: bool) -> Vec<String> {
    let answers = stars(of).iter().sum();
    let mut row = vec![
        number(orders(of)),
        number(answers),
        percent(answers, orders(of)),
    ];
    row.extend(told(of, is_withheld));
    row
}

impl Tally {
    /// An order that was settled, as a service.
    pub(super) fn seen(&self, order: &Order) -> Seen {
        let need = &self.needs[order.need];
        let reckoned = order.reckoned.clone().unwrap_or_default();
        let by_member = self.account(&order.payer).owner.is_some();
        let hours = |minutes: i64| match order.service.is_points {
            true => 0,
            false => minutes,
        };
        Seen {
            district: need.district,
            service: order.service.code,
            block: Some(need.block.clone()),
            point: need.point.clone(),
            on: order.on,
            parts: vec![Part {
                provider: Some(order.provider),
                recipient: Some(need.recipient),
                served: reckoned.confirmed,
                credited: hours(reckoned.credited),
                paid: match by_member {
                    true => hours(reckoned.credited + reckoned.excess),
                    false => 0,
                },
            }],
            between: Some((order.from, order.until)),
            ticket: order.ticket,
            stars: Some(order.stars),
            entered_from: None,
        }
    }

    /// All services of a scope.
    pub(super) fn services(&self, scope: &Scope) -> Vec<Seen> {
        let took_place = |order: &&Order| {
            let reckoned = order.reckoned.as_ref();
            order.state == OrderState::Done && reckoned.is_some_and(|one| one.confirmed > 0)
        };
        let orders = self.orders.iter().filter(took_place);
        let orders = orders.map(|order| self.seen(order));
        let others = self.others.iter().filter(|other| !other.is_reversed);
        let others = others.map(|other| Seen {
            district: other.district,
            service: other.service,
            block: None,
            point: other.point.clone(),
            on: other.on,
            parts: other.parts.clone(),
            between: other.between,
            ticket: other.ticket,
            stars: None,
            entered_from: other.entered_from.clone(),
        });
        let all = orders.chain(others);
        let all = all.filter(|seen| scope.has(seen.district, seen.on));
        all.filter_map(|seen| self.within(scope, seen)).collect()
    }

    /// What a scope has of a service of its district: what was entered goes by the account that
    /// paid, an order by its recipient, and of a group those are in it whose ids are.
    pub(super) fn within(&self, scope: &Scope, mut seen: Seen) -> Option<Seen> {
        let is_of = |member: Option<usize>| {
            member.is_some_and(|member| scope.is_of(&self.members[member].id))
        };
        let is_order = seen.stars.is_some();
        match &seen.entered_from {
            Some(from) => return scope.is_of(from).then_some(seen),
            None if is_order => seen.parts.retain(|part| is_of(part.recipient)),
            None => seen
                .parts
                .retain(|part| is_of(part.provider.or(part.recipient))),
        }
        (!seen.parts.is_empty()).then_some(seen)
    }

    pub(super) fn activity(&self, scope: &Scope, by: &str) -> Rows {
        let services = self.services(scope);
        grouped(&services, labels(by), |seen| seen.keys(by), activity_row)
    }

    pub(super) fn satisfaction(&self, scope: &Scope, by: &str) -> Rows {
        let mut services = self.services(scope);
        services.retain(|seen| seen.stars.is_some());
        let mut rows = grouped(
            &services,
            labels(by),
            |seen| seen.keys(by),
            |of| satisfaction_row(of, false),
        );
        let told_from = labels(by);
        let answers = |row: &Vec<String>| row[told_from + 1].parse::<i64>().expect("a number");
        let last = rows.len() - 1;
        let few = rows[..last]
            .iter()
            .map(answers)
            .filter(|answers| *answers < 5);
        if (1..5).contains(&few.sum::<i64>()) {
            let all: Vec<_> = services.iter().collect();
            rows[last].splice(told_from.., satisfaction_row(&all, true));
        }
        rows
    }

    /// What became of needs: those that were published, and so on; and the minutes to acceptance.
    pub(super) fn demand(&self, needs: &[&super::tally::Need], today: i64) -> [i64; 11] {
        let mut sums = [0; 11];
        for need in needs {
            let at = match (need.state, need.accepted) {
                (NeedState::Accepted, None) => 1,
                (NeedState::Accepted, Some(_)) => 2,
                (NeedState::Open, _) if today > need.open_until => 4,
                (NeedState::Open, _) => 3,
                (NeedState::Declined, _) => 5,
                (NeedState::Cancelled, _) => 6,
            };
            sums[0] += 1;
            sums[at] += 1;
            sums[7] += need.offers;
            if let Some(accepted) = need.accepted {
                let minutes = (accepted - need.published) / 60;
                sums[8] += 1;
                sums[9] += i64::from(minutes < DAY);
                sums[10] += minutes;
            }
        }
        sums
    }

    pub(super) fn needs_of(&self, scope: &Scope) -> Vec<&super::tally::Need> {
        let needs = self.needs.iter();
        let on = |need: &super::tally::Need| day_of(need.published / 60);
        needs
            .filter(|need| scope.has(need.district, on(need)))
            .filter(|need| scope.is_of(&self.members[need.recipient].id))
            .collect()
    }

    pub(super) fn supply_demand(&self, scope: &Scope, by: &str, today: i64) -> Rows {
        let needs = self.needs_of(scope);
        let key = |need: &super::tally::Need, by: &str| match by {
            "branch" => Some(DISTRICTS[need.district].name.into()),
            "service" => Some(need.service.into()),
            "block" => Some(need.block.clone()),
            "point" => need.point.clone(),
            _ => Some(month(day_of(need.published / 60))),
        };
        let of_need = |need: &&super::tally::Need| keys(by, |by| key(need, by));
        grouped(&needs, labels(by), of_need, |of| {
            let of: Vec<_> = of.iter().map(|need| **need).collect();
            let sums = self.demand(&of, today);
            let mut row: Vec<_> = sums[..8].iter().map(|sum| number(*sum)).collect();
            row.push(percent(sums[3] + sums[4], sums[0] - sums[5] - sums[6]));
            row.push(quotient(sums[10], 1, sums[8]));
            row.push(percent(sums[9], sums[8]));
            row
        })
    }

    pub(super) fn dormancy(&self, scope: &Scope, today: i64) -> Rows {
        let today = scope.last_day(today);
        let mut present = BTreeMap::<usize, (i64, bool)>::new();
        for (id, account) in self.hours_of_members() {
            if scope.has_account(id) {
                let opened = day_of(account.opened);
                let is_gone = account.closed.is_some_and(|at| day_of(at) <= today);
                let owner = account.owner.expect("a member");
                let one = present.entry(owner).or_insert((opened, is_gone));
                *one = (one.0.min(opened), one.1 && is_gone);
            }
        }
        let last = self.last_services(today);
        let mut people: Vec<_> = present
            .into_iter()
            .map(|(member, (joined, is_gone))| {
                let seen = last.get(&member);
                let joined = seen.map_or(joined, |(first, _)| joined.min(*first));
                (joined, is_gone, seen.map(|(_, last)| today - last))
            })
            .collect();
        people.retain(|(joined, ..)| *joined <= today);
        grouped(
            &people,
            1,
            |(joined, ..)| vec![Some(month(*joined))],
            |of| {
                let here: Vec<_> = of.iter().filter(|(_, is_gone, _)| !is_gone).collect();
                let within = |days: i64| {
                    count(
                        here.iter()
                            .filter(|one| one.2.is_some_and(|ago| ago < days)),
                    )
                };
                let active = count(here.iter().filter(|one| one.2.is_some()));
                let figures = [
                    count(of),
                    count(of) - count(&here),
                    within(30),
                    within(90),
                    within(365),
                    active - within(365),
                    count(&here) - active,
                ];
                let mut row: Vec<_> = figures.map(number).into();
                row.push(percent(within(90), count(&here)));
                row
            },
        )
    }

    pub(super) fn hours_of_members(&self) -> impl Iterator<Item = (&String, &Account)> {
        let accounts = self.accounts.iter();
        accounts.filter(|(_, account)| account.kind == "member" && account.unit == "time")
    }

    /// The first and the last day on which each took part, up to a day.
    fn last_services(&self, today: i64) -> BTreeMap<usize, (i64, i64)> {
        let mut last = BTreeMap::<usize, (i64, i64)>::new();
        for seen in self.services(&Scope::default()) {
            for part in seen.parts.iter().filter(|_| seen.on <= today) {
                for member in [part.provider, part.recipient].into_iter().flatten() {
                    let (first, last) = last.entry(member).or_insert((seen.on, seen.on));
                    (*first, *last) = ((*first).min(seen.on), (*last).max(seen.on));
                }
            }
        }
        last
    }
}
