//! Why the time bank refuses what is asked of trainings.

use super::{MAX_MINUTES, MIN_MINUTES, TrainingId};
use crate::exchange::{Code, Day, MemberId, PolicyId, policy::Minutes};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TrainingRejection {
    #[error("there is no training {training}; `ledger-cli training list` shows those there are")]
    TrainingUnknown { training: TrainingId },
    #[error(
        "the training would be on {on}, and it is {today}; record it once it has been attended"
    )]
    TrainingInFuture { on: Day, today: Day },
    #[error("the training would have taken {minutes}; one takes 15m to 24h")]
    TrainingLength { minutes: Minutes },
    #[error(
        "policy {policy} has no training {code}; `ledger-cli policy show` lists those there are"
    )]
    TrainingCodeUnknown { policy: PolicyId, code: Code },
    #[error(
        "that {member} attended {code} on {on} is recorded already, as training {training}; annul \
         that one first where it is wrong (`ledger-cli training annul`)"
    )]
    TrainingRepeated {
        member: MemberId,
        code: Code,
        on: Day,
        training: TrainingId,
    },
    #[error("training {training} is annulled already")]
    TrainingStateWrong { training: TrainingId },
}

impl TrainingRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TrainingUnknown { .. } => "TRAINING_UNKNOWN",
            Self::TrainingInFuture { .. } => "TRAINING_IN_FUTURE",
            Self::TrainingLength { .. } => "TRAINING_LENGTH_OUT_OF_RANGE",
            Self::TrainingCodeUnknown { .. } => "TRAINING_CODE_UNKNOWN",
            Self::TrainingRepeated { .. } => "TRAINING_REPEATED",
            Self::TrainingStateWrong { .. } => "TRAINING_STATE_WRONG",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TrainingUnknown { training } | Self::TrainingStateWrong { training } => {
                vec![("training", training.to_string())]
            }
            Self::TrainingInFuture { on, today } => {
                vec![("on", on.to_string()), ("today", today.to_string())]
            }
            Self::TrainingLength { minutes } => vec![
                ("given", minutes.get().to_string()),
                ("min", MIN_MINUTES.to_string()),
                ("max", MAX_MINUTES.to_string()),
            ],
            Self::TrainingCodeUnknown { policy, code } => {
                vec![("policy", policy.to_string()), ("code", code.to_string())]
            }
            Self::TrainingRepeated {
                member,
                code,
                on,
                training,
            } => vec![
                ("member", member.to_string()),
                ("code", code.to_string()),
                ("on", on.to_string()),
                ("training", training.to_string()),
            ],
        }
    }
}
