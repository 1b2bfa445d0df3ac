//! What is asked of periods.

use serde::Serialize;

use super::{PeriodId, Seal};
use crate::exchange::{ObjectId, StepId};
use crate::ledger::{BookingId, Sequence};

/// Closes a period, for good.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ClosePeriod {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(flatten)]
    pub id: PeriodId,
}

/// Says what a period came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SealPeriod {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(flatten)]
    pub id: PeriodId,
    #[serde(flatten)]
    pub seal: Seal,
}

/// Stands for the report of a period.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SignOffPeriod {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(flatten)]
    pub id: PeriodId,
    /// As of which position it was read.
    #[serde(rename = "at_position")]
    pub position: Sequence,
}

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum PeriodCommand {
    Close(ClosePeriod),
    /// The server's own.
    Seal(SealPeriod),
    SignOff(SignOffPeriod),
}

impl PeriodCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        StepId::Own(match self {
            Self::Close(new) => new.step,
            Self::Seal(new) => new.step,
            Self::SignOff(new) => new.step,
        })
    }

    /// Whether only the server itself gives it.
    pub fn is_the_servers(&self) -> bool {
        match self {
            Self::Seal(_) => true,
            Self::Close(_) | Self::SignOff(_) => false,
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::Close(_) => "the closing of a period",
            Self::Seal(_) => "the seal of a period",
            Self::SignOff(_) => "the sign-off of a report",
        }
    }

    /// The period that it names.
    pub(in crate::exchange) fn names(&self) -> ObjectId {
        let id = match self {
            Self::Close(new) => &new.id,
            Self::Seal(new) => &new.id,
            Self::SignOff(new) => &new.id,
        };
        ObjectId::Period(Box::new(id.clone()))
    }
}
