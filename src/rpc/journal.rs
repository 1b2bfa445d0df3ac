//! `timebank.v1.JournalService`.

use std::path::{Path, PathBuf};

use timebank_proto::v1::{self, journal_service_server::JournalService};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Reader, Services, convert, status::Refused};
use crate::{
    access::Method,
    journal,
    ledger::{Malformed, Sequence},
    query::{ReadError, Reading, ledger},
    sequencer::SubmitError,
    steps::RULES_VERSION,
    store::{Finding, Parts, Verified},
};

/// Messages read ahead of a client that is slow to take them.
const AHEAD: usize = 1;
const PROGRESS_RECORDS: i64 = 10_000;
const MAX_COPY_NAME_BYTES: usize = 64;

type Sender<T> = mpsc::Sender<Result<T, Status>>;

#[tonic::async_trait]
impl JournalService for Services {
    type WatchRecordsStream = ReceiverStream<Result<v1::WatchRecordsResponse, Status>>;
    type VerifyJournalStream = ReceiverStream<Result<v1::VerifyJournalResponse, Status>>;
    type BackupLedgerStream = ReceiverStream<Result<v1::BackupLedgerResponse, Status>>;

    async fn get_ledger(
        &self,
        request: Request<v1::GetLedgerRequest>,
    ) -> Result<Response<v1::GetLedgerResponse>, Status> {
        let by = convert::reader(&request)?;
        let seen_count = request.into_inner().seen_count;
        if seen_count < 0 {
            return Err(Refused::from(Malformed::SequenceRange { given: seen_count }).into());
        }
        let read = move |reading: &mut Reading<'_>| ledger(reading, seen_count);
        let view = self.query.look_up(by, read).await?;
        let foundation = view.foundation;
        Ok(Response::new(v1::GetLedgerResponse {
            ledger_id: foundation.id.to_string(),
            time_zone: foundation.time_zone.name().into(),
            format_version: journal::FORMAT_VERSION,
            rules_version: RULES_VERSION,
            server_version: env!("CARGO_PKG_VERSION").into(),
            journal_position: view.last.sequence.get(),
            last_recorded_at: Some(journal::timestamp(view.last.recorded_at)),
            root_hash: view.root.to_vec(),
            seen_root_hash: view.seen_root.map_or_else(Vec::new, |root| root.to_vec()),
        }))
    }

