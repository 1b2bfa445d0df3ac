//! What those did who watch over a time bank.

use super::{DrawSample, FileEvaluation, OversightCommand, ShowPersonal};
use crate::exchange::{Doer, StaffNumber, order::Reason};

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OversightFact {
    Filed {
        file: FileEvaluation,
        by: StaffNumber,
    },
    Shown {
        show: ShowPersonal,
        by: Doer,
    },
    Drawn {
        draw: DrawSample,
        by: StaffNumber,
    },
}

impl OversightFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> OversightCommand {
        match self {
            Self::Filed { file, .. } => OversightCommand::File(file.clone()),
            Self::Shown { show, .. } => OversightCommand::Show(show.clone()),
            Self::Drawn { draw, .. } => OversightCommand::Draw(draw.clone()),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Filed { file, .. } => file.reason.as_ref(),
            Self::Shown { show, .. } => show.reason.as_ref(),
            Self::Drawn { draw, .. } => draw.reason.as_ref(),
        }
    }
}
