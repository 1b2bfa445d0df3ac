//! Staff, who act for a centre.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Branch, StaffNumber};

/// What a member of staff is registered with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StaffTerms {
    pub number: StaffNumber,
    /// The centre that they act for.
    pub centre: Branch,
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
