//! Accepting needs: who may serve, who could, and whose approval stands then.

use super::{
    Plan, Ruling, Undecided, View,
    booking::{self, Held},
    doers,
    eligibility::{self, Eligible, Role},
    entries, issuing, membership, needs, policies,
};
use crate::exchange::{
    AcceptNeed, Doer, Fact, Member, MemberState, Need, NeedState, ObjectId, OrderAccepted, OrderId,
    OrderRejection, StaffNumber, StepId,
    order::{NeedVerb, Party},
};
use crate::ledger::{self, Principal, Sequence};

pub(super) fn accept(view: View<'_>, new: &AcceptNeed, by: &Principal) -> Ruling {
    let need = needs::known(view, new.need.0)?;
    let recipient = eligibility::known_member(view, &need.terms.recipient, "recipient_id")?;
    let provider = eligibility::known_member(view, &new.provider, "provider_id")?;
    let doer = doers::doer_for(view, &need.centre, provider, by)?;
    needs::check_open(view, need, NeedVerb::Accept)?;
    needs::check_stayed(recipient, &need.centre)?;
    let sides = [recipient, provider];
    let verdict_on = check_sides(view, need, new, sides)?;
    let grounds = Grounds {
        by: doer,
        approved_by: approvals_for(view, need, provider)?,
        verdict_on,
        is_over: false,
    };
    let (accepted, ledger) = ordered(view, need, new, sides, grounds)?;
    let fact = Fact::OrderAccepted(Box::new(accepted));
    Ok(Plan::with_ledger(fact, ledger).into())
}

/// That one side of a need may be served, and the other may serve it. The record of the
/// provider's personal fields, where the policy asks for some.
pub(super) fn check_sides(
    view: View<'_>,
    need: &Need,
    new: &AcceptNeed,
    [recipient, provider]: [&Member; 2],
) -> Result<Option<Sequence>, Undecided> {
    eligibility::check_other(need, provider)?;
    membership::check_state(recipient, &[MemberState::Active], "served")?;
    check_provider(view, need, provider, new.recorded)
}

/// On what an order is made of a need.
pub(super) struct Grounds {
    pub(super) by: Doer,
    pub(super) approved_by: Vec<StaffNumber>,
    pub(super) verdict_on: Option<Sequence>,
    /// Whether it took place, and so comes to no more than it took.
    pub(super) is_over: bool,
}

/// The order that is made of a need, and what the ledger does for it.
pub(super) fn ordered(
    view: View<'_>,
    need: &Need,
    new: &AcceptNeed,
    [recipient, provider]: [&Member; 2],
    on: Grounds,
) -> Result<(OrderAccepted, Vec<ledger::Command>), Undecided> {
    let terms = &need.terms;
    let adopted = eligibility::policy_on(view, &need.centre, need.on)?;
    let service = eligibility::service_of(adopted, &terms.service)?;
    booking::check_free(view, (&provider.id, &recipient.id), &need.visit(new.order))?;
    let sides = (service, recipient);
    let payer = booking::payer(view, adopted, sides, terms.pay_from.as_ref())?;
    issuing::check_pays_on(view, &payer, need.on)?;
    let earns = booking::earnings(adopted, service, provider)?;
    entries::check_unbooked(
        view,
        new.order.0,
        StepId::Creates(ObjectId::Order(new.order)),
    )?;
    let longest = match on.is_over {
        true => terms.minutes,
        false => adopted.policy().longest_confirmed(terms.minutes),
    };
    let held = Held {
        order: new.order,
        id: new.order.0,
        payer: &payer,
        to: earns
            .as_ref()
            .map_or(&provider.account, |earns| &earns.account),
        amount: booking::held_amount(adopted, service, longest)?,
    };
    let limits = policies::new_limits(view, &recipient.centre, &recipient.account)?;
    let place = booking::place_hold(adopted, service, &held, terms.point.as_ref())?;
    let opening = booking::opening(view, earns.as_ref())?;
    let stand = u32::try_from(need.orders.len()).unwrap_or(u32::MAX);
    let accepted = OrderAccepted {
        accept: AcceptNeed {
            recorded: None,
            ..new.clone()
        },
        by: on.by,
        approved_by: on.approved_by,
        held: held.amount,
        need_is: match stand.saturating_add(1) >= terms.helpers.get() {
            true => NeedState::Accepted,
            false => NeedState::Approved,
        },
        payer: payer.clone(),
        earns: earns.map(Box::new),
        verdict_on: on.verdict_on,
    };
    Ok((
        accepted,
        limits.into_iter().chain(opening).chain([place]).collect(),
    ))
}

/// That a member may serve a need. The record of their personal fields, where
/// the policy asks for some.
fn check_provider(
    view: View<'_>,
    need: &Need,
    provider: &Member,
    recorded: Option<Sequence>,
) -> Result<Option<Sequence>, Undecided> {
    membership::check_state(provider, &[MemberState::Active], "a provider")?;
    let adopted = eligibility::policy_on(view, &need.centre, need.on)?;
    let service = eligibility::service_of(adopted, &need.terms.service)?;
    let eligible = Eligible {
        member: provider,
        day: need.on,
        recorded,
    };
    let verdict_on = eligibility::may(view, adopted, eligible, Role::Serve)?;
    eligibility::check_qualified(adopted.policy(), service, provider, need.on)?;
    Ok(verdict_on)
}

/// That a need which waits could be accepted by a member, as far as that is theirs.
///
/// # Errors
/// The [`Rejection`] of the first rule that refuses, or what is not loaded.
pub fn check_candidate(view: View<'_>, need: &Need, member: &Member) -> Result<(), Undecided> {
    eligibility::check_other(need, member)?;
    check_provider(view, need, member, None)?;
    if need.state == NeedState::Approved {
        approvals_for(view, need, member)?;
    }
    // Whichever order it would be: a need's id is no order's.
    let visit = need.visit(OrderId(need.id.0));
    booking::check_side_free(view, &member.id, Party::Provider, &visit)
}

/// The approvals that stand whoever serves: of staff who are neither the provider nor
/// their relative.
pub(super) fn approvals_for(
    view: View<'_>,
    need: &Need,
    provider: &Member,
) -> Result<Vec<StaffNumber>, Undecided> {
    let mut standing = Vec::new();
    for number in &need.approved_by {
        let staff = view.objects.staff(number)?;
        if staff.is_some_and(|staff| !doers::is_party(staff, provider)) {
            standing.push(number.clone());
        }
    }
    let adopted = eligibility::policy_on(view, &need.centre, need.on)?;
    let asked = adopted.policy().approval.need;
    let given = standing.len();
    match u32::try_from(given).unwrap_or(u32::MAX) < asked {
        true => Err(OrderRejection::ApprovalsMissing {
            need: need.id,
            given,
            asked,
        }
        .into()),
        false => Ok(standing),
    }
}
