//! Who may, and what for, by the policy of a day.

use super::{Undecided, View, policies};
use crate::exchange::{
    AdoptedPolicy, Branch, Day, Member, MemberId, Need, OrderRejection, Rejection,
    policy::{Ask, Breach, Person, Policy, Service},
};
use crate::ledger::Sequence;

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
    Ok(service)
}

/// That a policy has nothing against something.
pub(super) fn allows(adopted: &AdoptedPolicy, ask: &Ask<'_>) -> Result<(), Undecided> {
    let forbids = |breach| forbidden(adopted, breach);
    Ok(adopted.policy().judge(ask).map_err(forbids)?)
}

/// That a policy has something against it.
pub(super) fn forbidden(adopted: &AdoptedPolicy, breach: Breach) -> OrderRejection {
    OrderRejection::PolicyForbids {
        policy: adopted.id(),
        breach,
    }
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

/// That a provider is another than the recipient.
pub(super) fn check_other(need: &Need, provider: &Member) -> Result<(), Undecided> {
    match provider.id == need.terms.recipient {
        true => Err(OrderRejection::ProviderIsRecipient {
            member: provider.id.clone(),
        }
        .into()),
        false => Ok(()),
    }
}
