//! What is asked of partners.

use serde::Serialize;

use super::{OpenPartner, Remit};
use crate::exchange::{ObjectId, StepId};
use crate::ledger::AccountId;

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum PartnerCommand {
    Open(OpenPartner),
    Remit(Remit),
}

impl PartnerCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::Open(new) => StepId::Creates(ObjectId::Partner(new.account.clone())),
            Self::Remit(new) => StepId::Own(new.step),
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "the opening of a partner",
            Self::Remit(_) => "a remittance",
        }
    }

    /// The objects that it names.
    pub(in crate::exchange) fn names(&self) -> Vec<ObjectId> {
        match self {
            Self::Open(new) => vec![ObjectId::Partner(new.account.clone())],
            Self::Remit(new) => vec![
                ObjectId::Partner(new.id.partner.clone()),
                ObjectId::Member(new.member.clone()),
                ObjectId::Remittance(Box::new(new.id.clone())),
            ],
        }
    }

    /// The accounts that it names.
    pub(in crate::exchange) fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::Open(new) => vec![new.account.clone()],
            Self::Remit(new) => vec![new.id.partner.clone()],
        }
    }
}
