//! `incident`: harm and complaints about an order, and what shows them.

use clap::{Args, Subcommand};
use timebank::exchange::Sha256;
use timebank_proto::v1::{
    CloseIncidentRequest, Evidence, GetIncidentRequest, Incident, IncidentKind, IncidentState,
    ListIncidentsRequest, ReportIncidentRequest,
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
pub(crate) enum IncidentCommand {
    /// Report harm or a complaint about an order, in whatever state it is, without stopping it
    #[command(after_help = "Examples:
  ledger-cli incident report 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'a cup was broken'
  ledger-cli incident report 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --kind complaint \\
      --reason 'he came late' --reference letter-12 --evidence 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

To stop an order until staff resolve it, take `ledger-cli order dispute`.")]
    Report(ReportArgs),
    /// Close an incident: for staff who are neither party of the order nor a relative of one
    #[command(after_help = "Examples:
  ledger-cli incident close 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'the cup is replaced'")]
    Close {
        /// The incident
        incident: String,
        /// What was done about it; kept apart from the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Show an incident, and all that was done about it
    #[command(after_help = "Examples:
  ledger-cli incident show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The incident
        incident: String,
    },
    /// List the incidents of a centre, disputes among them
    #[command(after_help = "Examples:
  ledger-cli incident list huxi
  ledger-cli incident list huxi --closed --output csv > closed.csv")]
    List {
        /// The centre
        centre: String,
        /// Those that are closed, in the place of those that are open
        #[arg(long)]
        closed: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    /// The order
    order: String,
    /// What it is
    #[arg(long, value_enum, default_value = "incident")]
    kind: Kind,
    #[command(flatten)]
    evidence: EvidenceArgs,
    /// What happened; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The incident's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

/// What is reported.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Harm to somebody or something
    Incident,
    /// Somebody is not content
    Complaint,
}

#[derive(Args, Debug)]
pub(crate) struct EvidenceArgs {
    /// Where it is filed, such as the number of a report; kept for ever, so without names
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// The SHA-256 of what shows it, as `sha256sum` prints it
    #[arg(long, value_name = "SHA256", value_parser = file_hash)]
    evidence: Option<Sha256>,
}

/// Reads the hash that `sha256sum` prints, with or without the name of the file after it.
pub(super) fn file_hash(text: &str) -> Result<Sha256, String> {
    let hash = text.split_whitespace().next().unwrap_or_default();
    Sha256::parse("the hash", hash).map_err(|malformed| malformed.to_string())
}

impl From<EvidenceArgs> for Evidence {
    fn from(args: EvidenceArgs) -> Self {
        Self {
            reference: args.reference.unwrap_or_default(),
            sha256: args
                .evidence
                .map_or_else(Vec::new, |hash| hash.as_bytes().to_vec()),
        }
    }
}

pub(super) async fn run(command: IncidentCommand, session: Session) -> Result<(), Failure> {
    match command {
        IncidentCommand::Report(args) => report(args, session).await,
        IncidentCommand::Close {
            incident,
            reason,
            id,
        } => close(incident, reason, id, session).await,
        IncidentCommand::Show { incident } => show(incident, session).await,
        IncidentCommand::List { centre, closed } => list(centre, closed, session).await,
    }
}

async fn report(args: ReportArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let kind = match args.kind {
        Kind::Incident => IncidentKind::Incident,
        Kind::Complaint => IncidentKind::Complaint,
    };
    let request = ReportIncidentRequest {
        incident_id: id.clone(),
        order_id: args.order,
        kind: kind.into(),
        evidence: Some(args.evidence.into()),
        reason: args.reason,
    };
    let answer = session.client.incidents.report_incident(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.incident, answer.replayed, session).await
}

async fn close(
    incident_id: String,
    reason: String,
    id: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let step_id = id_or_fresh(id);
    let request = CloseIncidentRequest {
        step_id: step_id.clone(),
        incident_id,
        reason,
    };
    let answer = session.client.incidents.close_incident(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&step_id))?;
    let answer = answer.into_inner();
    shown(answer.incident, answer.replayed, session).await
}

async fn shown(
    incident: Option<Incident>,
    replayed: bool,
    mut session: Session,
) -> Result<(), Failure> {
    let row = rows::incident(&present(incident, "incident")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn show(incident_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetIncidentRequest { incident_id };
    let answer = session.client.incidents.get_incident(request).await?;
    let answer = answer.into_inner();
    let row = rows::incident(&present(answer.incident, "incident")?);
    let row = row.with("history", rows::steps(&answer.history));
    session.output.one(&row).await
}

async fn list(centre: String, closed: bool, mut session: Session) -> Result<(), Failure> {
    let state = match closed {
        true => IncidentState::Closed,
        false => IncidentState::Open,
    };
    let page = async |client: &mut Client, page_token: String| {
        let request = ListIncidentsRequest {
            centre: centre.clone(),
            state: state.into(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.incidents.list_incidents(request).await?.into_inner();
        let rows = page.incidents.iter().map(rows::incident).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::INCIDENTS, page).await
}
