//! What is asked of trainings.

use serde::Serialize;

use super::{Attendance, TrainingDayId, TrainingId};
use crate::exchange::{ObjectId, StepId, order::Reason};
use crate::ledger::BookingId;

/// Records that a member attended a training.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecordTraining {
    #[serde(skip)]
    pub id: TrainingId,
    #[serde(flatten)]
    pub attendance: Attendance,
}

/// Takes a training back that was recorded by mistake.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AnnulTraining {
    /// Also that of the reversal of its entry.
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "training_id")]
    pub training: TrainingId,
    pub reason: Reason,
}

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum TrainingCommand {
    Record(RecordTraining),
    Annul(AnnulTraining),
}

impl TrainingCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::Record(new) => StepId::Own(new.id.0),
            Self::Annul(new) => StepId::Own(new.step),
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::Record(_) => "the recording of a training",
            Self::Annul(_) => "the annulment of a training",
        }
    }

    /// The objects that it names.
    pub(in crate::exchange) fn names(&self) -> Vec<ObjectId> {
        match self {
            Self::Record(new) => vec![
                ObjectId::Member(new.attendance.member.clone()),
                ObjectId::TrainingDay(Box::new(TrainingDayId::of(&new.attendance))),
            ],
            Self::Annul(new) => vec![ObjectId::Training(new.training)],
        }
    }
}
