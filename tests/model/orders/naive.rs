//! The naive model: needs and orders as simply as can be. Caps, overlaps and held hours are
//! found by looking at every order that ever was.

use std::collections::BTreeMap;

use timebank::exchange::{NeedState, OrderState};

use super::{Ask, Became, By, Id, MEMBERS, NeedDo, Off, OrderDo, STAFF, Side};

const DAY: i64 = 1_440;

#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) recipient: Id,
    centre: usize,
    service: usize,
    at: i64,
    minutes: i64,
    from: Option<Id>,
    helpers: usize,
    pub(super) state: NeedState,
    pub(super) offers: Vec<Id>,
    pub(super) approved_by: Vec<Id>,
    pub(super) orders: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) need: u8,
    centre: usize,
    pub(super) recipient: Id,
    pub(super) provider: Id,
    service: usize,
    pub(super) at: i64,
    pub(super) minutes: i64,
    approved: (i64, i64),
    until: Option<i64>,
    pub(super) state: OrderState,
    pub(super) payer: Id,
    pub(super) held: i64,
    /// What each side confirmed, and who for them.
    confirmed: [Option<(i64, Id)>; 2],
    pub(super) credited: Option<(i64, i64)>,
}

impl Order {
    fn ends(&self) -> i64 {
        self.until.unwrap_or(self.at + self.minutes)
    }

    fn takes_time(&self) -> bool {
        !matches!(self.state, OrderState::Cancelled | OrderState::NoShow)
    }

    fn is_open(&self) -> bool {
        matches!(
            self.state,
            OrderState::Accepted
                | OrderState::Serving
                | OrderState::Served
                | OrderState::Confirmed
                | OrderState::Disputed
        )
    }
}

#[derive(Default)]
pub(super) struct Model {
    now: i64,
    pub(super) needs: BTreeMap<u8, Need>,
    pub(super) orders: BTreeMap<u8, Order>,
    pub(super) balances: BTreeMap<Id, i64>,
    policies: [Vec<(i64, usize)>; 2],
    taken: BTreeMap<u8, Ask>,
    begun: BTreeMap<u8, Ask>,
    minted: i64,
    /// What the accounts of members were last brought to.
    ceilings: BTreeMap<Id, Option<i64>>,
}

/// What a policy says.
struct Policy {
    need: usize,
    day_cap: Option<i64>,
    week_cap: Option<i64>,
    ceiling: Option<i64>,
    to_pool: bool,
    step: i64,
    owed: i64,
}

const fn terms(policy: usize) -> Policy {
    let plain = Policy {
        need: 1,
        day_cap: None,
        week_cap: None,
        ceiling: None,
        to_pool: false,
        step: 1,
        owed: 0,
    };
    match policy {
        0 => plain,
        1 => Policy {
            need: 2,
            day_cap: Some(120),
            week_cap: Some(180),
            ..plain
        },
        _ => Policy {
            need: 0,
            day_cap: Some(60),
            ceiling: Some(180),
            to_pool: true,
            step: 15,
            owed: 30,
            ..plain
        },
    }
}

fn day(at: i64) -> i64 {
    at.div_euclid(DAY)
}

/// The first day is a Wednesday.
fn week(day: i64) -> i64 {
    (day + 2).div_euclid(7)
}

fn centre_of(id: Id) -> usize {
    usize::from(id.starts_with('b'))
}

fn pool(centre: usize) -> Id {
    ["a:pool", "b:pool"][centre]
}

fn err<T>(reason: &str) -> Result<T, String> {
    Err(reason.to_owned())
}

/// The member that somebody is, or their own name.
fn person(actor: Id) -> Id {
    match actor {
        "2" => "a:m1",
        actor => actor,
    }
}

/// What comes first, so that most of what follows has something to happen to.
pub(super) fn prelude() -> Vec<(Ask, By, Off)> {
    let earn = |account| Ask::Earn {
        account,
        minutes: 600,
    };
    let adopt = |centre, policy| Ask::Adopt { centre, policy };
    let asks = [
        adopt(0, 0),
        adopt(1, 1),
        earn("a:m1"),
        earn("a:m2"),
        earn("a:m3"),
        earn("b:m1"),
        earn("b:m2"),
        earn("a:club"),
    ];
    let off = Off {
        kind: 0,
        minutes: 0,
        side: false,
    };
    asks.into_iter().map(|ask| (ask, By::First, off)).collect()
}

