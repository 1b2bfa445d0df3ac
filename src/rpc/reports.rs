//! `timebank.v1.ReportService`.

use timebank_proto::v1::{self, report_cell, report_service_server::ReportService};
use tonic::{Request, Response, Status};

use super::{
    Reader, Services,
    convert::{self, text},
    partakers,
    periods::period_id,
    status::Refused,
};
use crate::{
    access::Rejection,
    exchange::{Branch, Day, Month, Name, oversight::MAX_SAMPLE, token::Scope as Sight},
    journal,
    ledger::{Malformed, Sequence},
    query::{
        By, Certificate, CertificateQuery, Column, Grouping, Measure, MonthReport, ReadError,
        Reading, Report, Scope, Value, activity, anomalies, certificate, check_certificate,
        dormancy, evaluations, indicators, month_report, period_report, redeemability, sample,
        satisfaction, supply_demand,
    },
};

type Answer<T> = Result<Response<T>, Status>;

fn day(field: &'static str, given: &str) -> Result<Option<Day>, Malformed> {
    match given {
        "" => Ok(None),
        given => Day::parse(field, given).map(Some),
    }
}

/// A branch. None where all of the ledger is meant.
fn branch(field: &'static str, given: &str) -> Result<Option<Branch>, Malformed> {
    match given {
        "" => Ok(None),
        given => partakers::branch(field, given).map(Some),
    }
}

fn scope(given: &v1::ReportScope) -> Result<Scope, Refused> {
    let position = convert::position(given.at_position)?;
    let since = day("scope.since", &given.since)?;
    let until = day("scope.until", &given.until)?;
    if since.zip(until).is_some_and(|(since, until)| until < since) {
        return Err(reversed(&given.since, &given.until).into());
    }
    Ok(Scope {
        branch: branch("scope.branch", &given.branch)?,
        since,
        until,
        at: position,
    })
}

/// A scope of who reads: theirs, where none is asked for, and else one within it.
fn within(asked: Scope, reader: &Reader) -> Result<Scope, Refused> {
    let Sight::Branch(own) = &reader.scope else {
        return Ok(asked);
    };
    Ok(Scope {
        branch: Some(branch_within(asked.branch, own, reader)?),
        ..asked
    })
}

fn branch_within(asked: Option<Branch>, own: &Branch, reader: &Reader) -> Result<Branch, Refused> {
    match asked {
        None => Ok(own.clone()),
        Some(asked) if reader.scope.reaches(asked.as_str()) => Ok(asked),
        Some(asked) => Err(Refused::Rejected(
            Rejection::OutsideScope {
                what: asked.to_string(),
                scope: reader.scope.clone(),
            }
            .into(),
        )),
    }
}

fn by(given: v1::ReportBy) -> Option<By> {
    match given {
        v1::ReportBy::Unspecified => None,
        v1::ReportBy::Branch => Some(By::Branch),
        v1::ReportBy::Service => Some(By::Service),
        v1::ReportBy::Block => Some(By::Block),
        v1::ReportBy::Point => Some(By::Point),
        v1::ReportBy::Month => Some(By::Month),
    }
}

fn grouping(first: v1::ReportBy, then_by: v1::ReportBy) -> Result<Grouping, Refused> {
    let found = Grouping::new(by(first).unwrap_or_default(), by(then_by));
    found.ok_or(Refused::GroupedTwice)
}

fn measure(measure: Measure) -> v1::ReportMeasure {
    match measure {
        Measure::Text => v1::ReportMeasure::Text,
        Measure::Count => v1::ReportMeasure::Count,
        Measure::Minutes => v1::ReportMeasure::Minutes,
        Measure::Steps => v1::ReportMeasure::Steps,
        Measure::Percent => v1::ReportMeasure::Percent,
        Measure::Hundredths => v1::ReportMeasure::Hundredths,
        Measure::Figure => v1::ReportMeasure::Figure,
    }
}

fn column(column: &Column) -> v1::ReportColumn {
    v1::ReportColumn {
        name: column.name.into(),
        measure: measure(column.measure).into(),
    }
}

fn row(values: Vec<Value>) -> v1::ReportRow {
    let cells = values.into_iter().map(|value| v1::ReportCell {
        value: match value {
            Value::None => None,
            Value::Text(text) => Some(report_cell::Value::Text(text)),
            Value::Number(number) => Some(report_cell::Value::Number(number)),
        },
    });
    v1::ReportRow {
        cells: cells.collect(),
    }
}

fn reply(scope: v1::ReportScope, report: Report) -> v1::Report {
    v1::Report {
        scope: Some(read_at(scope, report.at)),
        columns: report.columns.iter().map(column).collect(),
        rows: report.rows.into_iter().map(row).collect(),
    }
}

fn read_at(scope: v1::ReportScope, at: Sequence) -> v1::ReportScope {
    v1::ReportScope {
        at_position: at.get(),
        ..scope
    }
}

