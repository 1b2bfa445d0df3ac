//! Lessons that one leads for many, and events at which many help.

use timebank::exchange::{
    Command, GroupCommand, GroupId, MemberId,
    group::{GroupAction, GroupKind, GroupStep, GroupTerms, Listed, OpenGroup, Places},
};

use super::{
    anomalies::Moved,
    bank::{account, branch, code, member_id, minutes, moment},
    calendar::{DAY, day_of},
    city::City,
    districts::{DISTRICTS, District, Service},
    reckoning::worth,
    tally::{Other, Part},
};

/// How long a group takes.
const LENGTH: i64 = 90;
const COMES: usize = 8;

/// A group that is to be held: who leads it, who pays, and what each leg comes to.
struct Held {
    id: GroupId,
    leader: Option<usize>,
    payer: Option<String>,
    each: i64,
    service: &'static str,
    point: Option<String>,
    from: i64,
}

impl City {
    /// An event and a lesson of this morning, which are opened late.
    pub(super) fn hold_groups(&mut self, district: usize) {
        let home = &DISTRICTS[district];
        let from = self.today() * DAY + 10 * 60;
        let housework = home.services[1];
        let event = Held {
            id: GroupId(self.bank.id()),
            leader: None,
            payer: Some(home.account("issuance:bureau")),
            each: worth(district, &housework, LENGTH, day_of(from)),
            service: housework.code,
            point: (district == 3).then(|| "stronghold-1".into()),
            from,
        };
        self.hold(district, &event);
        let leader = self.someone_with_room(district, 600, &[]);
        if let Some(leader) = leader {
            let lesson = self.lesson(district, leader, from);
            self.hold(district, &lesson);
        }
    }

    fn lesson(&mut self, district: usize, leader: usize, from: i64) -> Held {
        let home = &DISTRICTS[district];
        let class = Service {
            code: "class",
            worth: (1, 1),
            later: None,
            is_points: false,
        };
        let fee = home.rules.lesson_fee;
        Held {
            id: GroupId(self.bank.id()),
            leader: Some(leader),
            payer: fee.is_none().then(|| home.account("organisation:care")),
            each: fee.unwrap_or_else(|| worth(district, &class, LENGTH, day_of(from))),
            service: "class",
            point: None,
            from,
        }
    }

    /// Somebody who may get so much more, and is none of these.
    fn someone_with_room(&mut self, district: usize, minutes: i64, not: &[usize]) -> Option<usize> {
        for _ in 0..60 {
            let one = self.here[district][self.rng.usize(..self.here[district].len())];
            let member = &self.tally.members[one];
            let ceiling = self.tally.account(&member.account).ceiling;
            let fits = ceiling.is_none() || self.has_room(&member.account, minutes.min(300));
            if fits && !not.contains(&one) {
                return Some(one);
            }
        }
        None
    }

    /// Those who come: who help and may get something, or learn and can pay for it.
    fn who_comes(&mut self, district: usize, held: &Held) -> Vec<usize> {
        let mut come: Vec<usize> = held.leader.into_iter().collect();
        let most = COMES + come.len();
        for _ in 0..5 * COMES {
            if let Some(one) = self.someone_with_room(district, held.each, &come) {
                let account = self.tally.account(&self.tally.members[one].account);
                let pays = held.leader.is_some() && held.payer.is_none();
                let can_pay = !pays || account.available() >= held.each;
                if can_pay && come.len() < most {
                    come.push(one);
                }
            }
        }
        come.drain(..usize::from(held.leader.is_some()));
        come
    }

    fn hold(&mut self, district: usize, held: &Held) {
        let home = &DISTRICTS[district];
        let come = self.who_comes(district, held);
        if come.len() < 2 {
            return;
        }
        let ids: Vec<_> = come
            .iter()
            .map(|one| member_id(&self.tally.members[*one].id))
            .collect();
        self.open_group(home, held);
        self.step_group(home, (0, held), GroupAction::Enrol(listed(&ids)));
        // The last of them does not come.
        let there = &come[..come.len() - 1];
        self.step_group(
            home,
            (0, held),
            GroupAction::Attend(listed(&ids[..there.len()])),
        );
        self.step_group(home, (1, held), GroupAction::Confirm);
        self.step_group(home, (2, held), GroupAction::Settle);
        self.count(district, held, there);
    }

    fn open_group(&mut self, home: &District, held: &Held) {
        let payer = held.payer.as_deref().map(account);
        let kind = match held.leader {
            Some(leader) => GroupKind::Lesson {
                leader: member_id(&self.tally.members[leader].id),
                payer,
            },
            None => GroupKind::Event {
                payer: payer.expect("somebody pays"),
            },
        };
        let open = GroupCommand::Open(OpenGroup {
            id: held.id,
            terms: GroupTerms {
                centre: branch(home.name),
                kind,
                service: code(held.service),
                at: moment(held.from),
                minutes: minutes(LENGTH),
                point: held.point.as_deref().map(code),
                places: Places::new(20).expect("places"),
            },
        });
        self.bank
            .does(&home.staff(0), Command::Group(Box::new(open)));
    }

    fn step_group(&mut self, home: &District, (by, held): (usize, &Held), action: GroupAction) {
        let step = GroupCommand::Step(GroupStep {
            step: self.bank.id(),
            group: held.id,
            action,
            reason: None,
        });
        self.bank
            .does(&home.staff(by), Command::Group(Box::new(step)));
    }

    /// What the tally has of it.
    fn count(&mut self, district: usize, held: &Held, there: &[usize]) {
        let legs: Vec<_> = match (held.leader, &held.payer) {
            (None, Some(payer)) => there.iter().map(|one| (payer.clone(), *one)).collect(),
            (Some(leader), Some(payer)) => vec![(payer.clone(), leader)],
            (Some(leader), None) => {
                let learners = there.iter();
                let account = |one: &usize| self.tally.members[*one].account.clone();
                learners.map(|one| (account(one), leader)).collect()
            }
            (None, None) => panic!("somebody pays"),
        };
        let on = day_of(held.from);
        for (from, to) in legs {
            let account = self.tally.members[to].account.clone();
            self.tally.post(&from, &account, held.each, held.from);
            self.tally.moved.push(Moved::new(&from, held.each));
            self.tally.credit(to, on, held.each);
        }
        self.recorded();
        let parts = parts(held, there);
        for part in &parts {
            for member in [part.provider, part.recipient].into_iter().flatten() {
                self.tally.members[member].took_part = true;
            }
        }
        self.tally.others.push(Other {
            district,
            service: held.service,
            point: held.point.clone(),
            on,
            between: Some((held.from, held.from + LENGTH)),
            ticket: self.bank.last(),
            entered_from: None,
            is_reversed: false,
            parts,
        });
    }
}

fn listed(ids: &[MemberId]) -> Listed {
    Listed::new(ids.to_vec()).expect("each once")
}

fn parts(held: &Held, there: &[usize]) -> Vec<Part> {
    let learners = i64::try_from(there.len()).expect("a number");
    let is_paid_by_them = held.payer.is_none();
    let each = |one: &usize| match held.leader {
        None => Part {
            provider: Some(*one),
            served: LENGTH,
            credited: held.each,
            ..Part::default()
        },
        Some(_) => Part {
            recipient: Some(*one),
            paid: if is_paid_by_them { held.each } else { 0 },
            ..Part::default()
        },
    };
    let leader = held.leader.map(|leader| Part {
        provider: Some(leader),
        served: LENGTH,
        credited: held.each * if is_paid_by_them { learners } else { 1 },
        ..Part::default()
    });
    leader.into_iter().chain(there.iter().map(each)).collect()
}
