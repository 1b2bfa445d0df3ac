//! `timebank.v1.TrainingService`.

use timebank_proto::{
    limits,
    v1::{
        self, list_trainings_request::Of, record_training_result::Result as Fate,
        training_service_server::TrainingService,
    },
};
use tonic::{Request, Response, Status};

use super::{
    Calling, Services, Stepped,
    convert::{self, booking_id, required},
    needs::step_taken,
    page, partakers,
    status::Refused,
};
use crate::{
    exchange::{
        Code, Command, Day, TrainingCommand,
        order::Reason,
        training::{AnnulTraining, RecordTraining, Training, TrainingId},
    },
    journal,
    ledger::Malformed,
    query::{self, Reading, Trainings, TrainingsOf},
    steps::Together,
};

fn training_id(given: &str, field: &'static str) -> Result<TrainingId, Malformed> {
    booking_id(given, field).map(TrainingId)
}

fn command(command: TrainingCommand) -> Command {
    Command::Training(Box::new(command))
}

fn record(request: &v1::RecordTrainingRequest) -> Result<RecordTraining, Malformed> {
    Ok(RecordTraining {
        id: training_id(&request.training_id, "training_id")?,
        attendance: journal::attendance(required(request.attendance.as_ref(), "attendance")?)?,
    })
}

fn annul(request: v1::AnnulTrainingRequest) -> Result<AnnulTraining, Refused> {
    let step = booking_id(&request.step_id, "step_id")?;
    let training = training_id(&request.training_id, "training_id")?;
    let reason = convert::note(request.reason)?.map(Reason::from);
    Ok(AnnulTraining {
        step,
        training,
        reason: required(reason, "reason")?,
    })
}

fn asked(request: &v1::ListTrainingsRequest) -> Result<Trainings, Malformed> {
    let of = match required(request.of.as_ref(), "of")? {
        Of::MemberId(id) => TrainingsOf::Member(partakers::member_id(id, "member_id")?),
        Of::Centre(centre) => TrainingsOf::Centre(partakers::branch("centre", centre)?),
    };
    let day = |given: &str, field| match given {
        "" => Ok(None),
        given => Day::parse(field, given).map(Some),
    };
    let code = match request.code.as_str() {
        "" => None,
        code => Some(Code::parse("code", code)?),
    };
    let (since, until) = (day(&request.since, "since")?, day(&request.until, "until")?);
    match (since, until) {
        (Some(first), Some(last)) if last < first => Err(Malformed::DaysReversed {
            from: first.to_string(),
            until: last.to_string(),
        }),
        _ => Ok(Trainings {
            of,
            code,
            since,
            until,
        }),
    }
}

fn state(training: &Training) -> v1::TrainingState {
    match training.annulled {
        None => v1::TrainingState::Recorded,
        Some(_) => v1::TrainingState::Annulled,
    }
}

fn reply(training: &Training) -> v1::Training {
    let qualification = training.qualification.as_ref();
    v1::Training {
        training_id: training.id.to_string(),
        attendance: Some(journal::attendance_to_proto(&training.attendance)),
        centre: training.centre.as_str().into(),
        policy_version: i32::try_from(training.policy.get()).unwrap_or(i32::MAX),
        state: state(training).into(),
        withheld: training.withheld,
        qualification: qualification.map(journal::qualification_to_proto),
        points: training.points.as_ref().map(journal::points_to_proto),
        recorded_by: training.recorded_by.as_str().into(),
    }
}

/// How a training stands. It would, where it is only tried.
fn stands(replayed: bool, training: Option<&Training>) -> v1::TrainingStands {
    v1::TrainingStands {
        replayed,
        state: training.map_or(v1::TrainingState::Recorded, state).into(),
        withheld: training.is_some_and(|training| training.withheld),
    }
}

impl Services {
    async fn training_step(
        &self,
        caller: Calling,
        id: TrainingId,
        asked: TrainingCommand,
    ) -> Result<Stepped<v1::Training>, Refused> {
        let read = move |reading: &mut Reading<'_>| Ok(reply(&query::training(reading, id)?));
        self.step(caller, command(asked), |_| read).await
    }

