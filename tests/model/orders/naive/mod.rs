//! The naive model: needs and orders as simply as can be. Caps, overlaps and held hours are
//! found by looking at every order that ever was.

use std::collections::{BTreeMap, BTreeSet};

mod asides;
mod choosing;
mod needs;
mod orders;
mod settling;

pub(super) use choosing::prelude;

use timebank::exchange::{NeedState, OrderState, order::IncidentKind};

use super::{Ask, Became, Id, MEMBERS, STAFF, centre_of};

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
    /// Of a visit from a sheet, who entered it, and who approved that.
    entered_by: Option<Id>,
    pub(super) approved_by: Vec<Id>,
    /// What each side confirmed, and who for them.
    confirmed: [Option<(i64, Id)>; 2],
    pub(super) credited: Option<(i64, i64)>,
}

/// A dispute, or what stops no order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Incident {
    pub(super) order: u8,
    pub(super) kind: IncidentKind,
    pub(super) is_open: bool,
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
                | OrderState::Recorded
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
    pub(super) incidents: BTreeMap<u8, Incident>,
    /// In the order in which they were offered, and whose they are.
    supplies: Vec<(u8, Id)>,
    suspended: BTreeSet<Id>,
    /// What the ids of steps stand for, and those of needs and of orders.
    taken: BTreeMap<u8, Ask>,
    needs_begun: BTreeMap<u8, Ask>,
    orders_begun: BTreeMap<u8, Ask>,
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

impl Ask {
    /// The id of the step that it is, where it is known by one.
    fn step(self) -> Option<u8> {
        match self {
            Self::Need { step, .. }
            | Self::Order { step, .. }
            | Self::Report { incident: step, .. }
            | Self::Close { step, .. }
            | Self::OfferSupply { supply: step, .. }
            | Self::WithdrawSupply { step, .. }
            | Self::Suspend { step, .. }
            | Self::Reinstate { step, .. } => Some(step),
            Self::Publish { .. }
            | Self::Accept { .. }
            | Self::Record { .. }
            | Self::Earn { .. }
            | Self::Adopt { .. }
            | Self::Wait { .. } => None,
        }
    }
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

    pub(super) fn one(&mut self, ask: Ask, actor: Id) -> Became {
        let known = match ask {
            Ask::Publish { need, .. } => self.needs_begun.get(&need),
            Ask::Accept { order, .. } | Ask::Record { order, .. } => self.orders_begun.get(&order),
            _ => ask.step().and_then(|step| self.taken.get(&step)),
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
            Ask::Publish { need, .. } => {
                self.needs_begun.insert(need, ask);
            }
            Ask::Accept { order, .. } => {
                self.orders_begun.insert(order, ask);
            }
            // It is a need as well, of the same id.
            Ask::Record { order, .. } => {
                self.orders_begun.insert(order, ask);
                self.needs_begun.insert(order, ask);
            }
            _ => {
                let step = ask.step();
                self.taken.extend(step.map(|step| (step, ask)));
            }
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
            Ask::Order {
                step,
                order,
                action,
            } => self.step_order((step, order), action, actor),
            Ask::Record { .. } => self.record(ask, actor),
            Ask::Report { .. } => self.report(ask, actor),
            Ask::Close { incident, .. } => self.close(incident, actor),
            Ask::OfferSupply { supply, member, .. } => self.offer_supply(supply, member, actor),
            Ask::WithdrawSupply { member, supply, .. } => {
                self.withdraw_supply(supply, member, actor)
            }
            Ask::Suspend { member, .. } => self.suspend(member, actor),
            Ask::Reinstate { member, .. } => self.reinstate(member, actor),
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

    fn is_staff(&self, centre: usize, actor: Id) -> Result<(), String> {
        match STAFF[centre].contains(&actor) {
            true => Ok(()),
            false => err("STAFF_ONLY"),
        }
    }

    fn is_active(&self, member: Id) -> Result<(), String> {
        match self.suspended.contains(member) {
            true => err("MEMBER_STATE_WRONG"),
            false => Ok(()),
        }
    }

    fn neutral(&self, centre: usize, parties: &[Id], actor: Id) -> Result<(), String> {
        self.is_staff(centre, actor)?;
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

    fn available(&self, account: Id) -> i64 {
        let open = self.orders.values().filter(|order| order.is_open());
        let held = open.filter(|order| order.payer == account);
        self.balances[account] - held.map(|order| order.held).sum::<i64>()
    }

    /// Hours are never made or lost.
    pub(super) fn is_conserved(&self) {
        assert_eq!(self.balances.values().sum::<i64>(), self.minted);
    }

    pub(super) fn held(&self, account: Id) -> i64 {
        self.balances[account] - self.available(account)
    }
}
