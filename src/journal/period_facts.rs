//! What happened to periods: to the contract's messages, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message};

use super::{Undecodable, decode::booking};
use crate::{
    exchange::{
        Branch, ClosePeriod, Fact, Month, PeriodClosed, PeriodFact, PeriodId, PeriodSigned, Seal,
        SealPeriod, Sha256, SignOffPeriod, StaffNumber,
    },
    ledger::{Malformed, Sequence},
};

type Result<T> = std::result::Result<T, Undecodable>;

pub(super) fn to_proto(fact: &PeriodFact) -> Message {
    match fact {
        PeriodFact::Closed(new) => Message::PeriodClosed(v1::PeriodClosed {
            step_id: new.close.step.as_bytes().to_vec(),
            centre: new.close.id.centre.as_str().into(),
            month: new.close.id.month.to_string(),
            staff_number: new.by.as_str().into(),
        }),
        PeriodFact::Sealed(new) => Message::PeriodSealed(v1::PeriodSealed {
            step_id: new.step.as_bytes().to_vec(),
            centre: new.id.centre.as_str().into(),
            month: new.id.month.to_string(),
            account_count: new.seal.accounts,
            root: new.seal.root.as_bytes().to_vec(),
        }),
        PeriodFact::Signed(new) => Message::PeriodSignedOff(v1::PeriodSignedOff {
            step_id: new.sign.step.as_bytes().to_vec(),
            centre: new.sign.id.centre.as_str().into(),
            month: new.sign.id.month.to_string(),
            at_position: new.sign.position.get(),
            staff_number: new.by.as_str().into(),
        }),
    }
}

fn period(centre: &str, month: &str) -> std::result::Result<PeriodId, Malformed> {
    Ok(PeriodId {
        centre: Branch::parse("centre", centre)?,
        month: Month::parse("month", month)?,
    })
}

fn fact(fact: PeriodFact) -> Fact {
    Fact::Period(Box::new(fact))
}

pub(super) fn read_closed(new: &v1::PeriodClosed) -> Result<Fact> {
    Ok(fact(PeriodFact::Closed(PeriodClosed {
        close: ClosePeriod {
            step: booking(&new.step_id, "step_id")?,
            id: period(&new.centre, &new.month)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    })))
}

pub(super) fn read_sealed(new: &v1::PeriodSealed) -> Result<Fact> {
    let accounts = new.account_count;
    let root = Sha256::from_slice(&new.root).ok_or(Undecodable::Field("root"))?;
    if accounts < 0 {
        return Err(Undecodable::Field("account_count"));
    }
    Ok(fact(PeriodFact::Sealed(SealPeriod {
        step: booking(&new.step_id, "step_id")?,
        id: period(&new.centre, &new.month)?,
        seal: Seal { accounts, root },
    })))
}

pub(super) fn read_signed(new: &v1::PeriodSignedOff) -> Result<Fact> {
    Ok(fact(PeriodFact::Signed(PeriodSigned {
        sign: SignOffPeriod {
            step: booking(&new.step_id, "step_id")?,
            id: period(&new.centre, &new.month)?,
            position: Sequence::new(new.at_position).ok_or(Undecodable::Field("at_position"))?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    })))
}
