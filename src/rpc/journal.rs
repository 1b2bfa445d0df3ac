//! `timebank.v1.JournalService`.

use timebank_proto::v1::{self, journal_service_server::JournalService};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{Rooms, fitting, status::Refused};
use crate::{
    journal::to_proto,
    ledger::{Malformed, Record, Sequence},
    query::ReadError,
    sequencer::SubmitError,
    store::{Finding, Verified},
};

const MAX_RECORDS: usize = 1_000;
/// Messages read ahead of a client that is slow to take them.
const AHEAD: usize = 4;
const PROGRESS_RECORDS: i64 = 10_000;

type Sender<T> = mpsc::Sender<Result<T, Status>>;

#[tonic::async_trait]
impl JournalService for Rooms {
    type WatchRecordsStream = ReceiverStream<Result<v1::WatchRecordsResponse, Status>>;
    type VerifyJournalStream = ReceiverStream<Result<v1::VerifyJournalResponse, Status>>;

    async fn watch_records(
        &self,
        request: Request<v1::WatchRecordsRequest>,
    ) -> Result<Response<Self::WatchRecordsStream>, Status> {
        let request = request.into_inner();
        let from = from_sequence(request.from_sequence).map_err(Refused::from)?;
        let (sender, stream) = mpsc::channel(AHEAD);
        let rooms = self.clone();
        tokio::spawn(async move {
            if let Err(status) = rooms.watch(from, request.follow, &sender).await {
                let _ = sender.send(Err(status)).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn verify_journal(
        &self,
        _: Request<v1::VerifyJournalRequest>,
    ) -> Result<Response<Self::VerifyJournalStream>, Status> {
        let (sender, stream) = mpsc::channel(AHEAD);
        let rooms = self.clone();
        tokio::spawn(async move {
            let last = match rooms.verify(sender.clone()).await {
                Ok(message) => Ok(message),
                Err(error) => Err(error.into()),
            };
            let _ = sender.send(last).await;
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

impl Rooms {
    /// Sends what is there, then what comes, until the client goes away.
    async fn watch(
        &self,
        mut from: Sequence,
        follow: bool,
        sender: &Sender<v1::WatchRecordsResponse>,
    ) -> Result<(), Status> {
        let mut head = self.sequencer.head();
        let mut stopping = self.stopping.clone();
        loop {
            head.borrow_and_update();
            let (records, position) = self.records(from).await?;
            if !records.is_empty() {
                let mut records: Vec<_> = records.iter().map(to_proto).collect();
                records.truncate(fitting(&records));
                from = Sequence::new(from.get() + records.len() as i64).unwrap_or(from);
                let message = v1::WatchRecordsResponse {
                    records,
                    journal_position: position.get(),
                };
                tokio::select! {
                    sent = sender.send(Ok(message)) => match sent {
                        Ok(()) => continue,
                        Err(_) => return Ok(()),
                    },
                    _ = stopping.wait_for(|stopping| *stopping) => {
                        return Err(Refused::from(SubmitError::Stopping).into());
                    }
                }
            }
            if !follow {
                return Ok(());
            }
            tokio::select! {
                changed = head.changed() => changed.map_err(|_| Refused::from(SubmitError::Stopping))?,
                _ = stopping.wait_for(|stopping| *stopping) => {
                    return Err(Refused::from(SubmitError::Stopping).into());
                }
                () = sender.closed() => return Ok(()),
            }
        }
    }

    async fn records(&self, from: Sequence) -> Result<(Vec<Record>, Sequence), ReadError> {
        self.query
            .read(move |snapshot, _| Ok((snapshot.records(from, MAX_RECORDS)?, snapshot.last()?)))
            .await
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
                erased_notes,
            } => Ok(v1::VerifyJournalResponse {
                verified_count: count,
                total_count: count,
                finding: None,
                done: true,
                root_hash: root.to_vec(),
                erased_note_count: erased_notes,
            }),
            Verified::Wrong(found) => Ok(v1::VerifyJournalResponse {
                finding: Some(finding(found)),
                ..Default::default()
            }),
            Verified::Stopped => Err(ReadError::Stopping),
        }
    }
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
