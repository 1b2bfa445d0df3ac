//! What happened to pools: to the contract's messages, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message};

use super::{
    Undecodable,
    decode::booking,
    facts::policy_version,
    order_facts::{doer, doer_to_proto, number, reason, reason_to_proto, verdict_on},
};
use crate::{
    exchange::{
        Code, Fact, MemberId, Name, StaffNumber,
        order::Reason,
        pool::{
            AskRelief, Donate, DonationId, GiveHours, HoursGiven, OpenPool, PoolFact, Purposes,
            ReliefAction, ReliefAsked, ReliefId, ReliefState, ReliefStep, ReliefStepped,
            ReliefVerb,
        },
    },
    ledger::{AccountId, Amount, Malformed, Sequence, UnitId},
};

type Result<T> = std::result::Result<T, Undecodable>;

pub(super) fn to_proto(fact: &PoolFact) -> Message {
    match fact {
        PoolFact::Opened(open) => Message::PoolOpened(v1::PoolOpened {
            account_id: open.account.as_str().into(),
            unit_id: open.unit.as_str().into(),
            name: open.name.as_str().into(),
            purposes: purposes_to_proto(&open.purposes),
        }),
        PoolFact::Donated { donate, by } => Message::PoolDonated(v1::PoolDonated {
            step_id: donate.step.as_bytes().to_vec(),
            pool_id: donate.id.pool.as_str().into(),
            receipt: donate.id.receipt.as_str().into(),
            amount: donate.amount.steps(),
            reason_commitment: reason_to_proto(donate.reason.as_ref()),
            staff_number: by.as_str().into(),
        }),
        PoolFact::Given(new) => Message::HoursGiven(v1::HoursGiven {
            step_id: new.give.step.as_bytes().to_vec(),
            from_account_id: new.give.from.as_str().into(),
            to_account_id: new.give.to.as_str().into(),
            amount: new.give.amount.steps(),
            reason_commitment: reason_to_proto(new.give.reason.as_ref()),
            by: Some(doer_to_proto(&new.by)),
            policy_version: number(new.policy),
            verdict_on: new.verdict_on.map_or(0, Sequence::get),
        }),
        PoolFact::ReliefAsked(new) => Message::ReliefAsked(v1::ReliefAsked {
            relief_id: new.ask.id.0.as_bytes().to_vec(),
            pool_id: new.ask.pool.as_str().into(),
            member_id: new.ask.member.as_str().into(),
            amount: new.ask.amount.steps(),
            purpose: new.ask.purpose.as_str().into(),
            reason_commitment: reason_to_proto(Some(&new.ask.reason)),
            by: Some(doer_to_proto(&new.by)),
        }),
        PoolFact::ReliefStepped(new) => Message::ReliefStepped(v1::ReliefStepped {
            step_id: new.step.step.as_bytes().to_vec(),
            relief_id: new.step.relief.0.as_bytes().to_vec(),
            verb: verb_to_proto(new.step.action.verb()).into(),
            reason_commitment: reason_to_proto(new.step.action.reason()),
            by: Some(doer_to_proto(&new.by)),
            state: relief_state_to_proto(new.to).into(),
        }),
    }
}

/// The purposes of a pool, as the contract has them.
pub fn purposes_to_proto(purposes: &Purposes) -> Vec<String> {
    let codes = purposes.as_slice().iter();
    codes.map(|code| code.as_str().into()).collect()
}

/// Reads the purposes of a pool.
///
/// # Errors
/// [`Malformed`], of the first that is.
pub fn purposes(given: &[String]) -> std::result::Result<Purposes, Malformed> {
    let codes = given.iter().map(|code| Code::parse("purposes", code));
    Purposes::new(codes.collect::<std::result::Result<_, _>>()?)
}

/// How a relief stands, as the contract has it.
pub fn relief_state_to_proto(state: ReliefState) -> v1::ReliefState {
    match state {
        ReliefState::Asked => v1::ReliefState::Asked,
        ReliefState::Reserved => v1::ReliefState::Reserved,
        ReliefState::Paid => v1::ReliefState::Paid,
        ReliefState::Declined => v1::ReliefState::Declined,
        ReliefState::Withdrawn => v1::ReliefState::Withdrawn,
        ReliefState::Returned => v1::ReliefState::Returned,
    }
}

/// The state of a relief that a number of the contract stands for. None where it stands for
/// none.
pub fn relief_state(number: i32) -> Option<ReliefState> {
    let mut states = ReliefState::ALL.iter().copied();
    states.find(|state| i32::from(relief_state_to_proto(*state)) == number)
}

