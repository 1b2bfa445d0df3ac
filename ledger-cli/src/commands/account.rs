//! `account`: where hours stand.

use clap::{Args, Subcommand};
use timebank::ledger::AccountKind;
use timebank_proto::v1::{
    self, Account, ChangeAccountLimitsRequest, CloseAccountRequest, OpenAccountRequest,
    limit::Bound,
};

use crate::{
    account_kind,
    amount::{Limit, TIME},
    client::present,
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum AccountCommand {
    /// Open an account
    #[command(after_help = "Examples:
  ledger-cli account open shapingba:member:000123
  ledger-cli account open shapingba:member:000124 --floor -10h --ceiling 720h
  ledger-cli account open shapingba:fund:emergency --kind pool
  ledger-cli account open shapingba:issuance:points --unit points")]
    Open(OpenArgs),
    /// Show an account
    #[command(after_help = "Examples:
  ledger-cli account show shapingba:member:000123")]
    Show {
        /// The account
        id: String,
    },
    /// List accounts by id
    #[command(after_help = "Examples:
  ledger-cli account list
  ledger-cli account list shapingba:pool:
  ledger-cli account list shapingba: --output csv > accounts.csv")]
    List {
        /// Only ids that start so; end it with : to stay within one branch
        #[arg(default_value = "", hide_default_value = true)]
        prefix: String,
    },
    /// Change the limits of an account
    #[command(after_help = "Examples:
  ledger-cli account limits shapingba:member:000123 --floor -10h
  ledger-cli account limits shapingba:member:000123 --ceiling none")]
    Limits(LimitsArgs),
    /// Close an account for good
    #[command(after_help = "Examples:
  ledger-cli account close shapingba:member:000123")]
    Close {
        /// The account; its balance must be 0, with no open hold
        id: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The account: 2 to 8 segments joined by :, such as shapingba:member:000123.
    /// No personal name goes into an id
    id: String,
    /// What it is for. Default: the kind that a segment of the id names, or else
    /// member
    #[arg(long, value_parser = account_kind::parser(), value_name = "KIND")]
    kind: Option<AccountKind>,
    /// What it counts, for good
    #[arg(long, default_value = TIME, value_name = "UNIT")]
    unit: String,
    /// The lowest balance, or none. Default: the kind's
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    floor: Option<Limit>,
    /// The highest balance, or none. Default: the kind's
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    ceiling: Option<Limit>,
}

#[derive(Args, Debug)]
pub(crate) struct LimitsArgs {
    /// The account
    id: String,
    #[command(flatten)]
    limits: NewLimits,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
struct NewLimits {
    /// The lowest balance, or none
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    floor: Option<Limit>,
    /// The highest balance, or none
    #[arg(long, allow_hyphen_values = true, value_name = "AMOUNT")]
    ceiling: Option<Limit>,
}

pub(super) async fn run(command: AccountCommand, mut session: Session) -> Result<(), Failure> {
    match command {
        AccountCommand::Open(args) => open(args, session).await,
        AccountCommand::Show { id } => {
            let account = session.client.account(&id).await?;
            session.output.one(&rows::account(&account)).await
        }
        AccountCommand::List { prefix } => list(&prefix, session).await,
        AccountCommand::Limits(args) => limits(args, session).await,
        AccountCommand::Close { id } => {
            let request = CloseAccountRequest { account_id: id };
            let answer = session
                .client
                .accounts
                .close_account(request)
                .await?
                .into_inner();
            show(session, answer.account, answer.replayed).await
        }
    }
}

async fn open(args: OpenArgs, mut session: Session) -> Result<(), Failure> {
    for limit in [args.floor, args.ceiling].into_iter().flatten() {
        refuse_hours_in(&args.unit, limit)?;
    }
    let kind = args.kind.unwrap_or_else(|| account_kind::of_id(&args.id));
    let request = OpenAccountRequest {
        account_id: args.id,
        kind: kind.number(),
        unit_id: args.unit,
        floor: args.floor.map(to_proto),
        ceiling: args.ceiling.map(to_proto),
    };
    let answer = session
        .client
        .accounts
        .open_account(request)
        .await?
        .into_inner();
    show(session, answer.account, answer.replayed).await
}

async fn limits(args: LimitsArgs, mut session: Session) -> Result<(), Failure> {
    let NewLimits { floor, ceiling } = args.limits;
    let known = session.client.account(&args.id).await?;
    let is_time = |limit: Limit| matches!(limit, Limit::At(amount) if amount.is_time);
    for limit in [floor, ceiling].into_iter().flatten() {
        if is_time(limit) {
            refuse_hours_in(&known.unit_id, limit)?;
        }
    }
    let request = ChangeAccountLimitsRequest {
        account_id: args.id,
        floor: floor.map(to_proto),
        ceiling: ceiling.map(to_proto),
        // Who changes them meanwhile is not undone.
        etag: known.etag,
    };
    let answer = session.client.accounts.change_account_limits(request);
    let answer = answer.await?.into_inner();
    show(session, answer.account, answer.replayed).await
}

async fn list(prefix: &str, mut session: Session) -> Result<(), Failure> {
    let mut token = String::new();
    let mut list = session.output.list(&rows::ACCOUNTS);
    loop {
        let (accounts, next) = session.client.accounts_page(prefix, token).await?;
        for account in &accounts {
            list.push(rows::account(account))?;
        }
        if next.is_empty() {
            return list.finish().await;
        }
        token = next;
    }
}

async fn show(
    mut session: Session,
    account: Option<Account>,
    replayed: bool,
) -> Result<(), Failure> {
    let row = rows::account(&present(account, "account")?);
    session
        .output
        .one(&row.with("replayed", Cell::Flag(replayed)))
        .await
}

/// The contract's limit has no unit of its own, so hours are checked here.
fn refuse_hours_in(unit_id: &str, limit: Limit) -> Result<(), Failure> {
    match limit {
        Limit::At(amount) if amount.is_time && unit_id != TIME => Err(Failure::Usage(format!(
            "the account counts {unit_id}, so its limits are whole steps of it, not hours"
        ))),
        Limit::At(_) | Limit::Unbounded => Ok(()),
    }
}

fn to_proto(limit: Limit) -> v1::Limit {
    v1::Limit {
        bound: Some(match limit {
            Limit::At(amount) => Bound::Amount(amount.steps),
            Limit::Unbounded => Bound::Unbounded(true),
        }),
    }
}
