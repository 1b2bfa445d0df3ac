//! What the configuration limits, and that it does.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use timebank_proto::v1;
use tokio::{sync::mpsc, task::JoinSet};
use tonic::{
    Code::{self, DeadlineExceeded, InvalidArgument, OutOfRange, ResourceExhausted},
    Status,
    codegen::Bytes,
};
use tonic_types::StatusExt;

use super::{BEN, City, MINT, refusals::check};
use crate::support::{Client, DEADLINE, Server, entry, serve_command, upload, within};

/// What HTTP/2 begins with: its preface, and settings of no bytes.
const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// A city whose server has these limits.
async fn limited(limits: &str) -> City {
    let mut city = City::served_by(|dir| {
        let path = dir.join("timebank.toml");
        fs::write(&path, format!("[limits]\n{limits}\n")).expect("a file");
        let mut command = serve_command(dir);
        command.arg("--config").arg(path);
        Server::run(command)
    })
    .await;
    city.client.open(MINT, v1::AccountKind::Issuance).await;
    city.client.open(BEN, v1::AccountKind::Member).await;
    city
}

async fn who(client: &Client) -> Result<v1::WhoAmIResponse, Status> {
    let mut tokens = client.tokens.clone();
    let told = tokens.who_am_i(v1::WhoAmIRequest {}).await?;
    Ok(told.into_inner())
}

#[tokio::test]
async fn messages_batches_and_pages() {
    let mut city = limited("request_bytes = 65536\nbatch_items = 1000\npage_items = 100").await;
    let before = city.client.position().await;
    let of = |count: usize, note: &str| v1::PostEntriesRequest {
        entries: (0..count)
            .map(|_| v1::Entry {
                note: note.into(),
                ..entry(MINT, BEN, 1)
            })
            .collect(),
        ..Default::default()
    };
    let sent = city.client.entries.post_entries(of(800, &"x".repeat(100)));
    let status = sent.await.expect_err("above 64 KiB");
    assert_eq!(status.code(), OutOfRange, "{status}");
    let ids = vec![uuid::Uuid::now_v7().to_string(); 150];
    let request = v1::BatchGetEntriesRequest { entry_ids: ids };
    let asked = city.client.entries.batch_get_entries(request).await;
    // Where the contract allows fewer, that holds.
    let status = asked.expect_err("of at most 100");
    check(
        "100",
        &status,
        InvalidArgument,
        "BATCH_SIZE_OUT_OF_RANGE",
        "given=150 max=100",
    );
    let member = v1::RegisterMemberRequest {
        member_id: "city:member:".repeat(5),
        ..Default::default()
    };
    let members = vec![member; 1_001];
    let request = v1::RegisterMembersRequest {
        members,
        ..Default::default()
    };
    let asked = city.client.members.register_members(request).await;
    let status = asked.expect_err("of at most 1,000");
    check(
        "1000",
        &status,
        InvalidArgument,
        "BATCH_SIZE_OUT_OF_RANGE",
        "given=1001 max=1000",
    );
    assert_eq!(city.client.position().await, before, "nothing is written");
    for _ in 0..30 {
        let ids = (0..5).map(|_| entry(MINT, BEN, 1)).collect();
        let request = v1::PostEntriesRequest {
            entries: ids,
            ..Default::default()
        };
        city.client
            .entries
            .post_entries(request)
            .await
            .expect("posted");
    }
    let request = v1::ListPostingsRequest {
        account_id: BEN.into(),
        page_size: 1_000,
        ..Default::default()
    };
    let page = city.client.statements.list_postings(request).await;
    assert_eq!(page.expect("a page").into_inner().postings.len(), 100);
}

/// A token's calls in a second and at once, and those of an address that has none. Others go on.
#[tokio::test]
async fn calls_of_a_token_and_of_strangers() {
    let limits = "calls_per_token_per_s = 2\ncalls_per_token = 3\nfailed_attempts_per_min = 4";
    let mut city = limited(limits).await;
    let text = city.client.issue("fast", v1::Role::Auditor, "").await;
    let fast = city.client.showing(&text);
    let refused = async {
        loop {
            if let Err(status) = who(&fast).await {
                return status;
            }
        }
    };
    let status = within("a refusal", refused).await;
    let figures = "name=fast per_s=2 wait_ms=*";
    check(
        "too fast",
        &status,
        ResourceExhausted,
        "CALLS_TOO_FAST",
        figures,
    );
    let wait = status.get_details_retry_info().expect("when to try again");
    let wait = wait.retry_delay.expect("a time");
    assert!(wait <= Duration::from_millis(500), "{wait:?}");
    who(&city.client).await.expect("another token");
    tokio::time::sleep(wait).await;
    who(&fast).await.expect("again");

    let text = city.client.issue("watch", v1::Role::Auditor, "").await;
    let mut watch = city.client.showing(&text);
    let request = v1::WatchRecordsRequest {
        from_sequence: 1_000,
        follow: true,
    };
    let mut streams = Vec::new();
    for _ in 0..3 {
        let stream = watch.journal.watch_records(request).await;
        streams.push(stream.expect("a stream"));
    }
    let status = watch
        .journal
        .watch_records(request)
        .await
        .expect_err("one more");
    check(
        "at once",
        &status,
        ResourceExhausted,
        "TOO_MANY_CALLS",
        "max=3 name=watch",
    );

    let stranger = city.client.showing("nothing");
    for _ in 0..4 {
        let status = who(&stranger).await.expect_err("a stranger");
        assert_eq!(status.code(), Code::Unauthenticated, "{status}");
    }
    let status = who(&stranger).await.expect_err("once more");
    check(
        "a stranger",
        &status,
        ResourceExhausted,
        "TOO_MANY_ATTEMPTS",
        "wait_s=*",
    );
    // Who has a token is let in by the same address, also where it was not seen before.
    let text = city.client.issue("new", v1::Role::Auditor, "").await;
    who(&city.client.showing(&text)).await.expect("let in");
}

