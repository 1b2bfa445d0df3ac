//! What the rules have against a request, each for itself. No rule stops
//! another: which of them speaks is settled by the precedence alone.

use timebank::ledger::AccountKind;

use super::{
    ask::{Ask, Id, Leg},
    reference::{
        Account, Ending, Faults, Figures, Hold, MAX, MAX_AHEAD_US, Reference, named, shares,
    },
};

const MAX_UNITS: usize = 64;

impl Reference {
    pub(crate) fn rules(&self, ask: &Ask, faults: &mut Faults) {
        match ask {
            Ask::Declare { .. } => {
                if self.units.len() >= MAX_UNITS {
                    faults.add("TOO_MANY_UNITS", vec![("max", MAX_UNITS.to_string())]);
                }
            }
            Ask::Open {
                kind, unit, limits, ..
            } => {
                if !self.units.contains_key(unit) {
                    faults.add("UNIT_UNKNOWN", vec![("unit", (*unit).into())]);
                }
                if let Some(limits) = limits {
                    limits_in_order(*kind, *limits, faults);
                }
            }
            Ask::Limit { account, since, .. } => {
                if let Some(known) = self.open_account(account, faults) {
                    if known.limits_since != *since {
                        let current = known.limits_since.to_string();
                        faults.add("LIMITS_CHANGED", vec![("current", current)]);
                    }
                    let limits = self.wanted_limits(ask).expect("a known account");
                    limits_in_order(known.kind, limits, faults);
                }
            }
            Ask::Close { account } => self.may_close(account, faults),
            Ask::Post(post) => {
                let mut opened = self.clone();
                opened.open_missing(post);
                opened.not_in_future(post.at, faults);
                opened.lands(&post.legs, post.unit, faults);
                opened.within_limits(&post.legs, 0, faults);
            }
            Ask::Reverse {
                id,
                of,
                reason,
                force,
                at,
            } => {
                self.not_in_future(*at, faults);
                self.may_reverse(*of, faults);
                let reversal = self.inverse(*id, *of, reason, *at);
                self.lands(&reversal.legs, None, faults);
                match force {
                    true => self.above_kept_floors(&reversal.legs, faults),
                    false => self.within_limits(&reversal.legs, 0, faults),
                }
            }
            Ask::Place { leg, unit, .. } => {
                self.lands(&[*leg], *unit, faults);
                if self.accounts.contains_key(leg.from) && self.held(leg.from) + leg.amount > MAX {
                    faults.add("BALANCE_OUT_OF_RANGE", named(leg.from));
                }
                self.above_floor(leg.from, leg.amount, 0, faults);
            }
            Ask::Settle { id, at, .. } | Ask::Share { id, at, .. } => {
                self.not_in_future(*at, faults);
                if let Some(hold) = self.endable(*id, faults) {
                    let legs = shares(ask, hold);
                    if legs.iter().any(|leg| leg.to == hold.leg.from) {
                        faults.add("SETTLED_TO_ITSELF", named(hold.leg.from));
                        return;
                    }
                    self.lands(&legs, None, faults);
                    let requested: i64 = legs.iter().map(|leg| leg.amount).sum();
                    // What goes beyond the hold is taken of what is free.
                    let set_aside = match requested <= hold.leg.amount {
                        true => self.held(hold.leg.from),
                        false => hold.leg.amount,
                    };
                    self.within_limits(&legs, set_aside, faults);
                }
            }
            Ask::Release { id } => {
                self.endable(*id, faults);
            }
            Ask::Expire { id } => match self.hold(*id) {
                Some(hold) if hold.ended.is_none() => {
                    if !hold.is_due(self.next_moment()) {
                        faults.add("HOLD_NOT_DUE", vec![]);
                    }
                }
                _ => {
                    self.endable(*id, faults);
                }
            },
        }
    }

    fn not_in_future(&self, at: Option<i64>, faults: &mut Faults) {
        if at.is_some_and(|at| at > self.next_moment() + MAX_AHEAD_US) {
            faults.add("EFFECTIVE_IN_FUTURE", vec![("max_ahead_s", "300".into())]);
        }
    }

    /// The account, if it is there and open.
    fn open_account(&self, account: &str, faults: &mut Faults) -> Option<&Account> {
        let known = self.accounts.get(account);
        match known {
            None => faults.add("ACCOUNT_UNKNOWN", named(account)),
            Some(known) if known.closed.is_some() => faults.add("ACCOUNT_CLOSED", named(account)),
            Some(_) => {}
        }
        known
    }

    /// Each leg joins two open accounts of one unit, and leaves balances that
    /// are numbers.
    fn lands(&self, legs: &[Leg], unit: Option<&str>, faults: &mut Faults) {
        for (index, leg) in legs.iter().enumerate() {
            let debited = self.open_account(leg.from, faults);
            let credited = self.open_account(leg.to, faults);
            let (Some(debited), Some(credited)) = (debited, credited) else {
                continue;
            };
            let named = unit.filter(|_| index == 0);
            let pairs = [
                (leg.from, debited.unit, named.unwrap_or(debited.unit)),
                (leg.to, credited.unit, debited.unit),
            ];
            for (account, unit, wanted) in pairs {
                if unit != wanted {
                    let figures: Figures = vec![
                        ("account", account.into()),
                        ("unit", unit.into()),
                        ("wanted", wanted.into()),
                    ];
                    faults.add("UNIT_MISMATCH", figures);
                }
            }
        }
        // Every posting has a balance after it, so each must be a number.
        for (index, leg) in legs.iter().enumerate() {
            for account in [leg.from, leg.to] {
                let after = self.balance(account) + moved(&legs[..=index], account);
                if after.abs() > MAX {
                    faults.add("BALANCE_OUT_OF_RANGE", named(account));
                }
            }
        }
    }

