//! Standing visits, which arise every week, as well as they can.

use timebank::{
    exchange::{
        Arisen, Command, Day, NeedId, NeedStep, OrderId, StandingId, StandingStep,
        order::{NeedAction, Repeat, StandingAction},
    },
    query,
};

use super::{
    bank::member_id,
    calendar::{DAY, date, day_of},
    city::City,
    districts::DISTRICTS,
    reckoning::{Foreseen, worth},
    tally::{Member, Need, NeedState, Tally},
    visits::{Act, Visit},
};

/// How many days before its own a visit arises.
const AHEAD_DAYS: i64 = 14;
const WEEK: i64 = 7;
/// For how long they come.
const LASTS: i64 = 28;
const BOOKED: i64 = 60;

/// What is done about a standing visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Plain,
    /// Its recipient has too little.
    Poor,
    Skipped,
    Left,
    Stopped,
}

const FATES: [Fate; 5] = [
    Fate::Left,
    Fate::Stopped,
    Fate::Plain,
    Fate::Poor,
    Fate::Skipped,
];

/// A standing visit as the tally has it.
#[derive(Clone, Debug)]
pub(super) struct Weekly {
    id: StandingId,
    district: usize,
    recipient: usize,
    provider: Option<usize>,
    /// The day of the next visit that has not arisen.
    next: Option<i64>,
    until: i64,
    skipped: Vec<i64>,
    state: &'static str,
    /// What became of each whose time had come: the day, and by what it was hindered.
    arisen: Vec<(i64, &'static str, Option<&'static str>)>,
}

impl Weekly {
    fn go_on(&mut self) {
        let mut next = self.next.map(|day| day + WEEK);
        while next.is_some_and(|day| self.skipped.contains(&day)) {
            next = next.map(|day| day + WEEK);
        }
        self.next = next.filter(|day| *day <= self.until);
        if self.next.is_none() && self.state == "approved" {
            self.state = "ended";
        }
    }

    fn due(&self, today: i64) -> Option<i64> {
        let next = self.next.filter(|day| day - AHEAD_DAYS <= today);
        next.filter(|_| self.state == "approved")
    }
}

/// What a visit becomes that arises: a need and an order, by their numbers.
struct Becomes {
    need: Option<usize>,
    order: Option<usize>,
    why: Option<&'static str>,
}

impl Tally {
    /// As much of it arises as can: a need with an order, a need, or nothing.
    fn arise(&mut self, weekly: &Weekly, need: Need, from: i64) -> Becomes {
        let nothing = |why| Becomes {
            need: None,
            order: None,
            why: Some(why),
        };
        let recipient = &self.members[weekly.recipient];
        if recipient.is_here && recipient.district != weekly.district {
            return nothing("RECIPIENT_MOVED");
        }
        if !recipient.is_here {
            return nothing("MEMBER_STATE_WRONG");
        }
        if let Err(why) = self.has_waited(weekly.district, weekly.recipient, day_of(from)) {
            return nothing(why);
        }
        self.needs.push(need);
        let need = self.needs.len() - 1;
        let came = self.serve_weekly(weekly, need, from);
        Becomes {
            need: Some(need),
            order: came.and_then(Result::ok),
            why: came.and_then(Result::err),
        }
    }

    /// The order, if there is one who comes.
    fn serve_weekly(
        &mut self,
        weekly: &Weekly,
        need: usize,
        from: i64,
    ) -> Option<Result<usize, &'static str>> {
        let provider = weekly.provider?;
        if !self.members[provider].is_here {
            return Some(Err("MEMBER_STATE_WRONG"));
        }
        let service = DISTRICTS[weekly.district].services[0];
        let order = self.new_order(need, (provider, service), (from, BOOKED));
        if self.account(&order.payer).available() < order.held {
            return Some(Err("FLOOR_CROSSED"));
        }
        self.account_mut(&order.payer).held += order.held;
        self.needs[need].state = NeedState::Accepted;
        self.orders.push(order);
        Some(Ok(self.orders.len() - 1))
    }
}

