//! Needs and orders.

use super::{ReadError, Reading, centre, exchange::misplaced, policies::today};
use crate::{
    exchange::{
        Branch, Day, Fact, GroupFact, IssuanceFact, List, Member, MemberId, Need, NeedId,
        NeedState, Object, ObjectId, Order, OrderId, OrderRejection, OrderState, OversightFact,
        PartnerFact, PoolFact, Rejection, Staff, StaffNumber, StockFact, TrainingFact,
        order::NeedVerb, order::SheetNumber, partner::Direction, rules::is_party,
    },
    ledger::{Principal, Sequence, Stamp},
    steps::Record,
    store::StoreError,
};

/// A step that was taken.
#[derive(Clone, Debug)]
pub struct StepTaken {
    pub stamp: Stamp,
    pub by: Principal,
    /// What was done, in a word.
    pub what: &'static str,
    /// Why, where that was said and is kept.
    pub reason: Option<String>,
}

/// A need, and how it stands today.
///
/// # Errors
/// [`OrderRejection::NeedUnknown`], or where the store fails.
pub fn need(reading: &mut Reading<'_>, id: NeedId) -> Result<(Need, NeedState), ReadError> {
    match reading.snapshot.object(&ObjectId::Need(id))? {
        Some(Object::Need(need)) => {
            let state = need.state_on(today(reading)?);
            Ok((*need, state))
        }
        _ => Err(Rejection::from(OrderRejection::NeedUnknown { need: id }).into()),
    }
}

/// An order.
///
/// # Errors
/// [`OrderRejection::OrderUnknown`], or where the store fails.
pub fn order(reading: &mut Reading<'_>, id: OrderId) -> Result<Order, ReadError> {
    match reading.snapshot.object(&ObjectId::Order(id))? {
        Some(Object::Order(order)) => Ok(*order),
        _ => Err(Rejection::from(OrderRejection::OrderUnknown { order: id }).into()),
    }
}

/// How orders stand; none where one is not there.
///
/// # Errors
/// Where the store fails.
pub fn order_states(
    reading: &mut Reading<'_>,
    ids: &[OrderId],
) -> Result<Vec<Option<OrderState>>, ReadError> {
    let ids: Vec<_> = ids.iter().map(|id| ObjectId::Order(*id)).collect();
    let found = reading.snapshot.objects(&ids)?.into_iter();
    let states = found.map(|found| match found {
        Some((Object::Order(order), _)) => Some(order.state),
        _ => None,
    });
    Ok(states.collect())
}

/// What the records of a need's, an order's or an incident's steps say, in order.
///
/// # Errors
/// Where the store fails.
pub fn steps_taken(
    reading: &mut Reading<'_>,
    steps: &[Sequence],
) -> Result<Vec<StepTaken>, ReadError> {
    let records = reading.snapshot.records_at(steps)?;
    let reasons = reading.snapshot.notes_at(steps)?;
    let reasons = reasons.into_iter();
    let reasons = reasons.map(|reason| reason.map(|reason| reason.text().to_owned()));
    let taken = records.into_iter().zip(reasons);
    let taken = taken.map(|(record, reason)| {
        Ok(StepTaken {
            stamp: record.stamp,
            what: what(&record)?,
            by: record.caller.who().clone(),
            reason: reason.or_else(|| hindrance(&record)),
        })
    });
    taken.collect()
}

/// By which rule a visit that arose was refused in full or in part.
fn hindrance(record: &Record) -> Option<String> {
    match record.step.exchange_fact() {
        Some(Fact::VisitArose(new)) => new.arisen.hindrance().map(ToString::to_string),
        _ => None,
    }
}