impl Model {
    pub(super) fn begin() -> Self {
        let accounts = MEMBERS
            .iter()
            .chain(&["a:club", "b:club", "a:pool", "b:pool"]);
        Self {
            balances: accounts.map(|id| (*id, 0)).collect(),
            ..Self::default()
        }
    }

    /// An ask of things that are there, mostly: with a new id, and what comes next.
    pub(super) fn concrete(&self, ask: Ask, off: Off) -> Ask {
        let is_wild = off.kind == 23;
        match ask {
            _ if is_wild => ask,
            Ask::Publish {
                recipient,
                service,
                at,
                minutes,
                from,
                helpers,
                ..
            } => Ask::Publish {
                need: self.unused(1),
                recipient,
                service,
                at: self.now.div_euclid(30) * 30 + at.rem_euclid(480) - 120,
                minutes,
                from,
                helpers,
            },
            Ask::Need { need, action, .. } => {
                let waits = match action {
                    NeedDo::Approve | NeedDo::Decline => NeedState::Published,
                    _ => NeedState::Approved,
                };
                Ask::Need {
                    step: self.unused_step(),
                    need: self.need_in(waits, need),
                    action,
                }
            }
            Ask::Accept { need, provider, .. } => {
                let need = self.need_in(NeedState::Approved, need);
                let found = self.needs.get(&need);
                let is_self = found.is_some_and(|found| found.recipient == provider);
                let provider = if is_self { "b:m2" } else { provider };
                let order = self.unused(100);
                Ask::Accept {
                    order,
                    need,
                    provider,
                }
            }
            Ask::Order { order, .. } => {
                let open = self.orders.iter().filter(|(_, one)| one.is_open());
                let open: Vec<u8> = open.map(|(id, _)| *id).collect();
                let moved = self.orders.iter().filter(|(_, one)| one.credited.is_some());
                let moved: Vec<u8> = moved.map(|(id, _)| *id).collect();
                if off.kind == 11 && !moved.is_empty() {
                    return self.next_step(moved[usize::from(order) % moved.len()], off);
                }
                match (open.is_empty(), off.kind) {
                    (_, 22) => self.next_step(order, off),
                    (true, _) => self.on_the_way(order),
                    (false, _) => self.next_step(open[usize::from(order) % open.len()], off),
                }
            }
            Ask::Earn { .. } | Ask::Adopt { .. } | Ask::Wait { .. } => ask,
        }
    }

    /// What leads to an order, where there is none to do something about.
    fn on_the_way(&self, number: u8) -> Ask {
        let provider = MEMBERS[usize::from(number) % MEMBERS.len()];
        let is_in = |state| self.needs.values().any(|need| self.state_of(need) == state);
        match (is_in(NeedState::Approved), is_in(NeedState::Published)) {
            (true, _) => Ask::Accept {
                order: self.unused(100),
                need: self.need_in(NeedState::Approved, number),
                provider,
            },
            (false, true) => Ask::Need {
                step: self.unused_step(),
                need: self.need_in(NeedState::Published, number),
                action: NeedDo::Approve,
            },
            (false, false) => Ask::Publish {
                need: self.unused(1),
                recipient: provider,
                service: usize::from(number % 2),
                at: self.now.div_euclid(30) * 30,
                minutes: 60,
                from: None,
                helpers: 1,
            },
        }
    }

    /// An id that stands for no need and no order, from one on.
    fn unused(&self, from: u8) -> u8 {
        let mut ids = from..=u8::MAX;
        ids.find(|id| !self.begun.contains_key(id)).expect("an id")
    }

    fn unused_step(&self) -> u8 {
        let mut ids = 1..=u8::MAX;
        ids.find(|id| !self.taken.contains_key(id)).expect("an id")
    }

