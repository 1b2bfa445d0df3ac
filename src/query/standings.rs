//! Standing visits, and what is due of them.

use super::{
    ReadError, Reading, centre,
    exchange::misplaced,
    policies::{today, zone},
};
use crate::{
    exchange::{
        Branch, Day, Fact, List, MemberId, Need, Object, ObjectId, OrderRejection, Rejection,
        StandingId, StandingState, StandingVisit, VisitArose,
    },
    ledger::Moment,
    store::StoreError,
};

/// A standing visit.
///
/// # Errors
/// [`OrderRejection::StandingUnknown`], or where the store fails.
pub fn standing(reading: &mut Reading<'_>, id: StandingId) -> Result<StandingVisit, ReadError> {
    match reading.snapshot.object(&ObjectId::Standing(id))? {
        Some(Object::Standing(standing)) => Ok(*standing),
        _ => Err(Rejection::from(OrderRejection::StandingUnknown { standing: id }).into()),
    }
}

/// Which standing visits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standings {
    /// Those of a centre that stand so.
    In(Branch, StandingState),
    /// Those of a member, as recipient or as provider.
    Of(MemberId),
}

/// Standing visits by id, from after one on.
///
/// # Errors
/// [`CentreUnknown`](Rejection::CentreUnknown), or where the store fails.
pub fn standings(
    reading: &mut Reading<'_>,
    which: &Standings,
    after: Option<StandingId>,
    limit: usize,
) -> Result<Vec<StandingVisit>, ReadError> {
    let list = match which {
        Standings::In(prefix, state) => {
            centre(reading, prefix)?;
            List::StandingsIn(prefix.clone(), *state)
        }
        Standings::Of(member) => List::StandingsOf(member.clone()),
    };
    let after = after.map(ObjectId::Standing);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    Ok(all_standings(found)?)
}

/// The standing visits of a centre of which a visit did not arise that is still ahead.
///
/// # Errors
/// Where the store fails.
pub(super) fn standings_off(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    limit: usize,
) -> Result<Vec<StandingVisit>, ReadError> {
    let today = today(reading)?;
    let mut off = Vec::new();
    for month in today.months_to(Need::latest_open_until(today)) {
        let list = List::StandingsOff(prefix.clone(), month);
        let listed = reading.snapshot.listed(&list, None, limit)?;
        off.extend(all_standings(listed)?);
    }
    off.retain(|standing| standing.off.last().is_some_and(|last| *last >= today));
    off.truncate(limit);
    Ok(off)
}

/// The visits of a standing visit whose time had come, in order.
///
/// # Errors
/// Where the store fails.
pub fn visits_arisen(
    reading: &mut Reading<'_>,
    standing: &StandingVisit,
) -> Result<Vec<VisitArose>, ReadError> {
    let records = reading.snapshot.records_at(&standing.steps)?;
    let visits = records
        .iter()
        .filter_map(|record| match record.step.exchange_fact() {
            Some(Fact::VisitArose(visit)) => Some(VisitArose::clone(visit)),
            _ => None,
        });
    Ok(visits.collect())
}

/// The standing visits of which a visit is due to arise today, the longest due first, each
/// with its day and when it begins.
///
/// # Errors
/// Where the store fails.
pub fn visits_due(
    reading: &mut Reading<'_>,
    limit: usize,
) -> Result<Vec<(StandingVisit, Day, Moment)>, ReadError> {
    let (zone, today) = (zone(reading)?, today(reading)?);
    let found = reading
        .snapshot
        .listed(&List::StandingsDue(today), None, limit)?;
    let mut due = all_standings(found)?;
    due.retain(|standing| standing.due_on().is_some_and(|due_on| due_on <= today));
    let visits = due.into_iter().filter_map(|standing| {
        let on = standing.next?;
        let at = standing.begins(on, zone);
        Some((standing, on, at))
    });
    Ok(visits.collect())
}

fn all_standings(found: Vec<Object>) -> Result<Vec<StandingVisit>, StoreError> {
    let standings = found.into_iter().map(|object| match object {
        Object::Standing(standing) => Ok(*standing),
        other => Err(misplaced(&other)),
    });
    standings.collect()
}
