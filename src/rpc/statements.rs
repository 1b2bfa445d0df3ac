//! `timebank.v1.StatementService`.

use timebank_proto::v1::{self, statement_service_server::StatementService};
use tonic::{Request, Response, Status};

use super::{Rooms, convert, fitting, reply, status::Refused, token_of};
use crate::{
    ledger::Malformed,
    query::{AsOf, Direction, StatementQuery, balance, page_size, statement},
    store::Snapshot,
};

#[tonic::async_trait]
impl StatementService for Rooms {
    async fn get_balance(
        &self,
        request: Request<v1::GetBalanceRequest>,
    ) -> Result<Response<v1::GetBalanceResponse>, Status> {
        let request = request.into_inner();
        let id = convert::account_id(&request.account_id).map_err(Refused::from)?;
        let axis = convert::axis(request.axis).map_err(Refused::from)?;
        let as_of = convert::optional_moment(request.as_of, "as_of")
            .map_err(Refused::from)?
            .map(|moment| AsOf { moment, axis });
        let read = move |snapshot: &mut dyn Snapshot, now| balance(snapshot, &id, as_of, now);
        let view = match as_of {
            None => self.query.look_up(read).await?,
            Some(_) => self.query.read(read).await?,
        };
        Ok(Response::new(v1::GetBalanceResponse {
            account_id: request.account_id,
            unit_id: view.unit.as_str().into(),
            balance: view.balance,
            held: view.held,
            available: view.available,
            as_of: as_of.map(|as_of| reply::timestamp(as_of.moment)),
            journal_position: view.position.get(),
        }))
    }

    async fn list_postings(
        &self,
        request: Request<v1::ListPostingsRequest>,
    ) -> Result<Response<v1::ListPostingsResponse>, Status> {
        let mut request = request.into_inner();
        let limit = page_size(std::mem::take(&mut request.page_size)).map_err(Refused::from)?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.StatementService/ListPostings", &request);
        let from_ordinal = token.read_number(&given).map_err(Refused::from)?;
        let query = query(&request, limit, from_ordinal).map_err(Refused::from)?;
        let page = self
            .query
            .read(move |snapshot, _| statement(snapshot, &query))
            .await?;
        let postings = page.postings.iter();
        let mut postings: Vec<_> = postings
            .filter_map(|view| reply::posting(view, &request.account_id))
            .collect();
        let fits = fitting(&postings);
        let next_ordinal = postings.get(fits).map(|left_out| left_out.ordinal);
        postings.truncate(fits);
        let next = next_ordinal
            .or(page.next_ordinal)
            .map(|ordinal| token.write(&ordinal.to_string()));
        Ok(Response::new(v1::ListPostingsResponse {
            postings,
            next_page_token: next.unwrap_or_default(),
            unit_id: page.unit.as_str().into(),
            journal_position: page.position.get(),
        }))
    }
}

fn query(
    request: &v1::ListPostingsRequest,
    limit: usize,
    from_ordinal: Option<i64>,
) -> Result<StatementQuery, Malformed> {
    Ok(StatementQuery {
        account: convert::account_id(&request.account_id)?,
        direction: direction(request.order)?,
        axis: convert::axis(request.axis)?,
        since: convert::optional_moment(request.since, "since")?,
        until: convert::optional_moment(request.until, "until")?,
        from_ordinal,
        limit,
    })
}

fn direction(given: i32) -> Result<Direction, Malformed> {
    match v1::SortOrder::try_from(given) {
        Ok(v1::SortOrder::Unspecified | v1::SortOrder::NewestFirst) => Ok(Direction::NewestFirst),
        Ok(v1::SortOrder::OldestFirst) => Ok(Direction::OldestFirst),
        Err(_) => Err(Malformed::Choice {
            field: "order",
            given,
        }),
    }
}
