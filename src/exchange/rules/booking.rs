//! What an order takes: hours that are held of whoever pays, and the time of both sides.

use super::{Undecided, View, accounts, eligibility::allows, policies};
use crate::exchange::{
    AdoptedPolicy, Code, Member, MemberId, Order, OrderId, OrderRejection, WeekId,
    order::{Earnings, MAX_VISITS, Party, Visit},
    policy::{Ask, Minutes, Payer, Service},
};
use crate::ledger::{
    self, AccountId, AccountKind, Amount, HoldTerms, Label, Malformed, Tag, Tags, Transfer, UnitId,
};

/// A hold that is to be placed for an order.
pub(super) struct Held<'a> {
    pub(super) order: OrderId,
    pub(super) id: ledger::BookingId,
    pub(super) payer: &'a AccountId,
    /// The account that gets it.
    pub(super) to: &'a AccountId,
    pub(super) amount: Amount,
}

/// What a provider earns by a service, where that is no hours.
pub(super) fn earnings(
    adopted: &AdoptedPolicy,
    service: &Service,
    provider: &Member,
) -> Result<Option<Earnings>, OrderRejection> {
    if service.unit == UnitId::time() {
        return Ok(None);
    }
    let unit = service.unit.clone();
    match provider.account_of(&unit) {
        Some(account) => Ok(Some(Earnings { unit, account })),
        None => Err(OrderRejection::ServiceUnfit {
            policy: adopted.id(),
            service: service.code.clone(),
            why: "the provider's id is too long for an account of its unit",
        }),
    }
}

/// What opens the account that earnings go to. None where it is there.
pub(super) fn opening(
    view: View<'_>,
    earns: Option<&Earnings>,
) -> Result<Option<ledger::Command>, Undecided> {
    let Some(Earnings { unit, account }) = earns else {
        return Ok(None);
    };
    let account = accounts::plain(account.clone(), AccountKind::Member, unit);
    accounts::opening(view.book, account)
}

/// That a service earns by the policy of another day what it was accepted for.
pub(super) fn check_unit(
    order: &Order,
    adopted: &AdoptedPolicy,
    service: &Service,
) -> Result<(), OrderRejection> {
    match service.unit == order.unit() {
        true => Ok(()),
        false => Err(OrderRejection::ServiceUnfit {
            policy: adopted.id(),
            service: service.code.clone(),
            why: "it earns another unit on that day; cancel the order, and publish another need",
        }),
    }
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
    point: Option<&Code>,
) -> Result<ledger::Command, Undecided> {
    let unfit = |why| OrderRejection::ServiceUnfit {
        policy: adopted.id(),
        service: service.code.clone(),
        why,
    };
    let (from, to) = (held.payer.clone(), held.to.clone());
    let transfer =
        Transfer::new(from, to, held.amount).map_err(|_| unfit("the provider would pay for it"))?;
    Ok(ledger::Command::PlaceHold {
        terms: HoldTerms {
            id: held.id,
            transfer,
            expires_in_s: None,
            kind: Label::service(),
            tags: tags(&service.code, point).map_err(|_| unfit("its code is no tag"))?,
            owner: held.order.hold_owner(),
        },
        unit: None,
    })
}

/// What an entry is told apart by: what was served, and where.
pub(super) fn tags(service: &Code, point: Option<&Code>) -> Result<Tags, Malformed> {
    let tag = |key, value: &str| Tag::new(Label::parse("key", key)?, value.into());
    let tags = [("service", Some(service)), ("point", point)];
    let tags = tags
        .into_iter()
        .filter_map(|(key, code)| Some(tag(key, code?.as_str())));
    tags.collect::<Result<_, _>>().and_then(Tags::new)
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
    (service, recipient): (&Service, &Member),
    named: Option<&AccountId>,
) -> Result<AccountId, Undecided> {
    let centre = &adopted.centre;
    if service.unit != UnitId::time() {
        return source(view, adopted, service, named);
    }
    let by_policy = payer_by_policy(adopted, recipient);
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

/// What a service that earns no hours is paid from: by nobody else.
fn source(
    view: View<'_>,
    adopted: &AdoptedPolicy,
    service: &Service,
    named: Option<&AccountId>,
) -> Result<AccountId, Undecided> {
    let unfit = |why| OrderRejection::ServiceUnfit {
        policy: adopted.id(),
        service: service.code.clone(),
        why,
    };
    let missing = "it earns no hours, and names nothing that it is paid from (service.from)";
    let from = service.from.as_ref().ok_or_else(|| unfit(missing))?;
    if named.is_some_and(|named| named != from) {
        return Err(unfit("it earns no hours, and is paid from service.from alone").into());
    }
    policies::check_ours(view, &adopted.centre, policies::SERVICE_FROM, from)?;
    Ok(from.clone())
}

fn payer_by_policy<'a>(adopted: &'a AdoptedPolicy, recipient: &'a Member) -> &'a AccountId {
    match &adopted.policy().payment.payer {
        Payer::Recipient => &recipient.account,
        Payer::Account(account) => account,
    }
}

/// That a member names no other payer than their own account or the policy's, where nobody of
/// the staff looks at what they ask for.
pub(super) fn check_payer_of_theirs(
    adopted: &AdoptedPolicy,
    recipient: &Member,
    payer: &AccountId,
    member: &MemberId,
) -> Result<(), OrderRejection> {
    let mut of_services = adopted.policy().service_sources();
    let is_theirs = *payer == recipient.account
        || payer == payer_by_policy(adopted, recipient)
        || of_services.any(|(_, from)| from == payer);
    match is_theirs {
        true => Ok(()),
        false => Err(OrderRejection::PayerByStaff {
            account: payer.clone(),
            member: member.clone(),
            policy: adopted.id(),
        }),
    }
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
