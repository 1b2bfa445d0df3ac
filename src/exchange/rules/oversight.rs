//! Evaluations of orders, and who is shown personal fields.

use super::{Plan, Ruling, Undecided, View, doers, eligibility, orders};
use crate::exchange::{
    Doer, Fact, Order, OrderRejection, OrderState, Rejection, Staff,
    order::Confirmation,
    oversight::{
        DrawSample, FileEvaluation, Findings, MAX_EVALUATIONS, MAX_TOLD, OversightCommand,
        OversightFact, OversightRejection, ShowPersonal,
    },
};
use crate::ledger::Principal;

pub(super) fn decide(view: View<'_>, command: &OversightCommand, by: &Principal) -> Ruling {
    match command {
        OversightCommand::File(new) => file(view, new, by),
        OversightCommand::Show(new) => show(view, new, by),
        OversightCommand::Draw(new) => draw(view, new, by),
    }
}

fn fact(fact: OversightFact) -> Fact {
    Fact::Oversight(Box::new(fact))
}

fn file(view: View<'_>, new: &FileEvaluation, by: &Principal) -> Ruling {
    let order = orders::known(view, new.order)?;
    let parties = [
        eligibility::known_member(view, &order.provider, "provider_id")?,
        eligibility::known_member(view, &order.recipient, "recipient_id")?,
    ];
    let staff = doers::neutral_staff(view, &order.centre, &parties, by)?;
    check_settled(order)?;
    check_did_not_act(view, order, staff)?;
    check_told(new)?;
    let before = view.objects.evaluation(order.id)?;
    if before.is_some_and(|before| before.filed.len() >= MAX_EVALUATIONS) {
        let (order, max) = (order.id, MAX_EVALUATIONS);
        return Err(OversightRejection::TooManyEvaluations { order, max }.into());
    }
    let fact = fact(OversightFact::Filed {
        file: new.clone(),
        by: staff.terms.number.clone(),
    });
    Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
}

/// That nobody was served for longer than an order lasts.
fn check_told(new: &FileEvaluation) -> Result<(), OversightRejection> {
    match new.findings {
        Findings::Told(told) if told.served > MAX_TOLD => Err(OversightRejection::ToldTooLong {
            told: told.served,
            max: MAX_TOLD,
        }),
        Findings::Told(_) | Findings::Denied | Findings::NotReached => Ok(()),
    }
}

/// That whoever evaluates an order has had no part in it, by any number of theirs.
fn check_did_not_act(view: View<'_>, order: &Order, staff: &Staff) -> Result<(), Undecided> {
    let approved = order.approved_by.iter().cloned().map(Doer::Staff);
    let approved = approved.map(|doer| (doer, "approved it"));
    let settled = order.settled_by.iter().cloned().map(Doer::Staff);
    let settled = settled.map(|doer| (doer, "settled or corrected it"));
    let confirmed = [&order.by_provider, &order.by_recipient].into_iter();
    let confirmed = confirmed
        .flatten()
        .map(|Confirmation { by, .. }| by.clone());
    let confirmed = confirmed.map(|doer| (doer, "confirmed it"));
    let entered = order.entered.iter();
    let entered = entered.map(|entered| (Doer::Staff(entered.by.clone()), "entered it"));
    let own = doers::someone(view, &Doer::Staff(staff.terms.number.clone()))?;
    let acted = approved.chain(confirmed).chain(entered).chain(settled);
    for (doer, did) in acted {
        if doers::someone(view, &doer)? == own {
            return Err(OversightRejection::EvaluatorActed {
                number: staff.terms.number.clone(),
                order: order.id,
                did,
            }
            .into());
        }
    }
    Ok(())
}

/// To members themselves, those who act for them, and staff of their centre.
/// Somebody else draws than asks, so that nobody looks at whom they like.
fn draw(view: View<'_>, new: &DrawSample, by: &Principal) -> Ruling {
    let staff = super::staff_of(view.objects, &new.centre, by)?;
    let evaluator = view.objects.staff(&new.evaluator)?;
    let evaluator = evaluator.filter(|staff| staff.acts_for(&new.centre));
    let Some(evaluator) = evaluator else {
        let number = new.evaluator.clone();
        return Err(Rejection::StaffUnknown { number }.into());
    };
    let own = |staff: &Staff| Doer::Staff(staff.terms.number.clone());
    if doers::someone(view, &own(staff))? == doers::someone(view, &own(evaluator))? {
        let number = staff.terms.number.clone();
        return Err(OversightRejection::OwnSample { number }.into());
    }
    if new.orders.is_empty() {
        let centre = new.centre.clone();
        return Err(OversightRejection::NothingDrawn { centre }.into());
    }
    for id in &new.orders {
        let order = orders::known(view, *id)?;
        if order.centre != new.centre {
            let order = order.id;
            return Err(OrderRejection::OrderUnknown { order }.into());
        }
        check_settled(order)?;
    }
    let fact = fact(OversightFact::Drawn {
        draw: new.clone(),
        by: staff.terms.number.clone(),
    });
    Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
}

fn check_settled(order: &Order) -> Result<(), OversightRejection> {
    match order.state {
        OrderState::Settled | OrderState::Resolved => Ok(()),
        state => Err(OversightRejection::OrderNotSettled {
            order: order.id,
            state,
        }),
    }
}

fn show(view: View<'_>, new: &ShowPersonal, by: &Principal) -> Ruling {
    let member = eligibility::known_member(view, &new.member, "member_id")?;
    if let Some(order) = new.order {
        let order = orders::known(view, order)?;
        if order.provider != member.id && order.recipient != member.id {
            let (member, order) = (member.id.clone(), order.id);
            return Err(OversightRejection::NotOfOrder { member, order }.into());
        }
    }
    let by = doers::doer_for(view, &member.centre, member, by)?;
    let show = new.clone();
    let fact = fact(OversightFact::Shown { show, by });
    Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
}
