//! `need`: that somebody asks for a service.

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    GetNeedRequest, ListCandidatesRequest, ListNeedsRequest, Need, NeedAction, NeedState,
    NeedTerms, NeedsOfCentre, Plainly, PublishNeedRequest, RepeatWeekly, StepNeedRequest,
    list_needs_request::Which, need_action::Action,
};

use super::{change::ChangeArgs, id_or_fresh, standing};
use crate::{
    amount::Amount,
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
    time::When,
};

#[derive(Subcommand, Debug)]
pub(crate) enum NeedCommand {
    /// Publish that a member asks for a service
    #[command(after_help = "Examples:
  ledger-cli need publish huxi:member:1 companionship --at '2026-12-01 14:00' --for 1h
  ledger-cli need publish huxi:member:1 housework --at '2026-12-02 09:00' --for 2h \\
      --channel phone --point east-gate --helpers 2 --actor 1001")]
    Publish(PublishArgs),
    /// Offer to help
    #[command(after_help = "Examples:
  ledger-cli need offer 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 huxi:member:2")]
    Offer(OfferArgs),
    /// Take an offer back
    #[command(after_help = "Examples:
  ledger-cli need withdraw 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 huxi:member:2")]
    Withdraw(OfferArgs),
    /// Decline a need: for staff who are neither the recipient nor a relative
    #[command(after_help = "Examples:
  ledger-cli need decline 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'nobody lifts pianos'")]
    Decline(EndArgs),
    /// Take a need back that is not wanted any more
    #[command(after_help = "Examples:
  ledger-cli need cancel 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11
  ledger-cli need cancel 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'her son came'")]
    Cancel(EndArgs),
    /// Ask for another time, or another length: it is approved anew
    #[command(after_help = "Examples:
  ledger-cli need change 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --at '2026-12-01 16:00' --for 1h

As long as nobody has accepted it; afterwards `ledger-cli order change` does so.")]
    Change {
        /// The need
        need: String,
        #[command(flatten)]
        change: ChangeArgs,
    },
    /// Have a need come again every week: approved with the need, its visits arise by themselves
    #[command(after_help = "Examples:
  ledger-cli need repeat 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --weekly --until 2027-03-31
  ledger-cli need repeat 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --weekly --until 2027-03-31 \\
      --provider huxi:member:2 --actor 1001

Repeat a need before it is approved. A visit arises as many days ahead as the policy says, as a
need of its own; where a provider is named, they accept it at once, and hours are held. The need
itself is the first visit, and accepted as any other. `ledger-cli standing` shows, skips and
stops what it makes.")]
    Repeat(RepeatArgs),
    /// Show a need, and all that was done about it
    #[command(after_help = "Examples:
  ledger-cli need show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The need
        need: String,
    },
    /// List who may serve a need, and can: those of the recipient's block first
    #[command(after_help = "Examples:
  ledger-cli need candidates 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11
  ledger-cli need candidates 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --all")]
    Candidates {
        /// The need
        need: String,
        /// Those who may not or cannot, too, and by which rule
        #[arg(long)]
        all: bool,
    },
    /// List the needs of a centre that wait, or those of a member
    #[command(after_help = "Examples:
  ledger-cli need list huxi
  ledger-cli need list huxi --state published
  ledger-cli need list huxi --mine --actor 1001
  ledger-cli need list --of huxi:member:1")]
    List(ListArgs),
}

#[derive(Args, Debug)]
pub(crate) struct PublishArgs {
    /// The member whom it is for
    recipient: String,
    /// The code of the service
    service: String,
    /// When it begins
    #[arg(long, value_name = "TIME")]
    at: When,
    /// How long it takes
    #[arg(long = "for", value_name = "DURATION")]
    long: Amount,
    /// The account that pays. Default: whom the policy names
    #[arg(long, value_name = "ACCOUNT")]
    pay_from: Option<String>,
    /// The service point
    #[arg(long, value_name = "POINT")]
    point: Option<String>,
    /// How it was asked for, such as phone, screen, notice-board, grid-group or visit
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// How many helpers are asked for
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=20))]
    helpers: u32,
    /// The need's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct OfferArgs {
    /// The need
    need: String,
    /// The member who helps
    provider: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct RepeatArgs {
    /// The need
    need: String,
    /// Every week, on the same day and at the same time by the clock
    #[arg(long, required = true)]
    weekly: bool,
    /// The last day on which a visit may begin: within 366 days of the first
    #[arg(long, value_name = "DATE")]
    until: String,
    /// The member who comes
    #[arg(long, value_name = "MEMBER")]
    provider: Option<String>,
    /// The standing visit's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct EndArgs {
    /// The need
    need: String,
    /// Why; kept apart from the journal. A declined need has one
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// The centre
    #[arg(required_unless_present = "of", conflicts_with = "of")]
    centre: Option<String>,
    /// Those that wait so
    #[arg(long, value_enum, default_value = "approved", conflicts_with_all = ["of", "mine"])]
    state: Waiting,
    /// Those that the actor may approve
    #[arg(long, conflicts_with = "of")]
    mine: bool,
    /// All needs of this member
    #[arg(long, value_name = "MEMBER")]
    of: Option<String>,
}

