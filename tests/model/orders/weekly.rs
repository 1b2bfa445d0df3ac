//! Standing visits of two centres at random beside a naive model: which visits arise, which of them their
//! provider accepts, and that hours are held for those alone.

use std::collections::BTreeSet;

use proptest::{collection::vec, option, prelude::*, sample::select};
use timebank::{
    exchange::{
        Arisen, Command, Day, MemberChange, NeedId, NeedStep, SetMemberState, StandingId,
        StandingState, StandingStep,
        order::{NeedAction, Repeat, StandingAction},
    },
    ledger::TimeZone,
    query,
    store::Verified,
};

use super::{
    Ask, Id, MEMBERS, NeedDo, STAFF, centre_of,
    real::{Real, at, member, uuid},
};
use crate::model::cases;

const DAY_MINUTES: i64 = 1_440;
/// By the policy's defaults.
const AHEAD_DAYS: i64 = 14;
const BACKDATED_DAYS: i64 = 7;
/// An hour, and a quarter for the tolerance.
const HELD_MINUTES: i64 = 75;
const RECIPIENTS: [Id; 3] = ["a:m2", "a:m3", "b:m1"];
/// The first is one of the staff, whose approval then does not count.
const PROVIDERS: [Id; 5] = ["a:m1", "a:m2", "a:m3", "b:m1", "b:m2"];
/// How many approvals the policy of each centre asks for.
const ASKED: [usize; 2] = [1, 2];
/// When visits begin: they last an hour.
const TIMES: [i64; 3] = [540, 570, 600];

#[derive(Clone, Copy, Debug)]
enum Do {
    Repeat {
        recipient: Id,
        provider: Option<Id>,
        in_days: i64,
        time: i64,
        weeks: i64,
    },
    /// By one of the centre's staff.
    Approve(usize, usize),
    Decline(usize),
    Cancel(usize),
    Skip(usize, i64),
    Leave(usize),
    Stop(usize),
    Suspend(Id),
    Reinstate(Id),
    Wait {
        days: i64,
    },
    Round,
}

