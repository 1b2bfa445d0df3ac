//! `timebank.v1.MemberService`.

use timebank_proto::v1::{self, member_service_server::MemberService};
use tonic::{Request, Response, Status};

use super::{Services, convert, page, partakers, status::Refused, token_of};
use crate::{
    exchange::{Member, MemberId, MemberState},
    journal,
    ledger::Principal,
    query::{self, MemberView, ReadError, Reading, page_size},
};

impl Services {
    async fn member(&self, by: Principal, id: MemberId) -> Result<(MemberView, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let view = query::member(reading, &id)?;
            Ok((view, reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }
}

fn reply(member: &Member) -> v1::Member {
    let state = match member.state {
        MemberState::Active => v1::MemberState::Active,
        MemberState::Suspended => v1::MemberState::Suspended,
    };
    let qualifications = member.qualifications.iter();
    v1::Member {
        member_id: member.id.as_str().into(),
        centre: member.centre.as_str().into(),
        state: state.into(),
        details: Some(journal::details_to_proto(&member.details)),
        qualifications: qualifications
            .map(journal::qualification_to_proto)
            .collect(),
    }
}

#[tonic::async_trait]
impl MemberService for Services {
    async fn register_member(
        &self,
        request: Request<v1::RegisterMemberRequest>,
    ) -> Result<Response<v1::RegisterMemberResponse>, Status> {
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
        let by = caller.principal.clone();
        let (id, command) = partakers::register_member(request.get_ref(), &by)?;
        let outcome = self.run(command, caller).await?;
        let (view, journal_position) = self.member(by, id).await?;
        Ok(Response::new(v1::RegisterMemberResponse {
            member: Some(reply(&view.member)),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn set_member_state(
        &self,
        request: Request<v1::SetMemberStateRequest>,
    ) -> Result<Response<v1::SetMemberStateResponse>, Status> {
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
        let by = caller.principal.clone();
        let (id, command) =
            partakers::set_member_state(request.get_ref()).map_err(Refused::from)?;
        let outcome = self.run(command, caller).await?;
        let (view, journal_position) = self.member(by, id).await?;
        Ok(Response::new(v1::SetMemberStateResponse {
            member: Some(reply(&view.member)),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn qualify_member(
        &self,
        request: Request<v1::QualifyMemberRequest>,
    ) -> Result<Response<v1::QualifyMemberResponse>, Status> {
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
        let by = caller.principal.clone();
        let (id, command) = partakers::qualify_member(request.get_ref()).map_err(Refused::from)?;
        let outcome = self.run(command, caller).await?;
        let (view, journal_position) = self.member(by, id).await?;
        Ok(Response::new(v1::QualifyMemberResponse {
            member: Some(reply(&view.member)),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn get_member(
        &self,
        request: Request<v1::GetMemberRequest>,
    ) -> Result<Response<v1::GetMemberResponse>, Status> {
        let by = convert::reader(request.metadata()).map_err(Refused::from)?;
        let id = request.into_inner().member_id;
        let id = partakers::member_id(&id, "member_id").map_err(Refused::from)?;
        let (view, journal_position) = self.member(by, id).await?;
        Ok(Response::new(v1::GetMemberResponse {
            member: Some(reply(&view.member)),
            personal: view.personal.as_ref().map(partakers::fields_to_proto),
            journal_position,
        }))
    }

    async fn list_members(
        &self,
        request: Request<v1::ListMembersRequest>,
    ) -> Result<Response<v1::ListMembersResponse>, Status> {
        let by = convert::reader(request.metadata()).map_err(Refused::from)?;
        let mut request = request.into_inner();
        let limit = page_size(std::mem::take(&mut request.page_size)).map_err(Refused::from)?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.MemberService/ListMembers", &request);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| partakers::member_id(&cursor, "page_token"));
        let after = after.transpose().map_err(Refused::from)?;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let list =
            partakers::member_list(centre.clone(), request.only.as_ref()).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let members = query::members(reading, &centre, &list, after, limit + 1)?;
            Ok((members, reading.snapshot.last()?))
        };
        let (members, position) = self.query.read(by, read).await?;
        let members = members.iter().map(reply).collect();
        let (members, next_page_token) = page(members, limit, &token, |last| &last.member_id);
        Ok(Response::new(v1::ListMembersResponse {
            members,
            next_page_token,
            journal_position: position.get(),
        }))
    }
}
