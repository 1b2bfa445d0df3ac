//! What a service came to, figure by figure: anyone can reckon it again.

use serde::{Deserialize, Serialize};

use crate::exchange::{PolicyVersion, policy::Minutes};

/// What a settled order came to. Minutes throughout.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reckoned {
    /// The policy of the order's centre that held on the service date: by it the time is
    /// counted, rounded and weighted.
    pub policy: PolicyVersion,
    /// The policy of the provider's centre that held on the service date: by it caps are
    /// kept. None where it had none.
    pub provider_policy: Option<PolicyVersion>,
    pub by_provider: Minutes,
    pub by_recipient: Minutes,
    /// What counts of both.
    pub confirmed: Minutes,
    pub rounded: Minutes,
    pub weighted: i64,
    /// What the provider had earned on the service date before.
    pub earned_on_day: i64,
    /// What they had earned in its week before, that day included.
    pub earned_in_week: i64,
    pub within_day_cap: i64,
    pub within_week_cap: i64,
    /// What stood on the provider's account before.
    pub balance: i64,
    /// What the provider got.
    pub credited: i64,
    /// What went to whom the policy names, being over a cap or a ceiling.
    pub excess: i64,
}

impl Reckoned {
    /// Whether anybody got anything.
    pub fn is_moved(&self) -> bool {
        self.credited + self.excess > 0
    }
}
