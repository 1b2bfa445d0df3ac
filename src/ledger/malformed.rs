//! Input that cannot be turned into a value of the ledger at all.

/// Why a given value is none of the ledger's. It is found before any fact is
/// looked at, so it comes before every [`Rejection`](super::Rejection).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("{field} is missing")]
    Missing { field: &'static str },
    #[error(
        "account id {given:?} {why}; an account id is 2 to 8 segments joined by ':', each 1 to 32 \
         characters a-z 0-9 '-' that start with a letter or digit, 100 characters at most in all, \
         such as shapingba:member:000123"
    )]
    AccountId { given: String, why: &'static str },
    #[error(
        "unit id or step {given:?} is not 2 to 16 (a step 1 to 16) characters a-z 0-9 that start \
         with a letter"
    )]
    UnitId { given: String },
    #[error("{field} {given:?} is not 1 to 32 characters a-z 0-9 '-' that start with a letter")]
    Label { field: &'static str, given: String },
    #[error(
        "{field} {given:?} is no branch of the chart of accounts; a branch is 1 to 6 segments \
         joined by ':', each 1 to 32 characters a-z 0-9 '-' that start with a letter or digit, 60 \
         characters at most in all, such as shapingba"
    )]
    Branch { field: &'static str, given: String },
    #[error("the staff number {given:?} is not 1 to 32 characters A-Z a-z 0-9 '.' '-'")]
    StaffNumber { given: String },
    #[error(
        "the token name {given:?} is neither 1 to 32 characters A-Z a-z 0-9 '.' '-' nor, for a \
         member's token and for no other, the member's id"
    )]
    TokenName { given: String },
    #[error(
        "a token for {role} has no scope of its own, and is given {branch}: an administrator's \
         reaches the whole ledger, a member's what is theirs"
    )]
    TokenScope { role: &'static str, branch: String },
    #[error("the number of a sheet {given:?} is not 1 to 32 characters A-Z a-z 0-9 '.' '-'")]
    SheetNumber { given: String },
    #[error(
        "{field} {given:?} is not 1 to {max} characters without control characters, and without \
         a space at either end"
    )]
    Name {
        field: &'static str,
        given: String,
        max: usize,
    },
    #[error("the owner {given:?} of a hold is not 1 to 64 characters a-z 0-9 ':' '-'")]
    HoldOwner { given: String },
    #[error("{field} {given:?} is not a UUID other than the nil one")]
    BookingId { field: &'static str, given: String },
    #[error("{field} is no SHA-256 of 64 digits 0-9 a-f, such as `sha256sum FILE` prints")]
    FileHash { field: &'static str },
    #[error("the amount {given} is not within 1 to {max}")]
    AmountRange { given: i64, max: i64 },
    #[error("the limit {given} is not within -{max} to {max}")]
    LimitRange { given: i64, max: i64 },
    #[error("an unbounded limit is said with `unbounded: true`")]
    LimitUnset,
    #[error("a transfer from {account} to itself moves nothing")]
    SameAccount { account: String },
    #[error("an entry has 1 to {max} transfers, this one has {given}")]
    TransferCount { given: usize, max: usize },
    #[error("an entry has at most {max} tags, this one has {given}")]
    TagCount { given: usize, max: usize },
    #[error("the tag {key:?} is given twice")]
    TagTwice { key: String },
    #[error("the value of tag {key:?} is not 1 to {max} characters without control characters")]
    TagValue { key: String, max: usize },
    #[error("the note has {given} characters, the most is {max}")]
    NoteLength { given: usize, max: usize },
    #[error("{field} is no day of the years 1900 to 9999, written as 2026-03-01")]
    Day { field: &'static str },
    #[error("{field} is not up to {max} characters without control characters")]
    Personal { field: &'static str, max: usize },
    #[error("the identity number is not 6 to 32 letters A-Z and digits")]
    Identity,
    #[error("at most {max} relatives are named, here are {given}")]
    Relatives { given: usize, max: usize },
    #[error("{field} is no month of the years 1900 to 9999, written as 2026-10")]
    Month { field: &'static str },
    #[error("{given} places are not 1 to {max}")]
    Places { given: i64, max: u32 },
    #[error("a list names 1 to {max} members, each once; here are {given}")]
    Listed { given: usize, max: usize },
    #[error("{given} pieces are not 1 to {max}")]
    Pieces { given: i64, max: u32 },
    #[error("the last day, {until}, comes before the first, {from}")]
    DaysReversed { from: String, until: String },
    #[error("a pool has 1 to {max} purposes, each once; here are {given}")]
    Purposes { given: usize, max: usize },
    #[error("{field} is not a time of the years 1900 to 9999")]
    Time { field: &'static str },
    #[error("{field} is no time of day from 00:00 to 24:00, such as 09:30")]
    TimeOfDay { field: &'static str },
    #[error("expires_in is not whole seconds from 1 to {max_s} (10 years)")]
    ExpiresIn { max_s: i64 },
    #[error("{field} is unknown: {given}")]
    Choice { field: &'static str, given: i32 },
    #[error("there is no journal position {given}; the first is 1")]
    SequenceRange { given: i64 },
    #[error(
        "{given:?} is no time zone; name one of the IANA data base, such as Asia/Shanghai or UTC"
    )]
    TimeZone { given: String },
    #[error("the etag {given:?} is none that an account has; read the account for it")]
    Etag { given: String },
    #[error("{fields} cannot be given together")]
    Together { fields: &'static str },
    #[error("{field} is not UTF-8 text")]
    NotText { field: &'static str },
    #[error("{field} {given:?} is the server's own name; take another")]
    Reserved {
        field: &'static str,
        given: &'static str,
    },
    #[error("{field} has {given} bytes; it may have {max} at most, and {allowed} alone")]
    Header {
        field: &'static str,
        given: usize,
        max: usize,
        allowed: &'static str,
    },
}

impl Malformed {
    pub(crate) fn branch(field: &'static str, given: &str) -> Self {
        let given = excerpt(given);
        Self::Branch { field, given }
    }

    pub(crate) fn sheet_number(given: &str) -> Self {
        let given = excerpt(given);
        Self::SheetNumber { given }
    }

    pub(crate) fn staff_number(given: &str) -> Self {
        let given = excerpt(given);
        Self::StaffNumber { given }
    }

    pub(crate) fn token_name(given: &str) -> Self {
        let given = excerpt(given);
        Self::TokenName { given }
    }

    pub(crate) fn name(field: &'static str, given: &str, max: usize) -> Self {
        let given = excerpt(given);
        Self::Name { field, given, max }
    }

    /// The stable name of this refusal.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "FIELD_MISSING",
            Self::AccountId { .. } => "ACCOUNT_ID_MALFORMED",
            Self::UnitId { .. } => "UNIT_ID_MALFORMED",
            Self::Label { .. } => "LABEL_MALFORMED",
            Self::Branch { .. } => "BRANCH_MALFORMED",
            Self::StaffNumber { .. } => "STAFF_NUMBER_MALFORMED",
            Self::TokenName { .. } => "TOKEN_NAME_MALFORMED",
            Self::TokenScope { .. } => "TOKEN_SCOPE_MALFORMED",
            Self::SheetNumber { .. } => "SHEET_NUMBER_MALFORMED",
            Self::Name { .. } => "NAME_MALFORMED",
            Self::HoldOwner { .. } => "HOLD_OWNER_MALFORMED",
            Self::FileHash { .. } => "FILE_HASH_MALFORMED",
            Self::BookingId { .. } => "ID_MALFORMED",
            Self::AmountRange { .. } => "AMOUNT_OUT_OF_RANGE",
            Self::LimitRange { .. } | Self::LimitUnset => "LIMIT_OUT_OF_RANGE",
            Self::SameAccount { .. } => "SAME_ACCOUNT",
            Self::TransferCount { .. } => "TRANSFER_COUNT_OUT_OF_RANGE",
            Self::TagCount { .. } | Self::TagTwice { .. } | Self::TagValue { .. } => {
                "TAGS_MALFORMED"
            }
            Self::NoteLength { .. } => "NOTE_TOO_LONG",
            Self::Time { .. } => "TIME_OUT_OF_RANGE",
            Self::TimeOfDay { .. } => "TIME_OF_DAY_MALFORMED",
            Self::Day { .. } => "DAY_MALFORMED",
            Self::Personal { .. } => "PERSONAL_FIELD_MALFORMED",
            Self::Identity => "IDENTITY_MALFORMED",
            Self::Relatives { .. } => "TOO_MANY_RELATIVES",
            Self::Month { .. } => "MONTH_MALFORMED",
            Self::Pieces { .. } => "PIECES_OUT_OF_RANGE",
            Self::Places { .. } => "PLACES_OUT_OF_RANGE",
            Self::Listed { .. } => "LIST_MALFORMED",
            Self::DaysReversed { .. } => "DAYS_REVERSED",
            Self::Purposes { .. } => "PURPOSES_MALFORMED",
            Self::SequenceRange { .. } => "SEQUENCE_OUT_OF_RANGE",
            Self::ExpiresIn { .. } => "EXPIRY_OUT_OF_RANGE",
            Self::Choice { .. } => "CHOICE_UNKNOWN",
            Self::TimeZone { .. } => "TIME_ZONE_UNKNOWN",
            Self::Together { .. } => "FIELDS_TOGETHER",
            Self::Etag { .. } => "ETAG_MALFORMED",
            Self::NotText { .. } | Self::Header { .. } | Self::Reserved { .. } => {
                "METADATA_MALFORMED"
            }
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Missing { field }
            | Self::Time { field }
            | Self::TimeOfDay { field }
            | Self::Day { field }
            | Self::Month { field }
            | Self::FileHash { field }
            | Self::NotText { field } => {
                vec![("field", (*field).into())]
            }
            Self::AccountId { given, .. }
            | Self::UnitId { given }
            | Self::HoldOwner { given }
            | Self::StaffNumber { given }
            | Self::TokenName { given }
            | Self::SheetNumber { given }
            | Self::Etag { given }
            | Self::TimeZone { given } => {
                vec![("given", given.clone())]
            }
            Self::Label { field, given }
            | Self::Branch { field, given }
            | Self::BookingId { field, given } => {
                vec![("field", (*field).into()), ("given", given.clone())]
            }
            Self::AmountRange { given, max } | Self::LimitRange { given, max } => {
                vec![("given", given.to_string()), ("max", max.to_string())]
            }
            Self::Name { field, given, max } => vec![
                ("field", (*field).into()),
                ("given", given.clone()),
                ("max", max.to_string()),
            ],
            Self::LimitUnset | Self::Identity => vec![],
            Self::TokenScope { role, branch } => {
                vec![("role", (*role).into()), ("scope", branch.clone())]
            }
            Self::Together { fields } => vec![("fields", (*fields).into())],
            Self::SameAccount { account } => vec![("account", account.clone())],
            Self::Personal { field, max } => {
                vec![("field", (*field).into()), ("max", max.to_string())]
            }
            Self::TransferCount { given, max }
            | Self::Relatives { given, max }
            | Self::Listed { given, max }
            | Self::Purposes { given, max }
            | Self::TagCount { given, max }
            | Self::NoteLength { given, max } => {
                vec![("given", given.to_string()), ("max", max.to_string())]
            }
            Self::Pieces { given, max } | Self::Places { given, max } => {
                vec![("given", given.to_string()), ("max", max.to_string())]
            }
            Self::DaysReversed { from, until } => {
                vec![("from", from.clone()), ("until", until.clone())]
            }
            Self::TagTwice { key } => vec![("key", key.clone())],
            Self::TagValue { key, max } => vec![("key", key.clone()), ("max", max.to_string())],
            Self::SequenceRange { given } => vec![("given", given.to_string())],
            Self::ExpiresIn { max_s } => vec![("max_s", max_s.to_string())],
            Self::Choice { field, given } => {
                vec![("field", (*field).into()), ("given", given.to_string())]
            }
            Self::Reserved { field, given } => {
                vec![("field", (*field).into()), ("given", (*given).into())]
            }
            Self::Header {
                field, given, max, ..
            } => vec![
                ("field", (*field).into()),
                ("given", given.to_string()),
                ("max", max.to_string()),
            ],
        }
    }
}

/// The first characters of a given value, for an error text: input may be huge.
pub(super) fn excerpt(given: &str) -> String {
    given.chars().take(120).collect()
}
