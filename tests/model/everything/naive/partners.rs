//! What goes to the partner, and comes from there.

use super::{DEFICIT, Faults, Model, Of, SURPLUS, Step, wrong};
use crate::model::everything::{Id, centre_of};

impl Model {
    pub(super) fn remit(
        &mut self,
        step: Step,
        (partner, is_sent, reference): (Id, bool, u8),
        (member, amount): (Id, i64),
        actor: Id,
    ) -> Faults {
        if partner != "a:north" {
            return vec!["PARTNER_UNKNOWN"];
        }
        let mut faults = Faults::new();
        wrong(&mut faults, centre_of(member) != 0, "MEMBER_ELSEWHERE");
        wrong(&mut faults, !Self::is_staff(0, actor), "STAFF_ONLY");
        let is_party = Self::is_party(actor, member);
        wrong(&mut faults, is_party, "STAFF_IS_PARTY");
        let is_out = self.suspended.contains(member);
        wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
        let earlier = self.remittances.get(&(is_sent, reference));
        let is_there = earlier.is_some_and(|earlier| !self.is_reversed(*earlier));
        wrong(&mut faults, is_there, "REFERENCE_EXISTS");
        let balance = self.accounts[partner].balance;
        let beyond = |surplus: i64, deficit: i64| match is_sent {
            true => balance + amount > surplus,
            false => balance - amount < -deficit,
        };
        wrong(&mut faults, beyond(SURPLUS, DEFICIT), "PARTNER_LIMIT");
        let by_policy = self.policy(0) == 1 && beyond(60, 30);
        wrong(&mut faults, by_policy, "PARTNER_LIMIT_OF_POLICY");
        if is_sent {
            let is_short = self.accounts[member].available() < amount;
            wrong(&mut faults, is_short, "FLOOR_CROSSED");
        } else {
            wrong(&mut faults, self.is_over(member, amount), "CEILING_CROSSED");
        }
        if faults.is_empty() {
            let leg = match is_sent {
                true => (member, partner, amount),
                false => (partner, member, amount),
            };
            self.book(Of::Step(step), vec![leg]);
            self.remittances.insert((is_sent, reference), step);
        }
        faults
    }
}
