//! `pool` and `gift`: what is given together, and paid out as relief.

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    AskReliefRequest, DonateRequest, GetPoolRequest, GetReliefRequest, GiveHoursRequest,
    ListDonationsRequest, ListPoolsRequest, ListReliefsRequest, OpenPoolRequest, Pool, Relief,
    ReliefState, ReliefVerb, ReliefsOfCentre, StepReliefRequest, list_reliefs_request::Which,
};

use super::{entry::booked, id_or_fresh};
use crate::{
    amount::{Amount, TIME},
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum PoolCommand {
    /// Open a pool: with an account of its own, unless there is one that does
    #[command(after_help = "Examples:
  ledger-cli pool open shapingba:pool:mutual --name 'Mutual fund' --purpose hardship --purpose illness
  ledger-cli pool open shapingba:pool:sunshine --unit cny --name 'Community Sunshine Fund' \\
      --purpose hardship

From then on only relief and orders take from that account, and never more than is in it. Money
comes from the account CENTRE:donations:UNIT, and goes to CENTRE:relief:UNIT.")]
    Open(OpenArgs),
    /// Give hours of a member or an organisation to a pool
    #[command(after_help = "Examples:
  ledger-cli pool give shapingba:member:000123 shapingba:pool:mutual 2h --actor 2001
  ledger-cli pool give shapingba:org:choir shapingba:pool:mutual 10h --reason 'spring concert'")]
    Give(GiftArgs),
    /// Record money that came into a pool from outside
    #[command(after_help = "Examples:
  ledger-cli pool donate shapingba:pool:sunshine 500000 --receipt 2026-0012 --actor 2001

An amount is in whole steps of the pool's unit: fen, for cny. Each receipt is recorded once.")]
    Donate(DonateArgs),
    /// Ask for relief of a pool for a member
    #[command(after_help = "Examples:
  ledger-cli pool relief shapingba:pool:mutual shapingba:member:000123 10h --purpose illness \\
      --reason 'three weeks in hospital, lives alone' --actor 2001

Two of the staff approve it (`ledger-cli pool approve`) who neither asked for it nor gain by it.")]
    Relief(ReliefArgs),
    /// Approve a relief: the first approval reserves it, the last pays it
    #[command(after_help = "Examples:
  ledger-cli pool show-relief 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11
  ledger-cli pool approve 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --actor 2002")]
    Approve(StepArgs),
    /// Decline a relief; what is reserved for it is free again
    #[command(after_help = "Examples:
  ledger-cli pool decline 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'the insurance pays'")]
    Decline(EndArgs),
    /// Withdraw a relief that was asked for
    #[command(after_help = "Examples:
  ledger-cli pool withdraw 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Withdraw(StepArgs),
    /// Take back into the pool what was paid by mistake
    #[command(after_help = "Examples:
  ledger-cli pool return 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'paid twice'")]
    Return(EndArgs),
    /// Show a pool, and what is in it
    #[command(after_help = "Examples:
  ledger-cli pool show shapingba:pool:mutual
  ledger-cli statement shapingba:pool:mutual")]
    Show {
        /// The pool
        pool: String,
    },
    /// List the pools of a centre
    #[command(after_help = "Examples:
  ledger-cli pool list shapingba")]
    List {
        /// The centre
        centre: String,
    },
    /// List the donations to a pool by receipt
    #[command(after_help = "Examples:
  ledger-cli pool donations shapingba:pool:sunshine --output csv > donations.csv")]
    Donations {
        /// The pool
        pool: String,
    },
    /// Show a relief with its case, and all that was done about it
    #[command(after_help = "Examples:
  ledger-cli pool show-relief 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    ShowRelief {
        /// The relief
        relief: String,
    },
    /// List the reliefs of a centre that wait for staff, or stand otherwise; or those of a member
    #[command(after_help = "Examples:
  ledger-cli pool reliefs shapingba
  ledger-cli pool reliefs shapingba --state paid
  ledger-cli pool reliefs --of shapingba:member:000123")]
    Reliefs(ReliefsArgs),
}

#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The pool's account, in the branch of its centre
    pool: String,
    /// What it is called
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// What it pays relief for, in a word; up to 10 of them
    #[arg(long, value_name = "WORD", required = true)]
    purpose: Vec<String>,
    /// What it counts: hours, or another unit
    #[arg(long, value_name = "UNIT", default_value = TIME)]
    unit: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli gift shapingba:member:000123 shapingba:member:000124 2h --reason 'for my mother'
  ledger-cli gift shapingba:member:000123 shapingba:pool:mutual 5h

To whom hours may be given is the policy's (`[gift]`); `ledger-cli policy explain` tells.")]
pub(crate) struct GiftArgs {
    /// The member or organisation that gives
    from: String,
    /// The member or pool that gets it
    to: String,
    /// How much, such as 2h or 90m
    amount: Amount,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The UUID of the step and its entry, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct DonateArgs {
    /// The pool
    pool: String,
    /// How much, in whole steps of its unit
    amount: Amount,
    /// The number of the receipt that the donor got; kept for ever, so without names
    #[arg(long, value_name = "NUMBER")]
    receipt: String,
    /// Such as who gave it; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The UUID of the step and its entry, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ReliefArgs {
    /// The pool
    pool: String,
    /// The member that it is for
    member: String,
    /// How much, such as 10h; whole steps of the pool's unit where that is another
    amount: Amount,
    /// One of the pool's purposes
    #[arg(long, value_name = "WORD")]
    purpose: String,
    /// The case, for those who approve it; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The relief's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct StepArgs {
    /// The relief
    relief: String,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct EndArgs {
    /// The relief
    relief: String,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

impl From<EndArgs> for StepArgs {
    fn from(args: EndArgs) -> Self {
        Self {
            relief: args.relief,
            reason: Some(args.reason),
            id: args.id,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct ReliefsArgs {
    /// The centre
    #[arg(required_unless_present = "of")]
    centre: Option<String>,
    /// How they stand. Default: those that wait for staff
    #[arg(long, value_enum, conflicts_with = "of")]
    state: Option<State>,
    /// All of this member, in the place of a centre's
    #[arg(long, value_name = "MEMBER", conflicts_with = "centre")]
    of: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum State {
    Asked,
    Reserved,
    Paid,
    Declined,
    Withdrawn,
    Returned,
}

impl From<State> for ReliefState {
    fn from(state: State) -> Self {
        match state {
            State::Asked => Self::Asked,
            State::Reserved => Self::Reserved,
            State::Paid => Self::Paid,
            State::Declined => Self::Declined,
            State::Withdrawn => Self::Withdrawn,
            State::Returned => Self::Returned,
        }
    }
}

pub(super) async fn run(command: PoolCommand, session: Session) -> Result<(), Failure> {
    match command {
        PoolCommand::Open(args) => open(args, session).await,
        PoolCommand::Give(args) => give(args, session).await,
        PoolCommand::Donate(args) => donate(args, session).await,
        PoolCommand::Relief(args) => relief(args, session).await,
        PoolCommand::Approve(args) => step(ReliefVerb::Approve, args, session).await,
        PoolCommand::Decline(args) => step(ReliefVerb::Decline, args.into(), session).await,
        PoolCommand::Withdraw(args) => step(ReliefVerb::Withdraw, args, session).await,
        PoolCommand::Return(args) => step(ReliefVerb::Return, args.into(), session).await,
        PoolCommand::Show { pool } => show(pool, session).await,
        PoolCommand::List { centre } => list(centre, session).await,
        PoolCommand::Donations { pool } => donations(pool, session).await,
        PoolCommand::ShowRelief { relief } => show_relief(relief, session).await,
        PoolCommand::Reliefs(args) => reliefs(args, session).await,
    }
}

async fn open(args: OpenArgs, mut session: Session) -> Result<(), Failure> {
    let request = OpenPoolRequest {
        pool_id: args.pool,
        unit_id: args.unit,
        name: args.name,
        purposes: args.purpose,
    };
    let answer = session.client.pools.open_pool(request).await?.into_inner();
    let row = rows::pool(&present(answer.pool, "pool")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

pub(super) async fn give(args: GiftArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let request = GiveHoursRequest {
        step_id: id.clone(),
        from_account_id: args.from,
        to_account_id: args.to,
        amount: args.amount.steps,
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.pools.give_hours(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    booked(answer.entry, answer.replayed, &id, session).await
}

/// A pool, which counts what an amount is written in.
async fn counting(session: &mut Session, pool_id: &str, amount: Amount) -> Result<Pool, Failure> {
    let request = GetPoolRequest {
        pool_id: pool_id.to_owned(),
    };
    let answer = session.client.pools.get_pool(request).await?.into_inner();
    let pool = present(answer.pool, "pool")?;
    match amount.is_time && pool.unit_id != TIME {
        false => Ok(pool),
        true => Err(Failure::Usage(format!(
            "pool {pool_id} counts {}, not hours; write whole steps of that, such as 5000",
            pool.unit_id
        ))),
    }
}

async fn donate(args: DonateArgs, mut session: Session) -> Result<(), Failure> {
    counting(&mut session, &args.pool, args.amount).await?;
    let id = id_or_fresh(args.id);
    let request = DonateRequest {
        step_id: id.clone(),
        pool_id: args.pool,
        receipt: args.receipt,
        amount: args.amount.steps,
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.pools.donate(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    let row = rows::donation(&present(answer.donation, "donation")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    let shown = session.output.one(&row).await;
    shown.map_err(|failure| failure.after_booking(&id))
}

async fn relief(args: ReliefArgs, mut session: Session) -> Result<(), Failure> {
    counting(&mut session, &args.pool, args.amount).await?;
    let id = id_or_fresh(args.id);
    let request = AskReliefRequest {
        relief_id: id.clone(),
        pool_id: args.pool,
        member_id: args.member,
        amount: args.amount.steps,
        purpose: args.purpose,
        reason: args.reason,
    };
    let answer = session.client.pools.ask_relief(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.relief, answer.replayed, session).await
}

async fn step(verb: ReliefVerb, args: StepArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let request = StepReliefRequest {
        step_id: id.clone(),
        relief_id: args.relief,
        verb: verb.into(),
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.pools.step_relief(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.relief, answer.replayed, session).await
}

async fn shown(
    relief: Option<Relief>,
    replayed: bool,
    mut session: Session,
) -> Result<(), Failure> {
    let row = rows::relief(&present(relief, "relief")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn show(pool_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetPoolRequest { pool_id };
    let answer = session.client.pools.get_pool(request).await?.into_inner();
    let row = rows::pool(&present(answer.pool, "pool")?);
    session.output.one(&row).await
}

async fn list(centre: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListPoolsRequest {
            centre: centre.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.pools.list_pools(request).await?.into_inner();
        let rows = page.pools.iter().map(rows::pool).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::POOLS, page).await
}

async fn donations(pool_id: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListDonationsRequest {
            pool_id: pool_id.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.pools.list_donations(request).await?.into_inner();
        let rows = page.donations.iter().map(rows::donation).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::DONATIONS, page).await
}

async fn show_relief(relief_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetReliefRequest { relief_id };
    let answer = session.client.pools.get_relief(request).await?.into_inner();
    let row = rows::relief(&present(answer.relief, "relief")?);
    let row = row.with("history", rows::steps(&answer.history));
    session.output.one(&row).await
}

async fn reliefs(args: ReliefsArgs, mut session: Session) -> Result<(), Failure> {
    let which = match args.of {
        Some(member) => Which::MemberId(member),
        None => Which::OfCentre(ReliefsOfCentre {
            centre: args.centre.unwrap_or_default(),
            state: args
                .state
                .map_or(ReliefState::Unspecified, ReliefState::from)
                .into(),
        }),
    };
    let page = async |client: &mut Client, page_token: String| {
        let request = ListReliefsRequest {
            which: Some(which.clone()),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.pools.list_reliefs(request).await?.into_inner();
        let rows = page.reliefs.iter().map(rows::relief).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::RELIEFS, page).await
}
