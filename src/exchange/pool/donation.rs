//! Donations: money that comes into a pool from outside.

use serde::{Deserialize, Serialize};

use crate::{
    exchange::{Name, order::Reason},
    ledger::{AccountId, Amount, BookingId, Sequence},
};

/// Which donation: by the pool, and the number of the receipt that the donor got.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct DonationId {
    #[serde(rename = "pool_id")]
    pub pool: AccountId,
    pub receipt: Name,
}

/// Records a donation of money to a pool.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Donate {
    /// Also that of the entry.
    #[serde(skip)]
    pub step: BookingId,
    #[serde(flatten)]
    pub id: DonationId,
    pub amount: Amount,
    /// Such as who gave it.
    pub reason: Option<Reason>,
}

/// A donation as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Donation {
    #[serde(flatten)]
    pub id: DonationId,
    pub amount: Amount,
    /// The entry by which it came in.
    pub entry: BookingId,
    /// Its record.
    pub recorded: Sequence,
}
