//! What happened to incidents: to the contract's messages, and back.

use timebank_proto::v1;

use super::{
    Undecodable,
    decode::booking,
    member_facts::optional,
    order_facts::{doer, doer_to_proto, reason, reason_to_proto},
};
use crate::{
    exchange::{
        CloseIncident, Fact, IncidentClosed, IncidentId, IncidentReported, IncidentState, Name,
        OrderId, ReportIncident, Sha256, StaffNumber,
        order::{Evidence, IncidentKind},
    },
    ledger::Malformed,
};

/// What shows something, as the contract has it.
pub fn evidence_to_proto(evidence: &Evidence) -> v1::Evidence {
    v1::Evidence {
        reference: evidence.reference.as_ref().map_or("", Name::as_str).into(),
        sha256: hash_to_proto(evidence.hash),
    }
}

/// Reads what shows something, which may be nothing.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn evidence(field: &'static str, given: Option<&v1::Evidence>) -> Result<Evidence, Malformed> {
    let Some(given) = given else {
        return Ok(Evidence::default());
    };
    Ok(Evidence {
        reference: optional(&given.reference, |text| Name::parse(field, text))?,
        hash: hash(field, &given.sha256)?,
    })
}

pub(super) fn hash_to_proto(hash: Option<Sha256>) -> Vec<u8> {
    hash.map_or_else(Vec::new, |hash| hash.as_bytes().to_vec())
}

/// A hash that need not be there.
pub(super) fn hash(field: &'static str, given: &[u8]) -> Result<Option<Sha256>, Malformed> {
    match given {
        [] => Ok(None),
        bytes => match Sha256::from_slice(bytes) {
            Some(hash) => Ok(Some(hash)),
            None => Err(Malformed::FileHash { field }),
        },
    }
}

/// What an incident is, as the contract has it.
pub fn incident_kind_to_proto(kind: IncidentKind) -> v1::IncidentKind {
    match kind {
        IncidentKind::Dispute => v1::IncidentKind::Dispute,
        IncidentKind::Incident => v1::IncidentKind::Incident,
        IncidentKind::Complaint => v1::IncidentKind::Complaint,
    }
}

/// How an incident stands, as the contract has it.
pub fn incident_state_to_proto(state: IncidentState) -> v1::IncidentState {
    match state {
        IncidentState::Open => v1::IncidentState::Open,
        IncidentState::Closed => v1::IncidentState::Closed,
    }
}

/// Reads what is reported: no dispute, as that is a step of its order.
///
/// # Errors
/// [`Malformed`] where it is nothing that is reported.
pub fn reported_kind(given: i32) -> Result<IncidentKind, Malformed> {
    let field = "kind";
    match v1::IncidentKind::try_from(given) {
        Ok(v1::IncidentKind::Incident) => Ok(IncidentKind::Incident),
        Ok(v1::IncidentKind::Complaint) => Ok(IncidentKind::Complaint),
        Ok(v1::IncidentKind::Unspecified) => Err(Malformed::Missing { field }),
        Ok(v1::IncidentKind::Dispute) | Err(_) => Err(Malformed::Choice { field, given }),
    }
}

pub(super) fn reported(new: &IncidentReported) -> v1::IncidentReported {
    let report = &new.report;
    v1::IncidentReported {
        incident_id: report.id.0.as_bytes().to_vec(),
        order_id: report.order.0.as_bytes().to_vec(),
        kind: incident_kind_to_proto(report.kind).into(),
        evidence: Some(evidence_to_proto(&report.evidence)),
        reason_commitment: reason_to_proto(report.reason.as_ref()),
        by: Some(doer_to_proto(&new.by)),
    }
}

pub(super) fn read_reported(new: &v1::IncidentReported) -> Result<Fact, Undecodable> {
    Ok(Fact::IncidentReported(IncidentReported {
        report: ReportIncident {
            id: IncidentId(booking(&new.incident_id, "incident_id")?),
            order: OrderId(booking(&new.order_id, "order_id")?),
            kind: reported_kind(new.kind)?,
            evidence: evidence("evidence", new.evidence.as_ref())?,
            reason: reason(&new.reason_commitment)?,
        },
        by: doer(new.by.as_ref())?,
    }))
}

pub(super) fn closed(new: &IncidentClosed) -> v1::IncidentClosed {
    let close = &new.close;
    v1::IncidentClosed {
        step_id: close.step.as_bytes().to_vec(),
        incident_id: close.incident.0.as_bytes().to_vec(),
        reason_commitment: reason_to_proto(close.reason.as_ref()),
        staff_number: new.by.as_str().into(),
    }
}

pub(super) fn read_closed(new: &v1::IncidentClosed) -> Result<Fact, Undecodable> {
    Ok(Fact::IncidentClosed(IncidentClosed {
        close: CloseIncident {
            step: booking(&new.step_id, "step_id")?,
            incident: IncidentId(booking(&new.incident_id, "incident_id")?),
            reason: reason(&new.reason_commitment)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    }))
}
