//! What facts about needs and orders make of the objects.

use super::{
    Doer, Incident, IncidentId, IncidentReported, IncidentState, Member, MemberWeek, Need, NeedId,
    NeedPublished, NeedState, NeedStepped, NotLoaded, Object, ObjectId, Objects, Order,
    OrderAccepted, OrderId, OrderState, OrderStepped, StandingId, VisitRecorded, WeekId,
    order::{
        Booked, Confirmation, Correction, Entered, Evidence, IncidentKind, NeedAction, Offer,
        OrderAction, Party, Visit,
    },
    wants::Folded,
};
use crate::{
    exchange::policy::Minutes,
    ledger::{Sequence, Stamp},
};

/// A correction with one more of the staff who ask for it; of another time, a new one.
fn asked(order: &Order, served: Minutes, by: &Doer) -> Option<Correction> {
    let so = order.correction.as_ref();
    let so = so.filter(|correction| correction.served == served);
    let mut asked_by = so.map_or_else(Vec::new, |correction| correction.asked_by.clone());
    if let Doer::Staff(number) = by {
        asked_by.push(number.clone());
    }
    Some(Correction { served, asked_by })
}

impl Objects {
    /// A need.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn need(&self, id: NeedId) -> Result<Option<&Need>, NotLoaded> {
        match self.object(&ObjectId::Need(id))? {
            Some(Object::Need(need)) => Ok(Some(need)),
            _ => Ok(None),
        }
    }

    /// An order.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn order(&self, id: OrderId) -> Result<Option<&Order>, NotLoaded> {
        match self.object(&ObjectId::Order(id))? {
            Some(Object::Order(order)) => Ok(Some(order)),
            _ => Ok(None),
        }
    }

    /// An incident.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn incident(&self, id: IncidentId) -> Result<Option<&Incident>, NotLoaded> {
        match self.object(&ObjectId::Incident(id))? {
            Some(Object::Incident(incident)) => Ok(Some(incident)),
            _ => Ok(None),
        }
    }

    /// A member's week. None where nothing has happened in it.
    ///
    /// # Errors
    /// [`NotLoaded`] where something may have.
    pub fn week(&self, id: &WeekId) -> Result<Option<&MemberWeek>, NotLoaded> {
        match self.object(&ObjectId::Week(Box::new(id.clone())))? {
            Some(Object::Week(week)) => Ok(Some(week)),
            _ => Ok(None),
        }
    }

    pub(super) fn publish(&mut self, new: &NeedPublished, stamp: Stamp) -> Folded {
        let recipient = self.member(&new.terms.recipient)?;
        let block = recipient.and_then(|recipient| recipient.details.block.clone());
        let mut need = Need::published(new, stamp.moment, vec![stamp.sequence]);
        need.block = block;
        self.create(Object::Need(Box::new(need)), stamp.sequence)
    }

    pub(super) fn step_need(&mut self, new: &NeedStepped, at: Sequence) -> Folded {
        let NeedStepped { step, by, to, .. } = new;
        self.change_need(step.need, at, |need| {
            match &step.action {
                NeedAction::Offer(provider) => need.offers.push(Offer {
                    provider: provider.clone(),
                    by: by.clone(),
                }),
                NeedAction::Withdraw(provider) => {
                    need.offers.retain(|offer| offer.provider != *provider);
                }
                NeedAction::Approve => {
                    if let Doer::Staff(number) = by {
                        need.approved_by.push(number.clone());
                    }
                }
                NeedAction::Change { at, minutes } => {
                    (need.terms.at, need.terms.minutes) = (*at, *minutes);
                    if let Some(moved) = &new.moved {
                        need.follow(moved, by);
                    }
                }
                NeedAction::Repeat(_) => need.standing = Some(StandingId(step.step)),
                NeedAction::Decline | NeedAction::Cancel => {}
            }
            need.state = *to;
        })?;
        let need = self.known_need(step.need)?;
        self.follow_need(&need, new, at)
    }

    pub(super) fn accept(&mut self, new: &OrderAccepted, stamp: Stamp) -> Folded {
        let (accept, at) = (&new.accept, stamp.sequence);
        self.change_need(accept.need, at, |need| {
            need.orders.push(accept.order);
            need.state = new.need_is;
            if need.steps.first() != Some(&at) {
                need.first_accepted_at.get_or_insert(stamp.moment);
            }
        })?;
        let need = self.known_need(accept.need)?;
        let order = Order {
            id: accept.order,
            need: need.id,
            centre: need.centre,
            recipient: need.terms.recipient,
            provider: accept.provider.clone(),
            service: need.terms.service,
            point: need.terms.point,
            block: need.block,
            at: need.terms.at,
            minutes: need.terms.minutes,
            approved: Booked {
                at: need.terms.at,
                minutes: need.terms.minutes,
            },
            on: need.on,
            state: OrderState::Accepted,
            payer: new.payer.clone(),
            earns: new.earns.as_deref().cloned(),
            hold: accept.order.0,
            held: new.held,
            entered: None,
            approved_by: new.approved_by.clone(),
            settled_by: Vec::new(),
            ended_at: None,
            confirm_until: None,
            by_provider: None,
            by_recipient: None,
            reckoned: None,
            entry: None,
            correction: None,
            dispute: None,
            incidents: Vec::new(),
            steps: vec![at],
        };
        if let Some(earns) = &order.earns {
            self.hold_account(&order.provider, &earns.account, at)?;
        }
        self.place(&order, at)?;
        self.count_orders(&order, 1, at)?;
        self.create(Object::Order(Box::new(order)), at)
    }

    /// What both sides signed counts as their confirmation, once it is approved.
    pub(super) fn record_visit(&mut self, new: &VisitRecorded, stamp: Stamp) -> Folded {
        self.publish(&new.published, stamp)?;
        self.accept(&new.accepted, stamp)?;
        let mut order = self.known_order(new.accepted.accept.order)?;
        let confirmation = Confirmation {
            served: order.minutes,
            by: Doer::Staff(new.by.clone()),
            rating: None,
        };
        order.state = OrderState::Recorded;
        order.ended_at = Some(order.until());
        order.by_provider = Some(confirmation.clone());
        order.by_recipient = Some(confirmation);
        order.entered = Some(Entered {
            sheet: new.sheet.clone(),
            by: new.by.clone(),
        });
        self.put(Object::Order(Box::new(order)), stamp.sequence);
        Ok(())
    }

    pub(super) fn step_order(&mut self, new: &OrderStepped, stamp: Stamp) -> Folded {
        let at = stamp.sequence;
        let before = self.known_order(new.step.order)?;
        let mut order = before.clone();
        order.state = new.to;
        order.on = new.on;
        order.held = new.held.unwrap_or(order.held);
        let until = new.confirm_until.or(order.confirm_until);
        order.confirm_until = until.filter(|_| new.to == OrderState::Served);
        order.steps.push(at);
        match &new.step.action {
            OrderAction::Change {
                at: begins,
                minutes,
            } => {
                (order.at, order.minutes) = (*begins, *minutes);
                if new.is_approval {
                    order.approved = Booked {
                        at: *begins,
                        minutes: *minutes,
                    };
                }
                if new.held.is_some() {
                    order.hold = new.step.step;
                }
            }
            OrderAction::CheckIn(came) => order.at = *came,
            OrderAction::CheckOut(went) => order.ended_at = Some(*went),
            OrderAction::Confirm {
                member,
                served,
                rating,
            } => {
                let confirmation = Some(Confirmation {
                    served: *served,
                    by: new.by.clone(),
                    rating: *rating,
                });
                match order.side(member) {
                    Some(Party::Provider) => order.by_provider = confirmation,
                    Some(Party::Recipient) => order.by_recipient = confirmation,
                    None => {
                        return Err(format!("{member} is no party to order {}", order.id).into());
                    }
                }
            }
            OrderAction::Cancel(side) | OrderAction::NoShow(side) => {
                if *side == Party::Provider {
                    self.reopen(&order, at)?;
                }
            }
            OrderAction::Correct(served) => {
                order.correction = asked(&order, *served, &new.by);
                if new.reckoned.is_some() && *served > order.lasted() {
                    order.ended_at = Some(order.at.after_s(served.get().saturating_mul(60)));
                }
            }
            OrderAction::Approve => {
                if let Doer::Staff(number) = &new.by {
                    order.approved_by.push(number.clone());
                }
            }
            OrderAction::Decline
            | OrderAction::Settle
            | OrderAction::Dispute(_)
            | OrderAction::Resolve(_) => {}
        }
        self.dispute(&mut order, new, stamp)?;
        if let Some(reckoned) = &new.reckoned {
            let before = order.reckoned.as_ref().map_or(0, |before| before.credited);
            self.credit(&order, reckoned.credited - before, at)?;
            order.reckoned = Some(reckoned.clone());
            // Where nobody gets anything, the hold is released, and there is no entry.
            let entry = || new.entry.unwrap_or(order.hold);
            order.entry = reckoned.is_moved().then(entry);
            settled_by(&mut order, &new.by);
        }
        let time = |order: &Order| {
            let times = (order.on, order.at, order.until());
            order.state.takes_time().then_some(times)
        };
        if time(&before) != time(&order) {
            self.unplace(&before, at)?;
            if order.state.takes_time() {
                self.place(&order, at)?;
            }
        }
        if order.state.is_ended() && !before.state.is_ended() {
            self.count_orders(&order, -1, at)?;
        }
        self.put(Object::Order(Box::new(order)), at);
        Ok(())
    }

    /// An order that is stopped has an incident, which is closed when staff resolve it.
    fn dispute(&mut self, order: &mut Order, new: &OrderStepped, stamp: Stamp) -> Folded {
        if new.to == OrderState::Disputed {
            let id = IncidentId(new.step.step);
            order.dispute = Some(id);
            let evidence = match &new.step.action {
                OrderAction::Dispute(evidence) => evidence.clone(),
                _ => Evidence::default(),
            };
            let of = (order as &Order, IncidentKind::Dispute);
            return self.create_incident(id, of, evidence, (&new.by, stamp));
        }
        match (&new.step.action, order.dispute) {
            (OrderAction::Resolve(_), Some(id)) => self.close_incident(id, stamp.sequence),
            (OrderAction::Resolve(_), None) => {
                Err(format!("order {} has no dispute", order.id).into())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn report(&mut self, new: &IncidentReported, stamp: Stamp) -> Folded {
        let report = &new.report;
        let mut order = self.known_order(report.order)?;
        order.incidents.push(report.id);
        let evidence = report.evidence.clone();
        self.create_incident(report.id, (&order, report.kind), evidence, (&new.by, stamp))?;
        self.put(Object::Order(Box::new(order)), stamp.sequence);
        Ok(())
    }

    fn create_incident(
        &mut self,
        id: IncidentId,
        (order, kind): (&Order, IncidentKind),
        evidence: Evidence,
        (by, stamp): (&Doer, Stamp),
    ) -> Folded {
        let incident = Incident {
            id,
            order: order.id,
            centre: order.centre.clone(),
            recipient: order.recipient.clone(),
            kind,
            evidence,
            state: IncidentState::Open,
            reported_by: by.clone(),
            reported_at: stamp.moment,
            steps: vec![stamp.sequence],
        };
        self.create(Object::Incident(Box::new(incident)), stamp.sequence)
    }

    pub(super) fn close_incident(&mut self, id: IncidentId, at: Sequence) -> Folded {
        let Some(incident) = self.incident(id)? else {
            return Err(format!("there is no incident {id}").into());
        };
        let mut incident = incident.clone();
        incident.state = IncidentState::Closed;
        incident.steps.push(at);
        self.put(Object::Incident(Box::new(incident)), at);
        Ok(())
    }

    /// The need of an order that its provider is out of is approved and open again, unless
    /// nobody else is wanted: for when they were to come, unless others come at its own time.
    fn reopen(&mut self, order: &Order, at: Sequence) -> Folded {
        self.change_need(order.need, at, |need| {
            need.orders.retain(|other| *other != order.id);
            if need.state != NeedState::Cancelled {
                need.state = NeedState::Approved;
            }
            if need.orders.is_empty() {
                need.move_to(order);
            }
        })
    }

    /// Takes the time of an order in the weeks of both sides.
    fn place(&mut self, order: &Order, at: Sequence) -> Folded {
        let visit = Visit {
            order: order.id,
            need: order.need,
            from: order.at,
            until: order.until(),
        };
        for member in [&order.provider, &order.recipient] {
            let id = WeekId::of(member, order.on);
            self.change_week(id, at, |week| week.put(visit.clone()))?;
        }
        Ok(())
    }

    fn unplace(&mut self, order: &Order, at: Sequence) -> Folded {
        for member in [&order.provider, &order.recipient] {
            let id = WeekId::of(member, order.on);
            self.change_week(id, at, |week| week.remove(order.id))?;
        }
        Ok(())
    }

    /// What is no hours counts for no cap, and for no waiting.
    fn credit(&mut self, order: &Order, minutes: i64, at: Sequence) -> Folded {
        if order.earns.is_some() {
            return Ok(());
        }
        let id = WeekId::of(&order.provider, order.on);
        self.change_week(id, at, |week| week.credit(order.on, minutes))?;
        self.change_member(&order.provider, at, |member| {
            member.earned_minutes += minutes;
        })
    }

    fn count_orders(&mut self, order: &Order, more: i32, at: Sequence) -> Folded {
        let count = |member: &mut Member| {
            member.open_orders = member.open_orders.saturating_add_signed(more);
        };
        self.change_member(&order.provider, at, count)?;
        self.change_member(&order.recipient, at, count)
    }

    fn known_need(&self, id: NeedId) -> Folded<Need> {
        match self.need(id)? {
            Some(need) => Ok(need.clone()),
            None => Err(format!("there is no need {id}").into()),
        }
    }

    fn known_order(&self, id: OrderId) -> Folded<Order> {
        match self.order(id)? {
            Some(order) => Ok(order.clone()),
            None => Err(format!("there is no order {id}").into()),
        }
    }

    pub(super) fn change_need(
        &mut self,
        id: NeedId,
        at: Sequence,
        change: impl FnOnce(&mut Need),
    ) -> Folded {
        let mut need = self.known_need(id)?;
        change(&mut need);
        // One record may publish it and have it accepted.
        if need.steps.last() != Some(&at) {
            need.steps.push(at);
        }
        self.put(Object::Need(Box::new(need)), at);
        Ok(())
    }

    pub(super) fn change_week(
        &mut self,
        id: WeekId,
        at: Sequence,
        change: impl FnOnce(&mut MemberWeek),
    ) -> Folded {
        let found = self.week(&id)?.cloned();
        let mut week = found.unwrap_or_else(|| MemberWeek::empty(id));
        change(&mut week);
        self.put(Object::Week(Box::new(week)), at);
        Ok(())
    }
}

/// Notes who had hours move: whoever does, and those who asked for the correction that it is.
fn settled_by(order: &mut Order, by: &Doer) {
    let asked = order
        .correction
        .take()
        .map(|correction| correction.asked_by);
    let by = match by {
        Doer::Staff(number) => Some(number.clone()),
        Doer::Member(_) => None,
    };
    for number in asked.into_iter().flatten().chain(by) {
        if !order.settled_by.contains(&number) {
            order.settled_by.push(number);
        }
    }
}
