//! `group`: lessons that one leads for many, and events at which many help.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    GetGroupRequest, Group, GroupAction, GroupEvent, GroupLesson, GroupTerms, ListGroupsRequest,
    ListPlacesRequest, MemberList, OpenGroupRequest, Plainly, StepGroupRequest,
    group_action::Action, group_terms::Kind,
};

use super::id_or_fresh;
use crate::{
    amount::Amount,
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
    time::When,
};

/// A list of far more members than a step may name.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

#[derive(Subcommand, Debug)]
pub(crate) enum GroupCommand {
    /// Open a group: a lesson that a member leads, or an event
    #[command(after_help = "Examples:
  ledger-cli group open shapingba smartphone --lead sq:member:000123 --at '2026-11-05 14:00' \\
      --for 90m --places 40
  ledger-cli group open shapingba street-market --pay-from sq:pool:events \\
      --at '2026-11-07 09:00' --for 3h --places 500

By the policy of its day those who learn pay whoever leads a lesson (`group.lesson_fee`), or the
account does that is named. At an event all help, and the account pays each.")]
    Open(OpenArgs),
    /// Give members places, up to 1,000 at once
    #[command(after_help = "Examples:
  ledger-cli group enrol 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 sq:member:000124 sq:member:000125
  ledger-cli group enrol 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --file list.txt")]
    Enrol(ListArgs),
    /// Take members out, up to 1,000 at once
    #[command(after_help = "Examples:
  ledger-cli group leave 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 sq:member:000124")]
    Leave(ListArgs),
    /// Say who was there, once it has begun; up to 1,000 at once
    #[command(after_help = "Examples:
  ledger-cli group attend 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 sq:member:000124 sq:member:000125
  ledger-cli group attend 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --file there.txt")]
    Attend(ListArgs),
    /// Confirm who attended, once it is over
    #[command(after_help = "Examples:
  ledger-cli group confirm 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --actor 1001")]
    Confirm(StepArgs),
    /// Move hours, by another of the staff than who confirmed it
    #[command(after_help = "Examples:
  ledger-cli group settle 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --actor 1002")]
    Settle(StepArgs),
    /// Cancel a group for which no hours have moved
    #[command(after_help = "Examples:
  ledger-cli group cancel 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'the hall is closed'")]
    Cancel {
        /// The group
        group: String,
        /// Why; kept apart from the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Show a group with its history
    #[command(after_help = "Examples:
  ledger-cli group show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The group
        group: String,
    },
    /// List who has a place in a group
    #[command(after_help = "Examples:
  ledger-cli group places 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --output csv")]
    Places {
        /// The group
        group: String,
    },
    /// List the groups of a centre by their days
    #[command(after_help = "Examples:
  ledger-cli group list shapingba")]
    List {
        /// The centre
        centre: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The centre that arranges it
    centre: String,
    /// The code of the service
    service: String,
    /// The member who leads, of a lesson. Default: none, and it is an event
    #[arg(long, value_name = "MEMBER", required_unless_present = "pay_from")]
    lead: Option<String>,
    /// The account that pays: of an event, and of a lesson for which the policy has no fee
    #[arg(long, value_name = "ACCOUNT")]
    pay_from: Option<String>,
    /// When it begins
    #[arg(long, value_name = "TIME")]
    at: When,
    /// How long it takes
    #[arg(long = "for", value_name = "DURATION")]
    long: Amount,
    /// How many may be enrolled: 1 to 10,000
    #[arg(long, value_name = "N")]
    places: i64,
    /// The service point
    #[arg(long, value_name = "POINT")]
    point: Option<String>,
    /// The group's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// The group
    group: String,
    /// The members
    #[arg(required_unless_present = "file")]
    members: Vec<String>,
    /// A file of members, one a line
    #[arg(long, value_name = "FILE", conflicts_with = "members")]
    file: Option<PathBuf>,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct StepArgs {
    /// The group
    group: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

pub(super) async fn run(command: GroupCommand, session: Session) -> Result<(), Failure> {
    let plainly = Plainly {};
    let none = String::new();
    match command {
        GroupCommand::Open(args) => open(args, session).await,
        GroupCommand::Enrol(args) => list_step(args, Action::Enrol, session).await,
        GroupCommand::Leave(args) => list_step(args, Action::Leave, session).await,
        GroupCommand::Attend(args) => list_step(args, Action::Attend, session).await,
        GroupCommand::Confirm(StepArgs { group, id }) => {
            step(group, Action::Confirm(plainly), none, id, session).await
        }
        GroupCommand::Settle(StepArgs { group, id }) => {
            step(group, Action::Settle(plainly), none, id, session).await
        }
        GroupCommand::Cancel { group, reason, id } => {
            step(group, Action::Cancel(plainly), reason, id, session).await
        }
        GroupCommand::Show { group } => show(group, session).await,
        GroupCommand::Places { group } => places(group, session).await,
        GroupCommand::List { centre } => list(centre, session).await,
    }
}

async fn open(args: OpenArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let payer = args.pay_from.unwrap_or_default();
    let kind = match args.lead {
        Some(leader_id) => Kind::Lesson(GroupLesson { leader_id, payer }),
        None => Kind::Event(GroupEvent { payer }),
    };
    let terms = GroupTerms {
        centre: args.centre,
        kind: Some(kind),
        service: args.service,
        at: session.moment(Some(args.at), When::start).await?,
        minutes: args.long.steps,
        point: args.point.unwrap_or_default(),
        places: args.places,
    };
    let request = OpenGroupRequest {
        group_id: id.clone(),
        terms: Some(terms),
    };
    let answer = session.client.groups.open_group(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.group, answer.replayed, session).await
}

/// The members that a file names, one a line.
fn members_of(file: &Path) -> Result<Vec<String>, Failure> {
    let failed = |source| Failure::File {
        what: format!("reading {}", file.display()),
        source,
    };
    let mut text = String::new();
    let opened = File::open(file).map_err(failed)?;
    let mut opened = opened.take(MAX_FILE_BYTES + 1);
    let read = opened.read_to_string(&mut text).map_err(failed)?;
    if u64::try_from(read).is_ok_and(|read| read > MAX_FILE_BYTES) {
        let message = format!("{} is longer than a list of members may be", file.display());
        let figures = [("max_bytes", MAX_FILE_BYTES.to_string())];
        return Err(Failure::wrong(message, figures));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(Into::into).collect())
}

/// A step that names members.
async fn list_step(
    args: ListArgs,
    action: impl FnOnce(MemberList) -> Action,
    session: Session,
) -> Result<(), Failure> {
    let member_ids = match args.file {
        None => args.members,
        Some(file) => members_of(&file)?,
    };
    let action = action(MemberList { member_ids });
    step(args.group, action, String::new(), args.id, session).await
}

async fn step(
    group_id: String,
    action: Action,
    reason: String,
    id: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let id = id_or_fresh(id);
    let request = StepGroupRequest {
        step_id: id.clone(),
        group_id,
        action: Some(GroupAction {
            action: Some(action),
        }),
        reason,
    };
    let answer = session.client.groups.step_group(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.group, answer.replayed, session).await
}

async fn shown(group: Option<Group>, replayed: bool, mut session: Session) -> Result<(), Failure> {
    let row = rows::group(&present(group, "group")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn show(group_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetGroupRequest { group_id };
    let answer = session.client.groups.get_group(request).await?;
    let answer = answer.into_inner();
    let row = rows::group(&present(answer.group, "group")?);
    let row = row.with("history", rows::steps(&answer.history));
    session.output.one(&row).await
}

async fn places(group_id: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListPlacesRequest {
            group_id: group_id.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.groups.list_places(request).await?.into_inner();
        let rows = page.places.iter().map(rows::place).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::PLACES, page).await
}

async fn list(centre: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListGroupsRequest {
            centre: centre.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.groups.list_groups(request).await?.into_inner();
        let rows = page.groups.iter().map(rows::group).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::GROUPS, page).await
}
