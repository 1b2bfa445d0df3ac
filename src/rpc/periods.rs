//! `timebank.v1.PeriodService`.

use timebank_proto::v1::{self, period_service_server::PeriodService};
use tonic::{Request, Response, Status};

use super::{
    PageAsked, Services,
    convert::{self, booking_id, text},
    page, partakers,
    status::Refused,
};
use crate::{
    exchange::{ClosePeriod, Command, Month, Period, PeriodId},
    journal::timestamp,
    ledger::Malformed,
    query::{self, Reading},
};

fn close(request: &v1::ClosePeriodRequest) -> Result<ClosePeriod, Malformed> {
    Ok(ClosePeriod {
        step: booking_id(&request.step_id, "step_id")?,
        id: PeriodId {
            centre: partakers::branch("centre", &request.centre)?,
            month: Month::parse("month", text(&request.month, "month")?)?,
        },
    })
}

fn reply(period: &Period) -> v1::Period {
    v1::Period {
        centre: period.id.centre.as_str().into(),
        month: period.id.month.to_string(),
        closed_by: period.closed_by.as_str().into(),
        closed_at: Some(timestamp(period.closed_at)),
        sequence: period.recorded.get(),
    }
}

#[tonic::async_trait]
impl PeriodService for Services {
    async fn close_period(
        &self,
        request: Request<v1::ClosePeriodRequest>,
    ) -> Result<Response<v1::ClosePeriodResponse>, Status> {
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
        let close = close(&request.into_inner()).map_err(Refused::from)?;
        let id = close.id.clone();
        let read = move |reading: &mut Reading<'_>| Ok(reply(&query::period(reading, &id)?));
        let command = Command::ClosePeriod(close);
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::ClosePeriodResponse {
            period: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn list_periods(
        &self,
        request: Request<v1::ListPeriodsRequest>,
    ) -> Result<Response<v1::ListPeriodsResponse>, Status> {
        let by = convert::reader(request.metadata()).map_err(Refused::from)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.PeriodService/ListPeriods";
        let asked = PageAsked::of(method, size, &given, &request)?;
        let after = asked.after(|cursor| Month::parse("page_token", cursor))?;
        let limit = asked.limit;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let periods = query::periods(reading, &centre, after, limit + 1)?;
            Ok((periods, reading.snapshot.last()?.get()))
        };
        let (periods, journal_position) = self.query.read(by, read).await?;
        let periods: Vec<v1::Period> = periods.iter().map(reply).collect();
        let (periods, next_page_token) =
            page(periods, limit, &asked.token, |last| last.month.clone());
        Ok(Response::new(v1::ListPeriodsResponse {
            periods,
            next_page_token,
            journal_position,
        }))
    }
}