/// One token has half of the room for large requests.
#[tokio::test(flavor = "multi_thread")]
async fn no_token_takes_all_room() {
    let mut city = limited("upload_grace_s = 600").await;
    let text = city.client.issue("other", v1::Role::Integration, "").await;
    let announced = Bytes::from_static(&[0, 1, 0, 0, 0]);
    let mut pieces = Vec::new();
    let mut calls = JoinSet::new();
    for _ in 0..3 {
        let (send, sent) = mpsc::channel(1);
        send.send(announced.clone()).await.expect("sent");
        let client = city.server.client().await;
        let calling = upload(client, "timebank.v1.EntryService/PostEntries", sent);
        calls.spawn(calling);
        pieces.push(send);
    }
    // Two wait for what never comes; whichever is the third is refused.
    let refused = within("a refusal", calls.join_next()).await;
    let status = refused.expect("three calls").expect("a call");
    let status = status.expect_err("no room");
    check(
        "a third",
        &status,
        ResourceExhausted,
        "TOO_MANY_BYTES",
        "name=admin",
    );
    assert!(
        status.get_details_retry_info().is_some(),
        "when it may try again"
    );
    let (send, sent) = mpsc::channel(1);
    let entries = (0..5_000).map(|_| entry(MINT, BEN, 1)).collect();
    let request = v1::PostEntriesRequest {
        entries,
        ..Default::default()
    };
    send.send(crate::support::framed(&request))
        .await
        .expect("sent");
    drop(send);
    let other = city.server.client().await.showing(&text);
    let posted = upload(other, "timebank.v1.EntryService/PostEntries", sent).await;
    posted.expect("another token's request");
}

/// How long a connection stays that does nothing, by how far it has come.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_do_nothing() {
    let times = "handshake_s = 1\nstranger_idle_s = 2\nidle_s = 3";
    let mut city = limited(times).await;
    let address = city.server.address().to_owned();
    let silent = ended(&address, b"");
    let stranger = ended(&address, GREETING);
    let (silent, stranger) = (
        silent.join().expect("a time"),
        stranger.join().expect("a time"),
    );
    assert!(silent >= Duration::from_secs(1), "{silent:?}");
    assert!(stranger >= Duration::from_secs(2), "{stranger:?}");
    // The city's own client is let in, and is dropped later; it connects again by itself.
    city.client.position().await;
    let request = v1::WatchRecordsRequest {
        from_sequence: 1,
        follow: true,
    };
    let mut follower = city.server.client().await;
    let stream = follower.journal.watch_records(request).await;
    let mut stream = stream.expect("a stream").into_inner();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        city.client.position().await;
    }
    // A stream is a call: its connection is not idle.
    let record = within("a record", stream.message()).await;
    assert!(record.expect("the stream goes on").is_some());
}

/// How long a connection that sends no more than this is kept.
fn ended(address: &str, sent: &'static [u8]) -> thread::JoinHandle<Duration> {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    thread::spawn(move || {
        let start = Instant::now();
        stream.write_all(sent).expect("sent");
        let mut answer = Vec::new();
        let end = stream.read_to_end(&mut answer);
        assert!(end.is_ok(), "it was not closed but {end:?}");
        start.elapsed()
    })
}

/// Who comes after as many connections as there may be waits until one is gone.
#[tokio::test(flavor = "multi_thread")]
async fn connections_at_once() {
    let city = limited("connections = 10\nstranger_idle_s = 600").await;
    let address = city.server.address().to_owned();
    // One is the city's own.
    let held: Vec<_> = (0..9).map(|_| greeted(&address)).collect();
    let mut late = TcpStream::connect(&address).expect("the system takes it");
    late.write_all(GREETING).expect("sent");
    late.set_read_timeout(Some(Duration::from_millis(500)))
        .expect("a timeout");
    let mut answer = [0; 9];
    assert!(late.read_exact(&mut answer).is_err(), "it is not answered");
    drop(held);
    late.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    late.read_exact(&mut answer).expect("and is then");
    who(&city.client).await.expect("and so is the city");
}

/// A connection that was accepted.
fn greeted(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    stream.write_all(GREETING).expect("sent");
    stream.read_exact(&mut [0; 9]).expect("an answer");
    stream
}

/// A request that comes slower than it may is let go.
#[tokio::test]
async fn slow_requests() {
    let mut city = limited("upload_grace_s = 1\nupload_bytes_per_s = 1000000").await;
    let before = city.client.position().await;
    let (send, sent) = mpsc::channel(1);
    let request = crate::support::framed(&v1::PostEntryRequest {
        entry: Some(entry(MINT, BEN, 1)),
    });
    let (some, rest) = request.split_at(10);
    send.send(Bytes::copy_from_slice(some)).await.expect("sent");
    let client = city.client.clone();
    let status = upload(client, "timebank.v1.EntryService/PostEntry", sent).await;
    check(
        "slow",
        &status.expect_err("too slow"),
        DeadlineExceeded,
        "REQUEST_SLOW",
        "",
    );
    let late = send.send(Bytes::copy_from_slice(rest)).await;
    assert!(late.is_err(), "nobody reads it");
    assert_eq!(city.client.position().await, before);
}
