//! What a service is worth: one pure function, of which each stage's figure is kept, so
//! that anyone can reckon it again.
//!
//! ```text
//! confirmed   the lower of both times, or their mean; half a minute is dropped
//! rounded     to the policy's step; at least `at_least`, where anything was served
//! weighted    by the service; what is less than a whole step of its unit is dropped
//! day, week   no more than the caps leave of what was earned before
//! credited    no more than the ceiling leaves; the rest is the excess
//! ```
//!
//! Caps and ceiling are of hours: a service that earns another unit passes them.
//! `examples/policies/README.md` has a table of cases.

use super::{Basis, Level, Minutes, Policy, Pricing, Rounding, Service};
use crate::ledger::UnitId;

/// The times that both sides confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Confirmed {
    pub by_provider: Minutes,
    pub by_recipient: Minutes,
}

/// How whoever served stands before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Before {
    /// What they earned on the day.
    pub day: Minutes,
    /// What they earned in the week, the day included.
    pub week: Minutes,
    /// What stands on their account, in minutes.
    pub balance: i64,
}

/// What a service is worth, stage by stage: minutes, and from the third on steps of the
/// service's unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reckoning {
    pub confirmed: Minutes,
    pub rounded: Minutes,
    pub weighted: i64,
    pub within_day_cap: i64,
    pub within_week_cap: i64,
    /// What the account gets.
    pub credited: i64,
    /// What would go beyond the ceiling.
    pub excess: i64,
}

/// What a service is worth before caps: in steps of its unit at last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Worth {
    pub confirmed: Minutes,
    pub rounded: Minutes,
    pub weighted: i64,
}

/// What caps leave of it: first that of the day, then that of the week as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capped {
    pub within_day_cap: i64,
    pub within_week_cap: i64,
}

impl Policy {
    /// What a service is worth by its confirmed times.
    pub fn worth(&self, service: &Service, confirmed: Confirmed) -> Worth {
        let confirmed = self.pricing.counted(confirmed);
        let rounded = self.pricing.rounded(confirmed);
        let weighted = service.weight.of(rounded);
        Worth {
            confirmed,
            rounded,
            weighted,
        }
    }

    /// The most that a service booked for so long can be worth.
    pub fn most_worth(&self, service: &Service, booked: Minutes) -> i64 {
        let over = booked.get() * i64::from(self.confirmation.within_percent.get()) / 100;
        let longest = Minutes::at_most(booked.get() + over);
        service.weight.of(self.pricing.rounded(longest))
    }

    /// What the caps leave of minutes, by what was earned before on the day and in its
    /// week.
    pub fn capped(&self, minutes: i64, day: i64, week: i64) -> Capped {
        let within = |minutes: i64, cap: Option<Minutes>, earned: i64| match cap {
            Some(cap) => minutes.min((cap.get() - earned).max(0)),
            None => minutes,
        };
        let within_day_cap = within(minutes, self.pricing.day_cap, day);
        Capped {
            within_day_cap,
            within_week_cap: within(within_day_cap, self.pricing.week_cap, week),
        }
    }

    /// Reckons what a service is worth to whoever served.
    pub fn price(&self, service: &Service, confirmed: Confirmed, before: Before) -> Reckoning {
        let Worth {
            confirmed,
            rounded,
            weighted,
        } = self.worth(service, confirmed);
        let of_hours = service.unit == UnitId::time();
        let capped = match of_hours {
            true => self.capped(weighted, before.day.get(), before.week.get()),
            false => Capped {
                within_day_cap: weighted,
                within_week_cap: weighted,
            },
        };
        let Capped {
            within_day_cap,
            within_week_cap,
        } = capped;
        let credited = match self.balance.ceiling {
            Level::At(ceiling) if of_hours => {
                within_week_cap.min(ceiling.saturating_sub(before.balance).max(0))
            }
            Level::At(_) | Level::None => within_week_cap,
        };
        Reckoning {
            confirmed,
            rounded,
            weighted,
            within_day_cap,
            within_week_cap,
            credited,
            excess: within_week_cap - credited,
        }
    }
}

impl Pricing {
    pub(super) fn counted(&self, confirmed: Confirmed) -> Minutes {
        let Confirmed {
            by_provider: one,
            by_recipient: other,
        } = confirmed;
        match self.basis {
            Basis::Lower => one.min(other),
            Basis::Mean => Minutes::at_most((one.get() + other.get()) / 2),
        }
    }

    fn rounded(&self, counted: Minutes) -> Minutes {
        if counted == Minutes::ZERO {
            return counted;
        }
        let minutes = counted.get();
        let rounded = match self.rounding {
            Rounding::None => minutes,
            Rounding::Up(step) => steps(minutes + step.get() - 1, step),
            Rounding::Nearest(step) => steps(minutes + step.get() / 2, step),
        };
        Minutes::at_most(rounded).max(self.at_least)
    }
}

/// The whole steps in so many minutes.
fn steps(minutes: i64, step: Minutes) -> i64 {
    minutes - minutes.checked_rem(step.get()).unwrap_or(0)
}
