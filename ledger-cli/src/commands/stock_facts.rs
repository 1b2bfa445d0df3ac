//! What happened to stocks, as `watch` shows it.

use timebank::exchange::{StockFact, stock::Counted};

use super::{
    cells::{Cells, shown},
    order_facts::reason,
};
use crate::render::Cell;

pub(super) fn name(fact: &StockFact) -> &'static str {
    match fact {
        StockFact::Opened(_) => "stock_opened",
        StockFact::Put { .. } => "stock_item_put",
        StockFact::Redeemed(_) => "stock_redeemed",
    }
}

/// All that it has.
pub(super) fn cells(fact: &StockFact) -> Cells {
    match fact {
        StockFact::Opened(open) => vec![
            ("stock_id", Cell::text(open.account.as_str())),
            ("unit_id", Cell::text(open.unit.as_str())),
            ("name", Cell::text(open.name.as_str())),
        ],
        StockFact::Put { put, by } => {
            let pieces = match put.counted {
                Counted::More(pieces) => i64::from(pieces.get()),
                Counted::Fewer(pieces) => -i64::from(pieces.get()),
                Counted::AsMany => 0,
            };
            vec![
                ("step_id", Cell::text(put.step.to_string())),
                ("stock_id", Cell::text(put.id.stock.as_str())),
                ("item", Cell::text(put.id.code.as_str())),
                ("name", Cell::text(put.name.as_str())),
                ("price", Cell::Count(put.price.steps())),
                ("pieces", Cell::Count(pieces)),
                reason(put.reason.as_ref()),
                ("staff_number", Cell::text(by.as_str())),
            ]
        }
        StockFact::Redeemed(new) => vec![
            ("step_id", Cell::text(new.redeem.step.to_string())),
            ("account_id", Cell::text(new.redeem.from.as_str())),
            ("stock_id", Cell::text(new.redeem.item.stock.as_str())),
            ("item", Cell::text(new.redeem.item.code.as_str())),
            ("pieces", Cell::Count(new.redeem.pieces.get().into())),
            ("amount", Cell::Count(new.redeem.amount.steps())),
            reason(new.redeem.reason.as_ref()),
            ("by", Cell::text(new.by.to_string())),
            ("policy_version", shown(new.policy)),
            ("verdict_on", shown(new.verdict_on)),
        ],
    }
}

/// It in a few words.
pub(super) fn summary(fact: &StockFact) -> String {
    match fact {
        StockFact::Opened(open) => format!("{} ({})", open.account, open.name),
        StockFact::Put { put, by } => format!("{} of {} by {by}", put.id.code, put.id.stock),
        StockFact::Redeemed(new) => {
            let redeem = &new.redeem;
            let pieces = redeem.pieces.get();
            format!(
                "{pieces} {} for {} by {}",
                redeem.item.code, redeem.from, new.by
            )
        }
    }
}
