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

impl Policy {
    /// Reckons what a service is worth to whoever served.
    pub fn price(&self, service: &Service, confirmed: Confirmed, before: Before) -> Reckoning {
        let confirmed = self.pricing.counted(confirmed);
        let rounded = self.pricing.rounded(confirmed);
        let weighted = service.weight.of(rounded);
        let of_hours = service.unit == UnitId::time();
        let within = |steps: i64, cap: Option<Minutes>, earned: Minutes| match cap {
            Some(cap) if of_hours => steps.min((cap.get() - earned.get()).max(0)),
            Some(_) | None => steps,
        };
        let within_day_cap = within(weighted, self.pricing.day_cap, before.day);
        let within_week_cap = within(within_day_cap, self.pricing.week_cap, before.week);
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
