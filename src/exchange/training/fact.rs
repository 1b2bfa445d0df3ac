//! What happened to trainings.

use super::{AnnulTraining, PointsEarned, RecordTraining, TrainingCommand};
use crate::exchange::{Branch, PolicyVersion, Qualification, StaffNumber, order::Reason};

/// A training was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrainingRecorded {
    pub record: RecordTraining,
    /// The member's centre.
    pub centre: Branch,
    /// The centre's policy of the day.
    pub policy: PolicyVersion,
    /// Whether the policy asks for a passed assessment, and there is none: nothing is earned.
    pub withheld: bool,
    /// What the member is qualified for by it.
    pub qualification: Option<Qualification>,
    pub points: Option<PointsEarned>,
    pub by: StaffNumber,
}

/// A training was annulled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrainingAnnulled {
    pub annul: AnnulTraining,
    /// Whether the qualification that came of it was withdrawn: it still was the one that stood.
    pub withdrawn: bool,
    pub by: StaffNumber,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TrainingFact {
    Recorded(TrainingRecorded),
    Annulled(TrainingAnnulled),
}

impl TrainingFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> TrainingCommand {
        match self {
            Self::Recorded(new) => TrainingCommand::Record(new.record.clone()),
            Self::Annulled(new) => TrainingCommand::Annul(new.annul.clone()),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Recorded(_) => None,
            Self::Annulled(new) => Some(&new.annul.reason),
        }
    }
}
