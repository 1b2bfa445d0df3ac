//! `timebank.v1.AccountService`.

use timebank_proto::v1::{self, account_service_server::AccountService};
use tonic::{Request, Response, Status};

use super::{Reader, Services, convert, page, reply, status::Refused, token_of};
use crate::{
    ledger::{AccountId, Command, Malformed},
    query::{self, ReadError, Reading},
};

impl Services {
    /// An account as it stands, with the position it was read at.
    async fn account(&self, by: Reader, id: AccountId) -> Result<(v1::Account, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let view = query::account(reading, &id)?;
            Ok((reply::account(&view), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }
}

fn parse(given: &str) -> Result<AccountId, Refused> {
    Ok(convert::account_id(given, "account_id")?)
}

#[tonic::async_trait]
impl AccountService for Services {
    async fn open_account(
        &self,
        request: Request<v1::OpenAccountRequest>,
    ) -> Result<Response<v1::OpenAccountResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let opening = convert::open_account(&request).map_err(Refused::from)?;
        let command = Command::OpenAccount(opening);
        let by = caller.reader();
        let outcome = self.run(command, caller).await?;
        let (account, journal_position) = self.account(by, parse(&request.account_id)?).await?;
        Ok(Response::new(v1::OpenAccountResponse {
            account: Some(account),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn get_account(
        &self,
        request: Request<v1::GetAccountRequest>,
    ) -> Result<Response<v1::GetAccountResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = parse(&request.into_inner().account_id)?;
        let (account, journal_position) = self.account(by, id).await?;
        Ok(Response::new(v1::GetAccountResponse {
            account: Some(account),
            journal_position,
        }))
    }

    async fn list_accounts(
        &self,
        request: Request<v1::ListAccountsRequest>,
    ) -> Result<Response<v1::ListAccountsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.AccountService/ListAccounts", &request, &by);
        let after = token
            .read(&given)
            .map_err(Refused::from)?
            .map(|cursor| parse(&cursor))
            .transpose()?;
        check_prefix(&request.prefix).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let accounts = query::accounts(reading, &request.prefix, after.as_ref(), limit + 1)?;
            Ok((accounts, reading.snapshot.last()?))
        };
        let (accounts, position) = self.query.read(by, read).await?;
        let accounts = accounts.iter().map(reply::account).collect();
        let (accounts, next_page_token) =
            page(accounts, limit, &token, |last| last.account_id.clone());
        Ok(Response::new(v1::ListAccountsResponse {
            accounts,
            next_page_token,
            journal_position: position.get(),
        }))
    }

    async fn change_account_limits(
        &self,
        request: Request<v1::ChangeAccountLimitsRequest>,
    ) -> Result<Response<v1::ChangeAccountLimitsResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let command = convert::change_limits(&request).map_err(Refused::from)?;
        let by = caller.reader();
        let outcome = self.run(command, caller).await?;
        let (account, journal_position) = self.account(by, parse(&request.account_id)?).await?;
        Ok(Response::new(v1::ChangeAccountLimitsResponse {
            account: Some(account),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn close_account(
        &self,
        request: Request<v1::CloseAccountRequest>,
    ) -> Result<Response<v1::CloseAccountResponse>, Status> {
        let caller = convert::caller(&request)?;
        let id = parse(&request.into_inner().account_id)?;
        let command = Command::CloseAccount { id: id.clone() };
        let by = caller.reader();
        let outcome = self.run(command, caller).await?;
        let (account, journal_position) = self.account(by, id).await?;
        Ok(Response::new(v1::CloseAccountResponse {
            account: Some(account),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }
}

/// A prefix is the beginning of some account id.
fn check_prefix(prefix: &str) -> Result<(), Malformed> {
    let fits = prefix.len() <= 100
        && prefix
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b':' | b'-'));
    if fits {
        return Ok(());
    }
    Err(Malformed::AccountId {
        given: prefix.chars().take(100).collect(),
        why: "cannot be the beginning of one",
    })
}
