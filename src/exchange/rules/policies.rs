//! Adopting policies, and what they ask of whoever joins.

use super::{Ruling, Undecided, View, check_staff};
use crate::exchange::{
    Admission, AdoptPolicy, AdoptedPolicy, Branch, Fact, MandateId, MemberDetails, MemberId,
    MemberState, NotLoaded, PersonalPart, PolicyAdopted, Rejection, Wants,
    policy::{Person, Policy},
};
use crate::ledger::{self, Account, AccountId, AccountKind, Balance, Limits, Principal, UnitId};

pub(super) fn adopt(view: View<'_>, new: &AdoptPolicy, by: &Principal) -> Ruling {
    let AdoptPolicy {
        step,
        centre,
        document,
    } = new;
    check_staff(view.objects, centre, by)?;
    let policy = document.policy();
    check_accounts(view, centre, policy)?;
    let unknown = policy.units().find(|unit| view.book.unit(unit).is_none());
    if let Some(unit) = unknown.cloned() {
        return Err(Rejection::PolicyUnitUnknown { unit }.into());
    }
    let adopted = view.objects.centre(centre).map(|centre| &centre.policies);
    let adopted = adopted.cloned().unwrap_or_default();
    let version = adopted.next();
    let version = version.ok_or_else(|| Rejection::TooManyPolicies {
        centre: centre.clone(),
    })?;
    let earliest = adopted.earliest(view.today);
    let starts_on = policy.starts_on.unwrap_or(earliest);
    if starts_on < earliest {
        return Err(Rejection::PolicyStartsEarly {
            starts_on,
            earliest,
        }
        .into());
    }
    Ok(Fact::PolicyAdopted(PolicyAdopted {
        step: *step,
        policy: AdoptedPolicy {
            centre: centre.clone(),
            version,
            starts_on,
            document: document.clone(),
        },
    })
    .into())
}

/// That the accounts which a policy names are the centre's, and fit what they are
/// named for. All are asked for before one is missed.
fn check_accounts(view: View<'_>, centre: &Branch, policy: &Policy) -> Result<(), Undecided> {
    let mut wants = Wants::default();
    let named = sources(policy).chain(stocks(policy));
    let named = named.map(|(key, _, id)| (key, id));
    for (_, id) in policy.accounts().into_iter().chain(named) {
        if let Err(lacking) = view.book.account(id) {
            wants.ledger.join(lacking.wants());
        }
        if let Err(lacking) = is_ours(view, centre, id) {
            wants.join(lacking.wants());
        }
    }
    if !wants.is_empty() {
        return Err(NotLoaded::from(wants).into());
    }
    for (key, unit, id) in sources(policy) {
        check_source(view, centre, (key, unit, id))?;
    }
    for (key, unit, id) in stocks(policy) {
        check_stock(view, centre, (key, unit, id))?;
    }
    for (key, id) in policy.accounts() {
        check_ours(view, centre, key, id)?;
        let account = id.clone();
        let Some(found) = view.book.account(id)? else {
            return Err(Rejection::PolicyAccountUnknown { key, account }.into());
        };
        if let Some(why) = unfit(key, found) {
            return Err(Rejection::PolicyAccountUnfit { key, account, why }.into());
        }
    }
    Ok(())
}

/// The key by which a service names what it is paid from.
pub(super) const SERVICE_FROM: &str = "service.from";

/// The key by which a training names what its points come from.
pub(super) const TRAINING_FROM: &str = "training.from";

/// The key by which a conversion names where what is given goes to.
pub(super) const CONVERT_INTO: &str = "convert.into";

/// The key by which a conversion names what is got comes from.
pub(super) const CONVERT_SOURCE: &str = "convert.source";

/// An account of a unit that a policy names, with the key that does.
type Named<'a> = (&'static str, &'a UnitId, &'a AccountId);

