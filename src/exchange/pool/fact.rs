//! What happened to pools.

use super::{AskRelief, Donate, GiveHours, OpenPool, PoolCommand, ReliefState, ReliefStep};
use crate::exchange::{Doer, PolicyVersion, StaffNumber, order::Reason};
use crate::ledger::Sequence;

/// Hours were given away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoursGiven {
    pub give: GiveHours,
    pub by: Doer,
    /// The policy of the giver's centre that lets them.
    pub policy: PolicyVersion,
    /// The record of the personal fields that this is a verdict on.
    pub verdict_on: Option<Sequence>,
}

/// Relief was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReliefAsked {
    pub ask: AskRelief,
    pub by: Doer,
}

/// Something was done about a relief.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReliefStepped {
    pub step: ReliefStep,
    pub by: Doer,
    /// How it stands then.
    pub to: ReliefState,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PoolFact {
    Opened(OpenPool),
    Donated { donate: Donate, by: StaffNumber },
    Given(HoursGiven),
    ReliefAsked(ReliefAsked),
    ReliefStepped(ReliefStepped),
}

impl PoolFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> PoolCommand {
        match self {
            Self::Opened(open) => PoolCommand::Open(open.clone()),
            Self::Donated { donate, .. } => PoolCommand::Donate(donate.clone()),
            Self::Given(new) => PoolCommand::Give(GiveHours {
                recorded: new.verdict_on,
                ..new.give.clone()
            }),
            Self::ReliefAsked(new) => PoolCommand::AskRelief(new.ask.clone()),
            Self::ReliefStepped(new) => PoolCommand::StepRelief(new.step.clone()),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Opened(_) => None,
            Self::Donated { donate, .. } => donate.reason.as_ref(),
            Self::Given(new) => new.give.reason.as_ref(),
            Self::ReliefAsked(new) => Some(&new.ask.reason),
            Self::ReliefStepped(new) => new.step.action.reason(),
        }
    }

    /// The record of the personal fields that it has a verdict on.
    pub fn verdict_on(&self) -> Option<Sequence> {
        match self {
            Self::Given(new) => new.verdict_on,
            Self::Opened(_)
            | Self::Donated { .. }
            | Self::ReliefAsked(_)
            | Self::ReliefStepped(_) => None,
        }
    }
}
