//! What is asked of groups.

use serde::Serialize;

use super::{GroupId, GroupTerms, GroupVerb, Listed, PageId};
use crate::exchange::{ObjectId, StepId, order::Reason};
use crate::ledger::{AccountId, BookingId};

/// Opens a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OpenGroup {
    #[serde(skip)]
    pub id: GroupId,
    #[serde(flatten)]
    pub terms: GroupTerms,
}

/// What is done about a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupAction {
    /// These members get places.
    Enrol(Listed),
    /// These give theirs up, or were enrolled by mistake.
    Leave(Listed),
    /// These were there.
    Attend(Listed),
    Confirm,
    Settle,
    Cancel,
}

impl GroupAction {
    /// What it is.
    pub fn verb(&self) -> GroupVerb {
        match self {
            Self::Enrol(_) => GroupVerb::Enrol,
            Self::Leave(_) => GroupVerb::Leave,
            Self::Attend(_) => GroupVerb::Attend,
            Self::Confirm => GroupVerb::Confirm,
            Self::Settle => GroupVerb::Settle,
            Self::Cancel => GroupVerb::Cancel,
        }
    }

    /// The members whom it names.
    pub fn listed(&self) -> Option<&Listed> {
        match self {
            Self::Enrol(listed) | Self::Leave(listed) | Self::Attend(listed) => Some(listed),
            Self::Confirm | Self::Settle | Self::Cancel => None,
        }
    }
}

/// A step of a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupStep {
    /// Also that of the first entry, where it settles.
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "group_id")]
    pub group: GroupId,
    pub action: GroupAction,
    pub reason: Option<Reason>,
}

/// Something asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum GroupCommand {
    Open(OpenGroup),
    Step(GroupStep),
}

impl GroupCommand {
    /// By what it is known when it comes again.
    pub fn step_id(&self) -> StepId {
        match self {
            Self::Open(new) => StepId::Creates(ObjectId::Group(new.id)),
            Self::Step(new) => StepId::Own(new.step),
        }
    }

    /// What kind of command it is.
    pub(in crate::exchange) fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "the opening of a group",
            Self::Step(_) => "a step of a group",
        }
    }

    /// The objects that it plainly needs: all at once, as a list has many.
    pub(in crate::exchange) fn names(&self) -> Vec<ObjectId> {
        let new = match self {
            Self::Open(new) => {
                let leader = new.terms.kind.leader();
                return leader.cloned().map(ObjectId::Member).into_iter().collect();
            }
            Self::Step(new) => new,
        };
        let mut named = vec![ObjectId::Group(new.group)];
        let mut pages: Vec<_> = match (&new.action, new.action.listed()) {
            (GroupAction::Settle, _) => PageId::all(new.group).collect(),
            (_, Some(listed)) => {
                let members = listed.as_slice().iter();
                members.map(|id| PageId::of(new.group, id)).collect()
            }
            (_, None) => Vec::new(),
        };
        pages.sort_unstable();
        pages.dedup();
        named.extend(pages.into_iter().map(ObjectId::GroupPage));
        if let GroupAction::Enrol(listed) = &new.action {
            named.extend(listed.as_slice().iter().cloned().map(ObjectId::Member));
        }
        named
    }

    /// The accounts that it names.
    pub(in crate::exchange) fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::Open(new) => new.terms.kind.payer().cloned().into_iter().collect(),
            Self::Step(_) => Vec::new(),
        }
    }
}
