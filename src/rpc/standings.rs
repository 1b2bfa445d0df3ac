//! `timebank.v1.StandingService`.

use timebank_proto::v1::{
    self, list_standings_request::Which as Asked, standing_service_server::StandingService,
};
use tonic::{Request, Response, Status};

use super::{
    Reader, Services,
    convert::{self, booking_id, required},
    needs::step_taken,
    page, partakers,
    status::Refused,
    token_of,
};
use crate::{
    exchange::{
        Arisen, Command, StandingId, StandingState, StandingStep, StandingVisit, VisitArose,
        order::{Hindrance, Reason},
    },
    journal,
    ledger::Malformed,
    query::{self, ReadError, Reading, Standings},
};

impl Services {
    async fn standing(&self, by: Reader, id: StandingId) -> Result<(v1::Standing, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let standing = query::standing(reading, id)?;
            Ok((reply(&standing), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }
}

fn standing_id(given: &str, field: &'static str) -> Result<StandingId, Malformed> {
    booking_id(given, field).map(StandingId)
}

fn step(request: v1::StepStandingRequest) -> Result<StandingStep, Refused> {
    Ok(StandingStep {
        step: booking_id(&request.step_id, "step_id")?,
        standing: standing_id(&request.standing_id, "standing_id")?,
        action: journal::standing_action(request.action.as_ref())?,
        reason: convert::note(request.reason)?.map(Reason::from),
    })
}

pub(super) fn reply(standing: &StandingVisit) -> v1::Standing {
    let approved_by = standing.approved_by.iter();
    let provider = standing.provider.as_ref();
    v1::Standing {
        standing_id: standing.id.to_string(),
        need_id: standing.need.to_string(),
        centre: standing.centre.as_str().into(),
        terms: Some(journal::need_terms_to_proto(&standing.terms)),
        provider_id: provider.map_or("", |id| id.as_str()).into(),
        from: standing.from.to_string(),
        until: standing.until.to_string(),
        ahead_days: standing.ahead_days,
        state: state_to_proto(standing.state).into(),
        asked_by: Some(journal::doer_to_proto(&standing.asked_by)),
        approved_by: approved_by.map(|number| number.as_str().into()).collect(),
        next_on: standing
            .next
            .map_or_else(String::new, |day| day.to_string()),
        skipped_on: standing.skipped.iter().map(ToString::to_string).collect(),
        off_on: standing.off.iter().map(ToString::to_string).collect(),
    }
}

fn arisen(visit: &VisitArose) -> v1::ArisenVisit {
    let (has_need, accepted) = match &visit.arisen {
        Arisen::Accepted(..) => (true, true),
        Arisen::Open(..) => (true, false),
        Arisen::Off(_) => (false, false),
    };
    let refused_by = visit.arisen.hindrance();
    v1::ArisenVisit {
        on: visit.on.to_string(),
        need_id: match has_need {
            true => visit.id.to_string(),
            false => String::new(),
        },
        accepted,
        refused_by: refused_by.map_or("", Hindrance::as_str).into(),
    }
}

fn state_to_proto(state: StandingState) -> v1::StandingState {
    match state {
        StandingState::Published => v1::StandingState::Published,
        StandingState::Approved => v1::StandingState::Approved,
        StandingState::Stopped => v1::StandingState::Stopped,
        StandingState::Ended => v1::StandingState::Ended,
    }
}

fn state(given: i32) -> Result<StandingState, Malformed> {
    let field = "of_centre.state";
    match v1::StandingState::try_from(given) {
        Ok(v1::StandingState::Published) => Ok(StandingState::Published),
        Ok(v1::StandingState::Approved) => Ok(StandingState::Approved),
        Ok(v1::StandingState::Stopped) => Ok(StandingState::Stopped),
        Ok(v1::StandingState::Ended) => Ok(StandingState::Ended),
        Ok(v1::StandingState::Unspecified) => Err(Malformed::Missing { field }),
        Err(_) => Err(Malformed::Choice { field, given }),
    }
}

fn which(asked: Option<Asked>) -> Result<Standings, Malformed> {
    match required(asked, "which")? {
        Asked::MemberId(id) => partakers::member_id(&id, "member_id").map(Standings::Of),
        Asked::OfCentre(of_centre) => Ok(Standings::In(
            partakers::branch("of_centre.centre", &of_centre.centre)?,
            state(of_centre.state)?,
        )),
    }
}

#[tonic::async_trait]
impl StandingService for Services {
    async fn step_standing(
        &self,
        request: Request<v1::StepStandingRequest>,
    ) -> Result<Response<v1::StepStandingResponse>, Status> {
        let caller = convert::caller(&request)?;
        let by = caller.reader();
        let step = step(request.into_inner())?;
        let id = step.standing;
        let outcome = self.run(Command::StepStanding(step), caller).await?;
        let (standing, journal_position) = self.standing(by, id).await?;
        Ok(Response::new(v1::StepStandingResponse {
            standing: Some(standing),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn get_standing(
        &self,
        request: Request<v1::GetStandingRequest>,
    ) -> Result<Response<v1::GetStandingResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = standing_id(&request.into_inner().standing_id, "standing_id");
        let id = id.map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let standing = query::standing(reading, id)?;
            let history = query::steps_taken(reading, &standing.steps)?;
            let visits = query::visits_arisen(reading, &standing)?;
            Ok(v1::GetStandingResponse {
                standing: Some(reply(&standing)),
                visits: visits.iter().map(arisen).collect(),
                history: history.iter().map(step_taken).collect(),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.look_up(by, read).await?))
    }

    async fn list_standings(
        &self,
        request: Request<v1::ListStandingsRequest>,
    ) -> Result<Response<v1::ListStandingsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.StandingService/ListStandings", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| standing_id(&cursor, "page_token"));
        let after = after.transpose().map_err(Refused::from)?;
        let which = which(request.which).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let standings = query::standings(reading, &which, after, limit + 1)?;
            Ok((standings, reading.snapshot.last()?.get()))
        };
        let (standings, journal_position) = self.query.read(by, read).await?;
        let standings: Vec<v1::Standing> = standings.iter().map(reply).collect();
        let (standings, next_page_token) =
            page(standings, limit, &token, |last| last.standing_id.clone());
        Ok(Response::new(v1::ListStandingsResponse {
            standings,
            next_page_token,
            journal_position,
        }))
    }
}
