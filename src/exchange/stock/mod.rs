//! Stocks: what members redeem points or hours for.
//!
//! A [`Stock`] has an account of kind `redemption`, which what is redeemed goes to, and
//! [items](StockItem), each with a price and so many pieces.

mod command;
mod fact;
mod fold;
mod rejection;

use serde::{Deserialize, Serialize};

pub use command::StockCommand;
pub use fact::{Redeemed, StockFact};
pub use rejection::StockRejection;

use super::{Branch, Code, Name, order::Reason};
use crate::ledger::{AccountId, Amount, BookingId, Malformed, Sequence, UnitId};

/// How many pieces there are of an item at most, and how many come or go at once.
pub const MAX_PIECES: u32 = 1_000_000;

/// So many pieces: 1 to 1,000,000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pieces(u32);

impl Pieces {
    /// So many.
    ///
    /// # Errors
    /// [`Malformed::Pieces`] for none, or more than 1,000,000.
    pub fn new(given: u32) -> Result<Self, Malformed> {
        match (1..=MAX_PIECES).contains(&given) {
            true => Ok(Self(given)),
            false => Err(Malformed::Pieces {
                given: given.into(),
                max: MAX_PIECES,
            }),
        }
    }

    /// How many.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// Opens a stock: with an account, unless there is one that does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OpenStock {
    #[serde(rename = "stock_id")]
    pub account: AccountId,
    #[serde(rename = "unit_id")]
    pub unit: UnitId,
    pub name: Name,
}

/// A stock as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stock {
    pub account: AccountId,
    /// The centre in whose branch the account is, whose staff keep the stock.
    pub centre: Branch,
    pub unit: UnitId,
    pub name: Name,
}

/// Which item: of a stock, by a word.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ItemId {
    #[serde(rename = "stock_id")]
    pub stock: AccountId,
    #[serde(rename = "item")]
    pub code: Code,
}

/// How many pieces of an item there are more, or fewer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// They came.
    More(Pieces),
    /// They were lost, or sorted out.
    Fewer(Pieces),
    /// Only the name or the price is another one.
    AsMany,
}

/// Says what an item is called and costs, and how many pieces came or went.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PutItem {
    #[serde(skip)]
    pub step: BookingId,
    #[serde(flatten)]
    pub id: ItemId,
    pub name: Name,
    /// What a piece costs.
    pub price: Amount,
    pub counted: Counted,
    pub reason: Option<Reason>,
}

/// An item as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockItem {
    #[serde(flatten)]
    pub id: ItemId,
    pub name: Name,
    pub price: Amount,
    /// How many pieces are left.
    pub left: u32,
    /// How many were redeemed in all.
    pub redeemed: u64,
    /// The record that changed it last.
    pub since: Sequence,
}

/// Redeems what stands on an account for pieces of an item.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Redeem {
    /// Also that of the entry.
    #[serde(skip)]
    pub step: BookingId,
    #[serde(rename = "account_id")]
    pub from: AccountId,
    #[serde(flatten)]
    pub item: ItemId,
    pub pieces: Pieces,
    /// What they cost in all, as whoever redeems was told.
    pub amount: Amount,
    pub reason: Option<Reason>,
    /// Of a record, the one whose personal fields it has a verdict on.
    #[serde(skip)]
    pub recorded: Option<Sequence>,
}
