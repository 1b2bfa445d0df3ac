//! Accounts as they stand.

use super::{ReadError, Reading, history::History};
use crate::{
    ledger::{Account, AccountId, Balance, Rejection, Sequence},
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

/// An account as it stood after a record, with the end of its postings then.
pub(super) fn row_at(
    reading: &mut Reading<'_>,
    id: &AccountId,
    at: Sequence,
) -> Result<AccountRow, ReadError> {
    let row = row_of(reading, id)?;
    match row.account.opened.sequence <= at {
        true => Ok(as_of(reading, row, at)?.0),
        false => Err(unknown(id).into()),
    }
}

/// The end of an account's postings as it was after a record, and what stood on it then, in steps.
pub(super) fn as_of(
    reading: &mut Reading<'_>,
    mut row: AccountRow,
    at: Sequence,
) -> Result<(AccountRow, i64), ReadError> {
    if row.last_posting.is_none_or(|last| last.sequence() <= at) {
        let balance = row.account.balance.steps();
        return Ok((row, balance));
    }
    let reached = History::new(reading, &row).as_of_record(at)?;
    row.posting_count = reached.map_or(0, |reached| reached.ordinal);
    row.last_posting = reached.map(|reached| reached.position);
    Ok((row, reached.map_or(0, |reached| reached.row.balance)))
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
