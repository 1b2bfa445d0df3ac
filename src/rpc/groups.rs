//! `timebank.v1.GroupService`.

use timebank_proto::v1::{self, group_service_server::GroupService};
use tonic::{Request, Response, Status};

use super::{
    Calling, Services, Stepped,
    convert::{self, booking_id, required},
    needs::step_taken,
    page, partakers,
    status::Refused,
};
use crate::{
    exchange::{
        Command, GroupCommand, GroupId, StaffNumber,
        group::{Group, GroupAction, GroupState, GroupStep, OpenGroup},
        order::Reason,
    },
    journal,
    ledger::Malformed,
    query::{self, Reading},
};

fn group_id(given: &str, field: &'static str) -> Result<GroupId, Malformed> {
    booking_id(given, field).map(GroupId)
}

fn open(request: &v1::OpenGroupRequest) -> Result<OpenGroup, Malformed> {
    Ok(OpenGroup {
        id: group_id(&request.group_id, "group_id")?,
        terms: journal::group_terms(required(request.terms.as_ref(), "terms")?)?,
    })
}

fn step(request: v1::StepGroupRequest) -> Result<GroupStep, Refused> {
    let step = booking_id(&request.step_id, "step_id")?;
    let group = group_id(&request.group_id, "group_id")?;
    let action = journal::group_action(request.action.as_ref())?;
    let reason = convert::note(request.reason)?.map(Reason::from);
    if action == GroupAction::Cancel {
        required(reason.as_ref(), "reason")?;
    }
    Ok(GroupStep {
        step,
        group,
        action,
        reason,
    })
}

fn state(state: GroupState) -> v1::GroupState {
    match state {
        GroupState::Open => v1::GroupState::Open,
        GroupState::Confirmed => v1::GroupState::Confirmed,
        GroupState::Settled => v1::GroupState::Settled,
        GroupState::Cancelled => v1::GroupState::Cancelled,
    }
}

fn reply(group: &Group) -> v1::Group {
    let confirmed_by = group.confirmed_by.as_ref();
    v1::Group {
        group_id: group.id.to_string(),
        terms: Some(journal::group_terms_to_proto(&group.terms)),
        on: group.grounds.on.to_string(),
        policy_version: i32::try_from(group.grounds.policy.get()).unwrap_or(i32::MAX),
        each: group.grounds.each.steps(),
        state: state(group.state).into(),
        enrolled_count: group.enrolled.into(),
        attended_count: group.attended.into(),
        opened_by: group.opened_by.as_str().into(),
        confirmed_by: confirmed_by.map_or("", StaffNumber::as_str).into(),
        entry_ids: group.entries.iter().map(ToString::to_string).collect(),
    }
}

impl Services {
    async fn group_step(
        &self,
        caller: Calling,
        id: GroupId,
        command: GroupCommand,
    ) -> Result<Stepped<v1::Group>, Refused> {
        let read = move |reading: &mut Reading<'_>| Ok(reply(&query::group(reading, id)?));
        let command = Command::Group(Box::new(command));
        self.step(caller, command, |_| read).await
    }
}

#[tonic::async_trait]
impl GroupService for Services {
    async fn open_group(
        &self,
        request: Request<v1::OpenGroupRequest>,
    ) -> Result<Response<v1::OpenGroupResponse>, Status> {
        let caller = convert::caller(&request)?;
        let open = open(&request.into_inner()).map_err(Refused::from)?;
        let (id, command) = (open.id, GroupCommand::Open(open));
        let stepped = self.group_step(caller, id, command).await?;
        Ok(Response::new(v1::OpenGroupResponse {
            group: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn step_group(
        &self,
        request: Request<v1::StepGroupRequest>,
    ) -> Result<Response<v1::StepGroupResponse>, Status> {
        let caller = convert::caller(&request)?;
        let step = step(request.into_inner())?;
        let (id, command) = (step.group, GroupCommand::Step(step));
        let stepped = self.group_step(caller, id, command).await?;
        Ok(Response::new(v1::StepGroupResponse {
            group: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn get_group(
        &self,
        request: Request<v1::GetGroupRequest>,
    ) -> Result<Response<v1::GetGroupResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = group_id(&request.into_inner().group_id, "group_id").map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let group = query::group(reading, id)?;
            let history = query::steps_taken(reading, &group.steps)?;
            Ok(v1::GetGroupResponse {
                group: Some(reply(&group)),
                history: history.iter().map(step_taken).collect(),
                journal_position: reading.snapshot.last()?.get(),
            })
        };
        Ok(Response::new(self.query.read(by, read).await?))
    }

    async fn list_groups(
        &self,
        request: Request<v1::ListGroupsRequest>,
    ) -> Result<Response<v1::ListGroupsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.GroupService/ListGroups";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| group_id(cursor, "page_token"))?;
        let limit = asked.limit;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let groups = query::groups(reading, &centre, after, limit + 1)?;
            Ok((groups, reading.snapshot.last()?.get()))
        };
        let (groups, journal_position) = self.query.read(by, read).await?;
        let groups: Vec<v1::Group> = groups.iter().map(reply).collect();
        let (groups, next_page_token) =
            page(groups, limit, &asked.token, |last| last.group_id.clone());
        Ok(Response::new(v1::ListGroupsResponse {
            groups,
            next_page_token,
            journal_position,
        }))
    }

    async fn list_places(
        &self,
        request: Request<v1::ListPlacesRequest>,
    ) -> Result<Response<v1::ListPlacesResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.GroupService/ListPlaces";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| partakers::member_id(cursor, "page_token"))?;
        let limit = asked.limit;
        let id = group_id(&request.group_id, "group_id").map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let places = query::places(reading, id, after.as_ref(), limit + 1)?;
            Ok((places, reading.snapshot.last()?.get()))
        };
        let (places, journal_position) = self.query.read(by, read).await?;
        let places: Vec<_> = places
            .into_iter()
            .map(|(member, attended)| v1::GroupPlace {
                member_id: member.as_str().into(),
                attended,
            })
            .collect();
        let (places, next_page_token) =
            page(places, limit, &asked.token, |last| last.member_id.clone());
        Ok(Response::new(v1::ListPlacesResponse {
            places,
            next_page_token,
            journal_position,
        }))
    }
}
