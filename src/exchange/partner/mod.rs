//! Other time banks, and the hours that members send there and receive from there.
//!
//! A [`Partner`] has an account of kind `clearing`, whose limits are the partner's. Hours of
//! our members that [go](Direction::Sent) to the partner raise it, up to the surplus; hours
//! that [come](Direction::Received) from there lower it, down to minus the deficit.

mod command;
mod fact;
mod fold;
mod rejection;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use command::PartnerCommand;
pub use fact::PartnerFact;
pub use rejection::PartnerRejection;

use super::{
    Branch, MemberId, Name,
    order::{Reason, steps::words},
};
use crate::ledger::{AccountId, Amount, Balance, BookingId, Limits, Sequence};

words!(
    /// Which way hours go.
    Direction {
        /// From a member of ours to the partner.
        Sent = "sent",
        /// From the partner to a member of ours.
        Received = "received",
    }
);

impl Direction {
    /// Which limit binds it, in a word.
    pub fn limit(self) -> &'static str {
        match self {
            Self::Sent => "surplus",
            Self::Received => "deficit",
        }
    }
}

/// Opens a partner: with an account, unless there is one that does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OpenPartner {
    #[serde(rename = "partner_id")]
    pub account: AccountId,
    pub name: Name,
    /// The most that the partner may have of us: what was sent there and did not come back.
    pub surplus: Amount,
    /// The most that we may have of the partner.
    pub deficit: Amount,
}

impl OpenPartner {
    /// The limits of its account.
    pub fn limits(&self) -> Limits {
        Limits {
            floor: Balance::new(-self.deficit.steps()),
            ceiling: Balance::new(self.surplus.steps()),
        }
    }
}

/// A partner as it stands. What it has of us stands on its account; below 0 is what we have
/// of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Partner {
    pub account: AccountId,
    /// The centre in whose branch the account is, whose staff send and receive.
    pub centre: Branch,
    pub name: Name,
    pub surplus: Amount,
    pub deficit: Amount,
}

/// Which remittance: by the partner, which way it went, and the partner's own reference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RemittanceId {
    #[serde(rename = "partner_id")]
    pub partner: AccountId,
    pub direction: Direction,
    pub reference: Name,
}

/// Sends hours of a member to a partner, or receives hours from there for a member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Remit {
    /// Also that of the entry.
    #[serde(skip)]
    pub step: BookingId,
    #[serde(flatten)]
    pub id: RemittanceId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    pub amount: Amount,
    pub reason: Option<Reason>,
}

/// A remittance as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Remittance {
    #[serde(flatten)]
    pub id: RemittanceId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    pub amount: Amount,
    /// The entry by which it went.
    pub entry: BookingId,
    /// Its record.
    pub recorded: Sequence,
}
