//! What is asked of those who watch over a time bank.

use serde::Serialize;

use super::{DrawSample, FileEvaluation, ShowPersonal};
use crate::exchange::{ObjectId, OrderId, StepId};

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum OversightCommand {
    File(FileEvaluation),
    Show(ShowPersonal),
    Draw(DrawSample),
}

impl OversightCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::File(new) => StepId::Own(new.step),
            Self::Show(new) => StepId::Own(new.id.0),
            Self::Draw(new) => StepId::Own(new.step),
        }
    }

    /// The one order that it is about, if it is about one.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Self::File(new) => Some(new.order),
            Self::Show(new) => new.order,
            Self::Draw(_) => None,
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "an evaluation",
            Self::Show(_) => "a look at personal fields",
            Self::Draw(_) => "a sample that is drawn",
        }
    }

    /// The objects that it names.
    pub(in crate::exchange) fn names(&self) -> Vec<ObjectId> {
        match self {
            Self::File(new) => vec![ObjectId::Order(new.order), ObjectId::Evaluation(new.order)],
            Self::Show(new) => {
                let order = new.order.map(ObjectId::Order);
                let member = ObjectId::Member(new.member.clone());
                order.into_iter().chain([member]).collect()
            }
            Self::Draw(new) => {
                let centre = ObjectId::Centre(new.centre.clone());
                let evaluator = ObjectId::Staff(new.evaluator.clone());
                let orders = new.orders.iter();
                let orders = orders.flat_map(|id| [ObjectId::Order(*id), ObjectId::Drawn(*id)]);
                orders.chain([centre, evaluator]).collect()
            }
        }
    }
}
