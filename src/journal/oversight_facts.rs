//! Evaluations and looks: to the contract's messages, and back.

use std::collections::BTreeSet;

use timebank_proto::v1::{self, exchange_step::Fact as Message, findings::Found};

use super::{
    Undecodable,
    decode::booking,
    incident_facts::{evidence, evidence_to_proto},
    order_actions::rating,
    order_facts::{doer, doer_to_proto, minutes, reason, reason_to_proto},
};
use crate::{
    exchange::{
        Branch, Day, Fact, LookId, MemberId, Name, OrderId, OversightFact, PersonalField,
        StaffNumber,
        order::Rating,
        oversight::{DrawSample, FileEvaluation, Findings, ShowPersonal, Told},
    },
    ledger::{Malformed, Sequence},
};

type Result<T> = std::result::Result<T, Undecodable>;

pub(super) fn to_proto(fact: &OversightFact) -> Message {
    match fact {
        OversightFact::Filed { file, by } => Message::EvaluationFiled(v1::EvaluationFiled {
            step_id: file.step.as_bytes().to_vec(),
            order_id: file.order.0.as_bytes().to_vec(),
            findings: Some(findings_to_proto(file.findings)),
            evidence: Some(evidence_to_proto(&file.evidence)),
            reason_commitment: reason_to_proto(file.reason.as_ref()),
            staff_number: by.as_str().into(),
        }),
        OversightFact::Shown { show, by } => Message::PersonalShown(v1::PersonalShown {
            look_id: show.id.0.as_bytes().to_vec(),
            member_id: show.member.as_str().into(),
            fields: show.fields.iter().copied().map(field_number).collect(),
            reason_commitment: reason_to_proto(show.reason.as_ref()),
            by: Some(doer_to_proto(by)),
            order_id: show.order.map_or_else(Vec::new, uuid),
        }),
        OversightFact::Drawn { draw, by } => Message::SampleDrawn(v1::SampleDrawn {
            step_id: draw.step.as_bytes().to_vec(),
            centre: draw.centre.as_str().into(),
            since: draw.since.map_or_else(String::new, |day| day.to_string()),
            until: draw.until.map_or_else(String::new, |day| day.to_string()),
            seed: draw.seed.as_str().into(),
            size: draw.size,
            at_position: draw.at.get(),
            evaluator: draw.evaluator.as_str().into(),
            order_ids: draw.orders.iter().copied().map(uuid).collect(),
            reason_commitment: reason_to_proto(draw.reason.as_ref()),
            staff_number: by.as_str().into(),
        }),
    }
}

fn uuid(order: OrderId) -> Vec<u8> {
    order.0.as_bytes().to_vec()
}

fn fact(fact: OversightFact) -> Fact {
    Fact::Oversight(Box::new(fact))
}

