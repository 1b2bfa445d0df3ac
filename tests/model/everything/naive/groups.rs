//! Lessons and events.

use std::collections::BTreeMap;

use super::{Ask, DAY, Doing, Faults, Group, MEMBERS, Model, Of, Stands, Step, wrong};
use crate::model::everything::{Id, centre_of};

/// What each learner pays by the second policy, and how far back a group may lie.
const FEE: i64 = 15;
const BACK: i64 = 7;

impl Model {
    pub(super) fn open_group(&mut self, ask: Ask, actor: Id) -> Faults {
        let Ask::Open {
            id,
            leader,
            payer,
            service,
            at,
            minutes,
            places,
        } = ask
        else {
            unreachable!("it is one");
        };
        let on = at.div_euclid(DAY);
        let mut faults = Faults::new();
        wrong(&mut faults, !Self::is_staff(0, actor), "STAFF_ONLY");
        wrong(&mut faults, self.today() - on > BACK, "EXCHANGE_TOO_LATE");
        wrong(&mut faults, minutes < 15, "EXCHANGE_TOO_SHORT");
        let is_unfit = leader.is_some() && service == "walk";
        wrong(&mut faults, is_unfit, "SERVICE_UNFIT");
        if let Some(leader) = leader {
            let is_out = self.suspended.contains(leader);
            wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
            wrong(&mut faults, centre_of(leader) != 0, "MEMBER_ELSEWHERE");
        }
        let Some(policy) = self.policy_on(0, on) else {
            faults.push("POLICY_UNKNOWN");
            return faults;
        };
        let has_fee = leader.is_some() && policy == 1;
        wrong(&mut faults, has_fee == payer.is_some(), "GROUP_PAYER_UNFIT");
        if let Some(payer) = payer.filter(|_| !has_fee) {
            faults.extend(self.against_payer(payer, policy, on));
        }
        if faults.is_empty() {
            let group = Group {
                leader,
                payer,
                at,
                until: at + minutes,
                places,
                each: if has_fee { FEE } else { minutes },
                places_of: BTreeMap::new(),
                confirmed_by: "",
                stands: Stands::Open,
            };
            self.groups.insert(id, group);
        }
        faults
    }

    /// An organisation or a project pays, or a source that the policy names, on its days.
    fn against_payer(&self, payer: Id, policy: usize, on: i64) -> Faults {
        let is_over = on > crate::model::everything::HOURS_UNTIL;
        let mut faults = Faults::new();
        match payer {
            "a:club" | "a:project" => {}
            "a:fund" => faults.push("PAYER_NOT_ALLOWED"),
            "a:hours" => {
                wrong(&mut faults, policy != 0, "ISSUANCE_NOT_ALLOWED");
                wrong(&mut faults, is_over, "SOURCE_NOT_IN_FORCE");
            }
            "a:mint" => faults.push("ISSUANCE_NOT_ALLOWED"),
            _ => faults.push("ACCOUNT_UNFIT"),
        }
        faults
    }

