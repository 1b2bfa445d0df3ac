//! How members went: to the contract's messages, and back.

use timebank_proto::v1;

use super::{Undecodable, decode::booking, member_facts::optional};
use crate::{
    exchange::{
        ApproveExit, Day, ExitApproved, ExitMember, Fact, MemberExited, MemberId, Settlement,
        StaffNumber,
    },
    ledger::AccountId,
};

type Result<T> = std::result::Result<T, Undecodable>;

pub(super) fn exited(new: &MemberExited) -> v1::MemberExited {
    v1::MemberExited {
        step_id: new.exit.step.as_bytes().to_vec(),
        member_id: new.exit.member.as_str().into(),
        died_on: new.exit.died_on.map_or_else(String::new, String::from),
        on: new.on.to_string(),
        settlement: Some(settlement(&new.settlement)),
    }
}

pub(super) fn approved(new: &ExitApproved) -> v1::ExitApproved {
    v1::ExitApproved {
        step_id: new.approval.step.as_bytes().to_vec(),
        member_id: new.approval.member.as_str().into(),
        staff_number: new.by.as_str().into(),
        settlement: Some(settlement(&new.settlement)),
    }
}

fn settlement(settlement: &Settlement) -> v1::AccountSettlement {
    match settlement {
        Settlement::AwaitsApproval => v1::AccountSettlement {
            awaits_approval: true,
            account_id: String::new(),
            closed_on: String::new(),
        },
        Settlement::Closed { with, on } => v1::AccountSettlement {
            awaits_approval: false,
            closed_on: on.to_string(),
            account_id: with.as_ref().map_or("", AccountId::as_str).into(),
        },
    }
}

pub(super) fn read_exited(new: &v1::MemberExited) -> Result<Fact> {
    Ok(Fact::MemberExited(MemberExited {
        exit: ExitMember {
            step: booking(&new.step_id, "step_id")?,
            member: MemberId::parse(&new.member_id)?,
            died_on: optional(&new.died_on, |day| Day::parse("died_on", day))?,
        },
        on: Day::parse("on", &new.on)?,
        settlement: read_settlement(new.settlement.as_ref())?,
    }))
}

pub(super) fn read_approved(new: &v1::ExitApproved) -> Result<Fact> {
    Ok(Fact::ExitApproved(ExitApproved {
        approval: ApproveExit {
            step: booking(&new.step_id, "step_id")?,
            member: MemberId::parse(&new.member_id)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
        settlement: read_settlement(new.settlement.as_ref())?,
    }))
}

fn read_settlement(settlement: Option<&v1::AccountSettlement>) -> Result<Settlement> {
    let settlement = settlement.ok_or(Undecodable::Field("settlement"))?;
    let with = optional(&settlement.account_id, AccountId::parse)?;
    let on = optional(&settlement.closed_on, |day| Day::parse("closed_on", day))?;
    match (settlement.awaits_approval, with, on) {
        (true, None, None) => Ok(Settlement::AwaitsApproval),
        (false, with, Some(on)) => Ok(Settlement::Closed { with, on }),
        _ => Err(Undecodable::Field("settlement")),
    }
}
