//! `timebank.v1.SupplyService`.

use timebank_proto::v1::{
    self, list_supplies_request::Which as Asked, supply_service_server::SupplyService,
};
use tonic::{Request, Response, Status};

use super::{
    Services,
    convert::{self, booking_id, required},
    page, partakers,
    status::Refused,
    token_of,
};
use crate::{
    exchange::{Code, Command, Member, MemberId, OfferSupply, Supply, SupplyId, WithdrawSupply},
    journal,
    ledger::Malformed,
    query::{self, Reading, Supplies},
};

impl Services {
    /// Has a step about a supply carried out, and reads how that stands.
    async fn supply_step<T>(
        &self,
        request: Request<T>,
        read: impl FnOnce(T) -> Result<Command, Malformed>,
    ) -> Result<(v1::Supply, bool, i64), Refused> {
        let caller = convert::caller(&request)?;
        let by = caller.reader();
        let command = read(request.into_inner())?;
        let outcome = self.run(command, caller).await?;
        let at = outcome.stamp().ok_or(Refused::Fault)?.sequence;
        let read = move |reading: &mut Reading<'_>| {
            let (member, supply, stands) = query::supply_at(reading, at)?;
            let position = reading.snapshot.last()?.get();
            Ok((reply(&member, &supply, stands), position))
        };
        let (supply, position) = self.query.look_up(by, read).await?;
        Ok((supply, outcome.is_replay(), position))
    }
}

fn supply_id(given: &str) -> Result<SupplyId, Malformed> {
    booking_id(given, "supply_id").map(SupplyId)
}

fn offer(request: v1::OfferSupplyRequest) -> Result<Command, Malformed> {
    let id = supply_id(&request.supply_id)?;
    Ok(Command::OfferSupply(Box::new(OfferSupply {
        member: partakers::member_id(&request.member_id, "member_id")?,
        supply: journal::supply(id, request.terms.as_ref())?,
    })))
}

fn withdraw(request: v1::WithdrawSupplyRequest) -> Result<Command, Malformed> {
    Ok(Command::WithdrawSupply(WithdrawSupply {
        step: booking_id(&request.step_id, "step_id")?,
        member: partakers::member_id(&request.member_id, "member_id")?,
        supply: supply_id(&request.supply_id)?,
    }))
}

fn reply(member: &MemberId, supply: &Supply, stands: bool) -> v1::Supply {
    let state = match stands {
        true => v1::SupplyState::Offered,
        false => v1::SupplyState::Withdrawn,
    };
    v1::Supply {
        supply_id: supply.id.to_string(),
        member_id: member.as_str().into(),
        terms: Some(journal::supply_terms_to_proto(supply)),
        state: state.into(),
    }
}

fn member_supplies(member: &Member) -> v1::MemberSupplies {
    let block = member.details.block.as_ref();
    let supplies = member.supplies.iter();
    v1::MemberSupplies {
        member_id: member.id.as_str().into(),
        block: block.map_or("", Code::as_str).into(),
        supplies: supplies
            .map(|supply| reply(&member.id, supply, true))
            .collect(),
    }
}

fn which(asked: Option<Asked>) -> Result<Supplies, Malformed> {
    match required(asked, "which")? {
        Asked::MemberId(id) => partakers::member_id(&id, "member_id").map(Supplies::Of),
        Asked::OfCentre(of_centre) => Ok(Supplies::In(
            partakers::branch("of_centre.centre", &of_centre.centre)?,
            Code::parse("of_centre.service", &of_centre.service)?,
        )),
    }
}

#[tonic::async_trait]
impl SupplyService for Services {
    async fn offer_supply(
        &self,
        request: Request<v1::OfferSupplyRequest>,
    ) -> Result<Response<v1::OfferSupplyResponse>, Status> {
        let (supply, replayed, journal_position) = self.supply_step(request, offer).await?;
        Ok(Response::new(v1::OfferSupplyResponse {
            supply: Some(supply),
            replayed,
            journal_position,
        }))
    }

    async fn withdraw_supply(
        &self,
        request: Request<v1::WithdrawSupplyRequest>,
    ) -> Result<Response<v1::WithdrawSupplyResponse>, Status> {
        let (supply, replayed, journal_position) = self.supply_step(request, withdraw).await?;
        Ok(Response::new(v1::WithdrawSupplyResponse {
            supply: Some(supply),
            replayed,
            journal_position,
        }))
    }

    async fn list_supplies(
        &self,
        request: Request<v1::ListSuppliesRequest>,
    ) -> Result<Response<v1::ListSuppliesResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.SupplyService/ListSupplies", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| partakers::member_id(&cursor, "page_token"));
        let after = after.transpose().map_err(Refused::from)?;
        let which = which(request.which).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let members = query::supplies(reading, &which, after, limit + 1)?;
            Ok((members, reading.snapshot.last()?.get()))
        };
        let (members, journal_position) = self.query.read(by, read).await?;
        let members: Vec<v1::MemberSupplies> = members.iter().map(member_supplies).collect();
        let (members, next_page_token) =
            page(members, limit, &token, |last| last.member_id.clone());
        Ok(Response::new(v1::ListSuppliesResponse {
            members,
            next_page_token,
            journal_position,
        }))
    }
}