    /// One of the needs that stand so; where none does, any.
    fn need_in(&self, state: NeedState, number: u8) -> u8 {
        let so = self
            .needs
            .iter()
            .filter(|(_, need)| self.state_of(need) == state);
        let so: Vec<u8> = so.map(|(id, _)| *id).collect();
        match so.is_empty() {
            true => number,
            false => so[usize::from(number) % so.len()],
        }
    }

    /// What is asked of an order, by how it stands: mostly what comes next.
    fn next_step(&self, order: u8, off: Off) -> Ask {
        let step = self.unused_step();
        let plainly = Ask::Order {
            step,
            order,
            action: OrderDo::Settle,
        };
        let side = if off.side {
            Side::Provider
        } else {
            Side::Recipient
        };
        let Some(found) = self.orders.get(&order) else {
            return plainly;
        };
        let member = if off.side {
            found.provider
        } else {
            found.recipient
        };
        let next = match found.state {
            OrderState::Accepted => OrderDo::CheckIn(found.at + off.minutes),
            OrderState::Serving => OrderDo::CheckOut(found.at + found.minutes + off.minutes),
            OrderState::Served => OrderDo::Confirm {
                member,
                served: (found.minutes + off.minutes.min(5)).max(1),
            },
            _ => OrderDo::Settle,
        };
        let action = match off.kind {
            0 => OrderDo::Change {
                at: found.at + off.minutes,
                minutes: found.minutes + off.minutes.max(-10),
            },
            1 => OrderDo::CheckIn(found.at + off.minutes * 30),
            2 => OrderDo::CheckOut(found.at + off.minutes),
            3 => OrderDo::Confirm { member, served: 60 },
            4 => OrderDo::Settle,
            5 | 6 => OrderDo::Cancel(side),
            7 => OrderDo::NoShow(side),
            8 if off.side => OrderDo::Approve,
            8 => OrderDo::Dispute,
            9 => OrderDo::Resolve(None),
            10 => OrderDo::Resolve(Some((found.minutes + off.minutes).max(1))),
            11 => OrderDo::Correct((found.minutes + off.minutes).max(1)),
            _ => next,
        };
        Ask::Order {
            step,
            order,
            action,
        }
    }

    /// Who asks.
    pub(super) fn actor(&self, ask: Ask, by: By) -> Id {
        let of_order = |order: &u8| self.orders.get(order);
        let (centre, member) = match ask {
            Ask::Publish { recipient, .. } => (centre_of(recipient), recipient),
            Ask::Need { need, action, .. } => {
                let found = self.needs.get(&need);
                let member = match action {
                    NeedDo::Offer(member) | NeedDo::Withdraw(member) => member,
                    _ => found.map_or("", |need| need.recipient),
                };
                (found.map_or(0, |need| need.centre), member)
            }
            Ask::Accept { need, provider, .. } => {
                let found = self.needs.get(&need);
                (found.map_or(0, |need| need.centre), provider)
            }
            Ask::Order { order, action, .. } => {
                let found = of_order(&order);
                let member = match action {
                    OrderDo::Confirm { member, .. } => member,
                    OrderDo::Cancel(Side::Recipient) => found.map_or("", |one| one.recipient),
                    _ => found.map_or("", |one| one.provider),
                };
                (found.map_or(0, |one| one.centre), member)
            }
            Ask::Adopt { centre, .. } => return STAFF[centre][0],
            Ask::Earn { .. } | Ask::Wait { .. } => return "",
        };
        match by {
            By::Member => member,
            By::Second => STAFF[centre][1],
            By::First => STAFF[centre][0],
            By::Somebody(actor) => actor,
        }
    }

    pub(super) fn one(&mut self, ask: Ask, actor: Id) -> Became {
        let known = match ask {
            Ask::Publish { need, .. } => self.begun.get(&need),
            Ask::Accept { order, .. } => self.begun.get(&order),
            Ask::Need { step, .. } | Ask::Order { step, .. } => self.taken.get(&step),
            _ => None,
        };
        if let Some(known) = known {
            return if *known == ask {
                Ok(true)
            } else {
                err("ID_REUSED")
            };
        }
        self.decide(ask, actor)?;
        match ask {
            Ask::Publish { need: id, .. } | Ask::Accept { order: id, .. } => {
                self.begun.insert(id, ask);
            }
            Ask::Need { step, .. } | Ask::Order { step, .. } => {
                self.taken.insert(step, ask);
            }
            _ => {}
        }
        Ok(false)
    }

