//! Gifts of hours: to a pool, or to a member.

use serde::Serialize;

use crate::{
    exchange::order::Reason,
    ledger::{AccountId, Amount, BookingId, Sequence},
};

/// Gives hours away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GiveHours {
    /// Also that of the entry.
    #[serde(skip)]
    pub step: BookingId,
    /// A member's or an organisation's.
    #[serde(rename = "from_account_id")]
    pub from: AccountId,
    /// A member's or a pool's.
    #[serde(rename = "to_account_id")]
    pub to: AccountId,
    pub amount: Amount,
    pub reason: Option<Reason>,
    /// Of a record, the one whose personal fields it has a verdict on.
    #[serde(skip)]
    pub recorded: Option<Sequence>,
}
