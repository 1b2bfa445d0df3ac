//! Pools: hours and money that are given together, and paid out as relief.
//!
//! A [`Pool`] has an account of its own, which its steps alone take from. Members and groups
//! [give](GiveHours) hours to it, money comes in as [donations](Donate) from outside, and
//! either goes out as [relief](Relief) that two of the staff approve.

mod command;
mod donation;
mod fact;
mod fold;
mod gift;
mod rejection;
mod relief;

use serde::{Deserialize, Serialize};

pub use command::PoolCommand;
pub use donation::{Donate, Donation, DonationId};
pub use fact::{HoursGiven, PoolFact, ReliefAsked, ReliefStepped};
pub use gift::GiveHours;
pub use rejection::PoolRejection;
pub use relief::{
    AskRelief, MAX_OPEN_RELIEFS, RELIEF_STEPS, Relief, ReliefAction, ReliefId, ReliefState,
    ReliefStep, ReliefVerb,
};

use super::{Branch, Code, Name};
use crate::ledger::{AccountId, Malformed, UnitId};

/// How many purposes a pool has at most.
pub const MAX_PURPOSES: usize = 10;

/// What a pool pays relief for: 1 to 10 words, each once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Purposes(Vec<Code>);

impl Purposes {
    /// These purposes.
    ///
    /// # Errors
    /// [`Malformed::Purposes`] for none, more than 10, or one twice.
    pub fn new(codes: Vec<Code>) -> Result<Self, Malformed> {
        let mut later = codes.iter().enumerate();
        let is_twice = later.any(|(at, code)| codes[..at].contains(code));
        match (1..=MAX_PURPOSES).contains(&codes.len()) && !is_twice {
            true => Ok(Self(codes)),
            false => Err(Malformed::Purposes {
                given: codes.len(),
                max: MAX_PURPOSES,
            }),
        }
    }

    /// The purposes in order.
    pub fn as_slice(&self) -> &[Code] {
        &self.0
    }
}

/// Opens a pool: with an account, unless there is one that does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OpenPool {
    #[serde(rename = "pool_id")]
    pub account: AccountId,
    #[serde(rename = "unit_id")]
    pub unit: UnitId,
    pub name: Name,
    pub purposes: Purposes,
}

/// A pool as it stands. What is in it stands on its account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pool {
    pub account: AccountId,
    /// The centre in whose branch the account is, whose staff keep the pool.
    pub centre: Branch,
    pub unit: UnitId,
    pub name: Name,
    pub purposes: Purposes,
}

impl Pool {
    /// Whether it is of hours, which go to members' accounts; what is not comes from outside
    /// and goes there.
    pub fn is_of_hours(&self) -> bool {
        self.unit == UnitId::time()
    }
}

/// The account that donations to a centre's pools come from, in a unit other than hours. None
/// where its id would be too long.
pub fn donations_account(centre: &Branch, unit: &UnitId) -> Option<AccountId> {
    AccountId::parse(&format!("{centre}:donations:{unit}")).ok()
}

/// The account that relief from a centre's pools goes to, in a unit other than hours: members have
/// no accounts of it. None where its id would be too long.
pub fn relief_account(centre: &Branch, unit: &UnitId) -> Option<AccountId> {
    AccountId::parse(&format!("{centre}:relief:{unit}")).ok()
}
