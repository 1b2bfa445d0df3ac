//! What happened to groups.

use super::{Grounds, GroupCommand, GroupStep, OpenGroup};
use crate::exchange::{StaffNumber, order::Reason};

/// A group was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupOpened {
    pub open: OpenGroup,
    pub grounds: Grounds,
    pub by: StaffNumber,
}

/// Something was done about a group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupStepped {
    pub step: GroupStep,
    pub by: StaffNumber,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GroupFact {
    Opened(GroupOpened),
    Stepped(GroupStepped),
}

impl GroupFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> GroupCommand {
        match self {
            Self::Opened(new) => GroupCommand::Open(new.open.clone()),
            Self::Stepped(new) => GroupCommand::Step(new.step.clone()),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Opened(_) => None,
            Self::Stepped(new) => new.step.reason.as_ref(),
        }
    }
}
