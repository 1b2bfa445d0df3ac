//! Amounts and balances, in whole steps of a unit (minutes, for `time`).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::malformed::Malformed;

/// The largest integer that every JSON reader keeps exact: 2^53 - 1.
const MAX_STEPS: i64 = 9_007_199_254_740_991;

/// What a transfer moves: 1 to 9,007,199,254,740,991 steps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Amount(i64);

impl TryFrom<i64> for Amount {
    type Error = Malformed;

    fn try_from(steps: i64) -> Result<Self, Malformed> {
        Self::new(steps)
    }
}

impl Amount {
    /// The largest amount.
    pub const MAX: Self = Self(MAX_STEPS);

    /// An amount of so many steps.
    ///
    /// # Errors
    /// [`Malformed::AmountRange`] below 1 or above [`Amount::MAX`].
    pub fn new(steps: i64) -> Result<Self, Malformed> {
        if (1..=MAX_STEPS).contains(&steps) {
            Ok(Self(steps))
        } else {
            Err(Malformed::AmountRange {
                given: steps,
                max: MAX_STEPS,
            })
        }
    }

    /// The number of steps, 1 or more.
    pub fn steps(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What stands on an account, or a limit to it: -9,007,199,254,740,991 to
/// 9,007,199,254,740,991 steps. The difference of two fits an `i64`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Balance(i64);

impl Balance {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A balance of so many steps. None outside the range.
    pub fn new(steps: i64) -> Option<Self> {
        (-MAX_STEPS..=MAX_STEPS)
            .contains(&steps)
            .then_some(Self(steps))
    }

    /// A limit of so many steps.
    ///
    /// # Errors
    /// [`Malformed::LimitRange`] outside the range.
    pub fn limit(steps: i64) -> Result<Self, Malformed> {
        Self::new(steps).ok_or(Malformed::LimitRange {
            given: steps,
            max: MAX_STEPS,
        })
    }

    /// The number of steps.
    pub fn steps(self) -> i64 {
        self.0
    }

    /// This much less. None where it would leave the range.
    pub fn minus(self, amount: Amount) -> Option<Self> {
        Self::new(self.0 - amount.0)
    }

    /// This much more. None where it would leave the range.
    pub fn plus(self, amount: Amount) -> Option<Self> {
        Self::new(self.0 + amount.0)
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (steps, fits) in [
            (1, true),
            (MAX_STEPS, true),
            (0, false),
            (-1, false),
            (MAX_STEPS + 1, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ] {
            assert_eq!(Amount::new(steps).is_ok(), fits, "{steps}");
        }
        let top = Balance(MAX_STEPS);
        assert_eq!(top.plus(Amount(1)), None);
        assert_eq!(top.minus(Amount::MAX), Some(Balance::ZERO));
        assert_eq!(Balance(-MAX_STEPS).minus(Amount(1)), None);
    }
}
