//! Publishing needs, and what is done about them.

use super::{
    Plan, Ruling, Undecided, View, booking, doers,
    eligibility::{self, Role},
    membership, repeats,
};
use crate::exchange::{
    Branch, Day, Doer, Fact, Member, MemberState, Need, NeedMoved, NeedPublished, NeedState,
    NeedStep, NeedStepped, OrderRejection, PublishNeed,
    order::{
        MAX_DAYS_AHEAD, MAX_OFFER_STEPS, MAX_OFFERS, MAX_STAYING_STEPS, MAX_STEPS, NeedAction,
        NeedTerms, NeedVerb,
    },
    policy::{Ask, Minutes, Policy},
};
use crate::ledger::{BookingId, Principal};

pub(super) fn publish(view: View<'_>, new: &PublishNeed, by: &Principal) -> Ruling {
    let recipient = eligibility::known_member(view, &new.terms.recipient, "recipient_id")?;
    let doer = doers::doer_for(view, &recipient.centre, recipient, by)?;
    let published = published(view, new, recipient, (doer, 0))?;
    Ok(Fact::NeedPublished(Box::new(published)).into())
}

/// A need that may be asked for, by somebody and with as many approvals.
pub(super) fn published(
    view: View<'_>,
    new: &PublishNeed,
    recipient: &Member,
    (by, approvals): (Doer, usize),
) -> Result<NeedPublished, Undecided> {
    let (terms, centre) = (&new.terms, &recipient.centre);
    membership::check_state(recipient, &[MemberState::Active], "served")?;
    let on = view.day(terms.at);
    check_near(view, on)?;
    let adopted = eligibility::policy_on(view, centre, on)?;
    let policy = adopted.policy();
    let service = eligibility::service_of(adopted, &terms.service)?;
    let length = terms.minutes;
    let days_ago = u32::try_from(on.days_until(view.today)).unwrap_or(0);
    eligibility::allows(adopted, &Ask::Exchange { length, days_ago })?;
    let eligible = eligibility::Eligible {
        member: recipient,
        day: on,
        recorded: new.recorded,
    };
    let verdict_on = eligibility::may(view, adopted, eligible, Role::Redeem)?;
    eligibility::allows(
        adopted,
        &Ask::EndWaiting {
            earned: Minutes::earned_by(recipient),
            joined_on: recipient.registered_on,
            day: on,
        },
    )?;
    let payer = booking::payer(view, adopted, (service, recipient), terms.pay_from.as_ref())?;
    if let (Doer::Member(member), true) = (&by, approvals == 0 && is_enough(0, policy)) {
        booking::check_payer_of_theirs(adopted, recipient, &payer, member)?;
    }
    Ok(NeedPublished {
        id: new.id,
        terms: terms.clone(),
        by,
        centre: centre.clone(),
        policy: adopted.version,
        on,
        open_until: on.plus_days(policy.exchange.backdated_days).unwrap_or(on),
        to: match is_enough(approvals, policy) {
            true => NeedState::Approved,
            false => NeedState::Published,
        },
        verdict_on,
    })
}

/// Whether a need has as many approvals as a policy asks for.
fn is_enough(approvals: usize, policy: &Policy) -> bool {
    u32::try_from(approvals).unwrap_or(u32::MAX) >= policy.approval.need
}

/// That a recipient is still of the centre whose staff approve what they asked for, and by whose
/// policy it goes.
pub(super) fn check_stayed(recipient: &Member, centre: &Branch) -> Result<(), OrderRejection> {
    match recipient.centre == *centre {
        true => Ok(()),
        false => Err(OrderRejection::RecipientMoved {
            member: recipient.id.clone(),
            centre: recipient.centre.clone(),
        }),
    }
}

pub(super) fn check_near(view: View<'_>, on: Day) -> Result<(), Undecided> {
    let latest = view.today.plus_days(MAX_DAYS_AHEAD).unwrap_or(view.today);
    match on > latest {
        true => Err(OrderRejection::NeedTooFar { on, latest }.into()),
        false => Ok(()),
    }
}

