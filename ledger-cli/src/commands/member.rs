//! `member`: those who serve, and those who are served.

use chrono::Utc;
use clap::{Args, Subcommand, ValueEnum};
use timebank_proto::v1::{
    ApproveExitRequest, ChangeMemberRequest, ClearMemberRequest, EraseMemberRequest,
    ExitMemberRequest, GetMemberRequest, Member, MemberChange, MemberDetails, MoveMemberRequest,
    PersonalField, PersonalFields, Qualification, QualifyMemberRequest, RegisterMemberRequest,
    SetMemberStateRequest, ShowPersonalFieldsRequest,
};

use super::{
    id_or_fresh, member_fields::KnownArgs, member_list::ListArgs, register_file::FromArgs, source,
};
use crate::{client::present, error::Failure, render::Cell, rows, session::Session};

#[derive(Subcommand, Debug)]
pub(crate) enum MemberCommand {
    /// Register a member, and open their time account of the same id
    #[command(after_help = "Examples:
  ledger-cli member register shapingba:member:000123 --name 李华 --born 1941-03-01
  ledger-cli member register shapingba:member:000124 --born 1950-07-12 --block grid-7 \\
      --disability 'certificate grade 2' --disability-since 2024-05-01 --heir shapingba:member:000123 --consented 2026-03-01
  ledger-cli member register shapingba:member:000125 --born 2010-01-05 \\
      --guardian shapingba:member:000124 --affiliation 'Chenjiaqiao Middle School'
  ledger-cli member register --from members.csv --dry-run
  ledger-cli member register --from members.csv --atomic")]
    Register(Box<RegisterArgs>),
    /// Show a member; with personal fields, by a record of who was shown which
    #[command(after_help = "Examples:
  ledger-cli member show shapingba:member:000123
  ledger-cli member show shapingba:member:000123 --output json
  ledger-cli member show shapingba:member:000123 --personal name,phone --reason 'to call her' --actor 1001
  ledger-cli member show shapingba:member:000123 --personal --actor 1001

`ledger-cli audit looks` lists who was shown personal fields.")]
    Show(ShowArgs),
    /// List the members of a centre
    #[command(after_help = "Examples:
  ledger-cli member list shapingba
  ledger-cli member list shapingba --state suspended
  ledger-cli member list shapingba --block grid-7
  ledger-cli member list shapingba --lapsing 2026-11 --output csv > lapsing.csv
  ledger-cli member list shapingba --min-age 80
  ledger-cli member list shapingba --min-age 60 --max-age 79 --on 2026-12-31
  ledger-cli member list shapingba --inactive")]
    List(ListArgs),
    /// Give a member the opening grant of the centre's policy, once a person
    #[command(after_help = "Examples:
  ledger-cli member grant shapingba:member:000123 --actor 1001")]
    Grant(source::GrantArgs),
    /// Record what a member is qualified for, in the place of one of the same code
    #[command(after_help = "Examples:
  ledger-cli member qualify shapingba:member:000123 first-aid --until 2027-12-31
  ledger-cli member qualify shapingba:member:000123 home-care --since 2026-01-01 \\
      --until 2027-12-31 --training home-care-40h")]
    Qualify(QualifyArgs),
    /// Change what is known of a member: what is named, the rest stays
    #[command(after_help = "Examples:
  ledger-cli member change shapingba:member:000123 --block grid-8 --heir shapingba:member:000124
  ledger-cli member change shapingba:member:000123 --phone '' --no-device
  ledger-cli member change shapingba:member:000123 --hardship 'case 17' --hardship-since 2026-11-01")]
    Change(Box<ChangeArgs>),
    /// Move a member to another centre, with all that stands on their account
    #[command(after_help = "Examples:
  ledger-cli member move shapingba:member:000123 --to yubei
  ledger-cli member move shapingba:member:000123 --to yubei --account yubei:member:000900")]
    Move(MoveArgs),
    /// Record that a member leaves: their hours go where the centre's policy says
    #[command(after_help = "Examples:
  ledger-cli member leave shapingba:member:000123")]
    Leave(StepArgs),
    /// Record that a member has died: their hours go where the centre's policy says
    #[command(after_help = "Examples:
  ledger-cli member died shapingba:member:000123 --on 2026-11-20")]
    Died(DiedArgs),
    /// Approve that a member's heir gets what they leave behind
    #[command(after_help = "Examples:
  ledger-cli member approve-exit shapingba:member:000123 --actor 1002")]
    ApproveExit(StepArgs),
    /// Say that the second membership which a member seems to have is none, or is settled
    #[command(after_help = "Examples:
  ledger-cli member list shapingba --second
  ledger-cli member clear shapingba:member:000123")]
    Clear(StepArgs),
    /// Erase what names a member who is gone: one of the staff asks, another has it done
    #[command(after_help = "Examples:
  ledger-cli member erase shapingba:member:000123 --actor 1001
  ledger-cli member erase shapingba:member:000123 --actor 1002")]
    Erase(StepArgs),
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
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    id: Option<String>,
    #[command(flatten)]
    known: KnownArgs,
    #[command(flatten)]
    file: FromArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ChangeArgs {
    /// The member
    member: String,
    /// They have no device of their own any more
    #[arg(long, conflicts_with = "device")]
    no_device: bool,
    /// They have no relatives among the members any more
    #[arg(long, conflicts_with = "relative")]
    no_relatives: bool,
    #[command(flatten)]
    known: KnownArgs,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct MoveArgs {
    /// The member
    member: String,
    /// The centre that they move to
    #[arg(long, value_name = "CENTRE")]
    to: String,
    /// Their account there. Default: called as the one they leave, below that centre
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID", requires = "account")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct DiedArgs {
    /// The member
    member: String,
    /// The day of their death
    #[arg(long, value_name = "DATE")]
    on: String,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
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

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The member
    id: String,
    /// Personal fields too, which a record then says: those that are named, or all
    #[arg(
        long,
        value_name = "FIELDS",
        value_enum,
        value_delimiter = ',',
        num_args = 0..=1,
        default_missing_value = "name,phone,born-on,address,disability,hardship,affiliation"
    )]
    personal: Option<Vec<Field>>,
    /// What for; kept apart from the journal
    #[arg(long, value_name = "TEXT", requires = "personal")]
    reason: Option<String>,
}

