//! `order`: that somebody comes, from the approval of a need to settled hours.

use chrono::Utc;
use clap::{Args, Subcommand};
use prost_types::Timestamp;
use timebank_proto::v1::{
    AcceptNeedRequest, ConfirmVisit, GetOrderRequest, Order, OrderAction, Party, Plainly,
    ResolveDispute, StepOrderRequest, need_action::Action as NeedAction, order_action::Action,
    resolve_dispute::How,
};

use super::{
    change::ChangeArgs, id_or_fresh, incident::EvidenceArgs, need, order_list, sheet_file,
};
use crate::{
    amount::Amount, client::present, error::Failure, render::Cell, rows, session::Session,
    time::When,
};

#[derive(Subcommand, Debug)]
pub(crate) enum OrderCommand {
    /// Approve a need: for staff who are neither party nor a relative of one
    #[command(after_help = "Examples:
  ledger-cli order approve 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --actor 1001")]
    Approve {
        /// The need
        need: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Accept a need, which makes an order of it and sets hours aside
    #[command(after_help = "Examples:
  ledger-cli order accept 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 huxi:member:2")]
    Accept {
        /// The need
        need: String,
        /// The member who comes
        provider: String,
        /// The order's UUID, which makes a repeat harmless. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Enter the visits of a sign-in sheet that took place; another of the staff approves them
    #[command(after_help = "Examples:
  ledger-cli order record --from sheet.csv --sheet 2026-11.2 --dry-run --actor 1001
  ledger-cli order record --from sheet.csv --sheet 2026-11.2 \\
      --sheet-hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --actor 1001

The header of the file names its columns: recipient,provider,service,at,for and, if need be,
pay_from,point,channel. A line is one visit: for is how long it took, without travel. The same
file again changes nothing; of a line that has changed, it is told that it stands otherwise.")]
    Record(sheet_file::RecordArgs),
    /// Approve the visits that were entered from a sheet, and settle them: for staff who are
    /// neither party nor a relative of one, and did not enter them
    #[command(after_help = "Examples:
  ledger-cli order list huxi --sheet 2026-11.2
  ledger-cli order decline 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'signed twice'
  ledger-cli order approve-sheet huxi 2026-11.2 --actor 1002")]
    ApproveSheet {
        /// The centre
        centre: String,
        /// The number of the sheet
        sheet: String,
    },
    /// Decline a visit that was entered from a sheet, which frees what is held for it
    #[command(after_help = "Examples:
  ledger-cli order decline 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'signed twice' --actor 1002")]
    Decline {
        /// The order
        order: String,
        /// Why; kept apart from the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Change when an order begins, and how long it takes
    #[command(after_help = "Examples:
  ledger-cli order change 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --at '2026-12-01 15:00' --for 1h")]
    Change {
        /// The order
        order: String,
        #[command(flatten)]
        change: ChangeArgs,
    },
    /// Record that the provider has come
    #[command(after_help = "Examples:
  ledger-cli order check-in 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11
  ledger-cli order check-in 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --at '2026-12-01 14:05'")]
    CheckIn(CheckArgs),
    /// Record that the provider has gone
    #[command(after_help = "Examples:
  ledger-cli order check-out 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --at '2026-12-01 15:00'")]
    CheckOut(CheckArgs),
    /// Say for one side how long it took, without travel
    #[command(after_help = "Examples:
  ledger-cli order confirm 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --as huxi:member:2 --served 55m
  ledger-cli order confirm 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --as huxi:member:1 \\
      --served 1h --rating 5 --actor 1001")]
    Confirm {
        /// The order
        order: String,
        /// The side, by its member
        #[arg(long = "as", value_name = "MEMBER")]
        member: String,
        /// How long was served
        #[arg(long, value_name = "DURATION")]
        served: Amount,
        /// How satisfied they are
        #[arg(long, value_name = "1..5", value_parser = clap::value_parser!(u32).range(1..=5))]
        rating: Option<u32>,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Have the hours move: for staff who are neither party nor a relative of one
    #[command(after_help = "Examples:
  ledger-cli order settle 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --actor 1001")]
    Settle {
        /// The order
        order: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Record that one side does not want it any more
    #[command(after_help = "Examples:
  ledger-cli order cancel 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'the provider is ill'
  ledger-cli order cancel 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --by recipient --reason 'in hospital'")]
    Cancel(OutArgs),
    /// Record that one side was not there
    #[command(after_help = "Examples:
  ledger-cli order no-show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --by recipient --reason 'nobody at home'")]
    NoShow(OutArgs),
    /// Stop an order until staff resolve it; what is held stays held
    #[command(after_help = "Examples:
  ledger-cli order dispute 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'a vase was broken'
  ledger-cli order dispute 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'she fell' \\
      --reference 2026-17 --evidence 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    Dispute {
        /// The order
        order: String,
        #[command(flatten)]
        evidence: EvidenceArgs,
        /// Why; kept apart from the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// End a dispute: settle it by so much time, or free what is held
    #[command(after_help = "Examples:
  ledger-cli order resolve 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --settle 45m --reason 'both agree'
  ledger-cli order resolve 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --release --reason 'nothing was done'")]
    Resolve(ResolveArgs),
    /// Correct the minutes of an order by which hours have moved
    #[command(after_help = "Examples:
  ledger-cli order correct 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --served 45m --reason 'the sheet says so'
  ledger-cli order correct 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --served 0m --reason 'she was at home, he at the wrong door'")]
    Correct {
        /// The order
        order: String,
        /// How long was served; 0m where nothing was, or nothing is owed
        #[arg(long, value_name = "DURATION")]
        served: Amount,
        /// Why; kept apart from the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Show an order with its whole history, and what it came to stage by stage
    #[command(after_help = "Examples:
  ledger-cli order show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The order
        order: String,
    },
    /// List the orders of a centre, or those of a member
    #[command(after_help = "Examples:
  ledger-cli order list huxi --on 2026-12-01
  ledger-cli order list huxi --state disputed
  ledger-cli order list huxi --overdue
  ledger-cli order list huxi --missed
  ledger-cli order list huxi --to-correct
  ledger-cli order list --of huxi:member:2 --output csv > orders.csv")]
    List(order_list::ListArgs),
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The order
    order: String,
    /// When that was. Default: now
    #[arg(long, value_name = "TIME")]
    at: Option<When>,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

/// A side of an order.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Side {
    Provider,
    Recipient,
}

#[derive(Args, Debug)]
pub(crate) struct OutArgs {
    /// The order
    order: String,
    /// Which side. Default: the one that the actor is, or else the provider
    #[arg(long, value_enum)]
    by: Option<Side>,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ResolveArgs {
    /// The order
    order: String,
    /// Settle it as if both sides had confirmed so long
    #[arg(
        long,
        value_name = "DURATION",
        required_unless_present = "release",
        conflicts_with = "release"
    )]
    settle: Option<Amount>,
    /// Free what is held: nobody pays
    #[arg(long)]
    release: bool,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

/// Which order, what is done about it, and why.
struct Step {
    order: String,
    action: Action,
    reason: String,
    id: Option<String>,
}

impl Step {
    /// For no reason that is told.
    fn plain(order: String, action: Action, id: Option<String>) -> Self {
        Self {
            order,
            action,
            reason: String::new(),
            id,
        }
    }
}

pub(super) async fn run(command: OrderCommand, session: Session) -> Result<(), Failure> {
    let step = match command {
        OrderCommand::Approve { need, id } => {
            let action = NeedAction::Approve(Plainly {});
            return need::step(need, action, String::new(), id, session).await;
        }
        OrderCommand::Accept { need, provider, id } => {
            return accept(need, provider, id, session).await;
        }
        OrderCommand::Record(args) => return sheet_file::record(args, session).await,
        OrderCommand::ApproveSheet { centre, sheet } => {
            return sheet_file::approve(centre, sheet, session).await;
        }
        OrderCommand::Decline { order, reason, id } => Step {
            order,
            action: Action::Decline(Plainly {}),
            reason,
            id,
        },
        OrderCommand::Show { order } => return show(order, session).await,
        OrderCommand::List(args) => return order_list::list(args, session).await,
        OrderCommand::Change { order, change } => {
            let (visit, id) = change.visit(&session).await?;
            Step::plain(order, Action::Change(visit), id)
        }
        OrderCommand::CheckIn(args) => {
            let at = time_or_now(args.at, &session).await?;
            Step::plain(args.order, Action::CheckIn(at), args.id)
        }
        OrderCommand::CheckOut(args) => {
            let at = time_or_now(args.at, &session).await?;
            Step::plain(args.order, Action::CheckOut(at), args.id)
        }
        OrderCommand::Confirm {
            order,
            member,
            served,
            rating,
            id,
        } => {
            let confirm = ConfirmVisit {
                member_id: member,
                served_minutes: served.steps,
                rating: rating.unwrap_or_default(),
            };
            Step::plain(order, Action::Confirm(confirm), id)
        }
        OrderCommand::Settle { order, id } => Step::plain(order, Action::Settle(Plainly {}), id),
        OrderCommand::Cancel(args) => {
            let side = side(&args, &session).await?;
            out(args, Action::Cancel(side.into()))
        }
        OrderCommand::NoShow(args) => {
            let side = side(&args, &session).await?;
            out(args, Action::NoShow(side.into()))
        }
        OrderCommand::Dispute {
            order,
            evidence,
            reason,
            id,
        } => Step {
            order,
            action: Action::Dispute(evidence.into()),
            reason,
            id,
        },
        OrderCommand::Correct {
            order,
            served,
            reason,
            id,
        } => Step {
            order,
            action: Action::CorrectMinutes(served.steps),
            reason,
            id,
        },
        OrderCommand::Resolve(args) => {
            let how = match args.settle {
                Some(served) => How::SettleMinutes(served.steps),
                None => How::Release(Plainly {}),
            };
            Step {
                order: args.order,
                action: Action::Resolve(ResolveDispute { how: Some(how) }),
                reason: args.reason,
                id: args.id,
            }
        }
    };
    take(step, session).await
}

fn out(args: OutArgs, action: Action) -> Step {
    Step {
        order: args.order,
        action,
        reason: args.reason,
        id: args.id,
    }
}

async fn time_or_now(at: Option<When>, session: &Session) -> Result<Timestamp, Failure> {
    let given = session.moment(at, When::start).await?;
    Ok(given.unwrap_or_else(|| {
        let now = Utc::now();
        Timestamp {
            seconds: now.timestamp(),
            nanos: now.timestamp_subsec_micros().cast_signed() * 1_000,
        }
    }))
}

/// The side that is named, or that the actor is, or the provider.
async fn side(args: &OutArgs, session: &Session) -> Result<Party, Failure> {
    match args.by {
        Some(Side::Provider) => return Ok(Party::Provider),
        Some(Side::Recipient) => return Ok(Party::Recipient),
        None => {}
    }
    let order = get(args.order.clone(), session).await?;
    match session.actor.as_deref() == Some(order.recipient_id.as_str()) {
        true => Ok(Party::Recipient),
        false => Ok(Party::Provider),
    }
}

async fn get(order_id: String, session: &Session) -> Result<Order, Failure> {
    let mut orders = session.client.orders.clone();
    let answer = orders.get_order(GetOrderRequest { order_id }).await?;
    present(answer.into_inner().order, "order")
}

async fn take(step: Step, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(step.id);
    let request = StepOrderRequest {
        step_id: id.clone(),
        order_id: step.order,
        action: Some(OrderAction {
            action: Some(step.action),
        }),
        reason: step.reason,
    };
    let answer = session.client.orders.step_order(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.order, answer.replayed, session).await
}

async fn accept(
    need_id: String,
    provider_id: String,
    id: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let id = id_or_fresh(id);
    let request = AcceptNeedRequest {
        order_id: id.clone(),
        need_id,
        provider_id,
    };
    let answer = session.client.orders.accept_need(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.order, answer.replayed, session).await
}

async fn shown(order: Option<Order>, replayed: bool, mut session: Session) -> Result<(), Failure> {
    let row = rows::order(&present(order, "order")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn show(order_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetOrderRequest { order_id };
    let answer = session.client.orders.get_order(request).await?.into_inner();
    let row = rows::whole_order(
        &present(answer.order, "order")?,
        &answer.history,
        &answer.incidents,
    );
    session.output.one(&row).await
}
