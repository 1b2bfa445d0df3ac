//! Civil days: of the ledger's time zone, wherever somebody asks from.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta, Timelike};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

use crate::ledger::{Malformed, Moment, TimeZone};

const MIN_YEAR: i32 = 1900;
const MAX_YEAR: i32 = 9999;

/// A civil day of the years 1900 to 9999, written `2026-03-01`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(NaiveDate);

impl Day {
    /// 1900-01-01.
    pub const FIRST: Self = match NaiveDate::from_ymd_opt(MIN_YEAR, 1, 1) {
        Some(first) => Self(first),
        None => Self(NaiveDate::MIN),
    };

    /// 9999-12-31.
    pub const LAST: Self = match NaiveDate::from_ymd_opt(MAX_YEAR, 12, 31) {
        Some(last) => Self(last),
        None => Self(NaiveDate::MAX),
    };

    /// Reads a day.
    ///
    /// # Errors
    /// [`Malformed::Day`] for anything else. The text is not told: it may be a
    /// birth date.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        let day = written(given.as_bytes());
        day.filter(|day| (MIN_YEAR..=MAX_YEAR).contains(&day.year()))
            .map(Self)
            .ok_or(Malformed::Day { field })
    }

    /// The day of a moment in a zone.
    pub fn of(moment: Moment, zone: TimeZone) -> Self {
        let time = chrono::DateTime::from_timestamp_micros(moment.us()).unwrap_or_default();
        Self(time.with_timezone(&zone.rules()).date_naive())
    }

    /// The day of a moment in UTC.
    pub fn of_utc(moment: Moment) -> Self {
        let time = chrono::DateTime::from_timestamp_micros(moment.us()).unwrap_or_default();
        Self(time.date_naive())
    }

    /// The minutes that the clocks of a zone are past midnight at a moment.
    pub(super) fn minute_of(moment: Moment, zone: TimeZone) -> i64 {
        let time = chrono::DateTime::from_timestamp_micros(moment.us()).unwrap_or_default();
        let time = time.with_timezone(&zone.rules());
        i64::from(time.hour() * 60 + time.minute())
    }

    /// The whole years from this day to another; 0 where that is not later. From a 29
    /// February on, a year is full on 1 March where there is no other 29 February.
    pub fn years_until(self, day: Self) -> u32 {
        self.months_until(day) / 12
    }

    /// The whole months from this day to another; 0 where that is not later. A month is
    /// full on the day of the same number, or on the first of the next month where
    /// there is none.
    pub fn months_until(self, day: Self) -> u32 {
        let months = |day: Self| day.0.year() * 12 + day.0.month0().cast_signed();
        let begun = months(day) - months(self);
        let full = begun - i32::from(day.0.day() < self.0.day());
        u32::try_from(full).unwrap_or(0)
    }

    /// The next day. None after the last.
    pub fn next(self) -> Option<Self> {
        let next = self.0.succ_opt()?;
        (next.year() <= MAX_YEAR).then_some(Self(next))
    }

    /// So many days later. None after the last.
    pub fn plus_days(self, days: u32) -> Option<Self> {
        let later = self.0.checked_add_days(Days::new(days.into()))?;
        (later.year() <= MAX_YEAR).then_some(Self(later))
    }

    /// So many months later, as they are full: where that month has no day of the number, on the
    /// first of the next. None after the last.
    pub fn plus_months(self, months: u32) -> Option<Self> {
        let later = self.0.checked_add_months(Months::new(months))?;
        let later = match later.day() == self.0.day() {
            true => later,
            false => later.succ_opt()?,
        };
        (later.year() <= MAX_YEAR).then_some(Self(later))
    }

    /// So many days earlier, or the first day there is.
    pub fn minus_days(self, days: u32) -> Self {
        let earlier = self.0.checked_sub_days(Days::new(days.into()));
        let first = NaiveDate::from_yo_opt(MIN_YEAR, 1).unwrap_or(NaiveDate::MIN);
        Self(earlier.map_or(first, |earlier| earlier.max(first)))
    }

    /// The moment of this day at which the clocks of a zone show what they show at another.
    /// Where they show that twice, the first; where they skip it, an hour later.
    pub fn at_time_of(self, like: Moment, zone: TimeZone) -> Moment {
        let rules = zone.rules();
        let like_time = chrono::DateTime::from_timestamp_micros(like.us()).unwrap_or_default();
        let local = self.0.and_time(like_time.with_timezone(&rules).time());
        let skipped = local + TimeDelta::hours(1);
        let found = local.and_local_timezone(rules).earliest();
        let found = found.or_else(|| skipped.and_local_timezone(rules).earliest());
        let found = found.and_then(|found| Moment::from_us(found.timestamp_micros()));
        found.unwrap_or(like)
    }

    /// The day before; the first has none other than itself.
    pub fn before(self) -> Self {
        self.0.pred_opt().map_or(self, Self)
    }

    /// The days from this one to another; below 0 where that is earlier.
    pub fn days_until(self, day: Self) -> i64 {
        day.0.signed_duration_since(self.0).num_days()
    }

    /// The Monday of its week.
    pub fn monday(self) -> Self {
        let since = u64::from(self.0.weekday().num_days_from_monday());
        self.0.checked_sub_days(Days::new(since)).map_or(self, Self)
    }

    /// Its place in the week, from 0 for a Monday.
    pub fn of_week(self) -> usize {
        self.0.weekday() as usize
    }

    /// The moment at which it begins in a zone: where its clocks skip midnight, the first that
    /// they show after it.
    pub fn begins_at(self, zone: TimeZone) -> Option<Moment> {
        let rules = zone.rules();
        let midnight = self.0.and_hms_opt(0, 0, 0)?;
        let hours = [0, 1, 2].map(|hours| midnight + TimeDelta::hours(hours));
        let mut found = hours
            .into_iter()
            .filter_map(|local| local.and_local_timezone(rules).earliest());
        Moment::from_us(found.next()?.timestamp_micros())
    }

    /// The first day of its month.
    pub fn first_of_month(self) -> Self {
        self.0.with_day(1).map_or(self, Self)
    }

    /// The last day of its month.
    pub fn last_of_month(self) -> Self {
        let next = self.first_of_month().0.checked_add_months(Months::new(1));
        let last = next.and_then(|next| next.pred_opt());
        last.map_or(self, Self)
    }

    /// Its month, such as `2026-03`.
    pub fn month(self) -> String {
        self.0.format("%Y-%m").to_string()
    }

    /// The months from this day's to another's, or to the end of days.
    pub fn months_to(self, last: Option<Self>) -> impl Iterator<Item = String> {
        let first = self.0.with_day(1).unwrap_or(self.0);
        let months = (0..).map_while(move |count| first.checked_add_months(Months::new(count)));
        let months = months.take_while(move |month| {
            month.year() <= MAX_YEAR && last.is_none_or(|last| *month <= last.0)
        });
        months.map(|month| Self(month).month())
    }
}

