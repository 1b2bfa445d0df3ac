//! `today`: what staff need in a day, on one screen.

use clap::Args;
use timebank_proto::v1::GetTodayRequest;

use crate::{error::Failure, rows, session::Session};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli today huxi --actor 1001
  ledger-cli today huxi --on 2026-12-01
  ledger-cli today huxi --output json")]
pub(crate) struct TodayArgs {
    /// The centre
    centre: String,
    /// The day whose visits are shown. Default: today
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

pub(super) async fn show(args: TodayArgs, mut session: Session) -> Result<(), Failure> {
    let request = GetTodayRequest {
        centre: args.centre,
        on: args.on.unwrap_or_default(),
    };
    let answer = session.client.orders.get_today(request).await?;
    let row = rows::today(&answer.into_inner());
    session.output.one(&row).await
}