    pub(super) fn step_group(
        &mut self,
        (step, id): (Step, Step),
        doing: Doing,
        who: u8,
        actor: Id,
    ) -> Faults {
        let Some(mut group) = self.groups.get(&id).cloned() else {
            return vec!["GROUP_UNKNOWN"];
        };
        let mut faults = Faults::new();
        wrong(&mut faults, !Self::is_staff(0, actor), "STAFF_ONLY");
        let stands = group.stands;
        let is_open = match doing {
            Doing::Enrol | Doing::Attend | Doing::Confirm => stands == Stands::Open,
            Doing::Leave | Doing::Cancel => matches!(stands, Stands::Open | Stands::Confirmed),
            Doing::Settle => stands == Stands::Confirmed,
        };
        if !is_open {
            faults.push("GROUP_STATE_WRONG");
            return faults;
        }
        let named = (0u8..).zip(MEMBERS).filter(|(at, _)| who & (1 << at) != 0);
        let named: Vec<Id> = named.map(|(_, member)| member).collect();
        faults.extend(self.against_doing(&group, doing, &named, actor));
        if !faults.is_empty() {
            return faults;
        }
        match doing {
            Doing::Enrol => group.places_of.extend(named.iter().map(|id| (*id, false))),
            Doing::Leave => group.places_of.retain(|id, _| !named.contains(id)),
            Doing::Attend => group.places_of.extend(named.iter().map(|id| (*id, true))),
            Doing::Confirm => {
                (group.stands, group.confirmed_by) = (Stands::Confirmed, actor);
            }
            Doing::Cancel => group.stands = Stands::Cancelled,
            Doing::Settle => {
                group.stands = Stands::Settled;
                // On its day, or the first one that is open.
                let first_open = self.first_open("a").unwrap_or(i64::MIN / DAY);
                let at = group.at.max(first_open * DAY);
                self.book_at(Of::Step(step), legs(&group), at);
            }
        }
        self.groups.insert(id, group);
        faults
    }

    fn against_doing(&self, group: &Group, doing: Doing, named: &[Id], actor: Id) -> Faults {
        let mut faults = Faults::new();
        let places = &group.places_of;
        let lacks = named.iter().any(|id| !places.contains_key(id));
        match doing {
            Doing::Enrol => {
                for id in named {
                    let is_out = self.suspended.contains(id);
                    wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
                    wrong(&mut faults, centre_of(id) != 0, "MEMBER_ELSEWHERE");
                    let is_leader = group.leader == Some(*id);
                    wrong(&mut faults, is_leader, "PROVIDER_IS_RECIPIENT");
                    wrong(&mut faults, places.contains_key(id), "PLACE_TAKEN");
                }
                let is_full = places.len() + named.len() > group.places as usize;
                wrong(&mut faults, is_full, "GROUP_FULL");
            }
            Doing::Leave => wrong(&mut faults, lacks, "PLACE_UNKNOWN"),
            Doing::Attend => {
                wrong(&mut faults, self.now < group.at, "GROUP_NOT_BEGUN");
                wrong(&mut faults, lacks, "PLACE_UNKNOWN");
                let has = named.iter().any(|id| places.get(id) == Some(&true));
                wrong(&mut faults, has, "ATTENDED_ALREADY");
            }
            Doing::Confirm => {
                wrong(&mut faults, self.now < group.until, "GROUP_NOT_OVER");
                wrong(&mut faults, there(group).is_empty(), "NOBODY_ATTENDED");
            }
            Doing::Cancel => {}
            Doing::Settle => {
                wrong(&mut faults, there(group).is_empty(), "NOBODY_ATTENDED");
                let mut parties = there(group);
                parties.extend(group.leader);
                let is_party = parties.iter().any(|id| Self::is_party(actor, id));
                wrong(&mut faults, is_party, "STAFF_IS_PARTY");
                let is_same = Self::person(actor) == Self::person(group.confirmed_by);
                wrong(&mut faults, is_same, "APPROVED_ALREADY");
                faults.extend(self.against_all(&legs(group), false));
            }
        }
        faults
    }
}

/// Who attended.
fn there(group: &Group) -> Vec<Id> {
    let all = group.places_of.iter();
    all.filter(|(_, was)| **was).map(|(id, _)| *id).collect()
}

/// An account pays whoever leads, or each who helps; or each who learns pays whoever leads.
fn legs(group: &Group) -> Vec<(Id, Id, i64)> {
    let there = there(group);
    let each = group.each;
    match (group.leader, group.payer) {
        (Some(leader), Some(payer)) => vec![(payer, leader, each)],
        (Some(leader), None) => there.iter().map(|id| (*id, leader, each)).collect(),
        (None, payer) => {
            let payer = payer.expect("an account pays");
            there.iter().map(|id| (payer, *id, each)).collect()
        }
    }
}
