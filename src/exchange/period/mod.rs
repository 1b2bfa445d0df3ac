//! Periods: the months of a centre that are closed, in which nothing is booked any more.
//!
//! What an account has at the end of a closed month stays so. The server seals the month with the
//! root over all of these balances, and staff sign off the month's report.

mod command;
mod fact;
mod rejection;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use command::{ClosePeriod, PeriodCommand, SealPeriod, SignOffPeriod};
pub use fact::{PeriodClosed, PeriodFact, PeriodSigned};
pub use rejection::PeriodRejection;

use super::{Branch, Day, Sha256, StaffNumber};
use crate::ledger::{Malformed, Moment, Sequence};

/// A month of the years 1900 to 9999, written `2026-10`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    first: Day,
}

impl Month {
    /// Reads a month.
    ///
    /// # Errors
    /// [`Malformed::Month`] for anything else.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        match Day::parse(field, &format!("{given}-01")) {
            Ok(first) => Ok(Self { first }),
            Err(_) => Err(Malformed::Month { field }),
        }
    }

    /// The month of a day.
    pub fn of(day: Day) -> Self {
        Self {
            first: day.first_of_month(),
        }
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        self.first
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        self.first.last_of_month()
    }

    /// The month after. None after the last.
    pub fn next(self) -> Option<Self> {
        self.last_day().next().map(|first| Self { first })
    }
}

impl TryFrom<String> for Month {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse("month", &given)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first.month())
    }
}

/// Which period: of a centre, a month.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct PeriodId {
    pub centre: Branch,
    pub month: Month,
}

/// The closing balances of a period: how many accounts there were when it was closed, and the root of
/// the tree over what each had at its end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seal {
    pub accounts: i64,
    pub root: Sha256,
}

/// That somebody stands for the report of a period.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignOff {
    pub by: StaffNumber,
    pub at: Moment,
    /// As of which position the report was read.
    pub position: Sequence,
}

/// A period that is closed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Period {
    #[serde(flatten)]
    pub id: PeriodId,
    pub closed_by: StaffNumber,
    pub closed_at: Moment,
    /// Its record: the accounts that were opened before it are those of the period.
    pub recorded: Sequence,
    /// None until the server has reckoned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_off: Vec<SignOff>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_written_in_one_way() {
        for (given, last, next) in [
            ("2026-10", "2026-10-31", Some("2026-11")),
            ("2026-12", "2026-12-31", Some("2027-01")),
            ("2024-02", "2024-02-29", Some("2024-03")),
            ("1900-02", "1900-02-28", Some("1900-03")),
            ("9999-12", "9999-12-31", None),
        ] {
            let month = Month::parse("month", given).expect("a month");
            assert_eq!(month.to_string(), given);
            assert_eq!(month.first_day().to_string(), format!("{given}-01"));
            assert_eq!(month.last_day().to_string(), last);
            assert_eq!(Month::of(month.last_day()), month);
            let after = month.next().map(|month| month.to_string());
            assert_eq!(after.as_deref(), next);
        }
        for given in [
            "2026-13",
            "2026-1",
            "2026",
            "2026-10-01",
            "1899-12",
            "10000-01",
            "",
        ] {
            assert!(Month::parse("month", given).is_err(), "{given:?}");
        }
    }
}
