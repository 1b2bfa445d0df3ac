//! Why the time bank refuses what is asked of tokens.

use super::{Scope, TokenName};
use crate::{
    exchange::{Branch, StaffNumber},
    ledger::Moment,
};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenRejection {
    #[error("there is no token {name}; `ledger-cli token list` shows those there are")]
    TokenUnknown { name: TokenName },
    #[error("token {name} was revoked at {at}; issue another")]
    TokenRevoked { name: TokenName, at: Moment },
    #[error(
        "there is a token {name} already; rotate it for another secret, or revoke it before you \
         issue another"
    )]
    TokenExists { name: TokenName },
    #[error("token {name} would be expired when it is issued: it is to end at {at}")]
    TokenExpiresEarly { name: TokenName, at: Moment },
    #[error(
        "token {number} would act as staff {number} of centre {centre}, which {scope} does not \
         reach; take another name, or a scope that reaches it"
    )]
    TokenBeyondScope {
        number: StaffNumber,
        centre: Branch,
        scope: Scope,
    },
}

impl TokenRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TokenUnknown { .. } => "TOKEN_UNKNOWN",
            Self::TokenRevoked { .. } => "TOKEN_REVOKED",
            Self::TokenExists { .. } => "TOKEN_EXISTS",
            Self::TokenExpiresEarly { .. } => "TOKEN_EXPIRES_EARLY",
            Self::TokenBeyondScope { .. } => "TOKEN_BEYOND_SCOPE",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TokenUnknown { name } | Self::TokenExists { name } => {
                vec![("name", name.to_string())]
            }
            Self::TokenRevoked { name, at } | Self::TokenExpiresEarly { name, at } => {
                vec![("name", name.to_string()), ("at", at.to_string())]
            }
            Self::TokenBeyondScope {
                number,
                centre,
                scope,
            } => vec![
                ("number", number.to_string()),
                ("centre", centre.to_string()),
                ("scope", scope.prefix().into()),
            ],
        }
    }
}