pub(super) fn step(view: View<'_>, new: &NeedStep, by: &Principal) -> Ruling {
    let need = known(view, new.need.0)?;
    let recipient = eligibility::known_member(view, &need.terms.recipient, "recipient_id")?;
    let verb = new.action.verb();
    let centre = &need.centre;
    let (mut ahead_days, mut moved) = (None, None);
    let (doer, to) = match &new.action {
        NeedAction::Offer(provider) => {
            let provider = eligibility::known_member(view, provider, "provider_id")?;
            let doer = doers::doer_for(view, centre, provider, by)?;
            check_open(view, need, verb)?;
            check_offer(need, provider)?;
            (doer, need.state)
        }
        NeedAction::Withdraw(provider) => {
            let provider = eligibility::known_member(view, provider, "provider_id")?;
            let doer = doers::doer_for(view, centre, provider, by)?;
            check_open(view, need, verb)?;
            let mut offers = need.offers.iter();
            if !offers.any(|offer| offer.provider == provider.id) {
                let (need, member) = (need.id, provider.id.clone());
                return Err(OrderRejection::OfferUnknown { need, member }.into());
            }
            (doer, need.state)
        }
        NeedAction::Approve => {
            let staff = doers::neutral_staff(view, centre, &[recipient], by)?;
            check_open(view, need, verb)?;
            check_stayed(recipient, centre)?;
            for earlier in &need.approved_by {
                doers::check_another(view, staff, earlier)?;
            }
            let policy = eligibility::policy_on(view, centre, need.on)?.policy();
            let to = match is_enough(need.approved_by.len() + 1, policy) {
                true => NeedState::Approved,
                false => need.state,
            };
            (Doer::Staff(staff.terms.number.clone()), to)
        }
        NeedAction::Decline => {
            let staff = doers::neutral_staff(view, centre, &[recipient], by)?;
            check_open(view, need, verb)?;
            (Doer::Staff(staff.terms.number.clone()), NeedState::Declined)
        }
        NeedAction::Cancel => {
            let doer = doers::doer_for(view, centre, recipient, by)?;
            check_open(view, need, verb)?;
            (doer, NeedState::Cancelled)
        }
        NeedAction::Change { at, minutes } => {
            let doer = doers::doer_for(view, centre, recipient, by)?;
            check_open(view, need, verb)?;
            check_changing(view, need, recipient)?;
            let is_approval = doers::is_neutral_staff(view, centre, &[recipient], by)?;
            let publish = PublishNeed {
                id: need.id,
                terms: NeedTerms {
                    at: *at,
                    minutes: *minutes,
                    ..need.terms.clone()
                },
                recorded: new.recorded,
            };
            let approvals = usize::from(is_approval);
            let published = published(view, &publish, recipient, (doer.clone(), approvals))?;
            moved = Some(NeedMoved {
                policy: published.policy,
                on: published.on,
                open_until: published.open_until,
                verdict_on: published.verdict_on,
                is_approval,
            });
            (doer, published.to)
        }
        NeedAction::Repeat(repeat) => {
            let doer = doers::doer_for(view, centre, recipient, by)?;
            check_open(view, need, verb)?;
            ahead_days = Some(repeats::check_repeat(view, need, repeat, by)?);
            (doer, need.state)
        }
    };
    let stepped = NeedStepped {
        step: NeedStep {
            recorded: None,
            ..new.clone()
        },
        by: doer,
        to,
        ahead_days,
        moved,
    };
    let fact = Fact::NeedStepped(Box::new(stepped));
    Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
}

/// That a need may be changed: as long as nobody is to come, who has agreed to its time; and not
/// as the first visit of a series, which has that time, too.
fn check_changing(view: View<'_>, need: &Need, recipient: &Member) -> Result<(), Undecided> {
    check_stayed(recipient, &need.centre)?;
    if let Some(order) = need.orders.first() {
        let (need, order) = (need.id, *order);
        return Err(OrderRejection::NeedHasOrder { need, order }.into());
    }
    let Some(id) = need.standing else {
        return Ok(());
    };
    let standing = view.objects.standing(id)?;
    match standing.is_some_and(|standing| standing.need == need.id) {
        true => Err(OrderRejection::NeedRepeats {
            need: need.id,
            standing: id,
        }
        .into()),
        false => Ok(()),
    }
}

fn check_offer(need: &Need, provider: &Member) -> Result<(), Undecided> {
    membership::check_state(provider, &[MemberState::Active], "a provider")?;
    eligibility::check_other(need, provider)?;
    let member = || provider.id.clone();
    let need_id = need.id;
    if need
        .offers
        .iter()
        .any(|offer| offer.provider == provider.id)
    {
        return Err(OrderRejection::OfferExists {
            need: need_id,
            member: member(),
        }
        .into());
    }
    match need.offers.len() >= MAX_OFFERS {
        true => Err(OrderRejection::TooManyOffers { need: need_id }.into()),
        false => Ok(()),
    }
}

pub(super) fn known(view: View<'_>, id: BookingId) -> Result<&Need, Undecided> {
    let need = crate::exchange::NeedId(id);
    let found = view.objects.need(need)?;
    Ok(found.ok_or(OrderRejection::NeedUnknown { need })?)
}

/// That a step is open to a need as it stands today, and that there is room for one. Offers
/// leave some for acceptances, which a provider can be out of again, and these some for all
/// else: so nobody brings a need to a stop.
pub(super) fn check_open(
    view: View<'_>,
    need: &Need,
    step: NeedVerb,
) -> Result<(), OrderRejection> {
    let state = need.state_on(view.today);
    let need_id = need.id;
    match state.leads(step) {
        None => Err(OrderRejection::NeedStateWrong {
            need: need_id,
            state,
            step,
        }),
        Some(_) => {
            let max = match step {
                NeedVerb::Offer | NeedVerb::Withdraw => MAX_OFFER_STEPS,
                NeedVerb::Accept | NeedVerb::Change => MAX_STAYING_STEPS,
                NeedVerb::Approve | NeedVerb::Decline | NeedVerb::Cancel | NeedVerb::Repeat => {
                    MAX_STEPS
                }
            };
            check_room(need.steps.len(), max, &need_id)
        }
    }
}

/// That there is room for a step. Those that leave all as it stands keep some free for
/// those that lead on, so that nobody brings it to a stop.
pub(super) fn check_steps(
    taken: usize,
    stays: bool,
    id: &impl ToString,
) -> Result<(), OrderRejection> {
    let max = match stays {
        true => MAX_STAYING_STEPS,
        false => MAX_STEPS,
    };
    check_room(taken, max, id)
}

fn check_room(taken: usize, max: usize, id: &impl ToString) -> Result<(), OrderRejection> {
    match taken >= max {
        true => Err(OrderRejection::TooManySteps {
            id: id.to_string(),
            max,
        }),
        false => Ok(()),
    }
}