    fn decide(&mut self, ask: Ask, actor: Id) -> Result<(), String> {
        match ask {
            Ask::Publish { .. } => self.publish(ask, actor),
            Ask::Need { need, action, .. } => self.step_need(need, action, actor),
            Ask::Accept {
                order,
                need,
                provider,
            } => self.accept(order, need, provider, actor),
            Ask::Order { order, action, .. } => self.step_order(order, action, actor),
            Ask::Earn { account, minutes } => {
                let after = self.balances[account] + minutes;
                if self
                    .ceiling_of(account)
                    .is_some_and(|ceiling| after > ceiling)
                {
                    return err("CEILING_CROSSED");
                }
                self.balances.insert(account, after);
                self.minted += minutes;
                Ok(())
            }
            Ask::Adopt { centre, policy } => {
                let adopted = &mut self.policies[centre];
                let start = day(self.now) + i64::from(!adopted.is_empty());
                adopted.push((start, policy));
                Ok(())
            }
            Ask::Wait { minutes } => {
                self.now += minutes;
                Ok(())
            }
        }
    }

    fn policy(&self, centre: usize, on: i64) -> Result<Policy, String> {
        let mut started = self.policies[centre].iter().rev();
        match started.find(|(start, _)| *start <= on) {
            Some((_, policy)) => Ok(terms(*policy)),
            None => err("POLICY_UNKNOWN"),
        }
    }

    fn for_member(&self, centre: usize, member: Id, actor: Id) -> Result<(), String> {
        if actor == member || STAFF[centre].contains(&actor) {
            Ok(())
        } else {
            err("PARTY_OR_STAFF_ONLY")
        }
    }

    fn neutral(&self, centre: usize, parties: &[Id], actor: Id) -> Result<(), String> {
        if !STAFF[centre].contains(&actor) {
            return err("STAFF_ONLY");
        }
        if parties.contains(&person(actor)) {
            return err("STAFF_IS_PARTY");
        }
        Ok(())
    }

    fn payer(&self, centre: usize, recipient: Id, from: Option<Id>) -> Result<Id, String> {
        match from {
            None => Ok(recipient),
            Some(from) if from == recipient => Ok(recipient),
            Some(from) if centre_of(from) != centre => err("POLICY_ACCOUNT_FOREIGN"),
            Some(from) if from.ends_with("club") => Ok(from),
            Some(_) => err("PAYER_NOT_ALLOWED"),
        }
    }

    fn in_time(&self, at: i64) -> Result<(), String> {
        if day(self.now) - day(at) > 7 {
            return err("EXCHANGE_TOO_LATE");
        }
        Ok(())
    }

    fn publish(&mut self, ask: Ask, actor: Id) -> Result<(), String> {
        let Ask::Publish {
            need,
            recipient,
            service,
            at,
            minutes,
            from,
            helpers,
        } = ask
        else {
            unreachable!("it is one");
        };
        let centre = centre_of(recipient);
        self.for_member(centre, recipient, actor)?;
        let policy = self.policy(centre, day(at))?;
        self.in_time(at)?;
        self.payer(centre, recipient, from)?;
        let new = Need {
            recipient,
            centre,
            service,
            at,
            minutes,
            from,
            helpers: helpers as usize,
            state: match policy.need {
                0 => NeedState::Approved,
                _ => NeedState::Published,
            },
            offers: Vec::new(),
            approved_by: Vec::new(),
            orders: Vec::new(),
        };
        self.needs.insert(need, new);
        Ok(())
    }

    pub(super) fn state_of(&self, need: &Need) -> NeedState {
        let waits = matches!(need.state, NeedState::Published | NeedState::Approved);
        if waits && day(self.now) > day(need.at) + 7 {
            NeedState::Expired
        } else {
            need.state
        }
    }

