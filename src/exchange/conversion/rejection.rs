//! Why the time bank refuses a conversion.

use crate::exchange::PolicyId;
use crate::ledger::{Amount, UnitId};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConversionRejection {
    #[error(
        "policy {policy} does not convert {from} into {to}; `ledger-cli policy show` lists the \
         pairs that it does"
    )]
    UnitsNotConverted {
        policy: PolicyId,
        from: UnitId,
        to: UnitId,
    },
    #[error(
        "{given} {from} are no whole steps of {to}, at {give} {from} for {get} {to}, and nothing is \
         rounded; give a multiple of {multiple_of}"
    )]
    ConversionUneven {
        from: UnitId,
        to: UnitId,
        give: u32,
        get: u32,
        given: Amount,
        multiple_of: u32,
    },
    #[error(
        "{given} {from} would be more than {max} {to}, at {give} {from} for {get} {to}; give less at \
         once",
        max = Amount::MAX
    )]
    ConversionTooLarge {
        from: UnitId,
        to: UnitId,
        give: u32,
        get: u32,
        given: Amount,
    },
}

impl ConversionRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnitsNotConverted { .. } => "UNITS_NOT_CONVERTED",
            Self::ConversionUneven { .. } => "CONVERSION_UNEVEN",
            Self::ConversionTooLarge { .. } => "CONVERSION_TOO_LARGE",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnitsNotConverted { policy, from, to } => vec![
                ("policy", policy.to_string()),
                ("from", from.to_string()),
                ("to", to.to_string()),
            ],
            Self::ConversionUneven {
                from,
                to,
                give,
                get,
                given,
                multiple_of,
            } => vec![
                ("from", from.to_string()),
                ("to", to.to_string()),
                ("give", give.to_string()),
                ("get", get.to_string()),
                ("given", given.to_string()),
                ("multiple_of", multiple_of.to_string()),
            ],
            Self::ConversionTooLarge {
                from,
                to,
                give,
                get,
                given,
            } => vec![
                ("from", from.to_string()),
                ("to", to.to_string()),
                ("give", give.to_string()),
                ("get", get.to_string()),
                ("given", given.to_string()),
                ("max", Amount::MAX.to_string()),
            ],
        }
    }
}
