//! Services that were rendered: orders and groups that were settled, and entries outside them that
//! name a service.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    Within,
    grouped::By,
    listing::each_of,
    past,
    people::{People, Person},
};
use crate::{
    exchange::{
        Branch, Code, Day, Fact, GroupFact, List, MemberId, Object, ObjectId, Order, OrderState,
        group::{Group, GroupKind, PageId},
    },
    ledger::{Entry, Moment, Sequence, UnitId},
    query::{ReadError, Reading, exchange::misplaced},
    steps::Record,
};

/// How many records are read at once: one may have ten thousand legs.
const RECORDS_AT_ONCE: usize = 100;

/// A service, or one of its legs where many take part.
#[derive(Clone, Copy)]
pub(super) struct Visit<'a> {
    /// What tells it from others: legs of one entry have the same.
    pub(super) number: Sequence,
    /// The centre of the order, or the place of the account that paid.
    pub(super) place: &'a str,
    pub(super) service: &'a str,
    pub(super) block: Option<&'a str>,
    pub(super) point: Option<&'a str>,
    /// The service date.
    pub(super) on: Day,
    pub(super) provider: Option<Person>,
    pub(super) recipient: Option<Person>,
    /// From when to when it took place. None where nobody knows.
    pub(super) between: Option<[Moment; 2]>,
    /// As long as it took.
    pub(super) served_minutes: i64,
    /// What the provider got of hours.
    pub(super) credited_minutes: i64,
    /// What a member paid of hours.
    pub(super) paid_minutes: i64,
    /// The order. None of groups, and of what was entered outside orders.
    pub(super) order: Option<&'a Order>,
    /// Whether it was entered outside orders and groups.
    pub(super) is_entered: bool,
}

impl Visit<'_> {
    /// What it is under where services are grouped.
    pub(super) fn group(&self, by: By) -> Option<String> {
        match by {
            By::Branch => Some(self.place.into()),
            By::Service => Some(self.service.into()),
            By::Block => self.block.map(Into::into),
            By::Point => self.point.map(Into::into),
            By::Month => Some(self.on.month()),
        }
    }
}

/// All services of a scope, one after another.
pub(super) fn visits(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    for centre in &within.centres {
        orders(reading, within, centre, &mut |reading, order| {
            let Some(mut visit) = rendered(order, people) else {
                return Ok(());
            };
            if people.account(reading, &order.payer)?.person.is_some() {
                visit.paid_minutes = paid_minutes(order);
            }
            see(&visit)
        })?;
    }
    outside_orders(reading, within, people, see)
}

