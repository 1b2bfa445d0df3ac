//! What happens on which days of a month beside visits.

use super::{
    city::City,
    districts::{DISTRICTS, NEW_POLICY_ON},
};

impl City {
    pub(super) fn live(&mut self, day: i64) {
        self.go_round();
        let of_month: i64 = self.date()[8..].parse().expect("a day");
        match of_month {
            2 if day < 28 => self.swap(),
            5 => self.top_up(),
            7 => self.enter_in_closed(day),
            8 | 18 => (0..5).for_each(|district| self.enter(district)),
            20 => (0..5).for_each(|district| self.relieve(district)),
            12 => (0..5).for_each(|district| self.hold_groups(district)),
            15 => self.redeem(),
            16 => self.choir_gives(),
            24 => self.let_one_move(),
            25 | 26 => (0..5).for_each(|district| self.let_one_go(district, of_month == 25)),
            _ => self.live_beside(of_month),
        }
        if day % 2 == 1 {
            self.give(usize::try_from(day).expect("a day") % 5);
        }
        if of_month == 2 || day == 6 {
            self.enter_dated_back();
        }
        if day == self.days - 1 {
            self.enter_mistake();
        }
        if day == self.days + 6 {
            self.take_mistake_back();
        }
        self.have_them_wait(day);
        if day == NEW_POLICY_ON - 30 {
            self.adopt(&DISTRICTS[2], Some("2025-07-01"), "");
        }
        self.bank.flush();
    }

    fn live_beside(&mut self, of_month: i64) {
        match of_month {
            9 | 22 => (0..5).for_each(|district| self.train(district)),
            6 => (0..5).for_each(|district| self.remit(district)),
            10 | 23 => self.convert(),
            11 => [0, 3].into_iter().for_each(|district| self.raise(district)),
            13 | 28 => (0..5).for_each(|district| self.give_in_hardship(district)),
            14 => (0..2).for_each(|district| self.ask_while_young(district)),
            27 => (0..5).for_each(|district| self.forget(district)),
            4 => (0..5).for_each(|district| self.begin_weekly(district)),
            3 => self.enter_long_day(),
            17 => self.enter_swaps(),
            _ => {}
        }
    }
}
