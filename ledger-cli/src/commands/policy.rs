//! `policy`: by which rules a centre goes.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueHint};
use timebank::exchange::policy::{MAX_DOCUMENT_BYTES, Mistakes, Policy};
use timebank_proto::v1::{
    AdoptPolicyRequest, ComparePolicyRequest, ExplainPolicyRequest, GetPolicyRequest,
    ListPoliciesRequest, get_policy_request::Which,
};

use super::id_or_fresh;
use crate::{
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::{Cell, Row},
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum PolicyCommand {
    /// Name every mistake in a policy's document, by line and column; needs no server
    #[command(after_help = "Examples:
  ledger-cli policy check examples/policies/huxi-garden.toml
  ledger-cli policy check policy.toml --output json")]
    Check {
        /// The document, in TOML
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Tell what a document would change in a centre, and how many members it touches
    #[command(after_help = "Examples:
  ledger-cli policy diff shapingba policy.toml")]
    Diff {
        /// The centre
        centre: String,
        /// The document, in TOML
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Adopt a policy: from the next day on at the earliest, a centre's first one from
    /// today on
    #[command(after_help = "Examples:
  ledger-cli policy adopt shapingba policy.toml --dry-run --actor 1001
  ledger-cli policy adopt shapingba policy.toml --actor 1001")]
    Adopt(AdoptArgs),
    /// Show the policy that a centre holds to, term by term
    #[command(after_help = "Examples:
  ledger-cli policy show shapingba
  ledger-cli policy show shapingba --at 2026-12-01
  ledger-cli policy show shapingba --document > policy.toml")]
    Show(ShowArgs),
    /// List the policies that centres have adopted
    #[command(after_help = "Examples:
  ledger-cli policy list
  ledger-cli policy list shapingba")]
    List {
        /// Only those of this centre
        centre: Option<String>,
    },
    /// Tell what a member may do, and by which rule
    #[command(after_help = "Examples:
  ledger-cli policy explain shapingba --member shapingba:member:000123
  ledger-cli policy explain shapingba --member shapingba:member:000123 --service home-care --at 2026-12-01")]
    Explain(ExplainArgs),
}

#[derive(Args, Debug)]
pub(crate) struct AdoptArgs {
    /// The centre
    centre: String,
    /// The document, in TOML
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Only tell whether it would be adopted
    #[arg(long)]
    dry_run: bool,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The centre
    centre: String,
    /// The one that holds on this day. Default: today
    #[arg(long, value_name = "DATE", conflicts_with = "number")]
    at: Option<String>,
    /// The one of this number
    #[arg(long, value_name = "NUMBER")]
    number: Option<i32>,
    /// Write the document as it was adopted
    #[arg(long)]
    document: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The centre
    centre: String,
    /// The member
    #[arg(long, value_name = "MEMBER")]
    member: String,
    /// The code of a service
    #[arg(long, value_name = "CODE")]
    service: Option<String>,
    /// The day. Default: today
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
}

pub(super) async fn run(command: PolicyCommand, session: Session) -> Result<(), Failure> {
    match command {
        PolicyCommand::Check { file } => check(&file, session).await,
        PolicyCommand::Diff { centre, file } => diff(centre, &file, session).await,
        PolicyCommand::Adopt(args) => adopt(args, session).await,
        PolicyCommand::Show(args) => show(args, session).await,
        PolicyCommand::List { centre } => list(centre.unwrap_or_default(), session).await,
        PolicyCommand::Explain(args) => explain(args, session).await,
    }
}

/// The text of a document without a mistake: those that there are come with their
/// lines, which a server's refusal has no room for.
async fn sound_document(file: &Path, session: &mut Session) -> Result<String, Failure> {
    let text = document(file)?;
    match Policy::read(&text) {
        Ok(_) => Ok(text),
        Err(mistakes) => Err(tell(file, mistakes, session).await?),
    }
}

async fn diff(centre: String, file: &Path, mut session: Session) -> Result<(), Failure> {
    let document = sound_document(file, &mut session).await?;
    let request = ComparePolicyRequest { centre, document };
    let answer = session.client.policies.compare_policy(request).await?;
    let row = rows::comparison(&answer.into_inner(), session.output.form());
    session.output.one(&row).await
}

async fn adopt(args: AdoptArgs, mut session: Session) -> Result<(), Failure> {
    let document = sound_document(&args.file, &mut session).await?;
    let id = id_or_fresh(args.id);
    let request = AdoptPolicyRequest {
        step_id: id.clone(),
        centre: args.centre.clone(),
        document,
        validate_only: args.dry_run,
    };
    let answer = session.client.policies.adopt_policy(request).await;
    let answer = answer.map_err(|status| {
        let failure = Failure::from(status);
        match args.dry_run {
            true => failure,
            false => failure.of_booking(&id),
        }
    })?;
    let answer = answer.into_inner();
    let row = match (&answer.policy, args.dry_run) {
        (Some(policy), _) => rows::policy(policy),
        (None, true) => Row(vec![
            ("centre", Cell::Text(args.centre)),
            ("state", Cell::text("would be adopted")),
        ]),
        (None, false) => return Err(Failure::Answer("there is no policy in it".into())),
    };
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

async fn show(args: ShowArgs, mut session: Session) -> Result<(), Failure> {
    let on = args.at.map(Which::On);
    let request = GetPolicyRequest {
        at_position: 0,
        centre: args.centre,
        which: on.or(args.number.map(Which::Version)),
    };
    let answer = session.client.policies.get_policy(request).await?;
    let answer = answer.into_inner();
    let policy = present(answer.policy, "policy")?;
    if args.document {
        return Ok(io::stdout().write_all(policy.document.as_bytes())?);
    }
    let row = rows::policy(&policy);
    let row = row.with("terms", rows::terms(&answer.terms));
    session.output.one(&row).await
}

async fn list(centre: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListPoliciesRequest {
            centre: centre.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.policies.list_policies(request).await?.into_inner();
        let rows = page.policies.iter().map(rows::policy).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::POLICIES, page).await
}

async fn explain(args: ExplainArgs, mut session: Session) -> Result<(), Failure> {
    let request = ExplainPolicyRequest {
        centre: args.centre,
        member_id: args.member,
        service: args.service.unwrap_or_default(),
        on: args.at.unwrap_or_default(),
    };
    let answer = session.client.policies.explain_policy(request).await?;
    let answer = answer.into_inner();
    let mut list = session.output.list(&rows::VERDICTS);
    for verdict in &answer.verdicts {
        list.push(rows::verdict(verdict))?;
    }
    list.finish().await
}

async fn check(file: &Path, mut session: Session) -> Result<(), Failure> {
    match Policy::read(&document(file)?) {
        Ok(policy) => {
            let count = |count| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
            let row = Row(vec![
                ("file", Cell::Text(file.display().to_string())),
                ("name", Cell::text(policy.name.as_str())),
                (
                    "name_zh",
                    policy
                        .name_zh
                        .map_or(Cell::Absent, |name| Cell::text(name.as_str())),
                ),
                (
                    "starts_on",
                    policy.starts_on.map_or(Cell::Absent, Cell::text),
                ),
                ("service_count", count(policy.services.len())),
                ("qualification_count", count(policy.qualifications.len())),
                ("mistake_count", count(0)),
            ]);
            session.output.one(&row).await
        }
        Err(mistakes) => Err(tell(file, mistakes, &mut session).await?),
    }
}

/// Lists the mistakes of a document.
async fn tell(
    file: &Path,
    Mistakes(mistakes): Mistakes,
    session: &mut Session,
) -> Result<Failure, Failure> {
    let count = mistakes.len();
    let mut list = session.output.list(&rows::MISTAKES);
    for mistake in mistakes {
        list.push(rows::mistake(mistake))?;
    }
    list.finish().await?;
    let message = format!("{} is no policy", file.display());
    Ok(Failure::wrong(
        message,
        [("mistake_count", count.to_string())],
    ))
}

/// The text of a document. No more of it is read than a policy may have.
fn document(file: &Path) -> Result<String, Failure> {
    let failed = |source| Failure::File {
        what: format!("reading {}", file.display()),
        source,
    };
    let limit = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(failed)?;
    let read = opened.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(failed)?;
    if bytes.len() > MAX_DOCUMENT_BYTES {
        let message = format!(
            "{} is longer than a policy's document may be",
            file.display()
        );
        let figures = [("max_bytes", MAX_DOCUMENT_BYTES.to_string())];
        return Err(Failure::wrong(message, figures));
    }
    String::from_utf8(bytes).map_err(|error| {
        let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = sound.iter().filter(|byte| **byte == b'\n').count() + 1;
        let message = format!(
            "{} is not UTF-8 text, perhaps GBK; save it again as UTF-8",
            file.display()
        );
        Failure::wrong(message, [("line", line.to_string())])
    })
}
