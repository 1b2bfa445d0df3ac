//! `timebank.v1.ConversionService`.

use timebank_proto::v1::{self, conversion_service_server::ConversionService};
use tonic::{Request, Response, Status};

use super::{
    Services,
    convert::{self, booking_id, text},
    partakers,
    status::Refused,
};
use crate::{
    exchange::{Command, conversion::Convert, order::Reason},
    ledger::{Amount, UnitId},
};

fn converted(request: v1::ConvertUnitsRequest) -> Result<Convert, Refused> {
    Ok(Convert {
        step: booking_id(&request.step_id, "step_id")?,
        member: partakers::member_id(&request.member_id, "member_id")?,
        from: UnitId::parse(text(&request.from_unit_id, "from_unit_id")?)?,
        to: UnitId::parse(text(&request.to_unit_id, "to_unit_id")?)?,
        amount: Amount::new(request.amount)?,
        reason: convert::note(request.reason)?.map(Reason::from),
        recorded: None,
    })
}

#[tonic::async_trait]
impl ConversionService for Services {
    async fn convert_units(
        &self,
        request: Request<v1::ConvertUnitsRequest>,
    ) -> Result<Response<v1::ConvertUnitsResponse>, Status> {
        let caller = convert::caller(&request)?;
        let new = converted(request.into_inner())?;
        let (id, command) = (new.step, Command::Convert(Box::new(new)));
        let stepped = self.posting_step(caller, id, command).await?;
        Ok(Response::new(v1::ConvertUnitsResponse {
            entry: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }
}
