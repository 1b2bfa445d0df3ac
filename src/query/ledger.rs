//! Which ledger this is, and how far its journal goes.

use super::{ReadError, Reading};
use crate::ledger::{Foundation, Rejection, Stamp};

/// A ledger at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerView {
    pub foundation: Foundation,
    /// The last record's stamp.
    pub last: Stamp,
    /// The Merkle root of all records.
    pub root: [u8; 32],
    /// That of the first records, so many as somebody saw. None where there are fewer.
    pub seen_root: Option<[u8; 32]>,
}

/// Reads which ledger this is, for somebody who saw so many records of it.
///
/// # Errors
/// [`Rejection::LedgerNotFounded`], or where the store fails.
pub fn ledger(
    Reading { snapshot, .. }: &mut Reading<'_>,
    seen_count: i64,
) -> Result<LedgerView, ReadError> {
    let founded = snapshot.founded()?.ok_or(Rejection::LedgerNotFounded)?;
    let last = snapshot.last()?;
    Ok(LedgerView {
        foundation: founded.foundation,
        last: snapshot.record(last)?.stamp,
        root: snapshot.root(last.get())?.unwrap_or_default(),
        seen_root: snapshot.root(seen_count)?,
    })
}
