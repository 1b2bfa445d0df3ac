//! The stream of records.

use std::io::{Read, pipe};

use prost::Message;
use tempfile::TempDir;
use timebank::journal::Frontier;
use timebank_proto::v1::{
    self, AccountKind, WatchRecordsRequest, WatchRecordsResponse, record::Step,
};
use tokio::task::JoinSet;
use tonic::{Code, Streaming};

use super::{ANN, BEN, City, MINT, large};
use crate::support::{Client, Server, entry, serve_command, told, within};

async fn watch(
    client: &mut Client,
    from_sequence: i64,
    follow: bool,
) -> Streaming<WatchRecordsResponse> {
    let request = WatchRecordsRequest {
        from_sequence,
        follow,
    };
    let stream = client.journal.watch_records(request).await;
    stream.expect("a stream").into_inner()
}

/// The next so many records.
async fn take(stream: &mut Streaming<WatchRecordsResponse>, count: usize) -> Vec<v1::Record> {
    let mut records = Vec::new();
    while records.len() < count {
        let message = within("a record", stream.message()).await;
        let stored = message.expect("a message").expect("no end").records;
        records.extend(stored.into_iter().filter_map(|stored| stored.record));
    }
    records
}

/// The stored bytes are those that the Merkle tree is over, and say what the records
/// say: whoever keeps a root can check it.
#[tokio::test]
async fn stored_bytes_make_the_tree() {
    let mut city = City::founded().await;
    for amount in 1..=20 {
        city.client
            .post(entry(MINT, BEN, amount))
            .await
            .expect("posted");
    }
    let mut stream = watch(&mut city.client, 1, false).await;
    let mut tree = Frontier::default();
    while let Some(message) = stream.message().await.expect("a message") {
        for v1::StoredRecord {
            record,
            stored_bytes,
        } in message.records
        {
            let read = v1::Record::decode(&stored_bytes[..]).expect("a record");
            assert_eq!(Some(read), record);
            tree.push(&stored_bytes, &mut Vec::new());
        }
    }
    let verified = city.client.verify().await.expect("verified");
    assert_eq!(tree.size(), verified.verified_count);
    assert_eq!(tree.root()[..], verified.root_hash);
}

fn sequences(records: &[v1::Record]) -> Vec<i64> {
    records.iter().map(|record| record.sequence).collect()
}

/// More records than a message holds, then those that come, none left out.
#[tokio::test]
async fn catches_up_and_follows() {
    let mut city = City::founded().await;
    let batch = (0..2_500).map(|_| entry(MINT, BEN, 1)).collect();
    city.client.post_all(batch, true).await.expect("posted");
    let mut stream = watch(&mut city.client, 0, true).await;
    let records = take(&mut stream, 2_506).await;
    assert_eq!(sequences(&records), (1..=2_506).collect::<Vec<_>>());
    let times: Vec<_> = records.iter().map(|record| record.recorded_at_us).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "times rise strictly");

    for sequence in 2_507..2_511 {
        city.client.post(entry(MINT, BEN, 1)).await.expect("posted");
        assert_eq!(sequences(&take(&mut stream, 1).await), [sequence]);
    }
}

/// From any position on: where a watcher left off, it goes on.
#[tokio::test]
async fn resumes() {
    let mut city = City::founded().await;
    let mut stream = watch(&mut city.client, 5, true).await;
    assert_eq!(sequences(&take(&mut stream, 2).await), [5, 6]);
    drop(stream);
    city.client.post(entry(ANN, BEN, 1)).await.expect("posted");
    city.client.post(entry(ANN, BEN, 1)).await.expect("posted");
    let mut stream = watch(&mut city.client, 7, true).await;
    assert_eq!(sequences(&take(&mut stream, 2).await), [7, 8]);
}

/// Without `follow` the stream ends at the last record; beyond it, at once.
#[tokio::test]
async fn ends_without_follow() {
    let mut city = City::founded().await;
    let records = city.client.records(2).await.expect("records");
    assert_eq!(sequences(&records), [2, 3, 4, 5, 6]);
    for beyond in [7, 1_000_000] {
        let records = city.client.records(beyond).await.expect("records");
        assert_eq!(records, []);
    }
}

/// With it, a position that is still to come is waited for.
#[tokio::test]
async fn waits_for_what_is_to_come() {
    let mut city = City::founded().await;
    let mut stream = watch(&mut city.client, 8, true).await;
    city.client.post(entry(ANN, BEN, 1)).await.expect("posted");
    city.client.post(entry(ANN, BEN, 2)).await.expect("posted");
    let records = take(&mut stream, 1).await;
    assert_eq!(sequences(&records), [8]);
    let Some(Step::EntryPosted(posted)) = &records[0].step else {
        panic!("another fact: {records:?}");
    };
    assert_eq!(posted.transfers[0].amount, 2);
}

