//! Accounts as they stand.

use super::{ReadError, Reading};
use crate::{
    ledger::{Account, AccountId, Balance, Rejection},
    store::{AccountRow, StoreError},
};

/// An account as it stands now: holds that are due set nothing aside, whether their
/// expiry is recorded yet or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountView {
    pub account: Account,
    pub posting_count: i64,
}

/// Reads an account.
///
/// # Errors
/// [`Rejection::AccountUnknown`], or where the store fails.
pub fn account(reading: &mut Reading<'_>, id: &AccountId) -> Result<AccountView, ReadError> {
    let row = row_of(reading, id)?;
    let account = as_of_now(reading, vec![row])?.pop();
    Ok(account.ok_or_else(|| unknown(id))?)
}

/// Reads accounts by id, from after one on.
///
/// # Errors
/// Where the store fails.
pub fn accounts(
    reading: &mut Reading<'_>,
    prefix: &str,
    after: Option<&AccountId>,
    limit: usize,
) -> Result<Vec<AccountView>, ReadError> {
    let rows = reading.snapshot.accounts(prefix, after, limit)?;
    Ok(as_of_now(reading, rows)?)
}

pub(super) fn row_of(reading: &mut Reading<'_>, id: &AccountId) -> Result<AccountRow, ReadError> {
    let found = reading.snapshot.account(id)?;
    Ok(found.ok_or_else(|| unknown(id))?)
}

fn unknown(id: &AccountId) -> Rejection {
    Rejection::AccountUnknown {
        account: id.clone(),
    }
}

fn as_of_now(
    reading: &mut Reading<'_>,
    rows: Vec<AccountRow>,
) -> Result<Vec<AccountView>, StoreError> {
    let holding = rows.iter().map(|row| &row.account);
    let holding: Vec<_> = holding
        .filter(|account| account.held != Balance::ZERO)
        .collect();
    let last = reading.snapshot.last()?;
    let held = match holding.is_empty() {
        true => Vec::new(),
        false => reading.snapshot.held(&holding, last, reading.now)?,
    };
    let mut held = held.into_iter();
    let views = rows.into_iter().map(|row| {
        let AccountRow {
            mut account,
            posting_count,
            ..
        } = row;
        if account.held != Balance::ZERO {
            let steps = held.next().and_then(Balance::new);
            account.held = steps.ok_or_else(|| {
                let id = &account.id;
                StoreError::Corrupt(format!("the holds of account {id} leave the range"))
            })?;
        }
        Ok(AccountView {
            account,
            posting_count,
        })
    });
    views.collect()
}
