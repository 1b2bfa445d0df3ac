//! `timebank.v1.HoldService`.

use timebank_proto::v1::{self, hold_service_server::HoldService};
use tonic::{Request, Response, Status};

use super::{Rooms, convert, fitting, reply, status::Refused, token_of};
use crate::{
    ledger::{Booking, BookingId, Caller, Command, Hold, Moment, Rejection, Sequence},
    query::{Page, ReadError, page_size},
    store::{HoldFilter, Snapshot, StoreError},
};

#[tonic::async_trait]
impl HoldService for Rooms {
    async fn place_hold(
        &self,
        request: Request<v1::PlaceHoldRequest>,
    ) -> Result<Response<v1::PlaceHoldResponse>, Status> {
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
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
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
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
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
        let id = convert::hold_id(&request.into_inner().hold_id).map_err(Refused::from)?;
        let command = Command::ReleaseHold { id };
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
        let id = convert::hold_id(&request.into_inner().hold_id).map_err(Refused::from)?;
        let (hold, journal_position) = self.read_hold(id).await?;
        Ok(Response::new(v1::GetHoldResponse {
            hold: Some(hold),
            journal_position,
        }))
    }

    async fn list_holds(
        &self,
        request: Request<v1::ListHoldsRequest>,
    ) -> Result<Response<v1::ListHoldsResponse>, Status> {
        let mut request = request.into_inner();
        let limit = page_size(std::mem::take(&mut request.page_size)).map_err(Refused::from)?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.HoldService/ListHolds", &request);
        let after = token.read_number(&given).map_err(Refused::from)?;
        let after = after.and_then(Sequence::new).unwrap_or(Sequence::ZERO);
        let account = match request.account_id.as_str() {
            "" => None,
            given => Some(convert::account_id(given, "account_id").map_err(Refused::from)?),
        };
        let state = convert::hold_state(request.state).map_err(Refused::from)?;
        let (page, position) = self
            .query
            .read(move |snapshot, now| {
                let account = match account {
                    None => None,
                    Some(id) => match snapshot.account(&id)? {
                        Some(row) => Some(row.account),
                        None => return Err(Rejection::AccountUnknown { account: id }.into()),
                    },
                };
                let mut holds = snapshot.holds(HoldFilter {
                    account: account.as_ref(),
                    state,
                    after,
                    now,
                    limit: limit + 1,
                })?;
                let more = holds.len() > limit;
                holds.truncate(limit);
                let items = holds.iter().map(|hold| view(snapshot, hold, now));
                let mut items: Vec<_> = items.collect::<Result<_, _>>()?;
                let fits = fitting(&items);
                let more = more || fits < items.len();
                items.truncate(fits);
                let next_token = match items.last() {
                    Some(last) if more => token.write(&last.sequence.to_string()),
                    _ => String::new(),
                };
                let position = snapshot.last()?.get();
                Ok((Page { items, next_token }, position))
            })
            .await?;
        Ok(Response::new(v1::ListHoldsResponse {
            holds: page.items,
            next_page_token: page.next_token,
            journal_position: position,
        }))
    }
}

impl Rooms {
    /// Carries out a command on a hold: the hold then, whether it stood so
    /// already, and the position it was read at.
    async fn change_hold(
        &self,
        id: BookingId,
        command: Command,
        caller: Caller,
    ) -> Result<(v1::Hold, bool, i64), Refused> {
        let outcome = self.run(command, caller).await?;
        let (hold, position) = self.read_hold(id).await?;
        Ok((hold, outcome.is_replay(), position))
    }

    async fn read_hold(&self, id: BookingId) -> Result<(v1::Hold, i64), ReadError> {
        self.query
            .look_up(move |snapshot, now| {
                let booking = snapshot.booking(id)?;
                let hold = booking.as_ref().and_then(Booking::hold);
                let hold = hold.ok_or(Rejection::HoldUnknown { id })?;
                Ok((view(snapshot, hold, now)?, snapshot.last()?.get()))
            })
            .await
    }
}

fn view(snapshot: &mut dyn Snapshot, hold: &Hold, now: Moment) -> Result<v1::Hold, StoreError> {
    let debited = snapshot.account(hold.terms.transfer.debit())?;
    let unit = debited.map(|row| row.account.unit);
    let unit = unit.as_ref().map_or("", |unit| unit.as_str());
    Ok(reply::hold(hold, unit, now))
}
