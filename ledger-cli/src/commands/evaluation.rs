//! `evaluation`: what evaluators are told of settled orders.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use timebank_proto::v1::{
    FileEvaluationRequest, Findings, GetEvaluationRequest, ListEvaluationsRequest, ToldByRecipient,
    findings::Found,
};

use super::{id_or_fresh, incident::EvidenceArgs};
use crate::{
    amount::Amount,
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum EvaluationCommand {
    /// File what was found of a settled order, by staff who had no part in it
    #[command(after_help = "Examples:
  ledger-cli evaluation file 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --told 1h --quality 5 --satisfaction 4
  ledger-cli evaluation file 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --denied \\
      --reason 'she was in hospital that week' --reference call-0412
  ledger-cli evaluation file 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --not-reached

`ledger-cli audit sample` draws orders to ask about. What is filed again takes the place of what was
before.")]
    File(Box<FileArgs>),
    /// Show what was found of an order, and each time that it was filed
    #[command(after_help = "Examples:
  ledger-cli evaluation show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The order
        order: String,
    },
    /// List what was found of a centre's orders, in the order of their service dates
    #[command(after_help = "Examples:
  ledger-cli evaluation list shapingba
  ledger-cli evaluation list shapingba --since 2026-10-01 --output csv > october.csv")]
    List {
        /// The centre
        centre: String,
        /// Of orders from this service date on
        #[arg(long, value_name = "DATE")]
        since: Option<NaiveDate>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct FileArgs {
    /// The order
    order: String,
    #[command(flatten)]
    found: FoundArgs,
    /// How well it was done, as they say: 1 to 5
    #[arg(long, value_name = "1-5", conflicts_with_all = ["denied", "not_reached"], value_parser = clap::value_parser!(u32).range(1..=5))]
    quality: Option<u32>,
    /// How satisfied they are: 1 to 5
    #[arg(long, value_name = "1-5", conflicts_with_all = ["denied", "not_reached"], value_parser = clap::value_parser!(u32).range(1..=5))]
    satisfaction: Option<u32>,
    #[command(flatten)]
    evidence: EvidenceArgs,
    /// What else was said; kept apart from the journal
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The step's UUID, to repeat it without harm. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
}

/// One of them.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct FoundArgs {
    /// How long it took, as they say
    #[arg(long, value_name = "TIME")]
    told: Option<Amount>,
    /// They say that nobody came
    #[arg(long)]
    denied: bool,
    /// Nobody could be asked
    #[arg(long)]
    not_reached: bool,
}

impl FileArgs {
    fn found(&self) -> Found {
        match &self.found.told {
            Some(told) => Found::Told(ToldByRecipient {
                served_minutes: told.steps,
                quality: self.quality.unwrap_or_default(),
                satisfaction: self.satisfaction.unwrap_or_default(),
            }),
            None if self.found.denied => Found::Denied(true),
            None => Found::NotReached(true),
        }
    }
}

pub(super) async fn run(command: EvaluationCommand, session: Session) -> Result<(), Failure> {
    match command {
        EvaluationCommand::File(args) => file(*args, session).await,
        EvaluationCommand::Show { order } => show(order, session).await,
        EvaluationCommand::List { centre, since } => list(centre, since, session).await,
    }
}

async fn file(args: FileArgs, mut session: Session) -> Result<(), Failure> {
    let found = Some(args.found());
    let id = id_or_fresh(args.id);
    let request = FileEvaluationRequest {
        step_id: id.clone(),
        order_id: args.order,
        findings: Some(Findings { found }),
        evidence: Some(args.evidence.into()),
        reason: args.reason.unwrap_or_default(),
    };
    let answer = session.client.oversight.file_evaluation(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    let row = rows::evaluation(&present(answer.evaluation, "evaluation")?);
    let row = row.with("replayed", Cell::Flag(answer.replayed));
    session.output.one(&row).await
}

async fn show(order_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetEvaluationRequest { order_id };
    let answer = session.client.oversight.get_evaluation(request).await?;
    let answer = answer.into_inner();
    let row = rows::evaluation(&present(answer.evaluation, "evaluation")?);
    let row = row.with("history", rows::steps(&answer.history));
    session.output.one(&row).await
}

async fn list(
    centre: String,
    since: Option<NaiveDate>,
    mut session: Session,
) -> Result<(), Failure> {
    let since = since.map(|day| day.to_string()).unwrap_or_default();
    let page = async |client: &mut Client, page_token: String| {
        let request = ListEvaluationsRequest {
            centre: centre.clone(),
            since: since.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.oversight.list_evaluations(request).await?;
        let page = page.into_inner();
        let rows = page.evaluations.iter().map(rows::evaluation).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::EVALUATIONS, page).await
}