fn what(record: &Record) -> Result<&'static str, ReadError> {
    match record.step.exchange_fact() {
        Some(Fact::NeedPublished(_)) => Ok("publish"),
        Some(Fact::NeedStepped(new)) => Ok(new.step.action.verb().word()),
        Some(Fact::OrderAccepted(_)) => Ok(NeedVerb::Accept.word()),
        Some(Fact::OrderStepped(new)) => Ok(new.step.action.verb().word()),
        Some(Fact::VisitRecorded(_)) => Ok("record"),
        Some(Fact::VisitArose(_)) => Ok("arise"),
        Some(Fact::StandingStepped(new)) => Ok(new.step.action.verb().word()),
        Some(Fact::IncidentReported(_)) => Ok("report"),
        Some(Fact::IncidentClosed(_)) => Ok("close"),
        Some(Fact::Partner(fact)) => Ok(match &**fact {
            PartnerFact::Opened(_) => "open",
            PartnerFact::Remitted { remit, .. } => match remit.id.direction {
                Direction::Sent => "send",
                Direction::Received => "receive",
            },
        }),
        Some(Fact::Oversight(fact)) => Ok(match &**fact {
            OversightFact::Filed { .. } => "file",
            OversightFact::Shown { .. } => "show",
            OversightFact::Drawn { .. } => "draw",
        }),
        Some(Fact::Group(fact)) => Ok(match &**fact {
            GroupFact::Opened(_) => "open",
            GroupFact::Stepped(new) => new.step.action.verb().word(),
        }),
        Some(Fact::Training(fact)) => Ok(match &**fact {
            TrainingFact::Recorded(_) => "record",
            TrainingFact::Annulled(_) => "annul",
        }),
        Some(Fact::Stock(fact)) => Ok(match &**fact {
            StockFact::Opened(_) => "open",
            StockFact::Put { .. } => "put",
            StockFact::Redeemed(_) => "redeem",
        }),
        Some(Fact::Issuance(fact)) => Ok(match &**fact {
            IssuanceFact::Opened(_) => "open",
            IssuanceFact::Issued(_) => "issue",
            IssuanceFact::Granted(_) => "grant",
        }),
        Some(Fact::Pool(fact)) => Ok(match &**fact {
            PoolFact::Opened(_) => "open",
            PoolFact::Donated { .. } => "donate",
            PoolFact::Given(_) => "give",
            PoolFact::ReliefAsked(_) => "ask",
            PoolFact::ReliefStepped(new) => new.step.action.verb().word(),
        }),
        _ => {
            let at = record.stamp.sequence;
            Err(StoreError::Corrupt(format!(
                "record {at} is no step of anything that is listed with its steps"
            ))
            .into())
        }
    }
}

/// Which needs.
#[derive(Clone, Debug)]
pub enum Needs {
    /// Those of a centre that stand so: published or approved.
    In(Branch, NeedState),
    /// Those of a centre that a member of its staff may approve.
    ForApproval(Branch, Principal),
    /// Those of a member.
    Of(MemberId),
}

impl Needs {
    fn centre(&self) -> Option<&Branch> {
        match self {
            Self::In(centre, _) | Self::ForApproval(centre, _) => Some(centre),
            Self::Of(_) => None,
        }
    }

    /// The lists that they are in, of needs which can be accepted on a day or later.
    fn lists(&self, from: Day, last: Option<Day>) -> Vec<List> {
        let (centre, state) = match self {
            Self::In(centre, state) => (centre, *state),
            Self::ForApproval(centre, _) => (centre, NeedState::Published),
            Self::Of(member) => return vec![List::NeedsOf(member.clone())],
        };
        let list = |month| List::NeedsIn(centre.clone(), state, month);
        from.months_to(last).map(list).collect()
    }
}

/// Needs, from after one on. Those of a member are in the order of their ids; those of a
/// centre by the month until which they can be accepted, and then by id, and none that has
/// expired is among them.
///
/// # Errors
/// [`Rejection::CentreUnknown`], [`Rejection::StaffOnly`], or where the store fails.
pub fn needs(
    reading: &mut Reading<'_>,
    which: &Needs,
    after: Option<NeedId>,
    limit: usize,
) -> Result<Vec<(Need, NeedState)>, ReadError> {
    let today = today(reading)?;
    if let Some(prefix) = which.centre() {
        centre(reading, prefix)?;
    }
    let approver = match which {
        Needs::In(..) | Needs::Of(_) => None,
        Needs::ForApproval(prefix, by) => Some(staff(reading, prefix, by)?),
    };
    let (from, mut after) = match after {
        Some(id) if which.centre().is_some() => {
            let until = need(reading, id)?.0.open_until;
            match until.month() < today.month() {
                true => (today, None),
                false => (until, Some(id)),
            }
        }
        after => (today, after),
    };
    let mut search = NeedSearch {
        approver,
        shows_expired: which.centre().is_none(),
        today,
        limit,
        found: Vec::new(),
    };
    for list in which.lists(from, Need::latest_open_until(today)) {
        search.list(reading, &list, after.take().map(ObjectId::Need))?;
        if search.found.len() >= limit {
            break;
        }
    }
    Ok(search.found)
}

struct NeedSearch {
    /// Only what they may approve.
    approver: Option<Staff>,
    shows_expired: bool,
    today: Day,
    limit: usize,
    found: Vec<(Need, NeedState)>,
}

