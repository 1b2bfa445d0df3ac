//! Days and minutes of the year, counted from its first day in Chongqing, where no clock is set.

/// 2025-01-01T00:00 of Chongqing, in seconds.
const BEGINS_S: i64 = 1_735_660_800;
const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
pub(super) const DAY: i64 = 24 * 60;
pub(super) const DAYS_OF_YEAR: i64 = 365;

/// A second of the year in microseconds since 1970.
pub(super) fn us(second: i64) -> i64 {
    (BEGINS_S + second) * 1_000_000
}

/// The day of a minute.
pub(super) fn day_of(minute: i64) -> i64 {
    minute.div_euclid(DAY)
}

/// Year, month from 1, and day of the month.
fn parts(day: i64) -> (i64, i64, i64) {
    let year = 2025 + day.div_euclid(DAYS_OF_YEAR);
    let mut left = day.rem_euclid(DAYS_OF_YEAR);
    for (month, length) in (1..).zip(LENGTHS) {
        if left < length {
            return (year, month, left + 1);
        }
        left -= length;
    }
    unreachable!("a year has so many days")
}

/// As it is written.
pub(super) fn date(day: i64) -> String {
    let (year, month, day) = parts(day);
    format!("{year}-{month:02}-{day:02}")
}

/// The month of a day, as it is written.
pub(super) fn month(day: i64) -> String {
    date(day)[..7].to_owned()
}

/// The first and the last day of a month of the year, from 0.
pub(super) fn month_days(month: usize) -> (i64, i64) {
    let first: i64 = LENGTHS[..month].iter().sum();
    (first, first + LENGTHS[month] - 1)
}

/// The same day so many months later: one that every month has.
pub(super) fn months_after(day: i64, months: i64) -> i64 {
    let (year, month, of_month) = parts(day);
    assert!(of_month <= 28, "a day of every month");
    let months = usize::try_from((year - 2025) * 12 + month - 1 + months).expect("months");
    let whole_years = i64::try_from(months / 12).expect("years") * DAYS_OF_YEAR;
    whole_years + LENGTHS[..months % 12].iter().sum::<i64>() + of_month - 1
}

/// The whole months from one day to another.
pub(super) fn months_between(from: i64, to: i64) -> i64 {
    let ((year, month, day), (other, its_month, its_day)) = (parts(from), parts(to));
    (other - year) * 12 + its_month - month - i64::from(its_day < day)
}

/// The first and the last day of a day's month.
pub(super) fn month_around(day: i64) -> (i64, i64) {
    let (_, month, of_month) = parts(day);
    let first = day - of_month + 1;
    let length = LENGTHS[usize::try_from(month - 1).expect("a month")];
    (first, first + length - 1)
}

/// The Monday of a day's week: the year begins on a Wednesday.
pub(super) fn monday(day: i64) -> i64 {
    day - (day + 2).rem_euclid(7)
}

/// The whole years from one day to another.
pub(super) fn years(from: i64, to: i64) -> i64 {
    let ((year, month, day), (other, its_month, its_day)) = (parts(from), parts(to));
    other - year - i64::from((its_month, its_day) < (month, day))
}
