//! Amounts as people write them: `90`, `90m`, `1h30m`, `1:30`, `1.5h`. Integer
//! arithmetic only; what does not come out in whole minutes is refused.

use std::{fmt, str::FromStr};

/// The unit whose steps are minutes and are shown as hours.
pub(crate) const TIME: &str = "time";

/// An amount as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Amount {
    pub(crate) steps: i64,
    /// Whether it was written as hours or minutes, so that only `time` fits.
    pub(crate) is_time: bool,
}

impl Amount {
    /// What to name as the unit of a booking, so that the ledger refuses
    /// hours on an account that counts something else.
    pub(crate) fn unit_id(self) -> String {
        if self.is_time { TIME } else { "" }.to_owned()
    }
}

/// A limit as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Limit {
    At(Amount),
    Unbounded,
}

/// Why a text is no amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum AmountError {
    #[error("not an amount; write 90, 90m, 1h30m, 1:30 or 1.5h")]
    Unreadable,
    #[error("a bare number is whole steps of the unit (minutes, for time); for hours write 1.5h")]
    BareFraction,
    #[error("not a whole number of minutes, and the ledger never rounds")]
    NotWhole,
    #[error("minutes beside hours go from 0 to 59")]
    MinutesBeyondHour,
    #[error("too large for the ledger")]
    TooLarge,
    #[error("an amount is never negative; to move it back, swap the two accounts")]
    Negative,
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text.starts_with('-') {
            return Err(AmountError::Negative);
        }
        unsigned(text)
    }
}

impl FromStr for Limit {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        if text == "none" {
            return Ok(Self::Unbounded);
        }
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let amount = unsigned(rest)?;
        let steps = if negative {
            -amount.steps
        } else {
            amount.steps
        };
        Ok(Self::At(Amount { steps, ..amount }))
    }
}

fn unsigned(text: &str) -> Result<Amount, AmountError> {
    if let Some((hours, minutes)) = text.split_once(':') {
        return time(whole(hours)?, minutes_within(minutes, 2)?);
    }
    if let Some((hours, rest)) = text.split_once('h') {
        if rest.is_empty() {
            let steps = decimal_hours(hours)?;
            return Ok(Amount {
                steps,
                is_time: true,
            });
        }
        let minutes = rest.strip_suffix('m').ok_or(AmountError::Unreadable)?;
        return time(whole(hours)?, minutes_within(minutes, 1)?);
    }
    if let Some(minutes) = text.strip_suffix('m') {
        return time(0, whole(minutes)?);
    }
    if text.contains('.') && decimal_hours(text) != Err(AmountError::Unreadable) {
        return Err(AmountError::BareFraction);
    }
    Ok(Amount {
        steps: whole(text)?,
        is_time: false,
    })
}

fn time(hours: i64, minutes: i64) -> Result<Amount, AmountError> {
    let steps = hours
        .checked_mul(60)
        .and_then(|hours| hours.checked_add(minutes))
        .ok_or(AmountError::TooLarge)?;
    Ok(Amount {
        steps,
        is_time: true,
    })
}

fn minutes_within(text: &str, min_digits: usize) -> Result<i64, AmountError> {
    let minutes = whole(text)?;
    match text.len() {
        len if len < min_digits || len > 2 => Err(AmountError::Unreadable),
        _ if minutes > 59 => Err(AmountError::MinutesBeyondHour),
        _ => Ok(minutes),
    }
}

/// A number of digits and nothing else.
fn whole(text: &str) -> Result<i64, AmountError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError::Unreadable);
    }
    text.parse().map_err(|_| AmountError::TooLarge)
}

/// Decimal hours, such as `1.25`, as whole minutes.
///
/// # Errors
/// [`AmountError::NotWhole`] where minutes do not come out whole.
pub(crate) fn decimal_hours(text: &str) -> Result<i64, AmountError> {
    let (hours, fraction) = match text.split_once('.') {
        Some((hours, fraction)) if !fraction.is_empty() => (whole(hours)?, fraction),
        Some(_) => return Err(AmountError::Unreadable),
        None => (whole(text)?, "0"),
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError::Unreadable);
    }
    let digits = fraction.trim_end_matches('0');
    // A minute is a sixtieth, so a fraction of hours that is whole minutes ends
    // within two digits: 60 has the prime 5 once and 2 twice.
    if digits.len() > 2 {
        return Err(AmountError::NotWhole);
    }
    let hundredths = whole(&format!("{digits:0<2}"))?;
    if hundredths * 60 % 100 != 0 {
        return Err(AmountError::NotWhole);
    }
    Ok(time(hours, hundredths * 60 / 100)?.steps)
}

