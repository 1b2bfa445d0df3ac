//! `training`: what members attended, and what that earned them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use timebank_proto::v1::{
    AnnulTrainingRequest, Assessment, GetTrainingRequest, ListTrainingsRequest,
    RecordTrainingRequest, Training, TrainingAttendance, list_trainings_request::Of,
};

use super::{id_or_fresh, training_file};
use crate::{
    amount::Amount,
    client::{Client, PAGE_SIZE, present},
    error::Failure,
    render::Cell,
    rows,
    session::Session,
};

#[derive(Subcommand, Debug)]
pub(crate) enum TrainingCommand {
    /// Record that a member attended a training, or all that a CSV file has
    #[command(after_help = "Examples:
  ledger-cli training record banan:member:000123 first-aid 2026-11-05 2h --reference red-cross \
      --assessment passed
  ledger-cli training record --from trainings.csv --dry-run
  ledger-cli training record --from trainings.csv

The file has a header: member, code, on, length, reference, and assessment (passed, failed, or
empty), and 10,000 lines at most, each once. The same file again changes nothing; a line whose
length or assessment is another one then is refused. By the policy of the training's day whoever attends is qualified, and gets points; where
it asks for a passed assessment and there is none, the training is recorded and earns nothing.")]
    Record(RecordArgs),
    /// Take back a training that was recorded by mistake, with what it earned
    #[command(after_help = "Examples:
  ledger-cli training annul 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11 --reason 'another of that name'

Its points are taken back, also where they were spent. The qualification that came of it is
withdrawn if it still is the one that stands; one that it had replaced does not come back
(`member qualify`).")]
    Annul {
        /// The training
        training: String,
        /// Why; kept apart from the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The step's UUID, to repeat it without harm. Default: a fresh one
        #[arg(long, value_name = "UUID")]
        id: Option<String>,
    },
    /// Show a training with its history
    #[command(after_help = "Examples:
  ledger-cli training show 01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11")]
    Show {
        /// The training
        training: String,
    },
    /// List the trainings of a member, or those that a centre recorded, by their days
    #[command(after_help = "Examples:
  ledger-cli training list --member banan:member:000123
  ledger-cli training list --centre banan --code first-aid --from 2026-01-01 --to 2026-06-30")]
    List(ListArgs),
}

#[derive(Args, Debug)]
pub(crate) struct RecordArgs {
    /// The member
    #[arg(required_unless_present = "from")]
    member: Option<String>,
    /// The training, by its code in the centre's policy
    #[arg(required_unless_present = "from")]
    code: Option<String>,
    /// The day
    #[arg(required_unless_present = "from", value_name = "DATE")]
    on: Option<String>,
    /// How long it took
    #[arg(required_unless_present = "from", value_name = "DURATION")]
    length: Option<Amount>,
    /// Who trained them, or what shows it, in a word
    #[arg(long, value_name = "WORD", required_unless_present = "from")]
    reference: Option<String>,
    /// What came of the assessment: passed or failed. Default: there was none
    #[arg(long, value_name = "WORD", value_parser = training_file::assessment)]
    assessment: Option<Assessment>,
    /// The training's UUID, which makes a repeat harmless. Default: a fresh one
    #[arg(long, value_name = "UUID")]
    id: Option<String>,
    /// Record the trainings of a CSV file instead. The same file again changes nothing
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["member", "reference", "assessment", "id"]
    )]
    from: Option<PathBuf>,
    /// Have the ledger decide what would become of each line, and write nothing
    #[arg(long, requires = "from")]
    dry_run: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Those that this member attended
    #[arg(long, value_name = "MEMBER", required_unless_present = "centre")]
    member: Option<String>,
    /// Those that this centre recorded
    #[arg(long, value_name = "CENTRE", conflicts_with = "member")]
    centre: Option<String>,
    /// Only of this code
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Only from this day on
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only up to this day
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
}

pub(super) async fn run(command: TrainingCommand, session: Session) -> Result<(), Failure> {
    match command {
        TrainingCommand::Record(args) => match args.from {
            Some(file) => training_file::record(file, args.dry_run, session).await,
            None => record(args, session).await,
        },
        TrainingCommand::Annul {
            training,
            reason,
            id,
        } => annul(training, reason, id, session).await,
        TrainingCommand::Show { training } => show(training, session).await,
        TrainingCommand::List(args) => list(args, session).await,
    }
}

async fn record(args: RecordArgs, mut session: Session) -> Result<(), Failure> {
    let id = id_or_fresh(args.id);
    let assessment = args.assessment.unwrap_or_default();
    let request = RecordTrainingRequest {
        training_id: id.clone(),
        attendance: Some(TrainingAttendance {
            member_id: args.member.unwrap_or_default(),
            code: args.code.unwrap_or_default(),
            on: args.on.unwrap_or_default(),
            minutes: args.length.map_or(0, |length| length.steps),
            reference: args.reference.unwrap_or_default(),
            assessment: assessment.into(),
        }),
    };
    let answer = session.client.trainings.record_training(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.training, answer.replayed, session).await
}

async fn annul(
    training_id: String,
    reason: String,
    id: Option<String>,
    mut session: Session,
) -> Result<(), Failure> {
    let id = id_or_fresh(id);
    let request = AnnulTrainingRequest {
        step_id: id.clone(),
        training_id,
        reason,
    };
    let answer = session.client.trainings.annul_training(request).await;
    let answer = answer.map_err(|status| Failure::from(status).of_booking(&id))?;
    let answer = answer.into_inner();
    shown(answer.training, answer.replayed, session).await
}

async fn shown(
    training: Option<Training>,
    replayed: bool,
    mut session: Session,
) -> Result<(), Failure> {
    let row = rows::training(&present(training, "training")?);
    let row = row.with("replayed", Cell::Flag(replayed));
    session.output.one(&row).await
}

async fn show(training_id: String, mut session: Session) -> Result<(), Failure> {
    let request = GetTrainingRequest { training_id };
    let answer = session.client.trainings.get_training(request).await?;
    let answer = answer.into_inner();
    let row = rows::training(&present(answer.training, "training")?);
    let row = row.with("history", rows::steps(&answer.history));
    session.output.one(&row).await
}

async fn list(args: ListArgs, mut session: Session) -> Result<(), Failure> {
    let of = match args.member {
        Some(member) => Of::MemberId(member),
        None => Of::Centre(args.centre.unwrap_or_default()),
    };
    let (code, since, until) = (args.code, args.from, args.to);
    let page = async |client: &mut Client, page_token: String| {
        let request = ListTrainingsRequest {
            of: Some(of.clone()),
            code: code.clone().unwrap_or_default(),
            since: since.clone().unwrap_or_default(),
            until: until.clone().unwrap_or_default(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.trainings.list_trainings(request).await?.into_inner();
        let rows = page.trainings.iter().map(rows::training).collect();
        Ok((rows, page.next_page_token))
    };
    session.list(&rows::TRAININGS, page).await
}
