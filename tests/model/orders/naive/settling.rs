//! What orders come to.

use super::{Model, Order, Policy, centre_of, day, err, pool, week};
use crate::model::orders::Id;

impl Model {
    /// The most that a service can come to.
    pub(super) fn most(policy: &Policy, service: usize, minutes: i64) -> i64 {
        Self::weighted(policy, service, minutes + minutes * 25 / 100).1
    }

    /// Rounded, and weighted.
    pub(super) fn weighted(policy: &Policy, service: usize, minutes: i64) -> (i64, i64) {
        let rounded = (minutes + policy.step - 1) / policy.step * policy.step;
        match service {
            0 => (rounded, rounded),
            _ => (rounded, rounded * 3 / 2),
        }
    }

    /// By what was served, or by what is owed.
    pub(super) fn settle(&mut self, order: &mut Order, served: Option<i64>) -> Result<(), String> {
        let on = day(order.at);
        let policy = self.policy(order.centre, on)?;
        let weighted = match served {
            Some(served) => Self::weighted(&policy, order.service, served).1,
            None => policy.owed.min(order.held),
        };
        let centre = centre_of(order.provider);
        let credited = |wanted: &dyn Fn(i64) -> bool| -> i64 {
            let theirs = self.orders.values();
            let theirs = theirs.filter(|one| one.provider == order.provider);
            let those = theirs.filter(|one| wanted(day(one.at)));
            those.filter_map(|one| one.credited).map(|one| one.0).sum()
        };
        let (of_day, of_week) = (
            credited(&|other| other == on),
            credited(&|other| week(other) == week(on)),
        );
        let of_provider = self.policy(centre, on).ok();
        let cap = |minutes: i64, cap: Option<i64>, earned: i64| {
            cap.map_or(minutes, |cap| minutes.min((cap - earned).max(0)))
        };
        let capped = match &of_provider {
            Some(theirs) => {
                let of_day = cap(weighted, theirs.day_cap, of_day);
                cap(of_day, theirs.week_cap, of_week)
            }
            None => weighted,
        };
        let balance = self.balances[order.provider];
        let today = self.policy(centre, day(self.now))?;
        let room = today
            .ceiling
            .map_or(i64::MAX, |ceiling| (ceiling - balance).max(0));
        let (credited, excess) = match today.to_pool {
            true => (capped.min(room), weighted - capped.min(room)),
            false => (capped, 0),
        };
        if served.is_some() && credited == 0 && excess == 0 && weighted > 0 {
            return err("CAP_REACHED");
        }
        self.bring_limits(order.provider);
        *self.balances.get_mut(order.payer).expect("it") -= credited + excess;
        *self.balances.get_mut(order.provider).expect("it") += credited;
        *self.balances.get_mut(pool(centre)).expect("it") += excess;
        order.credited = Some((credited, excess));
        Ok(())
    }

    /// A member's account is brought to the limits of the policy that holds.
    pub(super) fn bring_limits(&mut self, member: Id) {
        let policy = self.policy(centre_of(member), day(self.now));
        if let Ok(policy) = policy {
            self.ceilings.insert(member, policy.ceiling);
        }
    }

    pub(super) fn ceiling_of(&self, account: Id) -> Option<i64> {
        self.ceilings.get(account).copied().flatten()
    }
}
