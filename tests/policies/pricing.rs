//! What a service is worth: the table of the docs, and a naive reckoning beside it.

use proptest::prelude::*;
use timebank::{
    exchange::{
        Code,
        policy::{
            Minutes, Policy,
            pricing::{Before, Bounds, Confirmed, Over, Shares, Worth},
        },
    },
    ledger::UnitId,
};

use super::policy;

/// A case, in the words of the table.
#[derive(Clone, Debug)]
struct Case {
    basis: String,
    confirmed: (i64, i64),
    /// None, or `up 15`.
    rounding: Option<(String, i64)>,
    at_least: i64,
    weight: (i64, i64),
    day_cap: Option<i64>,
    day: i64,
    week_cap: Option<i64>,
    week: i64,
    ceiling: Option<i64>,
    balance: i64,
}

fn minutes(minutes: i64) -> Minutes {
    Minutes::new(minutes).expect("minutes")
}

impl Case {
    fn policy(&self, unit: &str) -> Policy {
        let mut lines = format!(
            "[pricing]\nbasis = \"{}\"\nat_least = \"{}m\"\n",
            self.basis, self.at_least
        );
        if let Some((word, step)) = &self.rounding {
            lines += &format!("rounding = \"{word}\"\nstep = \"{step}m\"\n");
        }
        for (key, cap) in [("day_cap", self.day_cap), ("week_cap", self.week_cap)] {
            if let Some(cap) = cap {
                lines += &format!("{key} = \"{cap}m\"\n");
            }
        }
        if let Some(ceiling) = self.ceiling {
            lines += &format!("[balance]\nfloor = \"none\"\nceiling = \"{ceiling}m\"\n");
        }
        let (numerator, denominator) = self.weight;
        lines += "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\n";
        lines += &match unit {
            "time" => format!("weight = \"{numerator}/{denominator}\"\n"),
            unit => format!("unit = \"{unit}\"\nper_hour = {numerator}\n"),
        };
        policy(&lines)
    }

    fn worth(&self, unit: &str) -> Worth {
        let policy = self.policy(unit);
        let service = policy
            .service(&Code::parse("code", "walk").unwrap())
            .unwrap();
        assert_eq!(service.unit, UnitId::parse(unit).unwrap());
        let confirmed = Confirmed {
            by_provider: minutes(self.confirmed.0),
            by_recipient: minutes(self.confirmed.1),
        };
        policy.worth(service, confirmed)
    }

    /// Whoever served stands so before, and may get so much.
    fn shares(&self, worth: i64, over: Over) -> Shares {
        let policy = self.policy("time");
        let before = Before {
            day: self.day,
            week: self.week,
            balance: self.balance,
        };
        let bounds = Bounds {
            caps: Some(&policy.pricing),
            ceiling: self.ceiling,
            over,
        };
        bounds.share(worth, before)
    }

    /// All stages, where somebody is named for what goes over.
    fn stages(&self) -> [i64; 7] {
        let worth = self.worth("time");
        let shares = self.shares(worth.weighted, Over::Passed);
        [
            worth.confirmed.get(),
            worth.rounded.get(),
            worth.weighted,
            shares.within_day_cap,
            shares.within_week_cap,
            shares.credited,
            shares.excess,
        ]
    }

    /// The stages as the docs tell them, minute by minute.
    fn naive(&self) -> [i64; 7] {
        let (one, other) = self.confirmed;
        let confirmed = match self.basis.as_str() {
            "lower" if one < other => one,
            "lower" => other,
            _ => (0..=one + other)
                .rfind(|half| half * 2 <= one + other)
                .unwrap(),
        };
        let mut rounded = confirmed;
        if let Some((word, step)) = &self.rounding {
            let wholes = (0..).map(|count| count * step);
            let after = wholes.clone().find(|whole| *whole >= confirmed).unwrap();
            let before = after - step;
            rounded = match word.as_str() {
                "up" => after,
                // Half a step goes up.
                _ if after - confirmed <= confirmed - before => after,
                _ => before,
            };
        }
        if confirmed > 0 && rounded < self.at_least {
            rounded = self.at_least;
        }
        if confirmed == 0 {
            rounded = 0;
        }
        let (numerator, denominator) = self.weight;
        let weighted = rounded * numerator / denominator;
        let within = |amount: i64, limit: Option<i64>, already: i64| match limit {
            None => amount,
            Some(limit) if already >= limit => 0,
            Some(limit) if already + amount > limit => limit - already,
            Some(_) => amount,
        };
        let day = within(weighted, self.day_cap, self.day);
        let week = within(day, self.week_cap, self.week);
        let credited = within(week, self.ceiling, self.balance);
        [
            confirmed,
            rounded,
            weighted,
            day,
            week,
            credited,
            weighted - credited,
        ]
    }
}

