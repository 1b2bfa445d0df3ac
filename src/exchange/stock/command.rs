//! What is asked of stocks.

use serde::Serialize;

use super::{ItemId, OpenStock, PutItem, Redeem};
use crate::exchange::{ObjectId, StepId};
use crate::ledger::AccountId;

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum StockCommand {
    Open(OpenStock),
    Put(PutItem),
    Redeem(Redeem),
}

impl StockCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::Open(new) => StepId::Creates(ObjectId::Stock(new.account.clone())),
            Self::Put(new) => StepId::Own(new.step),
            Self::Redeem(new) => StepId::Own(new.step),
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "the opening of a stock",
            Self::Put(_) => "a change of a stock",
            Self::Redeem(_) => "a redemption",
        }
    }

    /// The objects that it names.
    pub(in crate::exchange) fn names(&self) -> Vec<ObjectId> {
        let both = |item: &ItemId| {
            let stock = ObjectId::Stock(item.stock.clone());
            vec![stock, ObjectId::StockItem(Box::new(item.clone()))]
        };
        match self {
            Self::Open(new) => vec![ObjectId::Stock(new.account.clone())],
            Self::Put(new) => both(&new.id),
            Self::Redeem(new) => both(&new.item),
        }
    }

    /// The accounts that it names.
    pub(in crate::exchange) fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::Open(new) => vec![new.account.clone()],
            Self::Put(_) => Vec::new(),
            Self::Redeem(new) => vec![new.from.clone(), new.item.stock.clone()],
        }
    }
}
