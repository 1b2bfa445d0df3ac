//! Reversals that somebody had let past limits.

use super::Within;
use crate::{
    ledger::Sequence,
    query::{ReadError, Reading},
    steps::Record,
};

/// How many records are read at once: one may have ten thousand legs.
const RECORDS_AT_ONCE: usize = 100;

/// How many there are of a scope, by the days on which they were recorded.
pub(super) fn forced(reading: &mut Reading<'_>, within: &Within) -> Result<i64, ReadError> {
    let (from, end) = within.minutes();
    let (mut after, mut count) = ((from, Sequence::ZERO), 0);
    loop {
        reading.scan.check_caller()?;
        let found = reading.snapshot.forced(after, end, RECORDS_AT_ONCE)?;
        for (minute, record) in &found {
            let sequence = record.stamp.sequence;
            after = (*minute, sequence);
            count += i64::from(sequence <= within.at && is_within(within, record));
        }
        if found.len() < RECORDS_AT_ONCE {
            return Ok(count);
        }
    }
}

/// Whether the account that it took from first is of the scope.
fn is_within(within: &Within, record: &Record) -> bool {
    let mut legs = record
        .entries()
        .flat_map(|entry| entry.transfers.as_slice());
    let first = legs.next();
    first.is_some_and(|leg| within.has_account(leg.debit().as_str()))
}
