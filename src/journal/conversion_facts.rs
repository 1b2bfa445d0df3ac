//! What was converted: to the contract's message, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message};

use super::{
    Undecodable,
    decode::booking,
    facts::policy_version,
    order_facts::{doer, doer_to_proto, number, reason, reason_to_proto, verdict_on},
};
use crate::{
    exchange::{
        Branch, Fact, MemberId,
        conversion::{Convert, Converted},
    },
    ledger::{AccountId, Amount, Sequence, UnitId},
};

pub(super) fn to_proto(new: &Converted) -> Message {
    let Converted {
        convert,
        centre,
        policy,
        account,
        got,
        by,
        verdict_on,
    } = new;
    Message::UnitsConverted(v1::UnitsConverted {
        step_id: convert.step.as_bytes().to_vec(),
        member_id: convert.member.as_str().into(),
        from_unit_id: convert.from.as_str().into(),
        to_unit_id: convert.to.as_str().into(),
        amount: convert.amount.steps(),
        reason_commitment: reason_to_proto(convert.reason.as_ref()),
        centre: centre.as_str().into(),
        policy_version: number(*policy),
        account_id: account.as_str().into(),
        got: got.steps(),
        by: Some(doer_to_proto(by)),
        verdict_on: verdict_on.map_or(0, Sequence::get),
    })
}

pub(super) fn read(new: &v1::UnitsConverted) -> Result<Fact, Undecodable> {
    Ok(Fact::Converted(Box::new(Converted {
        convert: Convert {
            step: booking(&new.step_id, "step_id")?,
            member: MemberId::parse(&new.member_id)?,
            from: UnitId::parse(&new.from_unit_id)?,
            to: UnitId::parse(&new.to_unit_id)?,
            amount: Amount::new(new.amount)?,
            reason: reason(&new.reason_commitment)?,
            recorded: None,
        },
        centre: Branch::parse("centre", &new.centre)?,
        policy: policy_version(new.policy_version)?,
        account: AccountId::parse(&new.account_id)?,
        got: Amount::new(new.got)?,
        by: doer(new.by.as_ref())?,
        verdict_on: verdict_on(new.verdict_on)?,
    })))
}
