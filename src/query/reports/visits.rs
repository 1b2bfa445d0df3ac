//! Services that were rendered: orders and groups that were settled, and entries outside them that
//! name a service.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    AT_ONCE, Within,
    grouped::By,
    listing::each_of,
    past,
    people::{People, Person},
};
use crate::{
    exchange::{
        Branch, Code, Day, Fact, GroupFact, List, MemberId, Object, ObjectId, Order, OrderId,
        group::{Group, GroupKind, PageId},
        order::{OrderLine, Rating},
    },
    ledger::{BookingId, Entry, Moment, Sequence, UnitId},
    query::{ReadError, Reading, exchange::misplaced},
    steps::Record,
    store::StoreError,
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
    /// The id of the order. None of groups, and of what was entered outside orders.
    pub(super) order_id: Option<&'a str>,
    /// The order, where it was read as well.
    pub(super) order: Option<&'a Order>,
    /// What the recipient said of the order.
    pub(super) rating: Option<Rating>,
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

/// All services of a scope, one after another: of orders what their lines have.
pub(super) fn visits(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    for centre in &within.centres {
        each_line(reading, within, centre, &mut |reading, line| {
            see_line(reading, people, (centre, line, None), see)
        })?;
    }
    outside_orders(reading, within, people, see)
}

/// The same, with the orders.
pub(super) fn visits_and_orders(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    for centre in &within.centres {
        orders(reading, within, centre, &mut |reading, order| {
            see_order(reading, people, order, see)
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

fn read_line(line: &str) -> Result<OrderLine<'_>, StoreError> {
    OrderLine::read(line)
        .map_err(|error| StoreError::Corrupt(format!("the line of an order: {error}")))
}

/// The lines of a centre's orders whose service date is of the scope, as they stood at its
/// position.
fn each_line(
    reading: &mut Reading<'_>,
    within: &Within,
    centre: &Branch,
    see: &mut impl FnMut(&mut Reading<'_>, &OrderLine<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let since = within.scope.since.unwrap_or(Day::FIRST);
    let list = List::OrdersFrom(centre.clone(), since);
    let mut after = list.start();
    loop {
        reading.scan.check_caller()?;
        let mut lines = reading.snapshot.lines(&list, &after, AT_ONCE)?;
        let is_last = lines.len() < AT_ONCE;
        for (_, line) in &lines {
            let line = read_line(line)?;
            if within.scope.until.is_some_and(|until| until < line.on) {
                return Ok(());
            }
            if line.last <= within.at {
                see(reading, &line)?;
            } else if line.first <= within.at {
                see_past(reading, within, &line, see)?;
            }
        }
        match lines.pop() {
            Some((key, _)) if !is_last => after = key,
            _ => return Ok(()),
        }
    }
}

/// The line of an order as it stood before what came after the position.
fn see_past(
    reading: &mut Reading<'_>,
    within: &Within,
    line: &OrderLine<'_>,
    see: &mut impl FnMut(&mut Reading<'_>, &OrderLine<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let id = BookingId::parse("order_id", line.id);
    let id = id.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let found = reading.snapshot.object(&ObjectId::Order(OrderId(id)))?;
    let Some(Object::Order(order)) = found else {
        return Err(StoreError::Corrupt(format!("order {id} is missing")).into());
    };
    let order = past::order_at(reading, *order, within.at)?;
    let order = order.filter(|order| within.has_day(order.on));
    match order.and_then(|order| order.line()) {
        Some(line) => see(reading, &read_line(&line)?),
        None => Ok(()),
    }
}

/// Sees what an order is as a service, if somebody was served by it.
pub(super) fn see_order(
    reading: &mut Reading<'_>,
    people: &mut People,
    order: &Order,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    match order.line() {
        Some(line) => see_line(
            reading,
            people,
            (&order.centre, &read_line(&line)?, Some(order)),
            see,
        ),
        None => Ok(()),
    }
}

fn see_line(
    reading: &mut Reading<'_>,
    people: &mut People,
    (centre, line, order): (&Branch, &OrderLine<'_>, Option<&Order>),
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    if line.served_minutes == 0 {
        return Ok(());
    }
    let is_paid_by_member = people.account(reading, line.payer)?.person.is_some();
    see(&Visit {
        number: line.first,
        place: centre.as_str(),
        service: line.service,
        block: line.block,
        point: line.point,
        on: line.on,
        provider: Some(people.numbered(line.provider)),
        recipient: Some(people.numbered(line.recipient)),
        between: order.map(|order| [order.at, order.until()]),
        served_minutes: line.served_minutes,
        credited_minutes: line.credited_minutes,
        paid_minutes: match is_paid_by_member {
            true => line.paid_minutes,
            false => 0,
        },
        order_id: Some(line.id),
        order,
        rating: line.rating,
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
        order_id: None,
        order: None,
        rating: None,
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
        let paid = people.account(reading, leg.debit().as_str())?;
        let got = people.account(reading, leg.credit().as_str())?;
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
            order_id: None,
            order: None,
            rating: None,
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
