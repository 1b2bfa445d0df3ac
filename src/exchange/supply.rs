//! Supplies: when members are free to serve, week by week.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Code, Day, Doer, MemberId, order::uuid_of};
use crate::ledger::{BookingId, Malformed, Moment, TimeZone};

/// How many supplies of a member stand at once.
pub const MAX_SUPPLIES: usize = 20;

const DAY_MINUTES: i64 = 24 * 60;

uuid_of!(
    /// The UUID of a supply, which is that of the step that offered it.
    SupplyId
);

/// A day of the week.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All of them, from Monday on.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// Its first three letters.
    pub fn word(self) -> &'static str {
        match self {
            Self::Monday => "mon",
            Self::Tuesday => "tue",
            Self::Wednesday => "wed",
            Self::Thursday => "thu",
            Self::Friday => "fri",
            Self::Saturday => "sat",
            Self::Sunday => "sun",
        }
    }

    /// That of a day.
    fn of(day: Day) -> Option<Self> {
        Self::ALL.get(day.of_week()).copied()
    }
}

/// Some days of the week, one at least, written `mon,wed`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weekdays(Vec<Weekday>);

impl Weekdays {
    /// These days, in whatever order.
    ///
    /// # Errors
    /// [`Malformed::Missing`] where there are none.
    pub fn new(mut days: Vec<Weekday>) -> Result<Self, Malformed> {
        days.sort_unstable();
        days.dedup();
        match days.is_empty() {
            true => Err(Malformed::Missing {
                field: "terms.days",
            }),
            false => Ok(Self(days)),
        }
    }

    /// The days, from Monday on.
    pub fn days(&self) -> &[Weekday] {
        &self.0
    }
}

impl TryFrom<String> for Weekdays {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        let read = |word: &str| Weekday::ALL.into_iter().find(|day| day.word() == word);
        let days: Option<Vec<_>> = given.split(',').map(read).collect();
        Self::new(days.unwrap_or_default())
    }
}

impl From<Weekdays> for String {
    fn from(days: Weekdays) -> Self {
        let words: Vec<_> = days.0.iter().map(|day| day.word()).collect();
        words.join(",")
    }
}

/// A time of day, written `09:00`; `24:00` is the end of a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Reads a time.
    ///
    /// # Errors
    /// [`Malformed::TimeOfDay`] for anything but `00:00` to `24:00`.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        let digits = |text: &str| match text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())
        {
            true => text.parse::<u16>().ok(),
            false => None,
        };
        let parts = given.split_once(':');
        let parts = parts.and_then(|(hour, minute)| Some((digits(hour)?, digits(minute)?)));
        match parts {
            Some((hour @ 0..24, minute @ 0..60)) => Ok(Self(hour * 60 + minute)),
            Some((24, 0)) => Ok(Self(24 * 60)),
            _ => Err(Malformed::TimeOfDay { field }),
        }
    }

    fn minutes(self) -> i64 {
        self.0.into()
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse("time", &given)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// From a time of day up to another, of the same day or, where that is not later, of the
/// next: `22:00` to `06:00` is a night.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hours {
    pub days: Weekdays,
    pub from: TimeOfDay,
    pub until: TimeOfDay,
}

impl Hours {
    /// Whether they have room for a visit, by the clocks of a zone. A visit lies in the hours
    /// of one day.
    fn cover(&self, from: Moment, until: Moment, zone: TimeZone) -> bool {
        let (begins, ends) = (Day::of(from, zone), Day::of(until, zone));
        let since = |start: Day, moment: Moment, day: Day| {
            start.days_until(day) * DAY_MINUTES + Day::minute_of(moment, zone)
        };
        let last = match self.until > self.from {
            true => self.until.minutes(),
            false => self.until.minutes() + DAY_MINUTES,
        };
        [begins, begins.before()].into_iter().any(|start| {
            let is_on = Weekday::of(start).is_some_and(|day| self.days.days().contains(&day));
            is_on
                && since(start, from, begins) >= self.from.minutes()
                && since(start, until, ends) <= last
        })
    }
}

/// That a member is free to serve.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Supply {
    pub id: SupplyId,
    /// Of the catalogue of the member's centre.
    pub service: Code,
    #[serde(flatten)]
    pub hours: Hours,
}

