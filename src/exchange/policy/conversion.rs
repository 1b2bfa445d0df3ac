//! At which rate one unit is converted into another, and where what is given goes to and what is
//! got comes from.

use std::num::NonZeroU32;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{Minutes, Policy};
use crate::ledger::{AccountId, Amount, UnitId};

/// A pair of units that is converted, one way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConversionTerms {
    /// What is given.
    pub from: UnitId,
    /// Another unit, which is got.
    pub to: UnitId,
    /// So many steps of `from` (minutes, for time), 1 to 100,000,
    pub give: NonZeroU32,
    /// for so many of `to`, 1 to 100,000.
    pub get: NonZeroU32,
    /// The stock that what is given goes to.
    pub into: AccountId,
    /// The source that what is got comes from.
    pub source: AccountId,
}

/// Why an amount is not converted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unconverted {
    /// What is got would be no whole steps: only multiples of so many steps are.
    Uneven { multiple_of: u32 },
    /// What is got would be more than any amount.
    TooLarge,
}

impl ConversionTerms {
    /// What is got for an amount of `from`: never rounded.
    ///
    /// # Errors
    /// [`Unconverted`].
    pub fn got(&self, given: Amount) -> Result<Amount, Unconverted> {
        let (give, get) = (self.give.get(), self.get.get());
        // Of 54 and 17 bits, so that it fits.
        let worth = i128::from(given.steps()) * i128::from(get);
        if worth % i128::from(give) != 0 {
            let multiple_of = give / common_divisor(give, get);
            return Err(Unconverted::Uneven { multiple_of });
        }
        let steps = i64::try_from(worth / i128::from(give)).ok();
        let got = steps.and_then(|steps| Amount::new(steps).ok());
        got.ok_or(Unconverted::TooLarge)
    }
}

/// The greatest number that divides both. 1 or more, as neither is 0.
fn common_divisor(mut one: u32, mut other: u32) -> u32 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one.max(1)
}

impl Policy {
    /// At which rate a unit is converted into another. None: it is not.
    pub fn conversion(&self, from: &UnitId, to: &UnitId) -> Option<&ConversionTerms> {
        let mut all = self.conversions.iter();
        all.find(|one| one.from == *from && one.to == *to)
    }
}

/// Steps of a unit as a policy writes them.
#[derive(Serialize)]
#[serde(untagged)]
enum Steps {
    Time(Minutes),
    Other(u32),
}

impl Steps {
    fn of(unit: &UnitId, steps: NonZeroU32) -> Self {
        match *unit == UnitId::time() {
            true => Self::Time(Minutes::at_most(steps.get().into())),
            false => Self::Other(steps.get()),
        }
    }
}

/// With a code made of the pair, by which one policy is told from another.
impl Serialize for ConversionTerms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            from,
            to,
            give,
            get,
            into,
            source,
        } = self;
        let mut fields = serializer.serialize_struct("ConversionTerms", 7)?;
        fields.serialize_field("code", &format!("{from}-to-{to}"))?;
        fields.serialize_field("from", from)?;
        fields.serialize_field("to", to)?;
        fields.serialize_field("give", &Steps::of(from, *give))?;
        fields.serialize_field("get", &Steps::of(to, *get))?;
        fields.serialize_field("into", into)?;
        fields.serialize_field("source", source)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn got(give: u32, get: u32, given: i64) -> Result<i64, Unconverted> {
        let steps = |count| NonZeroU32::new(count).expect("steps");
        let account = AccountId::parse("a:b").expect("an account");
        let terms = ConversionTerms {
            from: UnitId::parse("points").expect("a unit"),
            to: UnitId::time(),
            give: steps(give),
            get: steps(get),
            into: account.clone(),
            source: account,
        };
        let given = Amount::new(given).expect("an amount");
        terms.got(given).map(Amount::steps)
    }

    #[test]
    fn what_is_got_is_never_rounded() {
        let uneven = |multiple_of| Err(Unconverted::Uneven { multiple_of });
        assert_eq!(got(60, 1, 60), Ok(1));
        assert_eq!(got(60, 1, 59), uneven(60));
        assert_eq!(got(60, 1, 61), uneven(60));
        assert_eq!(got(60, 45, 4), Ok(3));
        assert_eq!(got(60, 45, 6), uneven(4));
        assert_eq!(got(1, 7, 3), Ok(21));
        let max = Amount::MAX.steps();
        assert_eq!(got(1, 1, max), Ok(max));
        assert_eq!(got(100_000, 100_000, max), Ok(max));
        assert_eq!(got(1, 2, max), Err(Unconverted::TooLarge));
        assert_eq!(got(1, 100_000, max), Err(Unconverted::TooLarge));
        assert_eq!(got(100_000, 99_999, max), uneven(100_000));
    }
}