pub(super) fn read_filed(new: &v1::EvaluationFiled) -> Result<Fact> {
    Ok(fact(OversightFact::Filed {
        file: FileEvaluation {
            step: booking(&new.step_id, "step_id")?,
            order: OrderId(booking(&new.order_id, "order_id")?),
            findings: findings(new.findings.as_ref())?,
            evidence: evidence("evidence", new.evidence.as_ref())?,
            reason: reason(&new.reason_commitment)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    }))
}

pub(super) fn read_shown(new: &v1::PersonalShown) -> Result<Fact> {
    Ok(fact(OversightFact::Shown {
        show: ShowPersonal {
            id: LookId(booking(&new.look_id, "look_id")?),
            member: MemberId::parse(&new.member_id)?,
            fields: personal_fields(&new.fields)?,
            order: match new.order_id.as_slice() {
                [] => None,
                order => Some(OrderId(booking(order, "order_id")?)),
            },
            reason: reason(&new.reason_commitment)?,
        },
        by: doer(new.by.as_ref())?,
    }))
}

pub(super) fn read_drawn(new: &v1::SampleDrawn) -> Result<Fact> {
    let orders = new.order_ids.iter();
    let orders = orders.map(|id| Ok(OrderId(booking(id, "order_ids")?)));
    Ok(fact(OversightFact::Drawn {
        draw: DrawSample {
            step: booking(&new.step_id, "step_id")?,
            centre: Branch::parse("centre", &new.centre)?,
            since: optional_day("since", &new.since)?,
            until: optional_day("until", &new.until)?,
            seed: Name::parse("seed", &new.seed)?,
            size: new.size,
            evaluator: StaffNumber::parse(&new.evaluator)?,
            orders: orders.collect::<Result<_>>()?,
            at: Sequence::new(new.at_position).ok_or(Malformed::SequenceRange {
                given: new.at_position,
            })?,
            reason: reason(&new.reason_commitment)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    }))
}

/// A day that need not be given.
///
/// # Errors
/// [`Malformed`] where something else is.
pub fn optional_day(
    field: &'static str,
    given: &str,
) -> std::result::Result<Option<Day>, Malformed> {
    match given {
        "" => Ok(None),
        given => Day::parse(field, given).map(Some),
    }
}

/// What was found, as the contract has it.
pub fn findings_to_proto(findings: Findings) -> v1::Findings {
    let stars = |rating: Option<Rating>| rating.map_or(0, Rating::get);
    let found = match findings {
        Findings::NotReached => Found::NotReached(true),
        Findings::Denied => Found::Denied(true),
        Findings::Told(told) => Found::Told(v1::ToldByRecipient {
            served_minutes: told.served.get(),
            quality: stars(told.quality),
            satisfaction: stars(told.satisfaction),
        }),
    };
    v1::Findings { found: Some(found) }
}

/// Reads what was found.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn findings(given: Option<&v1::Findings>) -> std::result::Result<Findings, Malformed> {
    let found = given.and_then(|given| given.found.as_ref());
    match found {
        None => Err(Malformed::Missing { field: "findings" }),
        Some(Found::NotReached(true)) => Ok(Findings::NotReached),
        Some(Found::Denied(true)) => Ok(Findings::Denied),
        Some(Found::NotReached(false) | Found::Denied(false)) => {
            Err(Malformed::Missing { field: "findings" })
        }
        Some(Found::Told(told)) => Ok(Findings::Told(Told {
            served: minutes(told.served_minutes, "findings.told.served_minutes")?,
            quality: rating(told.quality, "findings.told.quality")?,
            satisfaction: rating(told.satisfaction, "findings.told.satisfaction")?,
        })),
    }
}

/// A personal field, as the contract has it.
pub fn personal_field_to_proto(field: PersonalField) -> v1::PersonalField {
    match field {
        PersonalField::Name => v1::PersonalField::Name,
        PersonalField::Phone => v1::PersonalField::Phone,
        PersonalField::BornOn => v1::PersonalField::BornOn,
        PersonalField::Address => v1::PersonalField::Address,
        PersonalField::Disability => v1::PersonalField::Disability,
        PersonalField::Hardship => v1::PersonalField::Hardship,
        PersonalField::Affiliation => v1::PersonalField::Affiliation,
    }
}

fn field_number(field: PersonalField) -> i32 {
    personal_field_to_proto(field).into()
}

/// Reads which personal fields: one at least.
///
/// # Errors
/// [`Malformed`] where there is none, or what is none.
pub fn personal_fields(given: &[i32]) -> std::result::Result<BTreeSet<PersonalField>, Malformed> {
    let field = "fields";
    let fields = given.iter().map(|given| {
        let mut all = PersonalField::ALL.iter().copied();
        let found = all.find(|one| field_number(*one) == *given);
        found.ok_or(Malformed::Choice {
            field,
            given: *given,
        })
    });
    let fields: BTreeSet<_> = fields.collect::<std::result::Result<_, _>>()?;
    match fields.is_empty() {
        true => Err(Malformed::Missing { field }),
        false => Ok(fields),
    }
}
