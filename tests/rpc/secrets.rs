//! Where the secret part of a token is found, and where not.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

use tempfile::{NamedTempFile, TempDir};
use timebank_proto::v1::{self, Role, token_service_client::TokenServiceClient};
use tonic::{Request, Status, transport::Channel};

use super::{City, access::another_secret};
use crate::support::{Client, Server, first_token, id, left_out, serve_command};

/// Beyond what is told of any token: `timebank_`.
const PREFIX_BYTES: usize = 9;
const SECRET_BYTES: usize = 24;
/// Enough of a secret to go on from.
const PART_BYTES: usize = 16;

/// What gives a token's secret away: the beginning of its text, its bytes, and those in words.
fn traces_of(token: &str) -> Vec<Vec<u8>> {
    let encoded = &token[PREFIX_BYTES..];
    let decoded = bs58::decode(encoded).into_vec().expect("a token");
    let secret = &decoded[..PART_BYTES];
    assert!(decoded.len() > SECRET_BYTES);
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let listed: Vec<_> = secret.iter().map(u8::to_string).collect();
    vec![
        encoded.as_bytes()[..PART_BYTES].to_vec(),
        secret.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        listed.join(", ").into_bytes(),
    ]
}

fn has_trace(bytes: &[u8], token: &str) -> bool {
    let traces = traces_of(token);
    let found = |trace: &Vec<u8>| bytes.windows(trace.len()).any(|part| part == trace);
    traces.iter().any(found)
}

/// The same, with one letter of its text changed.
fn mistyped(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    format!("{rest}{}", if last == "2" { "3" } else { "2" })
}

async fn let_in(channel: &Channel, token: &str) -> Result<(), Status> {
    let mut request = Request::new(v1::WhoAmIRequest {});
    let value = format!("Bearer {token}").parse().expect("a header");
    request.metadata_mut().insert("authorization", value);
    let mut tokens = TokenServiceClient::new(channel.clone());
    tokens.who_am_i(request).await.map(drop)
}

async fn rotate(client: &mut Client, name: &str) -> String {
    let request = v1::RotateTokenRequest {
        step_id: id(),
        name: name.into(),
    };
    let rotated = client.tokens.rotate_token(request).await;
    rotated.expect("rotated").into_inner().text
}

/// All that is told of a refusal, its details in every form among it.
fn all_told(refused: Result<(), Status>) -> Vec<u8> {
    let status = refused.expect_err("it is refused");
    let text = format!("{status} {status:?} {:?}", status.metadata());
    [text.as_bytes(), status.details()].concat()
}

/// Every file of a directory but the first token's.
fn files_of(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(dir).expect("a directory");
    let files = entries.filter_map(|entry| {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a plain name");
        let is_kept = entry.file_type().expect("a kind").is_file() && name != "admin.token";
        is_kept.then(|| (name, fs::read(entry.path()).expect("its bytes")))
    });
    files.collect()
}

/// A server that logs all that there is to log, and its log.
fn telling_all(dir: &Path) -> (Server, NamedTempFile) {
    let log = NamedTempFile::new().expect("a file for the log");
    let mut command = serve_command(dir);
    command.env("RUST_LOG", "trace");
    let stderr = log.reopen().expect("a file for the log");
    (Server::run_with_stderr(command, stderr), log)
}

/// Tokens are issued, rotated, shown right and wrong, again and again, as a full log leaves lines
/// out. The log of everything, the refusals and the files tell no secret, while the server runs
/// and afterwards.
#[tokio::test]
async fn no_log_no_refusal_and_no_file_has_them() {
    let dir = TempDir::new().expect("a directory");
    let (server, log) = telling_all(dir.path());
    let mut client = server.client().await;
    let mut given = vec![first_token(dir.path())];
    let mut told = Vec::new();
    given.push(client.issue("desk", Role::Operator, "city").await);
    for _ in 0..10 {
        let own = given.last().expect("a token").clone();
        let_in(&client.channel, &own).await.expect("let in");
        for wrong in [mistyped(&own), another_secret(&own, SECRET_BYTES - 1)] {
            told.extend(all_told(let_in(&client.channel, &wrong).await));
        }
        given.push(rotate(&mut client, "desk").await);
        told.extend(all_told(let_in(&client.channel, &own).await));
    }
    let mut files = files_of(dir.path());
    server.stop().await;
    files.extend(files_of(dir.path()));
    let log = fs::read(log.path()).expect("the log");
    let trace = b"TRACE";
    assert!(log.windows(trace.len()).any(|part| part == trace));
    files.push(("the log".into(), log));
    files.push(("what was told".into(), told));
    for (name, bytes) in &files {
        for token in &given {
            assert!(!has_trace(bytes, token), "a secret is in {name}");
        }
    }
    let kept = fs::read(dir.path().join("admin.token")).expect("the first token");
    assert!(has_trace(&kept, &given[0]), "the test finds what is there");
}

