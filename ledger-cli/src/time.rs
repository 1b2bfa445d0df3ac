//! Times as people write them. A date without an hour, and an hour without an
//! offset, are taken as UTC: the same words mean the same moment everywhere.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use prost_types::Timestamp;

/// Why a text is no time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum TimeError {
    #[error(
        "not a time; write 2026-10-01, 2026-10-01 14:30 (both UTC) or 2026-10-01T14:30:00+08:00"
    )]
    Unreadable,
    #[error("not a duration; write 14d, 48h, 30m or 90s")]
    Duration,
    #[error("too long")]
    TooLong,
}

/// A point in time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Time(pub(crate) DateTime<Utc>);

const WITH_OFFSET: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M %z"];
const IN_UTC: [&str; 4] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
];

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self(time.to_utc()));
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self(date.and_time(NaiveTime::MIN).and_utc()));
        }
        for format in WITH_OFFSET {
            if let Ok(time) = DateTime::parse_from_str(text, format) {
                return Ok(Self(time.to_utc()));
            }
        }
        let text = text.strip_suffix(" UTC").unwrap_or(text);
        IN_UTC
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|time| Self(time.and_utc()))
            .ok_or(TimeError::Unreadable)
    }
}

impl Time {
    /// As the contract carries it.
    pub(crate) fn to_proto(self) -> Timestamp {
        Timestamp {
            seconds: self.0.timestamp(),
            nanos: i32::try_from(self.0.timestamp_subsec_nanos()).unwrap_or(0),
        }
    }

    /// From the contract. None where it is out of any calendar's range.
    pub(crate) fn from_proto(time: Timestamp) -> Option<Self> {
        let nanos = u32::try_from(time.nanos).ok()?;
        DateTime::from_timestamp(time.seconds, nanos).map(Self)
    }

    /// From the journal.
    pub(crate) fn from_us(us: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(us).map(Self)
    }

    /// RFC 3339 in UTC.
    pub(crate) fn rfc3339(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// For tables, in UTC.
    pub(crate) fn readable(self) -> String {
        self.0.format("%Y-%m-%d %H:%M").to_string()
    }

    /// The day in UTC.
    pub(crate) fn date(self) -> NaiveDate {
        self.0.date_naive()
    }
}

/// A duration in whole seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seconds(pub(crate) i64);

impl FromStr for Seconds {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (digits, seconds_each) = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
            .into_iter()
            .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))
            .ok_or(TimeError::Duration)?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TimeError::Duration);
        }
        digits
            .parse::<i64>()
            .ok()
            .and_then(|count| count.checked_mul(seconds_each))
            .map(Self)
            .ok_or(TimeError::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("2026-10-01", Some("2026-10-01T00:00:00Z")),
            ("2026-10-01 14:30", Some("2026-10-01T14:30:00Z")),
            ("2026-10-01T14:30", Some("2026-10-01T14:30:00Z")),
            ("2026-10-01 14:30:05", Some("2026-10-01T14:30:05Z")),
            ("2026-10-01 14:30:05 UTC", Some("2026-10-01T14:30:05Z")),
            ("2026-10-01 14:30:05 +0200", Some("2026-10-01T12:30:05Z")),
            (
                "2026-10-01 14:30:05.25 +0200",
                Some("2026-10-01T12:30:05.250Z"),
            ),
            ("2026-10-01T14:30:00+08:00", Some("2026-10-01T06:30:00Z")),
            (
                "2026-10-01T14:30:00.000001Z",
                Some("2026-10-01T14:30:00.000001Z"),
            ),
            ("2026-02-30", None),
            ("01/10/2026", None),
            ("2026-10-01 25:00", None),
            ("now", None),
            ("", None),
        ] {
            let read = text.parse::<Time>().ok().map(Time::rfc3339);
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn to_the_contract_and_back() {
        for text in ["2026-10-01T14:30:00.000001Z", "1950-01-01T00:00:00.5Z"] {
            let time: Time = text.parse().unwrap();
            assert_eq!(Time::from_proto(time.to_proto()), Some(time));
        }
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("14d", Ok(1_209_600)),
            ("48h", Ok(172_800)),
            ("30m", Ok(1_800)),
            ("90s", Ok(90)),
            ("0s", Ok(0)),
            ("90", Err(TimeError::Duration)),
            ("h", Err(TimeError::Duration)),
            ("-1h", Err(TimeError::Duration)),
            ("1h30m", Err(TimeError::Duration)),
            ("9223372036854775807d", Err(TimeError::TooLong)),
        ] {
            assert_eq!(text.parse(), expected.map(Seconds), "{text:?}");
        }
    }
}
