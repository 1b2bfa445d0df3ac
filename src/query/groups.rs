//! Groups, and who has a place in them.

use super::{ReadError, Reading, centre, exchange::misplaced};
use crate::exchange::{
    Branch, GroupId, GroupRejection, List, MemberId, Object, ObjectId, Rejection,
    group::{Group, PageId},
};

/// A group.
///
/// # Errors
/// [`GroupRejection::GroupUnknown`], or where the store fails.
pub fn group(reading: &mut Reading<'_>, id: GroupId) -> Result<Group, ReadError> {
    match reading.snapshot.object(&ObjectId::Group(id))? {
        Some(Object::Group(group)) => Ok(*group),
        _ => Err(Rejection::from(GroupRejection::GroupUnknown { group: id }).into()),
    }
}

/// The groups of a centre by their days, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], [`GroupRejection::GroupUnknown`], or where the store fails.
pub fn groups(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    after: Option<GroupId>,
    limit: usize,
) -> Result<Vec<Group>, ReadError> {
    centre(reading, prefix)?;
    // The key has the day of the group that it comes after.
    let after = after.map(|id| group(reading, id)).transpose()?;
    let day = after.as_ref().map(|after| after.grounds.on);
    let list = List::GroupsFrom(prefix.clone(), day.unwrap_or(crate::exchange::Day::FIRST));
    let after = after.map(|after| ObjectId::Group(after.id));
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let groups = found.into_iter().map(|object| match object {
        Object::Group(group) => Ok(*group),
        other => Err(misplaced(&other).into()),
    });
    groups.collect()
}

/// Who has a place in a group, and whether they attended: by id, from after one on.
///
/// # Errors
/// [`GroupRejection::GroupUnknown`], or where the store fails.
pub fn places(
    reading: &mut Reading<'_>,
    id: GroupId,
    after: Option<&MemberId>,
    limit: usize,
) -> Result<Vec<(MemberId, bool)>, ReadError> {
    group(reading, id)?;
    let list = List::PagesOf(id);
    let found = reading
        .snapshot
        .listed(&list, None, PageId::all(id).count())?;
    let mut all = Vec::new();
    for object in found {
        match object {
            Object::GroupPage(page) => all.extend(page.places),
            other => return Err(misplaced(&other).into()),
        }
    }
    all.retain(|(member, _)| after.is_none_or(|after| member > after));
    all.sort_unstable();
    all.truncate(limit);
    Ok(all)
}
