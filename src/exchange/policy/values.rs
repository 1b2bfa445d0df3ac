//! The values that a policy is made of, each written in one way.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::{Inheritor, Payer, Rounding};

const MINUTES_PER_HOUR: i64 = 60;
/// A million hours.
const MAX_MINUTES: i64 = 60_000_000;
const MAX_TERM: u32 = 10_000;

/// Writes a value as its text.
macro_rules! serialize_as_text {
    ($($value:ty),*) => {$(
        impl Serialize for $value {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}
serialize_as_text!(Minutes, Level, Factor, Payer, Rounding, Inheritor);

/// A length of time, 0 minutes to a million hours, written `2h`, `1h30m` or `15m`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct Minutes(i64);

impl TryFrom<String> for Minutes {
    type Error = &'static str;

    fn try_from(given: String) -> Result<Self, Self::Error> {
        Self::parse(&given).ok_or("it is no length of time")
    }
}

impl Minutes {
    /// None at all.
    pub const ZERO: Self = Self(0);
    /// A million hours.
    pub const MAX: Self = Self(MAX_MINUTES);

    /// A day of 24 hours.
    pub const DAY: Self = Self(24 * 60);

    /// So many. None outside the range.
    pub fn new(minutes: i64) -> Option<Self> {
        (0..=MAX_MINUTES)
            .contains(&minutes)
            .then_some(Self(minutes))
    }

    /// So many, 0 or more, or a million hours.
    pub(in crate::exchange) fn at_most(minutes: i64) -> Self {
        Self(minutes.clamp(0, MAX_MINUTES))
    }

    /// Reads a length of time. None where it is none.
    pub fn parse(given: &str) -> Option<Self> {
        let (hours, rest) = match given.split_once('h') {
            Some((hours, rest)) => (whole(hours)?, Some(rest)),
            None => (0, None),
        };
        let minutes = match rest {
            Some("") => 0,
            Some(rest) => {
                let minutes = whole(rest.strip_suffix('m')?)?;
                (minutes < MINUTES_PER_HOUR).then_some(minutes)?
            }
            None => whole(given.strip_suffix('m')?)?,
        };
        Self::new(hours.checked_mul(MINUTES_PER_HOUR)?.checked_add(minutes)?)
    }

    /// The number of minutes.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// A whole number of up to 9 digits, and nothing else.
fn whole(text: &str) -> Option<i64> {
    let fits = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / MINUTES_PER_HOUR, self.0 % MINUTES_PER_HOUR) {
            (0, minutes) => write!(f, "{minutes}m"),
            (hours, 0) => write!(f, "{hours}h"),
            (hours, minutes) => write!(f, "{hours}h{minutes}m"),
        }
    }
}

/// How low or high a balance may go, written as [`Minutes`] with or without a minus,
/// or `none`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// No limit.
    None,
    At(i64),
}

impl Level {
    /// Nothing stands at it.
    pub const ZERO: Self = Self::At(0);

    /// Reads a level. None where it is none.
    pub fn parse(given: &str) -> Option<Self> {
        match (given, given.strip_prefix('-')) {
            ("none", _) => Some(Self::None),
            (_, Some(below)) => Minutes::parse(below).map(|below| Self::At(-below.get())),
            (at, None) => Minutes::parse(at).map(|at| Self::At(at.get())),
        }
    }

    /// The balance in minutes. None is no limit.
    pub fn minutes(self) -> Option<i64> {
        match self {
            Self::None => None,
            Self::At(minutes) => Some(minutes),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::At(minutes) => {
                let sign = if *minutes < 0 { "-" } else { "" };
                write!(f, "{sign}{}", Minutes(minutes.abs()))
            }
        }
    }
}

/// A factor above 0, as a fraction in lowest terms of numbers up to 10,000: written
/// `1`, `3/2` or `1.5`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Factor {
    numerator: u32,
    denominator: u32,
}

impl Factor {
    /// As it is.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// A fraction. None where a term is 0, or beyond 10,000 in lowest terms.
    pub fn new(numerator: u32, denominator: u32) -> Option<Self> {
        let divisor = common_divisor(numerator, denominator);
        let (numerator, denominator) = (
            numerator.checked_div(divisor)?,
            denominator.checked_div(divisor)?,
        );
        let terms = 1..=MAX_TERM;
        (terms.contains(&numerator) && terms.contains(&denominator)).then_some(Self {
            numerator,
            denominator,
        })
    }

