//! Trainings that members attend, what they earn by them, and those that were recorded by mistake.

use timebank::{
    exchange::{
        Command, Day, MemberId, TrainingCommand,
        training::{AnnulTraining, Assessment, Attendance, RecordTraining, TrainingId},
    },
    query::{self, CertificateQuery, Trainings, TrainingsOf},
};

use super::{
    bank::{code, member_id, minutes, reason},
    calendar::{DAY, date, months_after},
    city::City,
    districts::{DISTRICTS, Service},
    reckoning::{Foreseen, worth},
    tally::{Member, Tally},
    visits::Visit,
};

/// For how many months who passed first aid is qualified.
const VALID_MONTHS: i64 = 2;
/// What a welcome earns in Banan.
const POINTS: i64 = 20;

/// The service that only those do who are qualified.
pub(super) const NURSING: Service = Service {
    code: "nursing",
    worth: (1, 1),
    later: None,
    is_points: false,
};

/// What a policy says of trainings, and of what they qualify for.
pub(super) fn document(district: &str) -> String {
    let points = match district {
        "banan" => {
            format!("unit = \"points\"\npoints = {POINTS}\nfrom = \"banan:issuance:points\"\n")
        }
        _ => String::new(),
    };
    format!(
        "[[qualification]]\ncode = \"first-aid\"\nname_en = \"First aid\"\nname_zh = \"急救\"\n\
         [[training]]\ncode = \"first-aid\"\nname_en = \"First aid\"\nname_zh = \"急救培训\"\n\
         qualification = \"first-aid\"\nvalid_months = {VALID_MONTHS}\nassessed = true\n\
         [[training]]\ncode = \"welcome\"\nname_en = \"Welcome\"\nname_zh = \"入会培训\"\n{points}\
         [[service]]\ncode = \"nursing\"\nname_en = \"Nursing\"\nname_zh = \"护理\"\n\
         qualification = \"first-aid\"\n"
    )
}

/// A training as the tally has it.
#[derive(Clone, Debug)]
pub(super) struct Trained {
    id: TrainingId,
    /// Where it was recorded.
    district: usize,
    member: usize,
    code: &'static str,
    on: i64,
    minutes: i64,
    passed: Option<bool>,
    /// The first and the last day of what came of it.
    qualifies: Option<(i64, i64)>,
    points: i64,
    is_annulled: bool,
}

/// What was attended when, for how long and with which result; and whether that was annulled.
type Attended = (String, String, i64, Option<bool>, bool);
/// The first and the last day of a qualification.
type Days = (String, Option<String>);

impl Tally {
    /// Whether a training is recorded on a day, or by which rule it is not.
    fn trains(&self, new: &Trained, today: i64) -> Foreseen {
        if new.on > today {
            return Err("TRAINING_IN_FUTURE");
        }
        if new.minutes < 15 {
            return Err("TRAINING_LENGTH_OUT_OF_RANGE");
        }
        if !["first-aid", "welcome"].contains(&new.code) {
            return Err("TRAINING_CODE_UNKNOWN");
        }
        let mut same = self.trainings.iter().filter(|one| {
            (one.member, one.code, one.on, one.is_annulled) == (new.member, new.code, new.on, false)
        });
        match same.next() {
            None => Ok(()),
            Some(_) => Err("TRAINING_REPEATED"),
        }
    }

    /// What comes of a training: who has the same for longer keeps that.
    fn train(&mut self, mut new: Trained, minute: i64) {
        let member = &mut self.members[new.member];
        if new.code == "first-aid" && new.passed == Some(true) {
            let until = months_after(new.on, VALID_MONTHS) - 1;
            if member.qualified.is_none_or(|(_, held)| held < until) {
                new.qualifies = Some((new.on, until));
                member.qualified = new.qualifies;
            }
        }
        if new.code == "welcome" && DISTRICTS[new.district].name == "banan" {
            let to = format!("{}:points", member.account);
            self.open_points(&to, new.member, minute);
            self.post("banan:issuance:points", &to, POINTS, minute);
            new.points = POINTS;
        }
        self.trainings.push(new);
    }

    /// An account of a member's points, if there is none yet.
    pub(super) fn open_points(&mut self, id: &str, member: usize, minute: i64) {
        if !self.accounts.contains_key(id) {
            self.open(id, ("member", "points"), minute);
            self.account_mut(id).owner = Some(member);
        }
    }

    fn annuls(&self, at: usize) -> Foreseen {
        let training = &self.trainings[at];
        match (training.is_annulled, self.members[training.member].is_here) {
            (true, _) => Err("TRAINING_STATE_WRONG"),
            (false, false) => Err("MEMBER_STATE_WRONG"),
            (false, true) => Ok(()),
        }
    }

