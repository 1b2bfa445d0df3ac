//! Staff, who act for a centre.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Branch, MemberId, StaffNumber};

/// What a member of staff is registered with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StaffTerms {
    pub number: StaffNumber,
    /// The centre that they act for.
    pub centre: Branch,
    /// Who they are as a member, if they are one.
    pub member_id: Option<MemberId>,
    /// Members who are their relatives: what concerns these is approved by others.
    pub relative_ids: Vec<MemberId>,
}

impl StaffTerms {
    /// Of whom no more is known than where they act.
    pub(super) fn plain(number: StaffNumber, centre: Branch) -> Self {
        Self {
            number,
            centre,
            member_id: None,
            relative_ids: Vec::new(),
        }
    }

    /// The members that these terms name, each with the field that does.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, &MemberId)> {
        let own = self.member_id.iter().map(|id| ("member_id", id));
        own.chain(self.relative_ids.iter().map(|id| ("relative_ids", id)))
    }
}

/// Whether a member of staff may act.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffState {
    Active,
    Suspended,
    /// For good.
    Ended,
}

impl fmt::Display for StaffState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
        })
    }
}

/// A member of staff as they stand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Staff {
    pub terms: StaffTerms,
    pub state: StaffState,
}

impl Staff {
    /// Whether they act for a centre, now.
    pub fn acts_for(&self, centre: &Branch) -> bool {
        self.terms.centre == *centre && self.state == StaffState::Active
    }
}
