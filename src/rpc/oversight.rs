//! `timebank.v1.OversightService`.

use timebank_proto::v1::{self, oversight_service_server::OversightService};
use tonic::{Request, Response, Status};

use super::{
    PageAsked, Services,
    convert::{self, booking_id, required},
    needs::{order_id, step_taken},
    page, partakers,
    status::Refused,
};
use crate::{
    exchange::{
        Command, Day, LookId, Name, OrderId, OversightCommand, PersonalField, PersonalFields,
        StaffNumber,
        order::Reason,
        oversight::{DrawSample, Evaluation, FileEvaluation, MAX_SAMPLE, ShowPersonal},
    },
    journal::{self, timestamp},
    ledger::{BookingId, Sequence},
    query::{self, LookView, Looks, Reading},
};

fn command(command: OversightCommand) -> Command {
    Command::Oversight(Box::new(command))
}

fn file(request: v1::FileEvaluationRequest) -> Result<FileEvaluation, Refused> {
    Ok(FileEvaluation {
        step: booking_id(&request.step_id, "step_id")?,
        order: order_id(&request.order_id, "order_id")?,
        findings: journal::findings(request.findings.as_ref())?,
        evidence: journal::evidence("evidence", request.evidence.as_ref())?,
        reason: convert::note(request.reason)?.map(Reason::from),
    })
}

/// The UUID is drawn here: with one of the client's, a repeated call would show the fields again
/// without a record of that.
fn show(request: v1::ShowPersonalFieldsRequest) -> Result<ShowPersonal, Refused> {
    let mut drawn = [0; 16];
    getrandom::fill(&mut drawn).map_err(|_| Refused::NoRandomness)?;
    let id = BookingId::from_slice(&drawn).ok_or(Refused::Fault)?;
    Ok(ShowPersonal {
        id: LookId(id),
        member: partakers::member_id(&request.member_id, "member_id")?,
        fields: journal::personal_fields(&request.fields)?,
        order: match request.order_id.as_str() {
            "" => None,
            given => Some(order_id(given, "order_id")?),
        },
        reason: convert::note(request.reason)?.map(Reason::from),
    })
}

/// What is to be drawn, and for whom; the orders come later.
fn draw(request: v1::DrawSampleRequest) -> Result<DrawSample, Refused> {
    let size = usize::try_from(request.size).unwrap_or(0);
    let (given, max) = (request.size, MAX_SAMPLE);
    if !(1..=max).contains(&size) {
        return Err(Refused::SampleSize { given, max });
    }
    Ok(DrawSample {
        step: booking_id(&request.step_id, "step_id")?,
        centre: partakers::branch("centre", &request.centre)?,
        since: journal::optional_day("since", &request.since)?,
        until: journal::optional_day("until", &request.until)?,
        seed: Name::parse("seed", &request.seed)?,
        size: given.unsigned_abs(),
        evaluator: StaffNumber::parse(&request.evaluator)?,
        orders: Vec::new(),
        at: Sequence::ZERO,
        reason: convert::note(request.reason)?.map(Reason::from),
    })
}

/// Those of the fields that are to be shown.
fn shown(show: &ShowPersonal, all: &PersonalFields) -> PersonalFields {
    let mut shown = PersonalFields::default();
    for field in &show.fields {
        match field {
            PersonalField::Name => shown.name.clone_from(&all.name),
            PersonalField::Phone => shown.phone.clone_from(&all.phone),
            PersonalField::BornOn => shown.born_on = all.born_on,
            PersonalField::Address => shown.address.clone_from(&all.address),
            PersonalField::Disability => shown.disability.clone_from(&all.disability),
            PersonalField::Hardship => shown.hardship.clone_from(&all.hardship),
            PersonalField::Affiliation => shown.affiliation.clone_from(&all.affiliation),
        }
    }
    shown
}

fn evaluation(evaluation: &Evaluation) -> v1::Evaluation {
    let text = |code: &Option<crate::exchange::Code>| {
        code.as_ref().map_or("", |code| code.as_str()).to_owned()
    };
    let last = evaluation.filed.last();
    v1::Evaluation {
        order_id: evaluation.order.to_string(),
        centre: evaluation.centre.as_str().into(),
        on: evaluation.on.to_string(),
        service: evaluation.service.as_str().into(),
        point: text(&evaluation.point),
        block: text(&evaluation.block),
        findings: last.map(|last| journal::findings_to_proto(last.findings)),
        evidence: last.map(|last| journal::evidence_to_proto(&last.evidence)),
        staff_number: last.map_or("", |last| last.by.as_str()).into(),
        filed_at: last.map(|last| timestamp(last.at)),
        settled_minutes: last.map_or(0, |last| last.settled.get()),
    }
}

