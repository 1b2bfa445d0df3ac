//! Why the time bank refuses what is asked of sources.

use crate::exchange::{Day, MemberId};
use crate::ledger::{AccountId, Amount, UnitId};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IssuanceRejection {
    #[error("there is no source {source_id}; `ledger-cli source list` shows those there are")]
    SourceUnknown { source_id: AccountId },
    #[error("source {source_id} issues from {from} until {until}, and not on {on}")]
    SourceNotInForce {
        source_id: AccountId,
        from: Day,
        until: Day,
        on: Day,
    },
    #[error(
        "{outstanding} of the {cap} {unit} that source {source_id} is funded with are out or held, \
         and {requested} more are asked for; open another source"
    )]
    SourceSpent {
        source_id: AccountId,
        unit: UnitId,
        cap: Amount,
        outstanding: i64,
        requested: Amount,
    },
    #[error("member {member} has had the opening grant{}, and it is once a person", shown(.member, .as_member))]
    GrantGiven {
        member: MemberId,
        /// The membership in which they had it.
        as_member: MemberId,
    },
}

fn shown(member: &MemberId, as_member: &MemberId) -> String {
    match member == as_member {
        true => String::new(),
        false => format!(" as {as_member}"),
    }
}

impl IssuanceRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::SourceUnknown { .. } => "SOURCE_UNKNOWN",
            Self::SourceNotInForce { .. } => "SOURCE_NOT_IN_FORCE",
            Self::SourceSpent { .. } => "SOURCE_SPENT",
            Self::GrantGiven { .. } => "GRANT_GIVEN",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SourceUnknown { source_id } => vec![("source", source_id.to_string())],
            Self::SourceNotInForce {
                source_id,
                from,
                until,
                on,
            } => vec![
                ("source", source_id.to_string()),
                ("from", from.to_string()),
                ("until", until.to_string()),
                ("on", on.to_string()),
            ],
            Self::SourceSpent {
                source_id,
                unit,
                cap,
                outstanding,
                requested,
            } => vec![
                ("source", source_id.to_string()),
                ("unit", unit.to_string()),
                ("cap", cap.to_string()),
                ("outstanding", outstanding.to_string()),
                ("requested", requested.to_string()),
            ],
            Self::GrantGiven { member, as_member } => vec![
                ("member", member.to_string()),
                ("as_member", as_member.to_string()),
            ],
        }
    }
}
