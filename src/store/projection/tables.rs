//! The tables that are computed from the journal, their columns, and rows of them.

use crate::ledger::{Balance, Moment, Position, Sequence};

/// A table that is computed from the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Table {
    /// Entries and holds by their UUID: the first record of that id.
    Ids,
    Units,
    /// What changes seldom of an account.
    Accounts,
    /// What changes often of an account.
    Balances,
    /// A row a transfer: two postings.
    Transfers,
    Holds,
    Reversals,
    /// The ids of the time bank's steps: what repeats one is known by it.
    Steps,
    /// The time bank's objects as they stand.
    Objects,
    /// The objects in the order of their lists.
    Keys,
    /// The records of services that were rendered outside orders and groups.
    Served,
    /// The records of reversals that somebody had let past limits.
    Forced,
}

impl Table {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::Ids,
        Self::Units,
        Self::Accounts,
        Self::Balances,
        Self::Transfers,
        Self::Holds,
        Self::Reversals,
        Self::Steps,
        Self::Objects,
        Self::Keys,
        Self::Served,
        Self::Forced,
    ];

    /// The table's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ids => "ids",
            Self::Units => "units",
            Self::Accounts => "accounts",
            Self::Balances => "balances",
            Self::Transfers => "transfers",
            Self::Holds => "holds",
            Self::Reversals => "reversals",
            Self::Steps => "steps",
            Self::Objects => "objects",
            Self::Keys => "keys",
            Self::Served => "served",
            Self::Forced => "forced",
        }
    }

    /// The table's columns. The first is its key.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Ids => &["id", "sequence"],
            Self::Units => &["id", "step"],
            Self::Accounts => &[
                "no",
                "id",
                "kind",
                "unit",
                "floor",
                "ceiling",
                "limits_sequence",
                "first_floor",
                "first_ceiling",
                "opened_sequence",
                "opened_at_us",
                "closed_sequence",
                "closed_at_us",
            ],
            Self::Balances => &[
                "no",
                "balance",
                "held",
                "open_holds",
                "posting_count",
                "last_posting",
            ],
            Self::Transfers => &[
                "position",
                "debit_no",
                "debit_balance",
                "debit_link",
                "credit_no",
                "credit_balance",
                "credit_link",
            ],
            Self::Holds => &[
                "sequence",
                "debit_no",
                "credit_no",
                "amount",
                "expires_at_us",
                "state",
                "ended_sequence",
            ],
            Self::Reversals => &["of_sequence", "by_sequence"],
            Self::Steps => &["id", "sequence"],
            Self::Objects => &["id", "sequence", "state"],
            Self::Keys => &["key", "line"],
            Self::Served | Self::Forced => &["sequence", "minute"],
        }
    }

    /// Whether a row is written again when what it tells of changes.
    pub fn is_rewritten(self) -> bool {
        match self {
            Self::Accounts | Self::Balances | Self::Holds | Self::Objects | Self::Keys => true,
            Self::Ids
            | Self::Units
            | Self::Transfers
            | Self::Reversals
            | Self::Steps
            | Self::Served
            | Self::Forced => false,
        }
    }
}

/// A value of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    Nothing,
    Number(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Sequence> for Value<'_> {
    fn from(sequence: Sequence) -> Self {
        Self::Number(sequence.get())
    }
}

impl From<Balance> for Value<'_> {
    fn from(balance: Balance) -> Self {
        Self::Number(balance.steps())
    }
}

impl From<Moment> for Value<'_> {
    fn from(moment: Moment) -> Self {
        Self::Number(moment.us())
    }
}

impl From<Position> for Value<'_> {
    fn from(position: Position) -> Self {
        Self::Number(position.stored())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// A row as it is from now on.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub table: Table,
    /// In the order of the table's columns.
    pub values: &'a [Value<'a>],
    /// The record that the row is of.
    pub of: Sequence,
    /// Whether a later record may change it.
    pub may_change: bool,
}