    fn step_need(&mut self, id: u8, action: NeedDo, actor: Id) -> Result<(), String> {
        let Some(found) = self.needs.get(&id) else {
            return err("NEED_UNKNOWN");
        };
        let mut need = found.clone();
        match action {
            NeedDo::Offer(member) | NeedDo::Withdraw(member) => {
                self.for_member(need.centre, member, actor)?;
            }
            NeedDo::Approve | NeedDo::Decline => {
                self.neutral(need.centre, &[need.recipient], actor)?;
            }
            NeedDo::Cancel => self.for_member(need.centre, need.recipient, actor)?,
        }
        let state = self.state_of(&need);
        let is_open = match action {
            NeedDo::Decline => state == NeedState::Published,
            _ => matches!(state, NeedState::Published | NeedState::Approved),
        };
        if !is_open {
            return err("NEED_STATE_WRONG");
        }
        match action {
            NeedDo::Offer(member) if member == need.recipient => {
                return err("PROVIDER_IS_RECIPIENT");
            }
            NeedDo::Offer(member) if need.offers.contains(&member) => return err("OFFER_EXISTS"),
            NeedDo::Offer(member) => need.offers.push(member),
            NeedDo::Withdraw(member) if !need.offers.contains(&member) => {
                return err("OFFER_UNKNOWN");
            }
            NeedDo::Withdraw(member) => need.offers.retain(|other| *other != member),
            NeedDo::Approve => {
                if need.approved_by.contains(&actor) {
                    return err("APPROVED_ALREADY");
                }
                need.approved_by.push(actor);
                let policy = self.policy(need.centre, day(need.at))?;
                if need.approved_by.len() >= policy.need {
                    need.state = NeedState::Approved;
                }
            }
            NeedDo::Decline => need.state = NeedState::Declined,
            NeedDo::Cancel => need.state = NeedState::Cancelled,
        }
        self.needs.insert(id, need);
        Ok(())
    }

    fn available(&self, account: Id) -> i64 {
        let open = self.orders.values().filter(|order| order.is_open());
        let held = open.filter(|order| order.payer == account);
        self.balances[account] - held.map(|order| order.held).sum::<i64>()
    }

    /// The most that a service can come to.
    fn most(policy: &Policy, service: usize, minutes: i64) -> i64 {
        Self::weighted(policy, service, minutes + minutes * 25 / 100).1
    }

    /// Rounded, and weighted.
    fn weighted(policy: &Policy, service: usize, minutes: i64) -> (i64, i64) {
        let rounded = (minutes + policy.step - 1) / policy.step * policy.step;
        match service {
            0 => (rounded, rounded),
            _ => (rounded, rounded * 3 / 2),
        }
    }

    /// Whether somebody is elsewhere at a time.
    fn check_free(
        &self,
        (order, need): (u8, u8),
        [provider, recipient]: [Id; 2],
        (from, until): (i64, i64),
    ) -> Result<(), String> {
        let all = || {
            self.orders
                .iter()
                .filter(|(id, one)| **id != order && one.takes_time())
        };
        let crosses = |one: &Order| one.at < until && from < one.ends();
        let is_in = |one: &Order, member: Id| one.provider == member || one.recipient == member;
        let is_there = |(_, one): (&u8, &Order)| is_in(one, provider) && crosses(one);
        let is_here =
            |(_, one): (&u8, &Order)| is_in(one, recipient) && crosses(one) && one.need != need;
        if all().any(is_there) || all().any(is_here) {
            return err("VISITS_OVERLAP");
        }
        Ok(())
    }