fn month_to_proto(scope: v1::ReportScope, report: MonthReport) -> v1::MonthReport {
    let scope = read_at(scope, report.at);
    let part = |report| Some(reply(scope.clone(), report));
    v1::MonthReport {
        indicators: part(report.indicators),
        services: part(report.services),
        blocks: part(report.blocks),
        demand: part(report.demand),
        satisfaction: part(report.satisfaction),
        evaluations: part(report.evaluations),
        redeemability: part(report.redeemability),
        scope: Some(scope),
    }
}

/// A branch on the days of a month.
fn scope_of(branch: String, month: Month) -> v1::ReportScope {
    v1::ReportScope {
        branch,
        since: month.first_day().to_string(),
        until: month.last_day().to_string(),
        at_position: 0,
    }
}

impl Services {
    /// Has a report of a scope made.
    async fn report(
        &self,
        by: Reader,
        given: Option<v1::ReportScope>,
        make: impl FnOnce(&mut Reading<'_>, &Scope) -> Result<Report, ReadError> + Send + 'static,
    ) -> Result<Option<v1::Report>, Refused> {
        let given = given.unwrap_or_default();
        let scope = within(scope(&given)?, &by)?;
        let read = move |reading: &mut Reading<'_>| make(reading, &scope);
        let report = self.query.read(by, read).await?;
        Ok(Some(reply(given, report)))
    }
}

#[tonic::async_trait]
impl ReportService for Services {
    async fn get_activity(
        &self,
        request: Request<v1::GetActivityRequest>,
    ) -> Answer<v1::GetActivityResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let by = grouping(asked.by(), asked.then_by())?;
        let make = move |reading: &mut Reading<'_>, scope: &Scope| activity(reading, scope, by);
        let report = self.report(reader, asked.scope, make).await?;
        Ok(Response::new(v1::GetActivityResponse { report }))
    }

