//! Mandates: that a centre's policy may charge an account in another centre's branch.

use serde::{Deserialize, Serialize};

use super::Branch;
use crate::ledger::{AccountId, BookingId};

/// Which mandate: of an account, to a centre.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct MandateId {
    pub account: AccountId,
    /// The centre that may charge it.
    pub centre: Branch,
}

/// A mandate as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mandate {
    #[serde(flatten)]
    pub id: MandateId,
    /// The centre in whose branch the account is, whose staff give and revoke it.
    pub owner: Branch,
    /// False once it is revoked.
    pub is_given: bool,
}

/// Gives a mandate, or revokes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SetMandate {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "account_id")]
    pub account: AccountId,
    pub centre: Branch,
    #[serde(rename = "given")]
    pub is_given: bool,
}

impl SetMandate {
    /// Which mandate it is.
    pub fn id(&self) -> MandateId {
        MandateId {
            account: self.account.clone(),
            centre: self.centre.clone(),
        }
    }
}
