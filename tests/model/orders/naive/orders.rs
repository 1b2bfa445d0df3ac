//! What is done about orders.

use timebank::exchange::{NeedState, OrderState, order::IncidentKind};

use super::{Model, Order, centre_of, day, err, person, pool};
use crate::model::orders::{Id, OrderDo, Side};

impl Model {
    pub(super) fn step_order(
        &mut self,
        (step, id): (u8, u8),
        action: OrderDo,
        actor: Id,
    ) -> Result<(), String> {
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
        use OrderState::{Accepted, Confirmed, Disputed, Recorded, Served, Serving};
        let is_open = match action {
            OrderDo::Change { .. }
            | OrderDo::CheckIn(_)
            | OrderDo::Cancel(_)
            | OrderDo::NoShow(_) => order.state == Accepted,
            OrderDo::CheckOut(_) => order.state == Serving,
            OrderDo::Confirm { .. } => order.state == Served,
            OrderDo::Approve | OrderDo::Decline => order.state == Recorded,
            OrderDo::Settle => order.state == Confirmed,
            OrderDo::Resolve(_) => order.state == Disputed,
            OrderDo::Correct(_) => {
                use OrderState::{Cancelled, NoShow, Resolved, Settled};
                matches!(order.state, Settled | Resolved | Cancelled | NoShow)
            }
            OrderDo::Dispute => order.is_open() && !matches!(order.state, Recorded | Disputed),
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
                let other_day = day(at) != day(order.at);
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
                if other_day {
                    self.is_active(order.recipient)?;
                    self.is_active(order.provider)?;
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
            OrderDo::Approve => {
                if order.entered_by == Some(actor) {
                    return err("APPROVER_ENTERED");
                }
                if order.approved_by.contains(&actor) {
                    return err("APPROVED_ALREADY");
                }
                order.approved_by.push(actor);
                let policy = self.policy(centre, day(order.at))?;
                if order.approved_by.len() >= policy.need.max(1) {
                    order.state = Confirmed;
                }
            }
            OrderDo::Decline => order.state = OrderState::Cancelled,
            OrderDo::Dispute => order.state = Disputed,
            OrderDo::Resolve(None) => order.state = OrderState::Resolved,
            OrderDo::Correct(served) => {
                let Some((credited, excess)) = order.credited else {
                    return err("NOTHING_TO_CORRECT");
                };
                if credited + excess == 0 && served == 0 {
                    return err("NOTHING_TO_CORRECT");
                }
                let lasted = match order.takes_time() {
                    true => order.ends() - order.at,
                    false => 0,
                };
                if served > lasted {
                    if lasted == 0 {
                        return err("CONFIRMED_BEYOND_VISIT");
                    }
                    let until = order.at + served;
                    self.not_ahead(until)?;
                    self.check_free((id, need), parties, (order.at, until))?;
                    order.until = Some(until);
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
                self.not_ahead(order.at + served)?;
                if served > order.ends() - order.at {
                    return err("CONFIRMED_BEYOND_VISIT");
                }
                self.settle(&mut order, Some(served))?;
                order.state = OrderState::Resolved;
            }
        }
        let before = self.orders.insert(id, order.clone());
        let was_disputed = before.is_some_and(|before| before.state == Disputed);
        match (was_disputed, order.state == Disputed) {
            (false, true) => self.begin_incident(step, id, IncidentKind::Dispute),
            (true, false) => {
                let all = self.incidents.values_mut();
                let disputes =
                    all.filter(|one| one.order == id && one.kind == IncidentKind::Dispute);
                disputes.for_each(|one| one.is_open = false);
            }
            (false, false) | (true, true) => {}
        }
        Ok(())
    }

    pub(super) fn not_ahead(&self, at: i64) -> Result<(), String> {
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
            if need.orders.is_empty() {
                (need.at, need.minutes) = (order.at, order.minutes);
            }
        }
        Ok(())
    }
}