    /// Its points go back, also where they are spent; and its qualification, if that still stands.
    fn annul(&mut self, at: usize, minute: i64) {
        self.trainings[at].is_annulled = true;
        let training = self.trainings[at].clone();
        let owner = Some(training.member);
        if training.points > 0 {
            let mut of = self.accounts.iter().filter(|(_, account)| {
                let is_theirs = account.owner == owner && account.unit == "points";
                is_theirs && account.closed.is_none()
            });
            let from = of.next().expect("an account of points").0.clone();
            self.post(&from, "banan:issuance:points", training.points, minute);
        }
        let member = &mut self.members[training.member];
        if training.qualifies.is_some() && member.qualified == training.qualifies {
            member.qualified = None;
        }
    }

    /// Whether a member may nurse on a day.
    pub(super) fn may_nurse(&self, member: usize, on: i64) -> bool {
        let qualified = self.members[member].qualified;
        qualified.is_some_and(|(since, until)| (since..=until).contains(&on))
    }
}

impl City {
    /// A morning of first aid, and a welcome.
    pub(super) fn train(&mut self, district: usize) {
        self.annul_some(district);
        let today = self.today();
        for passed in [Some(true), Some(true), Some(false), None] {
            let Some(member) = self.pick(district, |_, _| true) else {
                return;
            };
            let first_aid = self.training(district, member, ("first-aid", today, passed));
            let welcome = self.training(district, member, ("welcome", today, None));
            self.record_training(first_aid.clone());
            self.record_training(welcome);
            if passed == Some(true) {
                // One of two days ago is entered late, and takes nothing away.
                let late = self.training(district, member, ("first-aid", today - 2, passed));
                self.record_training(late);
                self.record_training(first_aid.clone());
                self.nurse(district, member);
            }
            let mistakes = [
                Trained {
                    on: today + 1,
                    ..first_aid.clone()
                },
                Trained {
                    minutes: 10,
                    ..first_aid.clone()
                },
                Trained {
                    code: "driving",
                    ..first_aid
                },
            ];
            mistakes
                .into_iter()
                .for_each(|one| self.record_training(one));
        }
    }

    fn training(
        &mut self,
        district: usize,
        member: usize,
        (code, on, passed): (&'static str, i64, Option<bool>),
    ) -> Trained {
        Trained {
            id: TrainingId(self.bank.id()),
            district,
            member,
            code,
            on,
            minutes: 120,
            passed,
            qualifies: None,
            points: 0,
            is_annulled: false,
        }
    }

    fn record_training(&mut self, mut new: Trained) {
        new.id = TrainingId(self.bank.id());
        let assessment = new.passed.map(|passed| match passed {
            true => Assessment::Passed,
            false => Assessment::Failed,
        });
        let record = TrainingCommand::Record(RecordTraining {
            id: new.id,
            attendance: Attendance {
                member: member_id(&self.tally.members[new.member].id),
                code: code(new.code),
                on: Day::parse("on", &date(new.on)).expect("a day"),
                minutes: minutes(new.minutes),
                reference: code("red-cross"),
                assessment,
            },
        });
        let foreseen = self.tally.trains(&new, self.today());
        let by = DISTRICTS[new.district].staff(0);
        self.bank
            .say(&by, Command::Training(Box::new(record)), foreseen);
        if foreseen.is_ok() {
            self.did("trained");
            let minute = self.minute();
            self.tally.train(new, minute);
        }
    }

    /// Of the last trainings of a district some were recorded by mistake; one of them is recorded
    /// again, as its day is free then.
    fn annul_some(&mut self, district: usize) {
        let all = self.tally.trainings.iter().enumerate();
        let of = all.filter(|(_, one)| one.district == district);
        let last: Vec<_> = of.map(|(at, _)| at).collect();
        for back in [1, 2, 3, 9, 10] {
            let at = last.len().checked_sub(back).map(|at| last[at]);
            let Some(at) = at else { return };
            let twice = usize::from(back == 2) + 1;
            for _ in 0..twice {
                self.annul(at);
            }
            let training = self.tally.trainings[at].clone();
            let member = &self.tally.members[training.member];
            let may_be = member.is_here && member.district == district;
            if back == 10 && training.is_annulled && may_be {
                self.record_training(Trained {
                    qualifies: None,
                    points: 0,
                    is_annulled: false,
                    ..training
                });
                self.did("trained again");
            }
        }
    }

    fn annul(&mut self, at: usize) {
        let training = self.tally.trainings[at].clone();
        let annul = TrainingCommand::Annul(AnnulTraining {
            step: self.bank.id(),
            training: training.id,
            reason: reason("a mistake"),
        });
        let foreseen = self.tally.annuls(at);
        let by = DISTRICTS[training.district].staff(1);
        self.bank
            .say(&by, Command::Training(Box::new(annul)), foreseen);
        if foreseen.is_ok() {
            self.did("annulled");
            let minute = self.minute();
            self.tally.annul(at, minute);
        }
    }

    /// Somebody is to be nursed by who is qualified, and somebody by who is not.
    fn nurse(&mut self, district: usize, nurse: usize) {
        let (on, half) = (self.today() + 4, 0);
        let held = worth(district, &NURSING, 75, on);
        let is_free = !self.agenda.taken.contains(&(nurse, on, half));
        for is_nurse in [true, false] {
            let provider = match is_nurse {
                true => is_free.then_some(nurse),
                false => self.free_provider(district, on, half),
            };
            let recipient = self.free_recipient(district, (on, half), held);
            let (Some(provider), Some(recipient)) = (provider, recipient) else {
                continue;
            };
            if on < self.days && provider != recipient {
                let visit = Visit {
                    district,
                    recipient,
                    provider,
                    service: NURSING,
                    point: None,
                    from: on * DAY + 9 * 60,
                    booked: 60,
                    lasts: 60,
                    less: 0,
                    stars: None,
                    beside: None,
                    need: None,
                    order: None,
                };
                self.plan_plainly(visit);
            }
        }
    }
}

impl City {
    /// Compares the trainings and the qualification of some who were trained, and their
    /// certificates. How many trainings these list.
    pub(super) fn check_trainings(&self, most: usize) -> usize {
        let members = self.tally.trainings.iter().map(|one| one.member);
        let members: std::collections::BTreeSet<_> = members.collect();
        let members = members.into_iter().take(most);
        members.map(|member| self.check_trained(member)).sum()
    }