fn doings() -> impl Strategy<Value = Do> {
    let which = || 0..6usize;
    let recipients = || select(&RECIPIENTS[..]);
    let providers = || select(&PROVIDERS[..]);
    let repeat = (
        recipients(),
        option::weighted(0.8, providers()),
        1..10i64,
        select(&TIMES[..]),
        0..9i64,
    );
    prop_oneof![
        4 => repeat.prop_map(|(recipient, provider, in_days, time, weeks)| Do::Repeat {
            recipient, provider, in_days, time, weeks,
        }),
        8 => (which(), 0..3usize).prop_map(|(which, staff)| Do::Approve(which, staff)),
        1 => which().prop_map(Do::Decline),
        1 => which().prop_map(Do::Cancel),
        3 => (which(), 0..9i64).prop_map(|(which, week)| Do::Skip(which, week)),
        1 => which().prop_map(Do::Leave),
        1 => which().prop_map(Do::Stop),
        1 => select(&MEMBERS[..]).prop_map(Do::Suspend),
        2 => select(&MEMBERS[..]).prop_map(Do::Reinstate),
        4 => (1..12i64).prop_map(|days| Do::Wait { days }),
        6 => Just(Do::Round),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Became {
    Accepted,
    Open,
    Off,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum First {
    Published,
    Approved,
    Gone,
}

/// A series of visits, in weeks after the first.
struct Series {
    recipient: Id,
    provider: Option<Id>,
    first_day: i64,
    time: i64,
    weeks: i64,
    /// The need that repeats.
    first: First,
    approved_by: Vec<Id>,
    state: StandingState,
    next: Option<i64>,
    skipped: BTreeSet<i64>,
    arisen: Vec<(i64, Became)>,
}

impl Series {
    fn day(&self, week: i64) -> i64 {
        self.first_day + 7 * week
    }

    fn is_open(&self) -> bool {
        matches!(
            self.state,
            StandingState::Published | StandingState::Approved
        )
    }

    /// The first visit is not wanted any more.
    fn end_first(&mut self) -> bool {
        self.first = First::Gone;
        if self.state == StandingState::Published {
            self.state = StandingState::Stopped;
        }
        true
    }

    fn go_on(&mut self, week: i64) {
        let mut later = week + 1..=self.weeks;
        self.next = later.find(|week| !self.skipped.contains(week));
        if self.next.is_none() && self.state == StandingState::Approved {
            self.state = StandingState::Ended;
        }
    }
}

#[derive(Default)]
struct Weekly {
    today: i64,
    all: Vec<Series>,
    suspended: BTreeSet<Id>,
    /// Who is served by whom, on which day and from when.
    accepted: Vec<(Id, Id, i64, i64)>,
}

impl Weekly {
    /// Whether it is done.
    fn one(&mut self, what: Do) -> bool {
        match what {
            Do::Repeat {
                recipient,
                provider,
                in_days,
                time,
                weeks,
            } => {
                let is_active = |id: &Id| !self.suspended.contains(id);
                let sides_differ = provider != Some(recipient);
                let may = is_active(&recipient) && provider.iter().all(is_active) && sides_differ;
                if may && weeks > 0 {
                    let mut new = Series {
                        recipient,
                        provider,
                        first_day: self.today + in_days,
                        time,
                        weeks,
                        first: First::Published,
                        approved_by: Vec::new(),
                        state: StandingState::Published,
                        next: None,
                        skipped: BTreeSet::new(),
                        arisen: Vec::new(),
                    };
                    new.go_on(0);
                    self.all.push(new);
                }
                may && weeks > 0
            }
            Do::Approve(which, staff) => self.change(which, |one| {
                let by = STAFF[centre_of(one.recipient)][staff];
                if one.first == First::Gone || one.approved_by.contains(&by) {
                    return false;
                }
                one.approved_by.push(by);
                if one.approved_by.len() >= ASKED[centre_of(one.recipient)] {
                    one.first = First::Approved;
                    if one.state == StandingState::Published {
                        one.state = match one.next {
                            Some(_) => StandingState::Approved,
                            None => StandingState::Ended,
                        };
                    }
                }
                true
            }),
            Do::Decline(which) => self.change(which, |one| {
                one.first == First::Published && one.end_first()
            }),
            Do::Cancel(which) => {
                self.change(which, |one| one.first != First::Gone && one.end_first())
            }
            Do::Skip(which, week) => match self.all.get_mut(which) {
                Some(one) if one.is_open() => {
                    let is_ahead = one.next.is_some_and(|next| next <= week);
                    let fits = is_ahead && week <= one.weeks && one.skipped.insert(week);
                    if fits && one.next == Some(week) {
                        one.go_on(week);
                    }
                    fits
                }
                _ => false,
            },
            Do::Leave(which) => match self.all.get_mut(which) {
                Some(one) => one.is_open() && one.provider.take().is_some(),
                None => false,
            },
            Do::Stop(which) => match self.all.get_mut(which) {
                Some(one) if one.is_open() => {
                    one.state = StandingState::Stopped;
                    true
                }
                _ => false,
            },
            Do::Suspend(id) => self.suspended.insert(id),
            Do::Reinstate(id) => self.suspended.remove(id),
            Do::Wait { days } => {
                self.today += days;
                true
            }
            Do::Round => {
                self.round();
                true
            }
        }
    }

    /// A step of the need that repeats, while it has not expired.
    fn change(&mut self, which: usize, step: impl Fn(&mut Series) -> bool) -> bool {
        let today = self.today;
        let found = self.all.get_mut(which);
        let open = found.filter(|one| today <= one.first_day + BACKDATED_DAYS);
        open.is_some_and(step)
    }

    fn round(&mut self) {
        loop {
            let mut due: Vec<(i64, usize, i64)> = Vec::new();
            for (which, one) in self.all.iter().enumerate() {
                let next = one.next.filter(|_| one.state == StandingState::Approved);
                let due_on = next.map(|week| (one.day(week) - AHEAD_DAYS, week));
                due.extend(due_on.map(|(due_on, week)| (due_on, which, week)));
            }
            due.retain(|(due_on, ..)| *due_on <= self.today);
            due.sort_unstable();
            if due.is_empty() {
                return;
            }
            for (_, which, week) in due {
                let became = self.becomes(which, week);
                let one = &mut self.all[which];
                if let (Became::Accepted, Some(provider)) = (became, one.provider) {
                    let visit = (one.recipient, provider, one.day(week), one.time);
                    self.accepted.push(visit);
                }
                one.arisen.push((week, became));
                one.go_on(week);
            }
        }
    }

    fn becomes(&self, which: usize, week: i64) -> Became {
        let one = &self.all[which];
        let day = one.day(week);
        if self.suspended.contains(one.recipient) || day < self.today - BACKDATED_DAYS {
            return Became::Off;
        }
        let Some(provider) = one.provider else {
            return Became::Open;
        };
        let sides = [one.recipient, provider];
        let is_busy = |(recipient, provider, on, time): &(Id, Id, i64, i64)| {
            let meet = sides.contains(recipient) || sides.contains(provider);
            meet && *on == day && (one.time - time).abs() < 60
        };
        let is_own = |by: &&Id| **by == "2" && provider == "a:m1";
        let standing = one.approved_by.iter().filter(|by| !is_own(by)).count();
        let is_approved = standing >= ASKED[centre_of(one.recipient)];
        let may = is_approved && !self.suspended.contains(provider);
        match may && !self.accepted.iter().any(is_busy) {
            true => Became::Accepted,
            false => Became::Open,
        }
    }

    fn held_minutes(&self, member: Id) -> i64 {
        let own = self.accepted.iter().filter(|visit| visit.0 == member);
        own.count() as i64 * HELD_MINUTES
    }
}

/// The same asked of the real thing, which knows each series by its need and its id.
struct Asked {
    real: Real,
    today: i64,
    needs: u8,
    /// Whose they are, their needs and their ids.
    all: Vec<(Id, u8, StandingId)>,
}

impl Asked {
    fn begin() -> Self {
        let mut real = Real::begin();
        for (centre, policy) in [(0, 0), (1, 1)] {
            real.one(Ask::Adopt { centre, policy }, STAFF[centre][0])
                .expect("it is adopted");
        }
        for account in RECIPIENTS {
            let minutes = 10_000;
            real.one(Ask::Earn { account, minutes }, "1")
                .expect("it is posted");
        }
        Self {
            real,
            today: 0,
            needs: 0,
            all: Vec::new(),
        }
    }

    fn one(&mut self, what: Do) -> bool {
        match what {
            Do::Repeat { .. } => self.repeat(what),
            Do::Approve(which, staff) => self.about_need(which, NeedDo::Approve, staff),
            Do::Decline(which) => self.about_need(which, NeedDo::Decline, 1),
            Do::Cancel(which) => self.about_need(which, NeedDo::Cancel, 1),
            // A week that is out of the series, where there is none.
            Do::Skip(which, week) => {
                let first_day = self.first_day(which);
                self.step(which, StandingAction::Skip(day(first_day + 7 * week)))
            }
            Do::Leave(which) => self.step(which, StandingAction::Leave),
            Do::Stop(which) => self.step(which, StandingAction::Stop),
            Do::Suspend(id) => self.set_state(id, MemberChange::Suspend),
            Do::Reinstate(id) => self.set_state(id, MemberChange::Reinstate),
            Do::Wait { days } => {
                self.today += days;
                let minutes = days * DAY_MINUTES;
                self.real.one(Ask::Wait { minutes }, "").is_ok()
            }
            Do::Round => {
                self.real.stack.rounds();
                true
            }
        }
    }

    fn repeat(&mut self, what: Do) -> bool {
        let Do::Repeat {
            recipient,
            provider,
            in_days,
            time,
            weeks,
        } = what
        else {
            return false;
        };
        self.needs += 1;
        let need = self.needs;
        let first_day = self.today + in_days;
        let publish = Ask::Publish {
            need,
            recipient,
            service: 0,
            at: first_day * DAY_MINUTES + time,
            minutes: 60,
            from: None,
            helpers: 1,
        };
        let by = STAFF[centre_of(recipient)][0];
        if self.real.one(publish, by).is_err() {
            return false;
        }
        let step = self.real.fresh();
        let repeat = Command::StepNeed(NeedStep {
            step,
            need: NeedId(uuid(need)),
            action: NeedAction::Repeat(Repeat {
                until: day(first_day + 7 * weeks),
                provider: provider.map(member),
            }),
            reason: None,
            recorded: None,
        });
        let done = self.real.run(repeat.into(), by).is_ok();
        if done {
            self.all.push((recipient, need, StandingId(step)));
        }
        done
    }

    fn about_need(&mut self, which: usize, action: NeedDo, staff: usize) -> bool {
        let Some((recipient, need, _)) = self.all.get(which).copied() else {
            return false;
        };
        let step = self.real.fresh();
        let action = match action {
            NeedDo::Approve => NeedAction::Approve,
            NeedDo::Decline => NeedAction::Decline,
            _ => NeedAction::Cancel,
        };
        let command = Command::StepNeed(NeedStep {
            step,
            need: NeedId(uuid(need)),
            action,
            reason: None,
            recorded: None,
        });
        let by = STAFF[centre_of(recipient)][staff];
        self.real.run(command.into(), by).is_ok()
    }

    fn first_day(&self, which: usize) -> i64 {
        let id = self.all.get(which).map(|(.., id)| *id);
        id.map_or(0, |id| {
            let read = self
                .real
                .stack
                .read(move |reading| query::standing(reading, id));
            day(0).days_until(read.expect("it is there").from)
        })
    }

    fn step(&mut self, which: usize, action: StandingAction) -> bool {
        let Some((recipient, _, standing)) = self.all.get(which).copied() else {
            return false;
        };
        let command = Command::StepStanding(StandingStep {
            step: self.real.fresh(),
            standing,
            action,
            reason: None,
        });
        let by = STAFF[centre_of(recipient)][0];
        self.real.run(command.into(), by).is_ok()
    }

    fn set_state(&mut self, id: Id, change: MemberChange) -> bool {
        let command = Command::SetMemberState(SetMemberState {
            step: self.real.fresh(),
            member: member(id),
            change,
        });
        let by = if id.starts_with('a') { "1" } else { "3" };
        self.real.run(command.into(), by).is_ok()
    }

    /// All series, their visits, and the hours held are as the model has them.
    fn is_as(&self, model: &Weekly) {
        for ((.., id), one) in self.all.iter().zip(&model.all) {
            let id = *id;
            let read = self.real.stack.read(move |reading| {
                let standing = query::standing(reading, id)?;
                let visits = query::visits_arisen(reading, &standing)?;
                Ok((standing, visits))
            });
            let (standing, visits) = read.expect("it reads");
            let next = one.next.map(|week| day(one.day(week)));
            assert_eq!((standing.state, standing.next), (one.state, next));
            let arisen = one.arisen.iter();
            let expected: Vec<_> = arisen
                .map(|(week, became)| (day(one.day(*week)), *became))
                .collect();
            let found = visits.iter().map(|visit| {
                let became = match &visit.arisen {
                    Arisen::Accepted(..) => Became::Accepted,
                    Arisen::Open(..) => Became::Open,
                    Arisen::Off(_) => Became::Off,
                };
                (visit.on, became)
            });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{id}");
        }
        for id in RECIPIENTS {
            let read = self.real.stack.read(move |reading| {
                let row = reading.snapshot.account(member(id).account())?;
                Ok(row.expect("an account").account.held.steps())
            });
            assert_eq!(read.expect("it reads"), model.held_minutes(id), "{id}");
        }
    }
}

/// So many days after the start.
fn day(days: i64) -> Day {
    Day::of(at(days * DAY_MINUTES), TimeZone::UTC)
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn what_arises_is_as_the_model_has_it(doings in vec(doings(), 20..120)) {
        let (mut asked, mut model) = (Asked::begin(), Weekly::default());
        for what in doings {
            let expected = model.one(what);
            prop_assert_eq!(asked.one(what), expected, "{:?} on day {}", what, model.today);
            asked.is_as(&model);
        }
        let is_sound = |asked: &Asked| matches!(asked.real.stack.verify(), Verified::Sound { .. });
        prop_assert!(is_sound(&asked), "{:?}", asked.real.stack.verify());
        asked.real.reopen();
        asked.is_as(&model);
    }
}
