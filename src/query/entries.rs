//! Entries as they stand.

use std::collections::HashMap;

use super::{ReadError, Reading};
use crate::{
    ledger::{AccountId, Booking, BookingId, PostedEntry, Rejection, Transfer, UnitId},
    store::StoreError,
};

/// An entry with the units of its legs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryView {
    pub posted: PostedEntry,
    pub units: Vec<UnitId>,
}

/// Reads an entry.
///
/// # Errors
/// [`Rejection::EntryUnknown`], or where the store fails.
pub fn entry(reading: &mut Reading<'_>, id: BookingId) -> Result<EntryView, ReadError> {
    let found = entries(reading, &[id])?.pop();
    Ok(found.ok_or(Rejection::EntryUnknown { id })?)
}

/// Reads entries, in the order of their ids as they are given. Ids that stand for
/// none are left out.
///
/// # Errors
/// Where the store fails.
pub fn entries(reading: &mut Reading<'_>, ids: &[BookingId]) -> Result<Vec<EntryView>, StoreError> {
    let bookings = reading.snapshot.bookings(ids)?;
    let posted = bookings.iter().flatten().filter_map(Booking::entry);
    let posted: Vec<_> = posted.cloned().collect();
    let legs = posted
        .iter()
        .flat_map(|posted| posted.entry.transfers.as_slice());
    let units = units_of(reading, legs.map(Transfer::debit))?;
    let views = posted.into_iter().map(|posted| {
        let legs = posted.entry.transfers.as_slice().iter();
        let units = legs.map(|leg| unit_of(&units, leg.debit()));
        Ok(EntryView {
            units: units.collect::<Result<_, _>>()?,
            posted,
        })
    });
    views.collect()
}

/// The units of accounts that are there.
pub(super) fn units_of<'a>(
    reading: &mut Reading<'_>,
    accounts: impl Iterator<Item = &'a AccountId>,
) -> Result<HashMap<AccountId, UnitId>, StoreError> {
    let mut ids: Vec<_> = accounts.cloned().collect();
    ids.sort_unstable();
    ids.dedup();
    let units = reading.snapshot.units_of(&ids)?;
    let known = ids.into_iter().zip(units);
    Ok(known.filter_map(|(id, unit)| Some((id, unit?))).collect())
}

pub(super) fn unit_of(
    units: &HashMap<AccountId, UnitId>,
    account: &AccountId,
) -> Result<UnitId, StoreError> {
    let unit = units.get(account).cloned();
    unit.ok_or_else(|| StoreError::Corrupt(format!("account {account} is missing")))
}
