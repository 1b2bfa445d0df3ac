//! `timebank.v1.IncidentService`.

use timebank_proto::v1::{self, incident_service_server::IncidentService};
use tonic::{Request, Response, Status};

use super::{
    Reader, Services,
    convert::{self, booking_id, required},
    needs::{order_id, step_taken},
    page, partakers,
    status::Refused,
    token_of,
};
use crate::{
    exchange::{
        CloseIncident, Command, Incident, IncidentId, IncidentState, ReportIncident, order::Reason,
    },
    journal::{self, timestamp},
    ledger::Malformed,
    query::{self, Incidents, ReadError, Reading},
};

impl Services {
    async fn incident(&self, by: Reader, id: IncidentId) -> Result<(v1::Incident, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let incident = query::incident(reading, id)?;
            Ok((reply(&incident), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }

    /// Has a step about an incident carried out, and reads how that stands.
    async fn incident_step<T>(
        &self,
        request: Request<T>,
        read: impl FnOnce(T) -> Result<(IncidentId, Command), Refused>,
    ) -> Result<(v1::Incident, bool, i64), Refused> {
        let caller = convert::caller(&request)?;
        let by = caller.reader();
        let (id, command) = read(request.into_inner())?;
        let outcome = self.run(command, caller).await?;
        let (incident, position) = self.incident(by, id).await?;
        Ok((incident, outcome.is_replay(), position))
    }
}

fn incident_id(given: &str, field: &'static str) -> Result<IncidentId, Malformed> {
    booking_id(given, field).map(IncidentId)
}

/// Why, which has to be said.
fn reason(given: String) -> Result<Option<Reason>, Refused> {
    let reason = convert::note(given)?.map(Reason::from);
    required(reason.as_ref(), "reason")?;
    Ok(reason)
}

fn report(request: v1::ReportIncidentRequest) -> Result<(IncidentId, Command), Refused> {
    let id = incident_id(&request.incident_id, "incident_id")?;
    let report = ReportIncident {
        id,
        order: order_id(&request.order_id, "order_id")?,
        kind: journal::reported_kind(request.kind)?,
        evidence: journal::evidence("evidence", request.evidence.as_ref())?,
        reason: reason(request.reason)?,
    };
    Ok((id, Command::ReportIncident(report)))
}

fn close(request: v1::CloseIncidentRequest) -> Result<(IncidentId, Command), Refused> {
    let step = booking_id(&request.step_id, "step_id")?;
    let incident = incident_id(&request.incident_id, "incident_id")?;
    let reason = reason(request.reason)?;
    let close = CloseIncident {
        step,
        incident,
        reason,
    };
    Ok((incident, Command::CloseIncident(close)))
}

/// An incident as the contract has it.
pub(super) fn reply(incident: &Incident) -> v1::Incident {
    v1::Incident {
        incident_id: incident.id.to_string(),
        order_id: incident.order.to_string(),
        centre: incident.centre.as_str().into(),
        kind: journal::incident_kind_to_proto(incident.kind).into(),
        evidence: Some(journal::evidence_to_proto(&incident.evidence)),
        state: journal::incident_state_to_proto(incident.state).into(),
        reported_by: Some(journal::doer_to_proto(&incident.reported_by)),
        reported_at: Some(timestamp(incident.reported_at)),
    }
}

fn state(given: i32) -> Result<IncidentState, Malformed> {
    let field = "state";
    match v1::IncidentState::try_from(given) {
        Ok(v1::IncidentState::Open) => Ok(IncidentState::Open),
        Ok(v1::IncidentState::Closed) => Ok(IncidentState::Closed),
        Ok(v1::IncidentState::Unspecified) => Err(Malformed::Missing { field }),
        Err(_) => Err(Malformed::Choice { field, given }),
    }
}

#[tonic::async_trait]
impl IncidentService for Services {
    async fn report_incident(
        &self,
        request: Request<v1::ReportIncidentRequest>,
    ) -> Result<Response<v1::ReportIncidentResponse>, Status> {
        let (incident, replayed, journal_position) = self.incident_step(request, report).await?;
        Ok(Response::new(v1::ReportIncidentResponse {
            incident: Some(incident),
            replayed,
            journal_position,
        }))
    }

    async fn close_incident(
        &self,
        request: Request<v1::CloseIncidentRequest>,
    ) -> Result<Response<v1::CloseIncidentResponse>, Status> {
        let (incident, replayed, journal_position) = self.incident_step(request, close).await?;
        Ok(Response::new(v1::CloseIncidentResponse {
            incident: Some(incident),
            replayed,
            journal_position,
        }))
    }

    async fn get_incident(
        &self,
        request: Request<v1::GetIncidentRequest>,
    ) -> Result<Response<v1::GetIncidentResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = incident_id(&request.into_inner().incident_id, "incident_id");
        let id = id.map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let incident = query::incident(reading, id)?;
            let history = query::steps_taken(reading, &incident.steps)?;
            Ok(v1::GetIncidentResponse {
                incident: Some(reply(&incident)),
                history: history.iter().map(step_taken).collect(),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.look_up(by, read).await?))
    }

    async fn list_incidents(
        &self,
        request: Request<v1::ListIncidentsRequest>,
    ) -> Result<Response<v1::ListIncidentsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.IncidentService/ListIncidents", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| incident_id(&cursor, "page_token"));
        let after = after.transpose().map_err(Refused::from)?;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let state = state(request.state).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let which = Incidents::In(centre, state);
            let incidents = query::incidents(reading, &which, after, limit + 1)?;
            Ok((incidents, reading.snapshot.last()?.get()))
        };
        let (incidents, journal_position) = self.query.read(by, read).await?;
        let incidents: Vec<v1::Incident> = incidents.iter().map(reply).collect();
        let (incidents, next_page_token) =
            page(incidents, limit, &token, |last| last.incident_id.clone());
        Ok(Response::new(v1::ListIncidentsResponse {
            incidents,
            next_page_token,
            journal_position,
        }))
    }
}
