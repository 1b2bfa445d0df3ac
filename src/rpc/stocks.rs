//! `timebank.v1.StockService`.

use timebank_proto::v1::{self, stock_service_server::StockService};
use tonic::{Request, Response, Status};

use super::{
    Services,
    convert::{self, account_id, booking_id, text},
    page, partakers,
    status::Refused,
};
use crate::{
    exchange::{
        Code, Command, Name,
        order::Reason,
        stock::{OpenStock, PutItem, Redeem, StockCommand},
    },
    journal,
    ledger::{Amount, Malformed, UnitId},
    query::{self, ItemView, Reading, StockView},
};

fn command(command: StockCommand) -> Command {
    Command::Stock(Box::new(command))
}

fn reason(given: String) -> Result<Option<Reason>, Refused> {
    Ok(convert::note(given)?.map(Reason::from))
}

fn open(request: &v1::OpenStockRequest) -> Result<OpenStock, Malformed> {
    Ok(OpenStock {
        account: account_id(&request.stock_id, "stock_id")?,
        unit: UnitId::parse(text(&request.unit_id, "unit_id")?)?,
        name: Name::parse("name", &request.name)?,
    })
}

fn put(request: v1::PutStockItemRequest) -> Result<PutItem, Refused> {
    Ok(PutItem {
        step: booking_id(&request.step_id, "step_id")?,
        id: journal::item_id(&request.stock_id, &request.item)?,
        name: Name::parse("name", &request.name)?,
        price: Amount::new(request.price)?,
        counted: journal::counted(request.pieces.as_ref())?,
        reason: reason(request.reason)?,
    })
}

fn redeem(request: v1::RedeemRequest) -> Result<Redeem, Refused> {
    Ok(Redeem {
        step: booking_id(&request.step_id, "step_id")?,
        from: account_id(&request.account_id, "account_id")?,
        item: journal::item_id(&request.stock_id, &request.item)?,
        pieces: journal::pieces(request.pieces)?,
        amount: Amount::new(request.amount)?,
        reason: reason(request.reason)?,
        recorded: None,
    })
}

fn stock(view: &StockView) -> v1::Stock {
    let stock = &view.stock;
    v1::Stock {
        stock_id: stock.account.as_str().into(),
        centre: stock.centre.as_str().into(),
        unit_id: stock.unit.as_str().into(),
        name: stock.name.as_str().into(),
        balance: view.balance.steps(),
    }
}

fn item(view: &ItemView) -> v1::StockItem {
    let item = &view.item;
    v1::StockItem {
        stock_id: item.id.stock.as_str().into(),
        item: item.id.code.as_str().into(),
        name: item.name.as_str().into(),
        price: item.price.steps(),
        unit_id: view.unit.as_str().into(),
        left: item.left.into(),
        redeemed: i64::try_from(item.redeemed).unwrap_or(i64::MAX),
    }
}

#[tonic::async_trait]
impl StockService for Services {
    async fn open_stock(
        &self,
        request: Request<v1::OpenStockRequest>,
    ) -> Result<Response<v1::OpenStockResponse>, Status> {
        let caller = convert::caller(&request)?;
        let open = open(&request.into_inner()).map_err(Refused::from)?;
        let id = open.account.clone();
        let read = move |reading: &mut Reading<'_>| Ok(stock(&query::stock(reading, &id)?));
        let command = command(StockCommand::Open(open));
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::OpenStockResponse {
            stock: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn list_stocks(
        &self,
        request: Request<v1::ListStocksRequest>,
    ) -> Result<Response<v1::ListStocksResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.StockService/ListStocks";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| account_id(cursor, "page_token"))?;
        let limit = asked.limit;
        let centre = partakers::branch("centre", &request.centre).map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let stocks = query::stocks(reading, &centre, after, limit + 1)?;
            Ok((stocks, reading.snapshot.last()?.get()))
        };
        let (stocks, journal_position) = self.query.read(by, read).await?;
        let stocks: Vec<v1::Stock> = stocks.iter().map(stock).collect();
        let (stocks, next_page_token) =
            page(stocks, limit, &asked.token, |last| last.stock_id.clone());
        Ok(Response::new(v1::ListStocksResponse {
            stocks,
            next_page_token,
            journal_position,
        }))
    }

    async fn put_stock_item(
        &self,
        request: Request<v1::PutStockItemRequest>,
    ) -> Result<Response<v1::PutStockItemResponse>, Status> {
        let caller = convert::caller(&request)?;
        let put = put(request.into_inner())?;
        let id = put.id.clone();
        let read = move |reading: &mut Reading<'_>| Ok(item(&query::stock_item(reading, &id)?));
        let command = command(StockCommand::Put(put));
        let stepped = self.step(caller, command, |_| read).await?;
        Ok(Response::new(v1::PutStockItemResponse {
            item: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }

    async fn list_stock_items(
        &self,
        request: Request<v1::ListStockItemsRequest>,
    ) -> Result<Response<v1::ListStockItemsResponse>, Status> {
        let by = convert::reader(&request)?;
        let mut request = request.into_inner();
        let (size, given) = (
            std::mem::take(&mut request.page_size),
            std::mem::take(&mut request.page_token),
        );
        let method = "timebank.v1.StockService/ListStockItems";
        let asked = self.page_asked(method, size, &given, &request, &by)?;
        let after = asked.after(|cursor| Code::parse("page_token", cursor))?;
        let limit = asked.limit;
        let of = account_id(&request.stock_id, "stock_id").map_err(Refused::from)?;
        let read = move |reading: &mut Reading<'_>| {
            let items = query::stock_items(reading, &of, after, limit + 1)?;
            Ok((items, reading.snapshot.last()?.get()))
        };
        let (items, journal_position) = self.query.read(by, read).await?;
        let items: Vec<v1::StockItem> = items.iter().map(item).collect();
        let (items, next_page_token) = page(items, limit, &asked.token, |last| last.item.clone());
        Ok(Response::new(v1::ListStockItemsResponse {
            items,
            next_page_token,
            journal_position,
        }))
    }

    async fn redeem(
        &self,
        request: Request<v1::RedeemRequest>,
    ) -> Result<Response<v1::RedeemResponse>, Status> {
        let caller = convert::caller(&request)?;
        let redeem = redeem(request.into_inner())?;
        let (id, command) = (redeem.step, command(StockCommand::Redeem(redeem)));
        let stepped = self.posting_step(caller, id, command).await?;
        Ok(Response::new(v1::RedeemResponse {
            entry: Some(stepped.item),
            replayed: stepped.replayed,
            journal_position: stepped.position,
        }))
    }
}
