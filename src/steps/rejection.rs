//! Why a command is refused.

use crate::{access, exchange, ledger};

/// The refusal of a rule: of who may do what, of the ledger, or of the time bank.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Rejection {
    #[error(transparent)]
    Access(#[from] access::Rejection),
    #[error(transparent)]
    Ledger(#[from] ledger::Rejection),
    #[error(transparent)]
    Exchange(#[from] exchange::Rejection),
}

impl Rejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Access(rejection) => rejection.reason(),
            Self::Ledger(rejection) => rejection.reason(),
            Self::Exchange(rejection) => rejection.reason(),
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Access(rejection) => rejection.figures(),
            Self::Ledger(rejection) => rejection.figures(),
            Self::Exchange(rejection) => rejection.figures(),
        }
    }
}
