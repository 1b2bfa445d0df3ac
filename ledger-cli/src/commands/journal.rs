//! `status`, `watch` and `audit verify`: the journal itself.

use clap::Args;
use timebank_proto::v1::{VerifyJournalRequest, WatchRecordsRequest};

use super::{
    cells,
    record::{self, Units},
};
use crate::{
    client::stored_record,
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

pub(super) async fn verify(mut session: Session) -> Result<(), Failure> {
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
