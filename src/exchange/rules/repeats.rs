//! Whether a need may come again every week.

use super::{Undecided, View, doers, eligibility, membership};
use crate::exchange::{
    MemberState, Need, NeedState, OrderRejection,
    order::{MAX_STANDING_DAYS, Repeat, WEEK_DAYS},
};
use crate::ledger::Principal;

/// That a need may repeat, which is approved with it. How many days ahead its visits arise.
pub(super) fn check_repeat(
    view: View<'_>,
    need: &Need,
    repeat: &Repeat,
    by: &Principal,
) -> Result<u32, Undecided> {
    if let Some(standing) = need.standing {
        let need = need.id;
        return Err(OrderRejection::NeedRepeats { need, standing }.into());
    }
    let policy = eligibility::policy_on(view, &need.centre, need.on)?.policy();
    let asked = policy.approval.need;
    if need.state == NeedState::Approved && asked > 0 {
        let need = need.id;
        return Err(OrderRejection::RepeatNotApproved { need, asked }.into());
    }
    let (until, from) = (repeat.until, need.on);
    let latest = from.plus_days(MAX_STANDING_DAYS).unwrap_or(from);
    let second = from.plus_days(WEEK_DAYS).unwrap_or(from);
    if until > latest {
        return Err(OrderRejection::NeedTooFar { on: until, latest }.into());
    }
    if until < second {
        return Err(OrderRejection::RepeatsNever { until, second }.into());
    }
    if let Some(provider) = &repeat.provider {
        let provider = eligibility::known_member(view, provider, "provider_id")?;
        doers::doer_for(view, &need.centre, provider, by)?;
        eligibility::check_other(need, provider)?;
        membership::check_state(provider, &[MemberState::Active], "a provider")?;
    }
    Ok(policy.exchange.ahead_days)
}
