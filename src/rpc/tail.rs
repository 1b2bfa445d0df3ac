//! The records that were read last at the head of the journal. All who follow it
//! want them next: one reads, the others take what it read.

use std::sync::Arc;

use prost::Message;
use timebank_proto::v1;
use tokio::sync::Mutex;

use crate::{
    journal::to_proto,
    ledger::Sequence,
    query::{Query, ReadError},
    store::{Snapshot, StoreError},
};

const MAX_RECORDS: usize = 1_000;
/// How much a message has at most, or one record. It is less than a page has, as
/// it waits in memory for a watcher that is slow to read.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// How many are read before it is seen whether they fit. A message of as many as
/// it may have is a whole number of these.
const STEP_RECORDS: usize = 25;

/// Records in order, from a position on.
#[derive(Default)]
struct Run {
    records: Vec<v1::Record>,
    journal_position: i64,
}

impl Run {
    fn message(&self, skipped: usize) -> v1::WatchRecordsResponse {
        v1::WatchRecordsResponse {
            records: self.records[skipped..].to_vec(),
            journal_position: self.journal_position,
        }
    }
}

/// The way to the journal's records. Clones share it.
#[derive(Clone, Default)]
pub struct Tail(Arc<Mutex<Run>>);

impl Tail {
    /// The message for a watcher who wants the records from a position on, which
    /// is not beyond the head.
    ///
    /// # Errors
    /// Those of the read.
    pub(super) async fn message(
        &self,
        query: &Query,
        from: Sequence,
        head: Sequence,
    ) -> Result<v1::WatchRecordsResponse, ReadError> {
        // Who is far behind is there alone, and must not hold up the others.
        if head.get() - from.get() >= MAX_RECORDS as i64 {
            let Run {
                records,
                journal_position,
            } = read(query, from).await?;
            return Ok(v1::WatchRecordsResponse {
                records,
                journal_position,
            });
        }
        let mut last = self.0.lock().await;
        let known = |record: &v1::Record| record.sequence;
        if let Ok(skipped) = last.records.binary_search_by_key(&from.get(), known) {
            return Ok(last.message(skipped));
        }
        *last = read(query, from).await?;
        Ok(last.message(0))
    }
}

async fn read(query: &Query, from: Sequence) -> Result<Run, ReadError> {
    tracing::debug!(%from, "reading records for watchers");
    query
        .read(move |snapshot, _| {
            Ok(Run {
                records: records(snapshot, from)?,
                journal_position: snapshot.last()?.get(),
            })
        })
        .await
}

/// As many records as a message takes, and hardly more read.
fn records(snapshot: &mut dyn Snapshot, mut from: Sequence) -> Result<Vec<v1::Record>, StoreError> {
    let (mut records, mut bytes) = (Vec::new(), 0);
    while records.len() < MAX_RECORDS {
        let step = snapshot.records(from, STEP_RECORDS)?;
        let Some(last) = step.last() else { break };
        from = last.stamp.sequence.next();
        for record in step.iter().map(to_proto) {
            bytes += record.encoded_len();
            if bytes > MAX_MESSAGE_BYTES && !records.is_empty() {
                return Ok(records);
            }
            records.push(record);
        }
    }
    Ok(records)
}
