//! Gifts, donations, and relief.

use super::{Faults, Kind, Model, Of, Relief, State, Step, Verb, wrong};
use crate::model::everything::{Id, centre_of};

/// How many reliefs of a member wait at once, at most.
const MAX_RELIEFS: usize = 5;

impl Model {
    pub(super) fn give(&mut self, step: Step, leg: (Id, Id, i64), actor: Id) -> Faults {
        let (from, to, amount) = leg;
        let is_members = |id| self.of_kind(id, Kind::Member, "time");
        let is_fit = is_members(from) || self.of_kind(from, Kind::Organisation, "time");
        let is_pool = self.of_kind(to, Kind::Pool, "time");
        if !is_fit || !(is_members(to) || is_pool) {
            return vec!["ACCOUNT_UNFIT"];
        }
        let mut faults = Faults::new();
        wrong(&mut faults, from == to, "ACCOUNT_UNFIT");
        let giver = Self::member_of(from);
        let receiver = Self::member_of(to);
        self.gives(&mut faults, (from, giver, receiver), actor);
        let is_out = giver.is_some_and(|giver| self.suspended.contains(giver));
        wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
        let policy = self.policy(centre_of(from));
        let is_allowed = match (policy, giver, receiver) {
            // Of member to relatives and pools, of an organisation to pools.
            (0, Some(giver), Some(to)) => super::RELATIVES.contains(&(giver, to)),
            (0, _, None) => true,
            (0, None, Some(_)) => false,
            // Of members to members, of an organisation to anybody.
            (1, Some(_), to) => to.is_some(),
            (1, None, _) => true,
            // Of members to anybody, of an organisation to nobody.
            (_, giver, _) => giver.is_some(),
        };
        wrong(&mut faults, !is_allowed, "GIFT_NOT_ALLOWED");
        let is_short = self.accounts[from].available() < amount;
        wrong(&mut faults, is_short, "GIFT_BEYOND_BALANCE");
        wrong(&mut faults, self.is_over(to, amount), "CEILING_CROSSED");
        if faults.is_empty() {
            self.book(Of::Step(step), vec![leg]);
        }
        faults
    }

    /// By the member, one who acts for them and gains nothing, or staff to whom nothing of it
    /// goes.
    fn gives(
        &self,
        faults: &mut Faults,
        (from, giver, receiver): (Id, Option<Id>, Option<Id>),
        actor: Id,
    ) {
        let is_staff = Self::is_staff(centre_of(from), actor);
        let acts = giver.is_some_and(|giver| self.acts_for(actor, giver));
        let nobody = match giver {
            Some(_) => "PARTY_OR_STAFF_ONLY",
            None => "STAFF_ONLY",
        };
        wrong(faults, !is_staff && !acts, nobody);
        let Some(to) = receiver else { return };
        let is_party = is_staff && Self::is_party(actor, to);
        wrong(faults, is_party, "STAFF_IS_PARTY");
        let for_another = acts && giver != Some(actor);
        let gains = actor == to || Self::is_relative(actor, to);
        wrong(faults, for_another && gains, "GIFT_TO_ACTOR");
    }

    pub(super) fn donate(
        &mut self,
        step: Step,
        pool: Id,
        (receipt, amount): (u8, i64),
        actor: Id,
    ) -> Faults {
        if pool != "a:purse" && pool != "a:fund" {
            return vec!["POOL_UNKNOWN"];
        }
        let mut faults = Faults::new();
        wrong(&mut faults, !Self::is_staff(0, actor), "STAFF_ONLY");
        wrong(&mut faults, pool == "a:fund", "POOL_OF_HOURS");
        let earlier = self.donations.get(&(pool, receipt));
        let is_there = earlier.is_some_and(|earlier| !self.is_reversed(*earlier));
        wrong(&mut faults, is_there, "DONATION_EXISTS");
        if faults.is_empty() {
            self.book(Of::Step(step), vec![("a:donations:cny", pool, amount)]);
            self.donations.insert((pool, receipt), step);
        }
        faults
    }

    pub(super) fn relief(
        &mut self,
        id: Step,
        (pool, member): (Id, Id),
        (purpose, amount): (Id, i64),
        actor: Id,
    ) -> Faults {
        if pool != "a:purse" && pool != "a:fund" {
            return vec!["POOL_UNKNOWN"];
        }
        let mut faults = Faults::new();
        wrong(&mut faults, centre_of(member) != 0, "MEMBER_ELSEWHERE");
        let may = self.acts_for(actor, member) || Self::is_staff(0, actor);
        wrong(&mut faults, !may, "PARTY_OR_STAFF_ONLY");
        wrong(&mut faults, purpose != "illness", "PURPOSE_FOREIGN");
        let open = self.reliefs.values().filter(|one| one.member == member);
        let open = open.filter(|one| matches!(one.state, State::Asked | State::Reserved));
        wrong(&mut faults, open.count() >= MAX_RELIEFS, "TOO_MANY_RELIEFS");
        let is_short = self.accounts[pool].available() < amount;
        wrong(&mut faults, is_short, "RELIEF_BEYOND_POOL");
        if faults.is_empty() {
            let relief = Relief {
                pool,
                member,
                amount,
                asked_by: Self::person(actor),
                approved_by: Vec::new(),
                hold: None,
                state: State::Asked,
            };
            self.reliefs.insert(id, relief);
        }
        faults
    }

