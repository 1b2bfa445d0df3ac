//! Visits: what is done about each, when, and what the tally makes of it.

use std::collections::{BTreeMap, BTreeSet};

use timebank::exchange::{
    AcceptNeed, Command, IncidentId, NeedId, NeedStep, OrderId, OrderStep, PublishNeed,
    RecordVisit, ReportIncident,
    order::{
        Evidence, Helpers, IncidentKind, NeedAction, NeedTerms, OrderAction, Party, Rating,
        Resolution, Sheet, SheetNumber, VisitVerdicts,
    },
};

use super::{
    anomalies::Acting,
    bank::{code, member_id, minutes, moment, reason},
    calendar::day_of,
    city::City,
    districts::{DISTRICTS, Service},
    reckoning::Foreseen,
    tally::{Member, Need, NeedState, Noted, OrderState},
};

/// After how many days nobody accepts a need any more.
const OPEN_DAYS: i64 = 7;

#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Publish,
    Approve(usize),
    Offer,
    Decline,
    CancelNeed,
    Accept,
    /// Another provider comes in the place of one who is out of it.
    Replace,
    Cancel(Party),
    NoShow(Party),
    CheckIn,
    CheckOut,
    Confirm(Party),
    /// Staff confirm for whoever has a device, too early.
    ConfirmTheirs,
    Dispute,
    Resolve(Option<i64>),
    Settle,
    Correct(i64),
    Complain,
    Evaluate,
    Record,
    ApproveVisit(usize),
}

/// A visit as it is planned.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) district: usize,
    pub(super) recipient: usize,
    pub(super) provider: usize,
    pub(super) service: Service,
    pub(super) point: Option<String>,
    pub(super) from: i64,
    pub(super) booked: i64,
    /// How long it takes, and how much less the recipient says.
    pub(super) lasts: i64,
    pub(super) less: i64,
    pub(super) stars: Option<usize>,
    /// Another visit at the same time.
    pub(super) beside: Option<usize>,
    pub(super) need: Option<(usize, NeedId)>,
    pub(super) order: Option<(usize, OrderId)>,
}

/// What is to be done, by time and district.
#[derive(Default)]
pub(super) struct Agenda {
    pub(super) visits: Vec<Visit>,
    due: BTreeMap<(i64, usize, usize), (usize, Act)>,
    added: usize,
    /// Who is somewhere, on which day, in which half of it.
    pub(super) taken: BTreeSet<(usize, i64, i64)>,
}

impl Agenda {
    pub(super) fn add(&mut self, second: i64, visit: usize, act: Act) {
        let district = self.visits[visit].district;
        self.added += 1;
        self.due
            .insert((second, district, self.added), (visit, act));
    }

    /// The next that is due by a second.
    fn next(&mut self, until: i64) -> Option<(i64, usize, Act)> {
        let first = self.due.first_entry()?;
        let second = first.key().0;
        let (visit, act) = (second <= until).then(|| first.remove())?;
        Some((second, visit, act))
    }
}

impl City {
    /// Does what is due by a second.
    pub(super) fn go_on(&mut self, until: i64) {
        while let Some((second, visit, act)) = self.agenda.next(until) {
            self.bank.at(second);
            self.act(visit, act);
        }
        self.bank.at(until);
    }

    fn act(&mut self, at: usize, act: Act) {
        match act {
            Act::Publish => self.publish(at),
            Act::Record => self.record(at),
            Act::Approve(_) | Act::Offer | Act::Decline | Act::CancelNeed => {
                self.step_need(at, act);
            }
            Act::Accept => self.accept(at),
            Act::Replace => self.replace(at),
            _ => {
                if let Some((order, id)) = self.agenda.visits[at].order {
                    self.step_order(at, (order, id), act);
                }
            }
        }
    }

    pub(super) fn staff(&self, at: usize, number: usize) -> String {
        DISTRICTS[self.agenda.visits[at].district].staff(number)
    }

    fn new_need(&self, visit: &Visit) -> Need {
        Need {
            district: visit.district,
            recipient: visit.recipient,
            service: visit.service.code,
            point: visit.point.clone(),
            block: self.tally.members[visit.recipient].block.clone(),
            published: self.bank.now,
            open_until: day_of(visit.from) + OPEN_DAYS,
            state: NeedState::Open,
            offers: 0,
            accepted: None,
        }
    }