/// Large records arrive at a client with the usual limit of 4 MiB a message.
#[tokio::test]
async fn large_records() {
    let mut city = City::founded().await;
    let batch = (0..1_000).map(|_| large()).collect();
    city.client.post_all(batch, true).await.expect("posted");
    let records = city.client.records(1).await.expect("records");
    assert_eq!(records.len(), 1_006);
}

/// A stopping server ends its streams with a status that says so.
#[tokio::test]
async fn ends_with_the_server() {
    let mut city = City::founded().await;
    let mut stream = watch(&mut city.client, 1, true).await;
    assert_eq!(take(&mut stream, 6).await.len(), 6);
    city.server.terminate();
    let status = within("the end", stream.message()).await.unwrap_err();
    let told = told(&status);
    assert_eq!(
        (told.code, told.reason.as_str()),
        (Code::Unavailable, "SERVER_STOPPING")
    );
    assert!(city.server.wait().await.success());
}

/// A watcher that does not read holds up neither writers nor other watchers,
/// nor the end of the server.
#[tokio::test]
async fn does_not_wait_for_who_does_not_read() {
    let mut city = City::founded().await;
    let mut idle_client = city.server.client().await;
    let idle = watch(&mut idle_client, 1, true).await;
    let mut busy = watch(&mut city.client, 1, true).await;
    // Far more than what lies in buffers on the way.
    for count in 1..=50 {
        let batch = (0..400).map(|_| large()).collect();
        city.client.post_all(batch, true).await.expect("posted");
        let records = take(&mut busy, if count == 1 { 406 } else { 400 }).await;
        let last = records.last().expect("a record").sequence;
        assert_eq!(last, 6 + 400 * count);
    }
    assert_eq!(city.client.balance(BEN).await, 20_000);

    city.server.terminate();
    assert!(city.server.wait().await.success());
    drop(idle);
}

/// What those who follow the journal want at the same time is read once.
#[tokio::test]
async fn followers_share_what_is_read() {
    let dir = TempDir::new().expect("a directory");
    let (mut log, stderr) = pipe().expect("a pipe");
    let mut command = serve_command(dir.path());
    command.env("RUST_LOG", "timebank::rpc=debug");
    let server = Server::run_with_stderr(command, stderr);
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(BEN, AccountKind::Member).await;
    let mut followers = Vec::new();
    for _ in 0..30 {
        let mut stream = watch(&mut server.client().await, 1, true).await;
        assert_eq!(take(&mut stream, 4).await.len(), 4);
        followers.push(stream);
    }
    for sequence in 5..=14 {
        client.post(entry(MINT, BEN, 1)).await.expect("posted");
        for follower in &mut followers {
            assert_eq!(sequences(&take(follower, 1).await), [sequence]);
        }
    }
    server.stop().await;
    let mut text = String::new();
    log.read_to_string(&mut text).expect("the log");
    let reads = text.matches("reading records for watchers").count();
    assert_eq!(reads, 1 + 10, "{text}");
}

async fn read_all(mut client: Client) {
    let mut stream = watch(&mut client, 1, false).await;
    while let Some(message) = stream.message().await.expect("a message") {
        assert_ne!(message.records, []);
    }
}

/// Many who do not read cost little: a message or two each.
#[tokio::test]
async fn fifty_who_do_not_read() {
    let mut city = City::founded().await;
    for _ in 0..10 {
        let batch = (0..400).map(|_| large()).collect();
        city.client.post_all(batch, true).await.expect("posted");
        let batch = (0..2_000).map(|_| entry(MINT, BEN, 1)).collect();
        city.client.post_all(batch, true).await.expect("posted");
    }
    city.server.stop().await;
    let server = Server::start(city.dir.path());
    // What as many readers take that do read is not theirs.
    let mut readers = JoinSet::new();
    for _ in 0..50 {
        readers.spawn(read_all(server.client().await));
    }
    readers.join_all().await;
    let before_kb = server.peak_memory_kb();

    let mut idle = Vec::new();
    for n in 0..50 {
        let mut stream = watch(&mut server.client().await, 1 + n * 200, true).await;
        take(&mut stream, 1).await;
        idle.push(stream);
    }
    // By then each has what it gets before it is waited for.
    read_all(server.client().await).await;
    let cost_kb = server.peak_memory_kb().saturating_sub(before_kb);
    assert!(cost_kb < 100 * 1024, "{} MiB", cost_kb / 1024);
    server.stop().await;
}

/// A verification runs beside writers and ends well.
#[tokio::test]
async fn verifies_while_others_write() {
    let mut city = City::founded().await;
    let mut writer = city.client.clone();
    let writing = tokio::spawn(async move {
        for _ in 0..20 {
            let batch = (0..100).map(|_| entry(MINT, BEN, 1)).collect();
            writer.post_all(batch, true).await.expect("posted");
        }
    });
    let mut seen = 0;
    while !writing.is_finished() {
        let count = city.client.verified().await;
        assert!(count >= seen);
        seen = count;
    }
    writing.await.expect("it writes");
    assert_eq!(city.client.verified().await, 2_006);
}
