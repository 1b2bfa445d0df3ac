//! Points in time.

use std::fmt;

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize, Serializer};

/// A point in time, to the microsecond, of the years 1900 to 9999 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Moment(i64);

/// How far the clock may be behind the last record.
const MAX_BEHIND_S: i64 = 300;

impl Moment {
    /// The microseconds of a minute.
    pub const MINUTE_US: i64 = 60_000_000;
    /// 1900-01-01T00:00:00Z.
    pub const MIN: Self = Self(-2_208_988_800_000_000);
    /// 2020-01-01T00:00:00Z, before the first ledger of this kind.
    pub const FIRST_LEDGER: Self = Self(1_577_836_800_000_000);
    /// The last microsecond of the year 9999.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// So many microseconds after 1970-01-01T00:00:00Z. None outside the range.
    pub fn from_us(us: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0)
            .contains(&us)
            .then_some(Self(us))
    }

    /// Microseconds after 1970-01-01T00:00:00Z.
    pub fn us(self) -> i64 {
        self.0
    }

    /// The minute it is in, from 0 at 1970-01-01T00:00:00Z.
    pub fn minute(self) -> i64 {
        self.0.div_euclid(Self::MINUTE_US)
    }

    /// The whole minutes from this one to another; 0 where that is not later.
    pub fn minutes_until(self, later: Self) -> i64 {
        (later.0 - self.0).max(0) / Self::MINUTE_US
    }

    /// The minutes from this one to another, of which those begun are counted whole; 0 where
    /// that is not later.
    pub fn minutes_begun_until(self, later: Self) -> i64 {
        let us = (later.0 - self.0).max(0);
        us / Self::MINUTE_US + i64::from(us % Self::MINUTE_US > 0)
    }

    /// So many seconds later, at most [`Moment::MAX`].
    pub fn after_s(self, seconds: i64) -> Self {
        let us = self.0.saturating_add(seconds.saturating_mul(1_000_000));
        Self(us.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Whether this, a time of the clock, is so far behind another that the clock
    /// cannot be right: more than 5 minutes.
    pub fn is_far_behind(self, recorded_at: Self) -> bool {
        self.after_s(MAX_BEHIND_S) < recorded_at
    }

    /// The microsecond before, at least [`Moment::MIN`].
    pub fn before(self) -> Self {
        Self((self.0 - 1).max(Self::MIN.0))
    }

    /// The next microsecond, at most [`Moment::MAX`].
    pub fn next(self) -> Self {
        Self((self.0 + 1).min(Self::MAX.0))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(given: String) -> Result<Self, Self::Error> {
        let time = DateTime::parse_from_rfc3339(&given).ok();
        let moment = time.and_then(|time| Self::from_us(time.timestamp_micros()));
        moment.ok_or("it is no time of the years 1900 to 9999")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp_micros(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            None => write!(f, "{} us", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_is_far_behind() {
        let recorded_at = Moment(1_000_000_000);
        for (clock, is_far) in [
            (recorded_at.0 - 300_000_000, false),
            (recorded_at.0 - 300_000_001, true),
            (recorded_at.0 + 1, false),
        ] {
            assert_eq!(Moment(clock).is_far_behind(recorded_at), is_far, "{clock}");
        }
    }

    #[test]
    fn minutes_are_whole_and_never_below_none() {
        let at = |us| Moment(us);
        for (from, to, minutes) in [
            (0, 59_999_999, 0),
            (0, 60_000_000, 1),
            (60_000_000, 0, 0),
            (-60_000_000, 60_000_000, 2),
        ] {
            assert_eq!(at(from).minutes_until(at(to)), minutes, "{from} {to}");
        }
    }

    #[test]
    fn a_moment_is_written_in_one_way() {
        let moment = Moment(1_700_000_000_123_456);
        assert_eq!(Moment::try_from(moment.to_string()), Ok(moment));
        assert!(Moment::try_from("yesterday".to_owned()).is_err());
    }
}