    async fn get_satisfaction(
        &self,
        request: Request<v1::GetSatisfactionRequest>,
    ) -> Answer<v1::GetSatisfactionResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let by = grouping(asked.by(), asked.then_by())?;
        let make = move |reading: &mut Reading<'_>, scope: &Scope| satisfaction(reading, scope, by);
        let report = self.report(reader, asked.scope, make).await?;
        Ok(Response::new(v1::GetSatisfactionResponse { report }))
    }

    async fn get_evaluations(
        &self,
        request: Request<v1::GetEvaluationsRequest>,
    ) -> Answer<v1::GetEvaluationsResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let by = grouping(asked.by(), asked.then_by())?;
        let make = move |reading: &mut Reading<'_>, scope: &Scope| evaluations(reading, scope, by);
        let report = self.report(reader, asked.scope, make).await?;
        Ok(Response::new(v1::GetEvaluationsResponse { report }))
    }

    async fn get_supply_demand(
        &self,
        request: Request<v1::GetSupplyDemandRequest>,
    ) -> Answer<v1::GetSupplyDemandResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let by = grouping(asked.by(), asked.then_by())?;
        let make =
            move |reading: &mut Reading<'_>, scope: &Scope| supply_demand(reading, scope, by);
        let report = self.report(reader, asked.scope, make).await?;
        Ok(Response::new(v1::GetSupplyDemandResponse { report }))
    }
    async fn get_dormancy(
        &self,
        request: Request<v1::GetDormancyRequest>,
    ) -> Answer<v1::GetDormancyResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let report = self.report(reader, asked.scope, dormancy).await?;
        Ok(Response::new(v1::GetDormancyResponse { report }))
    }

    async fn get_redeemability(
        &self,
        request: Request<v1::GetRedeemabilityRequest>,
    ) -> Answer<v1::GetRedeemabilityResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let report = self.report(reader, asked.scope, redeemability).await?;
        Ok(Response::new(v1::GetRedeemabilityResponse { report }))
    }

    async fn get_period_report(
        &self,
        request: Request<v1::GetPeriodReportRequest>,
    ) -> Answer<v1::GetPeriodReportResponse> {
        let by = convert::reader(&request)?;
        let asked = request.into_inner();
        let id = period_id(&asked.centre, &asked.month).map_err(Refused::from)?;
        let scope = scope_of(asked.centre, id.month);
        let read = move |reading: &mut Reading<'_>| period_report(reading, &id);
        let report = self.query.read(by, read).await?;
        let report = Some(reply(scope, report));
        Ok(Response::new(v1::GetPeriodReportResponse { report }))
    }

    async fn get_indicators(
        &self,
        request: Request<v1::GetIndicatorsRequest>,
    ) -> Answer<v1::GetIndicatorsResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let report = self.report(reader, asked.scope, indicators).await?;
        Ok(Response::new(v1::GetIndicatorsResponse { report }))
    }

    async fn get_month_report(
        &self,
        request: Request<v1::GetMonthReportRequest>,
    ) -> Answer<v1::GetMonthReportResponse> {
        let by = convert::reader(&request)?;
        let asked = request.into_inner();
        let below = branch("branch", &asked.branch).map_err(Refused::from)?;
        let below = match &by.scope {
            Sight::Branch(own) => Some(branch_within(below, own, &by)?),
            Sight::Ledger | Sight::Member(_) => below,
        };
        let month = text(&asked.month, "month").and_then(|month| Month::parse("month", month));
        let month = month.map_err(Refused::from)?;
        let at = convert::position(asked.at_position).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| month_report(reading, below, month, at);
        let report = self.query.read(by, read).await?;
        let report = Some(month_to_proto(scope_of(asked.branch, month), report));
        Ok(Response::new(v1::GetMonthReportResponse { report }))
    }

    async fn get_anomalies(
        &self,
        request: Request<v1::GetAnomaliesRequest>,
    ) -> Answer<v1::GetAnomaliesResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let report = self.report(reader, asked.scope, anomalies).await?;
        Ok(Response::new(v1::GetAnomaliesResponse { report }))
    }

    async fn get_sample(
        &self,
        request: Request<v1::GetSampleRequest>,
    ) -> Answer<v1::GetSampleResponse> {
        let reader = convert::reader(&request)?;
        let asked = request.into_inner();
        let seed = Name::parse("seed", &asked.seed).map_err(Refused::from)?;
        let size = usize::try_from(asked.size).unwrap_or(0);
        if !(1..=MAX_SAMPLE).contains(&size) {
            return Err(Refused::SampleSize {
                given: asked.size,
                max: MAX_SAMPLE,
            }
            .into());
        }
        let make = move |reading: &mut Reading<'_>, scope: &Scope| {
            sample(reading, scope, seed.as_str(), size)
        };
        let report = self.report(reader, asked.scope, make).await?;
        Ok(Response::new(v1::GetSampleResponse { report }))
    }

    async fn get_certificate(
        &self,
        request: Request<v1::GetCertificateRequest>,
    ) -> Result<Response<v1::GetCertificateResponse>, Status> {
        let by = convert::reader(&request)?;
        let asked = request.into_inner();
        let days = [asked.since.as_str(), asked.until.as_str()];
        let query = certified(
            &asked.member_id,
            days,
            convert::position(asked.at_position).map_err(Refused::from)?,
        )?;
        let of = query.clone();
        let read = move |reading: &mut Reading<'_>| certificate(reading, &query);
        let found = self.query.read(by, read).await?;
        let certificate = Some(certificate_to_proto(&of, found));
        Ok(Response::new(v1::GetCertificateResponse { certificate }))
    }

    async fn check_certificate(
        &self,
        request: Request<v1::CheckCertificateRequest>,
    ) -> Result<Response<v1::CheckCertificateResponse>, Status> {
        let by = convert::reader(&request)?;
        let asked = request.into_inner();
        let number = text(&asked.number, "number")
            .map_err(Refused::from)?
            .to_owned();
        let query = certified(&asked.member_id, [&asked.since, &asked.until], None)?;
        let of = query.clone();
        let read = move |reading: &mut Reading<'_>| check_certificate(reading, &query, &number);
        let found = self.query.read(by, read).await?;
        let (certificate, now) = match found {
            None => (None, None),
            Some(found) => (
                Some(certificate_to_proto(&of, found.certificate)),
                found.now.map(|now| certificate_to_proto(&of, now)),
            ),
        };
        Ok(Response::new(v1::CheckCertificateResponse {
            valid: certificate.is_some(),
            certificate,
            now,
        }))
    }
}

fn certified(
    member: &str,
    [since, until]: [&str; 2],
    at: Option<Sequence>,
) -> Result<CertificateQuery, Refused> {
    let member = partakers::member_id(member, "member_id")?;
    let first = Day::parse("since", text(since, "since")?)?;
    let last = Day::parse("until", text(until, "until")?)?;
    if last < first {
        return Err(reversed(since, until).into());
    }
    Ok(CertificateQuery {
        member,
        since: first,
        until: last,
        at,
    })
}

fn reversed(since: &str, until: &str) -> Malformed {
    Malformed::DaysReversed {
        from: since.into(),
        until: until.into(),
    }
}

fn certificate_to_proto(asked: &CertificateQuery, found: Certificate) -> v1::Certificate {
    let services = found.served.into_iter();
    let services = services.map(|(of, one)| v1::CertifiedService {
        service: of.service,
        is_entered: of.is_entered,
        services: one.services,
        served_minutes: one.served_minutes,
        first_on: one.first_on.to_string(),
        last_on: one.last_on.to_string(),
    });
    let trained = found.trained.into_iter();
    let trained = trained.map(|one| v1::CertifiedTraining {
        code: one.code.as_str().into(),
        on: one.on.to_string(),
        minutes: one.minutes.get(),
        assessment: journal::assessment_to_proto(one.assessment).into(),
    });
    v1::Certificate {
        number: found.number,
        member_id: asked.member.as_str().into(),
        since: asked.since.to_string(),
        until: asked.until.to_string(),
        at_position: found.at.get(),
        services: services.collect(),
        service_count: found.services,
        served_minutes: found.served_minutes,
        trainings: trained.collect(),
    }
}
