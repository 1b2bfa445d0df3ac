//! Supplies: when members are free to serve.

use super::{Ruling, Undecided, View, doers, eligibility, membership};
use crate::exchange::{
    Fact, Member, MemberState, OfferSupply, OrderRejection, Supply, SupplyId, SupplyOffered,
    SupplyWithdrawn, WithdrawSupply, supply::MAX_SUPPLIES,
};
use crate::ledger::Principal;

/// Whether they are qualified for it is asked when they come, as it may change until then.
pub(super) fn offer(view: View<'_>, new: &OfferSupply, by: &Principal) -> Ruling {
    let member = eligibility::known_member(view, &new.member, "member_id")?;
    let by = doers::doer_for(view, &member.centre, member, by)?;
    membership::check_state(member, &[MemberState::Active], "a provider")?;
    let adopted = eligibility::policy_on(view, &member.centre, view.today)?;
    eligibility::service_of(adopted, &new.supply.service)?;
    match member.supplies.len() >= MAX_SUPPLIES {
        true => Err(OrderRejection::TooManySupplies {
            member: member.id.clone(),
        }
        .into()),
        false => {
            let offer = new.clone();
            Ok(Fact::SupplyOffered(SupplyOffered { offer, by }).into())
        }
    }
}

pub(super) fn withdraw(view: View<'_>, new: &WithdrawSupply, by: &Principal) -> Ruling {
    let member = eligibility::known_member(view, &new.member, "member_id")?;
    let by = doers::doer_for(view, &member.centre, member, by)?;
    membership::check_state(member, &membership::PRESENT, "changed")?;
    Ok(Fact::SupplyWithdrawn(SupplyWithdrawn {
        withdraw: new.clone(),
        was: known(member, new.supply)?.clone(),
        by,
    })
    .into())
}

fn known(member: &Member, supply: SupplyId) -> Result<&Supply, Undecided> {
    let found = member.supplies.iter().find(|other| other.id == supply);
    Ok(found.ok_or_else(|| OrderRejection::SupplyUnknown {
        member: member.id.clone(),
        supply,
    })?)
}
