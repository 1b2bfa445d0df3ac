//! `timebank.v1.SourceService`.

use timebank_proto::v1::{self, source_service_server::SourceService};
use tonic::{Request, Response, Status};

use super::{
    Calling, Services, Stepped,
    convert::{self, account_id, booking_id, required},
    page, partakers, reply,
    status::Refused,
};
use crate::{
    exchange::{
        Command,
        issuance::{GiveGrant, IssuanceCommand, Issue, OpenSource},
        order::Reason,
    },
    journal,
    ledger::{Amount, BookingId, Malformed},
    query::{self, Reading, SourceView},
};

fn command(command: IssuanceCommand) -> Command {
    Command::Issuance(Box::new(command))
}

fn open(request: &v1::OpenSourceRequest) -> Result<OpenSource, Malformed> {
    let account = account_id(&request.source_id, "source_id")?;
    journal::source(account, required(request.terms.as_ref(), "terms")?)
}

fn issue(request: v1::IssueRequest) -> Result<Issue, Refused> {
    Ok(Issue {
        step: booking_id(&request.step_id, "step_id")?,
        source: account_id(&request.source_id, "source_id")?,
        to: account_id(&request.account_id, "account_id")?,
        amount: Amount::new(request.amount)?,
        reason: convert::note(request.reason)?.map(Reason::from),
    })
}

fn grant(request: &v1::GiveGrantRequest) -> Result<GiveGrant, Malformed> {
    Ok(GiveGrant {
        step: booking_id(&request.step_id, "step_id")?,
        member: partakers::member_id(&request.member_id, "member_id")?,
        recorded: None,
    })
}

fn source(view: &SourceView) -> v1::Source {
    let source = &view.source;
    v1::Source {
        source_id: source.terms.account.as_str().into(),
        centre: source.centre.as_str().into(),
        terms: Some(journal::source_terms_to_proto(&source.terms)),
        outstanding: view.outstanding,
        held: view.held,
    }
}

impl Services {
    /// Has a step carried out that posts an entry of its id, and reads that.
    pub(super) async fn posting_step(
        &self,
        caller: Calling,
        id: BookingId,
        command: Command,
    ) -> Result<Stepped<v1::Entry>, Refused> {
        let read = move |reading: &mut Reading<'_>| Ok(reply::entry(&query::entry(reading, id)?));
        self.step(caller, command, |_| read).await
    }
}

#[tonic::async_trait]
impl SourceService for Services {
    async fn open_source(
        &self,
        request: Request<v1::OpenSourceRequest>,
    ) -> Result<Response<v1::OpenSourceResponse>, Status> {
        let caller = convert::caller(&request)?;
        let open = open(&request.into_inner()).map_err(Refused::from)?;
        let id = open.account.clone();
        let read = move |reading: &mut Reading<'_>| Ok(source(&query::source(reading, &id)?));
        let command = command(IssuanceCommand::Open(open));
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::OpenSourceResponse {
            source: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn get_source(
        &self,
        request: Request<v1::GetSourceRequest>,
    ) -> Result<Response<v1::GetSourceResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = account_id(&request.into_inner().source_id, "source_id");
        let id = id.map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            Ok(v1::GetSourceResponse {
                source: Some(source(&query::source(reading, &id)?)),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.look_up(by, read).await?))
    }

    async fn list_sources(
        &self,
        request: Request<v1::ListSourcesRequest>,
    ) -> Result<Response<v1::ListSourcesResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.SourceService/ListSources";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| account_id(cursor, "page_token"))?;
        let limit = asked.limit;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let sources = query::sources(reading, &centre, after, limit + 1)?;
            Ok((sources, reading.snapshot.last()?.get()))
        };
        let (sources, journal_position) = self.query.read(by, read).await?;
        let sources: Vec<v1::Source> = sources.iter().map(source).collect();
        let (sources, next_page_token) =
            page(sources, limit, &asked.token, |last| last.source_id.clone());
        Ok(Response::new(v1::ListSourcesResponse {
            sources,
            next_page_token,
            journal_position,
        }))
    }

    async fn issue(
        &self,
        request: Request<v1::IssueRequest>,
    ) -> Result<Response<v1::IssueResponse>, Status> {
        let caller = convert::caller(&request)?;
        let issue = issue(request.into_inner())?;
        let (id, command) = (issue.step, command(IssuanceCommand::Issue(issue)));
        let stepped = self.posting_step(caller, id, command).await?;
        Ok(Response::new(v1::IssueResponse {
            entry: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn give_grant(
        &self,
        request: Request<v1::GiveGrantRequest>,
    ) -> Result<Response<v1::GiveGrantResponse>, Status> {
        let caller = convert::caller(&request)?;
        let grant = grant(&request.into_inner()).map_err(Refused::from)?;
        let (id, command) = (grant.step, command(IssuanceCommand::Grant(grant)));
        let stepped = self.posting_step(caller, id, command).await?;
        Ok(Response::new(v1::GiveGrantResponse {
            entry: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }
}
