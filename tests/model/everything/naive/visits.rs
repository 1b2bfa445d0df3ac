//! Visits that were entered from a sheet, and what is found of them afterwards.

use super::{Ask, DAY, Faults, Model, Of, Seen, Step, Visit, wrong};
use crate::model::everything::{Id, centre_of};

/// How many days back a visit may lie.
const BACK: i64 = 7;
const MAX_EVALUATIONS: usize = 10;

impl Model {
    pub(super) fn visit(&mut self, ask: Ask, actor: Id) -> Faults {
        let Ask::Visit {
            id,
            recipient,
            provider,
            at,
            minutes,
        } = ask
        else {
            unreachable!("it is one");
        };
        let (until, on) = (at + minutes, at.div_euclid(DAY));
        let mut faults = Faults::new();
        let is_staff = Self::is_staff(centre_of(recipient), actor);
        wrong(&mut faults, !is_staff, "STAFF_ONLY");
        wrong(&mut faults, until > self.now, "SERVICE_IN_FUTURE");
        wrong(&mut faults, on < 0, "POLICY_UNKNOWN");
        wrong(&mut faults, self.today() - on > BACK, "EXCHANGE_TOO_LATE");
        wrong(&mut faults, minutes < 15, "EXCHANGE_TOO_SHORT");
        wrong(&mut faults, provider == recipient, "PROVIDER_IS_RECIPIENT");
        let parties = [recipient, provider];
        let is_out = parties.iter().any(|id| self.suspended.contains(id));
        wrong(&mut faults, is_out, "MEMBER_STATE_WRONG");
        let mut others = self.visits.values().filter(|one| one.state != "Cancelled");
        let overlaps = others.any(|one| {
            let is_theirs = parties.contains(&one.recipient) || parties.contains(&one.provider);
            is_theirs && one.at < until && at < one.at + one.minutes
        });
        wrong(&mut faults, overlaps, "VISITS_OVERLAP");
        let is_short = self.accounts[recipient].available() < minutes;
        wrong(&mut faults, is_short, "FLOOR_CROSSED");
        if faults.is_empty() {
            self.hold(recipient, minutes);
            self.holds.insert(id);
            let visit = Visit {
                recipient,
                provider,
                at,
                minutes,
                entered_by: actor,
                approved_by: None,
                settled_by: None,
                state: "Recorded",
                evaluated: 0,
            };
            self.visits.insert(id, visit);
        }
        faults
    }

    /// By staff who are no party to it.
    fn watched(visit: &Visit, actor: Id) -> Faults {
        let mut faults = Faults::new();
        let is_staff = Self::is_staff(centre_of(visit.recipient), actor);
        wrong(&mut faults, !is_staff, "STAFF_ONLY");
        let mut parties = [visit.recipient, visit.provider].into_iter();
        let is_party = parties.any(|id| Self::is_party(actor, id));
        wrong(&mut faults, is_party, "STAFF_IS_PARTY");
        faults
    }

    pub(super) fn step_visit(&mut self, id: Step, seen: Seen, actor: Id) -> Faults {
        let Some(mut visit) = self.visits.get(&id).cloned() else {
            return vec!["ORDER_UNKNOWN"];
        };
        let mut faults = Self::watched(&visit, actor);
        let (from, to) = match seen {
            Seen::Approve => ("Recorded", "Confirmed"),
            Seen::Decline => ("Recorded", "Cancelled"),
            Seen::Settle => ("Confirmed", "Settled"),
        };
        let is_open = visit.state == from;
        wrong(&mut faults, !is_open, "ORDER_STATE_WRONG");
        let is_own = Self::person(actor) == Self::person(visit.entered_by);
        let approves = seen == Seen::Approve;
        wrong(
            &mut faults,
            approves && is_open && is_own,
            "APPROVER_ENTERED",
        );
        let (recipient, provider, minutes) = (visit.recipient, visit.provider, visit.minutes);
        // What is set aside is there to be settled, unless a forced reversal has taken it.
        let payer = &self.accounts[recipient];
        let is_short = payer.available() + payer.held < minutes;
        let settles = is_open && seen == Seen::Settle;
        wrong(&mut faults, settles && is_short, "FLOOR_CROSSED");
        let is_over = settles && self.is_over(provider, minutes);
        wrong(&mut faults, is_over, "CEILING_CROSSED");
        if !faults.is_empty() {
            return faults;
        }
        visit.state = to;
        match seen {
            Seen::Approve => visit.approved_by = Some(actor),
            Seen::Decline => self.hold(recipient, -minutes),
            Seen::Settle => {
                visit.settled_by = Some(actor);
                self.hold(recipient, -minutes);
                // On its day, or the first one that is open to both.
                let open = [recipient, provider].map(|id| self.first_open(id));
                let closed = open.into_iter().flatten();
                let closed = closed.filter(|first| visit.at < first * DAY);
                let at = closed.map(|first| first * DAY).max().unwrap_or(visit.at);
                self.book_at(Of::Step(id), vec![(recipient, provider, minutes)], at);
                self.own(Of::Step(id));
            }
        }
        self.visits.insert(id, visit);
        faults
    }

    /// By staff who had no part in it.
    pub(super) fn evaluate(&mut self, id: Step, actor: Id) -> Faults {
        let Some(visit) = self.visits.get_mut(&id) else {
            return vec!["ORDER_UNKNOWN"];
        };
        let mut faults = Self::watched(visit, actor);
        wrong(&mut faults, visit.state != "Settled", "ORDER_NOT_SETTLED");
        let entered_by = Some(visit.entered_by);
        let acted = [entered_by, visit.approved_by, visit.settled_by];
        let mut acted = acted.into_iter().flatten();
        let person = Self::person(actor);
        let has_acted = acted.any(|one| Self::person(one) == person);
        wrong(&mut faults, has_acted, "EVALUATOR_ACTED");
        let is_full = visit.evaluated >= MAX_EVALUATIONS;
        wrong(&mut faults, is_full, "TOO_MANY_EVALUATIONS");
        if faults.is_empty() {
            visit.evaluated += 1;
        }
        faults
    }
}