    pub(super) fn publish(&mut self, at: usize) {
        let visit = self.agenda.visits[at].clone();
        let id = NeedId(self.bank.id());
        let terms = NeedTerms {
            recipient: member_id(&self.tally.members[visit.recipient].id),
            service: code(visit.service.code),
            at: moment(visit.from),
            minutes: minutes(visit.booked),
            pay_from: None,
            point: visit.point.as_deref().map(code),
            channel: Some(code("phone")),
            helpers: Helpers::new(1).expect("one"),
        };
        let publish = PublishNeed {
            id,
            terms,
            recorded: None,
        };
        let on = day_of(visit.from);
        let foreseen = self.tally.has_waited(visit.district, visit.recipient, on);
        let publish = Command::PublishNeed(Box::new(publish));
        self.bank.say(&self.staff(at, 0), publish, foreseen);
        if foreseen.is_err() {
            return;
        }
        let need = self.new_need(&visit);
        self.tally.needs.push(need);
        self.agenda.visits[at].need = Some((self.tally.needs.len() - 1, id));
    }

    pub(super) fn step_need(&mut self, at: usize, act: Act) {
        let visit = &self.agenda.visits[at];
        let Some((need, id)) = visit.need else {
            return;
        };
        let provider = member_id(&self.tally.members[visit.provider].id);
        let (by, action) = match act {
            Act::Approve(number) => (number, NeedAction::Approve),
            Act::Offer => (0, NeedAction::Offer(provider)),
            Act::Decline => (1, NeedAction::Decline),
            _ => (0, NeedAction::Cancel),
        };
        let step = NeedStep {
            step: self.bank.id(),
            need: id,
            action,
            reason: None,
            recorded: None,
        };
        self.bank.does(&self.staff(at, by), Command::StepNeed(step));
        let need = &mut self.tally.needs[need];
        match act {
            Act::Offer => need.offers += 1,
            Act::Decline => need.state = NeedState::Declined,
            Act::CancelNeed => need.state = NeedState::Cancelled,
            _ => {}
        }
    }

    pub(super) fn accept(&mut self, at: usize) {
        let visit = self.agenda.visits[at].clone();
        let Some((need, id)) = visit.need else {
            return;
        };
        let order = OrderId(self.bank.id());
        let beside = visit
            .beside
            .and_then(|other| self.agenda.visits[other].order);
        let who = (visit.provider, visit.service);
        let time = (visit.from, visit.booked);
        let came = match beside {
            Some(_) => Err("VISITS_OVERLAP"),
            None => self.tally.accept(need, who, time, self.bank.now),
        };
        let accept = AcceptNeed {
            order,
            need: id,
            provider: member_id(&self.tally.members[visit.provider].id),
            recorded: None,
        };
        let foreseen = came.map(drop);
        self.bank
            .say(&self.staff(at, 0), Command::AcceptNeed(accept), foreseen);
        self.agenda.visits[at].order = came.ok().map(|made| self.made(made, order));
    }

    /// An order that stands, by the number that it has in the tally.
    fn made(&mut self, made: usize, order: OrderId) -> (usize, OrderId) {
        self.tally.orders[made].id = order.to_string();
        self.tally.orders[made].ticket = self.bank.last();
        (made, order)
    }

    fn replace(&mut self, at: usize) {
        if self.agenda.visits[at].order.is_some() {
            let provider = self.agenda.visits[at].provider;
            let on = day_of(self.agenda.visits[at].from);
            let district = self.agenda.visits[at].district;
            let found = self.free_provider(district, on, self.half(at));
            self.agenda.visits[at].order = None;
            if let Some(other) = found.filter(|other| *other != provider) {
                self.agenda.visits[at].provider = other;
                self.agenda.taken.insert((other, on, self.half(at)));
                self.tally.members[other].busy_until = self.tally.members[provider].busy_until;
                self.accept(at);
            }
        }
    }

    /// In which half of the day a visit is.
    fn half(&self, at: usize) -> i64 {
        i64::from(self.agenda.visits[at].from % super::calendar::DAY > 13 * 60)
    }

