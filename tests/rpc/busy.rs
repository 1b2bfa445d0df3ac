//! More large requests at once than there is room for.

use std::time::Duration;

use timebank_proto::v1::{Entry, PostEntriesRequest, Tag};
use tokio::{sync::mpsc, task::JoinSet};
use tonic::{Code, Status, codegen::Bytes};
use tonic_types::StatusExt;

use super::{BEN, City, MINT, refusals::check};
use crate::support::{Server, entry, framed, upload};

const CALLERS: usize = 64;
const MAX_MEMORY_KB: u64 = 600 * 1024;
const METHOD: &str = "timebank.v1.EntryService/PostEntries";

/// As many entries as a batch may have, each of more than 700 bytes.
fn batch() -> Bytes {
    let tag = |key: &str| Tag {
        key: format!("{key:-<32}"),
        value: "\u{20000}".repeat(64),
    };
    let tags = vec![tag("a"), tag("b")];
    let entry = |_| Entry {
        tags: tags.clone(),
        note: "x".repeat(60),
        ..entry(MINT, BEN, 1)
    };
    let entries = (0..20_000).map(entry).collect();
    framed(&PostEntriesRequest {
        entries,
        ..Default::default()
    })
}

async fn post(server: &Server, batch: Bytes) -> impl Future<Output = Result<(), Status>> + use<> {
    let client = server.client().await;
    async move {
        let (pieces, sent) = mpsc::channel(1);
        pieces.send(batch).await.expect("sent");
        drop(pieces);
        upload(client, METHOD, sent).await
    }
}

/// Of the room of all, or of its own token, there was none.
fn is_busy(status: &Status) {
    let own = status.message().contains("as one token may");
    let (reason, figures) = match own {
        true => ("TOO_MANY_BYTES", "name=admin"),
        false => ("SERVER_BUSY", ""),
    };
    check("a batch", status, Code::ResourceExhausted, reason, figures);
}

/// Some are answered, the others are told to come again; small calls go on.
#[tokio::test(flavor = "multi_thread")]
async fn large_batches() {
    let mut city = City::founded().await;
    let batches: Vec<_> = (0..4).map(|_| batch()).collect();
    assert!(batches[0].len() > 14_000_000, "{}", batches[0].len());
    let mut calls = JoinSet::new();
    for caller in 0..CALLERS {
        calls.spawn(post(&city.server, batches[caller % 4].clone()).await);
    }
    let mut posted = 0;
    while let Some(call) = calls.join_next().await {
        city.client.post(entry(MINT, BEN, 1)).await.expect("posted");
        match call.expect("a call") {
            Ok(()) => posted += 1,
            Err(status) => {
                is_busy(&status);
                let retry = status.get_details_retry_info().expect("when to retry");
                assert_eq!(retry.retry_delay, Some(Duration::from_secs(1)));
            }
        }
    }
    assert!(posted > 0);
    let peak_kb = city.server.peak_memory_kb();
    assert!(peak_kb < MAX_MEMORY_KB, "{} MiB", peak_kb / 1024);
    // And then there is room again.
    let call = post(&city.server, batches[0].clone()).await;
    call.await.expect("posted");
}

/// Who announces a request and does not send it keeps no room for it.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_do_not_come() {
    let city = City::founded().await;
    let announced = Bytes::from_static(&[0, 1, 0, 0, 0]);
    let mut stalled = JoinSet::new();
    let mut pieces = Vec::new();
    for _ in 0..2 {
        let (send, sent) = mpsc::channel(1);
        send.send(announced.clone()).await.expect("sent");
        let client = city.server.client().await;
        stalled.spawn(upload(client, METHOD, sent));
        pieces.push(send);
    }
    // Some of them are inside by now, and room is for two of one token.
    let batch = batch();
    while let Err(status) = post(&city.server, batch.clone()).await.await {
        is_busy(&status);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    while let Some(call) = stalled.join_next().await {
        let status = call.expect("a call").expect_err("it never came");
        check(
            "a stalled one",
            &status,
            Code::DeadlineExceeded,
            "REQUEST_SLOW",
            "",
        );
    }
    drop(pieces);
}
