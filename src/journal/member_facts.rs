//! What happened to members: to the contract's messages, and back.

use timebank_proto::v1;

use super::{Undecodable, decode::booking, facts};
use crate::{
    exchange::{
        Admission, Branch, Code, Commitments, Day, FIELD_COUNT, Fact, MAX_RELATIVES, MemberChange,
        MemberChanged, MemberDetails, MemberId, MemberMoved, MemberRegistered, Qualification,
        QualifyMember, SetMemberState, Verdicts,
    },
    ledger::{AccountId, Commitment, Malformed, Sequence},
};

type Result<T> = std::result::Result<T, Undecodable>;

pub(super) fn registered(new: &MemberRegistered) -> v1::MemberRegistered {
    let Commitments(personal) = &new.personal;
    v1::MemberRegistered {
        member_id: new.id.as_str().into(),
        centre: new.centre.as_str().into(),
        details: Some(details_to_proto(&new.details)),
        personal_commitments: personal.iter().flat_map(|one| one.0).collect(),
        registered_on: new.registered_on.to_string(),
        admission: new.verdicts.admission.map(admission_to_proto),
        second_of: id_or_none(new.verdicts.second_of.as_ref()),
    }
}

/// A member who need not be, as the contract has them.
fn id_or_none(id: Option<&MemberId>) -> String {
    id.map_or("", MemberId::as_str).into()
}

fn admission_to_proto(admission: Admission) -> v1::Admission {
    v1::Admission {
        policy_version: i32::try_from(admission.policy.get()).unwrap_or(i32::MAX),
    }
}

pub(super) fn changed(new: &MemberChanged) -> v1::MemberChanged {
    let Commitments(personal) = &new.personal;
    v1::MemberChanged {
        step_id: new.step.as_bytes().to_vec(),
        member_id: new.member.as_str().into(),
        replaces: new.replaces.get(),
        details: Some(details_to_proto(&new.details)),
        personal_commitments: personal.iter().flat_map(|one| one.0).collect(),
        second_of: id_or_none(new.second_of.as_ref()),
    }
}

pub(super) fn moved(new: &MemberMoved) -> v1::MemberMoved {
    v1::MemberMoved {
        step_id: new.step.as_bytes().to_vec(),
        member_id: new.member.as_str().into(),
        centre: new.to.as_str().into(),
        account_id: new.account.as_str().into(),
        admission: new.admission.map(admission_to_proto),
        personal_since: new.personal_since.get(),
    }
}

/// A member's details as the contract has them.
pub fn details_to_proto(details: &MemberDetails) -> v1::MemberDetails {
    let id = |id: &Option<MemberId>| id.as_ref().map_or("", MemberId::as_str).into();
    let code = |code: &Option<Code>| code.as_ref().map_or("", Code::as_str).into();
    let day = |day: Option<Day>| day.map_or_else(String::new, String::from);
    v1::MemberDetails {
        block: code(&details.block),
        guardian_id: id(&details.guardian_id),
        proxy_id: id(&details.proxy_id),
        relative_ids: ids(&details.relative_ids),
        heir_id: id(&details.heir_id),
        heard_of: code(&details.heard_of),
        has_device: details.has_device,
        consented_on: day(details.consented_on),
        insured_until: day(details.insured_until),
    }
}

/// Reads a member's details.
///
/// # Errors
/// The [`Malformed`] of the first field that is none.
pub fn member_details(given: &v1::MemberDetails) -> std::result::Result<MemberDetails, Malformed> {
    let block = optional(&given.block, |block| Code::parse("details.block", block))?;
    let guardian_id = member_id(&given.guardian_id)?;
    let proxy_id = member_id(&given.proxy_id)?;
    let relative_ids = relatives(&given.relative_ids)?;
    Ok(MemberDetails {
        block,
        guardian_id,
        proxy_id,
        relative_ids,
        heir_id: member_id(&given.heir_id)?,
        heard_of: optional(&given.heard_of, |word| {
            Code::parse("details.heard_of", word)
        })?,
        has_device: given.has_device,
        consented_on: optional(&given.consented_on, |day| {
            Day::parse("details.consented_on", day)
        })?,
        insured_until: optional(&given.insured_until, |day| {
            Day::parse("details.insured_until", day)
        })?,
    })
}

/// Members as the contract has them.
pub fn ids(members: &[MemberId]) -> Vec<String> {
    members.iter().map(|id| id.as_str().into()).collect()
}

/// A member who need not be named.
///
/// # Errors
/// [`Malformed::AccountId`].
pub fn member_id(given: &str) -> std::result::Result<Option<MemberId>, Malformed> {
    optional(given, MemberId::parse)
}

/// Reads the relatives that somebody names.
///
/// # Errors
/// [`Malformed::Relatives`] for more than 20, [`Malformed::AccountId`].
pub fn relatives(given: &[String]) -> std::result::Result<Vec<MemberId>, Malformed> {
    let max = MAX_RELATIVES;
    if given.len() > max {
        let given = given.len();
        return Err(Malformed::Relatives { given, max });
    }
    given.iter().map(|id| MemberId::parse(id)).collect()
}

/// What is empty where it is not there.
pub(super) fn optional<T>(
    given: &str,
    read: impl FnOnce(&str) -> std::result::Result<T, Malformed>,
) -> std::result::Result<Option<T>, Malformed> {
    match given {
        "" => Ok(None),
        given => read(given).map(Some),
    }
}

