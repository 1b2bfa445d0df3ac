//! Which ledger this is, and how far its journal goes.

use super::{ReadError, Reading};
use crate::ledger::{Foundation, Rejection, Stamp};

/// A ledger at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerView {
    pub foundation: Foundation,
    /// The last record's stamp.
    pub last: Stamp,
}

/// Reads which ledger this is.
///
/// # Errors
/// [`Rejection::LedgerNotFounded`], or where the store fails.
pub fn ledger(Reading { snapshot, .. }: &mut Reading<'_>) -> Result<LedgerView, ReadError> {
    let founded = snapshot.founded()?.ok_or(Rejection::LedgerNotFounded)?;
    let last = snapshot.last()?;
    Ok(LedgerView {
        foundation: founded.foundation,
        last: snapshot.record(last)?.stamp,
    })
}
