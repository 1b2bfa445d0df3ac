//! `status`, `watch` and `audit`: the journal itself.

use clap::{Args, Subcommand};
use timebank_proto::v1::{GetSampleRequest, VerifyJournalRequest, WatchRecordsRequest};

use super::{
    cells,
    record::{self, Units},
    report::ScopeArgs,
};
use crate::{
    client::{present, stored_record},
    error::Failure,
    progress::Progress,
    render::{Cell, Form, Row},
    rows,
    session::Session,
};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ledger-cli watch
  ledger-cli watch --from 1000 --output json | jq 'select(.fact == \"entry_posted\")'")]
pub(crate) struct WatchArgs {
    /// The first record wanted. Default: the first of all
    #[arg(long, default_value_t = 1, value_name = "SEQUENCE", value_parser = clap::value_parser!(i64).range(1..))]
    from: i64,
}

#[derive(Subcommand, Debug)]
pub(crate) enum AuditCommand {
    /// Have the server re-read every stored record, recompute every hash and
    /// every balance, posting, hold and id, and check that each unit sums to zero
    ///
    /// This shows that what is stored agrees with itself. It does not show that
    /// nobody wrote all of it anew. To see that, keep the count and root hash of
    /// an earlier run elsewhere: a later run gives the same root hash at the same
    /// record count. Roots at different counts cannot be compared by eye.
    #[command(after_help = "Examples:
  ledger-cli audit verify
  ledger-cli audit verify --output json")]
    Verify,
    /// Draw settled orders to be checked, for example by telephone
    #[command(after_help = "Examples:
  ledger-cli audit sample --seed 'dice 4 2 6' --size 20 --month 2026-10
  ledger-cli audit sample --seed 'dice 4 2 6' --size 20 --branch shapingba --output csv

Drawn are the orders for which the SHA-256 of the seed, a line feed and the order's UUID is lowest:
whoever names the same seed, size and position draws the same, and nobody knows them beforehand who
does not know the seed.")]
    Sample {
        /// What decides which are drawn, such as a throw of dice in the meeting
        #[arg(long)]
        seed: String,
        /// How many are drawn
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..=1_000))]
        size: i32,
        #[command(flatten)]
        scope: ScopeArgs,
    },
}

pub(super) async fn status(mut session: Session) -> Result<(), Failure> {
    let ledger = session.client.ledger().await?;
    session.output.one(&rows::ledger(&ledger)).await
}

pub(super) async fn watch(args: WatchArgs, mut session: Session) -> Result<(), Failure> {
    let request = WatchRecordsRequest {
        from_sequence: args.from,
        follow: true,
    };
    let mut stream = session
        .client
        .journal
        .watch_records(request)
        .await?
        .into_inner();
    let mut units = Units::new(session.client);
    session.output.start_stream(&record::RECORDS)?;
    while let Some(page) = stream.message().await? {
        for stored in page.records {
            let record = stored_record(&stored)?;
            units.learn(&record).await?;
            let summary = record::summary(&record, &units, &mut session.output).await?;
            let row = match session.output.form() {
                Form::Json => record::row(&record, &units),
                Form::Csv | Form::Table => record::summary_row(&record, &summary),
            };
            let text = record::text(&record, &summary, &mut session.output).await?;
            session.output.stream_row(&row, &text)?;
        }
    }
    Err(Failure::Unreachable {
        why: "the server ended the stream".to_owned(),
        was_sent: true,
    })
}

pub(super) async fn audit(command: AuditCommand, session: Session) -> Result<(), Failure> {
    match command {
        AuditCommand::Verify => verify(session).await,
        AuditCommand::Sample { seed, size, scope } => {
            let request = GetSampleRequest {
                scope: Some(scope.into()),
                seed,
                size,
            };
            sample(request, session).await
        }
    }
}

async fn sample(request: GetSampleRequest, mut session: Session) -> Result<(), Failure> {
    let answer = session.client.reports.get_sample(request).await?;
    let drawn = present(answer.into_inner().report, "report")?;
    session.output.one(&rows::report(drawn)).await
}

async fn verify(mut session: Session) -> Result<(), Failure> {
    let stream = session
        .client
        .journal
        .verify_journal(VerifyJournalRequest {});
    let mut stream = stream.await?.into_inner();
    let progress = Progress::new(0, "records");
    while let Some(message) = stream.message().await? {
        progress.set(
            unsigned(message.verified_count),
            unsigned(message.total_count),
        );
        if let Some(finding) = message.finding {
            return Err(Failure::wrong(
                finding.message,
                [
                    ("sequence", finding.sequence.to_string()),
                    ("place", finding.place),
                ],
            ));
        }
        if message.done {
            drop(progress);
            let row = Row(vec![
                ("verified_count", Cell::Count(message.verified_count)),
                ("erased_note_count", Cell::Count(message.erased_note_count)),
                (
                    "erased_personal_count",
                    Cell::Count(message.erased_personal_count),
                ),
                (
                    "erased_verdict_count",
                    Cell::Count(message.erased_verdict_count),
                ),
                ("root_hash", Cell::Text(cells::hex(&message.root_hash))),
            ]);
            return session.output.one(&row).await;
        }
    }
    Err(Failure::Answer(
        "the audit ended without a result".to_owned(),
    ))
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
