//! What happened to periods.

use super::{ClosePeriod, PeriodCommand, SealPeriod, SignOffPeriod};
use crate::exchange::StaffNumber;

/// A period was closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeriodClosed {
    pub close: ClosePeriod,
    pub by: StaffNumber,
}

/// The report of a period was signed off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeriodSigned {
    pub sign: SignOffPeriod,
    pub by: StaffNumber,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PeriodFact {
    Closed(PeriodClosed),
    Sealed(SealPeriod),
    Signed(PeriodSigned),
}

impl PeriodFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> PeriodCommand {
        match self {
            Self::Closed(new) => PeriodCommand::Close(new.close.clone()),
            Self::Sealed(seal) => PeriodCommand::Seal(seal.clone()),
            Self::Signed(new) => PeriodCommand::SignOff(new.sign.clone()),
        }
    }
}
