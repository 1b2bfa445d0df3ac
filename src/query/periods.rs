//! Closed periods.

use super::{
    ReadError, Reading, centre,
    effective::{Place, balances_before},
    exchange::misplaced,
    history::History,
    policies::zone,
};
use crate::{
    exchange::{
        Branch, Day, List, Month, Object, ObjectId, Period, PeriodId, PeriodRejection, Rejection,
        Seal,
    },
    ledger::{Account, AccountId, Sequence, TimeZone},
    store::{AccountRow, ClosingTree},
};

/// How many accounts are read at once.
const AT_ONCE: usize = 1_000;

/// What an account had when a period began, and when it ended, in steps of its unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClosingView {
    pub account: Account,
    pub opening: i64,
    pub closing: i64,
}

/// A period that is closed.
///
/// # Errors
/// Where it is not, or the store fails.
pub fn period(reading: &mut Reading<'_>, id: &PeriodId) -> Result<Period, ReadError> {
    let object = ObjectId::Period(Box::new(id.clone()));
    match reading.snapshot.object(&object)? {
        Some(Object::Period(period)) => Ok(period),
        _ => {
            centre(reading, &id.centre)?;
            let PeriodId { centre, month } = id.clone();
            Err(Rejection::from(PeriodRejection::PeriodOpen { centre, month }).into())
        }
    }
}

/// The closed periods that are not sealed yet.
///
/// # Errors
/// Where the store fails.
pub fn unsealed(reading: &mut Reading<'_>, limit: usize) -> Result<Vec<Period>, ReadError> {
    let found = reading
        .snapshot
        .listed(&List::PeriodsUnsealed, None, limit)?;
    all_periods(found)
}

/// What the accounts of a closed period had, by id, from after one on. That stays so.
///
/// # Errors
/// [`PeriodRejection::PeriodOpen`], or where the store fails.
pub fn closings(
    reading: &mut Reading<'_>,
    id: &PeriodId,
    after: Option<&AccountId>,
    limit: usize,
) -> Result<Vec<ClosingView>, ReadError> {
    let period = period(reading, id)?;
    reading.scan.lift();
    let (below, zone) = (format!("{}:", id.centre), zone(reading)?);
    let (mut found, mut after) = (Vec::new(), after.cloned());
    loop {
        reading.scan.check_caller()?;
        let rows = reading.snapshot.accounts(&below, after.as_ref(), limit)?;
        let is_last = rows.len() < limit;
        after = rows.last().map(|row| row.account.id.clone());
        for row in rows.into_iter().filter(|row| is_of(row, period.recorded)) {
            found.push(closing(reading, row, (id.month, zone))?);
            if found.len() == limit {
                return Ok(found);
            }
        }
        if is_last {
            return Ok(found);
        }
    }
}

/// Whether an account was opened before a period was closed.
fn is_of(row: &AccountRow, closed: Sequence) -> bool {
    row.account.opened.sequence < closed
}

fn closing(
    reading: &mut Reading<'_>,
    row: AccountRow,
    (month, zone): (Month, TimeZone),
) -> Result<ClosingView, ReadError> {
    let before = |day: Option<Day>| {
        let begins_at = day.and_then(|day| day.begins_at(zone));
        begins_at.map_or(Place::END, Place::before_all_of)
    };
    let places = [
        before(Some(month.first_day())),
        before(month.last_day().next()),
    ];
    let [opening, closing] = balances_before(&mut History::new(reading, &row), places)?;
    Ok(ClosingView {
        account: row.account,
        opening,
        closing,
    })
}

/// What a closed period came to.
///
/// # Errors
/// As of [`closings`].
pub fn seal_of(reading: &mut Reading<'_>, id: &PeriodId) -> Result<Seal, ReadError> {
    let mut tree = ClosingTree::default();
    let mut after = None;
    loop {
        let page = closings(reading, id, after.as_ref(), AT_ONCE)?;
        for view in &page {
            tree.push(&view.account.id, &view.account.unit, view.closing);
        }
        let is_last = page.len() < AT_ONCE;
        match page.last() {
            Some(last) if !is_last => after = Some(last.account.id.clone()),
            _ => return Ok(tree.seal()),
        }
    }
}

/// The closed periods of a centre in their order, from after one on.
///
/// # Errors
/// [`CentreUnknown`](crate::exchange::Rejection::CentreUnknown), or where the store fails.
pub fn periods(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    after: Option<Month>,
    limit: usize,
) -> Result<Vec<Period>, ReadError> {
    centre(reading, prefix)?;
    let list = List::PeriodsOf(prefix.clone());
    let after = after.map(|month| {
        let centre = prefix.clone();
        ObjectId::Period(Box::new(PeriodId { centre, month }))
    });
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    all_periods(found)
}

fn all_periods(found: Vec<Object>) -> Result<Vec<Period>, ReadError> {
    let periods = found.into_iter().map(|object| match object {
        Object::Period(period) => Ok(period),
        other => Err(misplaced(&other)),
    });
    Ok(periods.collect::<Result<_, _>>()?)
}
