//! `period`: months that are closed.

use clap::Subcommand;
use timebank_proto::v1::{
    ClosePeriodRequest, GetPeriodReportRequest, ListClosingBalancesRequest, ListPeriodsRequest,
};

use super::id_or_fresh;
use crate::{
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum PeriodCommand {
    /// Close a month of a centre, for good: nothing is effective in it any more
    #[command(after_help = "Examples:
  ledger-cli period close shapingba 2026-10 --actor 1001

Months close one after another once they are over; the first that a centre closes closes all
before it, and is no more than 120 months ago. Corrections go into the open one, and name what they correct (`entry reverse`, `order
correct`); an order that settles later is effective on the first open day and keeps its service
date.")]
    Close {
        /// The centre
        centre: String,
        /// The month, such as 2026-10
        month: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Show what the accounts of a closed month had when it began and ended, by kind
    #[command(after_help = "Examples:
  ledger-cli period report shapingba 2026-10

Nothing changes it any more.")]
    Report {
        /// The centre
        centre: String,
        /// The month, such as 2026-10
        month: String,
    },
    /// List what each account of a closed month had when it began and ended
    #[command(after_help = "Examples:
  ledger-cli period balances shapingba 2026-10 --output csv

These are what the period's root is over (`period list`): the RFC 6962 tree of SHA-256 whose leaves
are the accounts in this order, each as the text `ID UNIT BALANCE` with its closing balance in
steps. The audit computes it again.")]
    Balances {
        /// The centre
        centre: String,
        /// The month, such as 2026-10
        month: String,
    },
    /// List the closed periods of a centre
    #[command(after_help = "Examples:
  ledger-cli period list shapingba")]
    List {
        /// The centre
        centre: String,
    },
}

pub(super) async fn run(command: PeriodCommand, session: Session) -> Result<(), Failure> {
    match command {
        PeriodCommand::Close { centre, month, id } => close(centre, month, id, session).await,
        PeriodCommand::Report { centre, month } => report(centre, month, session).await,
        PeriodCommand::Balances { centre, month } => balances(centre, month, session).await,
        PeriodCommand::List { centre } => list(centre, session).await,
    }
}

async fn close(
    centre: String,
    month: String,
    id: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let id = id_or_fresh(id);
    let request = ClosePeriodRequest {
        step_id: id.clone(),
        centre,
        month,
    };
    let answer = session.client.periods.close_period(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    let row = rows::period(&present(answer.period, "period")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

async fn report(centre: String, month: String, mut session: Session) -> Result<(), Failure> {
    let request = GetPeriodReportRequest { centre, month };
    let answer = session.client.reports.get_period_report(request).await?;
    let report = present(answer.into_inner().report, "report")?;
    session.output.one(&rows::report(report)).await
}

async fn balances(centre: String, month: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListClosingBalancesRequest {
            centre: centre.clone(),
            month: month.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.periods.list_closing_balances(request).await?;
        let page = page.into_inner();
        let rows = page.balances.iter().map(rows::closing_balance).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::CLOSING_BALANCES, page).await
}

async fn list(centre: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListPeriodsRequest {
            centre: centre.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.periods.list_periods(request).await?.into_inner();
        let rows = page.periods.iter().map(rows::period).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::PERIODS, page).await
}
