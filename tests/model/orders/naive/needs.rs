//! Needs, and how orders are made of them.

use std::collections::BTreeMap;

use timebank::exchange::{NeedState, OrderState};

use super::{Model, Need, Order, centre_of, day, err, person};
use crate::model::orders::{Ask, Id, MEMBERS, NeedDo};

impl Model {
    pub(super) fn publish(&mut self, ask: Ask, actor: Id) -> Result<(), String> {
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
        self.for_member(centre_of(recipient), recipient, actor)?;
        let new = self.published(recipient, service, (at, minutes), from, helpers)?;
        let is_theirs = from.is_none() || from == Some(recipient);
        if actor == recipient && !is_theirs && new.state == NeedState::Approved {
            return err("PAYER_BY_STAFF");
        }
        self.needs.insert(need, new);
        Ok(())
    }

    /// A need that may be asked for.
    fn published(
        &self,
        recipient: Id,
        service: usize,
        (at, minutes): (i64, i64),
        from: Option<Id>,
        helpers: u32,
    ) -> Result<Need, String> {
        let centre = centre_of(recipient);
        self.is_active(recipient)?;
        let policy = self.policy(centre, day(at))?;
        self.in_time(at)?;
        self.payer(centre, recipient, from)?;
        Ok(Need {
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
        })
    }

    /// A need and its order at once, of what took place.
    pub(super) fn record(&mut self, ask: Ask, actor: Id) -> Result<(), String> {
        let Ask::Record {
            order: id,
            recipient,
            provider,
            service,
            at,
            minutes,
            from,
        } = ask
        else {
            unreachable!("it is one");
        };
        self.is_staff(centre_of(recipient), actor)?;
        if self.needs_begun.contains_key(&id) {
            return err("ID_REUSED");
        }
        self.not_ahead(at + minutes)?;
        let need = self.published(recipient, service, (at, minutes), from, 1)?;
        self.may_serve(&need, provider)?;
        let policy = self.policy(need.centre, day(at))?;
        let held = Self::weighted(&policy, service, minutes).1;
        let order = self.ordered((id, id), &need, provider, held)?;
        let signed = Some((minutes, actor));
        let order = Order {
            state: OrderState::Recorded,
            until: Some(at + minutes),
            entered_by: Some(actor),
            confirmed: [signed, signed],
            ..order
        };
        self.made((id, id), need, order);
        Ok(())
    }

    pub(in super::super) fn state_of(&self, need: &Need) -> NeedState {
        let waits = matches!(need.state, NeedState::Published | NeedState::Approved);
        if waits && day(self.now) > day(need.at) + 7 {
            NeedState::Expired
        } else {
            need.state
        }
    }

