//! `member`: those who serve, and those who are served.

use chrono::Utc;
use clap::{Args, Subcommand};
use timebank_proto::v1::{
    Attestation, GetMemberRequest, ListMembersRequest, Member, MemberChange, MemberDetails,
    MemberState, PersonalFields, Qualification, QualifyMemberRequest, RegisterMemberRequest,
    SetMemberStateRequest, list_members_request::Only,
};

use super::id_or_fresh;
use crate::{
    client::{PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum MemberCommand {
    /// Register a member, and open their time account of the same id
    #[command(after_help = "Examples:
  ledger-cli member register shapingba:member:000123 --name 李华 --born 1941-03-01
  ledger-cli member register shapingba:member:000124 --born 1950-07-12 --block grid-7 \\
      --disability 'certificate grade 2' --disability-since 2024-05-01 --heir shapingba:member:000123 --consented 2026-03-01
  ledger-cli member register shapingba:member:000125 --born 2010-01-05 \\
      --guardian shapingba:member:000124 --affiliation 'Chenjiaqiao Middle School'")]
    Register(Box<RegisterArgs>),
    /// Show a member, with their personal fields
    #[command(after_help = "Examples:
  ledger-cli member show shapingba:member:000123
  ledger-cli member show shapingba:member:000123 --output json")]
    Show {
        /// The member
        id: String,
    },
    /// List the members of a centre
    #[command(after_help = "Examples:
  ledger-cli member list shapingba
  ledger-cli member list shapingba --state suspended
  ledger-cli member list shapingba --block grid-7
  ledger-cli member list shapingba --lapsing 2026-11 --output csv > lapsing.csv")]
    List(ListArgs),
    /// Record what a member is qualified for, in the place of one of the same code
    #[command(after_help = "Examples:
  ledger-cli member qualify shapingba:member:000123 first-aid --until 2027-12-31
  ledger-cli member qualify shapingba:member:000123 home-care --since 2026-01-01 \\
      --until 2027-12-31 --training home-care-40h")]
    Qualify(QualifyArgs),
    /// Keep a member from taking part until they are reinstated
    #[command(after_help = "Examples:
  ledger-cli member suspend shapingba:member:000123")]
    Suspend(StepArgs),
    /// Let a member take part again
    #[command(after_help = "Examples:
  ledger-cli member reinstate shapingba:member:000123")]
    Reinstate(StepArgs),
}

#[derive(Args, Debug)]
pub(crate) struct RegisterArgs {
    /// Their id, in the branch of a centre, such as shapingba:member:000123. No
    /// personal name goes into it
    id: String,
    /// Their name; kept apart from the journal, as all that follows up to
    /// --affiliation, so that it can be erased
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// How they are reached
    #[arg(long, value_name = "PHONE")]
    phone: Option<String>,
    /// Their birth date
    #[arg(long, value_name = "DATE")]
    born: Option<String>,
    /// Where they live
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// A disability that the actor attests, on what evidence
    #[arg(long, value_name = "EVIDENCE", requires = "disability_since")]
    disability: Option<String>,
    /// Since when
    #[arg(long, value_name = "DATE", requires = "disability")]
    disability_since: Option<String>,
    /// Hardship that the actor attests, on what evidence
    #[arg(long, value_name = "EVIDENCE", requires = "hardship_since")]
    hardship: Option<String>,
    /// Since when
    #[arg(long, value_name = "DATE", requires = "hardship")]
    hardship_since: Option<String>,
    /// Their school or employer
    #[arg(long, value_name = "NAME")]
    affiliation: Option<String>,
    /// The block or grid unit that they live in
    #[arg(long, value_name = "BLOCK")]
    block: Option<String>,
    /// The member who answers for them
    #[arg(long, value_name = "MEMBER")]
    guardian: Option<String>,
    /// The member who acts for them
    #[arg(long, value_name = "MEMBER")]
    proxy: Option<String>,
    /// A member who is a relative; may be given again
    #[arg(long, value_name = "MEMBER")]
    relative: Vec<String>,
    /// The member who gets their hours in the end
    #[arg(long, value_name = "MEMBER")]
    heir: Option<String>,
    /// How they heard of the time bank, in a word
    #[arg(long, value_name = "WORD")]
    heard_of: Option<String>,
    /// They have a device of their own to act by
    #[arg(long)]
    device: bool,
    /// The day on which they consented to take part
    #[arg(long, value_name = "DATE")]
    consented: Option<String>,
    /// The last day of their insurance
    #[arg(long, value_name = "DATE")]
    insured_until: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// The centre
    centre: String,
    #[command(flatten)]
    only: OnlyArgs,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct OnlyArgs {
    /// Only members in this state
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<State>,
    /// Only members of this block
    #[arg(long, value_name = "BLOCK")]
    block: Option<String>,
    /// Only members with a qualification whose last day is in this month
    #[arg(long, value_name = "YYYY-MM")]
    lapsing: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum State {
    Active,
    Suspended,
}

#[derive(Args, Debug)]
pub(crate) struct QualifyArgs {
    /// The member
    member: String,
    /// For what, such as first-aid
    code: String,
    /// The first day. Default: today
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// The last day. Default: it does not lapse
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// The training behind it, in a word such as first-aid-8h
    #[arg(long, value_name = "WORD")]
    training: Option<String>,
    /// The step's UUID, to repeat it without harm; the first day is named then, too.
    /// Default: a fresh one
    #[arg(long, value_name = "UUID", requires = "since")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct StepArgs {
    /// The member
    member: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

pub(super) async fn run(command: MemberCommand, mut session: Session) -> Result<(), Failure> {
    match command {
        MemberCommand::Register(args) => register(*args, session).await,
        MemberCommand::Show { id } => {
            let request = GetMemberRequest { member_id: id };
            let answer = session.client.members.get_member(request).await?;
            let answer = answer.into_inner();
            let mut row = rows::member(&present(answer.member, "member")?);
            row.0.extend(rows::personal(answer.personal.as_ref()));
            session.output.one(&row).await
        }
        MemberCommand::List(args) => list(args, session).await,
        MemberCommand::Qualify(args) => qualify(args, session).await,
        MemberCommand::Suspend(args) => set_state(args, MemberChange::Suspend, session).await,
        MemberCommand::Reinstate(args) => set_state(args, MemberChange::Reinstate, session).await,
    }
}

async fn register(args: RegisterArgs, mut session: Session) -> Result<(), Failure> {
    let request = RegisterMemberRequest {
        member_id: args.id,
        details: Some(MemberDetails {
            block: args.block.unwrap_or_default(),
            guardian_id: args.guardian.unwrap_or_default(),
            proxy_id: args.proxy.unwrap_or_default(),
            relative_ids: args.relative,
            heir_id: args.heir.unwrap_or_default(),
            heard_of: args.heard_of.unwrap_or_default(),
            has_device: args.device,
            consented_on: args.consented.unwrap_or_default(),
            insured_until: args.insured_until.unwrap_or_default(),
        }),
        personal: Some(PersonalFields {
            name: args.name.unwrap_or_default(),
            phone: args.phone.unwrap_or_default(),
            born_on: args.born.unwrap_or_default(),
            address: args.address.unwrap_or_default(),
            disability: attestation(args.disability, args.disability_since),
            hardship: attestation(args.hardship, args.hardship_since),
            affiliation: args.affiliation.unwrap_or_default(),
        }),
    };
    let answer = session.client.members.register_member(request).await?;
    let answer = answer.into_inner();
    show(session, answer.member, answer.replayed).await
}

fn attestation(evidence: Option<String>, since: Option<String>) -> Option<Attestation> {
    evidence.map(|evidence| Attestation {
        since: since.unwrap_or_default(),
        attested_by: String::new(),
        evidence,
    })
}

/// The day given, or today in the ledger's zone.
async fn or_today(day: Option<String>, session: &Session) -> Result<String, Failure> {
    match day {
        Some(day) => Ok(day),
        None => {
            let zone = session.client.time_zone().await?;
            let today = Utc::now().with_timezone(&zone.rules()).date_naive();
            Ok(today.to_string())
        }
    }
}

async fn qualify(args: QualifyArgs, mut session: Session) -> Result<(), Failure> {
    let since = or_today(args.since, &session).await?;
    let id = id_or_fresh(args.id);
    let request = QualifyMemberRequest {
        step_id: id.clone(),
        member_id: args.member,
        qualification: Some(Qualification {
            code: args.code,
            since,
            until: args.until.unwrap_or_default(),
            training: args.training.unwrap_or_default(),
        }),
    };
    let answer = session.client.members.qualify_member(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    show(session, answer.member, answer.replayed).await
}

async fn set_state(
    args: StepArgs,
    change: MemberChange,
    mut session: Session,
) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let request = SetMemberStateRequest {
        step_id: id.clone(),
        member_id: args.member,
        change: change.into(),
    };
    let answer = session.client.members.set_member_state(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    show(session, answer.member, answer.replayed).await
}

async fn show(mut session: Session, member: Option<Member>, replayed: bool) -> Result<(), Failure> {
    let row = rows::member(&present(member, "member")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn list(args: ListArgs, mut session: Session) -> Result<(), Failure> {
    let OnlyArgs {
        state,
        block,
        lapsing,
    } = args.only;
    let state = state.map(|state| match state {
        State::Active => MemberState::Active,
        State::Suspended => MemberState::Suspended,
    });
    let only = state.map(|state| Only::State(state.into()));
    let only = only.or(block.map(Only::Block));
    let only = only.or(lapsing.map(Only::LapsingIn));
    let mut page_token = String::new();
    let mut list = session.output.list(&rows::MEMBERS);
    loop {
        let request = ListMembersRequest {
            centre: args.centre.clone(),
            only: only.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = session.client.members.list_members(request).await?;
        let page = page.into_inner();
        for member in &page.members {
            list.push(rows::member(member))?;
        }
        if page.next_page_token.is_empty() {
            return list.finish().await;
        }
        page_token = page.next_page_token;
    }
}
