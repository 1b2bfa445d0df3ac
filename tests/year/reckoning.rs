//! What services are worth, reckoned by the tally's own arithmetic, and what becomes of orders.

use super::{
    anomalies::Moved,
    bank::Ticket,
    calendar::day_of,
    districts::{DISTRICTS, Rounding, Rules, Service},
    tally::{Need, NeedState, Order, OrderState, Reckoned, Tally},
    trainings::NURSING,
};

/// Whether a command is carried out, or by which rule it is refused.
pub(super) type Foreseen = Result<(), &'static str>;

pub(super) fn rounded(rules: &Rules, minutes: i64) -> i64 {
    if minutes == 0 {
        return 0;
    }
    let rounded = match rules.rounding {
        Rounding::None => minutes,
        Rounding::Up(step) => (minutes + step - 1) / step * step,
        Rounding::Nearest(step) => (minutes + step / 2) / step * step,
    };
    rounded.max(rules.at_least)
}

/// What so many minutes of a service are worth on a day.
pub(super) fn worth(district: usize, service: &Service, minutes: i64, on: i64) -> i64 {
    let later = service.later.filter(|(from, _)| on >= *from);
    let (of, whole) = later.map_or(service.worth, |(_, worth)| worth);
    rounded(&DISTRICTS[district].rules, minutes) * of / whole
}