    /// Records trainings, each for itself. One that cannot be read is refused alone.
    async fn record_all(
        &self,
        request: v1::RecordTrainingsRequest,
        caller: Calling,
    ) -> Result<v1::RecordTrainingsResponse, Refused> {
        let (given, max) = (
            request.trainings.len(),
            self.limits.batch(limits::BATCH_TRAININGS),
        );
        if !(1..=max).contains(&given) {
            return Err(Refused::BatchSize { given, max });
        }
        let read: Vec<_> = request.trainings.iter().map(record).collect();
        let sound: Vec<_> = read.iter().flatten().cloned().collect();
        let ids: Vec<_> = sound.iter().map(|new| new.id).collect();
        let by = caller.reader();
        let commands = sound.into_iter().map(TrainingCommand::Record);
        let commands = commands.map(|new| command(new).into()).collect();
        let decided = self.decide(commands, Together::Each, request.validate_only, caller);
        let decided = decided.await?;
        let found = move |reading: &mut Reading<'_>| query::trainings_by_id(reading, &ids);
        let found = self.query.look_up(by, found).await?;
        let mut decided = decided.into_iter().zip(found);
        let mut results = Vec::with_capacity(given);
        for read in read {
            let fate = match read {
                Err(malformed) => Fate::Refusal(Refused::from(malformed).into_refusal()),
                Ok(_) => match decided.next().ok_or(Refused::Fault)? {
                    (Err(rejection), _) => Fate::Refusal(Refused::from(rejection).into_refusal()),
                    (Ok(outcome), found) => {
                        Fate::Stands(stands(outcome.is_replay(), found.as_ref()))
                    }
                },
            };
            results.push(v1::RecordTrainingResult { result: Some(fate) });
        }
        Ok(v1::RecordTrainingsResponse { results })
    }
}

#[tonic::async_trait]
impl TrainingService for Services {
    async fn record_training(
        &self,
        request: Request<v1::RecordTrainingRequest>,
    ) -> Result<Response<v1::RecordTrainingResponse>, Status> {
        let caller = convert::caller(&request)?;
        let new = record(&request.into_inner()).map_err(Refused::from)?;
        let (id, command) = (new.id, TrainingCommand::Record(new));
        let stepped = self.training_step(caller, id, command).await?;
        Ok(Response::new(v1::RecordTrainingResponse {
            training: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn record_trainings(
        &self,
        request: Request<v1::RecordTrainingsRequest>,
    ) -> Result<Response<v1::RecordTrainingsResponse>, Status> {
        let caller = convert::caller(&request)?;
        let recorded = self.record_all(request.into_inner(), caller).await?;
        Ok(Response::new(recorded))
    }

    async fn annul_training(
        &self,
        request: Request<v1::AnnulTrainingRequest>,
    ) -> Result<Response<v1::AnnulTrainingResponse>, Status> {
        let caller = convert::caller(&request)?;
        let annul = annul(request.into_inner())?;
        let (id, command) = (annul.training, TrainingCommand::Annul(annul));
        let stepped = self.training_step(caller, id, command).await?;
        Ok(Response::new(v1::AnnulTrainingResponse {
            training: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn get_training(
        &self,
        request: Request<v1::GetTrainingRequest>,
    ) -> Result<Response<v1::GetTrainingResponse>, Status> {
        let by = convert::reader(&request)?;
        let given = request.into_inner().training_id;
        let id = training_id(&given, "training_id").map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let training = query::training(reading, id)?;
            let history = query::steps_taken(reading, &training.steps())?;
            Ok(v1::GetTrainingResponse {
                training: Some(reply(&training)),
                history: history.iter().map(step_taken).collect(),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.read(by, read).await?))
    }

    async fn list_trainings(
        &self,
        request: Request<v1::ListTrainingsRequest>,
    ) -> Result<Response<v1::ListTrainingsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.TrainingService/ListTrainings";
        let page_asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = page_asked.after(|cursor| training_id(cursor, "page_token"))?;
        let limit = page_asked.limit;
        let asked = asked(&request).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let trainings = query::trainings(reading, &asked, after, limit + 1)?;
            Ok((trainings, reading.snapshot.last()?.get()))
        };
        let (trainings, journal_position) = self.query.read(by, read).await?;
        let trainings: Vec<v1::Training> = trainings.iter().map(reply).collect();
        let (trainings, next_page_token) = page(trainings, limit, &page_asked.token, |last| {
            last.training_id.clone()
        });
        Ok(Response::new(v1::ListTrainingsResponse {
            trainings,
            next_page_token,
            journal_position,
        }))
    }
}
