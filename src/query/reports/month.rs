//! The month's report: what the monthly meeting needs, all as of one position. It is what the
//! reports of its parts have, but that each service, need, evaluation and account is read once for
//! all of them.

use super::{
    By, Report, Scope, Within,
    accounts::opened,
    activity::Activity,
    demand::{Demand, needs},
    evaluations::{Evaluations, filed},
    indicators::Indicators,
    people::People,
    redeemability::Redeemability,
    satisfaction::Satisfaction,
    visits::visits,
};
use crate::{
    exchange::{Branch, Month},
    ledger::Sequence,
    query::{ReadError, Reading},
};

/// A month, part by part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MonthReport {
    pub indicators: Report,
    /// What took place, by service.
    pub services: Report,
    /// What took place, by the recipient's block.
    pub blocks: Report,
    /// What was asked for, by service.
    pub demand: Report,
    /// What recipients said, by service.
    pub satisfaction: Report,
    /// What evaluators were told, by service.
    pub evaluations: Report,
    pub redeemability: Report,
    /// The position of which all parts are.
    pub at: Sequence,
}

/// The report of a month, of a branch or of all, as of a position or the last.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn month_report(
    reading: &mut Reading<'_>,
    branch: Option<Branch>,
    month: Month,
    at: Option<Sequence>,
) -> Result<MonthReport, ReadError> {
    let scope = Scope {
        branch,
        since: Some(month.first_day()),
        until: Some(month.last_day()),
        at,
    };
    let within = Within::of(reading, &scope)?;
    let (today, at) = (within.today(reading)?, within.at);
    let by_service = By::Service.into();
    let mut indicators = Indicators::default();
    let mut services = Activity::by(by_service);
    let mut blocks = Activity::by(By::Block.into());
    let mut satisfaction = Satisfaction::by(by_service);
    let mut redeemability = Redeemability::on(today, &within);
    visits(reading, &within, &mut People::default(), &mut |visit| {
        indicators.add_visit(visit);
        redeemability.add_visit(visit);
        services.add(visit)?;
        blocks.add(visit)?;
        satisfaction.add(visit)
    })?;
    let mut demand = Demand::by(by_service, today);
    needs(reading, &within, &mut |need| {
        indicators.add_need(need, today);
        demand.add(need)
    })?;
    let mut evaluations = Evaluations::by(by_service);
    filed(reading, &within, &mut |evaluation, last| {
        indicators.add_evaluation(last);
        evaluations.add(evaluation, last)
    })?;
    opened(reading, &within, &mut |reading, row| {
        indicators.add_account(reading, &within, &row)?;
        redeemability.add_account(reading, &within, row)
    })?;
    Ok(MonthReport {
        indicators: indicators.report(reading, &within)?,
        services: services.report(at),
        blocks: blocks.report(at),
        demand: demand.report(at),
        satisfaction: satisfaction.report(at),
        evaluations: evaluations.report(at),
        redeemability: redeemability.report(reading, &within)?,
        at,
    })
}
