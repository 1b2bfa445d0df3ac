//! `timebank.v1.PoolService`.

use timebank_proto::v1::{
    self, list_reliefs_request::Which as Asked, pool_service_server::PoolService,
};
use tonic::{Request, Response, Status};

use super::{
    Calling, Services, Stepped,
    convert::{self, account_id, booking_id, required, text},
    needs::step_taken,
    page, partakers,
    status::Refused,
};
use crate::{
    exchange::{
        Code, Command, Name,
        order::Reason,
        pool::{
            AskRelief, Donate, DonationId, GiveHours, OpenPool, PoolCommand, Relief, ReliefId,
            ReliefStep,
        },
    },
    journal::{self, timestamp},
    ledger::{Amount, Malformed, UnitId},
    query::{self, DonationView, PoolView, Reading, Reliefs},
};

fn command(command: PoolCommand) -> Command {
    Command::Pool(Box::new(command))
}

fn reason(given: String) -> Result<Option<Reason>, Refused> {
    Ok(convert::note(given)?.map(Reason::from))
}

fn relief_id(given: &str, field: &'static str) -> Result<ReliefId, Malformed> {
    booking_id(given, field).map(ReliefId)
}

fn open(request: &v1::OpenPoolRequest) -> Result<OpenPool, Malformed> {
    Ok(OpenPool {
        account: account_id(&request.pool_id, "pool_id")?,
        unit: match request.unit_id.as_str() {
            "" => UnitId::time(),
            given => UnitId::parse(given)?,
        },
        name: Name::parse("name", &request.name)?,
        purposes: journal::purposes(&request.purposes)?,
    })
}

fn donate(request: v1::DonateRequest) -> Result<Donate, Refused> {
    Ok(Donate {
        step: booking_id(&request.step_id, "step_id")?,
        id: DonationId {
            pool: account_id(&request.pool_id, "pool_id")?,
            receipt: Name::parse("receipt", &request.receipt)?,
        },
        amount: Amount::new(request.amount)?,
        reason: reason(request.reason)?,
    })
}

fn give(request: v1::GiveHoursRequest) -> Result<GiveHours, Refused> {
    Ok(GiveHours {
        step: booking_id(&request.step_id, "step_id")?,
        from: account_id(&request.from_account_id, "from_account_id")?,
        to: account_id(&request.to_account_id, "to_account_id")?,
        amount: Amount::new(request.amount)?,
        reason: reason(request.reason)?,
        recorded: None,
    })
}

fn ask(request: v1::AskReliefRequest) -> Result<AskRelief, Refused> {
    Ok(AskRelief {
        id: relief_id(&request.relief_id, "relief_id")?,
        pool: account_id(&request.pool_id, "pool_id")?,
        member: partakers::member_id(&request.member_id, "member_id")?,
        amount: Amount::new(request.amount)?,
        purpose: Code::parse("purpose", text(&request.purpose, "purpose")?)?,
        reason: required(reason(request.reason)?, "reason")?,
    })
}

fn step(request: v1::StepReliefRequest) -> Result<ReliefStep, Refused> {
    Ok(ReliefStep {
        step: booking_id(&request.step_id, "step_id")?,
        relief: relief_id(&request.relief_id, "relief_id")?,
        action: journal::relief_action(request.verb, reason(request.reason)?)?,
    })
}

fn pool(view: &PoolView) -> v1::Pool {
    let PoolView {
        pool,
        balance,
        held,
    } = view;
    v1::Pool {
        pool_id: pool.account.as_str().into(),
        centre: pool.centre.as_str().into(),
        unit_id: pool.unit.as_str().into(),
        name: pool.name.as_str().into(),
        purposes: journal::purposes_to_proto(&pool.purposes),
        balance: balance.steps(),
        held: held.steps(),
    }
}

fn donation(view: &DonationView) -> v1::Donation {
    let donation = &view.donation;
    v1::Donation {
        pool_id: donation.id.pool.as_str().into(),
        receipt: donation.id.receipt.as_str().into(),
        amount: donation.amount.steps(),
        unit_id: view.unit.as_str().into(),
        entry_id: donation.entry.to_string(),
        step: Some(step_taken(&view.step)),
    }
}