impl Tally {
    pub(super) fn rules(&self, order: usize) -> &'static Rules {
        let need = &self.needs[self.orders[order].need];
        &DISTRICTS[need.district].rules
    }

    /// Somebody is to come. The order, or why not.
    pub(super) fn accept(
        &mut self,
        need: usize,
        (provider, service): (usize, Service),
        (from, booked): (i64, i64),
        now: i64,
    ) -> Result<usize, &'static str> {
        let order = self.new_order(need, (provider, service), (from, booked));
        if service.code == NURSING.code && !self.may_nurse(provider, order.on) {
            return Err("NOT_QUALIFIED");
        }
        if self.account(&order.payer).available() < order.held {
            return Err("FLOOR_CROSSED");
        }
        if service.is_points {
            self.open_points(&order.to, provider, now / 60);
        }
        self.account_mut(&order.payer).held += order.held;
        let need = &mut self.needs[need];
        need.state = NeedState::Accepted;
        need.accepted.get_or_insert(now);
        self.orders.push(order);
        Ok(self.orders.len() - 1)
    }

    pub(super) fn new_order(
        &self,
        at: usize,
        (provider, service): (usize, Service),
        (from, booked): (i64, i64),
    ) -> Order {
        let need = &self.needs[at];
        let home = &DISTRICTS[need.district];
        let recipient = &self.members[need.recipient].account;
        let account = &self.members[provider].account;
        let on = day_of(from);
        Order {
            id: String::new(),
            need: at,
            provider,
            service,
            on,
            from,
            until: from + booked,
            payer: match (service.is_points, home.rules.body_pays) {
                (true, _) => home.account("issuance:points"),
                (false, true) => home.account("organisation:care"),
                (false, false) => recipient.clone(),
            },
            to: match service.is_points {
                true => format!("{account}:points"),
                false => account.clone(),
            },
            // The most that it can come to: a quarter more than booked.
            held: worth(need.district, &service, booked + booked / 4, on),
            state: OrderState::Open,
            said: [None; 2],
            ticket: Ticket::default(),
            stars: None,
            reckoned: None,
        }
    }

    /// A visit of a sign-in sheet: its need and its order at once.
    pub(super) fn enter(
        &mut self,
        need: Need,
        who: (usize, Service),
        (from, minutes): (i64, i64),
        now: i64,
    ) -> Result<usize, &'static str> {
        let service = who.1;
        self.has_waited(need.district, need.recipient, day_of(from))?;
        self.needs.push(need);
        let at = self.needs.len() - 1;
        let mut order = self.new_order(at, who, (from, minutes));
        order.held = worth(self.needs[at].district, &service, minutes, order.on);
        if self.account(&order.payer).available() < order.held {
            self.needs.pop();
            return Err("FLOOR_CROSSED");
        }
        self.account_mut(&order.payer).held += order.held;
        self.needs[at].state = NeedState::Accepted;
        assert!(self.needs[at].published <= now, "it is entered now");
        order.said = [Some(minutes); 2];
        self.orders.push(order);
        Ok(self.orders.len() - 1)
    }

    /// What both sides said, counted; none where they are too far apart.
    pub(super) fn agreed(&self, order: usize) -> Option<i64> {
        let [one, other] = self.orders[order].said.map(|said| said.unwrap_or(0));
        let rules = self.rules(order);
        match ((one - other).abs() <= rules.tolerance, rules.is_mean) {
            (false, _) => None,
            (true, true) => Some((one + other) / 2),
            (true, false) => Some(one.min(other)),
        }
    }

    /// What an order comes to by counted minutes, or by minutes that are owed.
    fn reckon(
        &self,
        order: usize,
        served: i64,
        owed: Option<i64>,
    ) -> Result<Reckoned, &'static str> {
        let order = &self.orders[order];
        let district = self.needs[order.need].district;
        let all = match owed {
            Some(owed) => owed.min(order.held),
            None => worth(district, &order.service, served, order.on),
        };
        let confirmed = served;
        if order.service.is_points {
            let credited = if owed.is_some() { 0 } else { all };
            return Ok(Reckoned {
                confirmed,
                credited,
                excess: 0,
            });
        }
        let rules = &DISTRICTS[self.members[order.provider].district].rules;
        let before = order.reckoned.as_ref().map_or(0, |before| before.credited);
        let (day, week) = self.earned(order.provider, order.on);
        let left =
            |most: Option<i64>, before: i64| most.map_or(i64::MAX, |most| (most - before).max(0));
        let capped = all
            .min(left(rules.day_cap, day - before))
            .min(left(rules.week_cap, week - before));
        let balance = self.balance(&order.to) - before;
        let credited = match rules.excess {
            true => capped.min(left(rules.ceiling, balance)),
            false => capped,
        };
        let excess = if rules.excess { all - credited } else { 0 };
        match owed.is_none() && credited + excess == 0 && all > 0 {
            true => Err("CAP_REACHED"),
            false => Ok(Reckoned {
                confirmed,
                credited,
                excess,
            }),
        }
    }

    fn pay(&mut self, order: usize, reckoned: Reckoned, minute: i64) {
        let Order {
            payer,
            to,
            provider,
            on,
            service,
            ..
        } = self.orders[order].clone();
        let home = self.members[provider].district;
        let pool = DISTRICTS[home].account("pool:mutual");
        self.post(&payer, &to, reckoned.credited, minute);
        self.post(&payer, &pool, reckoned.excess, minute);
        if !service.is_points {
            if reckoned.confirmed > 0 {
                let moved = reckoned.credited + reckoned.excess;
                self.moved.push(Moved::new(&payer, moved));
            }
            self.credit(provider, on, reckoned.credited);
        }
        self.orders[order].reckoned = Some(reckoned);
    }

    fn free(&mut self, order: usize) {
        let Order { payer, held, .. } = self.orders[order].clone();
        self.account_mut(&payer).held -= held;
    }

    /// Settles an order by counted minutes.
    pub(super) fn settle(&mut self, order: usize, served: i64) -> Foreseen {
        let reckoned = self.reckon(order, served, None)?;
        // What is set aside for it may be gone: a correction takes back past the floor.
        let Order { payer, held, .. } = &self.orders[order];
        if self.account(payer).available() + held < reckoned.credited + reckoned.excess {
            return Err("FLOOR_CROSSED");
        }
        self.free(order);
        let from = self.orders[order].from;
        let district = self.needs[self.orders[order].need].district;
        let minute = self.effective(from, district);
        self.pay(order, reckoned, minute);
        self.orders[order].state = OrderState::Done;
        Ok(())
    }

    /// Ends an order for which nobody is paid.
    pub(super) fn release(&mut self, order: usize, to: OrderState) {
        self.free(order);
        self.orders[order].state = to;
    }

    /// The recipient is out of it, who may owe something for it being late.
    pub(super) fn recipient_out(&mut self, order: usize, is_late: bool, now: i64) {
        let owed = self.rules(order).owed;
        self.release(order, OrderState::Off);
        if is_late && owed > 0 {
            let reckoned = self.reckon(order, 0, Some(owed));
            self.pay(
                order,
                reckoned.expect("what is owed is no service"),
                now / 60,
            );
        }
    }

    /// The provider is out of it: the need is open again.
    pub(super) fn provider_out(&mut self, order: usize) {
        self.release(order, OrderState::Off);
        let need = self.orders[order].need;
        self.needs[need].state = NeedState::Open;
    }

    /// Other minutes count than those by which hours moved.
    pub(super) fn correct(&mut self, order: usize, served: i64) -> Foreseen {
        let reckoned = self.reckon(order, served, None)?;
        let Order {
            payer,
            to,
            from,
            provider,
            on,
            need,
            ..
        } = self.orders[order].clone();
        let before = self.orders[order].reckoned.clone().expect("it is settled");
        let all = reckoned.credited + reckoned.excess;
        if self.account(&payer).available() + before.credited + before.excess < all {
            return Err("FLOOR_CROSSED");
        }
        let minute = self.effective(from, self.needs[need].district);
        let pool = DISTRICTS[self.members[provider].district].account("pool:mutual");
        self.post(&to, &payer, before.credited, minute);
        self.post(&pool, &payer, before.excess, minute);
        if !self.orders[order].service.is_points {
            let back = before.credited + before.excess;
            self.moved.push(Moved::new(&payer, -back));
            self.credit(provider, on, -before.credited);
        }
        self.pay(order, reckoned, minute);
        Ok(())
    }
}
