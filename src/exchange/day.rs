//! Civil days: of the ledger's time zone, wherever somebody asks from.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::ledger::{Malformed, Moment, TimeZone};

/// A civil day of the years 1900 to 9999, written `2026-03-01`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(NaiveDate);

impl Day {
    /// Reads a day.
    ///
    /// # Errors
    /// [`Malformed::Day`] for anything else. The text is not told: it may be a
    /// birth date.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        let day = NaiveDate::parse_from_str(given, "%Y-%m-%d").ok();
        let is_written_so = |day: &NaiveDate| day.to_string() == given;
        day.filter(|day| (1900..=9999).contains(&day.year()) && is_written_so(day))
            .map(Self)
            .ok_or(Malformed::Day { field })
    }

    /// The day of a moment in a zone.
    pub fn of(moment: Moment, zone: TimeZone) -> Self {
        let time = chrono::DateTime::from_timestamp_micros(moment.us()).unwrap_or_default();
        Self(time.with_timezone(&zone.rules()).date_naive())
    }

    /// Its month, such as `2026-03`.
    pub fn month(self) -> String {
        self.0.format("%Y-%m").to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse("day", &given)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_in_one_way() {
        for (given, is_day) in [
            ("2026-03-01", true),
            ("2024-02-29", true),
            ("1900-01-01", true),
            ("9999-12-31", true),
            ("1899-12-31", false),
            ("2026-02-29", false),
            ("2026-3-1", false),
            ("20260301", false),
            ("+2026-03-01", false),
            (" 2026-03-01", false),
            ("", false),
        ] {
            let day = Day::parse("on", given);
            assert_eq!(
                day.map(|day| day.to_string()).ok().as_deref() == Some(given),
                is_day,
                "{given:?}"
            );
        }
    }

    #[test]
    fn days_are_the_ledgers() {
        let shanghai = TimeZone::parse("Asia/Shanghai").unwrap();
        // 2026-03-01T15:59:59Z and a second later.
        for (s, expected) in [(1_772_380_799, "2026-03-01"), (1_772_380_800, "2026-03-02")] {
            let moment = Moment::from_us(s * 1_000_000).unwrap();
            assert_eq!(Day::of(moment, shanghai).to_string(), expected);
            assert_eq!(Day::of(moment, TimeZone::UTC).to_string(), "2026-03-01");
        }
    }
}
