//! Names of what the time bank keeps.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ObjectId;
use crate::ledger::{AccountId, BookingId, Malformed, Principal};

const MAX_BRANCH_SEGMENTS: usize = 6;
const MAX_BRANCH_BYTES: usize = 60;
const MAX_STAFF_NUMBER_BYTES: usize = 32;

/// A branch of the chart of accounts, such as `shapingba`: 1 to 6 segments like those
/// of an account id, 60 characters at most. A centre's accounts are those below
/// its branch.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Branch(String);

impl Branch {
    /// Reads a branch.
    ///
    /// # Errors
    /// [`Malformed::Branch`] for anything else.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        let segments = given.split(':').count();
        let fits = given.len() <= MAX_BRANCH_BYTES && segments <= MAX_BRANCH_SEGMENTS;
        // An account could stand right below it.
        match fits && AccountId::parse(&format!("{given}:0")).is_ok() {
            true => Ok(Self(given.into())),
            false => Err(Malformed::branch(field, given)),
        }
    }

    /// The branch as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a place in the chart is below this branch.
    pub fn contains(&self, place: &str) -> bool {
        let below = place.strip_prefix(&self.0);
        below.is_some_and(|rest| rest.starts_with(':'))
    }
}

impl TryFrom<String> for Branch {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse("branch", &given)
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of a member of staff: 1 to 32 characters `A-Za-z0-9.-`. The principal
/// of that name acts as that member of staff.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct StaffNumber(String);

impl StaffNumber {
    /// Reads a staff number.
    ///
    /// # Errors
    /// [`Malformed::StaffNumber`] for anything else, and for the server's own name.
    pub fn parse(given: &str) -> Result<Self, Malformed> {
        let is_proper = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
        let fits = (1..=MAX_STAFF_NUMBER_BYTES).contains(&given.len())
            && given.bytes().all(is_proper)
            && Principal::claimed(given).is_ok();
        match fits {
            true => Ok(Self(given.into())),
            false => Err(Malformed::staff_number(given)),
        }
    }

    /// The number that a principal acts by. None where no such number can be.
    pub fn of(principal: &Principal) -> Option<Self> {
        Self::parse(principal.as_str()).ok()
    }

    /// Whether a principal acts by it.
    pub fn is_of(&self, principal: &Principal) -> bool {
        self.0 == principal.as_str()
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for StaffNumber {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse(&given)
    }
}

impl fmt::Display for StaffNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// By what a command is known when it comes again: the object that it creates, or an
/// id of its own.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum StepId {
    Creates(ObjectId),
    Own(BookingId),
}

impl StepId {
    /// The id as it is kept: `staff/1001`, or a UUID.
    pub fn as_text(&self) -> String {
        match self {
            Self::Creates(object) => object.as_text(),
            Self::Own(id) => id.to_string(),
        }
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches() {
        let long = format!("{}:{}", "a".repeat(29), "b".repeat(31));
        for (given, fits) in [
            ("shapingba", true),
            ("chongqing:shapingba", true),
            ("a:b:c:d:e:f", true),
            ("a:b:c:d:e:f:g", false),
            (&long[..60], true),
            (&long, false),
            ("", false),
            ("Shapingba", false),
            ("a:", false),
            ("a::b", false),
            ("-a", false),
        ] {
            assert_eq!(Branch::parse("prefix", given).is_ok(), fits, "{given:?}");
        }
    }

    #[test]
    fn a_branch_contains_what_is_below_it() {
        let branch = Branch::parse("prefix", "city:east").unwrap();
        for (place, is_below) in [
            ("city:east:member:1", true),
            ("city:east", false),
            ("city:eastern:member:1", false),
            ("city", false),
        ] {
            assert_eq!(branch.contains(place), is_below, "{place}");
        }
    }

    #[test]
    fn staff_numbers() {
        let long = "x".repeat(33);
        for (given, fits) in [
            ("1001", true),
            ("Wang.Li-2", true),
            (&long[..32], true),
            (&long, false),
            ("", false),
            ("desk 3", false),
            ("a/b", false),
            ("timebank", false),
        ] {
            assert_eq!(StaffNumber::parse(given).is_ok(), fits, "{given:?}");
        }
    }
}