    async fn watch_records(
        &self,
        request: Request<v1::WatchRecordsRequest>,
    ) -> Result<Response<Self::WatchRecordsStream>, Status> {
        let by = convert::reader(&request)?;
        let guest = convert::guest(&request)?.clone();
        let request = request.into_inner();
        let from = from_sequence(request.from_sequence).map_err(Refused::from)?;
        let (sender, stream) = mpsc::channel(AHEAD);
        let services = self.clone();
        tokio::spawn(async move {
            let ended = tokio::select! {
                ended = services.watch(by, from, request.follow, &sender) => ended,
                refused = services.guard.ended(&guest) => Err(refused.into()),
            };
            if let Err(status) = ended {
                let _ = sender.send(Err(status)).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn verify_journal(
        &self,
        request: Request<v1::VerifyJournalRequest>,
    ) -> Result<Response<Self::VerifyJournalStream>, Status> {
        let guest = convert::guest(&request)?.clone();
        guest.check_whole_ledger(Method::VerifyJournal)?;
        let (sender, stream) = mpsc::channel(AHEAD);
        let services = self.clone();
        tokio::spawn(async move {
            let last = tokio::select! {
                last = services.verify(sender.clone()) => last.map_err(Status::from),
                refused = services.guard.ended(&guest) => Err(refused.into()),
            };
            let _ = sender.send(last).await;
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn backup_ledger(
        &self,
        request: Request<v1::BackupLedgerRequest>,
    ) -> Result<Response<Self::BackupLedgerStream>, Status> {
        let guest = convert::guest(&request)?.clone();
        guest.check_whole_ledger(Method::BackupLedger)?;
        let request = request.into_inner();
        let path = copy_path(&self.backups, &request.name)?;
        let parts = match request.without_personal {
            true => Parts::NothingPersonal,
            false => Parts::All,
        };
        // Who has personal fields copied is told in the log.
        tracing::info!(principal = %guest.principal(), path = %path.display(), ?parts, "copying");
        let (sender, stream) = mpsc::channel(AHEAD);
        let services = self.clone();
        tokio::spawn(async move {
            let last = tokio::select! {
                last = services.back_up((path, parts), sender.clone()) => last.map_err(Status::from),
                refused = services.guard.ended(&guest) => Err(refused.into()),
            };
            let _ = sender.send(last).await;
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

impl Services {
    /// Sends what is there, then what comes, until the client goes away.
    async fn watch(
        &self,
        by: Reader,
        mut from: Sequence,
        follow: bool,
        sender: &Sender<v1::WatchRecordsResponse>,
    ) -> Result<(), Status> {
        let mut head = self.sequencer.head();
        let mut stopping = self.stopping.clone();
        let told_to_stop = stopping.wait_for(|stopping| *stopping);
        tokio::pin!(told_to_stop);
        loop {
            // Nothing is read ahead of who does not take it.
            let room = tokio::select! {
                room = sender.reserve() => room,
                _ = &mut told_to_stop => return Err(stopped()),
            };
            let Ok(room) = room else { return Ok(()) };
            let last = head.borrow_and_update().last.sequence;
            if from <= last {
                let (message, next) = self.tail.message(&self.query, &by, from, last).await?;
                // There are some, unless the store has lost them.
                if next > from {
                    from = next;
                    if !message.records.is_empty() {
                        room.send(Ok(message));
                    }
                    continue;
                }
            }
            drop(room);
            if !follow {
                return Ok(());
            }
            tokio::select! {
                changed = head.changed() => changed.map_err(|_| stopped())?,
                _ = &mut told_to_stop => return Err(stopped()),
                () = sender.closed() => return Ok(()),
            }
        }
    }

    async fn verify(
        &self,
        sender: Sender<v1::VerifyJournalResponse>,
    ) -> Result<v1::VerifyJournalResponse, ReadError> {
        let progress = self.progress(sender, |audit| audit);
        result(self.query.verify(progress).await?)
    }

    /// Makes a copy, and tells where it is.
    async fn back_up(
        &self,
        (path, parts): (PathBuf, Parts),
        sender: Sender<v1::BackupLedgerResponse>,
    ) -> Result<v1::BackupLedgerResponse, ReadError> {
        let progress = self.progress(sender, |audit| v1::BackupLedgerResponse {
            audit: Some(audit),
            path: String::new(),
        });
        let audit = result(self.query.copy(path.clone(), parts, progress).await?)?;
        let path = match audit.done {
            true => path.display().to_string(),
            false => String::new(),
        };
        Ok(v1::BackupLedgerResponse {
            audit: Some(audit),
            path,
        })
    }

    /// Tells how far an audit is, for as long as somebody listens.
    fn progress<T: Send + 'static>(
        &self,
        sender: Sender<T>,
        message: impl Fn(v1::VerifyJournalResponse) -> T + Send + 'static,
    ) -> impl FnMut(i64, i64) -> bool + Send + 'static {
        let stopping = self.stopping.clone();
        move |count, total| {
            if count % PROGRESS_RECORDS == 0 {
                let progress = v1::VerifyJournalResponse {
                    verified_count: count,
                    total_count: total,
                    ..Default::default()
                };
                // Progress that the client is too slow to take is left out.
                let _ = sender.try_send(Ok(message(progress)));
            }
            !sender.is_closed() && !*stopping.borrow()
        }
    }
}

/// What an audit came to.
fn result(verified: Verified) -> Result<v1::VerifyJournalResponse, ReadError> {
    match verified {
        Verified::Sound {
            count,
            root,
            erased,
            parts: _,
        } => Ok(v1::VerifyJournalResponse {
            verified_count: count,
            total_count: count,
            finding: None,
            done: true,
            root_hash: root.to_vec(),
            erased_note_count: erased.notes,
            erased_personal_count: erased.personal,
            erased_verdict_count: erased.verdicts,
        }),
        Verified::Wrong(found) => Ok(v1::VerifyJournalResponse {
            finding: Some(finding(found)),
            ..Default::default()
        }),
        Verified::Stopped => Err(ReadError::Stopping),
    }
}

/// The path of a copy in the folder for copies.
fn copy_path(folder: &Path, name: &str) -> Result<PathBuf, Refused> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let fits = (1..=MAX_COPY_NAME_BYTES).contains(&name.len())
        && name.bytes().all(is_plain)
        && !name.starts_with('.')
        && !name.ends_with(".part");
    if !fits {
        return Err(Refused::CopyName);
    }
    let path = folder.join(name);
    match path.exists() {
        true => Err(Refused::CopyExists { name: name.into() }),
        false => Ok(path),
    }
}

fn stopped() -> Status {
    Refused::from(SubmitError::Stopping).into()
}

fn from_sequence(given: i64) -> Result<Sequence, Malformed> {
    match given {
        0 => Ok(Sequence::ZERO.next()),
        given => Sequence::new(given).ok_or(Malformed::SequenceRange { given }),
    }
}

fn finding(finding: Finding) -> v1::Finding {
    v1::Finding {
        sequence: finding.sequence.map_or(0, Sequence::get),
        place: finding.place.into(),
        message: finding.what,
    }
}
