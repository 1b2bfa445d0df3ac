//! `timebank.v1.NeedService`.

use timebank_proto::v1::{
    self, list_needs_request::Which as Asked, need_service_server::NeedService,
};
use tonic::{Request, Response, Status};

use super::{
    Reader, Services,
    convert::{self, booking_id, required},
    page, partakers,
    status::Refused,
    token_of,
};
use crate::{
    exchange::{
        Code, Command, Need, NeedId, NeedState, NeedStep, OrderId, PublishNeed, Rejection,
        order::{NeedAction, Offer, Reason},
    },
    journal::{self, timestamp},
    ledger::Malformed,
    query::{self, Candidate, LookedTo, Needs, ReadError, Reading, StepTaken},
};

impl Services {
    async fn need(&self, by: Reader, id: NeedId) -> Result<(v1::Need, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let (need, state) = query::need(reading, id)?;
            Ok((reply(&need, state), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }

    /// Has a step about a need carried out, and reads how that stands.
    async fn need_step<T>(
        &self,
        request: Request<T>,
        read: impl FnOnce(T) -> Result<(NeedId, Command), Refused>,
    ) -> Result<(v1::Need, bool, i64), Refused> {
        let caller = convert::caller(&request)?;
        let by = caller.reader();
        let (id, command) = read(request.into_inner())?;
        let outcome = self.run(command, caller).await?;
        let (need, position) = self.need(by, id).await?;
        Ok((need, outcome.is_replay(), position))
    }
}

pub(super) fn order_id(given: &str, field: &'static str) -> Result<OrderId, Malformed> {
    booking_id(given, field).map(OrderId)
}

pub(super) fn need_id(given: &str, field: &'static str) -> Result<NeedId, Malformed> {
    booking_id(given, field).map(NeedId)
}

fn publish(request: v1::PublishNeedRequest) -> Result<(NeedId, Command), Refused> {
    let id = need_id(&request.need_id, "need_id")?;
    let terms = required(request.terms, "terms")?;
    let terms = journal::need_terms(&terms)?;
    let recorded = None;
    let new = PublishNeed {
        id,
        terms,
        recorded,
    };
    Ok((id, Command::PublishNeed(Box::new(new))))
}

fn step(request: v1::StepNeedRequest) -> Result<(NeedId, Command), Refused> {
    let step = booking_id(&request.step_id, "step_id")?;
    let need = need_id(&request.need_id, "need_id")?;
    let action = journal::need_action(request.action.as_ref())?;
    let reason = convert::note(request.reason)?.map(Reason::from);
    if action == NeedAction::Decline {
        required(reason.as_ref(), "reason")?;
    }
    let step = NeedStep {
        step,
        need,
        action,
        reason,
        recorded: None,
    };
    Ok((need, Command::StepNeed(step)))
}

/// A need as the contract has it.
pub(super) fn reply(need: &Need, state: NeedState) -> v1::Need {
    let offer = |offer: &Offer| v1::Offer {
        provider_id: offer.provider.as_str().into(),
        by: Some(journal::doer_to_proto(&offer.by)),
    };
    let approved_by = need.approved_by.iter();
    v1::Need {
        need_id: need.id.to_string(),
        terms: Some(journal::need_terms_to_proto(&need.terms)),
        centre: need.centre.as_str().into(),
        on: need.on.to_string(),
        state: journal::need_state_to_proto(state).into(),
        published_by: Some(journal::doer_to_proto(&need.published_by)),
        published_at: Some(timestamp(need.published_at)),
        open_until: need.open_until.to_string(),
        offers: need.offers.iter().map(offer).collect(),
        approved_by: approved_by.map(|number| number.as_str().into()).collect(),
        order_ids: need.orders.iter().map(ToString::to_string).collect(),
        standing_id: need.standing.map_or_else(String::new, |id| id.to_string()),
        block: need.block.as_ref().map_or("", Code::as_str).into(),
    }
}

/// What was done about a need, an order or an incident, as the contract has it.
pub(super) fn step_taken(step: &StepTaken) -> v1::StepTaken {
    v1::StepTaken {
        sequence: step.stamp.sequence.get(),
        recorded_at: Some(timestamp(step.stamp.recorded_at)),
        actor: step.by.as_str().into(),
        step: step.what.into(),
        reason: step.reason.clone().unwrap_or_default(),
    }
}

fn which(asked: Option<Asked>, by: &Reader) -> Result<Needs, Malformed> {
    let of_centre = match required(asked, "which")? {
        Asked::RecipientId(id) => {
            let member = partakers::member_id(&id, "recipient_id")?;
            return Ok(Needs::Of(member));
        }
        Asked::OfCentre(of_centre) => of_centre,
    };
    let centre = partakers::branch("of_centre.centre", &of_centre.centre)?;
    let field = "of_centre.state";
    let given = of_centre.state;
    let state = match v1::NeedState::try_from(given) {
        Ok(v1::NeedState::Published) => NeedState::Published,
        Ok(v1::NeedState::Approved) => NeedState::Approved,
        Ok(v1::NeedState::Unspecified) => return Err(Malformed::Missing { field }),
        _ => return Err(Malformed::Choice { field, given }),
    };
    match (of_centre.for_my_approval, state) {
        (false, state) => Ok(Needs::In(centre, state)),
        (true, NeedState::Published) => Ok(Needs::ForApproval(centre, by.who.clone())),
        (true, _) => Err(Malformed::Choice { field, given }),
    }
}

fn candidate(candidate: &Candidate) -> v1::Candidate {
    let Candidate {
        member,
        is_near,
        offers,
        is_free,
        why_not,
    } = candidate;
    let block = member.details.block.as_ref();
    let why_not = why_not.as_ref();
    v1::Candidate {
        member_id: member.id.as_str().into(),
        block: block.map_or("", Code::as_str).into(),
        is_near: *is_near,
        offers: *offers,
        is_free: *is_free,
        reason: why_not.map_or("", Rejection::reason).into(),
        message: why_not.map_or_else(String::new, Rejection::to_string),
    }
}

fn cursor(to: &LookedTo) -> String {
    match to {
        LookedTo::Near(member) => format!("near {member}"),
        LookedTo::Far(Some(member)) => format!("far {member}"),
        LookedTo::Far(None) => "far".into(),
    }
}

fn looked_to(cursor: &str) -> Result<LookedTo, Malformed> {
    let member = |id| partakers::member_id(id, "page_token");
    match cursor.split_once(' ') {
        Some(("near", id)) => member(id).map(LookedTo::Near),
        Some((_, id)) => member(id).map(|id| LookedTo::Far(Some(id))),
        None => Ok(LookedTo::Far(None)),
    }
}

#[tonic::async_trait]
impl NeedService for Services {
    async fn publish_need(
        &self,
        request: Request<v1::PublishNeedRequest>,
    ) -> Result<Response<v1::PublishNeedResponse>, Status> {
        let (need, replayed, journal_position) = self.need_step(request, publish).await?;
        Ok(Response::new(v1::PublishNeedResponse {
            need: Some(need),
            replayed,
            journal_position,
        }))
    }

    async fn step_need(
        &self,
        request: Request<v1::StepNeedRequest>,
    ) -> Result<Response<v1::StepNeedResponse>, Status> {
        let (need, replayed, journal_position) = self.need_step(request, step).await?;
        Ok(Response::new(v1::StepNeedResponse {
            need: Some(need),
            replayed,
            journal_position,
        }))
    }

    async fn get_need(
        &self,
        request: Request<v1::GetNeedRequest>,
    ) -> Result<Response<v1::GetNeedResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = need_id(&request.into_inner().need_id, "need_id").map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let (need, state) = query::need(reading, id)?;
            let history = query::steps_taken(reading, &need.steps)?;
            Ok(v1::GetNeedResponse {
                need: Some(reply(&need, state)),
                history: history.iter().map(step_taken).collect(),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.look_up(by, read).await?))
    }

    async fn list_needs(
        &self,
        request: Request<v1::ListNeedsRequest>,
    ) -> Result<Response<v1::ListNeedsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.NeedService/ListNeeds", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| need_id(&cursor, "page_token"));
        let after = after.transpose().map_err(Refused::from)?;
        let which = which(request.which, &by).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let needs = query::needs(reading, &which, after, limit + 1)?;
            Ok((needs, reading.snapshot.last()?.get()))
        };
        let (needs, journal_position) = self.query.read(by, read).await?;
        let needs = needs.iter().map(|(need, state)| reply(need, *state));
        let needs: Vec<v1::Need> = needs.collect();
        let (needs, next_page_token) = page(needs, limit, &token, |last| last.need_id.clone());
        Ok(Response::new(v1::ListNeedsResponse {
            needs,
            next_page_token,
            journal_position,
        }))
    }

    async fn list_candidates(
        &self,
        request: Request<v1::ListCandidatesRequest>,
    ) -> Result<Response<v1::ListCandidatesResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.NeedService/ListCandidates", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| looked_to(&cursor));
        let after = after.transpose().map_err(Refused::from)?;
        let id = need_id(&request.need_id, "need_id").map_err(Refused::from)?;
        let with_others = request.with_others;
        let read = move |reading: &mut Reading<'_>| {
            let page = query::candidates(reading, id, with_others, after, limit)?;
            Ok((page, reading.snapshot.last()?.get()))
        };
        let (page, journal_position) = self.query.read(by, read).await?;
        let next = page.looked_to.map(|to| token.write(&cursor(&to)));
        Ok(Response::new(v1::ListCandidatesResponse {
            candidates: page.found.iter().map(candidate).collect(),
            next_page_token: next.unwrap_or_default(),
            journal_position,
        }))
    }
}
