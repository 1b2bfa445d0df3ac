//! What is asked, and by whom: mostly what comes next, of what is there.

use timebank::exchange::{NeedState, OrderState};

use super::{Model, centre_of};
use crate::model::orders::{Ask, By, Id, MEMBERS, NeedDo, Off, OrderDo, STAFF, Side};

/// What comes first, so that most of what follows has something to happen to.
pub(in super::super) fn prelude() -> Vec<(Ask, By, Off)> {
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

/// One of those that are there, by a number; where there are none, the number itself.
fn one_of<'a>(all: impl Iterator<Item = &'a u8>, number: u8) -> u8 {
    let all: Vec<_> = all.collect();
    match all.is_empty() {
        true => number,
        false => *all[usize::from(number) % all.len()],
    }
}

impl Model {
    /// An ask of things that are there, mostly: with a new id, and what comes next.
    pub(in super::super) fn concrete(&self, ask: Ask, off: Off) -> Ask {
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
                let action = match action {
                    NeedDo::Change { at, minutes } => NeedDo::Change {
                        at: self.now.div_euclid(30) * 30 + at.rem_euclid(480) - 120,
                        minutes,
                    },
                    action => action,
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
            Ask::Record {
                order,
                recipient,
                provider,
                service,
                at,
                minutes,
                from,
            } => Ask::Record {
                order: if order < 100 { order } else { self.unused(100) },
                recipient,
                provider,
                service,
                at: self.now.div_euclid(30) * 30 - minutes - at.rem_euclid(2_880),
                minutes,
                from,
            },
            Ask::Report {
                order,
                is_complaint,
                ..
            } => Ask::Report {
                incident: self.unused_step(),
                order: one_of(self.orders.keys(), order),
                is_complaint,
            },
            Ask::Close { incident, .. } => Ask::Close {
                step: self.unused_step(),
                incident: one_of(self.incidents.keys(), incident),
            },
            Ask::OfferSupply {
                member, service, ..
            } => Ask::OfferSupply {
                supply: self.unused_step(),
                member,
                service,
            },
            Ask::WithdrawSupply { member, supply, .. } => {
                let supply = one_of(self.supplies.iter().map(|(id, _)| id), supply);
                let mut offered = self.supplies.iter().filter(|(id, _)| *id == supply);
                Ask::WithdrawSupply {
                    step: self.unused_step(),
                    member: offered.next().map_or(member, |(_, whose)| whose),
                    supply,
                }
            }
            Ask::Suspend { member, .. } => Ask::Suspend {
                step: self.unused_step(),
                member,
            },
            Ask::Reinstate { member, .. } => Ask::Reinstate {
                step: self.unused_step(),
                member: self.suspended.first().copied().unwrap_or(member),
            },
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
        ids.find(|id| !self.is_begun(*id)).expect("an id")
    }

    fn is_begun(&self, id: u8) -> bool {
        self.needs_begun.contains_key(&id) || self.orders_begun.contains_key(&id)
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
        one_of(so.map(|(id, _)| id), number)
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
            OrderState::Recorded if off.kind == 12 => OrderDo::Decline,
            OrderState::Recorded => OrderDo::Approve,
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
            11 if off.minutes == 5 => OrderDo::Correct(0),
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
    pub(in super::super) fn actor(&self, ask: Ask, by: By) -> Id {
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
            Ask::Record { recipient, .. } => (centre_of(recipient), recipient),
            Ask::Report { order, .. } => {
                let found = self.orders.get(&order);
                let recipient = found.map_or("", |one| one.recipient);
                (found.map_or(0, |one| one.centre), recipient)
            }
            Ask::Close { incident, .. } => {
                let found = self.incidents.get(&incident);
                let found = found.and_then(|one| of_order(&one.order));
                (found.map_or(0, |one| one.centre), "")
            }
            Ask::OfferSupply { member, .. }
            | Ask::WithdrawSupply { member, .. }
            | Ask::Suspend { member, .. }
            | Ask::Reinstate { member, .. } => (centre_of(member), member),
            Ask::Adopt { centre, .. } => return STAFF[centre][0],
            Ask::Earn { .. } | Ask::Wait { .. } => return "",
        };
        match by {
            By::Member => member,
            By::First => STAFF[centre][0],
            By::Second => STAFF[centre][1],
            By::Third => STAFF[centre][2],
            By::Somebody(actor) => actor,
        }
    }
}
