//! Balances, now and as of a moment.

use super::{
    Axis, ReadError, Reading,
    accounts::{self, AccountView, row_of},
    effective::{Place, balances_before},
    history::{History, last_recorded},
};
use crate::{
    ledger::{AccountId, Moment, Sequence, UnitId},
    store::AccountRow,
};

/// A moment to look back to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AsOf {
    pub moment: Moment,
    pub axis: Axis,
}

/// What stands, or stood, on an account, in steps of its unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BalanceView {
    pub unit: UnitId,
    pub balance: i64,
    /// None as of an effective time.
    pub held: Option<i64>,
    /// None where there is no floor, and as of a moment.
    pub available: Option<i64>,
    pub position: Sequence,
}

/// An account's balance, now or as of a moment.
///
/// # Errors
/// [`Rejection::AccountUnknown`](crate::ledger::Rejection::AccountUnknown); as of an effective time
/// [`ReadError::ScanTooLong`]; or where the store fails.
pub fn balance(
    reading: &mut Reading<'_>,
    id: &AccountId,
    as_of: Option<AsOf>,
) -> Result<BalanceView, ReadError> {
    let position = reading.snapshot.last()?;
    let Some(AsOf { moment, axis }) = as_of else {
        let AccountView { account, .. } = accounts::account(reading, id)?;
        return Ok(BalanceView {
            balance: account.balance.steps(),
            held: Some(account.held.steps()),
            available: account.available(),
            unit: account.unit,
            position,
        });
    };
    let row = row_of(reading, id)?;
    let (balance, held) = match axis {
        Axis::Recorded => recorded(reading, &row, moment)?,
        Axis::Effective => {
            // What took place at the very moment counts.
            let end = Place::before_all_of(moment.next());
            let [balance] = balances_before(&mut History::new(reading, &row), [end])?;
            (balance, None)
        }
    };
    Ok(BalanceView {
        unit: row.account.unit,
        balance,
        held,
        available: None,
        position,
    })
}

fn recorded(
    reading: &mut Reading<'_>,
    row: &AccountRow,
    moment: Moment,
) -> Result<(i64, Option<i64>), ReadError> {
    let sequence = last_recorded(reading.snapshot, moment)?;
    let step = History::new(reading, row).as_of_record(sequence)?;
    let held = reading.snapshot.held(&[&row.account], sequence, moment)?;
    Ok((
        step.map_or(0, |step| step.row.balance),
        held.first().copied(),
    ))
}
