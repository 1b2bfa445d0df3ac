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
}

impl AccountAt {
    /// An account as it stood after a record.
    pub(super) fn of(
        reading: &mut Reading<'_>,
        row: AccountRow,
        at: Sequence,
    ) -> Result<Self, ReadError> {
        let (row, balance) = as_of(reading, row, at)?;
        Ok(Self { row, balance })
    }

    pub(super) fn account(&self) -> &Account {
        &self.row.account
    }
}

/// All accounts of a scope that were there at its position, by id, as they stand now.
pub(super) fn opened(
    reading: &mut Reading<'_>,
    within: &Within,
    see: &mut impl FnMut(&mut Reading<'_>, AccountRow) -> Result<(), ReadError>,
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
        after = rows.last().map(|row| row.account.id.clone());
        for row in rows {
            if row.account.opened.sequence <= within.at {
                see(reading, row)?;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}
