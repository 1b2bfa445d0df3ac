//! Services that were rendered: orders and groups that were settled, and entries outside them that
//! name a service.

use std::ops::ControlFlow;

use super::{
    Within,
    grouped::By,
    groups::groups,
    listing::{each_line, each_of, object_of, read_line, uuid_in},
    past,
    people::{People, Person},
};
use crate::{
    exchange::{
        Branch, Day, List, Object, ObjectId, Order, OrderId,
        order::{OrderLine, Rating},
    },
    ledger::{Entry, Moment, Sequence, UnitId},
    query::{ReadError, Reading, exchange::misplaced},
    steps::Record,
};

/// How many records are read at once: one may have ten thousand legs.
const RECORDS_AT_ONCE: usize = 100;

/// What was paid of hours.
#[derive(Clone, Copy)]
pub(super) enum Paid<'a> {
    ByMember(i64),
    /// From this account, whosever it is.
    From(&'a str, i64),
}

impl Paid<'_> {
    pub(super) const NOTHING: Self = Self::ByMember(0);
}

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
    pub(super) paid: Paid<'a>,
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
        lines(reading, within, centre, &mut |id, line| {
            let visit = visit_of(people, centre, uuid_in(id), line);
            visit.map_or(Ok(()), |visit| see(&visit))
        })?;
    }
    others(reading, within, people, see)
}

/// The same with the orders themselves, which have what their lines have not: when they took place,
/// and how they were rounded.
pub(super) fn visits_and_orders(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    for centre in &within.centres {
        orders(reading, within, centre, &mut |order| {
            see_order(people, order, see)
        })?;
    }
    others(reading, within, people, see)
}

/// The services of a scope that are no orders: of groups, and those that were entered outside both.
pub(super) fn others(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    groups(reading, within, people, see)?;
    entered(reading, within, people, see)
}

/// The orders of a centre whose service date is of the scope, as they stood at its position.
fn orders(
    reading: &mut Reading<'_>,
    within: &Within,
    centre: &Branch,
    see: &mut impl FnMut(&Order) -> Result<(), ReadError>,
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
        if !within.has_member(order.recipient.as_str()) {
            return Ok(ControlFlow::Continue(()));
        }
        let order = past::order_at(reading, *order, within.at)?;
        if let Some(order) = order.filter(|order| within.has_day(order.on)) {
            see(&order)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// What the lines of a centre's orders have whose service date is of the scope, each with the
/// order's id, as they stood at its position.
fn lines(
    reading: &mut Reading<'_>,
    within: &Within,
    centre: &Branch,
    see: &mut impl FnMut(&str, &OrderLine<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let since = within.scope.since.unwrap_or(Day::FIRST);
    let list = List::OrdersFrom(centre.clone(), since);
    each_line(reading, &list, &mut |reading, id, line| {
        let line: OrderLine<'_> = read_line(id, line)?;
        if within.scope.until.is_some_and(|until| until < line.on) {
            return Ok(ControlFlow::Break(()));
        }
        if !within.has_member(line.recipient) {
            return Ok(ControlFlow::Continue(()));
        }
        if line.last <= within.at {
            see(id, &line)?;
        } else if line.first <= within.at {
            see_past(reading, within, id, see)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// The line of an order as it stood before what came after the position.
fn see_past(
    reading: &mut Reading<'_>,
    within: &Within,
    id: &str,
    see: &mut impl FnMut(&str, &OrderLine<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let order = match object_of(reading, id, |id| ObjectId::Order(OrderId(id)))? {
        Object::Order(order) => past::order_at(reading, *order, within.at)?,
        object => return Err(misplaced(&object).into()),
    };
    let order = order.filter(|order| within.has_day(order.on));
    match order.as_ref().and_then(Order::line) {
        Some(line) => see(id, &line),
        None => Ok(()),
    }
}

/// Sees what an order is as a service, if somebody was served by it.
pub(super) fn see_order(
    people: &mut People,
    order: &Order,
    see: &mut impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let id = order.id.to_string();
    let line = order.line();
    let visit = line.and_then(|line| visit_of(people, &order.centre, &id, &line));
    match visit {
        Some(visit) => see(&Visit {
            between: Some([order.at, order.until()]),
            order: Some(order),
            ..visit
        }),
        None => Ok(()),
    }
}

/// What an order is as a service, by its line. None where nobody was served by it.
fn visit_of<'a>(
    people: &mut People,
    centre: &'a Branch,
    order_id: &'a str,
    line: &OrderLine<'a>,
) -> Option<Visit<'a>> {
    let payer = line.payer.unwrap_or(line.recipient);
    (line.served_minutes > 0).then(|| Visit {
        number: line.first,
        place: centre.as_str(),
        service: line.service,
        block: line.block,
        point: line.point,
        on: line.on,
        provider: Some(people.numbered(line.provider)),
        recipient: Some(people.numbered(line.recipient)),
        between: None,
        served_minutes: line.served_minutes,
        credited_minutes: line.credited_minutes,
        paid: Paid::From(payer, line.paid_minutes),
        order_id: Some(order_id),
        order: None,
        rating: line.rating,
        is_entered: false,
    })
}

/// The entries outside orders and groups that name a service, but for those that were reversed.
fn entered(
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
    for entry in record.entries() {
        see_entry(reading, within, people, (record, entry), see)?;
    }
    Ok(())
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
            paid: match paid.person {
                Some(_) => Paid::ByMember(minutes),
                None => Paid::NOTHING,
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
pub(super) fn is_reversed(
    reading: &mut Reading<'_>,
    within: &Within,
    record: &Record,
    entry: &Entry,
) -> Result<bool, ReadError> {
    let of = (record.stamp.sequence, entry.id);
    let reversals = reading.snapshot.reversals(&[of], within.at.next())?;
    Ok(reversals.into_iter().flatten().next().is_some())
}