/// What a process has in memory and may write to, but for empty pages.
fn memory_of(server: &Server) -> io::Result<Vec<u8>> {
    const PAGE: usize = 4096;
    let process = server.process();
    let maps = fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut memory = File::open(format!("/proc/{process}/mem"))?;
    let mut all = Vec::new();
    for line in maps.lines() {
        let Some((range, rest)) = line.split_once(' ') else {
            continue;
        };
        if !rest.starts_with("rw") {
            continue;
        }
        let bound = |text: &str| u64::from_str_radix(text, 16).expect("an address");
        let (from, to) = range.split_once('-').expect("a range");
        memory.seek(SeekFrom::Start(bound(from)))?;
        let mut pages = memory.by_ref().take(bound(to) - bound(from));
        let mut page = [0; PAGE];
        while pages.read_exact(&mut page).is_ok() {
            if page != [0; PAGE] {
                all.extend(page);
            }
        }
    }
    Ok(all)
}

/// Of what was issued before the server started and not shown since, memory has nothing that
/// would let somebody in: neither the database nor the key gives it back. What was shown is in
/// memory, also after its connection has ended.
#[tokio::test]
async fn memory_has_none_that_was_not_shown() {
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    let mut client = server.client().await;
    let desk = client.issue("desk", Role::Operator, "city").await;
    let shown = client.issue("shown", Role::Operator, "city").await;
    let_in(&client.channel, &desk).await.expect("let in");
    server.stop().await;
    let server = Server::start(dir.path());
    let channel = server.client().await.channel;
    let_in(&channel, &shown).await.expect("let in");
    // The other's name, with a secret that is not its own, is looked up and compared.
    let wrong = let_in(&channel, &another_secret(&desk, 0)).await;
    wrong.expect_err("it is refused");
    let memory = match memory_of(&server) {
        Ok(memory) => memory,
        Err(why) => return left_out(&format!("another process cannot be looked into: {why}")),
    };
    assert!(has_trace(&memory, &shown), "the test finds what is there");
    assert!(!has_trace(&memory, &desk), "one that was not shown");
}

/// A command in a directory, which may leave as large a core there as it likes.
fn with_cores(dir: &Path, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "ulimit -c unlimited 2>/dev/null; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(dir);
    shell
}

fn is_core(status: ExitStatus) -> bool {
    assert_eq!(status.signal(), Some(6), "{status}");
    status.core_dumped()
}

/// What is in memory, tokens that were shown among it, is in no file after a crash.
#[tokio::test]
async fn a_crash_leaves_no_core() {
    let dir = TempDir::new().expect("a directory");
    let server = Server::run(with_cores(
        dir.path(),
        &serve_command(&dir.path().join("data")),
    ));
    let process = server.process();
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).expect("its limits");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file"));
    let figures: Vec<_> = core.expect("a limit").split_whitespace().skip(4).collect();
    assert_eq!(figures, ["0", "0", "bytes"]);
    let abort = ["-ABRT", &process.to_string()];
    let sent = Command::new("kill").args(abort).status();
    assert!(sent.expect("kill runs").success(), "no signal was sent");
    assert!(!is_core(server.wait().await));
    let left: Vec<_> = fs::read_dir(dir.path()).expect("a directory").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    // Another program in its place would have left one.
    let mut other = Command::new("sh");
    other.args(["-c", "kill -ABRT $$"]);
    let other = with_cores(dir.path(), &other).status().expect("it runs");
    if !is_core(other) {
        left_out("no program leaves a core on this machine");
    }
}

/// Of the source, as a clock shows nothing on a machine that does other things: one function
/// compares, by the HMAC's own comparison, and the door asks that one.
#[test]
fn they_are_compared_in_constant_time() {
    let bearer = include_str!("../../src/exchange/token/bearer.rs");
    let guard = include_str!("../../src/rpc/guard.rs");
    let compares = "self.mac(bearer).verify_slice(&verifier.0).is_ok()";
    assert!(bearer.contains(compares), "src/exchange/token/bearer.rs");
    assert_eq!(guard.matches(".verifies(").count(), 1, "src/rpc/guard.rs");
    assert!(!guard.contains("verifier("), "none is made to be compared");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// `cargo test --release --test suite -- --ignored --nocapture a_wrong_first_and_a_wrong_last`
#[tokio::test]
#[ignore = "it measures; what it prints is to be judged"]
async fn how_long_a_wrong_first_and_a_wrong_last_byte_take() {
    const TRIES: usize = 20_000;

    let mut city = City::empty().await;
    let own = city.client.issue("desk", Role::Operator, "city").await;
    let channel = city.client.channel.clone();
    let_in(&channel, &own).await.expect("let in");
    let wrong = [0, SECRET_BYTES - 1].map(|at| another_secret(&own, at));
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TRIES {
        for (wrong, times) in wrong.iter().zip(&mut times) {
            let start = Instant::now();
            let_in(&channel, wrong).await.expect_err("it is refused");
            times.push(start.elapsed());
        }
    }
    let [first, last] = times.map(median);
    let apart = first.abs_diff(last);
    println!("a wrong first byte {first:?}, a wrong last byte {last:?}, {apart:?} apart");
}
