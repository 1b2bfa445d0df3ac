//! What is asked of pools, and of gifts.

use serde::Serialize;

use super::{AskRelief, Donate, GiveHours, OpenPool, ReliefStep};
use crate::exchange::{ObjectId, StepId};
use crate::ledger::AccountId;

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum PoolCommand {
    Open(OpenPool),
    Donate(Donate),
    Give(GiveHours),
    AskRelief(AskRelief),
    StepRelief(ReliefStep),
}

impl PoolCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::Open(new) => StepId::Creates(ObjectId::Pool(new.account.clone())),
            Self::Donate(new) => StepId::Own(new.step),
            Self::Give(new) => StepId::Own(new.step),
            Self::AskRelief(new) => StepId::Own(new.id.0),
            Self::StepRelief(new) => StepId::Own(new.step),
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "the opening of a pool",
            Self::Donate(_) => "a donation",
            Self::Give(_) => "a gift of hours",
            Self::AskRelief(_) => "the asking for relief",
            Self::StepRelief(_) => "a step of a relief",
        }
    }

    /// The object that it names, if it names one at first.
    pub(in crate::exchange) fn names(&self) -> Option<ObjectId> {
        match self {
            Self::Open(new) => Some(ObjectId::Pool(new.account.clone())),
            Self::Donate(new) => Some(ObjectId::Pool(new.id.pool.clone())),
            Self::Give(_) => None,
            Self::AskRelief(new) => Some(ObjectId::Pool(new.pool.clone())),
            Self::StepRelief(new) => Some(ObjectId::Relief(new.relief)),
        }
    }

    /// The accounts that it names.
    pub(in crate::exchange) fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::Open(new) => vec![new.account.clone()],
            Self::Donate(new) => vec![new.id.pool.clone()],
            Self::Give(new) => vec![new.from.clone(), new.to.clone()],
            Self::AskRelief(new) => vec![new.pool.clone()],
            Self::StepRelief(_) => Vec::new(),
        }
    }
}
