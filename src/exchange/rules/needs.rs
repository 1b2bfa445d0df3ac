//! Publishing needs, what is done about them, and what their orders are asked, too.

use super::{Plan, Ruling, Undecided, View, doers, members, policies, standings};
use crate::exchange::{
    AdoptedPolicy, Branch, Day, Doer, Fact, Member, MemberId, MemberState, Need, NeedPublished,
    NeedState, NeedStep, NeedStepped, OrderId, OrderRejection, PublishNeed, Rejection, WeekId,
    order::{
        MAX_DAYS_AHEAD, MAX_OFFER_STEPS, MAX_OFFERS, MAX_STAYING_STEPS, MAX_STEPS, MAX_VISITS,
        NeedAction, NeedVerb, Party, Visit,
    },
    policy::{Ask, Minutes, Payer, Person, Policy, Service},
};
use crate::ledger::{
    self, AccountId, AccountKind, Amount, HoldTerms, Label, Principal, Sequence, Tag, Tags,
    Transfer, UnitId,
};

pub(super) fn publish(view: View<'_>, new: &PublishNeed, by: &Principal) -> Ruling {
    let recipient = known_member(view, &new.terms.recipient, "recipient_id")?;
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
    members::check_state(recipient, &[MemberState::Active], "served")?;
    let on = view.day(terms.at);
    check_near(view, on)?;
    let adopted = policy_on(view, centre, on)?;
    let policy = adopted.policy();
    service_of(adopted, &terms.service)?;
    let length = terms.minutes;
    let days_ago = u32::try_from(on.days_until(view.today)).unwrap_or(0);
    allows(adopted, &Ask::Exchange { length, days_ago })?;
    let eligible = Eligible {
        member: recipient,
        day: on,
        recorded: new.recorded,
    };
    let verdict_on = may(view, adopted, eligible, Role::Redeem)?;
    allows(
        adopted,
        &Ask::EndWaiting {
            earned: Minutes::earned_by(recipient),
            joined_on: recipient.registered_on,
            day: on,
        },
    )?;
    payer(view, adopted, recipient, terms.pay_from.as_ref())?;
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
    let recipient = known_member(view, &need.terms.recipient, "recipient_id")?;
    let verb = new.action.verb();
    let centre = &need.centre;
    let mut ahead_days = None;
    let (doer, to) = match &new.action {
        NeedAction::Offer(provider) => {
            let provider = known_member(view, provider, "provider_id")?;
            let doer = doers::doer_for(view, centre, provider, by)?;
            check_open(view, need, verb)?;
            check_offer(need, provider)?;
            (doer, need.state)
        }
        NeedAction::Withdraw(provider) => {
            let provider = known_member(view, provider, "provider_id")?;
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
            let policy = policy_on(view, centre, need.on)?.policy();
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
        NeedAction::Repeat(repeat) => {
            let doer = doers::doer_for(view, centre, recipient, by)?;
            check_open(view, need, verb)?;
            ahead_days = Some(standings::check_repeat(view, need, repeat, by)?);
            (doer, need.state)
        }
    };
    if let Some(standing) = need.standing {
        // It follows its first visit.
        view.objects.standing(standing)?;
    }
    let stepped = NeedStepped {
        step: new.clone(),
        by: doer,
        to,
        ahead_days,
    };
    let fact = Fact::NeedStepped(Box::new(stepped));
    Ok(Plan::with_reason(fact, new.reason.as_ref()).into())
}

fn check_offer(need: &Need, provider: &Member) -> Result<(), Undecided> {
    members::check_state(provider, &[MemberState::Active], "a provider")?;
    check_other(need, provider)?;
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

pub(super) fn check_other(need: &Need, provider: &Member) -> Result<(), Undecided> {
    match provider.id == need.terms.recipient {
        true => Err(OrderRejection::ProviderIsRecipient {
            member: provider.id.clone(),
        }
        .into()),
        false => Ok(()),
    }
}

/// A hold that is to be placed for an order.
pub(super) struct Held<'a> {
    pub(super) order: OrderId,
    pub(super) id: ledger::BookingId,
    pub(super) payer: &'a AccountId,
    pub(super) provider: &'a Member,
    pub(super) amount: Amount,
}

/// The most that an order can come to of which no more than so long counts.
pub(super) fn held_amount(
    adopted: &AdoptedPolicy,
    service: &Service,
    longest: Minutes,
) -> Result<Amount, Undecided> {
    let most = adopted.policy().worth_of(service, longest);
    let unfit = || OrderRejection::ServiceUnfit {
        policy: adopted.id(),
        service: service.code.clone(),
        why: "so short a service is worth nothing by its weight",
    };
    Ok(Amount::new(most).map_err(|_| unfit())?)
}

pub(super) fn place_hold(
    adopted: &AdoptedPolicy,
    service: &Service,
    held: &Held<'_>,
    point: Option<&crate::exchange::Code>,
) -> Result<ledger::Command, Undecided> {
    let unfit = |why| OrderRejection::ServiceUnfit {
        policy: adopted.id(),
        service: service.code.clone(),
        why,
    };
    let (from, to) = (held.payer.clone(), held.provider.account.clone());
    let transfer =
        Transfer::new(from, to, held.amount).map_err(|_| unfit("the provider would pay for it"))?;
    let tag = |key, value: &str| Tag::new(Label::parse("key", key)?, value.into());
    let tags = [("service", Some(&service.code)), ("point", point)];
    let tags = tags
        .into_iter()
        .filter_map(|(key, code)| Some(tag(key, code?.as_str())));
    let tags = tags.collect::<Result<_, _>>().and_then(Tags::new);
    Ok(ledger::Command::PlaceHold {
        terms: HoldTerms {
            id: held.id,
            transfer,
            expires_in_s: None,
            kind: Label::service(),
            tags: tags.map_err(|_| unfit("its code is no tag"))?,
            owner: held.order.hold_owner(),
        },
        unit: None,
    })
}

pub(super) fn known(view: View<'_>, id: ledger::BookingId) -> Result<&Need, Undecided> {
    let need = crate::exchange::NeedId(id);
    let found = view.objects.need(need)?;
    Ok(found.ok_or(OrderRejection::NeedUnknown { need })?)
}

/// A member whom a field names.
pub(super) fn known_member<'a>(
    view: View<'a>,
    id: &MemberId,
    field: &'static str,
) -> Result<&'a Member, Undecided> {
    let found = view.objects.member(id)?;
    let member = id.clone();
    Ok(found.ok_or(Rejection::MemberUnknown { member, field })?)
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
                NeedVerb::Accept => MAX_STAYING_STEPS,
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
        true => Err(OrderRejection::TooManySteps { id: id.to_string() }),
        false => Ok(()),
    }
}