pub(super) fn relief((relief, unit): &(Relief, UnitId)) -> v1::Relief {
    let approved_by = relief.approved_by.iter();
    v1::Relief {
        relief_id: relief.id.to_string(),
        pool_id: relief.pool.as_str().into(),
        centre: relief.centre.as_str().into(),
        member_id: relief.member.as_str().into(),
        amount: relief.amount.steps(),
        unit_id: unit.as_str().into(),
        purpose: relief.purpose.as_str().into(),
        state: journal::relief_state_to_proto(relief.state).into(),
        asked_by: Some(journal::doer_to_proto(&relief.asked_by)),
        asked_at: Some(timestamp(relief.asked_at)),
        approved_by: approved_by.map(|number| number.as_str().into()).collect(),
        hold_id: relief.hold.map_or_else(String::new, |id| id.to_string()),
    }
}

fn which(asked: Option<Asked>) -> Result<Reliefs, Malformed> {
    let of = match required(asked, "which")? {
        Asked::MemberId(id) => {
            return partakers::member_id(&id, "member_id").map(Reliefs::Of);
        }
        Asked::OfCentre(of) => of,
    };
    let centre = partakers::branch("of_centre.centre", &of.centre)?;
    let field = "of_centre.state";
    match of.state {
        0 => Ok(Reliefs::Open(centre)),
        given => match journal::relief_state(given) {
            Some(state) => Ok(Reliefs::In(centre, state)),
            None => Err(Malformed::Choice { field, given }),
        },
    }
}

impl Services {
    async fn relief_step(
        &self,
        caller: Calling,
        id: ReliefId,
        command: Command,
    ) -> Result<Stepped<v1::Relief>, Refused> {
        let read = move |reading: &mut Reading<'_>| Ok(relief(&query::relief(reading, id)?));
        self.step(caller, command, |_| read).await
    }
}

