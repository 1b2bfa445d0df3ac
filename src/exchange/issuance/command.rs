//! What is asked of sources.

use serde::Serialize;

use super::{GiveGrant, Issue, OpenSource};
use crate::exchange::{ObjectId, StepId};
use crate::ledger::AccountId;

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum IssuanceCommand {
    Open(OpenSource),
    Issue(Issue),
    Grant(GiveGrant),
}

impl IssuanceCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::Open(new) => StepId::Creates(ObjectId::Source(new.account.clone())),
            Self::Issue(new) => StepId::Own(new.step),
            Self::Grant(new) => StepId::Own(new.step),
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "the opening of a source",
            Self::Issue(_) => "an issuance",
            Self::Grant(_) => "an opening grant",
        }
    }

    /// The object that it names.
    pub(in crate::exchange) fn names(&self) -> ObjectId {
        match self {
            Self::Open(new) => ObjectId::Source(new.account.clone()),
            Self::Issue(new) => ObjectId::Source(new.source.clone()),
            Self::Grant(new) => ObjectId::Member(new.member.clone()),
        }
    }

    /// The accounts that it names.
    pub(in crate::exchange) fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::Open(new) => vec![new.account.clone()],
            Self::Issue(new) => vec![new.source.clone(), new.to.clone()],
            Self::Grant(_) => Vec::new(),
        }
    }
}