/// For whom needs wait.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Waiting {
    /// For approval
    Published,
    /// For helpers
    Approved,
}

pub(super) async fn run(command: NeedCommand, session: Session) -> Result<(), Failure> {
    match command {
        NeedCommand::Publish(args) => publish(args, session).await,
        NeedCommand::Offer(args) => {
            let action = Action::Offer(args.provider);
            step(args.need, action, String::new(), args.id, session).await
        }
        NeedCommand::Withdraw(args) => {
            let action = Action::Withdraw(args.provider);
            step(args.need, action, String::new(), args.id, session).await
        }
        NeedCommand::Repeat(args) => repeat(args, session).await,
        NeedCommand::Decline(args) => end(args, Action::Decline(Plainly {}), session).await,
        NeedCommand::Cancel(args) => end(args, Action::Cancel(Plainly {}), session).await,
        NeedCommand::Show { need } => show(need, session).await,
        NeedCommand::Candidates { need, all } => candidates(need, all, session).await,
        NeedCommand::Change { need, change } => {
            let (visit, id) = change.visit(&session).await?;
            step(need, Action::Change(visit), String::new(), id, session).await
        }
        NeedCommand::List(args) => list(args, session).await,
    }
}

async fn publish(args: PublishArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let terms = NeedTerms {
        recipient_id: args.recipient,
        service: args.service,
        at: session.moment(Some(args.at), When::start).await?,
        minutes: args.long.steps,
        pay_from: args.pay_from.unwrap_or_default(),
        point: args.point.unwrap_or_default(),
        channel: args.channel.unwrap_or_default(),
        helpers: args.helpers,
    };
    let request = PublishNeedRequest {
        need_id: id.clone(),
        terms: Some(terms),
    };
    let answer = session.client.needs.publish_need(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.need, answer.replayed, session).await
}

async fn end(args: EndArgs, action: Action, session: Session) -> Result<(), Failure> {
    let reason = args.reason.unwrap_or_default();
    step(args.need, action, reason, args.id, session).await
}

/// Takes a step about a need.
pub(super) async fn step(
    need_id: String,
    action: Action,
    reason: String,
    id: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let id = id_or_fresh(id);
    let request = StepNeedRequest {
        step_id: id.clone(),
        need_id,
        action: Some(NeedAction {
            action: Some(action),
        }),
        reason,
    };
    let answer = session.client.needs.step_need(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.need, answer.replayed, session).await
}

async fn repeat(args: RepeatArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let repeat = RepeatWeekly {
        until: args.until,
        provider_id: args.provider.unwrap_or_default(),
    };
    let request = StepNeedRequest {
        step_id: id.clone(),
        need_id: args.need,
        action: Some(NeedAction {
            action: Some(Action::Repeat(repeat)),
        }),
        reason: String::new(),
    };
    let answer = session.client.needs.step_need(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    standing::made(id, answer.into_inner().replayed, session).await
}

async fn shown(need: Option<Need>, replayed: bool, mut session: Session) -> Result<(), Failure> {
    let row = rows::need(&present(need, "need")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn show(need_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetNeedRequest { need_id };
    let answer = session.client.needs.get_need(request).await?.into_inner();
    let row = rows::need(&present(answer.need, "need")?);
    let row = row.with("history", rows::steps(&answer.history));
    session.output.one(&row).await
}

async fn candidates(
    need_id: String,
    with_others: bool,
    mut session: Session,
) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListCandidatesRequest {
            need_id: need_id.clone(),
            with_others,
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.needs.list_candidates(request).await?.into_inner();
        let rows = page.candidates.iter().map(rows::candidate).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::CANDIDATES, page).await
}

async fn list(args: ListArgs, mut session: Session) -> Result<(), Failure> {
    let state = match (args.mine, args.state) {
        (true, _) | (false, Waiting::Published) => NeedState::Published,
        (false, Waiting::Approved) => NeedState::Approved,
    };
    let which = match args.of {
        Some(member) => Which::RecipientId(member),
        None => Which::OfCentre(NeedsOfCentre {
            centre: args.centre.unwrap_or_default(),
            state: state.into(),
            for_my_approval: args.mine,
        }),
    };
    let page = async |client: &mut Client, page_token: String| {
        let request = ListNeedsRequest {
            which: Some(which.clone()),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.needs.list_needs(request).await?.into_inner();
        let rows = page.needs.iter().map(rows::need).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::NEEDS, page).await
}
