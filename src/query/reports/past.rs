//! Needs and orders as they stood before what came after a position.

use crate::{
    exchange::{
        Arisen, Fact, Need, NeedPublished, NeedState, Order, OrderAccepted, OrderState,
        OrderStepped, VisitRecorded,
        order::{Confirmation, Doer, NeedAction, NeedStep, Offer, OrderAction, Party},
    },
    ledger::Sequence,
    query::{ReadError, Reading},
    steps::Record,
};

/// A need as it stood after a record: its state, until when it could be accepted, who offered
/// to help, and when it was accepted first. None where it was not there.
pub(super) fn need_at(
    reading: &mut Reading<'_>,
    need: Need,
    at: Sequence,
) -> Result<Option<Need>, ReadError> {
    if need.steps.last().is_none_or(|last| *last <= at) {
        return Ok(Some(need));
    }
    let known = need.steps.iter().copied();
    let known: Vec<_> = known.take_while(|step| *step <= at).collect();
    if known.is_empty() {
        return Ok(None);
    }
    let records = reading.snapshot.records_at(&known)?;
    let begun = Need {
        offers: Vec::new(),
        orders: Vec::new(),
        first_accepted_at: None,
        ..need
    };
    Ok(Some(records.iter().fold(begun, need_after)))
}

fn need_after(mut need: Need, record: &Record) -> Need {
    let publish = |need: &mut Need, new: &NeedPublished| {
        (need.state, need.on, need.open_until) = (new.to, new.on, new.open_until);
    };
    let accept = |need: &mut Need, new: &OrderAccepted| {
        need.state = new.need_is;
        need.orders.push(new.accept.order);
        if need.steps.first() != Some(&record.stamp.sequence) {
            need.first_accepted_at.get_or_insert(record.stamp.moment);
        }
    };
    match record.step.exchange_fact() {
        Some(Fact::NeedPublished(new)) => publish(&mut need, new),
        Some(Fact::VisitRecorded(new)) => {
            publish(&mut need, &new.published);
            accept(&mut need, &new.accepted);
        }
        Some(Fact::VisitArose(new)) => match &new.arisen {
            Arisen::Accepted(published, accepted) => {
                publish(&mut need, published);
                accept(&mut need, accepted);
            }
            Arisen::Open(published, _) => publish(&mut need, published),
            Arisen::Off(_) => {}
        },
        Some(Fact::OrderAccepted(new)) => accept(&mut need, new),
        Some(Fact::NeedStepped(new)) => {
            offered(&mut need, &new.step, &new.by);
            need.state = new.to;
            if let Some(moved) = &new.moved {
                (need.on, need.open_until) = (moved.on, moved.open_until);
            }
        }
        Some(Fact::OrderStepped(new)) => reopened(&mut need, new),
        _ => {}
    }
    need
}

/// The provider is out of an order of it: it is for when they were to come, unless others come
/// at its own time.
fn reopened(need: &mut Need, new: &OrderStepped) {
    need.orders.retain(|order| *order != new.step.order);
    if need.state != NeedState::Cancelled {
        need.state = NeedState::Approved;
    }
    if need.orders.is_empty() {
        let open_days = u32::try_from(need.on.days_until(need.open_until)).unwrap_or(0);
        need.on = new.on;
        need.open_until = new.on.plus_days(open_days).unwrap_or(new.on);
    }
}

fn offered(need: &mut Need, step: &NeedStep, by: &Doer) {
    match &step.action {
        NeedAction::Offer(provider) => need.offers.push(Offer {
            provider: provider.clone(),
            by: by.clone(),
        }),
        NeedAction::Withdraw(provider) => {
            need.offers.retain(|offer| offer.provider != *provider);
        }
        NeedAction::Approve
        | NeedAction::Decline
        | NeedAction::Cancel
        | NeedAction::Change { .. }
        | NeedAction::Repeat(_) => {}
    }
}

/// An order as it stood after a record: its state, its service date, what both sides had
/// confirmed, and what it had come to. None where it was not there.
pub(super) fn order_at(
    reading: &mut Reading<'_>,
    order: Order,
    at: Sequence,
) -> Result<Option<Order>, ReadError> {
    if order.steps.last().is_none_or(|last| *last <= at) {
        return Ok(Some(order));
    }
    let known = order.steps.iter().copied();
    let known: Vec<_> = known.take_while(|step| *step <= at).collect();
    if known.is_empty() {
        return Ok(None);
    }
    let records = reading.snapshot.records_at(&known)?;
    Ok(Some(records.iter().fold(begun(order), after)))
}

/// As it stood when it was made, as far as reports go by that.
fn begun(order: Order) -> Order {
    Order {
        state: OrderState::Accepted,
        by_provider: None,
        by_recipient: None,
        reckoned: None,
        entry: None,
        ..order
    }
}

fn after(order: Order, record: &Record) -> Order {
    match record.step.exchange_fact() {
        Some(Fact::OrderStepped(new)) => stepped(order, new),
        Some(Fact::VisitRecorded(new)) => recorded(order, new),
        // It was accepted, in one way or another.
        _ => order,
    }
}

fn recorded(mut order: Order, new: &VisitRecorded) -> Order {
    let signed = Confirmation {
        served: new.published.terms.minutes,
        by: Doer::Staff(new.by.clone()),
        rating: None,
    };
    order.state = OrderState::Recorded;
    order.by_provider = Some(signed.clone());
    order.by_recipient = Some(signed);
    order.on = new.published.on;
    order
}

fn stepped(mut order: Order, new: &OrderStepped) -> Order {
    order.state = new.to;
    order.on = new.on;
    if let OrderAction::Confirm {
        member,
        served,
        rating,
    } = &new.step.action
    {
        let said = Some(Confirmation {
            served: *served,
            by: new.by.clone(),
            rating: *rating,
        });
        match order.side(member) {
            Some(Party::Provider) => order.by_provider = said,
            Some(Party::Recipient) => order.by_recipient = said,
            None => {}
        }
    }
    if let Some(reckoned) = &new.reckoned {
        order.reckoned = Some(reckoned.clone());
    }
    order
}