impl City {
    /// Somebody of each district wants a visit every week from the day after tomorrow on.
    pub(super) fn begin_weekly(&mut self, district: usize) {
        let month = self.today() / 30;
        let fate = FATES[(district + usize::try_from(month).expect("a month")) % FATES.len()];
        let (from, home) = ((self.today() + 2) * DAY + 7 * 60, &DISTRICTS[district]);
        let held = worth(
            district,
            &home.services[0],
            BOOKED + BOOKED / 4,
            day_of(from),
        );
        let may = |city: &Self, member: &Member| {
            let has = city.tally.account(&member.account).available() >= held;
            let is_old = member.is_elder || !home.rules.elders_only;
            is_old && has == (fate != Fate::Poor) && !city.comes_weekly(member)
        };
        let serves = |city: &Self, member: &Member| !member.is_elder && !city.comes_weekly(member);
        let sides = (self.pick(district, may), self.pick(district, serves));
        let (Some(recipient), Some(provider)) = sides else {
            return;
        };
        if recipient == provider || from / DAY + LASTS > self.days + 4 {
            return;
        }
        let visit = Visit {
            district,
            recipient,
            provider,
            service: home.services[0],
            point: None,
            from,
            booked: BOOKED,
            lasts: BOOKED,
            less: 0,
            stars: Some(5),
            beside: None,
            need: None,
            order: None,
        };
        self.agenda.visits.push(visit);
        let at = self.agenda.visits.len() - 1;
        self.publish(at);
        if self.agenda.visits[at].need.is_some() {
            self.repeat(at, fate);
        }
    }

    pub(super) fn comes_weekly(&self, member: &Member) -> bool {
        let weekly = self.tally.weekly.iter().filter(|one| one.next.is_some());
        let mut sides = weekly.flat_map(|one| [Some(one.recipient), one.provider]);
        sides.any(|side| side.is_some_and(|side| self.tally.members[side].id == member.id))
    }

    /// It repeats before it is approved; then its first visit is accepted, and others arise.
    fn repeat(&mut self, at: usize, fate: Fate) {
        let visit = self.agenda.visits[at].clone();
        let on = day_of(visit.from);
        self.say_repeat(at, on + WEEK - 1, Err("REPEATS_NEVER"));
        let id = self.say_repeat(at, on + LASTS, Ok(()));
        self.say_repeat(at, on + LASTS, Err("NEED_REPEATS"));
        self.tally.weekly.push(Weekly {
            id,
            district: visit.district,
            recipient: visit.recipient,
            provider: Some(visit.provider),
            next: Some(on + WEEK),
            until: on + LASTS,
            skipped: Vec::new(),
            state: "published",
            arisen: Vec::new(),
        });
        let one = self.tally.weekly.len() - 1;
        for number in 1..=DISTRICTS[visit.district].rules.approvals {
            self.step_need(at, Act::Approve(number));
        }
        self.tally.weekly[one].state = "approved";
        self.accept(at);
        if self.agenda.visits[at].order.is_some() {
            self.serve_plainly(at);
        }
        match fate {
            Fate::Skipped => {
                self.step_weekly(one, StandingAction::Skip(day(on + 3 * WEEK)), Ok(()));
                self.tally.weekly[one].skipped.push(on + 3 * WEEK);
                let past = StandingAction::Skip(day(on + 1));
                self.step_weekly(one, past, Err("NO_VISIT_AHEAD"));
            }
            Fate::Left => {
                self.step_weekly(one, StandingAction::Leave, Ok(()));
                self.tally.weekly[one].provider = None;
                self.step_weekly(one, StandingAction::Leave, Err("STANDING_UNSERVED"));
            }
            Fate::Plain | Fate::Poor | Fate::Stopped => {}
        }
        self.go_round();
        if fate == Fate::Stopped {
            self.step_weekly(one, StandingAction::Stop, Ok(()));
            self.tally.weekly[one].state = "stopped";
            self.step_weekly(one, StandingAction::Stop, Err("STANDING_STATE_WRONG"));
        }
    }

    fn say_repeat(&mut self, at: usize, until: i64, foreseen: Foreseen) -> StandingId {
        let visit = self.agenda.visits[at].clone();
        let provider = member_id(&self.tally.members[visit.provider].id);
        let step = self.bank.id();
        let repeat = Command::StepNeed(NeedStep {
            step,
            need: visit.need.expect("it is published").1,
            action: NeedAction::Repeat(Repeat {
                until: day(until),
                provider: Some(provider),
            }),
            reason: None,
            recorded: None,
        });
        self.bank.say(&self.staff(at, 0), repeat, foreseen);
        StandingId(step)
    }

