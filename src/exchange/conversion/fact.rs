//! What was converted.

use super::Convert;
use crate::exchange::{Branch, Doer, PolicyVersion};
use crate::ledger::{AccountId, Amount, Sequence};

/// What a member had of a unit was converted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Converted {
    pub convert: Convert,
    /// The member's centre.
    pub centre: Branch,
    /// The centre's policy of the day, which names the rate.
    pub policy: PolicyVersion,
    /// The member's account that what is got came to.
    pub account: AccountId,
    /// How many steps of the other unit that is.
    pub got: Amount,
    pub by: Doer,
    /// The record of the personal fields that this is a verdict on, where hours were given.
    pub verdict_on: Option<Sequence>,
}

impl Converted {
    /// The command that it is the effect of.
    pub fn command(&self) -> Convert {
        Convert {
            recorded: self.verdict_on,
            ..self.convert.clone()
        }
    }
}
