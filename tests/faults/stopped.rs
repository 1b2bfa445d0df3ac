//! `timebank verify`: the audit of a ledger that no server has.

use std::{collections::BTreeMap, ffi::OsString, fs, path::Path, process::Command};

use rusqlite::Connection;
use tempfile::TempDir;
use timebank_proto::v1::AccountKind;

use super::{
    ANN, MINT,
    tampering::{ledger, tampered},
};
use crate::support::{Server, ended, entry, serve_command};

/// How it ends, and what it says: on standard output, on standard error.
fn verify(data: &Path) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.args(["verify", "--data"]).arg(data);
    let ended = ended(command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = ended.status.code().expect("it ends by itself");
    (code, text(&ended.stdout), text(&ended.stderr))
}

type Files = BTreeMap<OsString, (Vec<u8>, std::time::SystemTime)>;

fn files(dir: &Path) -> Files {
    let files = fs::read_dir(dir).expect("a directory");
    let files = files.map(|file| file.expect("a file"));
    // A killed server leaves its socket behind.
    let files = files.filter(|file| file.path().is_file()).map(|file| {
        let changed = file.metadata().and_then(|about| about.modified());
        let bytes = fs::read(file.path()).expect("its bytes");
        (file.file_name(), (bytes, changed.expect("a time")))
    });
    files.collect()
}

/// What it says of a directory, which is then as it was before.
fn verify_and_leave(data: &Path) -> (i32, String, String) {
    let before = files(data);
    let said = verify(data);
    assert!(files(data) == before, "{data:?} was changed: {said:?}");
    said
}

fn sound(count: i64, root: &[u8], erased: i64) -> String {
    let root: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "sound\nverified_count         {count}\nroot_hash              {root}\n\
         erased_note_count      {erased}\nerased_personal_count  0\nerased_verdict_count   0\n"
    )
}

/// It says of a stopped ledger what a server says of the same one.
#[tokio::test]
async fn is_sound() {
    let whole = ledger().await;
    let without_a_note = tampered(&whole, "DELETE FROM notes WHERE sequence = 7");
    for (ledger, erased) in [(whole, 0), (without_a_note, 1)] {
        let (code, out, said) = verify_and_leave(ledger.path());
        assert_eq!((code, said.as_str()), (0, ""));
        let server = Server::start(ledger.path());
        let last = server.client().await.verify().await.expect("verified");
        assert_eq!(out, sound(17, &last.root_hash, erased));
        server.stop().await;
    }
}

/// What a killed server has left in the log is read, and stays there.
#[tokio::test]
async fn reads_the_log_of_a_killed_server() {
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(ANN, AccountKind::Member).await;
    client.post(entry(MINT, ANN, 60)).await.expect("posted");
    let last = client.verify().await.expect("verified");
    server.kill();
    let log = fs::metadata(dir.path().join("ledger.db-wal")).expect("a log");
    assert!(log.len() > 0, "nothing is in the log");
    let (code, out, _) = verify_and_leave(dir.path());
    assert_eq!((code, out), (0, sound(5, &last.root_hash, 0)));
}

/// Also in ledgers that no server opens: their refusal names this command.
#[tokio::test]
async fn tells_what_is_wrong() {
    let whole = ledger().await;
    let at = |sequence: i64| {
        let bad = format!("UPDATE journal SET bytes = x'ff' WHERE sequence = {sequence}");
        tampered(&whole, &bad)
    };
    let hand = |sql: &str| {
        let copy = at(1);
        fs::copy(
            whole.path().join("ledger.db"),
            copy.path().join("ledger.db"),
        )
        .expect("a copy");
        let database = Connection::open(copy.path().join("ledger.db")).expect("the database");
        database.execute_batch(sql).expect(sql);
        copy
    };
    let cut = |damage: fn(&mut Vec<u8>)| {
        let copy = at(1);
        let path = copy.path().join("ledger.db");
        let mut bytes = fs::read(whole.path().join("ledger.db")).expect("the file");
        damage(&mut bytes);
        fs::write(path, bytes).expect("a damaged copy");
        copy
    };
    #[rustfmt::skip] // a table: a row a line
    let cases = [
        (at(8), "journal", "8", true),
        (at(1), "journal", "1", false),
        (at(17), "journal", "17", false),
        (
            hand("DROP TRIGGER ids_are_append_only_2"),
            "schema",
            "none",
            false,
        ),
        (hand("DROP TABLE journal"), "schema", "none", false),
        (hand("PRAGMA user_version = 0"), "schema", "none", false),
        (cut(|bytes| bytes.truncate(bytes.len() / 2)), "file", "none", false),
        (cut(|bytes| bytes[100..4_000].fill(0x55)), "file", "none", false),
    ];
    for (ledger, place, sequence, is_served) in cases {
        let (code, out, said) = verify_and_leave(ledger.path());
        assert_eq!((code, said.as_str()), (1, ""), "{out}");
        let found = format!("wrong\nplace     {place}\nsequence  {sequence}\nwhat      ");
        assert!(out.starts_with(&found), "{out}");
        assert!(out.len() > found.len() + 1, "{out}");
        if !is_served {
            let refused = ended(serve_command(ledger.path()));
            let said = String::from_utf8_lossy(&refused.stderr);
            assert!(said.contains("`timebank verify --data DIR`"), "{said}");
        }
    }
}

/// A ledger that a server has is left to it, and what is none stays none.
#[tokio::test]
async fn says_why_it_cannot_tell() {
    let dir = TempDir::new().expect("a directory");
    let (code, out, said) = verify_and_leave(dir.path());
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(said.contains("there is no ledger"), "{said}");
    let none = dir.path().join("none");
    assert_eq!(verify(&none).0, 2);
    assert!(!none.exists(), "it was made");

    fs::write(dir.path().join("ledger.db"), "not a database").expect("a file");
    let (code, out, said) = verify_and_leave(dir.path());
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(said.contains("is not a time bank's ledger"), "{said}");
    // Unless it is what a first start has left that was cut off in its midst.
    let journal = dir.path().join("ledger.db-journal");
    fs::write(&journal, "the file before").expect("a file");
    let (code, out, said) = verify_and_leave(dir.path());
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(said.contains("its very first start was cut off"), "{said}");
    fs::remove_file(&journal).expect("removed");

    fs::remove_file(dir.path().join("ledger.db")).expect("removed");
    let server = Server::start(dir.path());
    let (code, out, said) = verify(dir.path());
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(said.contains("is in use by another server"), "{said}");
    server.stop().await;
}