fn pair<T: std::str::FromStr>(cell: &str, between: char) -> (T, i64) {
    let (one, other) = cell.split_once(between).expect("a pair");
    let other = other.trim().parse().expect("a number");
    (one.trim().parse().ok().expect("a value"), other)
}

fn limit(cell: &str) -> (Option<i64>, i64) {
    let (limit, already): (String, i64) = pair(cell, ':');
    (limit.parse().ok(), already)
}

/// The rows of the docs: a case, and its stages.
fn rows() -> Vec<(Case, [i64; 7])> {
    let text = include_str!("../../examples/policies/README.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let rows = rows.map(|row| {
        row.trim_end_matches('|')
            .split('|')
            .map(str::trim)
            .collect()
    });
    let rows: Vec<Vec<&str>> = rows.filter(|row: &Vec<&str>| row.len() == 15).collect();
    let cases = rows.iter().skip(1).map(|row| {
        let (day_cap, day) = limit(row[5]);
        let (week_cap, week) = limit(row[6]);
        let (ceiling, balance) = limit(row[7]);
        let (numerator, denominator) = row[4].split_once('/').unwrap_or((row[4], "1"));
        let case = Case {
            basis: row[0].into(),
            confirmed: pair(row[1], ','),
            rounding: row[2].contains(' ').then(|| pair(row[2], ' ')),
            at_least: row[3].parse().expect("minutes"),
            weight: (numerator.parse().unwrap(), denominator.parse().unwrap()),
            day_cap,
            day,
            week_cap,
            week,
            ceiling,
            balance,
        };
        let stages = row[8..].iter().map(|cell| cell.parse().expect("minutes"));
        (
            case,
            stages.collect::<Vec<_>>().try_into().expect("7 stages"),
        )
    });
    cases.collect()
}

#[test]
fn the_table_of_the_docs_is_true() {
    let rows = rows();
    assert!(rows.len() >= 17, "{}", rows.len());
    for (case, expected) in rows {
        assert_eq!(case.stages(), expected, "{case:?}");
        assert_eq!(case.naive(), expected, "{case:?}");
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let times = (0..200_i64, 0..200_i64);
    let rounding = prop::option::of((prop_oneof!["up", "nearest"], 1..90_i64));
    let weights = (1..60_i64, 1..30_i64);
    let limit = || prop::option::of(90..400_i64);
    let before = (
        limit(),
        0..500_i64,
        limit(),
        0..500_i64,
        limit(),
        -500..500_i64,
    );
    let basis = prop_oneof!["lower", "mean"];
    (basis, times, rounding, 0..100_i64, weights, before).prop_map(
        |(basis, confirmed, rounding, at_least, weight, before)| {
            let (day_cap, day, week_cap, week, ceiling, balance) = before;
            Case {
                basis,
                confirmed,
                rounding,
                at_least,
                weight,
                day_cap,
                day,
                week_cap,
                week,
                ceiling,
                balance,
            }
        },
    )
}

proptest! {
    #[test]
    fn any_policy_prices_as_the_docs_tell(case in cases()) {
        prop_assert_eq!(case.stages(), case.naive());
    }

    /// Where nobody is named for what goes over, nobody gets it.
    #[test]
    fn what_goes_over_is_refused_or_given_up(case in cases()) {
        let [_, _, weighted, day, week, credited, _] = case.naive();
        for (over, credited) in [(Over::Refused, week), (Over::GivenUp, credited)] {
            let expected = Shares {
                within_day_cap: day,
                within_week_cap: week,
                credited,
                excess: 0,
            };
            prop_assert_eq!(case.shares(weighted, over), expected);
        }
    }

    /// Another unit is weighted by its steps an hour.
    #[test]
    fn points_are_so_many_an_hour(case in cases()) {
        let so_many = Case { weight: (case.weight.0, 60), ..case.clone() };
        prop_assert_eq!(case.worth("points").weighted, so_many.naive()[2]);
    }
}
