//! Trainings, and what they earn.

use super::{Ask, Faults, Model, Of, Step, Training, wrong};
use crate::model::everything::{Id, centre_of};

const POINTS: i64 = 20;

pub(super) fn points_of(member: Id) -> Id {
    match member {
        "a:m1" => "a:m1:points",
        "a:m2" => "a:m2:points",
        "a:m3" => "a:m3:points",
        "a:m4" => "a:m4:points",
        _ => "b:m1:points",
    }
}

impl Model {
    pub(super) fn train(&mut self, ask: Ask, actor: Id) -> Faults {
        let Ask::Train {
            id,
            member,
            code,
            on,
            minutes,
            passed,
        } = ask
        else {
            unreachable!("it is one");
        };
        let centre = centre_of(member);
        let mut faults = Faults::new();
        wrong(&mut faults, !Self::is_staff(centre, actor), "STAFF_ONLY");
        let is_party = Self::is_party(actor, member);
        wrong(&mut faults, is_party, "STAFF_IS_PARTY");
        let is_out = self.suspended.contains(member);
        wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
        wrong(&mut faults, on > self.today(), "TRAINING_IN_FUTURE");
        let is_long = (15..=1_440).contains(&minutes);
        wrong(&mut faults, !is_long, "TRAINING_LENGTH_OUT_OF_RANGE");
        let stands = |one: &&Training| !one.is_annulled && one.member == member;
        let mut others = self.trainings.values().filter(stands);
        let is_again = others.any(|one| (one.code, one.on) == (code, on));
        wrong(&mut faults, is_again, "TRAINING_REPEATED");
        let policy = self.policy_on(centre, on);
        wrong(&mut faults, policy.is_none(), "POLICY_UNKNOWN");
        let is_unknown = policy.is_some() && code == "chess";
        wrong(&mut faults, is_unknown, "TRAINING_CODE_UNKNOWN");
        let earns = code == "aid" && passed == Some(true);
        let has_points = earns && policy.is_some_and(|policy| policy < 2);
        if has_points {
            faults.extend(self.against_source("a:points", POINTS));
        }
        if !faults.is_empty() {
            return faults;
        }
        if has_points {
            let account = points_of(member);
            self.open_points(account);
            self.book(Of::Step(id), vec![("a:points", account, POINTS)]);
        }
        // Who has the same for longer keeps that.
        let held = self.qualified.get(member);
        let made = earns && held.is_none_or(|since| *since < on);
        if made {
            self.qualified.insert(member, on);
        }
        let training = Training {
            member,
            code,
            on,
            has_points,
            made: made.then_some(on),
            is_annulled: false,
        };
        self.trainings.insert(id, training);
        faults
    }

    pub(super) fn annul(&mut self, step: Step, id: Step, actor: Id) -> Faults {
        let Some(mut training) = self.trainings.get(&id).cloned() else {
            return vec!["TRAINING_UNKNOWN"];
        };
        let member = training.member;
        let mut faults = Faults::new();
        let is_staff = Self::is_staff(centre_of(member), actor);
        wrong(&mut faults, !is_staff, "STAFF_ONLY");
        let is_party = Self::is_party(actor, member);
        wrong(&mut faults, is_party, "STAFF_IS_PARTY");
        wrong(&mut faults, training.is_annulled, "TRAINING_STATE_WRONG");
        if faults.is_empty() {
            training.is_annulled = true;
            if training.made.is_some() && self.qualified.get(member) == training.made.as_ref() {
                self.qualified.remove(member);
            }
            if training.has_points && !self.is_reversed(id) {
                self.take_back(Of::Step(step), Of::Step(id));
            }
            self.trainings.insert(id, training);
        }
        faults
    }
}
