//! Why the time bank refuses what is asked of stocks.

use super::{MAX_PIECES, Pieces};
use crate::exchange::Code;
use crate::ledger::{AccountId, Amount, UnitId};

/// A rule's refusal, with the figures that explain it. Rules are asked in the order of
/// these variants.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StockRejection {
    #[error("there is no stock {stock}; `ledger-cli stock list` shows those there are")]
    StockUnknown { stock: AccountId },
    #[error(
        "stock {stock} has no item {item}; `ledger-cli stock items {stock}` shows those there are"
    )]
    ItemUnknown { stock: AccountId, item: Code },
    #[error(
        "{left} pieces of {item} are left in stock {stock}, and {} are asked for", .requested.get()
    )]
    ItemsShort {
        stock: AccountId,
        item: Code,
        left: u32,
        requested: Pieces,
    },
    #[error("{left} pieces of {item} are in stock {stock}, which has room for {MAX_PIECES}")]
    TooManyPieces {
        stock: AccountId,
        item: Code,
        left: u32,
    },
    #[error("{} of {item} cost {costs} {unit}, and not {given}", .pieces.get())]
    PriceOther {
        item: Code,
        pieces: Pieces,
        unit: UnitId,
        costs: i64,
        given: Amount,
    },
}

impl StockRejection {
    /// The stable name of the rule.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::StockUnknown { .. } => "STOCK_UNKNOWN",
            Self::ItemUnknown { .. } => "ITEM_UNKNOWN",
            Self::ItemsShort { .. } => "ITEMS_SHORT",
            Self::TooManyPieces { .. } => "TOO_MANY_PIECES",
            Self::PriceOther { .. } => "PRICE_OTHER",
        }
    }

    /// The figures that explain it, by name.
    pub fn figures(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::StockUnknown { stock } => vec![("stock", stock.to_string())],
            Self::ItemUnknown { stock, item } => {
                vec![("stock", stock.to_string()), ("item", item.to_string())]
            }
            Self::ItemsShort {
                stock,
                item,
                left,
                requested,
            } => vec![
                ("stock", stock.to_string()),
                ("item", item.to_string()),
                ("left", left.to_string()),
                ("requested", requested.get().to_string()),
            ],
            Self::TooManyPieces { stock, item, left } => vec![
                ("stock", stock.to_string()),
                ("item", item.to_string()),
                ("left", left.to_string()),
                ("max", MAX_PIECES.to_string()),
            ],
            Self::PriceOther {
                item,
                pieces,
                unit,
                costs,
                given,
            } => vec![
                ("item", item.to_string()),
                ("pieces", pieces.get().to_string()),
                ("unit", unit.to_string()),
                ("costs", costs.to_string()),
                ("given", given.to_string()),
            ],
        }
    }
}
