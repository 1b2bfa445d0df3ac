//! Commands about stocks.

use timebank::{
    exchange::{
        Branch, Code, Command, Name, Object, StockCommand,
        stock::{Counted, ItemId, OpenStock, Pieces, PutItem, Redeem},
    },
    ledger::{Malformed, UnitId},
    query,
};

use super::{
    orders::{in_pages, reason},
    request::caller,
    runner::Story,
    show,
    words::{Said, Words, account, amount, number},
};

impl Story {
    /// Carries out a command about stocks. None where it is another.
    pub(super) fn stocks(&mut self, name: &str, words: &mut Words) -> Said<Option<String>> {
        let command = match name {
            "open-stock" => StockCommand::Open(OpenStock {
                account: account(&words.next()?)?,
                unit: UnitId::parse(&words.next()?)?,
                name: Name::parse("name", "Shop")?,
            }),
            "put-item" => StockCommand::Put(self.put(words)?),
            "redeem" => StockCommand::Redeem(self.redeem(words)?),
            "stocks" => return self.stocks_of(words).map(Some),
            "items" => return self.items_of(words).map(Some),
            name => {
                return match self.periods(name, words)? {
                    None => match self.groups(name, words)? {
                        None => self.partners(name, words),
                        said => Ok(said),
                    },
                    said => Ok(said),
                };
            }
        };
        let command = Command::Stock(Box::new(command));
        let result = self.world.submit(command, caller(words)?);
        Ok(Some(show::decided(&self.names, &result)))
    }

    /// `put-item STEP STOCK ITEM PRICE [more=N|fewer=N] [reason=TEXT]`
    fn put(&mut self, words: &mut Words) -> Said<PutItem> {
        let step = self.names.id(&words.next()?)?;
        let id = item(words)?;
        let price = amount(&words.next()?)?;
        let counted = match (words.key("more"), words.key("fewer")) {
            (Some(more), _) => Counted::More(pieces(number(&more)?)?),
            (None, Some(fewer)) => Counted::Fewer(pieces(number(&fewer)?)?),
            (None, None) => Counted::AsMany,
        };
        Ok(PutItem {
            step,
            name: Name::parse("name", id.code.as_str())?,
            id,
            price,
            counted,
            reason: reason(words)?,
        })
    }

    /// `redeem STEP ACCOUNT STOCK ITEM AMOUNT [pieces=N] [reason=TEXT]`
    fn redeem(&mut self, words: &mut Words) -> Said<Redeem> {
        let step = self.names.id(&words.next()?)?;
        let from = account(&words.next()?)?;
        let item = item(words)?;
        let amount = amount(&words.next()?)?;
        let count = words.key("pieces").map(|count| number(&count));
        Ok(Redeem {
            step,
            from,
            item,
            pieces: pieces(count.transpose()?.unwrap_or(1))?,
            amount,
            reason: reason(words)?,
            recorded: None,
        })
    }

    /// `stocks CENTRE`: in pages of every size.
    fn stocks_of(&mut self, words: &mut Words) -> Said<String> {
        let centre = Branch::parse("centre", &words.next()?)?;
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::stocks(reading, &centre, after, limit),
                |view| view.stock.account.clone(),
            )
        });
        Ok(match read {
            Ok(views) => {
                let lines = views.into_iter().map(|view| {
                    let state = Object::Stock(view.stock).state().expect("JSON");
                    format!("{state} {}", view.balance)
                });
                let lines: Vec<_> = lines.collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }

    /// `items STOCK`: in pages of every size.
    fn items_of(&mut self, words: &mut Words) -> Said<String> {
        let stock = account(&words.next()?)?;
        let read = self.world.read(move |reading| {
            in_pages(
                |after, limit| query::stock_items(reading, &stock, after, limit),
                |view| view.item.id.code.clone(),
            )
        });
        Ok(match read {
            Ok(views) => {
                let lines = views.into_iter().map(|view| {
                    let item = Object::StockItem(Box::new(view.item));
                    format!("{} {}", item.state().expect("JSON"), view.unit)
                });
                let lines: Vec<_> = lines.collect();
                self.names.shorten(&lines.join("\n"))
            }
            Err(error) => show::unread(&self.names, &error),
        })
    }
}

fn item(words: &mut Words) -> Said<ItemId> {
    let stock = account(&words.next()?)?;
    let code = Code::parse("item", &words.next()?)?;
    Ok(ItemId { stock, code })
}

fn pieces(given: i64) -> Result<Pieces, Malformed> {
    Pieces::new(u32::try_from(given).unwrap_or(u32::MAX))
}
