//! `balance` and `statement`: what stands on an account, and how it came about.

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use timebank_proto::v1::{
    GetBalanceRequest, ListPostingsRequest, ListPostingsResponse, SortOrder, TimeAxis,
};

use super::report::{days_of, month};
use crate::{
    client::PAGE_SIZE,
    error::Failure,
    render::{Cell, Form, Row},
    rows,
    session::Session,
    time::When,
};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli balance shapingba:member:000123
  ledger-cli balance shapingba:member:000123 --as-of 2026-10-31
  ledger-cli balance shapingba:member:000123 --as-of '2026-10-01 14:30' --by effective")]
pub(crate) struct BalanceArgs {
    /// The account
    id: String,
    /// As of this moment, itself included; a date alone is the end of that day.
    /// Default: now
    #[arg(long, value_name = "TIME")]
    as_of: Option<When>,
    /// Whether --as-of means when it was recorded or when it took place
    #[arg(long, value_enum, default_value_t = Axis::Recorded)]
    by: Axis,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli statement shapingba:member:000123
  ledger-cli statement shapingba:member:000123 --since 2026-10-01 --until 2026-10-31
  ledger-cli statement shapingba:member:000123 --month 2026-10
  ledger-cli statement shapingba:member:000123 --month 2026-10 --at-position 120000
  ledger-cli statement shapingba:member:000123 --since 2026-10-01 --by effective
  ledger-cli statement shapingba:member:000123 --order newest --limit 20
  ledger-cli statement shapingba:member:000123 --output csv > statement.csv")]
pub(crate) struct StatementArgs {
    /// The account
    id: String,
    /// A month, with what stood on the account before and after, a row each: as --by effective with
    /// its first and last day. What settles after its month was closed is of a later one, with its
    /// service date beside it
    #[arg(long, value_parser = month, conflicts_with_all = ["since", "until", "by"])]
    month: Option<NaiveDate>,
    /// Only postings at or after this moment; a date alone is the start of that day
    #[arg(long, value_name = "TIME")]
    since: Option<When>,
    /// Only postings before this moment; a date alone takes in the whole of that
    /// day
    #[arg(long, value_name = "TIME")]
    until: Option<When>,
    /// Whether --since, --until and the order mean when it was recorded or took
    /// place
    #[arg(long, value_enum, default_value_t = Axis::Recorded)]
    by: Axis,
    /// Which posting comes first
    #[arg(long, value_enum, default_value_t = Order::Oldest)]
    order: Order,
    /// At most so many postings
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// As the journal was at a position: the same for ever. Default: where it ends now
    #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(1..))]
    at_position: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Axis {
    Recorded,
    Effective,
}

impl Axis {
    fn to_proto(self) -> TimeAxis {
        match self {
            Self::Recorded => TimeAxis::Recorded,
            Self::Effective => TimeAxis::Effective,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Order {
    Oldest,
    Newest,
}

impl Order {
    fn to_proto(self) -> SortOrder {
        match self {
            Self::Oldest => SortOrder::OldestFirst,
            Self::Newest => SortOrder::NewestFirst,
        }
    }
}

pub(super) async fn balance(args: BalanceArgs, mut session: Session) -> Result<(), Failure> {
    let request = GetBalanceRequest {
        account_id: args.id,
        as_of: session.moment(args.as_of, When::last).await?,
        axis: args.by.to_proto().into(),
    };
    let answer = session.client.statements.get_balance(request).await?;
    session
        .output
        .one(&rows::balance(&answer.into_inner()))
        .await
}

impl StatementArgs {
    /// With the days of the month, where one is named.
    fn of_month(mut self) -> Result<Self, Failure> {
        let Some(first) = self.month else {
            return Ok(self);
        };
        let read = |day: NaiveDate| {
            let day = day.to_string().parse::<When>();
            day.map_err(|error| Failure::Usage(error.to_string()))
        };
        let (since, until) = days_of(first);
        (self.since, self.until) = (Some(read(since)?), Some(read(until)?));
        self.by = Axis::Effective;
        Ok(self)
    }
}

pub(super) async fn statement(args: StatementArgs, mut session: Session) -> Result<(), Failure> {
    let args = args.of_month()?;
    let mut request = ListPostingsRequest {
        account_id: args.id,
        order: args.order.to_proto().into(),
        axis: args.by.to_proto().into(),
        since: session.moment(args.since, When::start).await?,
        until: session.moment(args.until, When::end).await?,
        page_size: PAGE_SIZE,
        page_token: String::new(),
        at_position: args.at_position.unwrap_or(0),
    };
    let mut left = args.limit.unwrap_or(usize::MAX);
    let mut list = session.output.list(&rows::POSTINGS);
    // In a table, and of a month, the balances of the range are rows of their own: those of each
    // posting tell nothing where there is none.
    let is_table = list.form() == Form::Table;
    let has_ends = is_table || args.month.is_some();
    let mut is_first = true;
    loop {
        let page = session
            .client
            .statements
            .list_postings(request.clone())
            .await?
            .into_inner();
        let (first, last) = ends(&page, args.order, is_table);
        if has_ends && is_first {
            list.push(first)?;
        }
        is_first = false;
        for posting in page.postings.iter().take(left) {
            list.push(rows::posting(posting, &page))?;
        }
        let is_end = page.next_page_token.is_empty();
        let is_cut = page.postings.len() > left || (page.postings.len() == left && !is_end);
        left = left.saturating_sub(page.postings.len());
        if is_end || is_cut {
            if is_table && is_cut {
                list.push(Row(vec![(
                    "counter_account_id",
                    Cell::text("(more, beyond --limit)"),
                )]))?;
            }
            if has_ends {
                list.push(last)?;
            }
            return list.finish().await;
        }
        request.page_token = page.next_page_token;
    }
}

/// What stood on the account before and after the range, in the order of the list.
fn ends(page: &ListPostingsResponse, order: Order, is_table: bool) -> (Row, Row) {
    let row = |kind: &'static str, steps| match is_table {
        true => Row(vec![
            ("counter_account_id", Cell::text(kind.replace('_', " "))),
            ("balance", Cell::steps(steps, &page.unit_id)),
        ]),
        false => rows::end(kind, steps, page),
    };
    let opening = row("opening_balance", page.opening_balance);
    let closing = row("closing_balance", page.closing_balance);
    match order {
        Order::Oldest => (opening, closing),
        Order::Newest => (closing, opening),
    }
}