fn look(view: &LookView) -> v1::Look {
    let look = &view.look;
    let fields = look.fields.iter().copied();
    v1::Look {
        look_id: look.id.to_string(),
        member_id: look.member.as_str().into(),
        centre: look.centre.as_str().into(),
        fields: fields
            .map(|field| journal::personal_field_to_proto(field).into())
            .collect(),
        by: Some(journal::doer_to_proto(&look.by)),
        step: Some(step_taken(&view.step)),
    }
}

/// Where a page ended of a list in the order of days: the day, and the id.
fn cursor(day: &str, id: &str) -> String {
    format!("{day} {id}")
}

/// From where a list in the order of days is read: from after an id of a day.
fn place(since: &str, asked: &PageAsked) -> Result<(Day, Option<BookingId>), Refused> {
    let field = "page_token";
    let from = match since {
        "" => Day::FIRST,
        given => Day::parse("since", given)?,
    };
    let after = asked.after(|cursor| {
        let (day, id) = required(cursor.split_once(' '), field)?;
        Ok((Day::parse(field, day)?, BookingId::parse(field, id)?))
    })?;
    Ok(after.map_or((from, None), |(day, id)| (day, Some(id))))
}

#[tonic::async_trait]
impl OversightService for Services {
    async fn file_evaluation(
        &self,
        request: Request<v1::FileEvaluationRequest>,
    ) -> Result<Response<v1::FileEvaluationResponse>, Status> {
        let caller = convert::caller(&request)?;
        let file = file(request.into_inner())?;
        let order = file.order;
        let read =
            move |reading: &mut Reading<'_>| Ok(evaluation(&query::evaluation(reading, order)?));
        let command = command(OversightCommand::File(file));
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::FileEvaluationResponse {
            evaluation: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn get_evaluation(
        &self,
        request: Request<v1::GetEvaluationRequest>,
    ) -> Result<Response<v1::GetEvaluationResponse>, Status> {
        let by = convert::reader(&request)?;
        let order = order_id(&request.into_inner().order_id, "order_id");
        let order = order.map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let found = query::evaluation(reading, order)?;
            let filed: Vec<_> = found.filed.iter().map(|one| one.recorded).collect();
            let history = query::steps_taken(reading, &filed)?;
            Ok(v1::GetEvaluationResponse {
                evaluation: Some(evaluation(&found)),
                history: history.iter().map(step_taken).collect(),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.look_up(by, read).await?))
    }

    async fn list_evaluations(
        &self,
        request: Request<v1::ListEvaluationsRequest>,
    ) -> Result<Response<v1::ListEvaluationsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.OversightService/ListEvaluations";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let (day, after) = place(&request.since, &asked)?;
        let limit = asked.limit;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let from = (day, after.map(OrderId));
            let found = query::evaluations_of(reading, &centre, from, limit + 1)?;
            Ok((found, reading.snapshot.last()?.get()))
        };
        let (found, journal_position) = self.query.read(by, read).await?;
        let found: Vec<v1::Evaluation> = found.iter().map(evaluation).collect();
        let (evaluations, next_page_token) = page(found, limit, &asked.token, |last| {
            cursor(&last.on, &last.order_id)
        });
        Ok(Response::new(v1::ListEvaluationsResponse {
            evaluations,
            next_page_token,
            journal_position,
        }))
    }

