//! Months that are closed.

use std::collections::BTreeMap;

use super::{DAY, Faults, Model, Period, wrong};
use crate::model::everything::{CENTRES, Id, MONTHS, centre_of};

impl Model {
    /// The last month that a centre has closed.
    fn last_closed(&self, centre: usize) -> Option<usize> {
        let closed = self.periods.keys();
        let closed = closed.filter(|(of, _)| *of == CENTRES[centre]);
        closed.map(|(_, month)| *month).max()
    }

    /// The day on which what is open begins, where something is closed.
    pub(super) fn first_open(&self, account: Id) -> Option<i64> {
        let closed = self.last_closed(centre_of(account));
        closed.map(|month| MONTHS[month].1)
    }

    /// Whether the centre of an account has closed the day of a minute.
    pub(super) fn is_closed(&self, account: Id, at: i64) -> bool {
        let first_open = self.first_open(account);
        first_open.is_some_and(|first| at < first * DAY)
    }

    pub(super) fn close(&mut self, centre: Id, month: usize, actor: Id) -> Faults {
        let mut faults = Faults::new();
        let at = usize::from(centre == CENTRES[1]);
        wrong(&mut faults, !Self::is_staff(at, actor), "STAFF_ONLY");
        let last = self.last_closed(at);
        let is_closed = last.is_some_and(|last| month <= last);
        wrong(&mut faults, is_closed, "PERIOD_CLOSED");
        let next = MONTHS[month].1;
        wrong(&mut faults, next > self.today(), "PERIOD_NOT_OVER");
        let is_hole = last.is_some_and(|last| month > last + 1);
        wrong(&mut faults, is_hole, "PERIOD_HOLE");
        if faults.is_empty() {
            let closing = self.balances_before(centre, next * DAY);
            let period = Period {
                record: self.records + 1,
                signed_by: Vec::new(),
                is_sealed: false,
                closing,
            };
            self.periods.insert((centre, month), period);
        }
        faults
    }

    /// What the accounts of a centre had by what was effective before a minute.
    fn balances_before(&self, centre: Id, minute: i64) -> BTreeMap<Id, i64> {
        let here = |id: &Id| CENTRES[centre_of(id)] == centre;
        let ids = self.accounts.keys().copied().filter(here);
        let mut balances: BTreeMap<Id, i64> = ids.map(|id| (id, 0)).collect();
        for (at, from, to, amount) in &self.postings {
            if *at < minute {
                for (id, change) in [(from, -amount), (to, *amount)] {
                    if let Some(balance) = balances.get_mut(id) {
                        *balance += change;
                    }
                }
            }
        }
        balances
    }

    pub(super) fn sign_off(&mut self, id: (Id, usize), position: i64, actor: Id) -> Faults {
        let mut faults = Faults::new();
        let at = usize::from(id.0 == CENTRES[1]);
        wrong(&mut faults, !Self::is_staff(at, actor), "STAFF_ONLY");
        let last = self.records;
        let Some(period) = self.periods.get_mut(&id) else {
            faults.push("PERIOD_OPEN");
            return faults;
        };
        let is_off = position < period.record || position > last;
        wrong(&mut faults, is_off, "SIGN_OFF_POSITION");
        let has = period.signed_by.contains(&actor);
        wrong(&mut faults, has, "SIGNED_OFF");
        if faults.is_empty() {
            period.signed_by.push(actor);
        }
        faults
    }

    /// The server seals what is closed.
    pub(in crate::model::everything) fn seal(&mut self) {
        for period in self.periods.values_mut() {
            if !period.is_sealed {
                period.is_sealed = true;
                self.records += 1;
            }
        }
    }
}
