//! Why a row comes to nothing.

use timebank::ledger::Malformed;

use crate::{amount::AmountError, time::TimeError};

/// Why a row cannot be booked as it stands in the file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum RowError {
    #[error("the row is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("a quote is not closed")]
    QuoteOpen,
    #[error("this is not CSV")]
    NotCsv,
    #[error("column {column} is not UTF-8 text")]
    NotUtf8 { column: usize },
    #[error("column {column} has a NUL byte")]
    Nul { column: usize },
    #[error("the row has {given} columns instead of {wanted}")]
    Columns { given: usize, wanted: usize },
    #[error("{field} is empty")]
    Empty { field: &'static str },
    #[error("{field} {given:?}: {error}")]
    Amount {
        field: &'static str,
        given: String,
        error: AmountError,
    },
    #[error("{given} s is not a whole number of minutes, and the ledger never rounds")]
    SecondsNotWhole { given: i64 },
    #[error("{field} {given:?}: {error}")]
    Time {
        field: &'static str,
        given: String,
        error: TimeError,
    },
    #[error("{field} {given:?} is not {wanted}")]
    Choice {
        field: &'static str,
        given: String,
        wanted: &'static str,
    },
    #[error(
        "{field} {given:?} cannot be part of an account id (a-z 0-9 '-', 32 characters); ids hold \
         no names, so give people numbers first"
    )]
    NotAnId { field: &'static str, given: String },
    #[error("the tags {given:?} are not written key=value;key=value")]
    Tags { given: String },
    #[error("a row without entry_id gets its id from effective_at, which is empty")]
    Undated,
    #[error("{field} differs from that of the entry's first row, on line {first_line}")]
    Differs {
        field: &'static str,
        first_line: u64,
    },
    #[error(
        "line {line} cannot be booked and is, or may be, part of the same entry, so none of it \
         is booked; put that line right and import the file again"
    )]
    EntryBad { line: u64 },
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl RowError {
    /// The stable name of what is wrong.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "ROW_TOO_LONG",
            Self::QuoteOpen => "QUOTE_OPEN",
            Self::NotCsv => "NOT_CSV",
            Self::NotUtf8 { .. } => "NOT_UTF8",
            Self::Nul { .. } => "NUL_BYTE",
            Self::Columns { .. } => "COLUMN_COUNT",
            Self::Empty { .. } => "FIELD_MISSING",
            Self::Amount { error, .. } => match error {
                AmountError::NotWhole => "NOT_WHOLE_MINUTES",
                AmountError::TooLarge | AmountError::Negative => "AMOUNT_OUT_OF_RANGE",
                AmountError::Unreadable
                | AmountError::BareFraction
                | AmountError::MinutesBeyondHour => "AMOUNT_MALFORMED",
            },
            Self::SecondsNotWhole { .. } => "NOT_WHOLE_MINUTES",
            Self::Time {
                error: TimeError::Skipped { .. },
                ..
            } => "TIME_SKIPPED",
            Self::Time { .. } => "TIME_MALFORMED",
            Self::Choice { .. } => "CHOICE_UNKNOWN",
            Self::NotAnId { .. } => "ACCOUNT_ID_MALFORMED",
            Self::Tags { .. } => "TAGS_MALFORMED",
            Self::Undated => "UNDATED",
            Self::Differs { .. } => "ENTRY_ROWS_DIFFER",
            Self::EntryBad { .. } => "ENTRY_BAD",
            Self::Malformed(malformed) => malformed.reason(),
        }
    }
}
