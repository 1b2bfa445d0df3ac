//! What facts about stocks make of the objects.

use super::{Counted, ItemId, PutItem, Redeem, Stock, StockFact, StockItem};
use crate::{
    exchange::{NotLoaded, Object, ObjectId, Objects, wants::Folded},
    ledger::{AccountId, Sequence},
};

impl Objects {
    /// A stock.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn stock(&self, account: &AccountId) -> Result<Option<&Stock>, NotLoaded> {
        match self.object(&ObjectId::Stock(account.clone()))? {
            Some(Object::Stock(stock)) => Ok(Some(stock)),
            _ => Ok(None),
        }
    }

    /// An item of a stock.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn stock_item(&self, id: &ItemId) -> Result<Option<&StockItem>, NotLoaded> {
        match self.object(&ObjectId::StockItem(Box::new(id.clone())))? {
            Some(Object::StockItem(item)) => Ok(Some(item)),
            _ => Ok(None),
        }
    }

    pub(in crate::exchange) fn fold_stock(&mut self, fact: &StockFact, at: Sequence) -> Folded {
        match fact {
            StockFact::Opened(open) => {
                let around = self.centre_around(open.account.as_str());
                let around = around.ok_or("the account of a stock is in no centre's branch")?;
                let stock = Stock {
                    account: open.account.clone(),
                    centre: around.terms.prefix.clone(),
                    unit: open.unit.clone(),
                    name: open.name.clone(),
                };
                self.create(Object::Stock(stock), at)
            }
            StockFact::Put { put, .. } => self.put_item(put, at),
            StockFact::Redeemed(new) => self.redeem(&new.redeem, at),
        }
    }

    fn put_item(&mut self, put: &PutItem, at: Sequence) -> Folded {
        let before = self.stock_item(&put.id)?;
        let (left, redeemed) = before.map_or((0, 0), |item| (item.left, item.redeemed));
        let left = match put.counted {
            Counted::AsMany => Some(left),
            Counted::More(pieces) => left.checked_add(pieces.get()),
            Counted::Fewer(pieces) => left.checked_sub(pieces.get()),
        };
        let item = StockItem {
            id: put.id.clone(),
            name: put.name.clone(),
            price: put.price,
            left: left.ok_or("fewer pieces than none")?,
            redeemed,
            since: at,
        };
        self.put(Object::StockItem(Box::new(item)), at);
        Ok(())
    }

    fn redeem(&mut self, redeem: &Redeem, at: Sequence) -> Folded {
        let Some(item) = self.stock_item(&redeem.item)? else {
            return Err(format!("there is no item {}", redeem.item.code).into());
        };
        let mut item = item.clone();
        let left = item.left.checked_sub(redeem.pieces.get());
        item.left = left.ok_or("fewer pieces than none")?;
        item.redeemed = item.redeemed.saturating_add(redeem.pieces.get().into());
        item.since = at;
        self.put(Object::StockItem(Box::new(item)), at);
        Ok(())
    }
}
