//! Centres: each runs a branch of the chart of accounts.

use serde::{Deserialize, Serialize};

use super::{Branch, Day, Name, PolicyStarts};
use crate::ledger::Sequence;

/// What a centre is opened with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CentreTerms {
    /// The branch of the chart of accounts that is its own.
    pub prefix: Branch,
    /// Its name in English.
    pub name_en: Name,
    /// Its name in Chinese.
    pub name_zh: Option<Name>,
    /// Who runs it.
    pub operator: Option<Name>,
    /// Who has it run, such as a civil-affairs bureau.
    pub contracting_body: Option<Name>,
}

/// A centre as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Centre {
    pub terms: CentreTerms,
    /// The record that opened it.
    pub opened: Sequence,
    /// How many of its staff are neither suspended nor gone.
    pub active_staff: u32,
    pub policies: PolicyStarts,
    /// The last day on which nothing is booked any more. None: no period is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_until: Option<Day>,
}
