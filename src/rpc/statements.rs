//! `timebank.v1.StatementService`.

use timebank_proto::v1::{self, statement_service_server::StatementService};
use tonic::{Request, Response, Status};

use super::{Services, convert, fitting, reply, status::Refused, token_of};
use crate::{
    journal,
    ledger::{Malformed, Moment},
    query::{
        AsOf, Direction, PageError, Place, PostingView, Reading, StatementQuery, balance, statement,
    },
};

#[tonic::async_trait]
impl StatementService for Services {
    async fn get_balance(
        &self,
        request: Request<v1::GetBalanceRequest>,
    ) -> Result<Response<v1::GetBalanceResponse>, Status> {
        let by = convert::reader(&request)?;
        let request = request.into_inner();
        let id = convert::account_id(&request.account_id, "account_id").map_err(Refused::from)?;
        let as_of = as_of(&request).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| balance(reading, &id, as_of);
        let view = match as_of {
            None => self.query.look_up(by, read).await?,
            Some(_) => self.query.read(by, read).await?,
        };
        Ok(Response::new(v1::GetBalanceResponse {
            account_id: request.account_id,
            unit_id: view.unit.as_str().into(),
            balance: view.balance,
            held: view.held,
            available: view.available,
            as_of: as_of.map(|as_of| journal::timestamp(as_of.moment)),
            journal_position: view.position.get(),
        }))
    }

    async fn list_postings(
        &self,
        request: Request<v1::ListPostingsRequest>,
    ) -> Result<Response<v1::ListPostingsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.StatementService/ListPostings", &request, &by);
        let from = token.read(&given).map_err(Refused::from)?;
        let from = from.map(|cursor| place(&cursor)).transpose();
        let from = from.map_err(Refused::from)?;
        let query = query(&request, limit, from).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| statement(reading, &query);
        let page = self.query.read(by, read).await?;
        let postings = page.postings.iter();
        let mut postings: Vec<_> = postings.map(reply::posting).collect();
        let fits = fitting(&postings);
        let left_out = page.postings.get(fits).map(PostingView::place);
        postings.truncate(fits);
        let next = left_out
            .or(page.next)
            .map(|place| token.write(&cursor(place)));
        Ok(Response::new(v1::ListPostingsResponse {
            postings,
            next_page_token: next.unwrap_or_default(),
            unit_id: page.unit.as_str().into(),
            journal_position: page.position.get(),
            opening_balance: page.opening_balance,
            closing_balance: page.closing_balance,
        }))
    }
}

/// A place in words, as a page token has it.
fn cursor(place: Place) -> String {
    format!("{} {}", place.effective_at.us(), place.ordinal)
}

fn place(cursor: &str) -> Result<Place, PageError> {
    let (us, ordinal) = cursor.split_once(' ').ok_or(PageError::Token)?;
    let us = us.parse().map_err(|_| PageError::Token)?;
    let ordinal = ordinal.parse().map_err(|_| PageError::Token)?;
    if !(0..i64::MAX).contains(&ordinal) {
        return Err(PageError::Token);
    }
    Ok(Place {
        effective_at: Moment::from_us(us).ok_or(PageError::Token)?,
        ordinal,
    })
}

fn as_of(request: &v1::GetBalanceRequest) -> Result<Option<AsOf>, Malformed> {
    let moment = convert::optional_moment(request.as_of, "as_of")?;
    let axis = convert::axis(request.axis)?;
    Ok(moment.map(|moment| AsOf { moment, axis }))
}

fn query(
    request: &v1::ListPostingsRequest,
    limit: usize,
    from: Option<Place>,
) -> Result<StatementQuery, Malformed> {
    Ok(StatementQuery {
        account: convert::account_id(&request.account_id, "account_id")?,
        direction: direction(request.order)?,
        axis: convert::axis(request.axis)?,
        since: convert::optional_moment(request.since, "since")?,
        until: convert::optional_moment(request.until, "until")?,
        from,
        limit,
        at: convert::position(request.at_position)?,
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