    fn step_weekly(&mut self, one: usize, action: StandingAction, foreseen: Foreseen) {
        let Weekly { id, district, .. } = self.tally.weekly[one];
        let step = StandingStep {
            step: self.bank.id(),
            standing: id,
            action,
            reason: None,
        };
        let by = DISTRICTS[district].staff(0);
        self.bank.say(&by, Command::StepStanding(step), foreseen);
    }

    /// The server lets visits arise that are due.
    pub(super) fn go_round(&mut self) {
        self.bank.flush();
        let today = self.today();
        let mut became = Vec::new();
        for at in 0..self.tally.weekly.len() {
            while let Some(on) = self.tally.weekly[at].due(today) {
                let weekly = self.tally.weekly[at].clone();
                let from = on * DAY + 7 * 60;
                let need = self.weekly_need(&weekly, from);
                let becomes = self.tally.arise(&weekly, need, from);
                let word = match (becomes.need, becomes.order) {
                    (_, Some(_)) => "accepted",
                    (Some(_), None) => "open",
                    (None, None) => "off",
                };
                let weekly = &mut self.tally.weekly[at];
                weekly.arisen.push((on, word, becomes.why));
                weekly.go_on();
                became.push((at, weekly.arisen.len() - 1, becomes));
            }
        }
        assert_eq!(self.bank.world.rounds(), became.len());
        self.bank.records += i64::try_from(became.len()).expect("a number");
        for (at, number, becomes) in became {
            self.see_arisen(at, number, &becomes);
        }
    }

    fn weekly_need(&self, weekly: &Weekly, from: i64) -> Need {
        Need {
            district: weekly.district,
            recipient: weekly.recipient,
            service: DISTRICTS[weekly.district].services[0].code,
            point: None,
            block: self.tally.members[weekly.recipient].block.clone(),
            published: self.bank.now,
            open_until: day_of(from) + WEEK,
            state: NeedState::Open,
            offers: 0,
            accepted: None,
        }
    }

    /// Compares how a visit arose; what was accepted is served like others.
    fn see_arisen(&mut self, at: usize, number: usize, becomes: &Becomes) {
        let weekly = self.tally.weekly[at].clone();
        let id = weekly.id;
        let read = self.bank.world.read(move |reading| {
            let standing = query::standing(reading, id)?;
            query::visits_arisen(reading, &standing)
        });
        let arose = read.expect("visits").swap_remove(number);
        let word = match arose.arisen {
            Arisen::Accepted(..) => "accepted",
            Arisen::Open(..) => "open",
            Arisen::Off(_) => "off",
        };
        let why = arose.arisen.hindrance().map(|why| why.as_str().to_owned());
        let (on, expected, hindered) = weekly.arisen[number];
        assert_eq!(arose.on.to_string(), date(on));
        assert_eq!((word, why.as_deref()), (expected, hindered), "{weekly:?}");
        self.did(match word {
            "accepted" => "arose",
            "open" => "arose without a provider",
            _ => "did not arise",
        });
        if let (Some(need), Some(order)) = (becomes.need, becomes.order) {
            self.serve_weekly(&weekly, on, (need, order, arose.id));
        }
    }

    fn serve_weekly(
        &mut self,
        weekly: &Weekly,
        on: i64,
        (need, order, id): (usize, usize, NeedId),
    ) {
        let order_id = OrderId(id.0);
        self.tally.orders[order].id = order_id.to_string();
        self.agenda.visits.push(Visit {
            district: weekly.district,
            recipient: weekly.recipient,
            provider: self.tally.orders[order].provider,
            service: self.tally.orders[order].service,
            point: None,
            from: on * DAY + 7 * 60,
            booked: BOOKED,
            lasts: BOOKED,
            less: 2,
            stars: None,
            beside: None,
            need: Some((need, id)),
            order: Some((order, order_id)),
        });
        self.serve_plainly(self.agenda.visits.len() - 1);
    }

    /// Compares how standing visits stand.
    pub(super) fn check_weekly(&self) {
        for weekly in &self.tally.weekly {
            let id = weekly.id;
            let read = self
                .bank
                .world
                .read(move |reading| query::standing(reading, id));
            let standing = read.expect("a standing visit");
            assert_eq!(standing.state.to_string(), weekly.state, "{weekly:?}");
            let next = standing.next.map(|day| day.to_string());
            assert_eq!(next, weekly.next.map(date), "{weekly:?}");
        }
    }
}

fn day(day: i64) -> Day {
    Day::parse("day", &date(day)).expect("a day")
}
