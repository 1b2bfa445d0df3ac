//! `standing`: visits that come again every week.

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    GetStandingRequest, ListStandingsRequest, Plainly, StandingAction, StandingState,
    StandingsOfCentre, StepStandingRequest, list_standings_request::Which, standing_action::Action,
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
pub(crate) enum StandingCommand {
    /// Skip a visit that has not arisen. One that has is cancelled as a need or an order
    #[command(after_help = "Examples:
  ledger-cli standing skip 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --on 2026-12-24")]
    Skip {
        #[command(flatten)]
        args: StepArgs,
        /// The day of the visit
        #[arg(long, value_name = "DATE")]
        on: String,
    },
    /// Take its provider out: visits arise as before, and wait for helpers
    #[command(after_help = "Examples:
  ledger-cli standing leave 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --actor huxi:member:2")]
    Leave(StepArgs),
    /// Stop it: no more visits arise, and those that have stay
    #[command(after_help = "Examples:
  ledger-cli standing stop 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'her son moved in'")]
    Stop(StepArgs),
    /// Show a standing visit, the visits that arose, and all that was done about it
    #[command(after_help = "Examples:
  ledger-cli standing show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The standing visit
        standing: String,
    },
    /// List the standing visits of a centre, or of a member on either side
    #[command(after_help = "Examples:
  ledger-cli standing list huxi
  ledger-cli standing list huxi --state published
  ledger-cli standing list --of huxi:member:1")]
    List(ListArgs),
}

#[derive(Args, Debug)]
pub(crate) struct StepArgs {
    /// The standing visit
    standing: String,
    /// Why; kept apart from the journal
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
    /// Those that stand so
    #[arg(long, value_enum, default_value = "approved", conflicts_with = "of")]
    state: State,
    /// Those of this member, as recipient or as provider
    #[arg(long, value_name = "MEMBER")]
    of: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum State {
    /// Wait for approval
    Published,
    /// Visits arise
    Approved,
    /// Are not wanted any more
    Stopped,
    /// Have had all their visits
    Ended,
}

pub(super) async fn run(command: StandingCommand, session: Session) -> Result<(), Failure> {
    match command {
        StandingCommand::Skip { args, on } => step(args, Action::Skip(on), session).await,
        StandingCommand::Leave(args) => step(args, Action::Leave(Plainly {}), session).await,
        StandingCommand::Stop(args) => step(args, Action::Stop(Plainly {}), session).await,
        StandingCommand::Show { standing } => show(standing, session).await,
        StandingCommand::List(args) => list(args, session).await,
    }
}

async fn step(args: StepArgs, action: Action, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let request = StepStandingRequest {
        step_id: id.clone(),
        standing_id: args.standing,
        action: Some(StandingAction {
            action: Some(action),
        }),
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.standings.step_standing(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    let row = rows::standing(&present(answer.standing, "standing visit")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

/// Shows the standing visit that a step just made of a need.
pub(super) async fn made(
    standing_id: String,
    replayed: bool,
    mut session: Session,
) -> Result<(), Failure> {
    let request = GetStandingRequest { standing_id };
    let answer = session.client.standings.get_standing(request).await?;
    let standing = present(answer.into_inner().standing, "standing visit")?;
    let row = rows::standing(&standing).with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn show(standing_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetStandingRequest { standing_id };
    let answer = session.client.standings.get_standing(request).await?;
    let answer = answer.into_inner();
    let row = rows::standing(&present(answer.standing, "standing visit")?)
        .with("visits", rows::visits(&answer.visits))
        .with("history", rows::steps(&answer.history));
    session.output.one(&row).await
}

async fn list(args: ListArgs, mut session: Session) -> Result<(), Failure> {
    let state = match args.state {
        State::Published => StandingState::Published,
        State::Approved => StandingState::Approved,
        State::Stopped => StandingState::Stopped,
        State::Ended => StandingState::Ended,
    };
    let which = match args.of {
        Some(member) => Which::MemberId(member),
        None => Which::OfCentre(StandingsOfCentre {
            centre: args.centre.unwrap_or_default(),
            state: state.into(),
        }),
    };
    let page = async |client: &mut Client, page_token: String| {
        let request = ListStandingsRequest {
            which: Some(which.clone()),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.standings.list_standings(request).await?.into_inner();
        let rows = page.standings.iter().map(rows::standing).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::STANDINGS, page).await
}
