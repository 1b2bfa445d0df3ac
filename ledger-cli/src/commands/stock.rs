//! `stock` and `redeem`: what is in stock, and what is redeemed for it.

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    ListStockItemsRequest, ListStocksRequest, OpenStockRequest, PiecesCounted, PutStockItemRequest,
    RedeemRequest, pieces_counted::Counted,
};

use super::{entry::booked, id_or_fresh, source::check_unit};
use crate::{
    amount::Amount,
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum StockCommand {
    /// Open a stock: with an account of its own, unless there is one that does
    #[command(after_help = "Examples:
  ledger-cli stock open banan:stock:shop --unit points --name 'Jinjia shop'")]
    Open(OpenArgs),
    /// Say what an item is called and costs, and how many pieces came
    #[command(after_help = "Examples:
  ledger-cli stock put banan:stock:shop --item rice --name 'Rice, 5 kg' --price 50 --more 20
  ledger-cli stock put banan:stock:shop --item rice --name 'Rice, 5 kg' --price 60
  ledger-cli stock put banan:stock:shop --item rice --name 'Rice, 5 kg' --price 60 --fewer 1 \\
      --reason 'a torn bag'")]
    Put(PutArgs),
    /// List the items of a stock
    #[command(after_help = "Examples:
  ledger-cli stock items banan:stock:shop")]
    Items {
        /// The stock
        stock: String,
    },
    /// List the stocks of a centre
    #[command(after_help = "Examples:
  ledger-cli stock list banan")]
    List {
        /// The centre
        centre: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The stock's account, in the branch of its centre
    stock: String,
    /// What it is redeemed in
    #[arg(long, value_name = "UNIT")]
    unit: String,
    /// What it is called
    #[arg(long, value_name = "TEXT")]
    name: String,
}

#[derive(Args, Debug)]
pub(crate) struct PutArgs {
    /// The stock
    stock: String,
    /// The item, in a word
    #[arg(long, value_name = "WORD")]
    item: String,
    /// What it is called
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// What a piece costs; whole steps of the stock's unit where that is not hours
    #[arg(long, value_name = "AMOUNT")]
    price: Amount,
    /// So many pieces came
    #[arg(long, value_name = "N", conflicts_with = "fewer")]
    more: Option<i64>,
    /// So many pieces were lost, or sorted out
    #[arg(long, value_name = "N")]
    fewer: Option<i64>,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli redeem banan:member:000123:points banan:stock:shop 100 --item rice --pieces 2

The amount is what the pieces cost in all, as whoever redeems was told: where the price is
another one by then, nothing is redeemed. What is brought back is reversed (`entry reverse`), and
put in stock again (`stock put --more`).")]
pub(crate) struct RedeemArgs {
    /// The account that it is taken from
    account: String,
    /// The stock
    stock: String,
    /// What it costs in all; whole steps of the stock's unit where that is not hours
    amount: Amount,
    /// The item, in a word
    #[arg(long, value_name = "WORD")]
    item: String,
    /// How many pieces
    #[arg(long, value_name = "N", default_value_t = 1)]
    pieces: i64,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The UUID of the step and its entry, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

pub(super) async fn run(command: StockCommand, session: Session) -> Result<(), Failure> {
    match command {
        StockCommand::Open(args) => open(args, session).await,
        StockCommand::Put(args) => put(args, session).await,
        StockCommand::Items { stock } => items(stock, session).await,
        StockCommand::List { centre } => list(centre, session).await,
    }
}

async fn open(args: OpenArgs, mut session: Session) -> Result<(), Failure> {
    let request = OpenStockRequest {
        stock_id: args.stock,
        unit_id: args.unit,
        name: args.name,
    };
    let answer = session.client.stocks.open_stock(request).await?;
    let answer = answer.into_inner();
    let row = rows::stock(&present(answer.stock, "stock")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

/// That an amount written as hours is meant for a stock of hours.
async fn check_stock_unit(session: &Session, stock: &str, amount: Amount) -> Result<(), Failure> {
    if !amount.is_time {
        return Ok(());
    }
    let account = session.client.account(stock).await?;
    check_unit(amount, &account.unit_id)
}

async fn put(args: PutArgs, mut session: Session) -> Result<(), Failure> {
    check_stock_unit(&session, &args.stock, args.price).await?;
    let more = args.more.map(Counted::More);
    let id = id_or_fresh(args.id);
    let request = PutStockItemRequest {
        step_id: id.clone(),
        stock_id: args.stock,
        item: args.item,
        name: args.name,
        price: args.price.steps,
        pieces: Some(PiecesCounted {
            counted: more.or(args.fewer.map(Counted::Fewer)),
        }),
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.stocks.put_stock_item(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    let row = rows::stock_item(&present(answer.item, "item")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

pub(super) async fn redeem(args: RedeemArgs, mut session: Session) -> Result<(), Failure> {
    check_stock_unit(&session, &args.stock, args.amount).await?;
    let id = id_or_fresh(args.id);
    let request = RedeemRequest {
        step_id: id.clone(),
        account_id: args.account,
        stock_id: args.stock,
        item: args.item,
        pieces: args.pieces,
        amount: args.amount.steps,
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.stocks.redeem(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    booked(answer.entry, answer.replayed, &id, session).await
}

async fn items(stock_id: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListStockItemsRequest {
            stock_id: stock_id.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.stocks.list_stock_items(request).await?.into_inner();
        let rows = page.items.iter().map(rows::stock_item).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::STOCK_ITEMS, page).await
}

async fn list(centre: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListStocksRequest {
            centre: centre.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.stocks.list_stocks(request).await?.into_inner();
        let rows = page.stocks.iter().map(rows::stock).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::STOCKS, page).await
}
