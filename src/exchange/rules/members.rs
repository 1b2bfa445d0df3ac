//! Registering, changing, moving, suspending and qualifying members.

use super::{
    Plan, Ruling, Undecided, View, accounts, check_named, check_staff, entries, identities,
    membership, policies,
};
use crate::{
    exchange::{
        Attested, ChangeMember, Fact, Member, MemberChanged, MemberId, MemberMoved,
        MemberRegistered, MoveMember, Personal, PersonalFields, PersonalPart, QualifyMember,
        RegisterMember, Rejection, SetMemberState, Verdicts,
    },
    ledger::{
        self, AccountKind, AccountOpened, Amount, Balance, Label, Principal, Transfer, UnitId,
    },
};

pub(super) fn register(view: View<'_>, new: &RegisterMember, by: &Principal) -> Ruling {
    let id = &new.id;
    let centre = view.objects.centre_around(id.as_str());
    let outside = || Rejection::MemberOutside { member: id.clone() };
    let centre = &centre.ok_or_else(outside)?.terms.prefix;
    check_named(view.objects, || new.details.names(), Some(id))?;
    check_staff(view.objects, centre, by)?;
    check_attested(&new.personal, None, view, by)?;
    let is_member = view.objects.member(id)?.is_some();
    if is_member || view.book.account(id.account())?.is_some() {
        return Err(Rejection::MemberAccountExists { member: id.clone() }.into());
    }
    accounts::check_not_kept(view.objects, id.account())?;
    check_born(&new.personal, view)?;
    let admission = policies::admit(view, centre, (id, &new.details, &new.personal))?;
    let second_of = identities::second_of(view, id, &new.personal)?;
    let fact = Fact::MemberRegistered(Box::new(MemberRegistered {
        id: id.clone(),
        centre: centre.clone(),
        details: new.details.clone(),
        personal: new.personal.commitments(),
        registered_on: view.today,
        verdicts: Verdicts {
            admission,
            second_of,
        },
    }));
    let account = ledger::Command::OpenAccount(AccountOpened {
        id: id.account().clone(),
        kind: AccountKind::Member,
        unit: UnitId::time(),
        limits: policies::limits(view, centre)?,
    });
    Ok(Plan {
        personal: new.personal.to_keep().cloned(),
        ..Plan::with_ledger(fact, vec![account])
    }
    .into())
}

pub(super) fn set_state(view: View<'_>, set: &SetMemberState, by: &Principal) -> Ruling {
    let member = membership::known(view, &set.member, by)?;
    membership::check_state(member, set.change.leads().0, set.change.word())?;
    membership::step(view, member, Fact::MemberStateSet(set.clone()), None)
}

pub(super) fn change(view: View<'_>, new: &ChangeMember, by: &Principal) -> Ruling {
    let id = &new.member;
    check_named(view.objects, || new.details.names(), Some(id))?;
    let member = membership::known(view, id, by)?;
    check_attested(&new.personal, Some(member), view, by)?;
    check_born(&new.personal, view)?;
    membership::check_state(member, &membership::PRESENT, "changed")?;
    let current = view.objects.member_since(id)?;
    if let Some(current) = current.filter(|current| *current != new.since) {
        return Err(Rejection::MemberChanged {
            member: id.clone(),
            given: new.since,
            current,
        }
        .into());
    }
    let before = view.objects.personal(member.personal_since)?;
    let personal = new.personal.keeping_identity(before);
    let fact = Fact::MemberChanged(Box::new(MemberChanged {
        step: new.step,
        member: id.clone(),
        replaces: new.since,
        details: new.details.clone(),
        personal: personal.commitments(),
        second_of: newly_second(view, member, &personal, before)?,
    }));
    membership::step(view, member, fact, personal.to_keep().cloned())
}

/// Whose second membership it seems to be, where another identity is given than before.
fn newly_second(
    view: View<'_>,
    member: &Member,
    personal: &PersonalPart,
    before: Option<&Personal>,
) -> Result<Option<MemberId>, Undecided> {
    let identity = |fields: &PersonalFields| fields.identity;
    let known = before.and_then(|before| identity(&before.fields));
    match personal.fields().and_then(identity) {
        Some(given) if Some(given) == known => Ok(None),
        _ => identities::second_of(view, &member.id, personal),
    }
}