fn verb_to_proto(verb: ReliefVerb) -> v1::ReliefVerb {
    match verb {
        ReliefVerb::Approve => v1::ReliefVerb::Approve,
        ReliefVerb::Decline => v1::ReliefVerb::Decline,
        ReliefVerb::Withdraw => v1::ReliefVerb::Withdraw,
        ReliefVerb::Return => v1::ReliefVerb::Return,
    }
}

/// Reads what is done about a relief, and why.
///
/// # Errors
/// [`Malformed`] where it is nothing, or why is not said of what has to have it.
pub fn relief_action(
    given: i32,
    reason: Option<Reason>,
) -> std::result::Result<ReliefAction, Malformed> {
    let field = "verb";
    if given == 0 {
        return Err(Malformed::Missing { field });
    }
    let mut verbs = ReliefVerb::ALL.iter().copied();
    let verb = verbs.find(|verb| i32::from(verb_to_proto(*verb)) == given);
    let missing = Malformed::Missing { field: "reason" };
    Ok(match verb.ok_or(Malformed::Choice { field, given })? {
        ReliefVerb::Approve => ReliefAction::Approve { reason },
        ReliefVerb::Withdraw => ReliefAction::Withdraw { reason },
        ReliefVerb::Decline => ReliefAction::Decline {
            reason: reason.ok_or(missing)?,
        },
        ReliefVerb::Return => ReliefAction::Return {
            reason: reason.ok_or(missing)?,
        },
    })
}

fn fact(fact: PoolFact) -> Fact {
    Fact::Pool(Box::new(fact))
}

pub(super) fn read_opened(new: &v1::PoolOpened) -> Result<Fact> {
    Ok(fact(PoolFact::Opened(OpenPool {
        account: AccountId::parse(&new.account_id)?,
        unit: UnitId::parse(&new.unit_id)?,
        name: Name::parse("name", &new.name)?,
        purposes: purposes(&new.purposes)?,
    })))
}

pub(super) fn read_donated(new: &v1::PoolDonated) -> Result<Fact> {
    Ok(fact(PoolFact::Donated {
        donate: Donate {
            step: booking(&new.step_id, "step_id")?,
            id: DonationId {
                pool: AccountId::parse(&new.pool_id)?,
                receipt: Name::parse("receipt", &new.receipt)?,
            },
            amount: Amount::new(new.amount)?,
            reason: reason(&new.reason_commitment)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    }))
}

pub(super) fn read_given(new: &v1::HoursGiven) -> Result<Fact> {
    Ok(fact(PoolFact::Given(HoursGiven {
        give: GiveHours {
            step: booking(&new.step_id, "step_id")?,
            from: AccountId::parse(&new.from_account_id)?,
            to: AccountId::parse(&new.to_account_id)?,
            amount: Amount::new(new.amount)?,
            reason: reason(&new.reason_commitment)?,
            recorded: None,
        },
        by: doer(new.by.as_ref())?,
        policy: policy_version(new.policy_version)?,
        verdict_on: verdict_on(new.verdict_on)?,
    })))
}

pub(super) fn read_relief_asked(new: &v1::ReliefAsked) -> Result<Fact> {
    let reason = reason(&new.reason_commitment)?;
    Ok(fact(PoolFact::ReliefAsked(ReliefAsked {
        ask: AskRelief {
            id: ReliefId(booking(&new.relief_id, "relief_id")?),
            pool: AccountId::parse(&new.pool_id)?,
            member: MemberId::parse(&new.member_id)?,
            amount: Amount::new(new.amount)?,
            purpose: Code::parse("purpose", &new.purpose)?,
            reason: reason.ok_or(Undecodable::Field("reason_commitment"))?,
        },
        by: doer(new.by.as_ref())?,
    })))
}

pub(super) fn read_relief_stepped(new: &v1::ReliefStepped) -> Result<Fact> {
    let reason = reason(&new.reason_commitment)?;
    Ok(fact(PoolFact::ReliefStepped(ReliefStepped {
        step: ReliefStep {
            step: booking(&new.step_id, "step_id")?,
            relief: ReliefId(booking(&new.relief_id, "relief_id")?),
            action: relief_action(new.verb, reason)?,
        },
        by: doer(new.by.as_ref())?,
        to: relief_state(new.state).ok_or(Undecodable::Field("state"))?,
    })))
}
