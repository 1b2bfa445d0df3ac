//! Registering, suspending and qualifying members.

use super::{Decision, Plan, Ruling, Undecided, View, check_staff};
use crate::{
    exchange::{
        Day, Fact, Member, MemberId, MemberRegistered, QualifyMember, RegisterMember, Rejection,
        SetMemberState, member::MAX_QUALIFICATIONS,
    },
    ledger::{self, AccountKind, AccountOpened, Principal, UnitId},
};

pub(super) fn register(view: View<'_>, new: &RegisterMember, by: &Principal) -> Ruling {
    let id = &new.id;
    let Some(centre) = view.objects.centre_around(id.as_str()) else {
        return Err(Rejection::MemberOutside { member: id.clone() }.into());
    };
    let centre = &centre.terms.prefix;
    check_staff(view.objects, centre, by)?;
    for (field, named) in new.details.names() {
        if named == id {
            let member = id.clone();
            return Err(Rejection::MemberOfItself { member, field }.into());
        }
        if view.objects.member(named)?.is_none() {
            let member = named.clone();
            return Err(Rejection::MemberUnknown { member, field }.into());
        }
    }
    if view.book.account(id.account())?.is_some() {
        return Err(Rejection::MemberAccountExists { member: id.clone() }.into());
    }
    let born_on = new.personal.as_ref().and_then(|p| p.fields.born_on);
    let today = view.today()?;
    if born_on.is_some_and(|born_on| born_on > today) {
        return Err(Rejection::BornInFuture { today }.into());
    }
    let kind = AccountKind::Member;
    Ok(Decision::Append(Box::new(Plan {
        fact: Fact::MemberRegistered(Box::new(MemberRegistered {
            id: id.clone(),
            centre: centre.clone(),
            details: new.details.clone(),
            personal: new.commitments,
        })),
        ledger: vec![ledger::Command::OpenAccount(AccountOpened {
            id: id.account().clone(),
            kind,
            unit: UnitId::time(),
            limits: kind.default_limits(),
        })],
        personal: new.personal.clone(),
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

pub(super) fn set_state(view: View<'_>, set: &SetMemberState, by: &Principal) -> Ruling {
    let member = member(view, &set.member, by)?;
    let (from, _) = set.change.leads();
    match member.state == from {
        true => Ok(Fact::MemberStateSet(set.clone()).into()),
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
    Ok(Fact::MemberQualified(new.clone()).into())
}

impl View<'_> {
    /// The day of this moment in the ledger's zone.
    fn today(&self) -> Result<Day, Undecided> {
        let founded = self.book.founded();
        let zone = founded.map(|founded| founded.foundation.time_zone);
        Ok(Day::of(self.now, zone.unwrap_or(ledger::TimeZone::UTC)))
    }
}