    fn check_trained(&self, member: usize) -> usize {
        let Member { id, qualified, .. } = &self.tally.members[member];
        let of = member_id(id);
        let (found, days, certified) = self.read_trained(&of);
        let mut expected: Vec<_> = self.tally.trainings.iter().collect();
        expected.retain(|one| one.member == member);
        let sorted = |mut all: Vec<Attended>| {
            all.sort();
            all
        };
        let all = expected.iter().map(|one| {
            let (code, on) = (one.code.to_owned(), date(one.on));
            (code, on, one.minutes, one.passed, one.is_annulled)
        });
        let all = sorted(all.collect());
        assert_eq!(sorted(found), all, "{id}");
        let stand: Vec<_> = all.into_iter().filter(|one| !one.4).collect();
        let count = certified.len();
        assert_eq!(sorted(certified), stand, "{id}");
        let expected = qualified.map(|(since, until)| (date(since), Some(date(until))));
        assert_eq!(days, expected, "{id}");
        count
    }

    /// The trainings of a member, the days of their qualification, and what is certified.
    fn read_trained(&self, of: &MemberId) -> (Vec<Attended>, Option<Days>, Vec<Attended>) {
        let day = |day: &str| Day::parse("day", day).expect("a day");
        let certificate = CertificateQuery {
            member: of.clone(),
            since: day("2024-01-01"),
            until: day("2026-12-31"),
            at: None,
        };
        let asked = Trainings {
            of: TrainingsOf::Member(of.clone()),
            code: None,
            since: None,
            until: None,
        };
        let of = of.clone();
        let read = self.bank.world.read(move |reading| {
            let member = query::member(reading, &of)?.member;
            let all = query::trainings(reading, &asked, None, 1_000)?;
            Ok((member, all, query::certificate(reading, &certificate)?))
        });
        let (member, all, certificate) = read.expect("trainings");
        let passed =
            |assessment: Option<Assessment>| assessment.map(|one| one == Assessment::Passed);
        let all = all.into_iter().map(|one| {
            let of = one.attendance;
            let (code, on) = (of.code.to_string(), of.on.to_string());
            let is_annulled = one.annulled.is_some();
            (
                code,
                on,
                of.minutes.get(),
                passed(of.assessment),
                is_annulled,
            )
        });
        let certified = certificate.trained.into_iter().map(|one| {
            let (code, on) = (one.code.to_string(), one.on.to_string());
            (code, on, one.minutes.get(), passed(one.assessment), false)
        });
        let held = member.qualifications.first();
        let days = held.map(|held| {
            (
                held.since.to_string(),
                held.until.map(|day| day.to_string()),
            )
        });
        (all.collect(), days, certified.collect())
    }
}
