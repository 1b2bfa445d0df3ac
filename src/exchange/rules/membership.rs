//! How members stand, and what any step of theirs carries with it.

use super::{Plan, Ruling, Undecided, View, check_staff, policies};
use crate::{
    exchange::{
        Branch, Code, Fact, Member, MemberId, MemberState, OrderRejection, Personal, Rejection,
        member::MAX_QUALIFICATIONS,
    },
    ledger::{Balance, Principal},
};

/// A member who must be there, whose centre's staff alone may act on them.
pub(super) fn known<'a>(
    view: View<'a>,
    id: &MemberId,
    by: &Principal,
) -> Result<&'a Member, Undecided> {
    let found = view.objects.member(id)?;
    let found = found.ok_or_else(|| Rejection::MemberUnknown {
        member: id.clone(),
        field: "member_id",
    })?;
    check_staff(view.objects, &found.centre, by)?;
    Ok(found)
}

/// That a member is in one of these states.
pub(super) fn check_state(
    member: &Member,
    among: &[MemberState],
    change: &'static str,
) -> Result<(), Rejection> {
    match among.contains(&member.state) {
        true => Ok(()),
        false => Err(wrong_state(member, change)),
    }
}

/// That a member is of the centre whose staff act for them.
pub(super) fn check_of_centre(member: &Member, centre: &Branch) -> Result<(), Rejection> {
    match member.centre == *centre {
        true => Ok(()),
        false => Err(Rejection::MemberElsewhere {
            member: member.id.clone(),
            centre: member.centre.clone(),
        }),
    }
}

pub(super) fn wrong_state(member: &Member, change: &'static str) -> Rejection {
    Rejection::MemberStateWrong {
        member: member.id.clone(),
        state: member.state,
        change,
    }
}

/// That a member has room for a qualification, or one of its code that it replaces.
pub(super) fn check_room(member: &Member, code: &Code) -> Result<(), Rejection> {
    let held = &member.qualifications;
    let is_new = held.iter().all(|one| one.code != *code);
    match is_new && held.len() >= MAX_QUALIFICATIONS {
        false => Ok(()),
        true => Err(Rejection::TooManyQualifications {
            member: member.id.clone(),
            max: MAX_QUALIFICATIONS,
        }),
    }
}

/// The states in which something of a member may change: not while staff approve what
/// becomes of their hours, which must stay what was approved.
pub(super) const PRESENT: [MemberState; 2] = [MemberState::Active, MemberState::Suspended];

/// A step of a member. The first one under a policy's new floor or ceiling brings their
/// account's limits to it.
pub(super) fn step(
    view: View<'_>,
    member: &Member,
    fact: Fact,
    personal: Option<Personal>,
) -> Ruling {
    let limits = policies::new_limits(view, &member.centre, &member.account)?;
    Ok(Plan {
        personal,
        ..Plan::with_ledger(fact, limits.into_iter().collect())
    }
    .into())
}

/// What stands on a member's account, which nothing open may keep from being closed.
pub(super) fn balance_without_holds(view: View<'_>, member: &Member) -> Result<Balance, Undecided> {
    if member.open_orders > 0 {
        return Err(OrderRejection::MemberHasOrders {
            member: member.id.clone(),
            count: member.open_orders,
        }
        .into());
    }
    let Some(account) = view.book.account(&member.account)? else {
        return Ok(Balance::ZERO);
    };
    match account.open_holds {
        0 => Ok(account.balance),
        count => Err(Rejection::MemberHasHolds {
            member: member.id.clone(),
            count,
        }
        .into()),
    }
}
