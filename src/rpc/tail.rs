//! The records that were read last at the head of the journal. All who follow it
//! want them next: one reads, the others take what it read.

use std::sync::Arc;

use prost::Message;
use timebank_proto::v1;
use tokio::sync::Mutex;

use crate::{
    exchange::token::Scope,
    journal::to_proto,
    ledger::Sequence,
    query::{Query, ReadError, Reader},
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
    /// The first that was not looked at.
    next: Sequence,
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
        by: &Reader,
        from: Sequence,
        head: Sequence,
    ) -> Result<(v1::WatchRecordsResponse, Sequence), ReadError> {
        // Who is far behind is there alone, and must not hold up the others; and so is who sees
        // less than others.
        let is_alone = by.scope != Scope::Ledger || head.get() - from.get() >= MAX_RECORDS as i64;
        if is_alone {
            let run = read(query, by, from).await?;
            return Ok((run.message(0), run.next));
        }
        let mut last = self.0.lock().await;
        if let Some(skipped) = last.place_of(from) {
            return Ok((last.message(skipped), last.next));
        }
        *last = read(query, by, from).await?;
        Ok((last.message(0), last.next))
    }
}

async fn read(query: &Query, by: &Reader, from: Sequence) -> Result<Run, ReadError> {
    tracing::debug!(%from, "reading records for watchers");
    query
        .read(by.clone(), move |reading| {
            let (records, next) = records(reading.snapshot, from)?;
            Ok(Run {
                from,
                records,
                next,
                journal_position: reading.snapshot.last()?.get(),
            })
        })
        .await
}

/// As many records as a message takes, and hardly more read; and the first that was not looked at.
fn records(
    snapshot: &mut dyn Snapshot,
    mut from: Sequence,
) -> Result<(Vec<v1::StoredRecord>, Sequence), StoreError> {
    let (mut records, mut bytes) = (Vec::new(), 0);
    let mut looked_at = 0;
    while looked_at < MAX_RECORDS {
        let step = snapshot.stored(from, STEP_RECORDS)?;
        if step.is_empty() {
            break;
        }
        for stored in step {
            looked_at += 1;
            let sequence = stored.record.stamp.sequence;
            if !snapshot.shows(&stored.record)? {
                from = sequence.next();
                continue;
            }
            let record = v1::StoredRecord {
                record: Some(to_proto(&stored.record)),
                stored_bytes: stored.bytes,
            };
            bytes += record.encoded_len();
            if bytes > MAX_MESSAGE_BYTES && !records.is_empty() {
                return Ok((records, sequence));
            }
            records.push(record);
            from = sequence.next();
        }
    }
    Ok((records, from))
}