    async fn draw_sample(
        &self,
        request: Request<v1::DrawSampleRequest>,
    ) -> Result<Response<v1::DrawSampleResponse>, Status> {
        let caller = convert::caller(&request)?;
        let mut draw = draw(request.into_inner())?;
        let scope = query::Scope {
            branch: Some(draw.centre.clone()),
            since: draw.since,
            until: draw.until,
            at: None,
        };
        let (seed, size) = (draw.seed.clone(), draw.size as usize);
        let read =
            move |reading: &mut Reading<'_>| query::sampled(reading, &scope, seed.as_str(), size);
        (draw.orders, draw.at) = self.query.read(caller.reader(), read).await?;
        let read = |at: Sequence| move |reading: &mut Reading<'_>| query::sample_drawn(reading, at);
        let command = command(OversightCommand::Draw(draw));
        let stepped = self.step(caller, command, read).await?;
        let drawn = stepped.item;
        Ok(Response::new(v1::DrawSampleResponse {
            order_ids: drawn.orders.iter().map(ToString::to_string).collect(),
            drawn_at_position: drawn.at.get(),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn list_drawn(
        &self,
        request: Request<v1::ListDrawnRequest>,
    ) -> Result<Response<v1::ListDrawnResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.OversightService/ListDrawn";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| order_id(cursor, "page_token"))?;
        let evaluator = StaffNumber::parse(&request.evaluator).map_err(Refused::from)?;
        let limit = asked.limit;
        let read = move |reading: &mut Reading<'_>| {
            let found = query::drawn_for(reading, &evaluator, after, limit + 1)?;
            Ok((found, reading.snapshot.last()?.get()))
        };
        let (found, journal_position) = self.query.read(by, read).await?;
        let found = found.iter().map(|(drawn, evaluated)| v1::DrawnOrder {
            order_id: drawn.order.to_string(),
            centre: drawn.centre.as_str().into(),
            on: drawn.on.to_string(),
            evaluated: *evaluated,
            drawn_at: Some(timestamp(drawn.at)),
        });
        let key = |last: &v1::DrawnOrder| last.order_id.clone();
        let (orders, next_page_token) = page(found.collect(), limit, &asked.token, key);
        Ok(Response::new(v1::ListDrawnResponse {
            orders,
            next_page_token,
            journal_position,
        }))
    }

    async fn show_personal_fields(
        &self,
        request: Request<v1::ShowPersonalFieldsRequest>,
    ) -> Result<Response<v1::ShowPersonalFieldsResponse>, Status> {
        let caller = convert::caller(&request)?;
        let show = show(request.into_inner())?;
        let asked = show.clone();
        let read = move |reading: &mut Reading<'_>| {
            let view = query::member(reading, &asked.member)?;
            let personal = view.personal.as_ref();
            Ok(personal.map(|all| partakers::fields_to_proto(&shown(&asked, all))))
        };
        let look_id = show.id.to_string();
        let command = command(OversightCommand::Show(show));
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::ShowPersonalFieldsResponse {
            personal: stepped.item,
            look_id,
            journal_position: stepped.position,
        }))
    }

    async fn list_looks(
        &self,
        request: Request<v1::ListLooksRequest>,
    ) -> Result<Response<v1::ListLooksResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.OversightService/ListLooks";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let (which, after) = which(&request, &asked)?;
        let limit = asked.limit;
        let read = move |reading: &mut Reading<'_>| {
            let found = query::looks(reading, &which, after, limit + 1)?;
            let found = found
                .iter()
                .map(|view| (Day::of_utc(view.look.at), look(view)));
            let found: Vec<_> = found.collect();
            Ok((found, reading.snapshot.last()?.get()))
        };
        let (found, journal_position) = self.query.read(by, read).await?;
        let (days, found): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let (looks, cut) = page(found, limit, &asked.token, |last| last.look_id.clone());
        let ended = days.get(looks.len().saturating_sub(1)).zip(looks.last());
        let next_page_token = match ended {
            Some((day, last)) if !cut.is_empty() => {
                asked.token.write(&cursor(&day.to_string(), &last.look_id))
            }
            _ => cut,
        };
        Ok(Response::new(v1::ListLooksResponse {
            looks,
            next_page_token,
            journal_position,
        }))
    }
}

/// Which looks are asked for, and after which one.
fn which(
    request: &v1::ListLooksRequest,
    asked: &PageAsked,
) -> Result<(Looks, Option<LookId>), Refused> {
    use v1::list_looks_request::Of;
    let (which, after) = match required(request.of.as_ref(), "of")? {
        Of::MemberId(member) => {
            let (_, after) = place("", asked)?;
            (Looks::At(partakers::member_id(member, "member_id")?), after)
        }
        Of::OfCentre(of) => {
            let (day, after) = place(&of.since, asked)?;
            let centre = partakers::branch("centre", &of.centre)?;
            (Looks::From(centre, day), after)
        }
    };
    Ok((which, after.map(LookId)))
}
