//! `timebank.v1.CentreService`.

use timebank_proto::v1::{self, centre_service_server::CentreService};
use tonic::{Request, Response, Status};

use super::{Reader, Services, convert, page, partakers, status::Refused, token_of};
use crate::{
    exchange::{Branch, Centre},
    query::{self, ReadError, Reading},
};

impl Services {
    async fn centre(&self, by: Reader, prefix: Branch) -> Result<(v1::Centre, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let centre = query::centre(reading, &prefix)?;
            Ok((reply(&centre), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
    }
}

fn reply(centre: &Centre) -> v1::Centre {
    let Centre {
        terms,
        active_staff,
        opened: _,
        policies: _,
        closed_until,
    } = centre;
    v1::Centre {
        prefix: terms.prefix.as_str().into(),
        name_en: terms.name_en.as_str().into(),
        name_zh: partakers::text(terms.name_zh.as_ref()),
        operator: partakers::text(terms.operator.as_ref()),
        contracting_body: partakers::text(terms.contracting_body.as_ref()),
        active_staff_count: i32::try_from(*active_staff).unwrap_or(i32::MAX),
        closed_until: closed_until.map_or_else(String::new, String::from),
    }
}

#[tonic::async_trait]
impl CentreService for Services {
    async fn open_centre(
        &self,
        request: Request<v1::OpenCentreRequest>,
    ) -> Result<Response<v1::OpenCentreResponse>, Status> {
        let caller = convert::caller(&request)?;
        let request = request.into_inner();
        let command = partakers::open_centre(&request).map_err(Refused::from)?;
        let prefix = partakers::branch("prefix", &request.prefix).map_err(Refused::from)?;
        let by = caller.reader();
        let outcome = self.run(command, caller).await?;
        let (centre, journal_position) = self.centre(by, prefix).await?;
        Ok(Response::new(v1::OpenCentreResponse {
            centre: Some(centre),
            replayed: outcome.is_replay(),
            journal_position,
        }))
    }

    async fn get_centre(
        &self,
        request: Request<v1::GetCentreRequest>,
    ) -> Result<Response<v1::GetCentreResponse>, Status> {
        let by = convert::reader(&request)?;
        let prefix = request.into_inner().prefix;
        let prefix = partakers::branch("prefix", &prefix).map_err(Refused::from)?;
        let (centre, journal_position) = self.centre(by, prefix).await?;
        Ok(Response::new(v1::GetCentreResponse {
            centre: Some(centre),
            journal_position,
        }))
    }

    async fn list_centres(
        &self,
        request: Request<v1::ListCentresRequest>,
    ) -> Result<Response<v1::ListCentresResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let limit = self.page_size(std::mem::take(&mut request.page_size))?;
        let given = std::mem::take(&mut request.page_token);
        let token = token_of("timebank.v1.CentreService/ListCentres", &request, &by);
        let after = token.read(&given).map_err(Refused::from)?;
        let after = after.map(|cursor| partakers::branch("page_token", &cursor));
        let after = after.transpose().map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let centres = query::centres(reading, after, limit + 1)?;
            Ok((centres, reading.snapshot.last()?))
        };
        let (centres, position) = self.query.read(by, read).await?;
        let centres = centres.iter().map(reply).collect();
        let (centres, next_page_token) = page(centres, limit, &token, |last| last.prefix.clone());
        Ok(Response::new(v1::ListCentresResponse {
            centres,
            next_page_token,
            journal_position: position.get(),
        }))
    }
}
