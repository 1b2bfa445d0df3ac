//! Which ledger this is, and how far its journal goes.

use super::ReadError;
use crate::{
    ledger::{Foundation, Rejection, Stamp},
    store::Snapshot,
};

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
pub fn ledger(snapshot: &mut dyn Snapshot) -> Result<LedgerView, ReadError> {
    let founded = snapshot.founded()?.ok_or(Rejection::LedgerNotFounded)?;
    let last = snapshot.last()?;
    Ok(LedgerView {
        foundation: founded.foundation,
        last: snapshot.record(last)?.stamp,
    })
}