    pub(super) fn step_relief(
        &mut self,
        step: Step,
        relief: Step,
        verb: Verb,
        actor: Id,
    ) -> Faults {
        let Some(found) = self.reliefs.get(&relief).cloned() else {
            return vec!["RELIEF_UNKNOWN"];
        };
        let mut faults = Faults::new();
        let is_staff = Self::is_staff(0, actor);
        if verb == Verb::Withdraw {
            let may = is_staff || self.acts_for(actor, found.member);
            wrong(&mut faults, !may, "PARTY_OR_STAFF_ONLY");
        } else {
            wrong(&mut faults, !is_staff, "STAFF_ONLY");
            let is_party = Self::is_party(actor, found.member);
            wrong(&mut faults, is_party, "STAFF_IS_PARTY");
        }
        let is_open = match verb {
            Verb::Return => found.state == State::Paid,
            Verb::Approve | Verb::Decline | Verb::Withdraw => {
                matches!(found.state, State::Asked | State::Reserved)
            }
        };
        wrong(&mut faults, !is_open, "RELIEF_STATE_WRONG");
        if is_open {
            faults.extend(self.against_step(&found, verb, actor));
        }
        if faults.is_empty() {
            self.take_step(step, relief, verb, actor);
        }
        faults
    }

    /// What else is wrong with a step that is open.
    fn against_step(&self, found: &Relief, verb: Verb, actor: Id) -> Faults {
        let mut faults = Faults::new();
        let (pool, amount) = (found.pool, found.amount);
        match verb {
            Verb::Decline | Verb::Withdraw => {}
            Verb::Return => {
                let back = (self.paid_to(found), pool, amount);
                faults.extend(self.against(back));
            }
            Verb::Approve => {
                let person = Self::person(actor);
                wrong(&mut faults, found.asked_by == person, "APPROVER_ASKED");
                let mut earlier = found.approved_by.iter();
                let has = earlier.any(|one| Self::person(one) == person);
                wrong(&mut faults, has, "APPROVED_ALREADY");
                let is_short = self.accounts[pool].available() < amount;
                let reserves = found.hold.is_none();
                wrong(&mut faults, reserves && is_short, "FLOOR_CROSSED");
                let is_over = self.is_over(self.paid_to(found), amount);
                let pays = self.is_last(found);
                wrong(&mut faults, pays && is_over, "CEILING_CROSSED");
            }
        }
        faults
    }

    /// The member, or relief's account: money has no accounts of members.
    fn paid_to(&self, relief: &Relief) -> Id {
        match self.accounts[relief.pool].unit {
            "time" => relief.member,
            _ => "a:relief:cny",
        }
    }

    /// Whether one more approval pays it: two, or as many more as the policy asks for.
    fn is_last(&self, relief: &Relief) -> bool {
        let asked = if self.policy(0) == 1 { 3 } else { 2 };
        relief.hold.is_some() && relief.approved_by.len() + 1 >= asked
    }

    fn take_step(&mut self, step: Step, id: Step, verb: Verb, actor: Id) {
        let mut relief = self.reliefs[&id].clone();
        let (pool, amount) = (relief.pool, relief.amount);
        let to = self.paid_to(&relief);
        match (verb, relief.hold) {
            (Verb::Approve, None) => {
                self.hold(pool, amount);
                self.holds.insert(step);
                (relief.state, relief.hold) = (State::Reserved, Some(step));
                relief.approved_by.push(actor);
            }
            (Verb::Approve, Some(hold)) => {
                if self.is_last(&relief) {
                    self.hold(pool, -amount);
                    self.book(Of::Step(hold), vec![(pool, to, amount)]);
                    self.own(Of::Step(hold));
                    relief.state = State::Paid;
                }
                relief.approved_by.push(actor);
            }
            (Verb::Return, hold) => {
                let of = Of::Step(hold.expect("it was paid"));
                self.take_back(Of::Step(step), of);
                self.own(Of::Step(step));
                relief.state = State::Returned;
            }
            (Verb::Decline | Verb::Withdraw, hold) => {
                let held = if hold.is_some() { amount } else { 0 };
                self.hold(pool, -held);
                relief.state = match verb {
                    Verb::Decline => State::Declined,
                    _ => State::Withdrawn,
                };
            }
        }
        self.reliefs.insert(id, relief);
    }

    pub(super) fn hold(&mut self, account: Id, amount: i64) {
        self.accounts.get_mut(account).expect("an account").held += amount;
    }

    pub(super) fn own(&mut self, key: Of) {
        self.entries.get_mut(&key).expect("an entry").is_owned = true;
    }
}
