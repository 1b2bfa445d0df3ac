//! Stocks, and what is in them.

use super::{ReadError, Reading, account, centre, exchange::misplaced};
use crate::{
    exchange::{
        Branch, Code, List, Object, ObjectId, Rejection, StockRejection,
        stock::{ItemId, Stock, StockItem},
    },
    ledger::{AccountId, Balance, UnitId},
};

/// A stock, and what was redeemed of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockView {
    pub stock: Stock,
    pub balance: Balance,
}

/// An item, and what it is redeemed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemView {
    pub item: StockItem,
    pub unit: UnitId,
}

/// A stock.
///
/// # Errors
/// [`StockRejection::StockUnknown`], or where the store fails.
pub fn stock(reading: &mut Reading<'_>, id: &AccountId) -> Result<StockView, ReadError> {
    match reading.snapshot.object(&ObjectId::Stock(id.clone()))? {
        Some(Object::Stock(stock)) => filled(reading, stock),
        _ => Err(Rejection::from(StockRejection::StockUnknown { stock: id.clone() }).into()),
    }
}

fn filled(reading: &mut Reading<'_>, stock: Stock) -> Result<StockView, ReadError> {
    let balance = account(reading, &stock.account)?.account.balance;
    Ok(StockView { stock, balance })
}

/// The stocks of a centre by id, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn stocks(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    after: Option<AccountId>,
    limit: usize,
) -> Result<Vec<StockView>, ReadError> {
    centre(reading, prefix)?;
    let list = List::StocksOf(prefix.clone());
    let after = after.map(ObjectId::Stock);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let stocks = found.into_iter().map(|object| match object {
        Object::Stock(stock) => filled(reading, stock),
        other => Err(misplaced(&other).into()),
    });
    stocks.collect()
}

/// An item of a stock.
///
/// # Errors
/// [`StockRejection::StockUnknown`], [`StockRejection::ItemUnknown`], or where the store fails.
pub fn stock_item(reading: &mut Reading<'_>, id: &ItemId) -> Result<ItemView, ReadError> {
    let unit = stock(reading, &id.stock)?.stock.unit;
    let object = ObjectId::StockItem(Box::new(id.clone()));
    match reading.snapshot.object(&object)? {
        Some(Object::StockItem(item)) => Ok(ItemView { item: *item, unit }),
        _ => {
            let (stock, item) = (id.stock.clone(), id.code.clone());
            Err(Rejection::from(StockRejection::ItemUnknown { stock, item }).into())
        }
    }
}

/// The items of a stock, from after one on.
///
/// # Errors
/// [`StockRejection::StockUnknown`], or where the store fails.
pub fn stock_items(
    reading: &mut Reading<'_>,
    of: &AccountId,
    after: Option<Code>,
    limit: usize,
) -> Result<Vec<ItemView>, ReadError> {
    let unit = stock(reading, of)?.stock.unit;
    let after = after.map(|code| {
        let stock = of.clone();
        ObjectId::StockItem(Box::new(ItemId { stock, code }))
    });
    let list = List::ItemsOf(of.clone());
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let items = found.into_iter().map(|object| match object {
        Object::StockItem(item) => Ok(ItemView {
            item: *item,
            unit: unit.clone(),
        }),
        other => Err(misplaced(&other)),
    });
    Ok(items.collect::<Result<_, _>>()?)
}
