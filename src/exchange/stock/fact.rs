//! What happened to stocks.

use super::{OpenStock, PutItem, Redeem, StockCommand};
use crate::exchange::{Doer, PolicyVersion, StaffNumber, order::Reason};
use crate::ledger::Sequence;

/// Something was redeemed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redeemed {
    pub redeem: Redeem,
    pub by: Doer,
    /// The policy that lets a member redeem hours. None where it was no hours, for which none is
    /// asked.
    pub policy: Option<PolicyVersion>,
    /// The record of the personal fields that this is a verdict on.
    pub verdict_on: Option<Sequence>,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StockFact {
    Opened(OpenStock),
    Put { put: PutItem, by: StaffNumber },
    Redeemed(Redeemed),
}

impl StockFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> StockCommand {
        match self {
            Self::Opened(open) => StockCommand::Open(open.clone()),
            Self::Put { put, .. } => StockCommand::Put(put.clone()),
            Self::Redeemed(new) => StockCommand::Redeem(Redeem {
                recorded: new.verdict_on,
                ..new.redeem.clone()
            }),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Opened(_) => None,
            Self::Put { put, .. } => put.reason.as_ref(),
            Self::Redeemed(new) => new.redeem.reason.as_ref(),
        }
    }

    /// The record of the personal fields that it has a verdict on.
    pub fn verdict_on(&self) -> Option<Sequence> {
        match self {
            Self::Redeemed(new) => new.verdict_on,
            Self::Opened(_) | Self::Put { .. } => None,
        }
    }
}