    /// Reads a factor. None where it is none.
    pub fn parse(given: &str) -> Option<Self> {
        let number = |text: &str| u32::try_from(whole(text)?).ok();
        if let Some((numerator, denominator)) = given.split_once('/') {
            return Self::new(number(numerator)?, number(denominator)?);
        }
        let (whole, decimals) = given.split_once('.').unwrap_or((given, "0"));
        let denominator = 10_u32.checked_pow(u32::try_from(decimals.len()).ok()?)?;
        let whole = number(whole)?.checked_mul(denominator)?;
        Self::new(whole.checked_add(number(decimals)?)?, denominator)
    }

    /// So many steps an hour, as steps a minute. None beyond 10,000.
    pub fn an_hour(steps: u32) -> Option<Self> {
        Self::new(steps, 60)
    }

    /// So much of a time: at most 10,000 times a million hours, so no product is too
    /// large. What is less than a whole is dropped.
    pub fn of(self, time: Minutes) -> i64 {
        time.get() * i64::from(self.numerator) / i64::from(self.denominator)
    }
}

fn common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

impl fmt::Display for Payer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recipient => f.write_str("recipient"),
            Self::Account(account) => account.fmt(f),
        }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Up(step) => write!(f, "up to {step}"),
            Self::Nearest(step) => write!(f, "to the nearest {step}"),
        }
    }
}

impl fmt::Display for Inheritor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heir(None) => f.write_str("the heir"),
            Self::Heir(Some(account)) => write!(f, "the heir, or else {account}"),
            Self::Account(account) => account.fmt(f),
        }
    }
}

/// A whole number in a range of its own.
macro_rules! bounded_number {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize)]
        pub struct $name(u32);

        impl $name {
            /// The most.
            pub const MAX: u32 = $max;

            /// So many. None beyond the most.
            pub fn new(number: u32) -> Option<Self> {
                (number <= Self::MAX).then_some(Self(number))
            }

            /// The number.
            pub fn get(self) -> u32 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
bounded_number!(
    /// An age in whole years, 0 to 150.
    Years,
    150
);
bounded_number!(
    /// A time in months, 0 to 1,200.
    Months,
    1_200
);
bounded_number!(
    /// Hundredths, 0 to 1,000.
    Percent,
    1_000
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        for (given, minutes) in [
            ("0m", Some(0)),
            ("15m", Some(15)),
            ("90m", Some(90)),
            ("2h", Some(120)),
            ("1h30m", Some(90)),
            ("1000000h", Some(60_000_000)),
            ("1000000h1m", None),
            ("1h60m", None),
            ("1h30", None),
            ("30", None),
            ("-1h", None),
            ("1.5h", None),
            ("h", None),
            ("m", None),
            ("", None),
            ("1 h", None),
            ("+1h", None),
            ("9999999999h", None),
        ] {
            assert_eq!(
                Minutes::parse(given).map(Minutes::get),
                minutes,
                "{given:?}"
            );
        }
        for text in ["0m", "15m", "2h", "1h30m"] {
            assert_eq!(Minutes::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn levels() {
        for (given, level) in [
            ("none", Some(Level::None)),
            ("0h", Some(Level::ZERO)),
            ("-10h", Some(Level::At(-600))),
            ("1500h", Some(Level::At(90_000))),
            ("--1h", None),
            ("10", None),
        ] {
            assert_eq!(Level::parse(given), level, "{given:?}");
        }
        assert_eq!(Level::At(-630).to_string(), "-10h30m");
    }

    #[test]
    fn factors_are_exact() {
        for (given, shown) in [
            ("1", Some("1")),
            ("1.5", Some("3/2")),
            ("3/2", Some("3/2")),
            ("6/4", Some("3/2")),
            ("0.8", Some("4/5")),
            ("10000", Some("10000")),
            ("10001", None),
            ("1/10000", Some("1/10000")),
            ("1/10001", None),
            ("0", None),
            ("0.0", None),
            ("1/0", None),
            ("1.", None),
            (".5", None),
            ("-1", None),
            ("1e3", None),
            ("inf", None),
            ("0.00001", None),
            ("one", None),
        ] {
            let factor = Factor::parse(given).map(|factor| factor.to_string());
            assert_eq!(factor.as_deref(), shown, "{given:?}");
        }
        let of = |factor: Option<Factor>, minutes| {
            let time = Minutes::new(minutes).unwrap();
            factor.unwrap().of(time)
        };
        assert_eq!(of(Factor::parse("3/2"), 45), 67);
        assert_eq!(of(Factor::an_hour(10), 90), 15);
        assert_eq!(of(Factor::parse("10000"), MAX_MINUTES), 600_000_000_000);
    }
}
