//! What happened to tokens.

use super::{IssueToken, RevokeToken, RotateToken, TokenCommand};

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenFact {
    Issued(IssueToken),
    Rotated(RotateToken),
    Revoked(RevokeToken),
}

impl TokenFact {
    /// The command that it is the effect of.
    pub fn command(&self) -> TokenCommand {
        match self {
            Self::Issued(new) => TokenCommand::Issue(new.clone()),
            Self::Rotated(new) => TokenCommand::Rotate(new.clone()),
            Self::Revoked(new) => TokenCommand::Revoke(new.clone()),
        }
    }
}
