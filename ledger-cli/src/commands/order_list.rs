//! `order list`: what staff look through.

use clap::Args;
use timebank_proto::v1::{
    ListOrdersRequest, OrderState, OrdersOfCentre, Plainly, list_orders_request::Which,
    orders_of_centre::Only,
};

use crate::{
    client::{Client, PAGE_SIZE},
    error::Failure,
    rows,
    session::Session,
};

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// The centre
    #[arg(required_unless_present = "of", conflicts_with = "of")]
    centre: Option<String>,
    #[command(flatten)]
    only: OnlyArgs,
    /// All orders of this member
    #[arg(long, value_name = "MEMBER", conflicts_with = "OnlyArgs")]
    of: Option<String>,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct OnlyArgs {
    /// The visits of this day. Default: of today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Those that wait so
    #[arg(long, value_enum)]
    state: Option<Waiting>,
    /// Those that both sides should have confirmed by now
    #[arg(long)]
    overdue: bool,
    /// Those whose day has passed without a check-in and a check-out
    #[arg(long)]
    missed: bool,
    /// Those with a correction that waits for another of the staff
    #[arg(long)]
    to_correct: bool,
    /// Those that the sheet of this number has
    #[arg(long, value_name = "NUMBER")]
    sheet: Option<String>,
}

/// For what orders wait.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Waiting {
    Recorded,
    Serving,
    Served,
    Confirmed,
    Disputed,
}

pub(super) async fn list(args: ListArgs, mut session: Session) -> Result<(), Failure> {
    let only = match args.only {
        OnlyArgs {
            sheet: Some(sheet), ..
        } => Only::Sheet(sheet),
        OnlyArgs {
            state: Some(state), ..
        } => Only::State(waiting(state).into()),
        OnlyArgs { overdue: true, .. } => Only::Overdue(Plainly {}),
        OnlyArgs { missed: true, .. } => Only::Missed(Plainly {}),
        OnlyArgs {
            to_correct: true, ..
        } => Only::ToCorrect(Plainly {}),
        OnlyArgs { on: Some(day), .. } => Only::On(day),
        OnlyArgs { .. } => Only::On(session.today().await?),
    };
    let which = match args.of {
        Some(member) => Which::MemberId(member),
        None => Which::OfCentre(OrdersOfCentre {
            centre: args.centre.unwrap_or_default(),
            only: Some(only),
        }),
    };
    let page = async |client: &mut Client, page_token: String| {
        let request = ListOrdersRequest {
            which: Some(which.clone()),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.orders.list_orders(request).await?.into_inner();
        let rows = page.orders.iter().map(rows::order).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::ORDERS, page).await
}

fn waiting(state: Waiting) -> OrderState {
    match state {
        Waiting::Recorded => OrderState::Recorded,
        Waiting::Serving => OrderState::Serving,
        Waiting::Served => OrderState::Served,
        Waiting::Confirmed => OrderState::Confirmed,
        Waiting::Disputed => OrderState::Disputed,
    }
}