/// What earnings of other units than time, and what is got by conversions, come from.
fn sources(policy: &Policy) -> impl Iterator<Item = Named<'_>> {
    let of_services = policy.service_sources();
    let of_services = of_services.map(|(service, id)| (SERVICE_FROM, &service.unit, id));
    let of_trainings = policy.training_points();
    let of_trainings = of_trainings.map(|points| (TRAINING_FROM, &points.unit, &points.from));
    let of_conversions = policy.conversions.iter();
    let of_conversions = of_conversions.map(|one| (CONVERT_SOURCE, &one.to, &one.source));
    of_services.chain(of_trainings).chain(of_conversions)
}

/// Where what is given in conversions goes to.
fn stocks(policy: &Policy) -> impl Iterator<Item = Named<'_>> {
    let conversions = policy.conversions.iter();
    conversions.map(|one| (CONVERT_INTO, &one.from, &one.into))
}

fn check_source(view: View<'_>, centre: &Branch, named: Named<'_>) -> Result<(), Undecided> {
    check_named(view, centre, named, AccountKind::Issuance)?;
    let (key, _, id) = named;
    match view.objects.source(id)? {
        Some(_) => Ok(()),
        None => Err(unfit_account(key, id, "it is no source").into()),
    }
}

fn check_stock(view: View<'_>, centre: &Branch, named: Named<'_>) -> Result<(), Undecided> {
    check_named(view, centre, named, AccountKind::Redemption)?;
    let (key, _, id) = named;
    match view.objects.stock(id)? {
        Some(_) => Ok(()),
        None => Err(unfit_account(key, id, "it is no stock").into()),
    }
}

/// That an account is the centre's, and an open one of a kind and its unit.
fn check_named(
    view: View<'_>,
    centre: &Branch,
    (key, unit, id): Named<'_>,
    kind: AccountKind,
) -> Result<(), Undecided> {
    check_ours(view, centre, key, id)?;
    let Some(found) = view.book.account(id)? else {
        let account = id.clone();
        return Err(Rejection::PolicyAccountUnknown { key, account }.into());
    };
    match unfit_for(found, &[kind], unit) {
        None => Ok(()),
        Some(why) => Err(unfit_account(key, id, why).into()),
    }
}

fn unfit_account(key: &'static str, id: &AccountId, why: impl Into<String>) -> Rejection {
    Rejection::PolicyAccountUnfit {
        key,
        account: id.clone(),
        why: why.into(),
    }
}

/// That a centre may have hours go to or from an account that its policy names, by its
/// key: a mandate may have been revoked since the policy was adopted.
pub(super) fn check_ours(
    view: View<'_>,
    centre: &Branch,
    key: &'static str,
    id: &AccountId,
) -> Result<(), Undecided> {
    match is_ours(view, centre, id)? {
        true => Ok(()),
        false => Err(Rejection::PolicyAccountForeign {
            key,
            account: id.clone(),
            centre: centre.clone(),
        }
        .into()),
    }
}

/// Whether an account is in a centre's branch, or the centre has a mandate for it.
fn is_ours(view: View<'_>, centre: &Branch, id: &AccountId) -> Result<bool, NotLoaded> {
    if centre.contains(id.as_str()) {
        return Ok(true);
    }
    let mandate = MandateId {
        account: id.clone(),
        centre: centre.clone(),
    };
    let mandate = view.objects.mandate(&mandate)?;
    Ok(mandate.is_some_and(|mandate| mandate.is_given))
}

/// Why an account does not do for what a policy names it for.
fn unfit(key: &str, account: &Account) -> Option<String> {
    use AccountKind::{Clearing, Issuance, Organisation, Pool, Redemption};
    let kinds: &[AccountKind] = match key {
        "balance.excess_to" => &[Pool],
        "exit.leaving" | "exit.death" => &[Pool, Redemption, Issuance],
        "payment.payer" => &[Pool, Organisation, Issuance],
        "partner.account" => &[Clearing],
        _ => &[Issuance],
    };
    unfit_for(account, kinds, &UnitId::time())
}

