//! Who does something, and who must not: members, those who act for them, and staff.

use super::{Undecided, View, staff_of};
use crate::exchange::{
    Branch, Doer, Member, MemberId, MemberState, OrderRejection, Rejection, Staff, StaffNumber,
};
use crate::ledger::Principal;

/// One who does things, by whatever name: a member of staff who is a member is that
/// member.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Someone {
    Member(MemberId),
    Staff(StaffNumber),
}

pub(super) fn someone(view: View<'_>, doer: &Doer) -> Result<Someone, Undecided> {
    Ok(match doer {
        Doer::Member(member) => Someone::Member(member.clone()),
        Doer::Staff(number) => {
            let staff = view.objects.staff(number)?;
            match staff.and_then(|staff| staff.terms.member_id.as_ref()) {
                Some(member) => Someone::Member(member.clone()),
                None => Someone::Staff(number.clone()),
            }
        }
    })
}

/// The member that a principal is, if that acts for another: themself, or their guardian or
/// their proxy, as long as that one takes part.
fn acting_for(
    view: View<'_>,
    member: &Member,
    by: &Principal,
) -> Result<Option<MemberId>, Undecided> {
    if member.id.as_str() == by.as_str() {
        return Ok(Some(member.id.clone()));
    }
    let details = &member.details;
    let mut others = [&details.guardian_id, &details.proxy_id]
        .into_iter()
        .flatten();
    let Some(acting) = others.find(|id| id.as_str() == by.as_str()) else {
        return Ok(None);
    };
    let acting = view.objects.member(acting)?;
    let acting = acting.filter(|acting| acting.state == MemberState::Active);
    Ok(acting.map(|acting| acting.id.clone()))
}

/// Who does something for a member: active staff of a centre, or somebody who acts for
/// that member.
pub(super) fn doer_for(
    view: View<'_>,
    centre: &Branch,
    member: &Member,
    by: &Principal,
) -> Result<Doer, Undecided> {
    if let Some(acting) = acting_for(view, member, by)? {
        return Ok(Doer::Member(acting));
    }
    match active_staff(view, centre, by)? {
        Some(staff) => Ok(Doer::Staff(staff.terms.number.clone())),
        None => Err(OrderRejection::PartyOrStaffOnly {
            member: member.id.clone(),
            centre: centre.clone(),
            principal: by.clone(),
        }
        .into()),
    }
}

/// Who does something for either of two members.
pub(super) fn doer_for_either(
    view: View<'_>,
    centre: &Branch,
    [one, other]: [&Member; 2],
    by: &Principal,
) -> Result<Doer, Undecided> {
    match doer_for(view, centre, one, by) {
        Err(Undecided::Refused(_)) => doer_for(view, centre, other, by),
        decided => decided,
    }
}

/// The active member of a centre's staff that a principal is.
fn active_staff<'a>(
    view: View<'a>,
    centre: &Branch,
    by: &Principal,
) -> Result<Option<&'a Staff>, Undecided> {
    match staff_of(view.objects, centre, by) {
        Ok(staff) => Ok(Some(staff)),
        Err(Undecided::Refused(Rejection::StaffOnly { .. })) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Active staff of a centre who are neither one of these members nor a relative of one.
pub(super) fn neutral_staff<'a>(
    view: View<'a>,
    centre: &Branch,
    parties: &[&Member],
    by: &Principal,
) -> Result<&'a Staff, Undecided> {
    let staff = staff_of(view.objects, centre, by)?;
    match parties.iter().find(|party| is_party(staff, party)) {
        None => Ok(staff),
        Some(party) => Err(Rejection::StaffIsParty {
            number: staff.terms.number.clone(),
            member: party.id.clone(),
        }
        .into()),
    }
}

/// Whether a principal is active staff of a centre who are neither one of these members nor a
/// relative of one.
pub(super) fn is_neutral_staff(
    view: View<'_>,
    centre: &Branch,
    parties: &[&Member],
    by: &Principal,
) -> Result<bool, Undecided> {
    match neutral_staff(view, centre, parties, by) {
        Ok(_) => Ok(true),
        Err(Undecided::Refused(_)) => Ok(false),
        Err(not_loaded) => Err(not_loaded),
    }
}

/// Whether something of a member concerns somebody of the staff: as their own, a relative's, or
/// that of one for whom they act or from whom they inherit.
pub fn is_party(staff: &Staff, member: &Member) -> bool {
    let terms = &staff.terms;
    let own = terms.member_id.as_ref();
    let is_own = own == Some(&member.id);
    let is_named = own.is_some_and(|own| member.details.names().any(|(_, named)| named == own));
    is_own || is_named || terms.relative_ids.contains(&member.id)
}

/// That somebody of the staff is another person than one who approved before: neither the
/// same number, nor another number of the same member.
pub(super) fn check_another(
    view: View<'_>,
    staff: &Staff,
    earlier: &StaffNumber,
) -> Result<(), Undecided> {
    let terms = &staff.terms;
    let own = terms.member_id.as_ref();
    let other = view.objects.staff(earlier)?;
    let is_own = |other: &Staff| own.is_some() && other.terms.member_id.as_ref() == own;
    match terms.number == *earlier || other.is_some_and(is_own) {
        false => Ok(()),
        true => Err(Rejection::ApprovedAlready {
            number: terms.number.clone(),
            earlier: earlier.clone(),
        }
        .into()),
    }
}
