//! Why the time bank refuses what is asked of partners.

use super::Direction;
use crate::exchange::Name;
use crate::ledger::{AccountId, Amount, BookingId};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PartnerRejection {
    #[error("there is no partner {partner}; `ledger-cli partner list` shows those there are")]
    PartnerUnknown { partner: AccountId },
    #[error(
        "reference {reference} of partner {partner} is of {amount} minutes that were {direction} \
         already, by entry {entry}; reverse that one first if it was a mistake"
    )]
    ReferenceExists {
        partner: AccountId,
        direction: Direction,
        reference: Name,
        entry: BookingId,
        amount: Amount,
    },
    #[error(
        "the {} with partner {partner} is {max} minutes at most; its account stands at {balance}, \
         and {requested} more would be {direction}", .direction.limit()
    )]
    PartnerLimit {
        partner: AccountId,
        direction: Direction,
        max: Amount,
        balance: i64,
        requested: Amount,
    },
}

impl PartnerRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::PartnerUnknown { .. } => "PARTNER_UNKNOWN",
            Self::ReferenceExists { .. } => "REFERENCE_EXISTS",
            Self::PartnerLimit { .. } => "PARTNER_LIMIT",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PartnerUnknown { partner } => vec![("partner", partner.to_string())],
            Self::ReferenceExists {
                partner,
                direction,
                reference,
                entry,
                amount,
            } => vec![
                ("partner", partner.to_string()),
                ("direction", direction.to_string()),
                ("reference", reference.to_string()),
                ("entry", entry.to_string()),
                ("amount", amount.to_string()),
            ],
            Self::PartnerLimit {
                partner,
                direction,
                max,
                balance,
                requested,
            } => vec![
                ("partner", partner.to_string()),
                ("limit", direction.limit().into()),
                ("max", max.to_string()),
                ("balance", balance.to_string()),
                ("requested", requested.to_string()),
            ],
        }
    }
}
