//! Times as people write them. A date without an hour, and an hour without an
//! offset, are taken in the ledger's time zone: the same words mean the same
//! moment everywhere.

use std::str::FromStr;

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, SecondsFormat, TimeDelta,
    TimeZone as _, Utc,
};
use chrono_tz::GapInfo;
use prost_types::Timestamp;
use timebank::ledger::TimeZone;

/// Why a text is no time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum TimeError {
    #[error(
        "not a time; write 2026-10-01, 2026-10-01 14:30 (both in the ledger's time zone) or \
         2026-10-01T14:30:00+08:00"
    )]
    Unreadable,
    #[error(
        "there was or will be no {local} in {zone}, the ledger's time zone: clocks go forward \
         over it; write the time that clocks showed, or one with an offset"
    )]
    Skipped {
        local: NaiveDateTime,
        zone: TimeZone,
    },
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
    ///
    /// # Errors
    /// [`TimeError::Skipped`] for a time that clocks in the zone never show.
    pub(crate) fn start(self, zone: TimeZone) -> Result<Time, TimeError> {
        match self {
            Self::Moment(time) => Ok(time),
            Self::Local(local) => moment(local, zone).ok_or(TimeError::Skipped { local, zone }),
            Self::Day(day) => Ok(first_of_day(day, zone)),
        }
    }

    /// The moment; of a day, the first of the day after.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(crate) fn end(self, zone: TimeZone) -> Result<Time, TimeError> {
        match self {
            Self::Day(day) => Ok(first_of_day(day.succ_opt().unwrap_or(day), zone)),
            Self::Moment(_) | Self::Local(_) => self.start(zone),
        }
    }

    /// The moment; of a day, its last, as the ledger counts: in microseconds.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(crate) fn last(self, zone: TimeZone) -> Result<Time, TimeError> {
        let end = self.end(zone)?;
        Ok(match self {
            Self::Day(_) => Time(end.0 - TimeDelta::microseconds(1)),
            Self::Moment(_) | Self::Local(_) => end,
        })
    }
}

/// When clocks in a zone show a time; the first time, where they show it twice.
/// None where they go forward over it.
fn moment(local: NaiveDateTime, zone: TimeZone) -> Option<Time> {
    let offset = zone.rules().offset_from_local_datetime(&local).earliest()?;
    Some(at_offset(local, offset.fix()))
}

/// Midnight, or where clocks go forward over it, the first moment after that.
fn first_of_day(day: NaiveDate, zone: TimeZone) -> Time {
    let midnight = day.and_time(NaiveTime::MIN);
    moment(midnight, zone).unwrap_or_else(|| {
        let gap = GapInfo::new(&midnight, &zone.rules());
        let after = gap.and_then(|gap| gap.end);
        Time(after.map_or_else(|| midnight.and_utc(), |after| after.to_utc()))
    })
}

