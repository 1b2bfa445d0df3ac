//! Moments, as the contract has them.

use prost_types::Timestamp;

use crate::ledger::{Malformed, Moment};

/// A moment as the contract has it.
pub fn timestamp(moment: Moment) -> Timestamp {
    Timestamp {
        seconds: moment.us().div_euclid(1_000_000),
        nanos: (moment.us().rem_euclid(1_000_000) * 1_000) as i32,
    }
}

/// Reads a moment; what is less than a microsecond is dropped.
///
/// # Errors
/// [`Malformed::Time`] outside the years 1900 to 9999.
pub fn moment(given: Timestamp, field: &'static str) -> Result<Moment, Malformed> {
    (0..1_000_000_000)
        .contains(&given.nanos)
        .then(|| given.seconds.checked_mul(1_000_000))
        .flatten()
        .and_then(|us| us.checked_add(i64::from(given.nanos / 1_000)))
        .and_then(Moment::from_us)
        .ok_or(Malformed::Time { field })
}
