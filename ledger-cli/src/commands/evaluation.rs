//! `evaluation`: what evaluators are told of settled orders.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use timebank_proto::v1::{
    FileEvaluationRequest, Findings, GetEvaluationRequest, GetOrderRequest, ListDrawnRequest,
    ListEvaluationsRequest, PersonalField, ShowPersonalFieldsRequest, ToldByRecipient,
    WhoAmIRequest, findings::Found,
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
    /// List the orders that were drawn for you, or for another evaluator, to ask about
    #[command(after_help = "Examples:
  ledger-cli evaluation due
  ledger-cli evaluation due --for 1009 --output csv

`ledger-cli audit sample --for` draws them.")]
    Due {
        /// The evaluator's staff number. Default: whoever this client's token is for
        #[arg(long = "for", value_name = "NUMBER")]
        evaluator: Option<String>,
    },
    /// Show an order, and whom to ask about it: each look is on record
    #[command(after_help = "Examples:
  ledger-cli evaluation ask 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'the October sample'")]
    Ask {
        /// The order
        order: String,
        /// What for; kept apart from the journal
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
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
        EvaluationCommand::Due { evaluator } => due(evaluator, session).await,
        EvaluationCommand::Ask { order, reason } => ask(order, reason, session).await,
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

async fn due(evaluator: Option<String>, mut session: Session) -> Result<(), Failure> {
    let evaluator = match evaluator {
        Some(number) => number,
        None => {
            let who = session.client.tokens.who_am_i(WhoAmIRequest {}).await?;
            present(who.into_inner().token, "token")?.name
        }
    };
    let page = async |client: &mut Client, page_token: String| {
        let request = ListDrawnRequest {
            evaluator: evaluator.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.oversight.list_drawn(request).await?.into_inner();
        let rows = page.orders.iter().map(rows::drawn).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::DRAWN, page).await
}

/// An order, with the name and the telephone number of whoever was served.
async fn ask(
    order_id: String,
    reason: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let request = GetOrderRequest {
        order_id: order_id.clone(),
    };
    let answer = session.client.orders.get_order(request).await?;
    let order = present(answer.into_inner().order, "order")?;
    let request = ShowPersonalFieldsRequest {
        member_id: order.recipient_id.clone(),
        fields: vec![PersonalField::Name.into(), PersonalField::Phone.into()],
        reason: reason.unwrap_or_default(),
        order_id,
    };
    let shown = session.client.oversight.show_personal_fields(request);
    let shown = shown.await?.into_inner().personal.unwrap_or_default();
    let row = rows::order(&order);
    let row = row.with("name", Cell::text(shown.name));
    let row = row.with("phone", Cell::text(shown.phone));
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
