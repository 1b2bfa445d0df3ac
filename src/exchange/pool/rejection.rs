//! Why the time bank refuses what is asked of pools, and of gifts.

use super::{MAX_OPEN_RELIEFS, ReliefId, ReliefState, ReliefVerb};
use crate::exchange::{Branch, Code, MemberId, Name, StaffNumber, order::steps::listed};
use crate::ledger::{AccountId, Amount, UnitId};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PoolRejection {
    #[error("there is no pool {pool}; `ledger-cli pool list` shows those there are")]
    PoolUnknown { pool: AccountId },
    #[error("there is no relief {relief}; `ledger-cli pool reliefs` shows those there are")]
    ReliefUnknown { relief: ReliefId },
    #[error(
        "pool {pool} is of hours, which members give (`ledger-cli pool give`); nobody donates them"
    )]
    PoolOfHours { pool: AccountId },
    #[error("receipt {receipt} is of another donation to pool {pool}, of {amount} {unit}")]
    DonationExists {
        pool: AccountId,
        receipt: Name,
        amount: Amount,
        unit: UnitId,
    },
    #[error("pool {pool} of centre {centre} gives nothing for {purpose}, but for: {purposes}")]
    PurposeForeign {
        pool: AccountId,
        centre: Branch,
        purpose: Code,
        purposes: String,
    },
    #[error(
        "relief {relief} is {state}, and there is no {step} then; open to it: {}",
        listed(.state.open().iter().map(|verb| verb.word()))
    )]
    ReliefStateWrong {
        relief: ReliefId,
        state: ReliefState,
        step: ReliefVerb,
    },
    #[error("staff {number} asked for relief {relief} themself; another has to approve it")]
    ApproverAsked {
        relief: ReliefId,
        number: StaffNumber,
    },
    #[error(
        "member {member} has asked for {MAX_OPEN_RELIEFS} reliefs that are not ended, the most \
         there are at once; withdraw one (`ledger-cli pool withdraw`)"
    )]
    TooManyReliefs { member: MemberId },
    #[error("pool {pool} has {available} {unit} to give, and {requested} are asked for")]
    ReliefBeyondPool {
        pool: AccountId,
        unit: UnitId,
        available: i64,
        requested: Amount,
    },
    #[error(
        "member {member} would give to themself or to a relative in the name of {giver}; have \
         staff record it"
    )]
    GiftToActor { member: MemberId, giver: MemberId },
    #[error(
        "{available} minutes stand free on account {account}, and {requested} would be given: \
         nobody gives what they owe"
    )]
    GiftBeyondBalance {
        account: AccountId,
        available: i64,
        requested: Amount,
    },
}

impl PoolRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::PoolUnknown { .. } => "POOL_UNKNOWN",
            Self::ReliefUnknown { .. } => "RELIEF_UNKNOWN",
            Self::PoolOfHours { .. } => "POOL_OF_HOURS",
            Self::DonationExists { .. } => "DONATION_EXISTS",
            Self::PurposeForeign { .. } => "PURPOSE_FOREIGN",
            Self::ReliefStateWrong { .. } => "RELIEF_STATE_WRONG",
            Self::ApproverAsked { .. } => "APPROVER_ASKED",
            Self::TooManyReliefs { .. } => "TOO_MANY_RELIEFS",
            Self::ReliefBeyondPool { .. } => "RELIEF_BEYOND_POOL",
            Self::GiftToActor { .. } => "GIFT_TO_ACTOR",
            Self::GiftBeyondBalance { .. } => "GIFT_BEYOND_BALANCE",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PoolUnknown { pool } | Self::PoolOfHours { pool } => {
                vec![("pool", pool.to_string())]
            }
            Self::ReliefUnknown { relief } => vec![("relief", relief.to_string())],
            Self::DonationExists {
                pool,
                receipt,
                amount,
                unit,
            } => vec![
                ("pool", pool.to_string()),
                ("receipt", receipt.to_string()),
                ("amount", amount.to_string()),
                ("unit", unit.to_string()),
            ],
            Self::PurposeForeign {
                pool,
                centre,
                purpose,
                purposes,
            } => vec![
                ("pool", pool.to_string()),
                ("centre", centre.to_string()),
                ("purpose", purpose.to_string()),
                ("purposes", purposes.clone()),
            ],
            Self::ReliefStateWrong {
                relief,
                state,
                step,
            } => vec![
                ("relief", relief.to_string()),
                ("state", state.to_string()),
                ("step", step.to_string()),
                ("open", listed(state.open().iter().map(|verb| verb.word()))),
            ],
            Self::ApproverAsked { relief, number } => vec![
                ("relief", relief.to_string()),
                ("staff_number", number.to_string()),
            ],
            Self::TooManyReliefs { member } => vec![
                ("member", member.to_string()),
                ("max", MAX_OPEN_RELIEFS.to_string()),
            ],
            Self::ReliefBeyondPool {
                pool,
                unit,
                available,
                requested,
            } => vec![
                ("pool", pool.to_string()),
                ("unit", unit.to_string()),
                ("available", available.to_string()),
                ("requested", requested.to_string()),
            ],
            Self::GiftToActor { member, giver } => {
                vec![("member", member.to_string()), ("giver", giver.to_string())]
            }
            Self::GiftBeyondBalance {
                account,
                available,
                requested,
            } => vec![
                ("account", account.to_string()),
                ("available", available.to_string()),
                ("requested", requested.to_string()),
            ],
        }
    }
}