/// Of a year in four digits, a month in two and a day in two, and nothing else: reports read
/// millions of them.
fn written(date: &[u8]) -> Option<NaiveDate> {
    let [year @ .., b'-', m1, m2, b'-', d1, d2] = date else {
        return None;
    };
    let number = |digits: &[u8]| {
        let mut digits = digits.iter();
        digits.try_fold(0_u32, |number, digit| {
            let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
            Some(number * 10 + digit)
        })
    };
    let year: &[u8; 4] = year.try_into().ok()?;
    let year = i32::try_from(number(year)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[*m1, *m2])?, number(&[*d1, *d2])?)
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Without a text of its own in between: reports read a million of them.
impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(DayVisitor)
    }
}

struct DayVisitor;

impl Visitor<'_> for DayVisitor {
    type Value = Day;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day such as 2026-03-01")
    }

    fn visit_str<E: de::Error>(self, given: &str) -> Result<Day, E> {
        Day::parse("day", given).map_err(E::custom)
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
    fn ages() {
        for (born_on, on, years) in [
            ("1966-11-25", "2026-11-24", 59),
            ("1966-11-25", "2026-11-25", 60),
            ("1946-12-31", "2026-12-31", 80),
            ("1944-02-29", "2024-02-28", 79),
            ("1944-02-29", "2024-02-29", 80),
            ("1944-02-29", "2023-02-28", 78),
            ("1944-02-29", "2023-03-01", 79),
            ("2026-11-25", "2026-11-25", 0),
            ("2026-11-25", "2020-01-01", 0),
            ("1900-01-01", "9999-12-31", 8099),
        ] {
            let day = |text| Day::parse("day", text).unwrap();
            assert_eq!(day(born_on).years_until(day(on)), years, "{born_on} {on}");
        }
    }

    #[test]
    fn months_to_another() {
        let day = |text: &str| Day::parse("day", text).expect("a day");
        let months = |from, to| day(from).months_to(Some(day(to))).collect::<Vec<_>>();
        assert_eq!(
            months("2026-11-30", "2027-01-01"),
            ["2026-11", "2026-12", "2027-01"]
        );
        assert_eq!(months("2026-01-31", "2026-01-01"), ["2026-01"]);
        assert_eq!(months("2026-02-01", "2026-01-31"), [""; 0]);
        let last: Vec<_> = day("9999-11-30").months_to(None).collect();
        assert_eq!(last, ["9999-11", "9999-12"]);
    }

    #[test]
    fn months() {
        for (from, to, months) in [
            ("2026-01-31", "2026-02-28", 0),
            ("2026-01-31", "2026-03-01", 1),
            ("2026-01-15", "2026-02-14", 0),
            ("2026-01-15", "2026-02-15", 1),
            ("2025-02-15", "2026-02-15", 12),
            ("2026-02-15", "2025-02-15", 0),
        ] {
            let day = |text| Day::parse("day", text).unwrap();
            assert_eq!(day(from).months_until(day(to)), months, "{from} {to}");
        }
    }

    #[test]
    fn weeks() {
        let day = |text| Day::parse("day", text).unwrap();
        for (on, monday, of_week) in [
            ("2026-11-23", "2026-11-23", 0),
            ("2026-11-26", "2026-11-23", 3),
            ("2026-11-29", "2026-11-23", 6),
            ("2027-01-01", "2026-12-28", 4),
        ] {
            let on = day(on);
            assert_eq!((on.monday(), on.of_week()), (day(monday), of_week), "{on}");
            assert_eq!(on.monday().days_until(on), of_week as i64);
            assert_eq!(on.monday().plus_days(of_week as u32), Some(on));
        }
        assert_eq!(day("2026-03-01").before(), day("2026-02-28"));
        assert_eq!(day("2026-03-02").days_until(day("2026-02-28")), -2);
        assert_eq!(day("9999-12-31").plus_days(1), None);
    }

    /// In Europe/Berlin clocks go from 2 to 3 on 29 March 2026, and from 3 to 2 on 25 October.
    #[test]
    fn the_same_time_on_another_day() {
        let zone = TimeZone::parse("Europe/Berlin").unwrap();
        let moment = |text: &str| {
            let us = text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
            Moment::from_us(us.timestamp_micros()).unwrap()
        };
        for (like, day, expected) in [
            ("2026-03-22T09:00:00Z", "2026-03-29", "2026-03-29T08:00:00Z"),
            ("2026-03-22T01:30:00Z", "2026-03-29", "2026-03-29T01:30:00Z"),
            ("2026-10-18T00:30:00Z", "2026-10-25", "2026-10-25T00:30:00Z"),
            ("2026-10-18T22:30:00Z", "2026-10-26", "2026-10-25T23:30:00Z"),
            (
                "2026-03-22T09:00:30.5Z",
                "2026-04-05",
                "2026-04-05T08:00:30.5Z",
            ),
        ] {
            let on = Day::parse("on", day).unwrap();
            assert_eq!(
                on.at_time_of(moment(like), zone),
                moment(expected),
                "{like} {day}"
            );
        }
    }

    #[test]
    fn days_earlier() {
        let day = |text| Day::parse("day", text).unwrap();
        assert_eq!(day("2026-03-01").minus_days(14), day("2026-02-15"));
        assert_eq!(day("1900-01-05").minus_days(14), day("1900-01-01"));
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
