//! A client that writes until its server is gone, and remembers what it was
//! told.

use fastrand::Rng;
use timebank_proto::v1;
use tokio::sync::watch;
use tonic::Status;
use uuid::Uuid;

use super::{MINT, member};
use crate::support::{Client, entry};

/// One call to post entries.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) entries: Vec<v1::Entry>,
    /// All or nothing. A single entry always is.
    pub(super) atomic: bool,
    pub(super) acknowledged: bool,
}

impl Call {
    pub(super) fn ids(&self) -> impl Iterator<Item = Uuid> {
        let ids = self.entries.iter().map(|entry| &entry.entry_id);
        ids.map(|id| id.parse().expect("a UUID"))
    }

    /// Sends it; every entry of it has to be taken.
    pub(super) async fn send(&self, client: &mut Client) -> Result<(), Status> {
        if let [entry] = &self.entries[..] {
            return client.post(entry.clone()).await.map(drop);
        }
        let results = client.post_all(self.entries.clone(), self.atomic).await?;
        for result in results {
            let result = result.result.expect("a result");
            assert!(
                matches!(result, v1::post_entry_result::Result::Posted(_)),
                "no rule refuses these: {result:?}"
            );
        }
        Ok(())
    }
}

pub(super) struct Writer {
    client: Client,
    number: u64,
    rng: Rng,
}

impl Writer {
    pub(super) fn new(client: Client, number: u64, rng: Rng) -> Self {
        Self {
            client,
            number,
            rng,
        }
    }

    /// Posts until a call fails; all calls that were made.
    pub(super) async fn run(mut self, acknowledged: watch::Sender<u64>) -> Vec<Call> {
        let mut calls = Vec::new();
        loop {
            let mut call = self.next_call();
            let sent = call.send(&mut self.client).await;
            call.acknowledged = sent.is_ok();
            calls.push(call);
            if sent.is_err() {
                return calls;
            }
            acknowledged.send_modify(|count| *count += 1);
        }
    }

    /// Mostly single entries; batches of up to 300, every other one atomic.
    fn next_call(&mut self) -> Call {
        let count = match self.rng.u8(..4) {
            0 => self.rng.usize(2..=300),
            _ => 1,
        };
        let entries = (0..count).map(|_| entry(MINT, &member(self.number), 1));
        Call {
            entries: entries.collect(),
            atomic: count == 1 || self.rng.bool(),
            acknowledged: false,
        }
    }
}
