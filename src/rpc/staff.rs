//! `timebank.v1.StaffService`.

use timebank_proto::v1::{self, staff_service_server::StaffService};
use tonic::{Request, Response, Status};

use super::{Reader, Services, convert, page, partakers, status::Refused, token_of};
use crate::{
    exchange::{MemberId, Staff, StaffNumber, StaffState},
    journal,
    query::{self, ReadError, Reading},
};

impl Services {
    async fn staff(&self, by: Reader, number: StaffNumber) -> Result<(v1::Staff, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let staff = query::staff(reading, &number)?;
            Ok((reply(&staff), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }
}

fn reply(staff: &Staff) -> v1::Staff {
    let state = match staff.state {
        StaffState::Active => v1::StaffState::Active,
        StaffState::Suspended => v1::StaffState::Suspended,
        StaffState::Ended => v1::StaffState::Ended,
    };
    v1::Staff {
        staff_number: staff.terms.number.as_str().into(),
        centre: staff.terms.centre.as_str().into(),
        state: state.into(),
        member_id: staff
            .terms
            .member_id
            .as_ref()
            .map_or("", MemberId::as_str)
            .into(),
        relative_ids: journal::ids(&staff.terms.relative_ids),
    }
}

#[tonic::async_trait]
impl StaffService for Services {
    async fn register_staff(
        &self,
        request: Request<v1::RegisterStaffRequest>,
    ) -> Result<Response<v1::RegisterStaffResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let (number, command) = partakers::register_staff(&request).map_err(Refused::from)?;
        let by = caller.reader();
        let outcome = self.run(command, caller).await?;
        let (staff, journal_position) = self.staff(by, number).await?;
        Ok(Response::new(v1::RegisterStaffResponse {
            staff: Some(staff),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn set_staff_state(
        &self,
        request: Request<v1::SetStaffStateRequest>,
    ) -> Result<Response<v1::SetStaffStateResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let (number, command) = partakers::set_staff_state(&request).map_err(Refused::from)?;
        let by = caller.reader();
        let outcome = self.run(command, caller).await?;
        let (staff, journal_position) = self.staff(by, number).await?;
        Ok(Response::new(v1::SetStaffStateResponse {
            staff: Some(staff),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn get_staff(
        &self,
        request: Request<v1::GetStaffRequest>,
    ) -> Result<Response<v1::GetStaffResponse>, Status> {
        let by = convert::reader(&request)?;
        let number = request.into_inner().staff_number;
        let number = partakers::staff_number(&number, "staff_number").map_err(Refused::from)?;
        let (staff, journal_position) = self.staff(by, number).await?;
        Ok(Response::new(v1::GetStaffResponse {
            staff: Some(staff),
            journal_position,
        }))
    }

    async fn list_staff(
        &self,
        request: Request<v1::ListStaffRequest>,
    ) -> Result<Response<v1::ListStaffResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.StaffService/ListStaff", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| partakers::staff_number(&cursor, "page_token"));
        let after = after.transpose().map_err(Refused::from)?;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let staff = query::staff_of(reading, &centre, after, limit + 1)?;
            Ok((staff, reading.snapshot.last()?))
        };
        let (staff, position) = self.query.read(by, read).await?;
        let staff = staff.iter().map(reply).collect();
        let (staff, next_page_token) = page(staff, limit, &token, |last| last.staff_number.clone());
        Ok(Response::new(v1::ListStaffResponse {
            staff,
            next_page_token,
            journal_position: position.get(),
        }))
    }
}