    fn accept(&mut self, id: u8, need_id: u8, provider: Id, actor: Id) -> Result<(), String> {
        let Some(found) = self.needs.get(&need_id) else {
            return err("NEED_UNKNOWN");
        };
        let mut need = found.clone();
        self.for_member(need.centre, provider, actor)?;
        if self.state_of(&need) != NeedState::Approved {
            return err("NEED_STATE_WRONG");
        }
        if provider == need.recipient {
            return err("PROVIDER_IS_RECIPIENT");
        }
        let policy = self.policy(need.centre, day(need.at))?;
        let stands = |staff: &&Id| person(staff) != provider;
        if need.approved_by.iter().filter(stands).count() < policy.need {
            return err("APPROVALS_MISSING");
        }
        let time = (need.at, need.at + need.minutes);
        self.check_free((id, need_id), [provider, need.recipient], time)?;
        let payer = self.payer(need.centre, need.recipient, need.from)?;
        let held = Self::most(&policy, need.service, need.minutes);
        if self.available(payer) < held {
            return err("FLOOR_CROSSED");
        }
        need.orders.push(id);
        if need.orders.len() >= need.helpers {
            need.state = NeedState::Accepted;
        }
        let order = Order {
            need: need_id,
            centre: need.centre,
            recipient: need.recipient,
            provider,
            service: need.service,
            at: need.at,
            minutes: need.minutes,
            approved: (need.at, need.minutes),
            until: None,
            state: OrderState::Accepted,
            payer,
            held,
            confirmed: [None, None],
            credited: None,
        };
        self.bring_limits(need.recipient);
        self.needs.insert(need_id, need);
        self.orders.insert(id, order);
        Ok(())
    }

