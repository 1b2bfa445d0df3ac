//! `hold`: hours set aside for a booked service.

use std::str::FromStr;

use clap::{Args, Subcommand};
use prost_types::Duration;
use timebank_proto::v1::{
    GetHoldRequest, Hold, HoldState, ListHoldsRequest, PlaceHoldRequest, ReleaseHoldRequest,
    SettleHoldRequest, SettlementLeg,
};

use super::id_or_fresh;
use crate::{
    amount::{Amount, TIME},
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
    time::Seconds,
};

#[derive(Subcommand, Debug)]
pub(crate) enum HoldCommand {
    /// Set an amount aside
    #[command(after_help = "Examples:
  ledger-cli hold place shapingba:member:000123 shapingba:member:000456 2h
  ledger-cli hold place shapingba:member:000123 shapingba:member:000456 2h --expires-in 14d")]
    Place(PlaceArgs),
    /// Book what was set aside, in full or in part; the rest is freed
    #[command(after_help = "Examples:
  ledger-cli hold settle 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11
  ledger-cli hold settle 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 1h45m
  ledger-cli hold settle 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 \\
    --to shapingba:member:000456=1h30m --to shapingba:pool:mutual-aid=30m")]
    Settle {
        /// The hold
        id: String,
        /// How much of it. Default: all
        #[arg(allow_negative_numbers = true)]
        amount: Option<Amount>,
        /// Who gets how much of it, instead of the account that it names; may be
        /// given up to 100 times
        #[arg(long = "to", value_name = "ACCOUNT=AMOUNT", conflicts_with = "amount")]
        shares: Vec<Share>,
    },
    /// Free what was set aside
    #[command(after_help = "Examples:
  ledger-cli hold release 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Release {
        /// The hold
        id: String,
    },
    /// Show a hold
    #[command(after_help = "Examples:
  ledger-cli hold show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The hold
        id: String,
    },
    /// List holds, oldest first
    #[command(after_help = "Examples:
  ledger-cli hold list
  ledger-cli hold list shapingba:member:000123")]
    List {
        /// Only holds from or to this account
        account: Option<String>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct PlaceArgs {
    /// The account whose hours are set aside
    from: String,
    /// The account that a settlement credits
    to: String,
    /// How much: 90, 90m, 1h30m, 1:30 or 1.5h
    #[arg(allow_negative_numbers = true)]
    amount: Amount,
    /// The hold's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
    /// After how long it frees itself: 14d, 48h, 30m or 90s. Default: never
    #[arg(long, value_name = "DURATION")]
    expires_in: Option<Seconds>,
}

pub(super) async fn run(command: HoldCommand, session: Session) -> Result<(), Failure> {
    match command {
        HoldCommand::Place(args) => place(args, session).await,
        HoldCommand::Settle { id, amount, shares } => settle(id, amount, shares, session).await,
        HoldCommand::Release { id } => {
            let request = ReleaseHoldRequest { hold_id: id };
            let mut holds = session.client.holds.clone();
            let answer = holds.release_hold(request).await?.into_inner();
            show(session, answer.hold, Some(answer.replayed)).await
        }
        HoldCommand::Show { id } => {
            let hold = get(id, &session).await?;
            show(session, Some(hold), None).await
        }
        HoldCommand::List { account } => list(account.unwrap_or_default(), session).await,
    }
}

async fn place(args: PlaceArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let request = PlaceHoldRequest {
        hold_id: id.clone(),
        debit_account_id: args.from,
        credit_account_id: args.to,
        amount: args.amount.steps,
        unit_id: args.amount.unit_id(),
        expires_in: args.expires_in.map(|seconds| Duration {
            seconds: seconds.0,
            nanos: 0,
        }),
        kind: String::new(),
        tags: Vec::new(),
    };
    let answer = session
        .client
        .holds
        .place_hold(request)
        .await
        .map_err(|status| Failure::from(status).of_booking(&id))?
        .into_inner();
    show(session, answer.hold, Some(answer.replayed))
        .await
        .map_err(|failure| failure.after_booking(&id))
}

/// What an account gets of a hold.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    account: String,
    amount: Amount,
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (account, amount) = text
            .split_once('=')
            .ok_or("is not ACCOUNT=AMOUNT, such as shapingba:member:000456=1h30m")?;
        Ok(Self {
            account: account.to_owned(),
            amount: amount.parse().map_err(|error| format!("{error}"))?,
        })
    }
}

async fn settle(
    id: String,
    amount: Option<Amount>,
    shares: Vec<Share>,
    mut session: Session,
) -> Result<(), Failure> {
    // A settlement names no unit, so that hours are checked here.
    let mut amounts = shares.iter().map(|share| share.amount).chain(amount);
    if amounts.any(|amount| amount.is_time) {
        let unit_id = get(id.clone(), &session).await?.unit_id;
        if unit_id != TIME {
            return Err(Failure::Usage(format!(
                "the hold is in {unit_id}, so what is settled is whole steps of it, not hours"
            )));
        }
    }
    let legs = shares.into_iter().map(|share| SettlementLeg {
        credit_account_id: share.account,
        amount: share.amount.steps,
    });
    let request = SettleHoldRequest {
        hold_id: id,
        amount: amount.map(|amount| amount.steps),
        effective_at: None,
        legs: legs.collect(),
    };
    let answer = session
        .client
        .holds
        .settle_hold(request)
        .await?
        .into_inner();
    show(session, answer.hold, Some(answer.replayed)).await
}

async fn get(id: String, session: &Session) -> Result<Hold, Failure> {
    let mut holds = session.client.holds.clone();
    let answer = holds.get_hold(GetHoldRequest { hold_id: id }).await?;
    present(answer.into_inner().hold, "hold")
}

async fn list(account_id: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListHoldsRequest {
            account_id: account_id.clone(),
            state: HoldState::Unspecified.into(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.holds.list_holds(request).await?.into_inner();
        let rows = page.holds.iter().map(rows::hold).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::HOLDS, page).await
}

async fn show(
    mut session: Session,
    hold: Option<Hold>,
    replayed: Option<bool>,
) -> Result<(), Failure> {
    let mut row = rows::hold(&present(hold, "hold")?);
    if let Some(replayed) = replayed {
        row = row.with("replayed", Cell::Flag(replayed));
    }
    session.output.one(&row).await
}
