//! Why somebody may not do something.

use crate::{
    exchange::token::{Role, Scope},
    ledger::Principal,
};

/// A refusal, with the figures that explain it. Rules are asked in the order of these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Rejection {
    #[error("{principal} has no token that is valid now; an administrator issues one")]
    NoToken { principal: Principal },
    #[error(
        "a token for {role} does not do this ({method}); ask an administrator for one of another \
         role"
    )]
    RoleForbids { role: Role, method: &'static str },
    #[error("a token for approver approves and declines what others began, and does nothing else")]
    NoApproval,
    #[error(
        "{principal} speaks for themself alone, and so not for {actor}: leave out the actor, or \
         take the token of a desk"
    )]
    ActorClaimed {
        principal: Principal,
        actor: Principal,
    },
    #[error(
        "one person's word counts beside another's here, so it takes the token of whoever gives it, \
         and not that of {principal} and a claim to act for somebody"
    )]
    ClaimNotCounted { principal: Principal },
    #[error(
        "no order that {principal} names was drawn for them, so that they see nothing of it; \
         `ledger-cli evaluation due` lists those that were, and `ledger-cli audit sample --for` draws"
    )]
    NotDrawn { principal: Principal },
    #[error("{what} is outside the token's scope, {scope}")]
    OutsideScope { what: String, scope: Scope },
    #[error("there is no {what} in the token's scope, {scope}")]
    NotInScope { what: String, scope: Scope },
}

impl Rejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NoToken { .. } => "TOKEN_NOT_VALID",
            Self::RoleForbids { .. } => "ROLE_FORBIDS",
            Self::NoApproval => "APPROVALS_ONLY",
            Self::ActorClaimed { .. } => "ACTOR_CLAIMED",
            Self::ClaimNotCounted { .. } => "CLAIM_NOT_COUNTED",
            Self::NotDrawn { .. } => "NOT_DRAWN",
            Self::OutsideScope { .. } => "OUTSIDE_SCOPE",
            Self::NotInScope { .. } => "NOT_IN_SCOPE",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoToken { principal }
            | Self::ClaimNotCounted { principal }
            | Self::NotDrawn { principal } => {
                vec![("principal", principal.to_string())]
            }
            Self::RoleForbids { role, method } => {
                vec![("role", role.to_string()), ("method", (*method).into())]
            }
            Self::NoApproval => Vec::new(),
            Self::ActorClaimed { principal, actor } => vec![
                ("principal", principal.to_string()),
                ("actor", actor.to_string()),
            ],
            Self::OutsideScope { what, scope } | Self::NotInScope { what, scope } => {
                vec![("what", what.clone()), ("scope", scope.prefix().into())]
            }
        }
    }
}