    /// A visit of a sign-in sheet, the day after.
    fn record(&mut self, at: usize) {
        let visit = self.agenda.visits[at].clone();
        let order = OrderId(self.bank.id());
        let need = self.new_need(&visit);
        let who = (visit.provider, visit.service);
        let came = self
            .tally
            .enter(need, who, (visit.from, visit.booked), self.bank.now);
        let id = |member: usize| member_id(&self.tally.members[member].id);
        let record = RecordVisit {
            id: order,
            recipient: id(visit.recipient),
            service: code(visit.service.code),
            at: moment(visit.from),
            minutes: minutes(visit.booked),
            pay_from: None,
            point: visit.point.as_deref().map(code),
            channel: None,
            provider: id(visit.provider),
            sheet: Sheet {
                number: SheetNumber::parse("7").expect("a number"),
                hash: None,
            },
            recorded: VisitVerdicts::default(),
        };
        let command = Command::RecordVisit(Box::new(record));
        self.bank.say(&self.staff(at, 0), command, came.map(drop));
        self.agenda.visits[at].order = came.ok().map(|made| self.made(made, order));
    }
}

/// A step of an order: by whom, and what is foreseen of it.
type Step = Option<(String, OrderAction, Foreseen)>;

impl City {
    fn step_order(&mut self, at: usize, (order, id): (usize, OrderId), act: Act) {
        if let Act::Complain = act {
            return self.complain(at, id);
        }
        if let Act::Evaluate = act {
            return self.evaluate(at, (order, id));
        }
        let step = match act {
            Act::Cancel(side) | Act::NoShow(side) => self.out(at, order, side, act),
            Act::CheckIn | Act::CheckOut => self.check(at, order, act),
            Act::Confirm(side) => self.confirm(at, order, side),
            Act::ConfirmTheirs => self.confirm_theirs(at),
            Act::Dispute => self.dispute(at),
            Act::Resolve(served) => self.resolve(at, order, served),
            Act::Settle => self.settle(at, order),
            Act::Correct(served) => self.correct(at, order, served),
            Act::ApproveVisit(number) => {
                Some((self.staff(at, number), OrderAction::Approve, Ok(())))
            }
            _ => None,
        };
        let Some((by, action, foreseen)) = step else {
            return;
        };
        let step = OrderStep {
            step: self.bank.id(),
            order: id,
            action,
            reason: Some(reason("as it was told")),
        };
        self.bank.say(&by, Command::StepOrder(step), foreseen);
        self.recorded();
    }

    fn complain(&mut self, at: usize, order: OrderId) {
        let report = ReportIncident {
            id: IncidentId(self.bank.id()),
            order,
            kind: IncidentKind::Complaint,
            evidence: Evidence::default(),
            reason: Some(reason("it was late")),
        };
        self.bank
            .does(&self.staff(at, 0), Command::ReportIncident(report));
        self.tell(at);
    }

    fn tell(&mut self, at: usize) {
        let visit = &self.agenda.visits[at];
        let of = self.tally.members[visit.recipient].id.clone();
        let (district, day) = (visit.district, self.today());
        self.tally.incidents.push(Noted { district, day, of });
    }

    fn out(&mut self, at: usize, order: usize, side: Party, act: Act) -> Step {
        let now = self.bank.now;
        let rules = self.tally.rules(order);
        let before = (self.tally.orders[order].from * 60 - now).max(0) / 60;
        let (by, action, is_late) = match act {
            Act::NoShow(_) => (1, OrderAction::NoShow(side), true),
            _ => (0, OrderAction::Cancel(side), before < rules.notice),
        };
        match side {
            Party::Recipient => self.tally.recipient_out(order, is_late, now),
            Party::Provider => self.tally.provider_out(order),
        }
        Some((self.staff(at, by), action, Ok(())))
    }

    fn check(&mut self, at: usize, order: usize, act: Act) -> Step {
        let visit = &self.agenda.visits[at];
        // A few minutes late.
        let came = visit.from + 3;
        let action = match act {
            Act::CheckIn => OrderAction::CheckIn(moment(came)),
            _ => OrderAction::CheckOut(moment(came + visit.lasts)),
        };
        self.tally.orders[order].from = came;
        if let Act::CheckOut = act {
            self.tally.orders[order].until = came + visit.lasts;
        }
        Some((self.staff(at, 0), action, Ok(())))
    }

