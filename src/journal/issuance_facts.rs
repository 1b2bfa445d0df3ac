//! What happened to sources: to the contract's messages, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message};

use super::{
    Undecodable,
    decode::booking,
    facts::policy_version,
    order_facts::{number, reason, reason_to_proto, text, verdict_on},
};
use crate::{
    exchange::{
        Day, Days, Fact, MemberId, Name, StaffNumber,
        issuance::{
            Funding, GiveGrant, GrantGiven, IssuanceFact, Issue, Issued, OpenSource, Sector,
        },
    },
    ledger::{AccountId, Amount, Malformed, UnitId},
};

type Result<T> = std::result::Result<T, Undecodable>;
type Read<T> = std::result::Result<T, Malformed>;

pub(super) fn to_proto(fact: &IssuanceFact) -> Message {
    match fact {
        IssuanceFact::Opened(open) => Message::SourceOpened(v1::SourceOpened {
            account_id: open.account.as_str().into(),
            terms: Some(source_terms_to_proto(open)),
        }),
        IssuanceFact::Issued(new) => Message::SourceIssued(v1::SourceIssued {
            step_id: new.issue.step.as_bytes().to_vec(),
            source_id: new.issue.source.as_str().into(),
            account_id: new.issue.to.as_str().into(),
            amount: new.issue.amount.steps(),
            reason_commitment: reason_to_proto(new.issue.reason.as_ref()),
            staff_number: new.by.as_str().into(),
        }),
        IssuanceFact::Granted(new) => Message::GrantGiven(v1::GrantGiven {
            step_id: new.grant.step.as_bytes().to_vec(),
            member_id: new.grant.member.as_str().into(),
            staff_number: new.by.as_str().into(),
            policy_version: number(new.policy),
            verdict_on: new.verdict_on.get(),
        }),
    }
}

/// What a source was opened with, as the contract has it.
pub fn source_terms_to_proto(open: &OpenSource) -> v1::SourceTerms {
    let funding = match open.funding {
        Funding::Grant => v1::Funding::Grant,
        Funding::Foundation => v1::Funding::Foundation,
        Funding::Donation => v1::Funding::Donation,
    };
    let sector = match open.sector {
        Sector::Public => v1::Sector::Public,
        Sector::Social => v1::Sector::Social,
    };
    v1::SourceTerms {
        unit_id: open.unit.as_str().into(),
        funding: funding.into(),
        sector: sector.into(),
        funder: open.funder.as_str().into(),
        contract: open.contract.as_str().into(),
        cap: open.cap.steps(),
        from: open.days.from.to_string(),
        until: open.days.until.to_string(),
    }
}

/// Reads what a source is opened with.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn source(account: AccountId, terms: &v1::SourceTerms) -> Read<OpenSource> {
    let day = |field, given| Day::parse(field, text(given, field)?);
    Ok(OpenSource {
        account,
        unit: match terms.unit_id.as_str() {
            "" => UnitId::time(),
            given => UnitId::parse(given)?,
        },
        funding: funding(terms.funding)?,
        sector: sector(terms.sector)?,
        funder: Name::parse("terms.funder", &terms.funder)?,
        contract: Name::parse("terms.contract", &terms.contract)?,
        cap: Amount::new(terms.cap)?,
        days: Days::new(
            day("terms.from", &terms.from)?,
            day("terms.until", &terms.until)?,
        )?,
    })
}

fn funding(given: i32) -> Read<Funding> {
    let field = "terms.funding";
    match v1::Funding::try_from(given) {
        Ok(v1::Funding::Grant) => Ok(Funding::Grant),
        Ok(v1::Funding::Foundation) => Ok(Funding::Foundation),
        Ok(v1::Funding::Donation) => Ok(Funding::Donation),
        Ok(v1::Funding::Unspecified) => Err(Malformed::Missing { field }),
        Err(_) => Err(Malformed::Choice { field, given }),
    }
}

fn sector(given: i32) -> Read<Sector> {
    let field = "terms.sector";
    match v1::Sector::try_from(given) {
        Ok(v1::Sector::Public) => Ok(Sector::Public),
        Ok(v1::Sector::Social) => Ok(Sector::Social),
        Ok(v1::Sector::Unspecified) => Err(Malformed::Missing { field }),
        Err(_) => Err(Malformed::Choice { field, given }),
    }
}

fn fact(fact: IssuanceFact) -> Fact {
    Fact::Issuance(Box::new(fact))
}

pub(super) fn read_opened(new: &v1::SourceOpened) -> Result<Fact> {
    let account = AccountId::parse(&new.account_id)?;
    let terms = new.terms.as_ref().ok_or(Undecodable::Field("terms"))?;
    Ok(fact(IssuanceFact::Opened(source(account, terms)?)))
}

pub(super) fn read_issued(new: &v1::SourceIssued) -> Result<Fact> {
    Ok(fact(IssuanceFact::Issued(Issued {
        issue: Issue {
            step: booking(&new.step_id, "step_id")?,
            source: AccountId::parse(&new.source_id)?,
            to: AccountId::parse(&new.account_id)?,
            amount: Amount::new(new.amount)?,
            reason: reason(&new.reason_commitment)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    })))
}

pub(super) fn read_granted(new: &v1::GrantGiven) -> Result<Fact> {
    let verdict_on = verdict_on(new.verdict_on)?;
    Ok(fact(IssuanceFact::Granted(GrantGiven {
        grant: GiveGrant {
            step: booking(&new.step_id, "step_id")?,
            member: MemberId::parse(&new.member_id)?,
            recorded: None,
        },
        by: StaffNumber::parse(&new.staff_number)?,
        policy: policy_version(new.policy_version)?,
        verdict_on: verdict_on.ok_or(Undecodable::Field("verdict_on"))?,
    })))
}
