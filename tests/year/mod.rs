//! A year of the five districts, simulated on the real store: 1,945 members under five policies, with
//! all that goes wrong, and a month closed after another. At its end the audit, the sums and every
//! report agree with a [tally](tally::Tally) that the simulation keeps by itself.
//!
//! A month runs with the tests. The year is one command, and leaves its ledger where
//! `TIMEBANK_YEAR_DIR` says, for a server to be started on:
//! `cargo test --release --test suite -- --ignored year::the_year --nocapture`

mod anomalies;
mod bank;
mod calendar;
mod city;
mod compare;
mod conversions;
mod days;
mod districts;
mod entries;
mod erasure;
mod evaluations;
mod fates;
mod figures;
mod groups;
mod hardship;
mod life;
mod money;
mod oddities;
mod partners;
mod reckoning;
mod samples;
mod standing;
mod tally;
mod trainings;
mod visits;
mod waiting;
mod weekly;

use std::{
    env,
    path::{Path, PathBuf},
};

use anomalies::ANOMALIES;
use calendar::{DAY, DAYS_OF_YEAR, month_days};
use city::City;
use compare::{REPORTS, Told};
use districts::{DISTRICTS, PARTS};
use figures::Scope;

const HOUR: i64 = 3_600;

impl City {
    /// Lives so many days, and some more in which the last month is closed.
    fn live_all(&mut self) {
        for day in 0..self.days + 9 {
            let begins = day * DAY * 60;
            self.go_on(begins + 7 * HOUR + 1_800);
            if day > 0 {
                self.join(day);
            }
            if day < self.days {
                self.plan(day);
            }
            self.go_on(begins + 14 * HOUR);
            if day < self.days || day == self.days + 6 {
                self.live(day);
            }
            self.go_on(begins + 20 * HOUR);
            self.close_what_is_over(day);
            self.go_on(begins + 23 * HOUR);
        }
        self.bank.flush();
    }

    /// On the third day of a month the one before is closed.
    fn close_what_is_over(&mut self, day: i64) {
        let months = 0..12;
        for month in months.filter(|month| month_days(*month).1 + 3 == day) {
            self.close_month(month);
        }
    }

    fn check_all(&self, scopes: &[Scope]) -> Vec<Told> {
        self.check_accounts();
        self.check_closings();
        self.check_reliefs();
        self.check_forgotten();
        self.check_weekly();
        let told = scopes.iter().map(|scope| self.check_reports(*scope));
        told.collect()
    }

    /// Of all days of all districts and of each; and of the months of all.
    fn scopes(&self, months: usize) -> Vec<Scope> {
        let days = Some((0, self.days - 1));
        let all = [
            Scope::default(),
            Scope {
                days,
                ..Scope::default()
            },
        ];
        let districts = (0..DISTRICTS.len()).map(|district| Scope {
            district: Some(district),
            days,
            ..Scope::default()
        });
        let parts = PARTS.map(|part| Scope {
            district: Some(3),
            part: Some(part),
            days,
        });
        let months = (0..months).map(|month| Scope {
            days: Some(month_days(month)),
            ..Scope::default()
        });
        let of_one = Scope {
            district: Some(3),
            days: Some((7, 20)),
            ..Scope::default()
        };
        all.into_iter()
            .chain(districts)
            .chain(parts)
            .chain(months)
            .chain([of_one])
            .collect()
    }

    /// How it went, in lines.
    fn summary(&self, reports: usize) -> String {
        let scope = Scope {
            days: Some((0, self.days - 1)),
            ..Scope::default()
        };
        let mut text =
            String::from("district       participants  services  hours served  credited\n");
        for row in self.tally.activity(&scope, "branch") {
            let hours = |minutes: &str| minutes.parse::<i64>().expect("minutes") / 60;
            text += &format!(
                "{:<14} {:>12}  {:>8}  {:>12}  {:>8}\n",
                row[0],
                row[1],
                row[5],
                hours(&row[7]),
                hours(&row[8])
            );
        }
        text + &format!(
            "needs {}, orders {}, months closed {}, moved {}, gone {}, reports compared {reports}\n\
             done: {:?}\n\
             refused as foreseen: {:?}\n",
            self.tally.needs.len(),
            self.tally.orders.len(),
            self.tally.closed.len(),
            self.moved,
            self.gone,
            self.done,
            self.bank.refusals,
        )
    }
}

