//! Who may hold up the end of the server, and who not.

use std::{
    io::{Read, pipe},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use timebank_proto::v1::{AccountKind, PostEntryRequest, WatchRecordsRequest};
use tokio::sync::mpsc;

use super::{BEN, City, MINT, large};
use crate::support::{DEADLINE, Server, entry, framed, serve_command, upload, within};

/// What the server logs where it had to wait for as long as it may.
const OVERDUE: &str = "did not end in time";

/// A server with the accounts, whose log is read at its end.
async fn logging() -> (Server, impl Read, TempDir) {
    let dir = TempDir::new().expect("a directory");
    let (log, stderr) = pipe().expect("a pipe");
    let server = Server::run_with_stderr(serve_command(dir.path()), stderr);
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(BEN, AccountKind::Member).await;
    (server, log, dir)
}

async fn log_of_its_end(server: Server, mut log: impl Read) -> String {
    server.terminate();
    assert!(server.wait().await.success());
    let mut text = String::new();
    log.read_to_string(&mut text).expect("the log");
    text
}

#[tokio::test]
async fn not_who_never_speaks() {
    let (server, log, _dir) = logging().await;
    let silent = TcpStream::connect(server.address()).expect("a connection");
    let text = log_of_its_end(server, log).await;
    assert!(!text.contains(OVERDUE), "{text}");
    drop(silent);
}

#[tokio::test]
async fn not_who_follows_and_does_not_read() {
    let (server, log, _dir) = logging().await;
    let mut client = server.client().await;
    let mut follower = server.client().await;
    let request = WatchRecordsRequest {
        from_sequence: 1,
        follow: true,
    };
    let stream = follower.journal.watch_records(request).await;
    // Far more than what lies in buffers on the way.
    for _ in 0..20 {
        let batch = (0..400).map(|_| large()).collect();
        client.post_all(batch, true).await.expect("posted");
    }
    let text = log_of_its_end(server, log).await;
    assert!(!text.contains(OVERDUE), "{text}");
    drop(stream);
}

/// A call that is half sent is waited for, and answered.
#[tokio::test]
async fn who_is_in_the_midst_of_a_call() {
    let (server, log, _dir) = logging().await;
    let client = server.client().await;
    let request = framed(&PostEntryRequest {
        entry: Some(entry(MINT, BEN, 1)),
    });
    let (pieces, sent) = mpsc::channel(1);
    let method = "timebank.v1.EntryService/PostEntry";
    let call = tokio::spawn(upload(client, method, sent));
    pieces.send(request.slice(..10)).await.expect("sent");
    // Until it is there: what is asked later on the connection comes later.
    let mut again = server.client().await;
    again.position().await;
    let ending = tokio::spawn(log_of_its_end(server, log));
    // Longer than what idle connections are given.
    tokio::time::sleep(Duration::from_secs(3)).await;
    pieces.send(request.slice(10..)).await.expect("sent");
    drop(pieces);
    within("the reply", call)
        .await
        .expect("a call")
        .expect("posted");
    let text = ending.await.expect("an end");
    assert!(!text.contains(OVERDUE), "{text}");
}

/// A connection that does not begin to speak is dropped after ten seconds; one
/// that did may be as idle as it likes.
#[tokio::test]
async fn connections_that_never_speak() {
    let mut city = City::founded().await;
    let mut silent = TcpStream::connect(city.server.address()).expect("a connection");
    silent.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    let connected = Instant::now();
    let reading = thread::spawn(move || {
        let mut greeting = Vec::new();
        let read = silent.read_to_end(&mut greeting);
        (read.map_err(|error| error.kind()), connected.elapsed())
    });
    let (read, elapsed) = tokio::task::spawn_blocking(|| reading.join().expect("it reads"))
        .await
        .expect("it reads");
    assert!(read.is_ok(), "it was not closed but {read:?}");
    assert!(elapsed > Duration::from_secs(9), "{elapsed:?}");
    city.client.post(entry(MINT, BEN, 1)).await.expect("posted");
}
