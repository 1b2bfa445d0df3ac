//! `status`, `watch`, `backup` and `audit verify`: the journal itself.

use chrono::Utc;
use clap::Args;
use timebank_proto::v1::{
    BackupLedgerRequest, VerifyJournalRequest, VerifyJournalResponse, WatchRecordsRequest,
};

use super::{
    cells,
    record::{self, Units},
};
use crate::{
    client::{present, stored_record},
    error::Failure,
    progress::Progress,
    render::{Cell, Form, Row},
    rows, seen,
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
    let ledger = seen::compared(&session.client).await?;
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

/// What this user has seen of the ledger.
pub(super) async fn seen(mut session: Session) -> Result<(), Failure> {
    let ledger = session.client.ledger().await?;
    match seen::last(&ledger.ledger_id)? {
        Some(seen) => {
            let row = Row(vec![
                ("seen_count", Cell::Count(seen.count)),
                ("seen_root_hash", Cell::Text(seen.root.to_string())),
            ]);
            session.output.stream_row(&row, &seen.text())
        }
        None => Err(Failure::Usage(
            "nothing was seen of this ledger yet; `ledger-cli status` looks".into(),
        )),
    }
}

pub(super) async fn verify(mut session: Session) -> Result<(), Failure> {
    seen::compared(&session.client).await?;
    let stream = session
        .client
        .journal
        .verify_journal(VerifyJournalRequest {});
    let mut stream = stream.await?.into_inner();
    let progress = Progress::new(0, "records");
    while let Some(message) = stream.message().await? {
        if let Some(row) = audited(&progress, message)? {
            drop(progress);
            return session.output.one(&row).await;
        }
    }
    Err(ended())
}

fn ended() -> Failure {
    Failure::Answer("the audit ended without a result".to_owned())
}

/// Shows how far an audit is; what it came to, once that is told.
fn audited(progress: &Progress, message: VerifyJournalResponse) -> Result<Option<Row>, Failure> {
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
    Ok(message.done.then_some(row))
}

/// A copy, which the server makes on its machine.
#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// What the copy is called in the server's folder for copies. Default: the time, in UTC
    name: Option<String>,
    /// Leave out personal fields, notes and keys: such a copy can be audited, and not served
    #[arg(long)]
    without_personal: bool,
}

pub(super) async fn backup(args: BackupArgs, mut session: Session) -> Result<(), Failure> {
    let now = || Utc::now().format("%Y-%m-%dT%H%M%SZ").to_string();
    let request = BackupLedgerRequest {
        name: args.name.unwrap_or_else(now),
        without_personal: args.without_personal,
    };
    let stream = session.client.journal.backup_ledger(request).await?;
    let mut stream = stream.into_inner();
    let progress = Progress::new(0, "records");
    while let Some(message) = stream.message().await? {
        let audit = present(message.audit, "audit")?;
        if let Some(Row(mut cells)) = audited(&progress, audit)? {
            drop(progress);
            cells.insert(0, ("path", Cell::text(message.path)));
            cells.push(("without_personal", Cell::Flag(args.without_personal)));
            return session.output.one(&Row(cells)).await;
        }
    }
    Err(ended())
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
