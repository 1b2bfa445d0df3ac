//! Incidents and complaints: what is reported of an order without stopping it.

use super::{Plan, Ruling, Undecided, View, doers, eligibility, orders};
use crate::exchange::{
    CloseIncident, Doer, Fact, IncidentClosed, IncidentReported, IncidentState, Member, Order,
    OrderRejection, ReportIncident,
    order::{IncidentKind, MAX_INCIDENTS, MAX_INCIDENTS_BY_MEMBERS},
};
use crate::ledger::Principal;

pub(super) fn report(view: View<'_>, new: &ReportIncident, by: &Principal) -> Ruling {
    let order = orders::known(view, new.order)?;
    let by = doers::doer_for_either(view, &order.centre, parties(view, order)?, by)?;
    // A side cannot fill the room, so that staff always have some.
    let max = match &by {
        Doer::Member(_) => MAX_INCIDENTS_BY_MEMBERS,
        Doer::Staff(_) => MAX_INCIDENTS,
    };
    if order.incidents.len() >= max {
        let order = order.id;
        return Err(OrderRejection::TooManyIncidents { order, max }.into());
    }
    let report = new.clone();
    let fact = Fact::IncidentReported(IncidentReported { report, by });
    Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
}

pub(super) fn close(view: View<'_>, new: &CloseIncident, by: &Principal) -> Ruling {
    let incident = new.incident;
    let found = view.objects.incident(incident)?;
    let found = found.ok_or(OrderRejection::IncidentUnknown { incident })?;
    let order = orders::known(view, found.order)?;
    let staff = doers::neutral_staff(view, &found.centre, &parties(view, order)?, by)?;
    match (found.state, found.kind) {
        (IncidentState::Closed, _) => Err(OrderRejection::IncidentClosed { incident }.into()),
        (IncidentState::Open, IncidentKind::Dispute) => {
            let order = order.id;
            Err(OrderRejection::IncidentStopsOrder { incident, order }.into())
        }
        (IncidentState::Open, IncidentKind::Incident | IncidentKind::Complaint) => {
            let (close, by) = (new.clone(), staff.terms.number.clone());
            let fact = Fact::IncidentClosed(IncidentClosed { close, by });
            Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
        }
    }
}

fn parties<'a>(view: View<'a>, order: &Order) -> Result<[&'a Member; 2], Undecided> {
    Ok([
        eligibility::known_member(view, &order.provider, "provider_id")?,
        eligibility::known_member(view, &order.recipient, "recipient_id")?,
    ])
}