    fn step_order(&mut self, id: u8, action: OrderDo, actor: Id) -> Result<(), String> {
        let Some(found) = self.orders.get(&id) else {
            return err("ORDER_UNKNOWN");
        };
        let mut order = found.clone();
        let parties = [order.provider, order.recipient];
        let (centre, need) = (order.centre, order.need);
        let is_neutral = || self.neutral(centre, &parties, actor);
        match action {
            OrderDo::Change { .. } | OrderDo::Dispute => {
                let sides = parties.map(|side| self.for_member(centre, side, actor));
                let [one, other] = sides;
                one.or(other)?;
            }
            OrderDo::CheckIn(_) | OrderDo::CheckOut(_) => {
                self.for_member(centre, order.provider, actor)?;
            }
            OrderDo::Confirm { member, .. } => {
                let is_provider = member == order.provider;
                let other = [order.provider, order.recipient][usize::from(is_provider)];
                self.for_member(centre, member, actor)?;
                if actor != member {
                    self.neutral(centre, &[other], actor)?;
                }
            }
            OrderDo::Approve
            | OrderDo::Decline
            | OrderDo::Settle
            | OrderDo::NoShow(_)
            | OrderDo::Resolve(_)
            | OrderDo::Correct(_) => is_neutral()?,
            OrderDo::Cancel(side) => {
                let (own, other) = match side {
                    Side::Provider => (order.provider, order.recipient),
                    Side::Recipient => (order.recipient, order.provider),
                };
                self.for_member(centre, own, actor)?;
                if actor != own {
                    self.neutral(centre, &[other], actor)?;
                }
            }
        }
        use OrderState::{Accepted, Confirmed, Disputed, Served, Serving};
        let is_open = match action {
            OrderDo::Change { .. }
            | OrderDo::CheckIn(_)
            | OrderDo::Cancel(_)
            | OrderDo::NoShow(_) => order.state == Accepted,
            OrderDo::CheckOut(_) => order.state == Serving,
            OrderDo::Confirm { .. } => order.state == Served,
            // Nothing is entered from sheets here.
            OrderDo::Approve | OrderDo::Decline => false,
            OrderDo::Settle => order.state == Confirmed,
            OrderDo::Resolve(_) => order.state == Disputed,
            OrderDo::Correct(_) => {
                matches!(order.state, OrderState::Settled | OrderState::Resolved)
            }
            OrderDo::Dispute => order.is_open() && order.state != Disputed,
        };
        if !is_open {
            return err("ORDER_STATE_WRONG");
        }
        match action {
            OrderDo::Change { at, minutes } => {
                let policy = self.policy(centre, day(at))?;
                if minutes < 15 {
                    return err("EXCHANGE_TOO_SHORT");
                }
                self.in_time(at)?;
                let off = (at - order.approved.0)
                    .abs()
                    .max((minutes - order.approved.1).abs());
                let is_approval = match policy.need {
                    0 => true,
                    1 => is_neutral().is_ok(),
                    _ => false,
                };
                if !is_approval && off > 15 {
                    return err("APPROVAL_NEEDED");
                }
                self.check_free((id, need), parties, (at, at + minutes))?;
                let held = Self::most(&policy, order.service, minutes);
                if self.available(order.payer) + order.held < held {
                    return err("FLOOR_CROSSED");
                }
                (order.at, order.minutes, order.held) = (at, minutes, held);
                if is_approval {
                    order.approved = (at, minutes);
                }
            }
            OrderDo::CheckIn(at) => {
                self.not_ahead(at)?;
                if (at - order.at).abs() > 720 {
                    return err("CHECKED_IN_OFF_BOOKING");
                }
                self.policy(centre, day(at))?;
                self.in_time(at)?;
                self.check_free((id, need), parties, (at, at + order.minutes))?;
                (order.at, order.state) = (at, Serving);
            }
            OrderDo::CheckOut(at) => {
                self.not_ahead(at)?;
                if at <= order.at {
                    return err("CHECKED_OUT_EARLY");
                }
                self.policy(centre, day(order.at))?;
                self.check_free((id, need), parties, (order.at, at))?;
                (order.until, order.state) = (Some(at), Served);
            }
            OrderDo::Confirm { member, served } => {
                self.confirm(&mut order, member, served, actor)?;
            }
            OrderDo::Settle => {
                let [one, other] = order.confirmed.map(|one| one.map_or(0, |one| one.0));
                self.settle(&mut order, Some(one.min(other)))?;
                order.state = OrderState::Settled;
            }
            OrderDo::Cancel(side) => {
                let policy = self.policy(centre, day(order.at))?;
                let before = (order.at - self.now).max(0);
                let owes = policy.owed > 0 && before < 1_440 && side == Side::Recipient;
                self.out(id, &mut order, owes, side)?;
                order.state = OrderState::Cancelled;
            }
            OrderDo::NoShow(side) => {
                self.not_ahead(order.at)?;
                let policy = self.policy(centre, day(order.at))?;
                let owes = policy.owed > 0 && side == Side::Recipient;
                self.out(id, &mut order, owes, side)?;
                order.state = OrderState::NoShow;
            }
            OrderDo::Approve | OrderDo::Decline => {}
            OrderDo::Dispute => order.state = Disputed,
            OrderDo::Resolve(None) => order.state = OrderState::Resolved,
            OrderDo::Correct(served) => {
                let moved = order.credited.filter(|(one, other)| one + other > 0);
                let Some((credited, excess)) = moved else {
                    return err("NOTHING_TO_CORRECT");
                };
                if served > order.ends() - order.at {
                    return err("CONFIRMED_BEYOND_VISIT");
                }
                let before = self.balances.clone();
                let pool = pool(centre_of(order.provider));
                *self.balances.get_mut(order.payer).expect("it") += credited + excess;
                *self.balances.get_mut(order.provider).expect("it") -= credited;
                *self.balances.get_mut(pool).expect("it") -= excess;
                // It counts as if it had not been, also for the caps.
                self.orders.get_mut(&id).expect("it").credited = None;
                order.credited = None;
                let settled = self.settle(&mut order, Some(served));
                let settled = settled.and_then(|()| match self.available(order.payer) < 0 {
                    true => err("FLOOR_CROSSED"),
                    false => Ok(()),
                });
                if let Err(reason) = settled {
                    self.balances = before;
                    self.orders.get_mut(&id).expect("it").credited = Some((credited, excess));
                    return Err(reason);
                }
            }
            OrderDo::Resolve(Some(served)) => {
                self.not_ahead(order.at)?;
                if served > order.ends() - order.at {
                    return err("CONFIRMED_BEYOND_VISIT");
                }
                self.settle(&mut order, Some(served))?;
                order.state = OrderState::Resolved;
            }
        }
        self.orders.insert(id, order);
        Ok(())
    }

    fn not_ahead(&self, at: i64) -> Result<(), String> {
        if at > self.now {
            return err("SERVICE_IN_FUTURE");
        }
        Ok(())
    }

