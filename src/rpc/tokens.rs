//! `timebank.v1.TokenService`.

use timebank_proto::v1::{self, token_service_server::TokenService};
use tonic::{Request, Response, Status};

use super::{
    Services, convert,
    convert::{Calling, booking_id, optional_moment, text},
    first_token::drawn,
    page,
    status::Refused,
    to_the_end,
};
use crate::{
    exchange::{
        Command, Object, ObjectId, Staff, TokenCommand,
        token::{IssueToken, RevokeToken, RotateToken, Token, TokenName, TokenState},
    },
    journal,
    query::{self, ReadError, Reading},
};

/// What became of a command about a token.
struct Changed {
    token: v1::Token,
    replayed: bool,
    position: i64,
}

impl Services {
    /// Has a command about a token carried out. All that is kept in mind of tokens is forgotten then,
    /// whatever became of it.
    async fn change_token(
        &self,
        caller: Calling,
        name: TokenName,
        command: TokenCommand,
    ) -> Result<Changed, Refused> {
        let command = Command::Token(Box::new(command));
        let read = move |reading: &mut Reading<'_>| query::token(reading, &name);
        let services = self.clone();
        // To the end, also where the caller leaves: what is kept in mind is to go.
        let stepped = to_the_end(None, async move {
            let stepped = services.step(caller, command, |_| read).await;
            services.guard.forget();
            stepped
        });
        let stepped = stepped.await?;
        Ok(Changed {
            token: self.reply(&stepped.item),
            replayed: stepped.replayed,
            position: stepped.position,
        })
    }

    fn reply(&self, token: &Token) -> v1::Token {
        let state = match token.state(self.sequencer.time().shown()) {
            TokenState::Valid => v1::TokenState::Valid,
            TokenState::Expired(_) => v1::TokenState::Expired,
            TokenState::Revoked(_) => v1::TokenState::Revoked,
        };
        let last_used_at = self.guard.used().of(&token.terms.name);
        v1::Token {
            name: token.terms.name.as_str().into(),
            role: journal::role_to_proto(token.terms.role).into(),
            scope: token.terms.scope.prefix().into(),
            state: state.into(),
            issued_at: Some(journal::timestamp(token.issued_at)),
            rotated_at: token.rotated_at.map(journal::timestamp),
            expires_at: token.terms.expires_at.map(journal::timestamp),
            revoked_at: token.revoked_at.map(journal::timestamp),
            last_used_at: last_used_at.map(journal::timestamp),
        }
    }
}

/// A token's name that must be there.
fn name_of(given: &str) -> Result<TokenName, Refused> {
    Ok(TokenName::parse(text(given, "name")?)?)
}

/// The text of a bearer, but for what was done before: that told another.
fn once(text: String, replayed: bool) -> String {
    match replayed {
        true => String::new(),
        false => text,
    }
}

fn staff_of(reading: &mut Reading<'_>, name: &TokenName) -> Result<Option<Staff>, ReadError> {
    let Some(number) = name.staff_number() else {
        return Ok(None);
    };
    Ok(match reading.snapshot.object(&ObjectId::Staff(number))? {
        Some(Object::Staff(staff)) => Some(staff),
        _ => None,
    })
}

#[tonic::async_trait]
impl TokenService for Services {
    async fn issue_token(
        &self,
        request: Request<v1::IssueTokenRequest>,
    ) -> Result<Response<v1::IssueTokenResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let step = booking_id(&request.step_id, "step_id").map_err(Refused::from)?;
        let name = name_of(&request.name)?;
        let expires_at =
            optional_moment(request.expires_at, "expires_at").map_err(Refused::from)?;
        let terms = journal::token_terms(&request.name, request.role, &request.scope, expires_at)
            .map_err(Refused::from)?;
        let bearer = drawn(name.clone())?;
        let command = TokenCommand::Issue(IssueToken {
            step,
            terms,
            verifier: self.guard.key().verifier(&bearer),
        });
        let changed = self.change_token(caller, name, command).await?;
        Ok(Response::new(v1::IssueTokenResponse {
            token: Some(changed.token),
            text: once(bearer.text(), changed.replayed),
            replayed: changed.replayed,
            journal_position: changed.position,
        }))
    }

    async fn rotate_token(
        &self,
        request: Request<v1::RotateTokenRequest>,
    ) -> Result<Response<v1::RotateTokenResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let step = booking_id(&request.step_id, "step_id").map_err(Refused::from)?;
        let name = name_of(&request.name)?;
        let bearer = drawn(name.clone())?;
        let command = TokenCommand::Rotate(RotateToken {
            step,
            name: name.clone(),
            verifier: self.guard.key().verifier(&bearer),
        });
        let changed = self.change_token(caller, name, command).await?;
        Ok(Response::new(v1::RotateTokenResponse {
            token: Some(changed.token),
            text: once(bearer.text(), changed.replayed),
            replayed: changed.replayed,
            journal_position: changed.position,
        }))
    }

    async fn revoke_token(
        &self,
        request: Request<v1::RevokeTokenRequest>,
    ) -> Result<Response<v1::RevokeTokenResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let step = booking_id(&request.step_id, "step_id").map_err(Refused::from)?;
        let name = name_of(&request.name)?;
        let command = TokenCommand::Revoke(RevokeToken {
            step,
            name: name.clone(),
        });
        let changed = self.change_token(caller, name, command).await?;
        Ok(Response::new(v1::RevokeTokenResponse {
            token: Some(changed.token),
            replayed: changed.replayed,
            journal_position: changed.position,
        }))
    }

    async fn list_tokens(
        &self,
        request: Request<v1::ListTokensRequest>,
    ) -> Result<Response<v1::ListTokensResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let given = std::mem::take(&mut request.page_token);
        let method = "timebank.v1.TokenService/ListTokens";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let (after, limit) = (asked.after(TokenName::parse)?, asked.limit);
        let read = move |reading: &mut Reading<'_>| {
            let tokens = query::tokens(reading, after, limit + 1)?;
            Ok((tokens, reading.snapshot.last()?))
        };
        let (tokens, position) = self.query.read(by, read).await?;
        let tokens = tokens.iter().map(|token| self.reply(token)).collect();
        let (tokens, next_page_token) = page(tokens, limit, &asked.token, |last: &v1::Token| {
            last.name.clone()
        });
        Ok(Response::new(v1::ListTokensResponse {
            tokens,
            next_page_token,
            journal_position: position.get(),
        }))
    }

    async fn who_am_i(
        &self,
        request: Request<v1::WhoAmIRequest>,
    ) -> Result<Response<v1::WhoAmIResponse>, Status> {
        let by = query::Reader::whole(convert::guest(&request)?.principal());
        let name = TokenName::of(&by.who).ok_or(Refused::Fault)?;
        let read = move |reading: &mut Reading<'_>| {
            let token = query::token(reading, &name)?;
            let staff = staff_of(reading, &name)?;
            Ok((token, staff, reading.snapshot.last()?))
        };
        let (token, staff, position) = self.query.look_up(by, read).await?;
        let terms = staff.map(|staff| staff.terms);
        Ok(Response::new(v1::WhoAmIResponse {
            token: Some(self.reply(&token)),
            staff_number: terms
                .as_ref()
                .map_or("", |terms| terms.number.as_str())
                .into(),
            centre: terms
                .as_ref()
                .map_or("", |terms| terms.centre.as_str())
                .into(),
            journal_position: position.get(),
        }))
    }
}
