//! Incidents: what was reported of orders.

use super::{ReadError, Reading, centre, exchange::misplaced};
use crate::exchange::{
    Branch, Incident, IncidentId, IncidentState, List, Object, ObjectId, Order, OrderRejection,
    Rejection, order::IncidentKind,
};

/// An incident.
///
/// # Errors
/// [`OrderRejection::IncidentUnknown`], or where the store fails.
pub fn incident(reading: &mut Reading<'_>, id: IncidentId) -> Result<Incident, ReadError> {
    match reading.snapshot.object(&ObjectId::Incident(id))? {
        Some(Object::Incident(incident)) => Ok(*incident),
        _ => Err(Rejection::from(OrderRejection::IncidentUnknown { incident: id }).into()),
    }
}

/// What was reported of an order: the dispute that stops it or did, and then all else in
/// order.
///
/// # Errors
/// Where the store fails.
pub fn incidents_of(reading: &mut Reading<'_>, order: &Order) -> Result<Vec<Incident>, ReadError> {
    let ids = order.dispute.iter().chain(&order.incidents);
    let ids: Vec<_> = ids.map(|id| ObjectId::Incident(*id)).collect();
    let found = reading.snapshot.objects(&ids)?;
    let found = found.into_iter().filter_map(|found| match found {
        Some((Object::Incident(incident), _)) => Some(*incident),
        // They are not for whoever reads to see.
        _ => None,
    });
    Ok(found.collect())
}

/// Which incidents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Incidents {
    /// Those of a centre that stand so.
    In(Branch, IncidentState),
    /// Open ones of a centre that stop no order.
    Reported(Branch),
}

impl Incidents {
    fn place(&self) -> (&Branch, IncidentState) {
        match self {
            Self::In(centre, state) => (centre, *state),
            Self::Reported(centre) => (centre, IncidentState::Open),
        }
    }

    fn has(&self, incident: &Incident) -> bool {
        match self {
            Self::In(..) => true,
            Self::Reported(_) => incident.kind != IncidentKind::Dispute,
        }
    }
}

/// Incidents, in the order of their ids, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn incidents(
    reading: &mut Reading<'_>,
    which: &Incidents,
    after: Option<IncidentId>,
    limit: usize,
) -> Result<Vec<Incident>, ReadError> {
    let (prefix, state) = which.place();
    centre(reading, prefix)?;
    let list = List::IncidentsIn(prefix.clone(), state);
    let mut after = after.map(ObjectId::Incident);
    let mut found = Vec::new();
    loop {
        reading.scan.check_caller()?;
        let listed = reading.snapshot.listed(&list, after.as_ref(), limit)?;
        let is_last = listed.len() < limit;
        for object in listed {
            after = Some(object.id());
            match object {
                Object::Incident(incident) if which.has(&incident) => found.push(*incident),
                Object::Incident(_) => {}
                other => return Err(misplaced(&other).into()),
            }
            if found.len() >= limit {
                return Ok(found);
            }
        }
        if is_last {
            return Ok(found);
        }
    }
}
