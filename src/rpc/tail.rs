//! The records that were read last at the head of the journal. All who follow it
//! want them next: one reads, the others take what it read.

use std::sync::Arc;

use prost::Message;
use timebank_proto::v1;
use tokio::sync::Mutex;

use crate::{
    journal::to_proto,
    ledger::{Principal, Sequence},
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
    /// The first of them.
    from: Sequence,
    records: Vec<v1::StoredRecord>,
    journal_position: i64,
}

impl Run {
    /// Where a record is, if it is there.
    fn place_of(&self, sequence: Sequence) -> Option<usize> {
        let skipped = sequence.get().checked_sub(self.from.get())?;
        let skipped = usize::try_from(skipped).ok()?;
        (skipped < self.records.len()).then_some(skipped)
    }

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
        by: &Principal,
        from: Sequence,
        head: Sequence,
    ) -> Result<v1::WatchRecordsResponse, ReadError> {
        // Who is far behind is there alone, and must not hold up the others.
        if head.get() - from.get() >= MAX_RECORDS as i64 {
            let Run {
                records,
                journal_position,
                ..
            } = read(query, by, from).await?;
            return Ok(v1::WatchRecordsResponse {
                records,
                journal_position,
            });
        }
        let mut last = self.0.lock().await;
        if let Some(skipped) = last.place_of(from) {
            return Ok(last.message(skipped));
        }
        *last = read(query, by, from).await?;
        Ok(last.message(0))
    }
}

async fn read(query: &Query, by: &Principal, from: Sequence) -> Result<Run, ReadError> {
    tracing::debug!(%from, "reading records for watchers");
    query
        .read(by.clone(), move |reading| {
            Ok(Run {
                from,
                records: records(reading.snapshot, from)?,
                journal_position: reading.snapshot.last()?.get(),
            })
        })
        .await
}

/// As many records as a message takes, and hardly more read.
fn records(
    snapshot: &mut dyn Snapshot,
    mut from: Sequence,
) -> Result<Vec<v1::StoredRecord>, StoreError> {
    let (mut records, mut bytes) = (Vec::new(), 0);
    while records.len() < MAX_RECORDS {
        let step = snapshot.stored(from, STEP_RECORDS)?;
        let Some(last) = step.last() else { break };
        from = last.record.stamp.sequence.next();
        for stored in step {
            let record = v1::StoredRecord {
                record: Some(to_proto(&stored.record)),
                stored_bytes: stored.bytes,
            };
            bytes += record.encoded_len();
            if bytes > MAX_MESSAGE_BYTES && !records.is_empty() {
                return Ok(records);
            }
            records.push(record);
        }
    }
    Ok(records)
}
