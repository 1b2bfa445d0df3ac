//! Closed periods.

use super::{ReadError, Reading, centre, exchange::misplaced};
use crate::{
    exchange::{Branch, List, Month, Object, ObjectId, Period, PeriodId},
    store::StoreError,
};

/// A period that is closed.
///
/// # Errors
/// Where it is not, or the store fails.
pub fn period(reading: &mut Reading<'_>, id: &PeriodId) -> Result<Period, ReadError> {
    let object = ObjectId::Period(Box::new(id.clone()));
    match reading.snapshot.object(&object)? {
        Some(Object::Period(period)) => Ok(period),
        _ => Err(StoreError::Corrupt(format!("{object} is missing")).into()),
    }
}

/// The closed periods of a centre in their order, from after one on.
///
/// # Errors
/// [`CentreUnknown`](crate::exchange::Rejection::CentreUnknown), or where the store fails.
pub fn periods(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    after: Option<Month>,
    limit: usize,
) -> Result<Vec<Period>, ReadError> {
    centre(reading, prefix)?;
    let list = List::PeriodsOf(prefix.clone());
    let after = after.map(|month| {
        let centre = prefix.clone();
        ObjectId::Period(Box::new(PeriodId { centre, month }))
    });
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let periods = found.into_iter().map(|object| match object {
        Object::Period(period) => Ok(period),
        other => Err(misplaced(&other)),
    });
    Ok(periods.collect::<Result<_, _>>()?)
}