/// A personal field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Field {
    Name,
    Phone,
    BornOn,
    Address,
    Disability,
    Hardship,
    Affiliation,
}

impl From<Field> for PersonalField {
    fn from(field: Field) -> Self {
        match field {
            Field::Name => Self::Name,
            Field::Phone => Self::Phone,
            Field::BornOn => Self::BornOn,
            Field::Address => Self::Address,
            Field::Disability => Self::Disability,
            Field::Hardship => Self::Hardship,
            Field::Affiliation => Self::Affiliation,
        }
    }
}

/// Has a step taken, and shows the member as they stand then.
macro_rules! step {
    ($session:ident, $method:ident($request:ident), $id:ident) => {{
        let answer = $session.client.members.$method($request).await;
        let answer = answer.map_err(|status| Failure::from(status).of_booking(&$id))?;
        let answer = answer.into_inner();
        show($session, answer.member, answer.replayed).await
    }};
}

pub(super) async fn run(command: MemberCommand, session: Session) -> Result<(), Failure> {
    match command {
        MemberCommand::Register(args) => register(*args, session).await,
        MemberCommand::Show(args) => show_one(args, session).await,
        MemberCommand::List(args) => args.list(session).await,
        MemberCommand::Grant(args) => source::grant(args, session).await,
        MemberCommand::Qualify(args) => qualify(args, session).await,
        MemberCommand::Change(args) => change(*args, session).await,
        MemberCommand::Move(args) => relocate(args, session).await,
        MemberCommand::Leave(args) => exit(args.member, String::new(), args.id, session).await,
        MemberCommand::Died(args) => exit(args.member, args.on, args.id, session).await,
        MemberCommand::ApproveExit(args) => approve_exit(args, session).await,
        MemberCommand::Clear(args) => clear(args, session).await,
        MemberCommand::Erase(args) => erase(args, session).await,
        MemberCommand::Suspend(args) => set_state(args, MemberChange::Suspend, session).await,
        MemberCommand::Reinstate(args) => set_state(args, MemberChange::Reinstate, session).await,
    }
}

async fn register(args: RegisterArgs, mut session: Session) -> Result<(), Failure> {
    if let Some(file) = args.file.file() {
        return args.file.register(file, session).await;
    }
    let (mut details, mut personal) = (MemberDetails::default(), PersonalFields::default());
    args.known.over(&mut details, &mut personal);
    let request = RegisterMemberRequest {
        member_id: args.id.unwrap_or_default(),
        details: Some(details),
        personal: Some(personal),
    };
    let answer = session.client.members.register_member(request).await?;
    let answer = answer.into_inner();
    show(session, answer.member, answer.replayed).await
}

