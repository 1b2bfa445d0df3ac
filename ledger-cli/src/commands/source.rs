//! `source`, `issue` and `member grant`: what is issued, and against what.

use clap::{Args, Subcommand};
use timebank_proto::v1::{
    Funding, GetSourceRequest, GiveGrantRequest, IssueRequest, ListSourcesRequest,
    OpenSourceRequest, Sector, SourceTerms,
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
pub(crate) enum SourceCommand {
    /// Open a source: an account of its own, out of which never more goes than its cap
    #[command(after_help = "Examples:
  ledger-cli source open shapingba:issuance:grant-2026 --funder 'Civil Affairs Bureau' \\
      --sector public --contract 2026-117 --cap 1000h --from 2026-01-01 --until 2026-12-31
  ledger-cli source open shapingba:issuance:sunshine --unit cny --kind foundation \\
      --funder 'Sunshine Foundation' --sector social --contract SF-9 --cap 5000000 \\
      --from 2026-01-01 --until 2026-12-31

Hours are issued from sources alone that the centre's policy names (`[issuance]`).")]
    Open(OpenArgs),
    /// Show a source, and what is out of it
    #[command(after_help = "Examples:
  ledger-cli source show shapingba:issuance:grant-2026")]
    Show {
        /// The source
        source: String,
    },
    /// List the sources of a centre
    #[command(after_help = "Examples:
  ledger-cli source list shapingba")]
    List {
        /// The centre
        centre: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The source's account, in the branch of its centre
    source: String,
    /// Who stands for it
    #[arg(long, value_name = "TEXT")]
    funder: String,
    /// Where what it is funded with comes from
    #[arg(long, value_enum)]
    sector: SectorArg,
    /// The contract or the decision, as it is filed
    #[arg(long, value_name = "REF")]
    contract: String,
    /// The most that may be out of it at once, such as 1000h
    #[arg(long, value_name = "AMOUNT")]
    cap: Amount,
    /// The first day on which it issues
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The last day on which it does
    #[arg(long, value_name = "DATE")]
    until: String,
    /// What it is
    #[arg(long, value_enum, default_value = "grant")]
    kind: Kind,
    /// What it counts: hours, or another unit
    #[arg(long, value_name = "UNIT", default_value = TIME)]
    unit: String,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum SectorArg {
    /// The state, such as a civil-affairs bureau
    Public,
    /// Foundations, firms and people
    Social,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Of a body that pays for a service
    Grant,
    Foundation,
    Donation,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli issue shapingba:issuance:grant-2026 shapingba:member:000123 10h --reason 'key elder'
  ledger-cli issue shapingba:issuance:sunshine shapingba:pool:sunshine 100000
  ledger-cli issue banan:issuance:points banan:member:000123:points 50 --reason 'first aid course'

A member's account of another unit than hours is opened with the first that comes to it.")]
pub(crate) struct IssueArgs {
    /// The source
    source: String,
    /// The account that gets it: a member's, an organisation's, a pool's or a project's
    account: String,
    /// How much, such as 10h; whole steps of the source's unit where that is another
    amount: Amount,
    /// Why; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The UUID of the step and its entry, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct GrantArgs {
    /// The member
    member: String,
    /// The UUID of the step and its entry, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

pub(super) async fn run(command: SourceCommand, session: Session) -> Result<(), Failure> {
    match command {
        SourceCommand::Open(args) => open(args, session).await,
        SourceCommand::Show { source } => show(source, session).await,
        SourceCommand::List { centre } => list(centre, session).await,
    }
}

/// That an amount written as hours is meant for what counts hours.
pub(super) fn check_unit(amount: Amount, unit_id: &str) -> Result<(), Failure> {
    match amount.is_time && unit_id != TIME {
        false => Ok(()),
        true => Err(Failure::Usage(format!(
            "it counts {unit_id}, not hours; write whole steps of that, such as 5000"
        ))),
    }
}

async fn open(args: OpenArgs, mut session: Session) -> Result<(), Failure> {
    check_unit(args.cap, &args.unit)?;
    let funding = match args.kind {
        Kind::Grant => Funding::Grant,
        Kind::Foundation => Funding::Foundation,
        Kind::Donation => Funding::Donation,
    };
    let sector = match args.sector {
        SectorArg::Public => Sector::Public,
        SectorArg::Social => Sector::Social,
    };
    let request = OpenSourceRequest {
        source_id: args.source,
        terms: Some(SourceTerms {
            unit_id: args.unit,
            funding: funding.into(),
            sector: sector.into(),
            funder: args.funder,
            contract: args.contract,
            cap: args.cap.steps,
            from: args.from,
            until: args.until,
        }),
    };
    let answer = session.client.sources.open_source(request).await?;
    let answer = answer.into_inner();
    let row = rows::source(&present(answer.source, "source")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

pub(super) async fn issue(args: IssueArgs, mut session: Session) -> Result<(), Failure> {
    let source_id = args.source;
    let request = GetSourceRequest {
        source_id: source_id.clone(),
    };
    let source = session.client.sources.get_source(request).await?;
    let source = present(source.into_inner().source, "source")?;
    let terms = present(source.terms, "source.terms")?;
    check_unit(args.amount, &terms.unit_id)?;
    let id = id_or_fresh(args.id);
    let request = IssueRequest {
        step_id: id.clone(),
        source_id,
        account_id: args.account,
        amount: args.amount.steps,
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.sources.issue(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    booked(answer.entry, answer.replayed, &id, session).await
}

pub(super) async fn grant(args: GrantArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let request = GiveGrantRequest {
        step_id: id.clone(),
        member_id: args.member,
    };
    let answer = session.client.sources.give_grant(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    booked(answer.entry, answer.replayed, &id, session).await
}

async fn show(source_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetSourceRequest { source_id };
    let answer = session.client.sources.get_source(request).await?;
    let row = rows::source(&present(answer.into_inner().source, "source")?);
    session.output.one(&row).await
}

async fn list(centre: String, mut session: Session) -> Result<(), Failure> {
    let page = async |client: &mut Client, page_token: String| {
        let request = ListSourcesRequest {
            centre: centre.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.sources.list_sources(request).await?.into_inner();
        let rows = page.sources.iter().map(rows::source).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::SOURCES, page).await
}