/// Moves a member, with all that stands on their account, to an account in another
/// centre's branch; the one that they leave is closed.
pub(super) fn relocate(view: View<'_>, new: &MoveMember, by: &Principal) -> Ruling {
    let MoveMember {
        step,
        member: id,
        account,
        recorded,
    } = new;
    let centre = view.objects.centre_around(account.as_str());
    let outside = || Rejection::MemberOutside {
        member: MemberId::of(account.clone()),
    };
    let to = &centre.ok_or_else(outside)?.terms.prefix;
    let member = membership::known(view, id, by)?;
    if view.book.account(account)?.is_some() {
        let member = MemberId::of(account.clone());
        return Err(Rejection::MemberAccountExists { member }.into());
    }
    accounts::check_not_kept(view.objects, account)?;
    membership::check_state(member, &membership::PRESENT, "moved")?;
    if member.centre == *to {
        let (member, centre) = (id.clone(), to.clone());
        return Err(Rejection::MemberThere { member, centre }.into());
    }
    let verdicts = Verdicts {
        admission: *recorded,
        second_of: None,
    };
    let fields = view.objects.personal(member.personal_since)?;
    let recorded = PersonalPart::of_verdicts(fields, verdicts);
    let admission = policies::admit(view, to, (id, &member.details, &recorded))?;
    let mut ledger = vec![ledger::Command::OpenAccount(AccountOpened {
        id: account.clone(),
        kind: AccountKind::Member,
        unit: UnitId::time(),
        limits: policies::limits(view, to)?,
    })];
    let balance = membership::balance_without_holds(view, member)?;
    if let Ok(amount) = Amount::new(balance.steps().saturating_abs()) {
        let (from, to) = match balance > Balance::ZERO {
            true => (&member.account, account),
            false => (account, &member.account),
        };
        let transfer = Transfer::new(from.clone(), to.clone(), amount)
            .map_err(|_| Rejection::MemberAccountExists { member: id.clone() })?;
        ledger.push(entries::of_step(
            view,
            *step,
            Label::relocation(),
            transfer,
        )?);
    }
    ledger.push(ledger::Command::CloseAccount {
        id: member.account.clone(),
    });
    let fact = Fact::MemberMoved(MemberMoved {
        step: *step,
        member: id.clone(),
        to: to.clone(),
        account: account.clone(),
        admission,
        personal_since: member.personal_since,
    });
    Ok(Plan::with_ledger(fact, ledger).into())
}

/// That what is attested anew is attested by who records it: what was before may stay.
fn check_attested(
    personal: &PersonalPart,
    member: Option<&Member>,
    view: View<'_>,
    by: &Principal,
) -> Result<(), Undecided> {
    let Some(fields) = personal.fields() else {
        return Ok(());
    };
    let before = match member {
        None => None,
        Some(member) => view.objects.personal(member.personal_since)?,
    };
    let before = before.map(|before| &before.fields);
    let stood = |new: &Option<Attested>, of: fn(&PersonalFields) -> &Option<Attested>| {
        let is_own = new.as_ref().is_none_or(|new| new.by == by.as_str());
        is_own || before.is_some_and(|before| of(before) == new)
    };
    let all_stood = stood(&fields.disability, |fields| &fields.disability)
        && stood(&fields.hardship, |fields| &fields.hardship);
    match all_stood {
        true => Ok(()),
        false => Err(Rejection::AttestedByAnother {
            principal: by.clone(),
        }
        .into()),
    }
}

fn check_born(personal: &PersonalPart, view: View<'_>) -> Result<(), Rejection> {
    let today = view.today;
    let born_on = personal.fields().and_then(|fields| fields.born_on);
    match born_on.is_some_and(|born_on| born_on > today) {
        true => Err(Rejection::BornInFuture { today }),
        false => Ok(()),
    }
}

pub(super) fn qualify(view: View<'_>, new: &QualifyMember, by: &Principal) -> Ruling {
    let member = membership::known(view, &new.member, by)?;
    membership::check_state(member, &membership::PRESENT, "qualified")?;
    let qualification = &new.qualification;
    let since = qualification.since;
    if let Some(until) = qualification.until.filter(|until| *until < since) {
        return Err(Rejection::QualificationReversed { since, until }.into());
    }
    membership::check_room(member, &qualification.code)?;
    membership::step(view, member, Fact::MemberQualified(new.clone()), None)
}
