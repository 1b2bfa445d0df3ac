use crate::store::{Progress, StoreError, Verified};
use rusqlite::Connection;
pub(super) fn verify(_c: &Connection, _p: &mut Progress<'_>) -> Result<Verified, StoreError> {
    Ok(Verified::Stopped)
}