#[tonic::async_trait]
impl PoolService for Services {
    async fn open_pool(
        &self,
        request: Request<v1::OpenPoolRequest>,
    ) -> Result<Response<v1::OpenPoolResponse>, Status> {
        let caller = convert::caller(&request)?;
        let open = open(&request.into_inner()).map_err(Refused::from)?;
        let id = open.account.clone();
        let read = move |reading: &mut Reading<'_>| Ok(pool(&query::pool(reading, &id)?));
        let command = command(PoolCommand::Open(open));
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::OpenPoolResponse {
            pool: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn get_pool(
        &self,
        request: Request<v1::GetPoolRequest>,
    ) -> Result<Response<v1::GetPoolResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = account_id(&request.into_inner().pool_id, "pool_id").map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            Ok(v1::GetPoolResponse {
                pool: Some(pool(&query::pool(reading, &id)?)),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.look_up(by, read).await?))
    }

    async fn list_pools(
        &self,
        request: Request<v1::ListPoolsRequest>,
    ) -> Result<Response<v1::ListPoolsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let asked = self.page_asked(
            "timebank.v1.PoolService/ListPools",
            size,
            &given,
            &request,
            &by,
        )?;
        let after = asked.after(|cursor| account_id(cursor, "page_token"))?;
        let limit = asked.limit;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let pools = query::pools(reading, &centre, after, limit + 1)?;
            Ok((pools, reading.snapshot.last()?.get()))
        };
        let (pools, journal_position) = self.query.read(by, read).await?;
        let pools: Vec<v1::Pool> = pools.iter().map(pool).collect();
        let (pools, next_page_token) =
            page(pools, limit, &asked.token, |last| last.pool_id.clone());
        Ok(Response::new(v1::ListPoolsResponse {
            pools,
            next_page_token,
            journal_position,
        }))
    }

    async fn donate(
        &self,
        request: Request<v1::DonateRequest>,
    ) -> Result<Response<v1::DonateResponse>, Status> {
        let caller = convert::caller(&request)?;
        let command = command(PoolCommand::Donate(donate(request.into_inner())?));
        let stepped = self.step(caller, command, |at| {
            move |reading: &mut Reading<'_>| Ok(donation(&query::donation_at(reading, at)?))
        });
        let stepped = stepped.await?;
        Ok(Response::new(v1::DonateResponse {
            donation: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn list_donations(
        &self,
        request: Request<v1::ListDonationsRequest>,
    ) -> Result<Response<v1::ListDonationsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.PoolService/ListDonations";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let to = account_id(&request.pool_id, "pool_id").map_err(Refused::from)?;
        let after = asked.after(|cursor| {
            Ok(DonationId {
                pool: to.clone(),
                receipt: Name::parse("page_token", cursor)?,
            })
        })?;
        let limit = asked.limit;
        let read = move |reading: &mut Reading<'_>| {
            let donations = query::donations(reading, &to, after, limit + 1)?;
            Ok((donations, reading.snapshot.last()?.get()))
        };
        let (donations, journal_position) = self.query.read(by, read).await?;
        let donations: Vec<v1::Donation> = donations.iter().map(donation).collect();
        let (donations, next_page_token) =
            page(donations, limit, &asked.token, |last| last.receipt.clone());
        Ok(Response::new(v1::ListDonationsResponse {
            donations,
            next_page_token,
            journal_position,
        }))
    }

    async fn give_hours(
        &self,
        request: Request<v1::GiveHoursRequest>,
    ) -> Result<Response<v1::GiveHoursResponse>, Status> {
        let caller = convert::caller(&request)?;
        let give = give(request.into_inner())?;
        let (id, command) = (give.step, command(PoolCommand::Give(give)));
        let stepped = self.posting_step(caller, id, command).await?;
        Ok(Response::new(v1::GiveHoursResponse {
            entry: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn ask_relief(
        &self,
        request: Request<v1::AskReliefRequest>,
    ) -> Result<Response<v1::AskReliefResponse>, Status> {
        let caller = convert::caller(&request)?;
        let ask = ask(request.into_inner())?;
        let (id, command) = (ask.id, command(PoolCommand::AskRelief(ask)));
        let stepped = self.relief_step(caller, id, command).await?;
        Ok(Response::new(v1::AskReliefResponse {
            relief: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn step_relief(
        &self,
        request: Request<v1::StepReliefRequest>,
    ) -> Result<Response<v1::StepReliefResponse>, Status> {
        let caller = convert::caller(&request)?;
        let step = step(request.into_inner())?;
        let (id, command) = (step.relief, command(PoolCommand::StepRelief(step)));
        let stepped = self.relief_step(caller, id, command).await?;
        Ok(Response::new(v1::StepReliefResponse {
            relief: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn get_relief(
        &self,
        request: Request<v1::GetReliefRequest>,
    ) -> Result<Response<v1::GetReliefResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = relief_id(&request.into_inner().relief_id, "relief_id").map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let found = query::relief(reading, id)?;
            let history = query::steps_taken(reading, &found.0.steps)?;
            Ok(v1::GetReliefResponse {
                relief: Some(relief(&found)),
                history: history.iter().map(step_taken).collect(),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.look_up(by, read).await?))
    }

    async fn list_reliefs(
        &self,
        request: Request<v1::ListReliefsRequest>,
    ) -> Result<Response<v1::ListReliefsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.PoolService/ListReliefs";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| relief_id(cursor, "page_token"))?;
        let limit = asked.limit;
        let which = which(request.which).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let reliefs = query::reliefs(reading, &which, after, limit + 1)?;
            Ok((reliefs, reading.snapshot.last()?.get()))
        };
        let (reliefs, journal_position) = self.query.read(by, read).await?;
        let reliefs: Vec<v1::Relief> = reliefs.iter().map(relief).collect();
        let (reliefs, next_page_token) =
            page(reliefs, limit, &asked.token, |last| last.relief_id.clone());
        Ok(Response::new(v1::ListReliefsResponse {
            reliefs,
            next_page_token,
            journal_position,
        }))
    }
}
