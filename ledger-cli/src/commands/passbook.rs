//! `passbook`: a year of an account, on paper.

use std::io;

use chrono::NaiveDate;
use clap::Args;
use timebank_proto::v1::{ListPostingsRequest, ListPostingsResponse, Posting, SortOrder, TimeAxis};

use super::catalogue::Catalogue;
use crate::{
    client::PAGE_SIZE,
    error::Failure,
    paper::{Column, Page},
    render::Cell,
    session::Session,
    time::{Time, When},
};

const COLUMNS: [Column; 5] = [
    Column(("date", "日期"), false),
    Column(("what", "事项"), false),
    Column(("in", "存入"), true),
    Column(("out", "支出"), true),
    Column(("balance", "余额"), true),
];

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli passbook shapingba:member:000123 --year 2026 > passbook.html
  ledger-cli passbook shapingba:member:000123 --year 2026 --at-position 120000 > passbook.html

The page is HTML that prints on A4, in Chinese and English, in large type. Postings are by the day on
which the service took place, or became effective where its month was closed.")]
pub(crate) struct PassbookArgs {
    /// The account
    id: String,
    /// The year, by the days on which services took place
    #[arg(long, value_parser = clap::value_parser!(i32).range(1900..=9999))]
    year: i32,
    /// As the journal was at a position: the same for ever. Default: where it ends now
    #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(i64).range(1..))]
    at_position: Option<i64>,
}

pub(super) async fn passbook(args: PassbookArgs, mut session: Session) -> Result<(), Failure> {
    let day = |month, day| {
        let day = NaiveDate::from_ymd_opt(args.year, month, day);
        day.map(|day| day.to_string().parse::<When>()).transpose()
    };
    let unread = |error: crate::time::TimeError| Failure::Usage(error.to_string());
    let since = day(1, 1).map_err(unread)?;
    let until = day(12, 31).map_err(unread)?;
    let ledger = session.client.ledger().await?;
    // All of it as of one position, which stands on it.
    let at = args.at_position.unwrap_or(ledger.journal_position);
    let mut request = ListPostingsRequest {
        account_id: args.id.clone(),
        order: SortOrder::OldestFirst.into(),
        axis: TimeAxis::Effective.into(),
        since: session.moment(since, When::start).await?,
        until: session.moment(until, When::end).await?,
        page_size: PAGE_SIZE,
        page_token: String::new(),
        at_position: at,
    };
    let centre = session.client.centre_of(&args.id).await?;
    let last = format!("{:04}-12-31", args.year);
    let names = Catalogue::of(&session.client, centre.as_ref(), (&last, at)).await?;
    let mut rows = Vec::new();
    loop {
        let page = session.client.statements.list_postings(request.clone());
        let page = page.await?.into_inner();
        if rows.is_empty() {
            rows.push(
                named(
                    &mut session,
                    "期初余额 opening balance",
                    page.opening_balance,
                    &page,
                )
                .await?,
            );
        }
        for posting in &page.postings {
            rows.push(row(&mut session, posting, &page, &names).await?);
        }
        if page.next_page_token.is_empty() {
            let closing = page.closing_balance;
            rows.push(named(&mut session, "期末余额 closing balance", closing, &page).await?);
            break;
        }
        request.page_token = page.next_page_token;
    }
    let mut page = Page::new(("Passbook", "存折"));
    page.facts(&[
        (("account", "账户"), args.id),
        (("year", "年度"), args.year.to_string()),
        (("ledger", "账本"), ledger.ledger_id),
        (("journal position", "日记账位置"), at.to_string()),
    ]);
    page.table(&COLUMNS, &rows);
    page.write(&mut io::stdout().lock())?;
    Ok(())
}

async fn shown(session: &mut Session, steps: i64, unit: &str) -> Result<String, Failure> {
    session.output.shown(Cell::steps(steps, unit)).await
}

async fn named(
    session: &mut Session,
    name: &str,
    steps: i64,
    page: &ListPostingsResponse,
) -> Result<Vec<String>, Failure> {
    let balance = shown(session, steps, &page.unit_id).await?;
    let none = String::new;
    Ok(vec![none(), name.into(), none(), none(), balance])
}

async fn row(
    session: &mut Session,
    posting: &Posting,
    page: &ListPostingsResponse,
    names: &Catalogue,
) -> Result<Vec<String>, Failure> {
    let zone = session.client.time_zone().await?;
    let time = posting.effective_at.and_then(Time::from_proto);
    let date = time.map_or_else(String::new, |time| time.date(zone).to_string());
    let service = posting.tags.iter().find(|tag| tag.key == "service");
    let what = match service {
        Some(service) => names.service(&service.value),
        None => posting.kind.clone(),
    };
    let mut what = format!("{what}, {}", posting.counter_account_id);
    if !posting.service_on.is_empty() && posting.service_on != date {
        what = format!("{what}, 服务日期 served on {}", posting.service_on);
    }
    let amount = shown(session, posting.amount.abs(), &page.unit_id).await?;
    let balance = shown(session, posting.balance, &page.unit_id).await?;
    let (come, gone) = match posting.amount < 0 {
        true => (String::new(), amount),
        false => (amount, String::new()),
    };
    Ok(vec![date, what, come, gone, balance])
}
