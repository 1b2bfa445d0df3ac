//! What happened to stocks: to the contract's messages, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message, pieces_counted::Counted as Said};

use super::{
    Undecodable,
    decode::booking,
    facts::policy_version,
    order_facts::{doer, doer_to_proto, number, reason, reason_to_proto, text, verdict_on},
};
use crate::{
    exchange::{
        Code, Fact, Name, StaffNumber,
        stock::{
            Counted, ItemId, MAX_PIECES, OpenStock, Pieces, PutItem, Redeem, Redeemed, StockFact,
        },
    },
    ledger::{AccountId, Amount, Malformed, Sequence, UnitId},
};

type Result<T> = std::result::Result<T, Undecodable>;
type Read<T> = std::result::Result<T, Malformed>;

pub(super) fn to_proto(fact: &StockFact) -> Message {
    match fact {
        StockFact::Opened(open) => Message::StockOpened(v1::StockOpened {
            account_id: open.account.as_str().into(),
            unit_id: open.unit.as_str().into(),
            name: open.name.as_str().into(),
        }),
        StockFact::Put { put, by } => Message::StockItemPut(v1::StockItemPut {
            step_id: put.step.as_bytes().to_vec(),
            stock_id: put.id.stock.as_str().into(),
            item: put.id.code.as_str().into(),
            name: put.name.as_str().into(),
            price: put.price.steps(),
            pieces: Some(counted_to_proto(put.counted)),
            reason_commitment: reason_to_proto(put.reason.as_ref()),
            staff_number: by.as_str().into(),
        }),
        StockFact::Redeemed(new) => Message::StockRedeemed(v1::StockRedeemed {
            step_id: new.redeem.step.as_bytes().to_vec(),
            account_id: new.redeem.from.as_str().into(),
            stock_id: new.redeem.item.stock.as_str().into(),
            item: new.redeem.item.code.as_str().into(),
            pieces: new.redeem.pieces.get().into(),
            amount: new.redeem.amount.steps(),
            reason_commitment: reason_to_proto(new.redeem.reason.as_ref()),
            by: Some(doer_to_proto(&new.by)),
            policy_version: new.policy.map_or(0, number),
            verdict_on: new.verdict_on.map_or(0, Sequence::get),
        }),
    }
}

fn counted_to_proto(counted: Counted) -> v1::PiecesCounted {
    v1::PiecesCounted {
        counted: match counted {
            Counted::More(pieces) => Some(Said::More(pieces.get().into())),
            Counted::Fewer(pieces) => Some(Said::Fewer(pieces.get().into())),
            Counted::AsMany => None,
        },
    }
}

/// Reads how many pieces came or went.
///
/// # Errors
/// [`Malformed::Pieces`].
pub fn counted(given: Option<&v1::PiecesCounted>) -> Read<Counted> {
    Ok(match given.and_then(|given| given.counted.as_ref()) {
        None => Counted::AsMany,
        Some(Said::More(given)) => Counted::More(pieces(*given)?),
        Some(Said::Fewer(given)) => Counted::Fewer(pieces(*given)?),
    })
}

/// Reads a number of pieces.
///
/// # Errors
/// [`Malformed::Pieces`].
pub fn pieces(given: i64) -> Read<Pieces> {
    let max = MAX_PIECES;
    let within = u32::try_from(given).map_err(|_| Malformed::Pieces { given, max })?;
    Pieces::new(within)
}

/// Reads which item of a stock is meant.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn item_id(stock_id: &str, item: &str) -> Read<ItemId> {
    Ok(ItemId {
        stock: AccountId::parse(text(stock_id, "stock_id")?)?,
        code: Code::parse("item", text(item, "item")?)?,
    })
}

fn fact(fact: StockFact) -> Fact {
    Fact::Stock(Box::new(fact))
}

pub(super) fn read_opened(new: &v1::StockOpened) -> Result<Fact> {
    Ok(fact(StockFact::Opened(OpenStock {
        account: AccountId::parse(&new.account_id)?,
        unit: UnitId::parse(&new.unit_id)?,
        name: Name::parse("name", &new.name)?,
    })))
}

pub(super) fn read_put(new: &v1::StockItemPut) -> Result<Fact> {
    Ok(fact(StockFact::Put {
        put: PutItem {
            step: booking(&new.step_id, "step_id")?,
            id: item_id(&new.stock_id, &new.item)?,
            name: Name::parse("name", &new.name)?,
            price: Amount::new(new.price)?,
            counted: counted(new.pieces.as_ref())?,
            reason: reason(&new.reason_commitment)?,
        },
        by: StaffNumber::parse(&new.staff_number)?,
    }))
}

pub(super) fn read_redeemed(new: &v1::StockRedeemed) -> Result<Fact> {
    Ok(fact(StockFact::Redeemed(Redeemed {
        redeem: Redeem {
            step: booking(&new.step_id, "step_id")?,
            from: AccountId::parse(&new.account_id)?,
            item: item_id(&new.stock_id, &new.item)?,
            pieces: pieces(new.pieces)?,
            amount: Amount::new(new.amount)?,
            reason: reason(&new.reason_commitment)?,
            recorded: None,
        },
        by: doer(new.by.as_ref())?,
        policy: match new.policy_version {
            0 => None,
            version => Some(policy_version(version)?),
        },
        verdict_on: verdict_on(new.verdict_on)?,
    })))
}