    fn confirm(&self, order: &mut Order, member: Id, served: i64, actor: Id) -> Result<(), String> {
        let side = usize::from(member == order.recipient);
        self.policy(order.centre, day(order.at))?;
        let days = (day(self.now) - day(order.ends())).max(0);
        if actor == member {
            if days > 14 {
                return err("CONFIRMATION_LATE");
            }
        } else {
            if member == "a:m3" && days <= 14 {
                return err("CONFIRMATION_THEIRS");
            }
        }
        if served > order.ends() - order.at {
            return err("CONFIRMED_BEYOND_VISIT");
        }
        if (served - order.minutes).abs() * 100 > order.minutes * 25 {
            return err("CONFIRMED_OFF_BOOKING");
        }
        order.confirmed[side] = Some((served, actor));
        if let [Some((one, by)), Some((other, and))] = order.confirmed
            && person(by) != person(and)
        {
            order.state = match (one - other).abs() > 15 {
                true => OrderState::Disputed,
                false => OrderState::Confirmed,
            };
        }
        Ok(())
    }

    fn out(&mut self, id: u8, order: &mut Order, owes: bool, side: Side) -> Result<(), String> {
        if owes {
            self.settle(order, None)?;
        }
        if side == Side::Provider {
            let need = self.needs.get_mut(&order.need).expect("a need");
            need.orders.retain(|other| *other != id);
            if need.state != NeedState::Cancelled {
                need.state = NeedState::Approved;
            }
        }
        Ok(())
    }

    /// By what was served, or by what is owed.
    fn settle(&mut self, order: &mut Order, served: Option<i64>) -> Result<(), String> {
        let on = day(order.at);
        let policy = self.policy(order.centre, on)?;
        let weighted = match served {
            Some(served) => Self::weighted(&policy, order.service, served).1,
            None => policy.owed.min(order.held),
        };
        let centre = centre_of(order.provider);
        let credited = |wanted: &dyn Fn(i64) -> bool| -> i64 {
            let theirs = self.orders.values();
            let theirs = theirs.filter(|one| one.provider == order.provider);
            let those = theirs.filter(|one| wanted(day(one.at)));
            those.filter_map(|one| one.credited).map(|one| one.0).sum()
        };
        let (of_day, of_week) = (
            credited(&|other| other == on),
            credited(&|other| week(other) == week(on)),
        );
        let of_provider = self.policy(centre, on).ok();
        let cap = |minutes: i64, cap: Option<i64>, earned: i64| {
            cap.map_or(minutes, |cap| minutes.min((cap - earned).max(0)))
        };
        let capped = match &of_provider {
            Some(theirs) => {
                let of_day = cap(weighted, theirs.day_cap, of_day);
                cap(of_day, theirs.week_cap, of_week)
            }
            None => weighted,
        };
        let balance = self.balances[order.provider];
        let today = self.policy(centre, day(self.now))?;
        let room = today
            .ceiling
            .map_or(i64::MAX, |ceiling| (ceiling - balance).max(0));
        let (credited, excess) = match today.to_pool {
            true => (capped.min(room), weighted - capped.min(room)),
            false => (capped, 0),
        };
        if served.is_some() && credited == 0 && excess == 0 && weighted > 0 {
            return err("CAP_REACHED");
        }
        self.bring_limits(order.provider);
        *self.balances.get_mut(order.payer).expect("it") -= credited + excess;
        *self.balances.get_mut(order.provider).expect("it") += credited;
        *self.balances.get_mut(pool(centre)).expect("it") += excess;
        order.credited = Some((credited, excess));
        Ok(())
    }

    /// A member's account is brought to the limits of the policy that holds.
    fn bring_limits(&mut self, member: Id) {
        let policy = self.policy(centre_of(member), day(self.now));
        if let Ok(policy) = policy {
            self.ceilings.insert(member, policy.ceiling);
        }
    }

    fn ceiling_of(&self, account: Id) -> Option<i64> {
        self.ceilings.get(account).copied().flatten()
    }

    /// Hours are never made or lost.
    pub(super) fn is_conserved(&self) {
        assert_eq!(self.balances.values().sum::<i64>(), self.minted);
    }

    pub(super) fn held(&self, account: Id) -> i64 {
        self.balances[account] - self.available(account)
    }
}
