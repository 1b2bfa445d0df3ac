//! What happened to tokens.

use super::{AccessCommand, IssueToken, RevokeToken, RotateToken};

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccessFact {
    Issued(IssueToken),
    Rotated(RotateToken),
    Revoked(RevokeToken),
}

impl AccessFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> AccessCommand {
        match self {
            Self::Issued(new) => AccessCommand::Issue(new.clone()),
            Self::Rotated(new) => AccessCommand::Rotate(new.clone()),
            Self::Revoked(new) => AccessCommand::Revoke(new.clone()),
        }
    }
}
