//! Registering, suspending and qualifying members.

use super::{Decision, Plan, Ruling, Undecided, View, check_named, check_staff, policies};
use crate::{
    exchange::{
        Fact, Member, MemberId, MemberRegistered, PersonalFields, QualifyMember, RegisterMember,
        Rejection, SetMemberState, member::MAX_QUALIFICATIONS,
    },
    ledger::{self, AccountKind, AccountOpened, Principal, UnitId},
};

pub(super) fn register(view: View<'_>, new: &RegisterMember, by: &Principal) -> Ruling {
    let id = &new.id;
    let centre = view.objects.centre_around(id.as_str());
    let outside = || Rejection::MemberOutside { member: id.clone() };
    let centre = &centre.ok_or_else(outside)?.terms.prefix;
    check_named(view.objects, || new.details.names(), Some(id))?;
    check_staff(view.objects, centre, by)?;
    let fields = new.personal.fields();
    let mut attested = fields.into_iter().flat_map(PersonalFields::attested);
    if attested.any(|attested| attested.by != by.as_str()) {
        let principal = by.clone();
        return Err(Rejection::AttestedByAnother { principal }.into());
    }
    let is_member = view.objects.member(id)?.is_some();
    if is_member || view.book.account(id.account())?.is_some() {
        return Err(Rejection::MemberAccountExists { member: id.clone() }.into());
    }
    let today = view.today;
    let born_on = fields.and_then(|fields| fields.born_on);
    if born_on.is_some_and(|born_on| born_on > today) {
        return Err(Rejection::BornInFuture { today }.into());
    }
    let admission = policies::admit(view, centre, (id, &new.details, &new.personal))?;
    Ok(Decision::Append(Box::new(Plan {
        fact: Fact::MemberRegistered(Box::new(MemberRegistered {
            id: id.clone(),
            centre: centre.clone(),
            details: new.details.clone(),
            personal: new.personal.commitments(),
            registered_on: view.today,
            admission,
        })),
        ledger: vec![ledger::Command::OpenAccount(AccountOpened {
            id: id.account().clone(),
            kind: AccountKind::Member,
            unit: UnitId::time(),
            limits: policies::limits(view, centre)?,
        })],
        personal: new.personal.to_keep().cloned(),
    })))
}

/// A member who must be there, whose centre's staff alone may act on them.
fn member<'a>(view: View<'a>, id: &MemberId, by: &Principal) -> Result<&'a Member, Undecided> {
    let found = view.objects.member(id)?;
    let found = found.ok_or_else(|| Rejection::MemberUnknown {
        member: id.clone(),
        field: "member_id",
    })?;
    check_staff(view.objects, &found.centre, by)?;
    Ok(found)
}

/// A step of a member. The first one under a policy's new floor or ceiling brings their
/// account's limits to it.
fn step(view: View<'_>, member: &Member, fact: Fact) -> Ruling {
    let limits = policies::new_limits(view, &member.centre, member.id.account())?;
    Ok(Decision::Append(Box::new(Plan {
        fact,
        ledger: limits.into_iter().collect(),
        personal: None,
    })))
}

pub(super) fn set_state(view: View<'_>, set: &SetMemberState, by: &Principal) -> Ruling {
    let member = member(view, &set.member, by)?;
    let (from, _) = set.change.leads();
    match member.state == from {
        true => step(view, member, Fact::MemberStateSet(set.clone())),
        false => Err(Rejection::MemberStateWrong {
            member: set.member.clone(),
            state: member.state,
            change: set.change,
        }
        .into()),
    }
}

pub(super) fn qualify(view: View<'_>, new: &QualifyMember, by: &Principal) -> Ruling {
    let member = member(view, &new.member, by)?;
    let qualification = &new.qualification;
    let since = qualification.since;
    if let Some(until) = qualification.until.filter(|until| *until < since) {
        return Err(Rejection::QualificationReversed { since, until }.into());
    }
    let others = &member.qualifications;
    let is_new = others.iter().all(|other| other.code != qualification.code);
    if is_new && others.len() >= MAX_QUALIFICATIONS {
        return Err(Rejection::TooManyQualifications {
            member: new.member.clone(),
            max: MAX_QUALIFICATIONS,
        }
        .into());
    }
    step(view, member, Fact::MemberQualified(new.clone()))
}
