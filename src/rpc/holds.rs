//! `timebank.v1.HoldService`.

use timebank_proto::v1::{self, hold_service_server::HoldService};
use tonic::{Request, Response, Status};

use super::{Calling, Reader, Services, convert, fitting, reply, status::Refused, token_of};
use crate::{
    ledger::{BookingId, Command, Sequence},
    query::{self, HoldQuery, ReadError, Reading},
};

#[tonic::async_trait]
impl HoldService for Services {
    async fn place_hold(
        &self,
        request: Request<v1::PlaceHoldRequest>,
    ) -> Result<Response<v1::PlaceHoldResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let id = convert::hold_id(&request.hold_id).map_err(Refused::from)?;
        let command = convert::place_hold(request).map_err(Refused::from)?;
        let (hold, replayed, journal_position) = self.change_hold(id, command, caller).await?;
        Ok(Response::new(v1::PlaceHoldResponse {
            hold: Some(hold),
            replayed,
            journal_position,
        }))
    }

    async fn settle_hold(
        &self,
        request: Request<v1::SettleHoldRequest>,
    ) -> Result<Response<v1::SettleHoldResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let id = convert::hold_id(&request.hold_id).map_err(Refused::from)?;
        let command = convert::settle_hold(&request).map_err(Refused::from)?;
        let (hold, replayed, journal_position) = self.change_hold(id, command, caller).await?;
        Ok(Response::new(v1::SettleHoldResponse {
            hold: Some(hold),
            replayed,
            journal_position,
        }))
    }

    async fn release_hold(
        &self,
        request: Request<v1::ReleaseHoldRequest>,
    ) -> Result<Response<v1::ReleaseHoldResponse>, Status> {
        let caller = convert::caller(&request)?;
        let id = convert::hold_id(&request.into_inner().hold_id).map_err(Refused::from)?;
        let command = Command::ReleaseHold { id, owner: None };
        let (hold, replayed, journal_position) = self.change_hold(id, command, caller).await?;
        Ok(Response::new(v1::ReleaseHoldResponse {
            hold: Some(hold),
            replayed,
            journal_position,
        }))
    }

    async fn get_hold(
        &self,
        request: Request<v1::GetHoldRequest>,
    ) -> Result<Response<v1::GetHoldResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = convert::hold_id(&request.into_inner().hold_id).map_err(Refused::from)?;
        let (hold, journal_position) = self.read_hold(by, id).await?;
        Ok(Response::new(v1::GetHoldResponse {
            hold: Some(hold),
            journal_position,
        }))
    }

    async fn list_holds(
        &self,
        request: Request<v1::ListHoldsRequest>,
    ) -> Result<Response<v1::ListHoldsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.HoldService/ListHolds", &request, &by);
        let after = token.read_number(&given).map_err(Refused::from)?;
        let account = match request.account_id.as_str() {
            "" => None,
            given => Some(convert::account_id(given, "account_id").map_err(Refused::from)?),
        };
        let query = HoldQuery {
            account,
            state: convert::hold_state(request.state).map_err(Refused::from)?,
            after: after.and_then(Sequence::new).unwrap_or(Sequence::ZERO),
            limit: limit + 1,
        };
        let read = move |reading: &mut Reading<'_>| {
            Ok((query::holds(reading, &query)?, reading.snapshot.last()?))
        };
        let (holds, position) = self.query.read(by, read).await?;
        let mut items: Vec<_> = holds.iter().map(reply::hold).collect();
        let fits = fitting(&items).min(limit);
        let more = fits < items.len();
        items.truncate(fits);
        let next_page_token = match items.last() {
            Some(last) if more => token.write(&last.sequence.to_string()),
            _ => String::new(),
        };
        Ok(Response::new(v1::ListHoldsResponse {
            holds: items,
            next_page_token,
            journal_position: position.get(),
        }))
    }
}

impl Services {
    /// Carries out a command on a hold: the hold then, whether it stood so
    /// already, and the position it was read at.
    async fn change_hold(
        &self,
        id: BookingId,
        command: Command,
        caller: Calling,
    ) -> Result<(v1::Hold, bool, i64), Refused> {
        let by = caller.reader();
        let outcome = self.run(command, caller).await?;
        let (hold, position) = self.read_hold(by, id).await?;
        Ok((hold, outcome.is_replay(), position))
    }

    async fn read_hold(&self, by: Reader, id: BookingId) -> Result<(v1::Hold, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let view = query::hold(reading, id)?;
            Ok((reply::hold(&view), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }
}