    fn confirm(&mut self, at: usize, order: usize, side: Party) -> Step {
        let visit = self.agenda.visits[at].clone();
        let (member, number, served, side) = match side {
            Party::Provider => (visit.provider, 1, visit.lasts, 0),
            Party::Recipient => (visit.recipient, 2, visit.lasts - visit.less, 1),
        };
        let stars = visit.stars.filter(|_| side == 1);
        let action = self.confirmation(member, served, stars);
        self.tally.orders[order].said[side] = Some(served);
        self.tally.orders[order].stars = stars.or(self.tally.orders[order].stars);
        let both = self.tally.orders[order].said.iter().all(Option::is_some);
        if both && self.tally.agreed(order).is_none() {
            self.tell(at);
        }
        let Member {
            id,
            has_device,
            proxy,
            ..
        } = &self.tally.members[member];
        // Not for both sides, and not whoever is the other side.
        let proxy = proxy.filter(|proxy| side == 1 && *proxy != visit.provider);
        let by = match (has_device, proxy) {
            (true, _) => id.clone(),
            (false, None) => self.staff(at, number),
            (false, Some(proxy)) => {
                let by = self.tally.members[proxy].id.clone();
                self.tally.actings.push(Acting::new(proxy, member));
                by
            }
        };
        Some((by, action, Ok(())))
    }

    fn confirmation(&self, member: usize, served: i64, stars: Option<usize>) -> OrderAction {
        let rating = |stars| Rating::new(u32::try_from(stars).ok()?);
        OrderAction::Confirm {
            member: member_id(&self.tally.members[member].id),
            served: minutes(served),
            rating: stars.and_then(rating),
        }
    }

    fn confirm_theirs(&self, at: usize) -> Step {
        let visit = &self.agenda.visits[at];
        let action = self.confirmation(visit.provider, visit.lasts, None);
        let has_device = self.tally.members[visit.provider].has_device;
        has_device.then(|| (self.staff(at, 1), action, Err("CONFIRMATION_THEIRS")))
    }

    fn dispute(&mut self, at: usize) -> Step {
        self.tell(at);
        let action = OrderAction::Dispute(Evidence::default());
        Some((self.staff(at, 0), action, Ok(())))
    }

    /// Where a cap leaves nothing, the order is stopped, and nobody pays.
    fn give_up(&mut self, at: usize, is_disputed: bool) {
        let now = self.bank.now;
        if !is_disputed {
            self.agenda.add(now + 300, at, Act::Dispute);
        }
        self.agenda.add(now + 600, at, Act::Resolve(None));
    }

    fn took_part(&mut self, order: usize) {
        let recipient = self.tally.needs[self.tally.orders[order].need].recipient;
        for member in [self.tally.orders[order].provider, recipient] {
            self.tally.members[member].took_part = true;
        }
    }

    fn resolve(&mut self, at: usize, order: usize, served: Option<i64>) -> Step {
        let by = self.staff(at, 3);
        let Some(served) = served else {
            self.tally.release(order, OrderState::Done);
            return Some((by, OrderAction::Resolve(Resolution::Release), Ok(())));
        };
        let came = self.tally.settle(order, served);
        match came {
            Ok(()) => self.took_part(order),
            Err(_) => self.give_up(at, true),
        }
        let action = OrderAction::Resolve(Resolution::Settle(minutes(served)));
        Some((by, action, came))
    }

    fn settle(&mut self, at: usize, order: usize) -> Step {
        let served = self.tally.agreed(order).expect("both agree");
        let came = self.tally.settle(order, served);
        match came {
            Ok(()) => {
                self.took_part(order);
                let now = self.bank.now;
                // One in five is called, and some of them twice.
                for days in [1, 3]
                    .into_iter()
                    .filter(|days| order as i64 % (5 * days) == 0)
                {
                    self.agenda.add(now + days * 86_400, at, Act::Evaluate);
                }
            }
            Err(_) => self.give_up(at, false),
        }
        Some((self.staff(at, 3), OrderAction::Settle, came))
    }

    /// What went to a pool stays there: only what the provider got is corrected.
    fn correct(&mut self, at: usize, order: usize, served: i64) -> Step {
        let reckoned = self.tally.orders[order].reckoned.as_ref()?;
        if reckoned.excess > 0 || reckoned.credited == 0 {
            return None;
        }
        let came = self.tally.correct(order, served);
        Some((
            self.staff(at, 1),
            OrderAction::Correct(minutes(served)),
            came,
        ))
    }
}
