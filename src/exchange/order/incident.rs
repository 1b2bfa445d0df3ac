//! Incidents: harm, complaints and disputes about an order, and what shows them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Doer, IncidentId, OrderId, Reason, steps::words};
use crate::{
    exchange::{Branch, MemberId, Name, Sha256},
    ledger::{BookingId, Moment, Sequence},
};

/// How many incidents an order has at most.
pub const MAX_INCIDENTS: usize = 20;
/// After how many of them only staff report more.
pub const MAX_INCIDENTS_BY_MEMBERS: usize = 10;

/// What shows that something was so, kept elsewhere.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it is filed, such as the number of a report.
    pub reference: Option<Name>,
    /// Of the file.
    #[serde(rename = "sha256")]
    pub hash: Option<Sha256>,
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
    /// The order's recipient.
    pub recipient: MemberId,
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
            let read = Sha256::parse("hash", &given);
            assert_eq!(read.is_ok(), fits, "{given}");
            let read = read.map(|hash| hash.to_string());
            assert!(read.is_err() || read == Ok(small.clone()));
        }
    }
}