    /// Limits bind the sum of all legs. A settlement may spend whatever is held:
    /// of several holds on too few hours, the first to be settled wins.
    fn within_limits(&self, legs: &[Leg], set_aside: i64, faults: &mut Faults) {
        for account in legs.iter().flat_map(|leg| [leg.from, leg.to]) {
            let change = moved(legs, account);
            self.above_floor(account, -change, set_aside, faults);
            self.below_ceiling(account, change, faults);
        }
    }

    /// Force takes nothing from a pool that it does not have, nor from a source beyond its
    /// floor.
    fn above_kept_floors(&self, legs: &[Leg], faults: &mut Faults) {
        for account in legs.iter().flat_map(|leg| [leg.from, leg.to]) {
            let kind = self.accounts.get(account).map(|known| known.kind);
            if let Some(AccountKind::Pool | AccountKind::Issuance) = kind {
                self.above_floor(account, -moved(legs, account), 0, faults);
            }
        }
    }

    /// What may be taken is the balance less what is held less the floor. An
    /// account that only receives may stand wherever it stands.
    fn above_floor(&self, account: &str, taken: i64, set_aside: i64, faults: &mut Faults) {
        let Some(floor) = self.accounts.get(account).and_then(|known| known.floor) else {
            return;
        };
        let available = self.balance(account) - self.held(account) - floor + set_aside;
        if taken > 0 && taken > available {
            let figures = vec![
                ("account", account.into()),
                ("balance", self.balance(account).to_string()),
                ("floor", floor.to_string()),
                ("available", available.to_string()),
                ("requested", taken.to_string()),
            ];
            faults.add("FLOOR_CROSSED", figures);
        }
    }

    fn below_ceiling(&self, account: &str, given: i64, faults: &mut Faults) {
        let Some(ceiling) = self.accounts.get(account).and_then(|known| known.ceiling) else {
            return;
        };
        if given > 0 && self.balance(account) + given > ceiling {
            let figures = vec![
                ("account", account.into()),
                ("balance", self.balance(account).to_string()),
                ("ceiling", ceiling.to_string()),
                ("requested", given.to_string()),
            ];
            faults.add("CEILING_CROSSED", figures);
        }
    }

    fn may_close(&self, account: &'static str, faults: &mut Faults) {
        if self.open_account(account, faults).is_none() {
            return;
        }
        let holds = self.open_holds(account).to_string();
        if holds != "0" {
            let figures = vec![("account", account.into()), ("open_holds", holds)];
            faults.add("ACCOUNT_HAS_HOLDS", figures);
        }
        let balance = self.balance(account).to_string();
        if balance != "0" {
            let figures = vec![("account", account.into()), ("balance", balance)];
            faults.add("ACCOUNT_NOT_EMPTY", figures);
        }
    }

    fn may_reverse(&self, of: Id, faults: &mut Faults) {
        match self.entry(of) {
            None => faults.add("ENTRY_UNKNOWN", vec![]),
            Some(entry) if entry.reverses.is_some() => faults.add("ENTRY_IS_REVERSAL", vec![]),
            Some(_) if self.reversed_by(of).is_some() => faults.add("ENTRY_REVERSED", vec![]),
            Some(_) => {}
        }
    }

    /// The hold, if it can still end as a client wants.
    fn endable(&self, id: Id, faults: &mut Faults) -> Option<&Hold> {
        let hold = self.hold(id);
        match hold.map(|hold| (hold.ended, hold.is_due(self.next_moment()))) {
            None => faults.add("HOLD_UNKNOWN", vec![]),
            Some((Some((Ending::Settled { amount, .. }, _)), _)) => {
                faults.add("HOLD_SETTLED", vec![("settled", amount.to_string())]);
            }
            Some((Some((Ending::Released, _)), _)) => faults.add("HOLD_RELEASED", vec![]),
            Some((Some((Ending::Expired, _)), _) | (None, true)) => {
                faults.add("HOLD_EXPIRED", vec![]);
            }
            Some((None, false)) => {}
        }
        hold
    }
}

/// What some legs do to an account, in sum.
pub(crate) fn moved(legs: &[Leg], account: &str) -> i64 {
    let one = |leg: &Leg| match account {
        a if a == leg.from => -leg.amount,
        a if a == leg.to => leg.amount,
        _ => 0,
    };
    legs.iter().map(one).sum()
}

/// A floor is not above the ceiling, and a pool's never below 0.
fn limits_in_order(
    kind: AccountKind,
    (floor, ceiling): (Option<i64>, Option<i64>),
    faults: &mut Faults,
) {
    if let (Some(floor), Some(ceiling)) = (floor, ceiling)
        && floor > ceiling
    {
        let figures = vec![
            ("floor", floor.to_string()),
            ("ceiling", ceiling.to_string()),
        ];
        faults.add("LIMITS_REVERSED", figures);
    }
    if kind == AccountKind::Pool && floor.is_none_or(|floor| floor < 0) {
        faults.add("FLOOR_TOO_LOW", vec![("lowest", "0".into())]);
    }
}
