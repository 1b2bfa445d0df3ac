//! The time bank's objects.

use super::{ReadError, Reading};
use crate::{
    exchange::{
        Branch, Centre, List, Member, MemberId, Object, ObjectId, PersonalFields, Rejection, Staff,
        StaffNumber,
    },
    ledger::Sequence,
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

pub(super) fn misplaced(object: &Object) -> StoreError {
    StoreError::Corrupt(format!("{} is in a list of other objects", object.id()))
}

/// A member, with their personal fields unless they were erased.
#[derive(Clone, Debug)]
pub struct MemberView {
    pub member: Member,
    /// The record that changed them last.
    pub since: Sequence,
    pub personal: Option<PersonalFields>,
}

/// A member.
///
/// # Errors
/// [`Rejection::MemberUnknown`], or where the store fails.
pub fn member(reading: &mut Reading<'_>, id: &MemberId) -> Result<MemberView, ReadError> {
    let found = reading.snapshot.standing(&ObjectId::Member(id.clone()))?;
    let Some((Object::Member(member), since)) = found else {
        return Err(Rejection::MemberUnknown {
            member: id.clone(),
            field: "member_id",
        }
        .into());
    };
    let personal = reading.snapshot.personal(&[member.personal_since])?.pop();
    Ok(MemberView {
        member: *member,
        since,
        personal: personal.flatten().map(|personal| personal.fields),
    })
}

/// The members of one of a centre's lists by id, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn members(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    list: &List,
    after: Option<MemberId>,
    limit: usize,
) -> Result<Vec<Member>, ReadError> {
    centre(reading, prefix)?;
    let after = after.map(ObjectId::Member);
    let found = reading.snapshot.listed(list, after.as_ref(), limit)?;
    let members = found.into_iter().map(|object| match object {
        Object::Member(member) => Ok(*member),
        other => Err(misplaced(&other)),
    });
    Ok(members.collect::<Result<_, _>>()?)
}