async fn show_one(args: ShowArgs, mut session: Session) -> Result<(), Failure> {
    let request = GetMemberRequest {
        member_id: args.id.clone(),
    };
    let answer = session.client.members.get_member(request).await?;
    let mut row = rows::member(&present(answer.into_inner().member, "member")?);
    if let Some(fields) = args.personal {
        let reason = args.reason.unwrap_or_default();
        let personal = shown_personal(&args.id, &fields, reason, &mut session).await?;
        row.0.extend(rows::personal(personal.as_ref()));
    }
    session.output.one(&row).await
}

/// Personal fields of a member, of which each look is recorded. None where they were erased.
async fn shown_personal(
    member: &str,
    fields: &[Field],
    reason: String,
    session: &mut Session,
) -> Result<Option<PersonalFields>, Failure> {
    let fields = fields
        .iter()
        .map(|field| PersonalField::from(*field).into());
    let request = ShowPersonalFieldsRequest {
        member_id: member.into(),
        fields: fields.collect(),
        reason,
        order_id: String::new(),
    };
    let answer = session
        .client
        .oversight
        .show_personal_fields(request)
        .await?;
    Ok(answer.into_inner().personal)
}

async fn change(args: ChangeArgs, mut session: Session) -> Result<(), Failure> {
    let request = GetMemberRequest {
        member_id: args.member.clone(),
    };
    let found = session.client.members.get_member(request).await?;
    let found = found.into_inner();
    let member = present(found.member, "member")?;
    let mut details = member.details.unwrap_or_default();
    // A change replaces all of them.
    let (all, reason) = (Field::value_variants(), "to change them");
    let personal = shown_personal(&args.member, all, reason.into(), &mut session).await?;
    let mut personal = personal.unwrap_or_default();
    details.has_device &= !args.no_device;
    if args.no_relatives {
        details.relative_ids.clear();
    }
    args.known.over(&mut details, &mut personal);
    let id = id_or_fresh(args.id);
    let request = ChangeMemberRequest {
        step_id: id.clone(),
        member_id: args.member,
        etag: member.etag,
        details: Some(details),
        personal: Some(personal),
    };
    step!(session, change_member(request), id)
}

async fn relocate(args: MoveArgs, mut session: Session) -> Result<(), Failure> {
    let account_id = match args.account {
        Some(account) => account,
        None => {
            let request = GetMemberRequest {
                member_id: args.member.clone(),
            };
            let found = session.client.members.get_member(request).await?;
            let member = present(found.into_inner().member, "member")?;
            let below = member.account_id.strip_prefix(&member.centre);
            format!("{}{}", args.to, below.unwrap_or_default())
        }
    };
    if !account_id.starts_with(&format!("{}:", args.to)) {
        let usage = format!(
            "account {account_id} is not in the branch of centre {}",
            args.to
        );
        return Err(Failure::Usage(usage));
    }
    let id = id_or_fresh(args.id);
    let request = MoveMemberRequest {
        step_id: id.clone(),
        member_id: args.member,
        account_id,
    };
    step!(session, move_member(request), id)
}

async fn exit(
    member_id: String,
    died_on: String,
    id: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let id = id_or_fresh(id);
    let request = ExitMemberRequest {
        step_id: id.clone(),
        member_id,
        died_on,
    };
    step!(session, exit_member(request), id)
}

async fn approve_exit(args: StepArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let (step_id, member_id) = (id.clone(), args.member);
    let request = ApproveExitRequest { step_id, member_id };
    step!(session, approve_exit(request), id)
}

async fn clear(args: StepArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let (step_id, member_id) = (id.clone(), args.member);
    let request = ClearMemberRequest { step_id, member_id };
    step!(session, clear_member(request), id)
}

async fn erase(args: StepArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let (step_id, member_id) = (id.clone(), args.member);
    let request = EraseMemberRequest { step_id, member_id };
    step!(session, erase_member(request), id)
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
    step!(session, qualify_member(request), id)
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
    step!(session, set_member_state(request), id)
}

async fn show(mut session: Session, member: Option<Member>, replayed: bool) -> Result<(), Failure> {
    let row = rows::member(&present(member, "member")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}
