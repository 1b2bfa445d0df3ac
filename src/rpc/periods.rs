//! `timebank.v1.PeriodService`.

use timebank_proto::v1::{self, period_service_server::PeriodService};
use tonic::{Request, Response, Status};

use super::{
    Services,
    convert::{self, booking_id, text},
    page, partakers,
    status::Refused,
};
use crate::{
    exchange::{
        ClosePeriod, Command, Month, Period, PeriodCommand, PeriodId, SignOff, SignOffPeriod,
    },
    journal::timestamp,
    ledger::{Malformed, Sequence},
    query::{self, ClosingView, Reading},
};

pub(super) fn period_id(centre: &str, month: &str) -> Result<PeriodId, Malformed> {
    Ok(PeriodId {
        centre: partakers::branch("centre", centre)?,
        month: Month::parse("month", text(month, "month")?)?,
    })
}

fn close(request: &v1::ClosePeriodRequest) -> Result<ClosePeriod, Malformed> {
    Ok(ClosePeriod {
        step: booking_id(&request.step_id, "step_id")?,
        id: period_id(&request.centre, &request.month)?,
    })
}

fn sign_off(request: &v1::SignOffPeriodRequest) -> Result<SignOffPeriod, Malformed> {
    let given = request.at_position;
    Ok(SignOffPeriod {
        step: booking_id(&request.step_id, "step_id")?,
        id: period_id(&request.centre, &request.month)?,
        position: Sequence::new(given).ok_or(Malformed::SequenceRange { given })?,
    })
}

fn reply(period: &Period) -> v1::Period {
    v1::Period {
        centre: period.id.centre.as_str().into(),
        month: period.id.month.to_string(),
        closed_by: period.closed_by.as_str().into(),
        closed_at: Some(timestamp(period.closed_at)),
        sequence: period.recorded.get(),
        account_count: period.seal.as_ref().map(|seal| seal.accounts),
        root: period
            .seal
            .as_ref()
            .map_or_else(Vec::new, |seal| seal.root.as_bytes().to_vec()),
        signed_off: period.signed_off.iter().map(signed).collect(),
    }
}

fn signed(sign: &SignOff) -> v1::SignOff {
    v1::SignOff {
        staff_number: sign.by.as_str().into(),
        at: Some(timestamp(sign.at)),
        at_position: sign.position.get(),
    }
}

fn closing(view: &ClosingView) -> v1::ClosingBalance {
    v1::ClosingBalance {
        account_id: view.account.id.as_str().into(),
        kind: view.account.kind.number(),
        unit_id: view.account.unit.as_str().into(),
        opening_balance: view.opening,
        closing_balance: view.closing,
    }
}

#[tonic::async_trait]
impl PeriodService for Services {
    async fn close_period(
        &self,
        request: Request<v1::ClosePeriodRequest>,
    ) -> Result<Response<v1::ClosePeriodResponse>, Status> {
        let caller = convert::caller(&request)?;
        let close = close(&request.into_inner()).map_err(Refused::from)?;
        let id = close.id.clone();
        let read = move |reading: &mut Reading<'_>| Ok(reply(&query::period(reading, &id)?));
        let command = Command::Period(PeriodCommand::Close(close));
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
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.PeriodService/ListPeriods";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
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

    async fn get_period(
        &self,
        request: Request<v1::GetPeriodRequest>,
    ) -> Result<Response<v1::GetPeriodResponse>, Status> {
        let by = convert::reader(&request)?;
        let request = request.into_inner();
        let id = period_id(&request.centre, &request.month).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let period = query::period(reading, &id)?;
            Ok((reply(&period), reading.snapshot.last()?.get()))
        };
        let (period, journal_position) = self.query.look_up(by, read).await?;
        Ok(Response::new(v1::GetPeriodResponse {
            period: Some(period),
            journal_position,
        }))
    }

    async fn sign_off_period(
        &self,
        request: Request<v1::SignOffPeriodRequest>,
    ) -> Result<Response<v1::SignOffPeriodResponse>, Status> {
        let caller = convert::caller(&request)?;
        let sign = sign_off(&request.into_inner()).map_err(Refused::from)?;
        let id = sign.id.clone();
        let read = move |reading: &mut Reading<'_>| Ok(reply(&query::period(reading, &id)?));
        let command = Command::Period(PeriodCommand::SignOff(sign));
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::SignOffPeriodResponse {
            period: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn list_closing_balances(
        &self,
        request: Request<v1::ListClosingBalancesRequest>,
    ) -> Result<Response<v1::ListClosingBalancesResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.PeriodService/ListClosingBalances";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| convert::account_id(cursor, "page_token"))?;
        let limit = asked.limit;
        let id = period_id(&request.centre, &request.month).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let closings = query::closings(reading, &id, after.as_ref(), limit + 1)?;
            Ok((closings, reading.snapshot.last()?.get()))
        };
        let (closings, journal_position) = self.query.read(by, read).await?;
        let balances: Vec<v1::ClosingBalance> = closings.iter().map(closing).collect();
        let (balances, next_page_token) = page(balances, limit, &asked.token, |last| {
            last.account_id.clone()
        });
        Ok(Response::new(v1::ListClosingBalancesResponse {
            balances,
            next_page_token,
            journal_position,
        }))
    }
}
