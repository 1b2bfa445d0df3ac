//! The month's report: what the monthly meeting needs, all as of one position.

use super::{
    By, Report, Scope, activity, evaluations, indicators, position, redeemability, satisfaction,
    supply_demand,
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
    let at = position(reading, at)?;
    let scope = Scope {
        branch,
        since: Some(month.first_day()),
        until: Some(month.last_day()),
        at: Some(at),
    };
    let by_service = By::Service.into();
    Ok(MonthReport {
        indicators: indicators(reading, &scope)?,
        services: activity(reading, &scope, by_service)?,
        blocks: activity(reading, &scope, By::Block.into())?,
        demand: supply_demand(reading, &scope, by_service)?,
        satisfaction: satisfaction(reading, &scope, by_service)?,
        evaluations: evaluations(reading, &scope, by_service)?,
        redeemability: redeemability(reading, &scope)?,
        at,
    })
}