/// The policy that a centre holds to on a service date.
pub(super) fn policy_on<'a>(
    view: View<'a>,
    centre: &Branch,
    on: Day,
) -> Result<&'a AdoptedPolicy, Undecided> {
    let found = view.objects.policy_on(centre, on)?;
    Ok(found.ok_or_else(|| Rejection::PolicyUnknown {
        centre: centre.clone(),
        which: format!("that holds on {on}"),
    })?)
}

/// A service of a policy's catalogue that orders can be made of.
pub(super) fn service_of<'a>(
    adopted: &'a AdoptedPolicy,
    code: &crate::exchange::Code,
) -> Result<&'a Service, Undecided> {
    let found = adopted.policy().service(code);
    let service = found.ok_or_else(|| Rejection::ServiceUnknown {
        policy: adopted.id(),
        service: code.clone(),
    })?;
    let unfit = |why| OrderRejection::ServiceUnfit {
        policy: adopted.id(),
        service: code.clone(),
        why,
    };
    if service.group {
        return Err(unfit("it is for several at once, and an order is for one").into());
    }
    match service.unit == UnitId::time() {
        true => Ok(service),
        false => Err(unfit("it earns no hours").into()),
    }
}

/// That a policy has nothing against something.
pub(super) fn allows(adopted: &AdoptedPolicy, ask: &Ask<'_>) -> Result<(), Undecided> {
    let forbids = |breach| OrderRejection::PolicyForbids {
        policy: adopted.id(),
        breach,
    };
    Ok(adopted.policy().judge(ask).map_err(forbids)?)
}

/// What somebody may do, or may not.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Serve,
    Redeem,
}

/// Who is asked about, on which day; and of a record, whose fields it has a verdict on.
pub(super) struct Eligible<'a> {
    pub(super) member: &'a Member,
    pub(super) day: Day,
    pub(super) recorded: Option<Sequence>,
}

