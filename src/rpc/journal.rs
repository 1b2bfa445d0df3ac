//! `timebank.v1.JournalService`.

use timebank_proto::v1::{self, journal_service_server::JournalService};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Reader, Services, convert, status::Refused};
use crate::{
    access::Method,
    journal,
    ledger::{Malformed, Sequence},
    query::{ReadError, ledger},
    sequencer::SubmitError,
    steps::RULES_VERSION,
    store::{Finding, Verified},
};

/// Messages read ahead of a client that is slow to take them.
const AHEAD: usize = 1;
const PROGRESS_RECORDS: i64 = 10_000;

type Sender<T> = mpsc::Sender<Result<T, Status>>;

#[tonic::async_trait]
impl JournalService for Services {
    type WatchRecordsStream = ReceiverStream<Result<v1::WatchRecordsResponse, Status>>;
    type VerifyJournalStream = ReceiverStream<Result<v1::VerifyJournalResponse, Status>>;

    async fn get_ledger(
        &self,
        request: Request<v1::GetLedgerRequest>,
    ) -> Result<Response<v1::GetLedgerResponse>, Status> {
        let by = convert::reader(&request)?;
        let view = self.query.look_up(by, ledger).await?;
        let foundation = view.foundation;
        Ok(Response::new(v1::GetLedgerResponse {
            ledger_id: foundation.id.to_string(),
            time_zone: foundation.time_zone.name().into(),
            format_version: journal::FORMAT_VERSION,
            rules_version: RULES_VERSION,
            server_version: env!("CARGO_PKG_VERSION").into(),
            journal_position: view.last.sequence.get(),
            last_recorded_at: Some(journal::timestamp(view.last.recorded_at)),
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
        let stopping = self.stopping.clone();
        let verified = self
            .query
            .verify(move |count, total| {
                if count % PROGRESS_RECORDS == 0 {
                    let progress = v1::VerifyJournalResponse {
                        verified_count: count,
                        total_count: total,
                        ..Default::default()
                    };
                    // Progress that the client is too slow to take is left out.
                    let _ = sender.try_send(Ok(progress));
                }
                !sender.is_closed() && !*stopping.borrow()
            })
            .await?;
        match verified {
            Verified::Sound {
                count,
                root,
                erased,
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
