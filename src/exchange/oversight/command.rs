//! What is asked of those who watch over a time bank.

use serde::Serialize;

use super::{FileEvaluation, ShowPersonal};
use crate::exchange::{ObjectId, StepId};

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum OversightCommand {
    File(FileEvaluation),
    Show(ShowPersonal),
}

impl OversightCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::File(new) => StepId::Own(new.step),
            Self::Show(new) => StepId::Own(new.id.0),
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "an evaluation",
            Self::Show(_) => "a look at personal fields",
        }
    }

    /// The objects that it names.
    pub(in crate::exchange) fn names(&self) -> Vec<ObjectId> {
        match self {
            Self::File(new) => vec![ObjectId::Order(new.order), ObjectId::Evaluation(new.order)],
            Self::Show(new) => vec![ObjectId::Member(new.member.clone())],
        }
    }
}
