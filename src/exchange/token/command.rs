//! What is asked of tokens.

use serde::Serialize;

use super::{TokenName, TokenTerms, Verifier};
use crate::{
    exchange::{MemberId, ObjectId, StepId},
    ledger::BookingId,
};

/// Issues a token.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct IssueToken {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(flatten)]
    pub terms: TokenTerms,
    /// Of the secret that was drawn for it: another one when the step is repeated.
    #[serde(skip)]
    pub verifier: Verifier,
}

/// Gives a token another secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RotateToken {
    #[serde(skip)]
    pub step: BookingId,
    pub name: TokenName,
    #[serde(skip)]
    pub verifier: Verifier,
}

/// Ends a token, at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RevokeToken {
    #[serde(skip)]
    pub step: BookingId,
    pub name: TokenName,
}

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum TokenCommand {
    Issue(IssueToken),
    Rotate(RotateToken),
    Revoke(RevokeToken),
}

impl TokenCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        StepId::Own(match self {
            Self::Issue(new) => new.step,
            Self::Rotate(new) => new.step,
            Self::Revoke(new) => new.step,
        })
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::Issue(_) => "the issue of a token",
            Self::Rotate(_) => "the rotation of a token",
            Self::Revoke(_) => "the revocation of a token",
        }
    }

    /// The objects that it names.
    pub(in crate::exchange) fn names(&self) -> Vec<ObjectId> {
        match self {
            Self::Issue(IssueToken { terms, .. }) => {
                let name = terms.name.as_str();
                let staff = terms.name.staff_number().map(ObjectId::Staff);
                let member = MemberId::parse(name).ok().map(ObjectId::Member);
                let own = ObjectId::Token(terms.name.clone());
                [own].into_iter().chain(staff).chain(member).collect()
            }
            Self::Rotate(RotateToken { name, .. }) | Self::Revoke(RevokeToken { name, .. }) => {
                vec![ObjectId::Token(name.clone())]
            }
        }
    }
}
