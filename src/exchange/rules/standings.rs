//! Standing visits: that a need repeats, what is done about that, and how its visits arise.

use super::{
    Plan, Ruling, Undecided, View,
    accepting::{self, Grounds},
    doers, eligibility, needs,
};
use crate::exchange::{
    AcceptNeed, AriseVisit, Arisen, Day, Doer, Fact, Need, NeedPublished, OrderId, OrderRejection,
    PublishNeed, StandingId, StandingState, StandingStep, StandingStepped, StandingVisit,
    VisitArose,
    order::{Arising, NeedTerms, NeedVerb, StandingAction},
};
use crate::ledger::{self, Moment, Principal};

pub(super) fn step(view: View<'_>, new: &StandingStep, by: &Principal) -> Ruling {
    let standing = known(view, new.standing)?;
    let by = match &new.action {
        StandingAction::Skip(_) | StandingAction::Stop => {
            let recipient = &standing.terms.recipient;
            let recipient = eligibility::known_member(view, recipient, "recipient_id")?;
            doers::doer_for(view, &standing.centre, recipient, by)?
        }
        StandingAction::Leave => leaving(view, standing, by)?,
    };
    check_open(standing, new)?;
    if let StandingAction::Skip(on) = new.action {
        check_ahead(standing, on)?;
    }
    needs::check_steps(
        standing.steps.len(),
        new.action == StandingAction::Leave,
        &standing.id,
    )?;
    let step = new.clone();
    let fact = Fact::StandingStepped(StandingStepped { step, by });
    Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
}

fn leaving(view: View<'_>, standing: &StandingVisit, by: &Principal) -> Result<Doer, Undecided> {
    let provider = standing.provider.as_ref().ok_or_else(|| {
        let standing = standing.id;
        OrderRejection::StandingUnserved { standing }
    })?;
    let provider = eligibility::known_member(view, provider, "provider_id")?;
    doers::doer_for(view, &standing.centre, provider, by)
}

fn check_open(standing: &StandingVisit, new: &StandingStep) -> Result<(), OrderRejection> {
    match standing.state {
        StandingState::Published | StandingState::Approved => Ok(()),
        state @ (StandingState::Stopped | StandingState::Ended) => {
            Err(OrderRejection::StandingStateWrong {
                standing: standing.id,
                state,
                step: new.action.verb(),
            })
        }
    }
}

fn check_ahead(standing: &StandingVisit, on: Day) -> Result<(), OrderRejection> {
    match standing.has_ahead(on) {
        true => Ok(()),
        false => Err(OrderRejection::NoVisitAhead {
            standing: standing.id,
            on,
            next: standing.next,
        }),
    }
}

/// The visit that is due arises as it can: what it may become is tried by the server from the
/// best to the least, each by the rules of publishing a need and of accepting one.
pub(super) fn arise(view: View<'_>, new: &AriseVisit) -> Ruling {
    let standing = known(view, new.standing)?;
    let is_due = standing.due_on().is_some_and(|due| due <= view.today);
    if standing.next != Some(new.on) || !is_due {
        return Err(not_due(standing, new).into());
    }
    let (arisen, ledger) = match &new.becomes {
        Arising::Accepted(at) => accepted(view, standing, (new, *at))?,
        Arising::Open(at, why) => {
            let published = published(view, standing, (new, *at))?;
            (Arisen::Open(published, why.clone()), Vec::new())
        }
        Arising::Off(why) => (Arisen::Off(why.clone()), Vec::new()),
    };
    let fact = Fact::VisitArose(Box::new(VisitArose {
        id: new.id,
        standing: standing.id,
        on: new.on,
        arisen,
    }));
    Ok(Plan::with_ledger(fact, ledger).into())
}

fn not_due(standing: &StandingVisit, new: &AriseVisit) -> OrderRejection {
    OrderRejection::VisitNotDue {
        standing: standing.id,
        on: new.on,
        next: standing.next,
    }
}

type Became = Result<(Arisen, Vec<ledger::Command>), Undecided>;

fn accepted(view: View<'_>, standing: &StandingVisit, (new, at): (&AriseVisit, Moment)) -> Became {
    let published = published(view, standing, (new, at))?;
    let mut need = Need::published(&published, view.now, Vec::new());
    need.approved_by = standing.approved_by.clone();
    needs::check_open(view, &need, NeedVerb::Accept)?;
    let provider = standing.provider.as_ref().ok_or({
        let standing = standing.id;
        OrderRejection::StandingUnserved { standing }
    })?;
    let provider = eligibility::known_member(view, provider, "provider_id")?;
    let recipient = eligibility::known_member(view, &need.terms.recipient, "recipient_id")?;
    let accept = AcceptNeed {
        order: OrderId(new.id.0),
        need: new.id,
        provider: provider.id.clone(),
        recorded: new.recorded.provider,
    };
    let sides = [recipient, provider];
    let verdict_on = accepting::check_sides(view, &need, &accept, sides)?;
    let grounds = Grounds {
        by: standing.asked_by.clone(),
        approved_by: accepting::approvals_for(view, &need, provider)?,
        verdict_on,
        is_over: false,
    };
    let (order, ledger) = accepting::ordered(view, &need, &accept, sides, grounds)?;
    Ok((Arisen::Accepted(published, order), ledger))
}

fn published(
    view: View<'_>,
    standing: &StandingVisit,
    (new, at): (&AriseVisit, Moment),
) -> Result<NeedPublished, Undecided> {
    if !standing.may_begin(new.on, at) {
        return Err(not_due(standing, new).into());
    }
    let recipient = eligibility::known_member(view, &standing.terms.recipient, "recipient_id")?;
    needs::check_stayed(recipient, &standing.centre)?;
    let publish = PublishNeed {
        id: new.id,
        terms: NeedTerms {
            at,
            ..standing.terms.clone()
        },
        recorded: new.recorded.recipient,
    };
    let by = standing.asked_by.clone();
    needs::published(view, &publish, recipient, (by, standing.approved_by.len()))
}

fn known(view: View<'_>, standing: StandingId) -> Result<&StandingVisit, Undecided> {
    let found = view.objects.standing(standing)?;
    Ok(found.ok_or(OrderRejection::StandingUnknown { standing })?)
}