    pub(super) fn step_need(&mut self, id: u8, action: NeedDo, actor: Id) -> Result<(), String> {
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
            NeedDo::Cancel | NeedDo::Change { .. } => {
                self.for_member(need.centre, need.recipient, actor)?;
            }
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
            NeedDo::Offer(member) if self.suspended.contains(member) => {
                return err("MEMBER_STATE_WRONG");
            }
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
            NeedDo::Change { at, minutes } => {
                if !need.orders.is_empty() {
                    return err("NEED_HAS_ORDER");
                }
                let helpers = u32::try_from(need.helpers).expect("few");
                let time = (at, minutes);
                let new = self.published(need.recipient, need.service, time, need.from, helpers)?;
                let is_approval = self.neutral(need.centre, &[need.recipient], actor).is_ok();
                let approved_by: Vec<_> = is_approval.then_some(actor).into_iter().collect();
                let asked = self.policy(need.centre, day(at))?.need;
                let is_theirs = need.from.is_none_or(|from| from == need.recipient);
                if actor == need.recipient && !is_theirs && asked == 0 {
                    return err("PAYER_BY_STAFF");
                }
                let state = match approved_by.len() >= asked {
                    true => NeedState::Approved,
                    false => NeedState::Published,
                };
                need = Need {
                    offers: need.offers,
                    approved_by,
                    state,
                    ..new
                };
            }
        }
        self.needs.insert(id, need);
        Ok(())
    }

    /// Whether somebody is elsewhere at a time.
    pub(super) fn check_free(
        &self,
        (order, need): (u8, u8),
        [provider, recipient]: [Id; 2],
        time: (i64, i64),
    ) -> Result<(), String> {
        self.is_free(order, provider, None, time)?;
        self.is_free(order, recipient, Some(need), time)
    }

    /// Several may help at once with what is a member's own need.
    fn is_free(
        &self,
        order: u8,
        member: Id,
        own: Option<u8>,
        (from, until): (i64, i64),
    ) -> Result<(), String> {
        let others = self.orders.iter().filter(|(id, _)| **id != order);
        let mut theirs = others.filter(|(_, one)| {
            let is_in = one.provider == member || one.recipient == member;
            is_in && one.takes_time() && own != Some(one.need)
        });
        match theirs.any(|(_, one)| one.at < until && from < one.ends()) {
            true => err("VISITS_OVERLAP"),
            false => Ok(()),
        }
    }

    pub(super) fn accept(
        &mut self,
        id: u8,
        need_id: u8,
        provider: Id,
        actor: Id,
    ) -> Result<(), String> {
        let Some(found) = self.needs.get(&need_id) else {
            return err("NEED_UNKNOWN");
        };
        let need = found.clone();
        self.for_member(need.centre, provider, actor)?;
        if self.state_of(&need) != NeedState::Approved {
            return err("NEED_STATE_WRONG");
        }
        self.may_serve(&need, provider)?;
        let approved_by = self.approvals_for(&need, provider)?;
        let policy = self.policy(need.centre, day(need.at))?;
        let held = Self::most(&policy, need.service, need.minutes);
        let mut order = self.ordered((id, need_id), &need, provider, held)?;
        order.approved_by = approved_by;
        self.made((id, need_id), need, order);
        Ok(())
    }

    fn may_serve(&self, need: &Need, provider: Id) -> Result<(), String> {
        if provider == need.recipient {
            return err("PROVIDER_IS_RECIPIENT");
        }
        self.is_active(need.recipient)?;
        self.is_active(provider)
    }

    /// The approvals that stand, whoever serves.
    fn approvals_for(&self, need: &Need, provider: Id) -> Result<Vec<Id>, String> {
        let policy = self.policy(need.centre, day(need.at))?;
        let all = need.approved_by.iter().copied();
        let standing: Vec<_> = all.filter(|staff| person(staff) != provider).collect();
        match standing.len() < policy.need {
            true => err("APPROVALS_MISSING"),
            false => Ok(standing),
        }
    }

    /// The other active members of the centre of each need that waits, and what is against
    /// them.
    pub(in super::super) fn candidates(&self) -> BTreeMap<u8, BTreeMap<String, Option<String>>> {
        let all = self.needs.iter();
        let waiting = all.filter(|(_, need)| {
            let state = self.state_of(need);
            matches!(state, NeedState::Published | NeedState::Approved)
        });
        let of_need = |(id, need): (&u8, &Need)| {
            let others = MEMBERS.into_iter().filter(|id| {
                let is_other = centre_of(id) == need.centre && *id != need.recipient;
                is_other && self.is_active(id).is_ok()
            });
            let judged = others.map(|id| (id.to_owned(), self.why_not(need, id).err()));
            (*id, judged.collect())
        };
        waiting.map(of_need).collect()
    }

    /// What is against a candidate for a need that waits.
    fn why_not(&self, need: &Need, member: Id) -> Result<(), String> {
        if need.state == NeedState::Approved {
            self.approvals_for(need, member)?;
        }
        self.is_free(0, member, None, (need.at, need.at + need.minutes))
    }

    fn ordered(
        &self,
        (id, need_id): (u8, u8),
        need: &Need,
        provider: Id,
        held: i64,
    ) -> Result<Order, String> {
        let time = (need.at, need.at + need.minutes);
        self.check_free((id, need_id), [provider, need.recipient], time)?;
        let payer = self.payer(need.centre, need.recipient, need.from)?;
        if self.available(payer) < held {
            return err("FLOOR_CROSSED");
        }
        Ok(Order {
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
            entered_by: None,
            approved_by: Vec::new(),
            confirmed: [None, None],
            credited: None,
        })
    }

    fn made(&mut self, (id, need_id): (u8, u8), mut need: Need, order: Order) {
        need.orders.push(id);
        need.state = match need.orders.len() >= need.helpers {
            true => NeedState::Accepted,
            false => NeedState::Approved,
        };
        self.bring_limits(need.recipient);
        self.needs.insert(need_id, need);
        self.orders.insert(id, order);
    }
}