/// A qualification as the contract has it.
pub fn qualification_to_proto(qualification: &Qualification) -> v1::Qualification {
    let Qualification {
        code,
        since,
        until,
        training,
    } = qualification;
    v1::Qualification {
        code: code.as_str().into(),
        since: since.to_string(),
        until: until.map_or_else(String::new, String::from),
        training: training.as_ref().map_or("", Code::as_str).into(),
    }
}

/// Reads a qualification.
///
/// # Errors
/// The [`Malformed`] of the first field that is none.
pub fn qualification(given: &v1::Qualification) -> std::result::Result<Qualification, Malformed> {
    let required = |given: &str, field| match given.is_empty() {
        true => Err(Malformed::Missing { field }),
        false => Ok(()),
    };
    required(&given.code, "qualification.code")?;
    let code = Code::parse("qualification.code", &given.code)?;
    required(&given.since, "qualification.since")?;
    Ok(Qualification {
        code,
        since: Day::parse("qualification.since", &given.since)?,
        until: optional(&given.until, |day| Day::parse("qualification.until", day))?,
        training: optional(&given.training, |name| {
            Code::parse("qualification.training", name)
        })?,
    })
}

pub(super) fn state_set(set: &SetMemberState) -> v1::MemberStateSet {
    let change = match set.change {
        MemberChange::Suspend => v1::MemberChange::Suspend,
        MemberChange::Reinstate => v1::MemberChange::Reinstate,
    };
    v1::MemberStateSet {
        step_id: set.step.as_bytes().to_vec(),
        member_id: set.member.as_str().into(),
        change: change.into(),
    }
}

pub(super) fn qualified(new: &QualifyMember) -> v1::MemberQualified {
    v1::MemberQualified {
        step_id: new.step.as_bytes().to_vec(),
        member_id: new.member.as_str().into(),
        qualification: Some(qualification_to_proto(&new.qualification)),
    }
}

/// The change of a member that a number of the contract stands for. None where it
/// stands for none.
pub fn member_change(number: i32) -> Option<MemberChange> {
    match v1::MemberChange::try_from(number) {
        Ok(v1::MemberChange::Suspend) => Some(MemberChange::Suspend),
        Ok(v1::MemberChange::Reinstate) => Some(MemberChange::Reinstate),
        Ok(v1::MemberChange::Unspecified) | Err(_) => None,
    }
}

pub(super) fn read_registered(registered: &v1::MemberRegistered) -> Result<Fact> {
    let details = registered.details.as_ref();
    Ok(Fact::MemberRegistered(Box::new(MemberRegistered {
        id: MemberId::parse(&registered.member_id)?,
        centre: Branch::parse("centre", &registered.centre)?,
        details: member_details(details.ok_or(Undecodable::Field("details"))?)?,
        personal: commitments(&registered.personal_commitments)
            .ok_or(Undecodable::Field("personal_commitments"))?,
        registered_on: Day::parse("registered_on", &registered.registered_on)?,
        verdicts: Verdicts {
            admission: registered.admission.as_ref().map(admission).transpose()?,
            second_of: member_id(&registered.second_of)?,
        },
    })))
}

fn admission(given: &v1::Admission) -> Result<Admission> {
    Ok(Admission {
        policy: facts::policy_version(given.policy_version)?,
    })
}

fn commitments(bytes: &[u8]) -> Option<Commitments> {
    let (hashes, []) = bytes.as_chunks::<32>() else {
        return None;
    };
    let hashes: [[u8; 32]; FIELD_COUNT] = hashes.try_into().ok()?;
    Some(Commitments(hashes.map(Commitment)))
}

pub(super) fn read_changed(new: &v1::MemberChanged) -> Result<Fact> {
    let details = new.details.as_ref();
    Ok(Fact::MemberChanged(Box::new(MemberChanged {
        step: booking(&new.step_id, "step_id")?,
        member: MemberId::parse(&new.member_id)?,
        replaces: sequence(new.replaces, "replaces")?,
        details: member_details(details.ok_or(Undecodable::Field("details"))?)?,
        personal: commitments(&new.personal_commitments)
            .ok_or(Undecodable::Field("personal_commitments"))?,
        second_of: member_id(&new.second_of)?,
    })))
}

pub(super) fn read_moved(new: &v1::MemberMoved) -> Result<Fact> {
    Ok(Fact::MemberMoved(MemberMoved {
        step: booking(&new.step_id, "step_id")?,
        member: MemberId::parse(&new.member_id)?,
        to: Branch::parse("centre", &new.centre)?,
        account: AccountId::parse(&new.account_id)?,
        admission: new.admission.as_ref().map(admission).transpose()?,
        personal_since: sequence(new.personal_since, "personal_since")?,
    }))
}

pub(super) fn sequence(number: i64, field: &'static str) -> Result<Sequence> {
    Sequence::new(number).ok_or(Undecodable::Field(field))
}

pub(super) fn read_state_set(set: &v1::MemberStateSet) -> Result<Fact> {
    Ok(Fact::MemberStateSet(SetMemberState {
        step: booking(&set.step_id, "step_id")?,
        member: MemberId::parse(&set.member_id)?,
        change: member_change(set.change).ok_or(Undecodable::Field("change"))?,
    }))
}

pub(super) fn read_qualified(new: &v1::MemberQualified) -> Result<Fact> {
    let given = new.qualification.as_ref();
    Ok(Fact::MemberQualified(QualifyMember {
        step: booking(&new.step_id, "step_id")?,
        member: MemberId::parse(&new.member_id)?,
        qualification: qualification(given.ok_or(Undecodable::Field("qualification"))?)?,
    }))
}
