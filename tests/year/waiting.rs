//! A while in which a district has its members wait before they are served, unless they earned
//! something.

use super::{
    calendar::{date, months_between},
    city::City,
    districts::DISTRICTS,
    reckoning::Foreseen,
    tally::Tally,
};

const YUZHONG: usize = 4;
/// The days of services on which it does: the first and the last of each while.
const WHILES: [(i64, i64); 2] = [(19, 25), (150, 170)];
/// How long before that it adopts the policy.
const NOTICE: i64 = 10;
/// What is enough to have earned, in minutes.
const EARNED: i64 = 60;

/// What its policy says then.
const DOCUMENT: &str = "
[redeem]
waiting = [{ earned = \"1h\" }, { member_for_months = 1 }]
";

impl City {
    /// The policy of a while is adopted together with the one that follows it.
    pub(super) fn have_them_wait(&mut self, day: i64) {
        for (first, last) in WHILES.iter().filter(|(first, _)| first - NOTICE == day) {
            let home = &DISTRICTS[YUZHONG];
            self.adopt(home, Some(&date(*first)), DOCUMENT);
            self.adopt(home, Some(&date(last + 1)), "");
            self.tally.waits.push((*first, *last));
            self.did("adopted a policy of waiting");
        }
    }
}

impl Tally {
    /// Whether somebody has waited long enough to be served on a day.
    pub(super) fn has_waited(&self, district: usize, member: usize, on: i64) -> Foreseen {
        let is_asked = self
            .waits
            .iter()
            .any(|days| (days.0..=days.1).contains(&on));
        let earned: i64 = self.members[member].earned.values().sum();
        let joined = self.registered[member].0.day;
        let has_waited = earned >= EARNED || months_between(joined, on) >= 1;
        match district == YUZHONG && is_asked && !has_waited {
            true => Err("WAITING_NOT_OVER"),
            false => Ok(()),
        }
    }
}
