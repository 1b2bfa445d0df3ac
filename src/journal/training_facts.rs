//! What happened to trainings: to the contract's messages, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message};

use super::{
    Undecodable,
    decode::booking,
    facts::policy_version,
    member_facts::{qualification, qualification_to_proto},
    order_facts::{minutes, number, reason, reason_to_proto, text},
};
use crate::{
    exchange::{
        Branch, Code, Day, Fact, MemberId, StaffNumber,
        training::{
            AnnulTraining, Assessment, Attendance, PointsEarned, RecordTraining, TrainingAnnulled,
            TrainingFact, TrainingId, TrainingRecorded,
        },
    },
    ledger::{AccountId, Amount, Malformed, UnitId},
};

type Result<T> = std::result::Result<T, Undecodable>;
type Read<T> = std::result::Result<T, Malformed>;

pub(super) fn to_proto(fact: &TrainingFact) -> Message {
    match fact {
        TrainingFact::Recorded(new) => Message::TrainingRecorded(v1::TrainingRecorded {
            training_id: new.record.id.0.as_bytes().to_vec(),
            attendance: Some(attendance_to_proto(&new.record.attendance)),
            centre: new.centre.as_str().into(),
            policy_version: number(new.policy),
            withheld: new.withheld,
            qualification: new.qualification.as_ref().map(qualification_to_proto),
            points: new.points.as_ref().map(points_to_proto),
            staff_number: new.by.as_str().into(),
        }),
        TrainingFact::Annulled(new) => Message::TrainingAnnulled(v1::TrainingAnnulled {
            step_id: new.annul.step.as_bytes().to_vec(),
            training_id: new.annul.training.0.as_bytes().to_vec(),
            reason_commitment: reason_to_proto(Some(&new.annul.reason)),
            withdrawn: new.withdrawn,
            staff_number: new.by.as_str().into(),
        }),
    }
}

/// What came of an assessment, as the contract has it.
pub fn assessment_to_proto(assessment: Option<Assessment>) -> v1::Assessment {
    match assessment {
        None => v1::Assessment::Unspecified,
        Some(Assessment::Passed) => v1::Assessment::Passed,
        Some(Assessment::Failed) => v1::Assessment::Failed,
    }
}

/// Who attended what, as the contract has it.
pub fn attendance_to_proto(attendance: &Attendance) -> v1::TrainingAttendance {
    v1::TrainingAttendance {
        member_id: attendance.member.as_str().into(),
        code: attendance.code.as_str().into(),
        on: attendance.on.to_string(),
        minutes: attendance.minutes.get(),
        reference: attendance.reference.as_str().into(),
        assessment: assessment_to_proto(attendance.assessment).into(),
    }
}

/// The points of a training, as the contract has them.
pub fn points_to_proto(points: &PointsEarned) -> v1::TrainingPoints {
    v1::TrainingPoints {
        unit_id: points.unit.as_str().into(),
        account_id: points.account.as_str().into(),
        amount: points.amount.steps(),
    }
}

/// Reads who attended what.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn attendance(given: &v1::TrainingAttendance) -> Read<Attendance> {
    let (member, code) = ("attendance.member_id", "attendance.code");
    let (on, reference) = ("attendance.on", "attendance.reference");
    Ok(Attendance {
        member: MemberId::parse(text(&given.member_id, member)?)?,
        code: Code::parse(code, text(&given.code, code)?)?,
        on: Day::parse(on, text(&given.on, on)?)?,
        minutes: minutes(given.minutes, "attendance.minutes")?,
        reference: Code::parse(reference, text(&given.reference, reference)?)?,
        assessment: assessment(given.assessment)?,
    })
}

fn assessment(given: i32) -> Read<Option<Assessment>> {
    match v1::Assessment::try_from(given) {
        Ok(v1::Assessment::Unspecified) => Ok(None),
        Ok(v1::Assessment::Passed) => Ok(Some(Assessment::Passed)),
        Ok(v1::Assessment::Failed) => Ok(Some(Assessment::Failed)),
        Err(_) => Err(Malformed::Choice {
            field: "attendance.assessment",
            given,
        }),
    }
}

fn fact(fact: TrainingFact) -> Fact {
    Fact::Training(Box::new(fact))
}

pub(super) fn read_recorded(new: &v1::TrainingRecorded) -> Result<Fact> {
    let given = new.attendance.as_ref();
    let given = given.ok_or(Undecodable::Field("attendance"))?;
    Ok(fact(TrainingFact::Recorded(TrainingRecorded {
        record: RecordTraining {
            id: TrainingId(booking(&new.training_id, "training_id")?),
            attendance: attendance(given)?,
        },
        centre: Branch::parse("centre", &new.centre)?,
        policy: policy_version(new.policy_version)?,
        withheld: new.withheld,
        qualification: new.qualification.as_ref().map(qualification).transpose()?,
        points: new.points.as_ref().map(points).transpose()?,
        by: StaffNumber::parse(&new.staff_number)?,
    })))
}

fn points(given: &v1::TrainingPoints) -> Read<PointsEarned> {
    Ok(PointsEarned {
        unit: UnitId::parse(&given.unit_id)?,
        account: AccountId::parse(&given.account_id)?,
        amount: Amount::new(given.amount)?,
    })
}

pub(super) fn read_annulled(new: &v1::TrainingAnnulled) -> Result<Fact> {
    let why = reason(&new.reason_commitment)?;
    Ok(fact(TrainingFact::Annulled(TrainingAnnulled {
        annul: AnnulTraining {
            step: booking(&new.step_id, "step_id")?,
            training: TrainingId(booking(&new.training_id, "training_id")?),
            reason: why.ok_or(Undecodable::Field("reason_commitment"))?,
        },
        withdrawn: new.withdrawn,
        by: StaffNumber::parse(&new.staff_number)?,
    })))
}
