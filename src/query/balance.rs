//! Balances, now and as of a moment.

use super::{
    Axis, ReadError, Scan,
    effective::{Place, balances_before},
    history::{History, last_recorded},
};
use crate::{
    ledger::{Account, AccountId, Balance, Moment, Rejection, Sequence, UnitId},
    store::{AccountRow, Snapshot, StoreError},
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

pub(super) fn known(snapshot: &mut dyn Snapshot, id: &AccountId) -> Result<AccountRow, ReadError> {
    Ok(snapshot
        .account(id)?
        .ok_or_else(|| Rejection::AccountUnknown {
            account: id.clone(),
        })?)
}

/// An account as it stands now: holds that are due count no longer, whether
/// their expiry is recorded yet or not.
///
/// # Errors
/// Where the store fails.
pub fn account_view(
    snapshot: &mut dyn Snapshot,
    account: Account,
    now: Moment,
) -> Result<Account, StoreError> {
    if account.held == Balance::ZERO {
        return Ok(account);
    }
    let last = snapshot.last()?;
    let held = snapshot.held(&account, last, now)?;
    let held = Balance::new(held).ok_or_else(|| {
        StoreError::Corrupt(format!(
            "the holds of account {} leave the range",
            account.id
        ))
    })?;
    Ok(Account { held, ..account })
}

/// An account's balance, now or as of a moment.
///
/// # Errors
/// [`Rejection::AccountUnknown`]; as of an effective time
/// [`ReadError::ScanTooLong`]; or where the store fails.
pub fn balance(
    snapshot: &mut dyn Snapshot,
    id: &AccountId,
    as_of: Option<AsOf>,
    now: Moment,
    scan: &mut Scan,
) -> Result<BalanceView, ReadError> {
    let row = known(snapshot, id)?;
    let position = snapshot.last()?;
    let unit = row.account.unit.clone();
    Ok(match as_of {
        None => {
            let account = account_view(snapshot, row.account, now)?;
            BalanceView {
                unit,
                balance: account.balance.steps(),
                held: Some(account.held.steps()),
                available: account.available(),
                position,
            }
        }
        Some(AsOf { moment, axis }) => {
            let (balance, held) = match axis {
                Axis::Recorded => recorded(snapshot, &row, moment, scan)?,
                Axis::Effective => {
                    // What took place at the very moment counts.
                    let end = Place::before_all_of(moment.next());
                    let mut history = History::new(snapshot, &row, scan);
                    let [balance] = balances_before(&mut history, [end])?;
                    (balance, None)
                }
            };
            BalanceView {
                unit,
                balance,
                held,
                available: None,
                position,
            }
        }
    })
}

fn recorded(
    snapshot: &mut dyn Snapshot,
    row: &AccountRow,
    moment: Moment,
    scan: &mut Scan,
) -> Result<(i64, Option<i64>), ReadError> {
    let sequence = last_recorded(snapshot, moment)?;
    let step = History::new(snapshot, row, scan).as_of_record(sequence)?;
    let held = snapshot.held(&row.account, sequence, moment)?;
    Ok((step.map_or(0, |step| step.row.balance), Some(held)))
}