impl NeedSearch {
    fn list(
        &mut self,
        reading: &mut Reading<'_>,
        list: &List,
        mut after: Option<ObjectId>,
    ) -> Result<(), ReadError> {
        loop {
            reading.scan.check_caller()?;
            let listed = reading.snapshot.listed(list, after.as_ref(), self.limit)?;
            let is_last = listed.len() < self.limit;
            for object in listed {
                after = Some(object.id());
                let Object::Need(need) = object else {
                    return Err(misplaced(&object).into());
                };
                self.look_at(reading, *need)?;
                if self.found.len() >= self.limit {
                    return Ok(());
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    fn look_at(&mut self, reading: &mut Reading<'_>, need: Need) -> Result<(), ReadError> {
        let state = need.state_on(self.today);
        let is_shown = self.shows_expired || state != NeedState::Expired;
        let is_theirs = match &self.approver {
            None => true,
            Some(staff) => may_approve(reading, staff, &need)?,
        };
        if is_shown && is_theirs {
            self.found.push((need, state));
        }
        Ok(())
    }
}

fn may_approve(reading: &mut Reading<'_>, staff: &Staff, need: &Need) -> Result<bool, ReadError> {
    let recipient = ObjectId::Member(need.terms.recipient.clone());
    let found = reading.snapshot.object(&recipient)?;
    let recipient: Option<Member> = found.and_then(Object::member);
    let is_party = recipient.is_some_and(|recipient| is_party(staff, &recipient));
    Ok(!is_party && !need.approved_by.contains(&staff.terms.number))
}

/// The active member of a centre's staff who reads.
fn staff(reading: &mut Reading<'_>, prefix: &Branch, by: &Principal) -> Result<Staff, ReadError> {
    let found = match StaffNumber::of(by) {
        None => None,
        Some(number) => reading.snapshot.object(&ObjectId::Staff(number))?,
    };
    match found {
        Some(Object::Staff(staff)) if staff.acts_for(prefix) => Ok(staff),
        _ => Err(Rejection::StaffOnly {
            centre: prefix.clone(),
            principal: by.clone(),
        }
        .into()),
    }
}

/// Which orders.
#[derive(Clone, Debug)]
pub enum Orders {
    /// The visits of a centre on a day.
    On(Branch, Day),
    /// Those of a centre that wait so.
    In(Branch, OrderState),
    /// Those of a centre that both sides should have confirmed by now.
    Overdue(Branch),
    /// Those of a centre whose day has passed without a check-in and a check-out.
    Missed(Branch),
    /// Those of a centre with a correction that waits for more of the staff.
    ToCorrect(Branch),
    /// Those of a centre that a sheet has.
    OfSheet(Branch, SheetNumber),
    /// Those of a member.
    Of(MemberId),
}

/// Where an order stands in a list that is in the order of days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OrderPlace {
    pub due_on: Day,
    pub id: OrderId,
}

impl Orders {
    /// Where they are listed, from a day on where that is in the order of days.
    fn list(&self, from: Day) -> List {
        match self {
            Self::Missed(centre) => List::OrdersAwaited(centre.clone(), from),
            Self::ToCorrect(centre) => List::OrdersToCorrect(centre.clone(), from),
            Self::On(centre, day) => List::OrdersOn(centre.clone(), *day),
            Self::In(centre, state) => List::OrdersIn(centre.clone(), *state, from),
            Self::Overdue(centre) => List::OrdersIn(centre.clone(), OrderState::Served, from),
            Self::OfSheet(centre, number) => List::OrdersOfSheet(centre.clone(), number.clone()),
            Self::Of(member) => List::OrdersOf(member.clone()),
        }
    }

    fn centre(&self) -> Option<&Branch> {
        match self {
            Self::On(centre, _)
            | Self::In(centre, _)
            | Self::Overdue(centre)
            | Self::Missed(centre)
            | Self::ToCorrect(centre)
            | Self::OfSheet(centre, _) => Some(centre),
            Self::Of(_) => None,
        }
    }

    /// The first day that is not among them, where they end before one.
    fn end(&self, today: Day) -> Option<Day> {
        match self {
            Self::Overdue(_) | Self::Missed(_) => Some(today),
            Self::On(..) | Self::In(..) | Self::ToCorrect(_) | Self::OfSheet(..) | Self::Of(_) => {
                None
            }
        }
    }
}

/// Orders from after a place on: those that wait for something in the order of the days by
/// which that is to happen, all others in the order of their ids.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn orders(
    reading: &mut Reading<'_>,
    which: &Orders,
    after: Option<OrderPlace>,
    limit: usize,
) -> Result<Vec<Order>, ReadError> {
    let today = today(reading)?;
    if let Some(prefix) = which.centre() {
        centre(reading, prefix)?;
    }
    let list = which.list(after.map_or(today, |after| after.due_on));
    let after = after.map(|after| ObjectId::Order(after.id));
    let listed = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let orders = listed.into_iter().map(|object| match object {
        Object::Order(order) => Ok(*order),
        other => Err(misplaced(&other)),
    });
    let mut orders = orders.collect::<Result<Vec<_>, _>>()?;
    if let Some(end) = which.end(today) {
        orders.retain(|order| order.due_on() < end);
    }
    Ok(orders)
}
