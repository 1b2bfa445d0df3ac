//! Stocks, and what is in them.

use timebank_proto::v1::{Stock, StockItem};

use crate::render::{Cell, Layout, Row};

pub(crate) const STOCKS: Layout = Layout {
    fields: &["id", "name", "centre", "unit_id", "balance"],
    columns: &[
        ("id", "stock"),
        ("name", "name"),
        ("unit_id", "unit"),
        ("balance", "redeemed"),
    ],
};

pub(crate) const STOCK_ITEMS: Layout = Layout {
    fields: &[
        "item", "name", "stock_id", "price", "unit_id", "left", "redeemed",
    ],
    columns: &[
        ("item", "item"),
        ("name", "name"),
        ("price", "price"),
        ("left", "left"),
        ("redeemed", "redeemed"),
    ],
};

pub(crate) fn stock(stock: &Stock) -> Row {
    Row(vec![
        ("id", Cell::text(&stock.stock_id)),
        ("name", Cell::text(&stock.name)),
        ("centre", Cell::text(&stock.centre)),
        ("unit_id", Cell::text(&stock.unit_id)),
        ("balance", Cell::steps(stock.balance, &stock.unit_id)),
    ])
}

pub(crate) fn stock_item(item: &StockItem) -> Row {
    Row(vec![
        ("item", Cell::text(&item.item)),
        ("name", Cell::text(&item.name)),
        ("stock_id", Cell::text(&item.stock_id)),
        ("price", Cell::steps(item.price, &item.unit_id)),
        ("unit_id", Cell::text(&item.unit_id)),
        ("left", Cell::Count(item.left)),
        ("redeemed", Cell::Count(item.redeemed)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_name_what_the_rows_have() {
        for (layout, row) in [
            (&STOCKS, stock(&Stock::default())),
            (&STOCK_ITEMS, stock_item(&StockItem::default())),
        ] {
            let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
            assert_eq!(layout.fields, fields);
            for (column, _) in layout.columns {
                assert!(fields.contains(column), "{column}");
            }
        }
    }
}
