//! `timebank.v1.UnitService`.

use timebank_proto::v1::{self, unit_service_server::UnitService};
use tonic::{Request, Response, Status};

use super::{Services, convert, reply, status::Refused};
use crate::query::Reading;

#[tonic::async_trait]
impl UnitService for Services {
    async fn declare_unit(
        &self,
        request: Request<v1::DeclareUnitRequest>,
    ) -> Result<Response<v1::DeclareUnitResponse>, Status> {
        let caller = convert::caller(&request)?;
        let unit = request.into_inner().unit;
        let command = convert::unit(unit.clone()).map_err(Refused::from)?;
        let outcome = self.run(command, caller).await?;
        Ok(Response::new(v1::DeclareUnitResponse {
            unit,
            replayed: outcome.is_replay(),
            journal_position: self.sequencer.head().borrow().last.sequence.get(),
        }))
    }

    async fn list_units(
        &self,
        request: Request<v1::ListUnitsRequest>,
    ) -> Result<Response<v1::ListUnitsResponse>, Status> {
        let by = convert::reader(&request)?;
        let read =
            |reading: &mut Reading<'_>| Ok((reading.snapshot.units()?, reading.snapshot.last()?));
        let (units, position) = self.query.read(by, read).await?;
        Ok(Response::new(v1::ListUnitsResponse {
            units: units.iter().map(reply::unit).collect(),
            journal_position: position.get(),
        }))
    }
}