/// Why an account is not an open one of these kinds and a unit.
fn unfit_for(account: &Account, kinds: &[AccountKind], unit: &UnitId) -> Option<String> {
    if account.closed.is_some() {
        return Some("it is closed".into());
    }
    if account.unit != *unit {
        return Some(format!("it counts {}, not {unit}", account.unit));
    }
    let kind = account.kind;
    let words: Vec<_> = kinds.iter().map(ToString::to_string).collect();
    let fits = kinds.contains(&kind);
    (!fits).then(|| format!("it is of kind {kind}, not {}", words.join(" or ")))
}

/// By which rule of the centre's policy somebody joins on the ledger's day. None where
/// it has no policy. What was erased is as the record says.
pub(super) fn admit(
    view: View<'_>,
    centre: &Branch,
    (member, details, personal): (&MemberId, &MemberDetails, &PersonalPart),
) -> Result<Option<Admission>, Undecided> {
    let Some(adopted) = view.objects.policy_on(centre, view.today)? else {
        return Ok(None);
    };
    let who = &adopted.policy().join.who;
    let admission = Admission {
        policy: adopted.version,
    };
    let fields = match personal {
        PersonalPart::Given(personal) => &personal.fields,
        PersonalPart::Recorded {
            fields: Some(fields),
            ..
        } => fields,
        PersonalPart::Recorded { verdicts, .. } => {
            let recorded = verdicts.admission.filter(|one| *one == admission);
            let not_so = || Rejection::MemberNotAdmitted {
                member: member.clone(),
                policy: adopted.id(),
                rule: who.to_string(),
                day: view.today,
            };
            return Ok(Some(recorded.ok_or_else(not_so)?));
        }
    };
    let details = &with_active_guardian(view, details)?;
    let person = Person {
        details,
        fields,
        day: view.today,
    };
    if who.admits(person).is_some() {
        return Ok(Some(admission));
    }
    let (member, policy, rule) = (member.clone(), adopted.id(), who.to_string());
    Err(match who.lacks_guardian(person) {
        true => Rejection::GuardianMissing {
            member,
            policy,
            rule,
        },
        false => Rejection::MemberNotAdmitted {
            member,
            policy,
            rule,
            day: view.today,
        },
    }
    .into())
}

/// A member's details, with the guardian only if that one takes part.
pub(super) fn with_active_guardian(
    view: View<'_>,
    details: &MemberDetails,
) -> Result<MemberDetails, NotLoaded> {
    let guardian = match &details.guardian_id {
        None => None,
        Some(id) => view.objects.member(id)?,
    };
    let is_active = guardian.is_some_and(|guardian| guardian.state == MemberState::Active);
    Ok(MemberDetails {
        guardian_id: details.guardian_id.clone().filter(|_| is_active),
        ..details.clone()
    })
}

/// The limits that the account of a centre's member is to have on the ledger's day.
pub(super) fn limits(view: View<'_>, centre: &Branch) -> Result<Limits, NotLoaded> {
    let Some(adopted) = view.objects.policy_on(centre, view.today)? else {
        return Ok(AccountKind::Member.default_limits());
    };
    let terms = &adopted.policy().balance;
    // A policy's levels are within the range of balances.
    let balance = |minutes: Option<i64>| minutes.and_then(Balance::new);
    Ok(Limits {
        floor: balance(terms.floor.minutes()),
        ceiling: balance(terms.ceiling.minutes()),
    })
}

/// What brings an account's limits to those of the centre's policy. None where they
/// are those, or it has no policy.
pub(super) fn new_limits(
    view: View<'_>,
    centre: &Branch,
    id: &AccountId,
) -> Result<Option<ledger::Command>, NotLoaded> {
    if view.objects.policy_on(centre, view.today)?.is_none() {
        return Ok(None);
    }
    let limits = limits(view, centre)?;
    let account = view.book.account(id)?;
    let account = account.filter(|account| account.limits != limits && account.closed.is_none());
    Ok(account.map(|account| ledger::Command::ChangeLimits {
        id: id.clone(),
        since: account.limits_since,
        floor: Some(limits.floor.into()),
        ceiling: Some(limits.ceiling.into()),
    }))
}
