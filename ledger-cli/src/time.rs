//! Times as people write them. A date without an hour, and an hour without an
//! offset, are taken in one given offset, UTC unless it is said otherwise: the
//! same words mean the same moment everywhere.

use std::str::FromStr;

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc,
};
use prost_types::Timestamp;

/// Why a text is no time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum TimeError {
    #[error(
        "not a time; write 2026-10-01, 2026-10-01 14:30 (both in --utc-offset) or \
         2026-10-01T14:30:00+08:00"
    )]
    Unreadable,
    #[error("not an offset from UTC; write +08:00")]
    Offset,
    #[error("not a duration; write 14d, 48h, 30m or 90s")]
    Duration,
    #[error("too long")]
    TooLong,
}

/// A point in time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Time(pub(crate) DateTime<Utc>);

/// A time as it was written, which may need an offset to be one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum When {
    Moment(Time),
    Local(NaiveDateTime),
    Day(NaiveDate),
}

const WITH_OFFSET: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M %z"];
const LOCAL: [&str; 4] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
];

impl FromStr for When {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Moment(Time(time.to_utc())));
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Day(date));
        }
        for format in WITH_OFFSET {
            if let Ok(time) = DateTime::parse_from_str(text, format) {
                return Ok(Self::Moment(Time(time.to_utc())));
            }
        }
        let (text, is_utc) = match text.strip_suffix(" UTC") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let local = LOCAL
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .ok_or(TimeError::Unreadable)?;
        Ok(if is_utc {
            Self::Moment(Time(local.and_utc()))
        } else {
            Self::Local(local)
        })
    }
}

impl When {
    /// The moment; of a day, its first.
    pub(crate) fn start(self, offset: FixedOffset) -> Time {
        let local = match self {
            Self::Moment(time) => return time,
            Self::Local(local) => local,
            Self::Day(day) => day.and_time(NaiveTime::MIN),
        };
        // Beyond the calendar's end any offset is as good: the ledger refuses it.
        Time(local.checked_sub_offset(offset).unwrap_or(local).and_utc())
    }

    /// The moment; of a day, the first of the day after.
    pub(crate) fn end(self, offset: FixedOffset) -> Time {
        match self {
            Self::Day(day) => Self::Day(day.succ_opt().unwrap_or(day)).start(offset),
            Self::Moment(_) | Self::Local(_) => self.start(offset),
        }
    }

    /// The moment; of a day, its last, as the ledger counts: in microseconds.
    pub(crate) fn last(self, offset: FixedOffset) -> Time {
        match self {
            Self::Day(_) => Time(self.end(offset).0 - TimeDelta::microseconds(1)),
            Self::Moment(_) | Self::Local(_) => self.start(offset),
        }
    }
}

/// Reads an offset from UTC, such as `+08:00`.
pub(crate) fn utc_offset(text: &str) -> Result<FixedOffset, TimeError> {
    DateTime::parse_from_rfc3339(&format!("2000-01-01T00:00:00{text}"))
        .map(|time| *time.offset())
        .map_err(|_| TimeError::Offset)
}

/// What times are in, for headings: `UTC` or `+08:00`.
pub(crate) fn offset_name(offset: FixedOffset) -> String {
    match offset.local_minus_utc() {
        0 => "UTC".to_owned(),
        _ => offset.to_string(),
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

    /// For tables.
    pub(crate) fn readable(self, offset: FixedOffset) -> String {
        let local = self.0.naive_utc().checked_add_offset(offset);
        let local = local.unwrap_or(self.0.naive_utc());
        local.format("%Y-%m-%d %H:%M").to_string()
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
    use chrono::Offset;

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
            let read = text.parse::<When>().ok();
            let read = read.map(|when| when.start(Utc.fix()).rfc3339());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn days_and_local_times_are_in_the_offset() {
        let offset = utc_offset("+08:00").unwrap();
        for (text, start, last, end) in [
            (
                "2026-10-31",
                "2026-10-30T16:00:00Z",
                "2026-10-31T15:59:59.999999Z",
                "2026-10-31T16:00:00Z",
            ),
            (
                "2026-10-31 14:30",
                "2026-10-31T06:30:00Z",
                "2026-10-31T06:30:00Z",
                "2026-10-31T06:30:00Z",
            ),
            (
                "2026-10-31 14:30:00 UTC",
                "2026-10-31T14:30:00Z",
                "2026-10-31T14:30:00Z",
                "2026-10-31T14:30:00Z",
            ),
        ] {
            let when: When = text.parse().unwrap();
            let read = [When::start, When::last, When::end].map(|of| of(when, offset).rfc3339());
            assert_eq!(read, [start, last, end], "{text}");
        }
        let time = "2026-10-31T23:30:00Z"
            .parse::<When>()
            .unwrap()
            .start(offset);
        assert_eq!(time.readable(offset), "2026-11-01 07:30");
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            for of in [When::start, When::last, When::end] {
                of(When::Day(day), offset);
            }
        }
    }

    #[test]
    fn offsets() {
        for (text, name) in [
            ("+08:00", Some("+08:00")),
            ("-03:30", Some("-03:30")),
            ("+00:00", Some("UTC")),
            ("Z", Some("UTC")),
            ("8", None),
            ("+25:00", None),
            ("+08:00 ", None),
            ("Asia/Shanghai", None),
            ("", None),
        ] {
            let read = utc_offset(text).ok().map(offset_name);
            assert_eq!(read.as_deref(), name, "{text:?}");
        }
    }

    #[test]
    fn to_the_contract_and_back() {
        for text in ["2026-10-01T14:30:00.000001Z", "1950-01-01T00:00:00.5Z"] {
            let time = text.parse::<When>().unwrap().start(Utc.fix());
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
