//! Issuance: hours, money and points that come into the ledger against a named source.
//!
//! A [`Source`] has an account of its own whose floor is its cap, so that the ledger itself
//! lets no more out of it, and which its steps alone, and orders, take from.

mod command;
mod fact;
mod fold;
mod rejection;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use command::IssuanceCommand;
pub use fact::{GrantGiven, IssuanceFact, Issued};
pub use rejection::IssuanceRejection;

use super::{
    Branch, Day, MemberId, Name,
    order::{Reason, steps::words},
};
use crate::ledger::{AccountId, Amount, Balance, BookingId, Limits, Malformed, Sequence, UnitId};

/// The unit of money. Hours and points are never converted into it, nor it into them.
pub const MONEY: &str = "cny";

words!(
    /// Where what a source is funded with comes from.
    Sector {
        /// The state, such as a civil-affairs bureau.
        Public = "public",
        /// Foundations, firms and people.
        Social = "social",
    }
);

words!(
    /// What a source is.
    Funding {
        /// Of a body that pays for a service.
        Grant = "grant",
        Foundation = "foundation",
        Donation = "donation",
    }
);

/// Days from a first to a last one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Days {
    pub from: Day,
    pub until: Day,
}

impl Days {
    /// Both included.
    ///
    /// # Errors
    /// [`Malformed::DaysReversed`] where the last comes before the first.
    pub fn new(from: Day, until: Day) -> Result<Self, Malformed> {
        match from <= until {
            true => Ok(Self { from, until }),
            false => Err(Malformed::DaysReversed {
                from: from.to_string(),
                until: until.to_string(),
            }),
        }
    }

    /// Whether a day is one of them.
    pub fn contains(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }
}

/// Opens a source, with its account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenSource {
    #[serde(rename = "source_id")]
    pub account: AccountId,
    #[serde(rename = "unit_id")]
    pub unit: UnitId,
    pub funding: Funding,
    pub sector: Sector,
    /// Who stands for it.
    pub funder: Name,
    /// The contract or the decision, as it is filed.
    pub contract: Name,
    /// The most that may be out of it at once, in steps of the unit.
    pub cap: Amount,
    /// The days on which it issues.
    #[serde(flatten)]
    pub days: Days,
}

impl OpenSource {
    /// The limits of its account.
    pub fn limits(&self) -> Limits {
        Limits {
            floor: Balance::new(-self.cap.steps()),
            ceiling: None,
        }
    }
}

/// A source as it stands. What is out of it is minus the balance of its account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The centre in whose branch the account is, whose staff issue from it.
    pub centre: Branch,
    #[serde(flatten)]
    pub terms: OpenSource,
}

/// Issues from a source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Issue {
    /// Also that of the entry.
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "source_id")]
    pub source: AccountId,
    #[serde(rename = "account_id")]
    pub to: AccountId,
    pub amount: Amount,
    pub reason: Option<Reason>,
}

/// Gives a member the opening grant of their centre's policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GiveGrant {
    /// Also that of the entry.
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    /// Of a record, the one whose personal fields it has a verdict on.
    #[serde(skip)]
    pub recorded: Option<Sequence>,
}
