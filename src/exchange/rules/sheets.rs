//! Visits that a sign-in sheet has, entered by one of the staff; others approve them.

use super::{Decision, Plan, Ruling, View, accepting, needs, own_staff};
use crate::exchange::{
    AcceptNeed, Doer, Fact, Need, ObjectId, OrderRejection, PublishNeed, RecordVisit, Rejection,
    StepId, VisitRecorded,
    order::{Helpers, NeedTerms},
};
use crate::ledger::{Difference, Principal};

/// By the rules of the service date: those of publishing a need, and of accepting it.
pub(super) fn record(view: View<'_>, new: &RecordVisit, by: &Principal) -> Ruling {
    let terms = &new.terms;
    let recipient = needs::known_member(view, &terms.recipient, "recipient_id")?;
    let provider = needs::known_member(view, &new.provider, "provider_id")?;
    let staff = own_staff(view.objects, &recipient.centre, by)?;
    let number = &staff.terms.number;
    let doer = || Doer::Staff(number.clone());
    let id = StepId::Creates(ObjectId::Need(new.need()));
    if view.objects.taken(&id)?.is_some() {
        let difference = Difference::of("what", "need", "visit of a sheet");
        return Err(Rejection::IdReused { id, difference }.into());
    }
    let (ended, now) = (
        terms.at.after_s(terms.minutes.get().saturating_mul(60)),
        view.now,
    );
    if ended > now {
        return Err(OrderRejection::ServiceInFuture { at: ended, now }.into());
    }
    let publish = PublishNeed {
        id: new.need(),
        terms: NeedTerms {
            helpers: Helpers::ONE,
            ..terms.clone()
        },
        recorded: new.recorded.recipient,
    };
    let published = needs::published(view, &publish, recipient, doer())?;
    let need = Need::published(&published, view.now, Vec::new());
    let accept = AcceptNeed {
        order: new.id,
        need: need.id,
        provider: new.provider.clone(),
        recorded: new.recorded.provider,
    };
    let sides = [recipient, provider];
    let (accepted, ledger) = accepting::accepted(view, &need, &accept, sides, doer())?;
    Ok(Decision::Append(Box::new(Plan {
        fact: Fact::VisitRecorded(Box::new(VisitRecorded {
            published,
            accepted,
            sheet: new.sheet.clone(),
            by: number.clone(),
        })),
        ledger,
        personal: None,
        note: None,
    })))
}
