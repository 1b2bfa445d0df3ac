//! `timebank.v1.MemberService`.

use std::sync::Arc;

use timebank_proto::v1::{self, list_members_request::Only, member_service_server::MemberService};
use tonic::{Request, Response, Status};

use super::{
    Reader, Services, convert,
    door::Held,
    page,
    partakers::{self, Members},
    status::Refused,
    to_the_end, token_of,
};
use crate::{
    access::Method,
    exchange::{Branch, Command, Erasure, Exit, ExitCause, Member, MemberId},
    journal,
    ledger::Principal,
    query::{self, MemberView, ReadError, Reading, Sieve, Token},
};

/// A member after a step: as they stand, whether the step was taken already, and the
/// journal position that this was read at.
type AfterStep = (Option<v1::Member>, bool, i64);

impl Services {
    async fn member(&self, by: Reader, id: MemberId) -> Result<(MemberView, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let view = query::member(reading, &id)?;
            Ok((view, reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }

    /// Has a step carried out that is read from a request.
    async fn member_step<T, E>(
        &self,
        request: &Request<T>,
        read: impl FnOnce(&T, &Principal) -> Result<(MemberId, Command), E>,
    ) -> Result<AfterStep, Refused>
    where
        Refused: From<E>,
    {
        let caller = convert::caller(request)?;
        let by = caller.reader();
        let (id, command) = read(request.get_ref(), &by.who)?;
        let outcome = self.run(command, caller).await?;
        let (view, position) = self.member(by, id).await?;
        Ok((Some(reply(&view)), outcome.is_replay(), position))
    }
}

impl Services {
    /// A page of those who come through a sieve.
    async fn sifted_page(
        &self,
        by: Reader,
        centre: Branch,
        sieve: Sieve,
        (after, limit): (Option<MemberId>, usize),
        token: &Token,
    ) -> Result<Response<v1::ListMembersResponse>, Status> {
        let read = move |reading: &mut Reading<'_>| {
            let sifted = query::sifted(reading, &centre, sieve, after, limit)?;
            Ok((sifted, reading.snapshot.last()?.get()))
        };
        let (sifted, journal_position) = self.query.read(by, read).await?;
        let members: Vec<_> = sifted.members.iter().map(listed).collect();
        // What does not fit comes on the next page.
        let (members, cut) = page(members, limit, token, |last| last.member_id.clone());
        let next = sifted.looked_to.map(|to| token.write(to.as_str()));
        Ok(Response::new(v1::ListMembersResponse {
            next_page_token: match cut.is_empty() {
                true => next.unwrap_or_default(),
                false => cut,
            },
            members,
            journal_position,
        }))
    }
}

fn reply(view: &MemberView) -> v1::Member {
    v1::Member {
        etag: view.since.to_string(),
        ..listed(&view.member)
    }
}

fn listed(member: &Member) -> v1::Member {
    let qualifications = member.qualifications.iter();
    v1::Member {
        member_id: member.id.as_str().into(),
        centre: member.centre.as_str().into(),
        state: partakers::state_to_proto(member.state).into(),
        details: Some(journal::details_to_proto(&member.details)),
        qualifications: qualifications
            .map(journal::qualification_to_proto)
            .collect(),
        account_id: member.account.as_str().into(),
        registered_on: member.registered_on.to_string(),
        exit: member.exit.as_ref().map(exit),
        etag: String::new(),
        second_of: member
            .second_of
            .as_ref()
            .map_or("", MemberId::as_str)
            .into(),
        erasure: erasure(&member.erasure).into(),
    }
}

fn erasure(erasure: &Erasure) -> v1::Erasure {
    match erasure {
        Erasure::None => v1::Erasure::Unspecified,
        Erasure::AskedBy(_) => v1::Erasure::Asked,
        Erasure::Done => v1::Erasure::Done,
    }
}

fn exit(exit: &Exit) -> v1::MemberExit {
    let approved_by = exit.approved_by.iter();
    v1::MemberExit {
        died: exit.cause == ExitCause::Death,
        on: exit.on.to_string(),
        approved_by: approved_by.map(|number| number.as_str().into()).collect(),
    }
}

#[tonic::async_trait]
impl MemberService for Services {
    async fn register_member(
        &self,
        request: Request<v1::RegisterMemberRequest>,
    ) -> Result<Response<v1::RegisterMemberResponse>, Status> {
        let step = self.member_step(&request, |request, by| {
            partakers::register_member(request, by, &self.identity_key)
        });
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::RegisterMemberResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn register_members(
        &self,
        request: Request<v1::RegisterMembersRequest>,
    ) -> Result<Response<v1::RegisterMembersResponse>, Status> {
        let caller = convert::caller(&request)?;
        let held = request.extensions().get::<Arc<Held>>().cloned();
        let request = request.into_inner();
        let services = self.clone();
        let batch = async move { services.register_batch(request, caller).await };
        Ok(Response::new(to_the_end(held, batch).await?))
    }

    async fn change_member(
        &self,
        request: Request<v1::ChangeMemberRequest>,
    ) -> Result<Response<v1::ChangeMemberResponse>, Status> {
        let step = self.member_step(&request, |request, by| {
            partakers::change_member(request, by, &self.identity_key)
        });
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::ChangeMemberResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn set_member_state(
        &self,
        request: Request<v1::SetMemberStateRequest>,
    ) -> Result<Response<v1::SetMemberStateResponse>, Status> {
        let step = self.member_step(&request, |request, _| partakers::set_member_state(request));
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::SetMemberStateResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn qualify_member(
        &self,
        request: Request<v1::QualifyMemberRequest>,
    ) -> Result<Response<v1::QualifyMemberResponse>, Status> {
        let step = self.member_step(&request, |request, _| partakers::qualify_member(request));
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::QualifyMemberResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn move_member(
        &self,
        request: Request<v1::MoveMemberRequest>,
    ) -> Result<Response<v1::MoveMemberResponse>, Status> {
        let step = self.member_step(&request, |request, _| partakers::move_member(request));
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::MoveMemberResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn exit_member(
        &self,
        request: Request<v1::ExitMemberRequest>,
    ) -> Result<Response<v1::ExitMemberResponse>, Status> {
        let step = self.member_step(&request, |request, _| partakers::exit_member(request));
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::ExitMemberResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn approve_exit(
        &self,
        request: Request<v1::ApproveExitRequest>,
    ) -> Result<Response<v1::ApproveExitResponse>, Status> {
        let step = self.member_step(&request, |request, _| partakers::approve_exit(request));
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::ApproveExitResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn clear_member(
        &self,
        request: Request<v1::ClearMemberRequest>,
    ) -> Result<Response<v1::ClearMemberResponse>, Status> {
        let step = self.member_step(&request, |request, _| partakers::clear_member(request));
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::ClearMemberResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn erase_member(
        &self,
        request: Request<v1::EraseMemberRequest>,
    ) -> Result<Response<v1::EraseMemberResponse>, Status> {
        let step = self.member_step(&request, |request, _| partakers::erase_member(request));
        let (member, replayed, journal_position) = step.await?;
        Ok(Response::new(v1::EraseMemberResponse {
            member,
            replayed,
            journal_position,
        }))
    }

    async fn get_member(
        &self,
        request: Request<v1::GetMemberRequest>,
    ) -> Result<Response<v1::GetMemberResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = request.into_inner().member_id;
        let id = partakers::member_id(&id, "member_id").map_err(Refused::from)?;
        let (view, journal_position) = self.member(by, id).await?;
        Ok(Response::new(v1::GetMemberResponse {
            member: Some(reply(&view)),
            journal_position,
        }))
    }

    async fn list_members(
        &self,
        request: Request<v1::ListMembersRequest>,
    ) -> Result<Response<v1::ListMembersResponse>, Status> {
        let by = convert::reader(&request)?;
        if let Some(Only::Age(_) | Only::Inactive(true)) = request.get_ref().only {
            // That tells of ages, which are personal.
            let grant = convert::guest(&request)?.grant();
            let shown = grant.check_method(Method::ShowPersonalFields);
            shown.map_err(|forbids| Refused::Rejected(forbids.into()))?;
        }
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.MemberService/ListMembers", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| partakers::member_id(&cursor, "page_token"));
        let after = after.transpose().map_err(Refused::from)?;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let only = request.only.as_ref();
        let list = match partakers::members(centre.clone(), only).map_err(Refused::from)? {
            Members::Listed(list) => list,
            Members::Sifted(sieve) => {
                let page = (after, limit);
                return self.sifted_page(by, centre, sieve, page, &token).await;
            }
        };
        let read = move |reading: &mut Reading<'_>| {
            let members = query::members(reading, &centre, &list, after, limit + 1)?;
            Ok((members, reading.snapshot.last()?))
        };
        let (members, position) = self.query.read(by, read).await?;
        let members = members.iter().map(listed).collect();
        let (members, next_page_token) =
            page(members, limit, &token, |last| last.member_id.clone());
        Ok(Response::new(v1::ListMembersResponse {
            members,
            next_page_token,
            journal_position: position.get(),
        }))
    }
}
