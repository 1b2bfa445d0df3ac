//! Periods: the months of a centre that are closed, in which nothing is booked any more.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Branch, Day, StaffNumber};
use crate::ledger::{AccountId, BookingId, Malformed, Moment, Sequence};

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

/// Closes a period, for good.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ClosePeriod {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(flatten)]
    pub id: PeriodId,
}

/// A period was closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeriodClosed {
    pub close: ClosePeriod,
    pub by: StaffNumber,
}

/// A period that is closed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Period {
    #[serde(flatten)]
    pub id: PeriodId,
    pub closed_by: StaffNumber,
    pub closed_at: Moment,
    /// Its record: what stood before it is what the period came to.
    pub recorded: Sequence,
}

/// Why something of a period is refused, with the figures that explain it. Rules are asked in
/// the order of these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PeriodRejection {
    #[error("{month} of centre {centre} is closed already, and stays so")]
    PeriodClosed { centre: Branch, month: Month },
    #[error("{month} is not over: today is {today}")]
    PeriodNotOver { month: Month, today: Day },
    #[error("{next} of centre {centre} is to be closed before {month}")]
    PeriodHole {
        centre: Branch,
        month: Month,
        next: Month,
    },
    #[error(
        "centre {centre} has closed all days until {closed_until}, and account {account} is of it: \
         nothing can be effective on {on} any more; book it on a day that is open"
    )]
    EffectiveInClosed {
        centre: Branch,
        account: AccountId,
        on: Day,
        closed_until: Day,
    },
}

impl PeriodRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::PeriodClosed { .. } => "PERIOD_CLOSED",
            Self::PeriodNotOver { .. } => "PERIOD_NOT_OVER",
            Self::PeriodHole { .. } => "PERIOD_HOLE",
            Self::EffectiveInClosed { .. } => "EFFECTIVE_IN_CLOSED",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PeriodClosed { centre, month } => {
                vec![("centre", centre.to_string()), ("month", month.to_string())]
            }
            Self::PeriodNotOver { month, today } => {
                vec![("month", month.to_string()), ("today", today.to_string())]
            }
            Self::PeriodHole {
                centre,
                month,
                next,
            } => vec![
                ("centre", centre.to_string()),
                ("month", month.to_string()),
                ("next", next.to_string()),
            ],
            Self::EffectiveInClosed {
                centre,
                account,
                on,
                closed_until,
            } => vec![
                ("centre", centre.to_string()),
                ("account", account.to_string()),
                ("on", on.to_string()),
                ("closed_until", closed_until.to_string()),
            ],
        }
    }
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