/// What is refused for reasons that come up in any month.
const REASONS: [&str; 36] = [
    "ACCOUNT_UNFIT",
    "APPROVED_ALREADY",
    "APPROVER_ASKED",
    "CONVERSION_UNEVEN",
    "DONATION_EXISTS",
    "EFFECTIVE_IN_CLOSED",
    "FLOOR_CROSSED",
    "GIFT_BEYOND_BALANCE",
    "GIFT_NOT_ALLOWED",
    "GRANT_NOT_ALLOWED",
    "MAY_NOT_REDEEM",
    "MEMBER_ELSEWHERE",
    "MEMBER_ERASED",
    "MEMBER_STATE_WRONG",
    "NEED_REPEATS",
    "NO_VISIT_AHEAD",
    "NOT_QUALIFIED",
    "PARTNER_LIMIT",
    "PARTNER_LIMIT_OF_POLICY",
    "POOL_OF_HOURS",
    "PURPOSE_FOREIGN",
    "REFERENCE_EXISTS",
    "RELIEF_BEYOND_POOL",
    "RELIEF_STATE_WRONG",
    "REPEATS_NEVER",
    "RETENTION_RUNNING",
    "STANDING_STATE_WRONG",
    "STANDING_UNSERVED",
    "TRAINING_CODE_UNKNOWN",
    "TRAINING_IN_FUTURE",
    "TRAINING_LENGTH_OUT_OF_RANGE",
    "TRAINING_REPEATED",
    "TRAINING_STATE_WRONG",
    "UNITS_NOT_CONVERTED",
    "VISITS_OVERLAP",
    "WAITING_NOT_OVER",
];

/// What is done in any month, as it is counted.
const DONE: [&str; 22] = [
    "adopted a policy of waiting",
    "annulled",
    "arose",
    "arose without a provider",
    "converted back",
    "converted hours",
    "converted points",
    "dated back",
    "donated",
    "entered a long day",
    "erased",
    "gained by themselves",
    "given in hardship",
    "received from a partner",
    "relief ended otherwise",
    "relief paid",
    "relief returned",
    "sent again after a reversal",
    "sent to a partner",
    "served each other",
    "trained",
    "trained again",
];

impl City {
    /// That what is simulated came up: caps and ceilings, what goes to pools, who moved and went.
    fn check_mechanisms(&self, others: &[&str]) {
        for reason in REASONS.iter().chain(others) {
            assert!(
                self.bank.refusals.contains_key(*reason),
                "nothing was {reason}"
            );
        }
        for what in DONE {
            assert!(self.done.contains_key(what), "nobody {what}");
        }
        for district in [0, 3] {
            let orders = self.tally.orders.iter();
            let of_it = orders.filter(|order| self.tally.needs[order.need].district == district);
            let mut reckoned = of_it.filter_map(|order| order.reckoned.as_ref());
            assert!(reckoned.any(|one| one.excess > 0), "no pool got anything");
        }
        let all = Scope {
            days: Some((0, self.today())),
            ..Scope::default()
        };
        let told = self
            .tally
            .anomalies(&all, self.today(), &self.bank.sequences);
        for anomaly in ANOMALIES {
            assert!(told.iter().any(|row| row[0] == anomaly), "no {anomaly}");
        }
        assert!(self.moved > 0 && self.gone > 0);
        assert!(self.tally.others.iter().any(|other| other.is_reversed));
        assert!(self.tally.evaluations.len() > 20);
        assert!(!self.tally.forced.is_empty());
    }
}

/// Lives the month of [`a_month_is_what_the_tally_says`], and leaves its ledger in an empty directory.
pub(crate) fn leave_a_month(dir: &Path) {
    let mut city = City::found(Some(dir.to_owned()), 31, 100);
    city.live_all();
    city.bank.world.issue_first_token();
}

#[test]
fn a_month_is_what_the_tally_says() {
    let mut city = City::found(None, 31, 100);
    city.live_all();
    let told = city.check_all(&city.scopes(1));
    city.check_members(20);
    assert!(city.check_trainings(20) > 20);
    city.check_mechanisms(&[]);
    let records = city.check_audit();
    println!("{}records {records}", city.summary(told.len() * REPORTS));
}

/// Runs by one command: see the README.
#[test]
#[ignore = "takes minutes"]
fn the_year() {
    let dir = env::var_os("TIMEBANK_YEAR_DIR").map(PathBuf::from);
    let mut city = City::found(dir, DAYS_OF_YEAR, 230);
    city.live_all();
    let told = city.check_all(&city.scopes(12));
    let rows = city.tally.activity(&Scope::default(), "branch");
    let participants: Vec<_> = rows.iter().map(|row| row[1].clone()).collect();
    // In the order of their names.
    assert_eq!(participants, ["179", "589", "358", "452", "367", "1945"]);
    assert!(city.check_members(100) > 0);
    assert!(city.check_trainings(100) > 100);
    city.check_mechanisms(&["CAP_REACHED", "CONFIRMATION_THEIRS"]);
    told.iter().for_each(|told| city.check_told(told));
    let records = city.check_audit();
    println!("{}records {records}", city.summary(told.len() * REPORTS));
}