/// The orders of a centre whose service date is of the scope, as they stood at its position.
pub(super) fn orders(
    reading: &mut Reading<'_>,
    within: &Within,
    centre: &Branch,
    see: &mut impl FnMut(&mut Reading<'_>, &Order) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let since = within.scope.since.unwrap_or(Day::FIRST);
    let list = List::OrdersFrom(centre.clone(), since);
    each_of(reading, list, &mut |reading, object| {
        let Object::Order(order) = object else {
            return Err(misplaced(&object).into());
        };
        if within.scope.until.is_some_and(|until| until < order.on) {
            return Ok(ControlFlow::Break(()));
        }
        let order = past::order_at(reading, *order, within.at)?;
        if let Some(order) = order.filter(|order| within.has_day(order.on)) {
            see(reading, &order)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// What was paid for an order of hours.
fn paid_minutes(order: &Order) -> i64 {
    let reckoned = order.reckoned.as_ref().filter(|_| order.earns.is_none());
    reckoned.map_or(0, |reckoned| reckoned.credited + reckoned.excess)
}

/// What an order is as a service. None where nobody was served by it.
pub(super) fn rendered<'a>(order: &'a Order, people: &mut People) -> Option<Visit<'a>> {
    let is_settled = matches!(order.state, OrderState::Settled | OrderState::Resolved);
    let reckoned = order.reckoned.as_ref().filter(|_| is_settled)?;
    let served_minutes = reckoned.confirmed.get();
    (served_minutes > 0).then(|| Visit {
        number: *order.steps.first().unwrap_or(&Sequence::ZERO),
        place: order.centre.as_str(),
        service: order.service.as_str(),
        block: order.block.as_ref().map(|block| block.as_str()),
        point: order.point.as_ref().map(|point| point.as_str()),
        on: order.on,
        provider: Some(people.number(&order.provider)),
        recipient: Some(people.number(&order.recipient)),
        between: Some([order.at, order.until()]),
        served_minutes,
        credited_minutes: match order.earns {
            None => reckoned.credited,
            Some(_) => 0,
        },
        paid_minutes: 0,
        order: Some(order),
        is_entered: false,
    })
}

/// The entries outside orders that name a service, but for those that were reversed.
pub(super) fn outside_orders(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let (from, end) = within.minutes();
    let mut after = (from, Sequence::ZERO);
    loop {
        reading.scan.check_caller()?;
        let found = reading.snapshot.served(after, end, RECORDS_AT_ONCE)?;
        let is_last = found.len() < RECORDS_AT_ONCE;
        for (minute, record) in found {
            after = (minute, record.stamp.sequence);
            if record.stamp.sequence <= within.at {
                see_record(reading, within, people, &record, see)?;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

fn see_record(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    record: &Record,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    if let Some(group) = settled_group(reading, record)? {
        return see_group(reading, within, people, (record, &group), see);
    }
    for entry in record.entries() {
        see_entry(reading, within, people, (record, entry), see)?;
    }
    Ok(())
}

/// The group that a record settles, if it does. Nothing of it changes any more.
fn settled_group(reading: &mut Reading<'_>, record: &Record) -> Result<Option<Group>, ReadError> {
    let Some(Fact::Group(fact)) = record.step.exchange_fact() else {
        return Ok(None);
    };
    let GroupFact::Stepped(new) = &**fact else {
        return Ok(None);
    };
    let id = ObjectId::Group(new.step.group);
    Ok(match reading.snapshot.object(&id)? {
        Some(Object::Group(group)) => Some(*group),
        _ => None,
    })
}

/// A group is one service: whoever leads serves once for all who learn, and each who helps serves.
fn see_group(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    (record, group): (&Record, &Group),
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let terms = &group.terms;
    let mut stands = false;
    for entry in record.entries() {
        stands |= !is_reversed(reading, within, record, entry)?;
    }
    let Some(entry) = record.entries().next() else {
        return Ok(());
    };
    if !stands || !within.has_centre(&terms.centre) {
        return Ok(());
    }
    let (served_minutes, each) = (terms.minutes.get(), group.grounds.each.steps());
    let part = Visit {
        number: record.stamp.sequence,
        place: terms.centre.as_str(),
        service: terms.service.as_str(),
        block: None,
        point: terms.point.as_ref().map(Code::as_str),
        on: Day::of(record.effective_at_of(entry), within.zone),
        provider: None,
        recipient: None,
        between: Some([terms.at, terms.at.after_s(terms.minutes.get() * 60)]),
        served_minutes: 0,
        credited_minutes: 0,
        paid_minutes: 0,
        order: None,
        is_entered: false,
    };
    if let Some(leader) = terms.kind.leader() {
        see(&Visit {
            provider: Some(people.number(leader)),
            served_minutes,
            credited_minutes: group.earned(),
            ..part
        })?;
    }
    for member in attended(reading, group)? {
        let person = Some(people.number(&member));
        see(&match &terms.kind {
            GroupKind::Lesson { payer, .. } => Visit {
                recipient: person,
                paid_minutes: if payer.is_none() { each } else { 0 },
                ..part
            },
            GroupKind::Event { .. } => Visit {
                provider: person,
                served_minutes,
                credited_minutes: each,
                ..part
            },
        })?;
    }
    Ok(())
}

/// The members who attended a group.
fn attended(reading: &mut Reading<'_>, group: &Group) -> Result<Vec<MemberId>, ReadError> {
    let pages: Vec<_> = PageId::all(group.id).map(ObjectId::GroupPage).collect();
    let pages = reading.snapshot.objects(&pages)?.into_iter().flatten();
    let places = pages.flat_map(|(object, _)| match object {
        Object::GroupPage(page) => page.places.into_iter(),
        _ => BTreeMap::new().into_iter(),
    });
    let there = places.filter(|(_, there)| *there);
    Ok(there.map(|(member, _)| member).collect())
}

fn see_entry(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    (record, entry): (&Record, &Entry),
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let Some(service) = entry.service() else {
        return Ok(());
    };
    if is_reversed(reading, within, record, entry)? {
        return Ok(());
    }
    for leg in entry.transfers.as_slice() {
        if !within.has_account(leg.debit().as_str()) {
            continue;
        }
        let paid = people.account(reading, leg.debit())?;
        let got = people.account(reading, leg.credit())?;
        let minutes = match paid.unit == UnitId::time() {
            true => leg.amount().steps(),
            false => 0,
        };
        see(&Visit {
            number: record.stamp.sequence,
            place: within.place_of(leg.debit().as_str()),
            service,
            block: None,
            point: entry.tags.value("point"),
            on: Day::of(record.effective_at_of(entry), within.zone),
            provider: got.person,
            recipient: paid.person,
            between: None,
            served_minutes: minutes,
            credited_minutes: match got.person {
                Some(_) => minutes,
                None => 0,
            },
            paid_minutes: match paid.person {
                Some(_) => minutes,
                None => 0,
            },
            order: None,
            is_entered: true,
        })?;
    }
    Ok(())
}

/// Whether an entry was reversed by the scope's position.
fn is_reversed(
    reading: &mut Reading<'_>,
    within: &Within,
    record: &Record,
    entry: &Entry,
) -> Result<bool, ReadError> {
    let of = (record.stamp.sequence, entry.id);
    let Some(reversal) = reading.snapshot.reversals(&[of])?.pop().flatten() else {
        return Ok(false);
    };
    let reversal = reading.snapshot.booking(reversal)?;
    let reversal = reversal.as_ref().and_then(|booking| booking.entry());
    Ok(reversal.is_some_and(|reversal| reversal.stamp.sequence <= within.at))
}
