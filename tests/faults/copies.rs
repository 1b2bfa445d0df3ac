//! `timebank backup` and `timebank restore`: copies of a ledger, also while a server has it.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use tempfile::TempDir;
use tokio::{sync::watch, task::JoinSet};

use super::{
    ANN, BEN, MINT,
    tampering::{ledger, tampered},
};
use crate::support::{Server, ended, entry, until};

const WRITERS: usize = 4;

/// How it ends, and what it says: on standard output, on standard error.
fn run(arguments: &[&str], data: &Path) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.args(arguments).arg("--data").arg(data);
    let ended = ended(command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = ended.status.code().expect("it ends by itself");
    (code, text(&ended.stdout), text(&ended.stderr))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// The value of a line of what was said.
fn told<'a>(said: &'a str, name: &str) -> &'a str {
    let mut lines = said.lines();
    let value = lines.find_map(|line| line.strip_prefix(name));
    value.expect("a line of it").trim()
}

fn names(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).expect("a directory");
    let names = names.map(|file| file.expect("a file").file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// While calls go on: a copy has all that was acknowledged before it was begun, and is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_serves() {
    let (source, copies) = (ledger().await, TempDir::new().expect("a directory"));
    let server = Server::start(source.path());
    let acknowledged = Arc::new(AtomicI64::new(0));
    let (stop, stopping) = watch::channel(false);
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (acknowledged, stopping) = (Arc::clone(&acknowledged), stopping.clone());
        let mut client = server.client().await;
        writers.spawn(async move {
            while !*stopping.borrow() {
                client.post(entry(MINT, ANN, 1)).await.expect("posted");
                acknowledged.fetch_add(1, Ordering::AcqRel);
            }
        });
    }
    let posted = || acknowledged.load(Ordering::Acquire);
    let posted_by_now = |count| {
        let is_there = || (posted() >= count).then_some(());
        tokio::task::block_in_place(|| until("more entries", is_there));
    };
    posted_by_now(200);

    let (first, before) = (copies.path().join("first"), posted());
    let (code, out, said) =
        tokio::task::block_in_place(|| run(&["backup", path(&first)], source.path()));
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    assert_eq!(told(&out, "copied to"), path(&first));
    posted_by_now(posted() + 1);
    stop.send_replace(true);
    while let Some(writer) = writers.join_next().await {
        writer.expect("a writer");
    }
    let mut client = server.client().await;
    let known = client.records(1).await.expect("the records");
    server.stop().await;

    // Taken into use again, it has what the ledger had then, and goes on.
    let again = copies.path().join("again");
    let seen = format!(
        "{}:{}",
        told(&out, "verified_count"),
        told(&out, "root_hash")
    );
    let (code, out, said) = run(&["restore", path(&first), "--seen", &seen], &again);
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    // Tokens are the ledger's; their texts are their holders', and in no copy.
    let token = "admin.token";
    fs::copy(source.path().join(token), again.join(token)).expect("a token");
    let server = Server::start(&again);
    let mut client = server.client().await;
    let records = client.records(1).await.expect("the records");
    let setup = known.len() as i64 - posted();
    assert!(
        records.len() as i64 >= setup + before,
        "{} records",
        records.len()
    );
    assert_eq!(records, known[..records.len()]);
    client.post(entry(ANN, BEN, 1)).await.expect("it goes on");
    assert_eq!(client.verified().await, records.len() as i64 + 1);
    server.stop().await;
}

/// A copy is its owner's alone, and what is copied stays as it was.
#[tokio::test]
async fn of_a_stopped_one() {
    let (source, copies) = (ledger().await, TempDir::new().expect("a directory"));
    let copy = copies.path().join("copy");
    let before = fs::read(source.path().join("ledger.db")).expect("the ledger");
    let (code, out, said) = run(&["backup", path(&copy)], source.path());
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    assert_eq!(names(copies.path()), ["copy"]);
    assert_eq!(names(&copy), ["ledger.db", "lock"]);
    assert_eq!(
        fs::read(source.path().join("ledger.db")).expect("it"),
        before
    );
    let mode = |path: &Path| fs::metadata(path).expect("it").permissions().mode() & 0o777;
    assert_eq!(mode(&copy), 0o700);
    assert_eq!(mode(&copy.join("ledger.db")), 0o600);
    assert_eq!(
        run(&["verify"], &copy).1,
        out.split_once('\n').expect("lines").1
    );
}

/// What is refused, and why; nothing is left of it, and nothing written over.
#[tokio::test]
async fn refused() {
    let (source, dir) = (ledger().await, TempDir::new().expect("a directory"));
    let (full, new) = (dir.path().join("full"), dir.path().join("new"));
    fs::create_dir(&full).expect("a directory");
    fs::write(full.join("a"), "").expect("a file");
    // It may be a copy that was cut off, or somebody's ledger of that name.
    let (cut, part) = (dir.path().join("cut"), dir.path().join("cut.part"));
    fs::create_dir(&part).expect("a directory");
    fs::write(part.join("ledger.db"), "SQLite for").expect("a file");
    let whole = run(&["verify"], source.path()).1;
    let (count, root) = (told(&whole, "verified_count"), told(&whole, "root_hash"));
    let count: i64 = count.parse().expect("a number");
    let ahead = format!("{}:{root}", count + 1);
    let other = format!("{}:{root}", count - 1);
    let (full_path, new_path, source_path) = (path(&full), path(&new), path(source.path()));
    let none = dir.path().join("none");
    for (what, arguments, data, why) in [
        (
            "one that was cut off",
            vec!["backup", path(&cut)],
            source.path(),
            "was cut off",
        ),
        (
            "a full directory",
            vec!["backup", full_path],
            source.path(),
            "something is there",
        ),
        (
            "over itself",
            vec!["backup", source_path],
            source.path(),
            "something is there",
        ),
        (
            "no ledger",
            vec!["backup", new_path],
            &*none,
            "there is no ledger",
        ),
        (
            "over a ledger",
            vec!["restore", new_path],
            source.path(),
            "something is there",
        ),
        (
            "no backup",
            vec!["restore", path(&none)],
            &*new,
            "there is no ledger",
        ),
        (
            "an earlier one than was seen",
            vec!["restore", source_path, "--seen", &ahead],
            &*new,
            "were seen",
        ),
        (
            "another one than was seen",
            vec!["restore", source_path, "--seen", &other],
            &*new,
            "their root hash is another",
        ),
        (
            "no count and hash",
            vec!["restore", source_path, "--seen", "7"],
            &*new,
            "COUNT:HASH",
        ),
    ] {
        let (code, out, said) = run(&arguments, data);
        assert_eq!((code, out.as_str()), (2, ""), "{what}: {said}");
        assert!(said.contains(why), "{what}: {said}");
        assert_eq!(names(dir.path()), ["cut.part", "full"], "{what}");
    }
    let unsound = tampered(
        &source,
        "UPDATE balances SET balance = balance + 1 WHERE no = 2",
    );
    let (code, out, said) = run(&["backup", new_path], unsound.path());
    assert_eq!((code, said.as_str()), (1, ""), "{out}");
    assert_eq!(told(&out, "place"), "balances");
    assert_eq!(
        names(dir.path()),
        ["cut.part", "full"],
        "of an unsound ledger"
    );
    let left = fs::read_to_string(part.join("ledger.db")).expect("it");
    assert_eq!(left, "SQLite for");
}