/// Beyond the calendar's end any offset is as good: the ledger refuses it.
fn at_offset(local: NaiveDateTime, offset: FixedOffset) -> Time {
    Time(local.checked_sub_offset(offset).unwrap_or(local).and_utc())
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

    /// For tables: what clocks in a zone show, with their offset from UTC.
    pub(crate) fn readable(self, zone: TimeZone) -> String {
        let (local, offset) = self.local(zone);
        format!("{} {offset}", local.format("%Y-%m-%d %H:%M"))
    }

    /// The day in a zone.
    pub(crate) fn date(self, zone: TimeZone) -> NaiveDate {
        self.local(zone).0.date()
    }

    fn local(self, zone: TimeZone) -> (NaiveDateTime, FixedOffset) {
        let utc = self.0.naive_utc();
        let offset = zone.rules().offset_from_utc_datetime(&utc).fix();
        match utc.checked_add_offset(offset) {
            Some(local) => (local, offset),
            None => (utc, Utc.fix()),
        }
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
    fn whatever_is_written() {
        crate::fuzz::fuzz("moment", |bytes| {
            let text = String::from_utf8_lossy(bytes);
            if let Ok(when) = text.parse::<When>() {
                let _ = when.start(TimeZone::UTC);
                let _ = when.end(TimeZone::UTC);
            }
        });
    }

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
            let read = read.map(|when| when.start(TimeZone::UTC).unwrap().rfc3339());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::parse(name).unwrap()
    }

    #[test]
    fn days_and_local_times_are_in_the_zone() {
        let zone = zone("Asia/Shanghai");
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
            let read = [When::start, When::last, When::end];
            let read = read.map(|of| of(when, zone).unwrap().rfc3339());
            assert_eq!(read, [start, last, end], "{text}");
        }
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            for of in [When::start, When::last, When::end] {
                of(When::Day(day), zone).unwrap();
            }
        }
    }

    /// The days on which clocks go forward or back, at midnight or later.
    #[test]
    fn first_moments_of_days() {
        for (name, day, expected) in [
            ("Europe/Paris", "2026-03-29", "2026-03-28T23:00:00Z"),
            ("Europe/Paris", "2026-03-30", "2026-03-29T22:00:00Z"),
            ("Europe/Paris", "2026-10-25", "2026-10-24T22:00:00Z"),
            ("Europe/Paris", "2026-10-26", "2026-10-25T23:00:00Z"),
            // Midnight is passed over: the day begins at 01:00.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            // From 23:30 to 00:30: the day begins at 00:30.
            ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z"),
            // Midnight comes twice.
            ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"),
            // The day is passed over as a whole.
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
            ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
        ] {
            let when: When = day.parse().unwrap();
            let first = when.start(zone(name)).unwrap().rfc3339();
            assert_eq!(first, expected, "{day} in {name}");
        }
    }

    #[test]
    fn times_that_clocks_show_never_or_twice() {
        for (name, local, expected) in [
            ("Europe/Paris", "2026-03-29 01:59", "2026-03-29T00:59:00Z"),
            ("Europe/Paris", "2026-03-29 02:00", "none"),
            ("Europe/Paris", "2026-03-29 02:59:59", "none"),
            ("Europe/Paris", "2026-03-29 03:00", "2026-03-29T01:00:00Z"),
            ("Europe/Paris", "2026-10-25 02:30", "2026-10-25T00:30:00Z"),
            ("Europe/Paris", "2026-10-25 03:00", "2026-10-25T02:00:00Z"),
            ("America/Sao_Paulo", "2018-11-04 00:00", "none"),
        ] {
            let when: When = local.parse().unwrap();
            let read = when.start(zone(name));
            let read = read.map_or_else(|_| "none".to_owned(), Time::rfc3339);
            assert_eq!(read, expected, "{local} in {name}");
        }
        let skipped = When::from_str("2026-03-29 02:30").unwrap();
        let error = skipped.start(zone("Europe/Paris")).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("no 2026-03-29 02:30:00 in Europe/Paris"),
            "{text}"
        );
    }

    #[test]
    fn what_clocks_show() {
        for (name, time, expected) in [
            (
                "Asia/Shanghai",
                "2026-10-31T23:30:00Z",
                "2026-11-01 07:30 +08:00",
            ),
            ("UTC", "2026-10-31T23:30:00Z", "2026-10-31 23:30 +00:00"),
            (
                "Europe/Paris",
                "2026-10-25T00:30:00Z",
                "2026-10-25 02:30 +02:00",
            ),
            (
                "Europe/Paris",
                "2026-10-25T01:30:00Z",
                "2026-10-25 02:30 +01:00",
            ),
            (
                "America/St_Johns",
                "2026-01-01T00:00:00Z",
                "2025-12-31 20:30 -03:30",
            ),
        ] {
            let time = time.parse::<When>().unwrap().start(TimeZone::UTC).unwrap();
            let readable = time.readable(zone(name));
            assert_eq!(readable, expected);
            assert!(readable.starts_with(&time.date(zone(name)).to_string()));
        }
        for time in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            Time(time).readable(zone("Asia/Shanghai"));
            Time(time).readable(zone("America/St_Johns"));
        }
    }

    #[test]
    fn to_the_contract_and_back() {
        for text in ["2026-10-01T14:30:00.000001Z", "1950-01-01T00:00:00.5Z"] {
            let time = text.parse::<When>().unwrap().start(TimeZone::UTC).unwrap();
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
