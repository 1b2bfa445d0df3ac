//! Why the time bank refuses what is asked of groups.

use super::{GroupId, GroupState, GroupVerb};
use crate::exchange::{MemberId, PolicyId, order::steps::listed};
use crate::ledger::Moment;

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GroupRejection {
    #[error("there is no group {group}; `ledger-cli group list CENTRE` shows those there are")]
    GroupUnknown { group: GroupId },
    #[error(
        "group {group} is {state}, and there is no {step} then; open to it: {}",
        listed(.state.open().iter().map(|verb| verb.word()))
    )]
    GroupStateWrong {
        group: GroupId,
        state: GroupState,
        step: GroupVerb,
    },
    #[error("nobody who pays is found for it by policy {policy}: {why}")]
    GroupPayerUnfit { policy: PolicyId, why: &'static str },
    #[error("{member} has a place in group {group} already")]
    PlaceTaken { group: GroupId, member: MemberId },
    #[error(
        "group {group} has {places} places, {enrolled} of them are taken, and {requested} more are \
         asked for"
    )]
    GroupFull {
        group: GroupId,
        places: u32,
        enrolled: u32,
        requested: u32,
    },
    #[error("{member} has no place in group {group}; enrol them first (`ledger-cli group enrol`)")]
    PlaceUnknown { group: GroupId, member: MemberId },
    #[error("{member} is known to have attended group {group} already")]
    AttendedAlready { group: GroupId, member: MemberId },
    #[error("group {group} begins at {at}, and it is {now}")]
    GroupNotBegun {
        group: GroupId,
        at: Moment,
        now: Moment,
    },
    #[error("group {group} is over at {until}, and it is {now}")]
    GroupNotOver {
        group: GroupId,
        until: Moment,
        now: Moment,
    },
    #[error("nobody attended group {group}: cancel it (`ledger-cli group cancel`)")]
    NobodyAttended { group: GroupId },
}

impl GroupRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::GroupUnknown { .. } => "GROUP_UNKNOWN",
            Self::GroupStateWrong { .. } => "GROUP_STATE_WRONG",
            Self::GroupPayerUnfit { .. } => "GROUP_PAYER_UNFIT",
            Self::PlaceTaken { .. } => "PLACE_TAKEN",
            Self::GroupFull { .. } => "GROUP_FULL",
            Self::PlaceUnknown { .. } => "PLACE_UNKNOWN",
            Self::AttendedAlready { .. } => "ATTENDED_ALREADY",
            Self::GroupNotBegun { .. } => "GROUP_NOT_BEGUN",
            Self::GroupNotOver { .. } => "GROUP_NOT_OVER",
            Self::NobodyAttended { .. } => "NOBODY_ATTENDED",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::GroupUnknown { group } | Self::NobodyAttended { group } => {
                vec![("group", group.to_string())]
            }
            Self::GroupStateWrong { group, state, step } => vec![
                ("group", group.to_string()),
                ("state", state.to_string()),
                ("step", step.to_string()),
                ("open", listed(state.open().iter().map(|verb| verb.word()))),
            ],
            Self::GroupPayerUnfit { policy, why } => {
                vec![("policy", policy.to_string()), ("why", (*why).into())]
            }
            Self::PlaceTaken { group, member }
            | Self::PlaceUnknown { group, member }
            | Self::AttendedAlready { group, member } => {
                vec![("group", group.to_string()), ("member", member.to_string())]
            }
            Self::GroupFull {
                group,
                places,
                enrolled,
                requested,
            } => vec![
                ("group", group.to_string()),
                ("places", places.to_string()),
                ("enrolled", enrolled.to_string()),
                ("requested", requested.to_string()),
            ],
            Self::GroupNotBegun { group, at, now } => vec![
                ("group", group.to_string()),
                ("at", at.to_string()),
                ("now", now.to_string()),
            ],
            Self::GroupNotOver { group, until, now } => vec![
                ("group", group.to_string()),
                ("until", until.to_string()),
                ("now", now.to_string()),
            ],
        }
    }
}
