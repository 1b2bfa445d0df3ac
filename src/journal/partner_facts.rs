//! What happened to partners: to the contract's messages, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message};

use super::{
    Undecodable,
    decode::booking,
    order_facts::{reason, reason_to_proto},
};
use crate::{
    exchange::{
        Fact, MemberId, Name, StaffNumber,
        partner::{Direction, OpenPartner, PartnerFact, Remit, RemittanceId},
    },
    ledger::{AccountId, Amount, Malformed},
};

type Result<T> = std::result::Result<T, Undecodable>;

pub(super) fn to_proto(fact: &PartnerFact) -> Message {
    match fact {
        PartnerFact::Opened(open) => Message::PartnerOpened(v1::PartnerOpened {
            account_id: open.account.as_str().into(),
            name: open.name.as_str().into(),
            surplus: open.surplus.steps(),
            deficit: open.deficit.steps(),
        }),
        PartnerFact::Remitted { remit, by } => Message::HoursRemitted(v1::HoursRemitted {
            step_id: remit.step.as_bytes().to_vec(),
            partner_id: remit.id.partner.as_str().into(),
            direction: direction_to_proto(remit.id.direction).into(),
            reference: remit.id.reference.as_str().into(),
            member_id: remit.member.as_str().into(),
            amount: remit.amount.steps(),
            reason_commitment: reason_to_proto(remit.reason.as_ref()),
            staff_number: by.as_str().into(),
        }),
    }
}

/// Which way hours go, as the contract has it.
pub fn direction_to_proto(direction: Direction) -> v1::RemittanceDirection {
    match direction {
        Direction::Sent => v1::RemittanceDirection::Sent,
        Direction::Received => v1::RemittanceDirection::Received,
    }
}

/// Reads which way hours go.
///
/// # Errors
/// [`Malformed`] where it is neither.
pub fn direction(given: i32) -> std::result::Result<Direction, Malformed> {
    let field = "direction";
    if given == 0 {
        return Err(Malformed::Missing { field });
    }
    let mut directions = Direction::ALL.iter().copied();
    let found = directions.find(|one| i32::from(direction_to_proto(*one)) == given);
    found.ok_or(Malformed::Choice { field, given })
}

fn fact(fact: PartnerFact) -> Fact {
    Fact::Partner(Box::new(fact))
}

pub(super) fn read_opened(new: &v1::PartnerOpened) -> Result<Fact> {
    Ok(fact(PartnerFact::Opened(OpenPartner {
        account: AccountId::parse(&new.account_id)?,
        name: Name::parse("name", &new.name)?,
        surplus: Amount::new(new.surplus)?,
        deficit: Amount::new(new.deficit)?,
    })))
}

pub(super) fn read_remitted(new: &v1::HoursRemitted) -> Result<Fact> {
    Ok(fact(PartnerFact::Remitted {
        remit: Remit {
            step: booking(&new.step_id, "step_id")?,
            id: RemittanceId {
                partner: AccountId::parse(&new.partner_id)?,
                direction: direction(new.direction)?,
                reference: Name::parse("reference", &new.reference)?,
            },
            member: MemberId::parse(&new.member_id)?,
            amount: Amount::new(new.amount)?,
            reason: reason(&new.reason_commitment)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    }))
}
