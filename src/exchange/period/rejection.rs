//! Why something of periods is refused.

use super::Month;
use crate::exchange::{Branch, Day, StaffNumber};
use crate::ledger::{AccountId, Sequence};

/// Why something of a period is refused, with the figures that explain it. Rules are asked in
/// the order of these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PeriodRejection {
    #[error("{month} of centre {centre} is closed already, and stays so")]
    PeriodClosed { centre: Branch, month: Month },
    #[error("{month} is not over: today is {today}")]
    PeriodNotOver { month: Month, today: Day },
    #[error(
        "{month} is {months_ago} months ago, and the first month that a centre closes is no more \
         than {max}: it closes all days before as well; name a later one"
    )]
    PeriodTooEarly {
        month: Month,
        months_ago: u32,
        max: u32,
    },
    #[error("{next} of centre {centre} is to be closed before {month}")]
    PeriodHole {
        centre: Branch,
        month: Month,
        next: Month,
    },
    #[error("{month} of centre {centre} is not closed: close it first (`ledger-cli period close`)")]
    PeriodOpen { centre: Branch, month: Month },
    #[error("{month} of centre {centre} is sealed already")]
    PeriodSealed { centre: Branch, month: Month },
    #[error(
        "the report of {month} of centre {centre} is of the journal from its closing, {closed}, to \
         the last record, {last}; it cannot be read as of {given}"
    )]
    SignOffPosition {
        centre: Branch,
        month: Month,
        given: Sequence,
        closed: Sequence,
        last: Sequence,
    },
    #[error("{number} has signed off {month} of centre {centre} already")]
    SignedOff {
        centre: Branch,
        month: Month,
        number: StaffNumber,
    },
    #[error("{month} of centre {centre} was signed off {max} times, and is not any more")]
    TooManySignOffs {
        centre: Branch,
        month: Month,
        max: usize,
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
            Self::PeriodTooEarly { .. } => "PERIOD_TOO_EARLY",
            Self::PeriodHole { .. } => "PERIOD_HOLE",
            Self::PeriodOpen { .. } => "PERIOD_OPEN",
            Self::PeriodSealed { .. } => "PERIOD_SEALED",
            Self::SignOffPosition { .. } => "SIGN_OFF_POSITION",
            Self::SignedOff { .. } => "SIGNED_OFF",
            Self::TooManySignOffs { .. } => "TOO_MANY_SIGN_OFFS",
            Self::EffectiveInClosed { .. } => "EFFECTIVE_IN_CLOSED",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PeriodClosed { centre, month }
            | Self::PeriodOpen { centre, month }
            | Self::PeriodSealed { centre, month } => {
                vec![("centre", centre.to_string()), ("month", month.to_string())]
            }
            Self::SignOffPosition {
                centre,
                month,
                given,
                closed,
                last,
            } => vec![
                ("centre", centre.to_string()),
                ("month", month.to_string()),
                ("given", given.to_string()),
                ("closed", closed.to_string()),
                ("last", last.to_string()),
            ],
            Self::SignedOff {
                centre,
                month,
                number,
            } => vec![
                ("centre", centre.to_string()),
                ("month", month.to_string()),
                ("staff_number", number.to_string()),
            ],
            Self::TooManySignOffs { centre, month, max } => vec![
                ("centre", centre.to_string()),
                ("month", month.to_string()),
                ("max", max.to_string()),
            ],
            Self::PeriodNotOver { month, today } => {
                vec![("month", month.to_string()), ("today", today.to_string())]
            }
            Self::PeriodTooEarly {
                month,
                months_ago,
                max,
            } => vec![
                ("month", month.to_string()),
                ("months_ago", months_ago.to_string()),
                ("max", max.to_string()),
            ],
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
