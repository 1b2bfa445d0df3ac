//! A standard error that does not take the log.

use std::{
    fs::File,
    io::{Read, pipe},
    process::{Command, Stdio},
    time::Instant,
};

use tempfile::TempDir;
use timebank_proto::v1::AccountKind;
use tonic::Code;

use super::{ANN, MINT};
use crate::support::{
    Client, Server, ended, entry, left_out, seen_by, serve_command, serve_on_mount, told,
};

/// Opens accounts and posts so many entries.
async fn works(server: &Server, entries: usize) {
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(ANN, AccountKind::Member).await;
    for _ in 0..entries {
        client.post(entry(MINT, ANN, 1)).await.expect("posted");
    }
}

/// The log of everything, which is thousands of lines for a few calls.
fn talkative(dir: &TempDir) -> Command {
    let mut command = serve_command(dir.path());
    command.env("RUST_LOG", "trace");
    command
}

fn full() -> Stdio {
    let full = File::options().write(true).open("/dev/full");
    full.expect("/dev/full").into()
}

#[tokio::test]
async fn a_full_disk() {
    let dir = TempDir::new().expect("a directory");
    let server = Server::run_with_stderr(talkative(&dir), full());
    works(&server, 10).await;
    server.stop().await;
}

#[tokio::test]
async fn a_reader_that_left() {
    let dir = TempDir::new().expect("a directory");
    let (reader, stderr) = pipe().expect("a pipe");
    let server = Server::run_with_stderr(talkative(&dir), stderr);
    drop(reader);
    works(&server, 10).await;
    server.stop().await;
}

/// Nobody waits for a reader that does not read. Once it does, it is told how
/// much it missed.
#[tokio::test]
async fn a_reader_that_does_not_read() {
    let dir = TempDir::new().expect("a directory");
    let (mut reader, stderr) = pipe().expect("a pipe");
    let server = Server::run_with_stderr(talkative(&dir), stderr);
    // Much more than a pipe and the queue hold: 500 calls are 50,000 lines.
    works(&server, 500).await;
    let reading = std::thread::spawn(move || {
        let mut text = Vec::new();
        reader.read_to_end(&mut text).expect("the log");
        String::from_utf8_lossy(&text).into_owned()
    });
    server.stop().await;
    let log = reading.join().expect("the log");
    assert!(log.contains("lines of the log were left out here"));
}

/// Nor does the end of the server wait for it.
#[tokio::test]
async fn a_reader_that_never_reads() {
    let dir = TempDir::new().expect("a directory");
    let (reader, stderr) = pipe().expect("a pipe");
    let server = Server::run_with_stderr(talkative(&dir), stderr);
    works(&server, 500).await;
    server.stop().await;
    drop(reader);
}

/// What cannot start says so by its exit status at least.
#[test]
fn a_failed_start() {
    let dir = TempDir::new().expect("a directory");
    let _one = Server::start(dir.path());
    let mut other = Command::new("sh");
    other.args(["-c", "exec \"$@\" 2>/dev/full", "sh"]);
    other.arg(env!("CARGO_BIN_EXE_timebank"));
    other.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
    other.arg(dir.path());
    assert_eq!(ended(other).status.code(), Some(1));
}

/// How many of a row the log tells that it left out.
fn told_left_out(log: &str) -> usize {
    let lines = log
        .lines()
        .filter(|line| line.contains("more of the log's"));
    let counts = lines.filter_map(|line| line.split(' ').nth(1)?.parse::<usize>().ok());
    counts.sum()
}

async fn refused_for_room(client: &mut Client) -> bool {
    match client.post(entry(MINT, ANN, 1)).await {
        Ok(_) => false,
        Err(status) => {
            assert_eq!(told(&status).code, Code::ResourceExhausted);
            true
        }
    }
}

/// Failures in a row are logged ten times in ten seconds; the others are counted.
#[tokio::test]
async fn failures_in_a_row() {
    let dir = TempDir::new().expect("a directory");
    let small = "mount -t tmpfs -o size=4m tmpfs \"$1\"";
    let Some(command) = serve_on_mount(dir.path(), small) else {
        return left_out("file systems cannot be mounted here");
    };
    let started = Instant::now();
    let (mut reader, stderr) = pipe().expect("a pipe");
    let server = Server::run_with_stderr(command, stderr);
    works(&server, 1).await;
    super::full_disk::fill(&seen_by(&server, &dir.path().join("filler")));
    let mut client = server.client().await;
    let mut refused = 0;
    while refused < 200 {
        refused += usize::from(refused_for_room(&mut client).await);
    }
    server.terminate();
    server.wait().await;
    let rounds = started.elapsed().as_secs() as usize / 10 + 1;
    let mut log = String::new();
    reader.read_to_string(&mut log).expect("the log");
    let logged = log.matches("a commit failed").count();
    assert!(logged <= 10 * rounds, "{logged} in {rounds} rounds:\n{log}");
    assert_eq!(logged + told_left_out(&log), 200, "{log}");
}
