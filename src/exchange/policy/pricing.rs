//! What a service is worth, and who gets it: pure functions, of which each stage's figure is
//! kept, so that anyone can reckon it again.
//!
//! ```text
//! confirmed   the lower of both times, or their mean; half a minute is dropped
//! rounded     to the policy's step; at least `at_least`, where anything was served
//! weighted    by the service; what is less than a whole step of its unit is dropped
//! day, week   no more than the caps leave of what was earned before
//! credited    no more than the ceiling leaves
//! excess      the rest of what it is worth, where the policy names somebody for it
//! ```
//!
//! Caps and ceiling are of hours. `examples/policies/README.md` has a table of cases.

use super::{Basis, Minutes, Policy, Pricing, Rounding, Service};

/// The times that both sides confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Confirmed {
    pub by_provider: Minutes,
    pub by_recipient: Minutes,
}

/// How whoever served stands before, in minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Before {
    /// What they earned on the day.
    pub day: i64,
    /// What they earned in the week, the day included.
    pub week: i64,
    /// What stands on their account.
    pub balance: i64,
}

/// What becomes of minutes that whoever served may not get.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Over {
    /// Somebody else gets them.
    Passed,
    /// Nobody gets what is over a cap. What is over the ceiling is not taken off: the ledger
    /// refuses all of it.
    Refused,
    /// Nobody gets them.
    GivenUp,
}

/// What whoever served may get.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds<'a> {
    /// None: there are no caps.
    pub caps: Option<&'a Pricing>,
    /// The most that may stand on their account, in minutes.
    pub ceiling: Option<i64>,
    pub over: Over,
}

/// Who gets what of it, in minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shares {
    pub within_day_cap: i64,
    pub within_week_cap: i64,
    /// What the account of whoever served gets.
    pub credited: i64,
    /// What somebody else gets.
    pub excess: i64,
}

/// What a service is worth before caps: in steps of its unit at last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Worth {
    pub confirmed: Minutes,
    pub rounded: Minutes,
    pub weighted: i64,
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

    /// The longest that both sides may confirm of a service booked for so long.
    pub fn longest_confirmed(&self, booked: Minutes) -> Minutes {
        let over = booked.get() * i64::from(self.confirmation.within_percent.get()) / 100;
        Minutes::at_most(booked.get() + over)
    }

    /// What a service of so long is worth.
    pub fn worth_of(&self, service: &Service, served: Minutes) -> i64 {
        service.weight.of(self.pricing.rounded(served))
    }
}

impl Bounds<'_> {
    /// Shares out what a service is worth.
    pub fn share(&self, worth: i64, before: Before) -> Shares {
        let within = |minutes: i64, most: Option<i64>, before: i64| match most {
            Some(most) => minutes.min(most.saturating_sub(before).max(0)),
            None => minutes,
        };
        let cap = |of: fn(&Pricing) -> Option<Minutes>| self.caps.and_then(of).map(Minutes::get);
        let within_day_cap = within(worth, cap(|caps| caps.day_cap), before.day);
        let within_week_cap = within(within_day_cap, cap(|caps| caps.week_cap), before.week);
        let within_ceiling = within(within_week_cap, self.ceiling, before.balance);
        let (credited, excess) = match self.over {
            Over::Passed => (within_ceiling, worth - within_ceiling),
            Over::Refused => (within_week_cap, 0),
            Over::GivenUp => (within_ceiling, 0),
        };
        Shares {
            within_day_cap,
            within_week_cap,
            credited,
            excess,
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