impl Supply {
    /// Whether it has room for a visit of a service.
    pub fn covers(&self, service: &Code, visit: (Moment, Moment), zone: TimeZone) -> bool {
        self.service == *service && self.hours.cover(visit.0, visit.1, zone)
    }
}

/// Offers a supply. Its id is the step's own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OfferSupply {
    #[serde(rename = "member_id")]
    pub member: MemberId,
    #[serde(flatten)]
    pub supply: Supply,
}

/// Withdraws a supply.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WithdrawSupply {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "member_id")]
    pub member: MemberId,
    #[serde(rename = "supply_id")]
    pub supply: SupplyId,
}

/// A supply was offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SupplyOffered {
    pub offer: OfferSupply,
    pub by: Doer,
}

/// A supply was withdrawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SupplyWithdrawn {
    pub withdraw: WithdrawSupply,
    /// As it stood.
    pub was: Supply,
    pub by: Doer,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day() {
        for (given, fits) in [
            ("00:00", true),
            ("09:30", true),
            ("24:00", true),
            ("24:01", false),
            ("9:30", false),
            ("09:60", false),
            ("+9:30", false),
            ("0930", false),
            ("", false),
        ] {
            let time = TimeOfDay::parse("from", given).map(|time| time.to_string());
            assert_eq!(time.ok().as_deref() == Some(given), fits, "{given:?}");
        }
    }

    /// In Europe/Berlin, where clocks go from 2 to 3 on Sunday 29 March 2026.
    #[test]
    fn visits_in_hours() {
        let zone = TimeZone::parse("Europe/Berlin").expect("a zone");
        let time = |text: &str| TimeOfDay::parse("time", text).expect("a time");
        let at = |text: &str| {
            let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M");
            let local = local.expect("a time").and_local_timezone(zone.rules());
            let us = local.earliest().expect("it is").timestamp_micros();
            Moment::from_us(us).expect("a moment")
        };
        for (days, hours, from, until, covered) in [
            (
                "mon,wed",
                "09:00-12:00",
                "2026-03-02T09:00",
                "2026-03-02T12:00",
                true,
            ),
            (
                "mon,wed",
                "09:00-12:00",
                "2026-03-02T08:59",
                "2026-03-02T10:00",
                false,
            ),
            (
                "mon,wed",
                "09:00-12:00",
                "2026-03-02T11:00",
                "2026-03-02T12:01",
                false,
            ),
            (
                "mon,wed",
                "09:00-12:00",
                "2026-03-03T09:00",
                "2026-03-03T10:00",
                false,
            ),
            (
                "mon,wed",
                "09:00-12:00",
                "2026-03-02T09:00",
                "2026-03-04T10:00",
                false,
            ),
            (
                "mon",
                "20:00-24:00",
                "2026-03-02T23:00",
                "2026-03-03T00:00",
                true,
            ),
            (
                "mon",
                "20:00-24:00",
                "2026-03-02T23:00",
                "2026-03-03T00:01",
                false,
            ),
            (
                "mon",
                "22:00-06:00",
                "2026-03-02T22:00",
                "2026-03-03T06:00",
                true,
            ),
            (
                "mon",
                "22:00-06:00",
                "2026-03-03T01:00",
                "2026-03-03T02:00",
                true,
            ),
            (
                "mon",
                "22:00-06:00",
                "2026-03-02T01:00",
                "2026-03-02T02:00",
                false,
            ),
            (
                "mon",
                "00:00-00:00",
                "2026-03-02T00:00",
                "2026-03-03T00:00",
                true,
            ),
            // Two hours by the clock, one in truth.
            (
                "sun",
                "01:00-04:00",
                "2026-03-29T01:30",
                "2026-03-29T03:30",
                true,
            ),
            (
                "sun",
                "01:00-03:00",
                "2026-03-29T01:30",
                "2026-03-29T03:30",
                false,
            ),
        ] {
            let (start, end) = hours.split_once('-').expect("hours");
            let hours = Hours {
                days: Weekdays::try_from(String::from(days)).expect("days"),
                from: time(start),
                until: time(end),
            };
            let is_covered = hours.cover(at(from), at(until), zone);
            assert_eq!(is_covered, covered, "{days} {hours:?} {from} {until}");
        }
    }
}
