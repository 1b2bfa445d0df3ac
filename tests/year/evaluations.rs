//! Evaluations of settled orders: what is told to whoever calls, and what reports make of it.

use timebank::exchange::{
    Command, OrderId, OversightCommand,
    order::{Evidence, Rating},
    oversight::{FileEvaluation, Findings, Told},
};

use super::{
    bank::minutes,
    city::City,
    figures::{Rows, Scope, Seen, count, grouped, labels, number, percent, told_of},
    tally::{Evaluation, Tally},
};

fn rating(stars: usize) -> Option<Rating> {
    Rating::new(u32::try_from(stars).ok()?)
}

/// What was filed last of an order that took place, with the order.
struct Found<'a> {
    seen: Seen,
    filed: &'a Evaluation,
}

impl City {
    /// Some are not reached, some deny it, and some say another time than it was settled for.
    pub(super) fn evaluate(&mut self, at: usize, (order, id): (usize, OrderId)) {
        let reckoned = self.tally.orders[order].reckoned.as_ref();
        let settled = reckoned.expect("it is settled").confirmed;
        let told = match order % 8 {
            0 => None,
            1 => Some(0),
            2 => Some(settled + 15),
            _ => Some(settled),
        };
        let (quality, satisfaction) = (1 + order % 5, 1 + order / 3 % 5);
        let findings = match told {
            None => Findings::NotReached,
            Some(0) => Findings::Denied,
            Some(told) => Findings::Told(Told {
                served: minutes(told),
                quality: rating(quality),
                satisfaction: rating(satisfaction),
            }),
        };
        let filed = Evaluation {
            told,
            settled,
            quality,
            satisfaction,
        };
        self.tally.evaluations.insert(order, filed);
        let file = FileEvaluation {
            step: self.bank.id(),
            order: id,
            findings,
            evidence: Evidence::default(),
            reason: None,
        };
        let command = Command::Oversight(Box::new(OversightCommand::File(file)));
        self.bank.does(&self.staff(at, 4), command);
    }
}

/// How many gave one star, two and so on.
fn stars(of: &[&Found<'_>], stars: fn(&Evaluation) -> usize) -> [i64; 5] {
    let mut given = [0; 5];
    for found in of {
        if found.filed.told.is_some_and(|told| told > 0) {
            given[stars(found.filed) - 1] += 1;
        }
    }
    given
}

fn mean(of: &[&Found<'_>], of_what: fn(&Evaluation) -> usize, is_withheld: bool) -> String {
    told_of(stars(of, of_what), is_withheld).swap_remove(0)
}

const QUALITY: fn(&Evaluation) -> usize = |filed| filed.quality;
const SATISFACTION: fn(&Evaluation) -> usize = |filed| filed.satisfaction;

/// How many of these were told so.
fn said(of: &[&Found<'_>], is: fn(i64, i64) -> bool) -> i64 {
    let told = of
        .iter()
        .filter_map(|found| Some((found.filed.told?, found.filed.settled)));
    count(told.filter(|(told, settled)| is(*told, *settled)))
}

impl Tally {
    fn found(&self, scope: &Scope) -> Vec<Found<'_>> {
        let found = self.evaluations.iter().filter_map(|(order, filed)| {
            let seen = self.seen(&self.orders[*order]);
            let seen = self.within(scope, seen)?;
            Some(Found { seen, filed })
        });
        let within = found.filter(|found| scope.has(found.seen.district, found.seen.on));
        within.collect()
    }

    pub(super) fn evaluations(&self, scope: &Scope, by: &str) -> Rows {
        let all = self.found(scope);
        let (labels, keys) = (labels(by), |found: &Found<'_>| found.seen.keys(by));
        // What is told of all, less what is told of the groups, is told of those of too few.
        let hidden = |of: fn(&Evaluation) -> usize| {
            let groups = grouped(&all, labels, keys, |of_one| {
                vec![number(stars(of_one, of).iter().sum())]
            });
            let few = groups.iter().filter(|row| row[0] != "(all)");
            let few = few.map(|row| row[labels].parse::<i64>().expect("a number"));
            let hidden: i64 = few.filter(|answers| *answers < 5).sum();
            (1..5).contains(&hidden)
        };
        let hidden = [hidden(QUALITY), hidden(SATISFACTION)];
        let row = |of: &[&Found<'_>], hidden: [bool; 2]| {
            let served = |of_one: fn(&Evaluation) -> i64| {
                let told = of
                    .iter()
                    .filter(|found| found.filed.told.is_some_and(|told| told > 0));
                number(told.map(|found| of_one(found.filed)).sum())
            };
            vec![
                number(count(of)),
                number(said(of, |_, _| true)),
                number(said(of, |told, _| told == 0)),
                number(said(of, |told, settled| told > 0 && told == settled)),
                number(said(of, |told, settled| told > 0 && told != settled)),
                served(|filed| filed.told.expect("told")),
                served(|filed| filed.settled),
                mean(of, QUALITY, hidden[0]),
                mean(of, SATISFACTION, hidden[1]),
            ]
        };
        let mut rows = grouped(&all, labels, keys, |of| row(of, [false; 2]));
        let last = rows.len() - 1;
        let of_all: Vec<_> = all.iter().collect();
        rows[last].splice(labels.., row(&of_all, hidden));
        rows
    }

    /// What the indicators have of them, by name.
    pub(super) fn evaluation_figures(&self, scope: &Scope) -> [(&'static str, String); 4] {
        let all = self.found(scope);
        let all: Vec<_> = all.iter().collect();
        let confirmed = said(&all, |told, settled| told > 0 && told == settled);
        [
            ("evaluated", number(count(&all))),
            (
                "confirmed by evaluation",
                percent(confirmed, said(&all, |_, _| true)),
            ),
            ("quality", mean(&all, QUALITY, false)),
            ("satisfaction told", mean(&all, SATISFACTION, false)),
        ]
    }
}
