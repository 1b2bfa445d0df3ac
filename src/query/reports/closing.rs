//! What a closed period came to, by kinds of accounts.

use std::collections::BTreeMap;

use super::{
    AT_ONCE,
    report::{Column, Measure, Report, Value},
};
use crate::{
    exchange::PeriodId,
    query::{ReadError, Reading, closings, period},
};

#[derive(Debug, Default)]
struct Tally {
    accounts: i64,
    opening: i64,
    closing: i64,
}

/// What the accounts of a closed period had when it began and ended, by what they are for and what
/// they count. It stays so.
///
/// # Errors
/// [`PeriodOpen`](crate::exchange::PeriodRejection::PeriodOpen), where the caller has left, or the
/// store fails.
pub fn period_report(reading: &mut Reading<'_>, id: &PeriodId) -> Result<Report, ReadError> {
    let mut kinds = BTreeMap::<(String, String), Tally>::new();
    let mut after = None;
    loop {
        let page = closings(reading, id, after.as_ref(), AT_ONCE)?;
        for view in &page {
            let account = &view.account;
            let of = (account.kind.to_string(), account.unit.to_string());
            let tally = kinds.entry(of).or_default();
            tally.accounts += 1;
            tally.opening = tally.opening.saturating_add(view.opening);
            tally.closing = tally.closing.saturating_add(view.closing);
        }
        let last = page.last().filter(|_| page.len() == AT_ONCE);
        match last {
            Some(last) => after = Some(last.account.id.clone()),
            None => break,
        }
    }
    let rows = kinds.into_iter().map(|((kind, unit), tally)| {
        vec![
            Value::text(kind),
            Value::text(unit),
            Value::Number(tally.accounts),
            Value::Number(tally.opening),
            Value::Number(tally.closing.saturating_sub(tally.opening)),
            Value::Number(tally.closing),
        ]
    });
    Ok(Report {
        columns: vec![
            Column::text("kind"),
            Column::text("unit_id"),
            Column::count("accounts"),
            Column::new("opening", Measure::Steps),
            Column::new("change", Measure::Steps),
            Column::new("closing", Measure::Steps),
        ],
        rows: rows.collect(),
        at: period(reading, id)?.recorded,
    })
}
