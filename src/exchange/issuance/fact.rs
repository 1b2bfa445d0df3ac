//! What happened to sources.

use super::{GiveGrant, IssuanceCommand, Issue, OpenSource};
use crate::exchange::{PolicyVersion, StaffNumber, order::Reason};
use crate::ledger::Sequence;

/// Something was issued.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issued {
    pub issue: Issue,
    pub by: StaffNumber,
}

/// A member got the opening grant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrantGiven {
    pub grant: GiveGrant,
    pub by: StaffNumber,
    /// The policy that grants it.
    pub policy: PolicyVersion,
    /// The record of the personal fields that this is a verdict on.
    pub verdict_on: Sequence,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IssuanceFact {
    Opened(OpenSource),
    Issued(Issued),
    Granted(GrantGiven),
}

impl IssuanceFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> IssuanceCommand {
        match self {
            Self::Opened(open) => IssuanceCommand::Open(open.clone()),
            Self::Issued(new) => IssuanceCommand::Issue(new.issue.clone()),
            Self::Granted(new) => IssuanceCommand::Grant(GiveGrant {
                recorded: Some(new.verdict_on),
                ..new.grant.clone()
            }),
        }
    }

    /// Why.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Issued(new) => new.issue.reason.as_ref(),
            Self::Opened(_) | Self::Granted(_) => None,
        }
    }

    /// The record of the personal fields that it has a verdict on.
    pub fn verdict_on(&self) -> Option<Sequence> {
        match self {
            Self::Granted(new) => Some(new.verdict_on),
            Self::Opened(_) | Self::Issued(_) => None,
        }
    }
}
