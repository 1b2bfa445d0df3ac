//! Accounts of a scope as they stood at its position.

use super::{AT_ONCE, Within};
use crate::{
    ledger::{Account, AccountId, Sequence},
    query::{ReadError, Reading, accounts::as_of},
    store::AccountRow,
};

/// An account as it stood: with the end of its chain of postings then.
pub(super) struct AccountAt {
    pub(super) row: AccountRow,
    /// In steps of its unit.
    pub(super) balance: i64,
    pub(super) is_closed: bool,
}

impl AccountAt {
    pub(super) fn account(&self) -> &Account {
        &self.row.account
    }
}

/// All accounts of a scope that were there at its position, by id.
pub(super) fn accounts(
    reading: &mut Reading<'_>,
    within: &Within,
    see: &mut impl FnMut(&mut Reading<'_>, AccountAt) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let branch = within.scope.branch.as_ref();
    let prefix = branch.map_or_else(String::new, |branch| format!("{branch}:"));
    let mut after: Option<AccountId> = None;
    loop {
        reading.scan.check_caller()?;
        let rows = reading
            .snapshot
            .accounts(&prefix, after.as_ref(), AT_ONCE)?;
        let is_last = rows.len() < AT_ONCE;
        for row in rows {
            after = Some(row.account.id.clone());
            if row.account.opened.sequence <= within.at {
                let account = account_at(reading, row, within.at)?;
                see(reading, account)?;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

fn account_at(
    reading: &mut Reading<'_>,
    row: AccountRow,
    at: Sequence,
) -> Result<AccountAt, ReadError> {
    let closed = row.account.closed.as_ref();
    let is_closed = closed.is_some_and(|closed| closed.sequence <= at);
    let (row, balance) = as_of(reading, row, at)?;
    Ok(AccountAt {
        row,
        balance,
        is_closed,
    })
}