/// That somebody may, by a rule of a policy that may ask for personal fields. The record
/// of these, where it does. Where they were erased, what is recorded is taken.
pub(super) fn may(
    view: View<'_>,
    adopted: &AdoptedPolicy,
    of: Eligible<'_>,
    role: Role,
) -> Result<Option<Sequence>, Undecided> {
    let policy = adopted.policy();
    let details = &policies::with_active_guardian(view, &of.member.details)?;
    let since = of.member.personal_since;
    let fields = match view.objects.personal(since)? {
        Some(personal) => personal.fields.clone(),
        None if of.recorded == Some(since) => return Ok(of.recorded),
        None => Default::default(),
    };
    let person = Person {
        details,
        fields: &fields,
        day: of.day,
    };
    let (ask, who) = match role {
        Role::Serve => (Ask::Serve(person), &policy.provide.who),
        Role::Redeem => (Ask::Redeem(person), &policy.redeem.who),
    };
    allows(adopted, &ask)?;
    Ok((!who.0.is_empty()).then_some(since))
}

pub(super) fn check_qualified(
    policy: &Policy,
    service: &Service,
    provider: &Member,
    on: Day,
) -> Result<(), Undecided> {
    let lacking = policy.lacking(service, provider, on);
    match lacking.is_empty() {
        true => Ok(()),
        false => {
            let lacking: Vec<_> = lacking.iter().map(|code| code.as_str()).collect();
            Err(OrderRejection::NotQualified {
                member: provider.id.clone(),
                service: service.code.clone(),
                on,
                lacking: lacking.join(", "),
            }
            .into())
        }
    }
}

/// That provider and recipient are nowhere else at the time of a visit.
pub(super) fn check_free(
    view: View<'_>,
    (provider, recipient): (&MemberId, &MemberId),
    visit: &Visit,
) -> Result<(), Undecided> {
    check_side_free(view, provider, Party::Provider, visit)?;
    check_side_free(view, recipient, Party::Recipient, visit)
}

pub(super) fn check_side_free(
    view: View<'_>,
    member: &MemberId,
    side: Party,
    visit: &Visit,
) -> Result<(), Undecided> {
    let on = view.day(visit.from);
    // No visit is longer than a day: one that begins the day before may last into it.
    let days = [on.before(), on, view.day(visit.until)];
    let mut weeks: Vec<_> = days.map(|day| WeekId::of(member, day)).into();
    weeks.dedup();
    for id in weeks {
        let Some(week) = view.objects.week(&id)? else {
            continue;
        };
        let member = member.clone();
        if let Some(other) = week.overlapping(visit, side) {
            return Err(OrderRejection::VisitsOverlap {
                member,
                order: other.order,
                from: other.from,
                until: other.until,
            }
            .into());
        }
        let is_in = week.visits.iter().any(|other| other.order == visit.order);
        if week.monday == on.monday() && !is_in && week.visits.len() >= MAX_VISITS {
            let max = MAX_VISITS;
            return Err(OrderRejection::TooManyVisits { member, on, max }.into());
        }
    }
    Ok(())
}

/// The account that pays: whom the need names, as far as the policy lets it, or whom the
/// policy names.
pub(super) fn payer(
    view: View<'_>,
    adopted: &AdoptedPolicy,
    recipient: &Member,
    named: Option<&AccountId>,
) -> Result<AccountId, Undecided> {
    let centre = &adopted.centre;
    let by_policy = match &adopted.policy().payment.payer {
        Payer::Recipient => &recipient.account,
        Payer::Account(account) => account,
    };
    let account = named.unwrap_or(by_policy);
    if *account == recipient.account {
        return Ok(account.clone());
    }
    policies::check_ours(view, centre, "payment.payer", account)?;
    if account != by_policy && !is_bodys(view, account)? {
        allows(adopted, &Ask::PayFrom(account))?;
    }
    Ok(account.clone())
}

/// Whether an account is an organisation's or a project's, which pay for whom they like.
fn is_bodys(view: View<'_>, id: &AccountId) -> Result<bool, Undecided> {
    let account = view.book.account(id)?;
    Ok(account.is_some_and(|account| {
        matches!(
            account.kind,
            AccountKind::Organisation | AccountKind::Project
        )
    }))
}
