//! Entries that no step brought about, and reversals.

use super::{Faults, Model, Of, Step, wrong};
use crate::model::everything::Id;

/// Whether a centre keeps an account for donations or relief: nothing else gives to it either.
fn is_kept(id: Id) -> bool {
    ["a:donations:cny", "a:relief:cny"].contains(&id)
}

impl Model {
    pub(super) fn post(&mut self, id: Step, leg: (Id, Id, i64), at: Option<i64>) -> Faults {
        let mut faults = Faults::new();
        let is_ahead = at.is_some_and(|at| at > self.now + 5);
        wrong(&mut faults, is_ahead, "EFFECTIVE_IN_FUTURE");
        let (from, to, _) = leg;
        let is_late = at.is_some_and(|at| self.is_closed(from, at) || self.is_closed(to, at));
        wrong(&mut faults, is_late, "EFFECTIVE_IN_CLOSED");
        let (Some(one), Some(other)) = (self.accounts.get(from), self.accounts.get(to)) else {
            // What is reserved is so whatever else is wrong.
            let is_reserved = self.accounts.get(from).is_some_and(|one| one.is_reserved);
            wrong(&mut faults, is_reserved || is_kept(to), "ACCOUNT_RESERVED");
            faults.push("ACCOUNT_UNKNOWN");
            return faults;
        };
        let is_reserved = one.is_reserved || is_kept(to);
        wrong(&mut faults, is_reserved, "ACCOUNT_RESERVED");
        wrong(&mut faults, one.unit != other.unit, "UNIT_MISMATCH");
        faults.extend(self.against(leg));
        if faults.is_empty() {
            self.book_at(Of::Entry(id), vec![leg], at.unwrap_or(self.now));
        }
        faults
    }

    pub(super) fn reverse(&mut self, id: Step, of: Of, force: bool) -> Faults {
        let Some(entry) = self.entries.get(&of).cloned() else {
            let is_hold = matches!(of, Of::Step(step) if self.holds.contains(&step));
            let owned = is_hold.then_some("HOLD_OWNED");
            return owned.into_iter().chain(["ENTRY_UNKNOWN"]).collect();
        };
        let mut faults = Faults::new();
        wrong(&mut faults, entry.is_owned, "HOLD_OWNED");
        wrong(&mut faults, entry.is_reversal, "ENTRY_IS_REVERSAL");
        wrong(&mut faults, entry.is_reversed, "ENTRY_REVERSED");
        let back = entry.legs.iter();
        let back: Vec<_> = back
            .map(|(from, to, amount)| (*to, *from, *amount))
            .collect();
        faults.extend(self.against_all(&back, force));
        if faults.is_empty() {
            self.take_back(Of::Entry(id), of);
        }
        faults
    }
}