/// Steps of a unit as people read them: `1h30m`, or `1234 fen`.
pub(crate) struct Shown<'a> {
    pub(crate) steps: i64,
    /// The name of the unit's step; None shows minutes as hours.
    pub(crate) step: Option<&'a str>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = self.step {
            return write!(f, "{} {step}", self.steps);
        }
        if self.steps < 0 {
            f.write_str("-")?;
        }
        let minutes = self.steps.unsigned_abs();
        match (minutes / 60, minutes % 60) {
            (0, minutes) => write!(f, "{minutes}m"),
            (hours, 0) => write!(f, "{hours}h"),
            (hours, minutes) => write!(f, "{hours}h{minutes}m"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_written() {
        crate::fuzz::fuzz("amount", |bytes| {
            let text = String::from_utf8_lossy(bytes);
            if let Ok(amount) = text.parse::<Amount>() {
                assert!(amount.steps >= 0, "{text}");
            }
            let _ = text.parse::<Limit>();
        });
    }

    #[test]
    fn amounts() {
        use AmountError::{
            BareFraction, MinutesBeyondHour, Negative, NotWhole, TooLarge, Unreadable,
        };
        for (text, expected) in [
            ("90", Ok((90, false))),
            ("0", Ok((0, false))),
            ("90m", Ok((90, true))),
            ("1h30m", Ok((90, true))),
            ("2h", Ok((120, true))),
            ("2h0m", Ok((120, true))),
            ("1:30", Ok((90, true))),
            ("0:05", Ok((5, true))),
            ("1.5h", Ok((90, true))),
            ("1.50h", Ok((90, true))),
            ("0.05h", Ok((3, true))),
            ("0.25000h", Ok((15, true))),
            ("1.0h", Ok((60, true))),
            ("9007199254740991", Ok((9_007_199_254_740_991, false))),
            ("0.33h", Err(NotWhole)),
            ("0.333333h", Err(NotWhole)),
            ("1.01h", Err(NotWhole)),
            ("1.005h", Err(NotWhole)),
            ("1.5", Err(BareFraction)),
            ("1.33", Err(BareFraction)),
            ("1h60m", Err(MinutesBeyondHour)),
            ("1:60", Err(MinutesBeyondHour)),
            ("1:5", Err(Unreadable)),
            ("1:005", Err(Unreadable)),
            ("1h30", Err(Unreadable)),
            ("1.5h30m", Err(Unreadable)),
            ("h", Err(Unreadable)),
            ("h30m", Err(Unreadable)),
            ("m", Err(Unreadable)),
            ("", Err(Unreadable)),
            (":30", Err(Unreadable)),
            (".5h", Err(Unreadable)),
            ("1.h", Err(Unreadable)),
            ("1.5.5", Err(Unreadable)),
            ("1,5h", Err(Unreadable)),
            ("1e3", Err(Unreadable)),
            ("+5", Err(Unreadable)),
            (" 5", Err(Unreadable)),
            ("1 h", Err(Unreadable)),
            ("\u{0661}", Err(Unreadable)),
            ("none", Err(Unreadable)),
            ("-5", Err(Negative)),
            ("99999999999999999999", Err(TooLarge)),
            ("9223372036854775807h", Err(TooLarge)),
        ] {
            let expected = expected.map(|(steps, is_time)| Amount { steps, is_time });
            assert_eq!(text.parse::<Amount>(), expected, "{text:?}");
        }
    }

    #[test]
    fn limits() {
        let at = |steps, is_time| Ok(Limit::At(Amount { steps, is_time }));
        for (text, expected) in [
            ("none", Ok(Limit::Unbounded)),
            ("0", at(0, false)),
            ("-10h", at(-600, true)),
            ("-600", at(-600, false)),
            ("720h", at(43_200, true)),
            ("-1:30", at(-90, true)),
            ("--5", Err(AmountError::Unreadable)),
            ("-none", Err(AmountError::Unreadable)),
            ("-", Err(AmountError::Unreadable)),
        ] {
            assert_eq!(text.parse::<Limit>(), expected, "{text:?}");
        }
    }

    #[test]
    fn shown() {
        for (steps, step, expected) in [
            (0, None, "0m"),
            (45, None, "45m"),
            (60, None, "1h"),
            (90, None, "1h30m"),
            (-120, None, "-2h"),
            (-5, None, "-5m"),
            (-61, None, "-1h1m"),
            (i64::MIN, None, "-153722867280912930h8m"),
            (1234, Some("fen"), "1234 fen"),
            (-1, Some("point"), "-1 point"),
        ] {
            assert_eq!(Shown { steps, step }.to_string(), expected);
        }
    }
}
