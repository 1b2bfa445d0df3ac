//! One person, two memberships; and the erasure of who somebody was.

use super::{Ruling, Undecided, View, doers, membership};
use crate::exchange::{
    ClearMember, EraseMember, Erasure, ErasureStep, Fact, MemberCleared, MemberId, PersonalPart,
    Rejection, StaffNumber,
};
use crate::ledger::Principal;

/// The member who had the same identity first. What the record says is taken where the
/// fields that it was said of are erased, those of the member or those of the other.
pub(super) fn second_of(
    view: View<'_>,
    member: &MemberId,
    personal: &PersonalPart,
) -> Result<Option<MemberId>, Undecided> {
    let recorded = match personal {
        PersonalPart::Given(_) => None,
        PersonalPart::Recorded { verdicts, .. } => verdicts.second_of.clone(),
    };
    let Some(fields) = personal.fields() else {
        return Ok(recorded);
    };
    if let Some(other) = &recorded
        && is_erased(view, other)?
    {
        return Ok(recorded);
    }
    let Some(identity) = fields.identity else {
        return Ok(None);
    };
    let mut others = view.objects.identified(identity)?.iter();
    Ok(others.find(|other| *other != member).cloned())
}

fn is_erased(view: View<'_>, id: &MemberId) -> Result<bool, Undecided> {
    Ok(match view.objects.member(id)? {
        None => false,
        Some(member) => view.objects.personal(member.personal_since)?.is_none(),
    })
}

pub(super) fn clear(view: View<'_>, new: &ClearMember, by: &Principal) -> Ruling {
    let member = membership::known(view, &new.member, by)?;
    if member.second_of.is_none() {
        let member = new.member.clone();
        return Err(Rejection::MemberNotFlagged { member }.into());
    }
    let fact = Fact::MemberCleared(MemberCleared {
        step: new.step,
        member: new.member.clone(),
    });
    Ok(fact.into())
}

/// Two of the staff erase what names a member who is gone, once it need not be kept any
/// more: the first asks, the second does.
pub(super) fn erase(view: View<'_>, new: &EraseMember, by: &Principal) -> Ruling {
    let member = membership::known(view, &new.member, by)?;
    let closed_on = member.exit.as_ref().and_then(|exit| exit.closed_on);
    let Some(gone_on) = closed_on.filter(|_| member.state.is_gone()) else {
        return Err(membership::wrong_state(member, "erased").into());
    };
    let policy = view.objects.policy_on(&member.centre, view.today)?;
    let kept_months = policy.map_or(0, |adopted| adopted.policy().retention.months.get());
    if gone_on.months_until(view.today) < kept_months {
        return Err(Rejection::RetentionRunning {
            member: new.member.clone(),
            gone_on,
            kept_months,
        }
        .into());
    }
    let number = StaffNumber::of(by).ok_or_else(|| membership::wrong_state(member, "erased"))?;
    let is_done = match &member.erasure {
        Erasure::None => false,
        Erasure::AskedBy(earlier) => {
            let staff = super::known_staff(view.objects, &number)?;
            doers::check_another(view, staff, earlier)?;
            true
        }
        Erasure::Done => {
            let member = new.member.clone();
            return Err(Rejection::MemberErased { member }.into());
        }
    };
    let fact = Fact::ErasureStep(ErasureStep {
        step: new.step,
        member: new.member.clone(),
        by: number,
        is_done,
    });
    Ok(fact.into())
}
