//! Visits that a sign-in sheet has, entered by one of the staff; others approve them.

use super::{
    Plan, Ruling, Undecided, View,
    accepting::{self, Grounds},
    doers, eligibility, needs,
    orders::{Asked, Comes},
    staff_of,
};
use crate::exchange::{
    AcceptNeed, Doer, Fact, Need, ObjectId, Order, OrderRejection, OrderState, PublishNeed,
    RecordVisit, Rejection, Staff, StepId, VisitRecorded,
    order::{Entered, OrderVerb},
};
use crate::ledger::{Difference, Principal};

/// By the rules of the service date: those of publishing a need, and of accepting it.
pub(super) fn record(view: View<'_>, new: &RecordVisit, by: &Principal) -> Ruling {
    let recipient = eligibility::known_member(view, &new.recipient, "recipient_id")?;
    let provider = eligibility::known_member(view, &new.provider, "provider_id")?;
    let staff = staff_of(view.objects, &recipient.centre, by)?;
    let number = &staff.terms.number;
    let doer = || Doer::Staff(number.clone());
    let id = StepId::Creates(ObjectId::Need(new.need()));
    if view.objects.taken(&id)?.is_some() {
        let difference = Difference::of("what", "need", "visit of a sheet");
        return Err(Rejection::IdReused { id, difference }.into());
    }
    let terms = new.terms();
    let (ended, now) = (terms.until(), view.now);
    if ended > now {
        return Err(OrderRejection::ServiceInFuture { at: ended, now }.into());
    }
    let publish = PublishNeed {
        id: new.need(),
        terms,
        recorded: new.recorded.recipient,
    };
    let published = needs::published(view, &publish, recipient, (doer(), 0))?;
    let need = Need::published(&published, view.now, Vec::new());
    let accept = AcceptNeed {
        order: new.id,
        need: need.id,
        provider: new.provider.clone(),
        recorded: new.recorded.provider,
    };
    let sides = [recipient, provider];
    let verdict_on = accepting::check_sides(view, &need, &accept, sides)?;
    let grounds = Grounds {
        by: doer(),
        approved_by: Vec::new(),
        verdict_on,
        is_over: true,
    };
    let (accepted, ledger) = accepting::ordered(view, &need, &accept, sides, grounds)?;
    let recorded = VisitRecorded {
        published,
        accepted,
        sheet: new.sheet.clone(),
        by: number.clone(),
    };
    let fact = Fact::VisitRecorded(Box::new(recorded));
    Ok(Plan::with_ledger(fact, ledger).into())
}

impl Asked<'_> {
    /// What was entered is approved by as many as a need is, by one at least, and by nobody
    /// who entered it.
    pub(super) fn approve(&self) -> Result<Comes, Undecided> {
        let Self { view, order, .. } = *self;
        let staff = self.neutral_staff()?;
        self.check_open(OrderVerb::Approve)?;
        if let Some(entered) = &order.entered {
            check_entered(view, order, entered, staff)?;
        }
        for earlier in &order.approved_by {
            doers::check_another(view, staff, earlier)?;
        }
        let adopted = eligibility::policy_on(view, &order.centre, order.on)?;
        let asked = adopted.policy().approval.need.max(1);
        let given = u32::try_from(order.approved_by.len()).unwrap_or(u32::MAX);
        let to = match given.saturating_add(1) >= asked {
            true => OrderState::Confirmed,
            false => order.state,
        };
        let by = Doer::Staff(staff.terms.number.clone());
        Ok(Comes::plainly(order, by, to))
    }

    pub(super) fn decline(&self) -> Result<Comes, Undecided> {
        let by = self.neutral()?;
        self.check_open(OrderVerb::Decline)?;
        Ok(self.released(by, OrderState::Cancelled))
    }
}

/// That somebody of the staff is another person than the one who entered an order.
fn check_entered(
    view: View<'_>,
    order: &Order,
    entered: &Entered,
    staff: &Staff,
) -> Result<(), Undecided> {
    let (order, number) = (order.id, entered.by.clone());
    match doers::check_another(view, staff, &number) {
        Err(Undecided::Refused(_)) => Err(OrderRejection::ApproverEntered { order, number }.into()),
        decided => decided,
    }
}
