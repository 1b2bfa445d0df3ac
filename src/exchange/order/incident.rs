//! Incidents: harm, complaints and disputes about an order, and what shows them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Doer, IncidentId, OrderId, Reason, steps::words};
use crate::{
    exchange::{Branch, Name},
    ledger::{BookingId, Malformed, Moment, Sequence},
};

/// How many incidents an order has at most.
pub const MAX_INCIDENTS: usize = 20;
/// After how many of them only staff report more.
pub const MAX_INCIDENTS_BY_MEMBERS: usize = 10;

/// The SHA-256 of a file that is kept elsewhere, such as a photo or a scanned sheet: 64
/// digits `0-9a-f`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileHash([u8; 32]);

impl FileHash {
    /// Reads a hash. Capital digits are taken as well.
    ///
    /// # Errors
    /// [`Malformed::FileHash`] for anything else.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        let digit = |b: u8| {
            char::from(b)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        let (pairs, rest) = given.as_bytes().as_chunks::<2>();
        let bytes = pairs
            .iter()
            .map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?));
        let bytes: Option<Vec<u8>> = bytes.collect();
        let bytes = bytes.filter(|_| rest.is_empty());
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(Malformed::FileHash { field })
    }

    /// The hash that these bytes are. None where they are not 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<FileHash> for String {
    fn from(hash: FileHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for FileHash {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse("hash", &given)
    }
}

/// What shows that something was so, kept elsewhere.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it is filed, such as the number of a report.
    pub reference: Option<Name>,
    /// Of the file.
    #[serde(rename = "sha256")]
    pub hash: Option<FileHash>,
}

words!(
    /// What an incident is.
    IncidentKind {
        /// It stopped its order, until staff resolve that.
        Dispute = "dispute",
        /// Harm to somebody or something.
        Incident = "incident",
        /// Somebody is not content.
        Complaint = "complaint",
    }
);

words!(
    /// How an incident stands.
    IncidentState {
        Open = "open",
        Closed = "closed",
    }
);

/// Reports an incident, without stopping its order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ReportIncident {
    #[serde(skip)]
    pub id: IncidentId,
    #[serde(rename = "order_id")]
    pub order: OrderId,
    /// No dispute: that is a step of the order.
    pub kind: IncidentKind,
    pub evidence: Evidence,
    #[serde(skip)]
    pub reason: Option<Reason>,
}

/// Closes an incident.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CloseIncident {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "incident_id")]
    pub incident: IncidentId,
    #[serde(skip)]
    pub reason: Option<Reason>,
}

/// An incident as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Incident {
    /// That of the step which reported it.
    pub id: IncidentId,
    pub order: OrderId,
    /// The order's centre.
    pub centre: Branch,
    pub kind: IncidentKind,
    pub evidence: Evidence,
    pub state: IncidentState,
    pub reported_by: Doer,
    pub reported_at: Moment,
    /// The records of its steps.
    pub steps: Vec<Sequence>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_hashes() {
        let small = "0123456789abcdef".repeat(4);
        for (given, fits) in [
            (small.clone(), true),
            (small.to_uppercase(), true),
            (small[1..].into(), false),
            (format!("{small}00"), false),
            (small.replace('f', "g"), false),
            (small.replacen("01", "+1", 1), false),
            (String::new(), false),
        ] {
            let read = FileHash::parse("hash", &given);
            assert_eq!(read.is_ok(), fits, "{given}");
            let read = read.map(|hash| hash.to_string());
            assert!(read.is_err() || read == Ok(small.clone()));
        }
    }
}
