//! The time bank's objects.

use super::{ReadError, Reading};
use crate::{
    exchange::{Branch, Centre, List, Object, ObjectId, Rejection, Staff, StaffNumber},
    store::StoreError,
};

/// A centre.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn centre(reading: &mut Reading<'_>, prefix: &Branch) -> Result<Centre, ReadError> {
    match reading.snapshot.object(&ObjectId::Centre(prefix.clone()))? {
        Some(Object::Centre(centre)) => Ok(centre),
        _ => Err(Rejection::CentreUnknown {
            centre: prefix.clone(),
        }
        .into()),
    }
}

/// Centres by their branch, from after one on.
///
/// # Errors
/// Where the store fails.
pub fn centres(
    reading: &mut Reading<'_>,
    after: Option<Branch>,
    limit: usize,
) -> Result<Vec<Centre>, ReadError> {
    let after = after.map(ObjectId::Centre);
    let found = reading
        .snapshot
        .listed(&List::Centres, after.as_ref(), limit)?;
    let centres = found.into_iter().map(|object| match object {
        Object::Centre(centre) => Ok(centre),
        other => Err(misplaced(&other)),
    });
    Ok(centres.collect::<Result<_, _>>()?)
}

/// A member of staff.
///
/// # Errors
/// [`Rejection::StaffUnknown`], or where the store fails.
pub fn staff(reading: &mut Reading<'_>, number: &StaffNumber) -> Result<Staff, ReadError> {
    match reading.snapshot.object(&ObjectId::Staff(number.clone()))? {
        Some(Object::Staff(staff)) => Ok(staff),
        _ => Err(Rejection::StaffUnknown {
            number: number.clone(),
        }
        .into()),
    }
}

/// The staff of a centre by number, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn staff_of(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    after: Option<StaffNumber>,
    limit: usize,
) -> Result<Vec<Staff>, ReadError> {
    centre(reading, prefix)?;
    let after = after.map(ObjectId::Staff);
    let list = List::StaffOf(prefix.clone());
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let staff = found.into_iter().map(|object| match object {
        Object::Staff(staff) => Ok(staff),
        other => Err(misplaced(&other)),
    });
    Ok(staff.collect::<Result<_, _>>()?)
}

fn misplaced(object: &Object) -> StoreError {
    StoreError::Corrupt(format!("{} is in a list of other objects", object.id()))
}
