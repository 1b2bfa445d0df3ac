//! Directories and files that cannot be served: refused with a reason, and left
//! as they are.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use tempfile::TempDir;

use super::City;
use crate::support::{Server, ended, left_out, serve_command, serve_on_mount};

fn database(dir: &Path) -> PathBuf {
    dir.join("ledger.db")
}

fn refused(dir: &Path) -> String {
    explained(&ended(serve_command(dir)))
}

/// What a server says that did not serve.
fn explained(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with("timebank: "), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    last.to_owned()
}

/// Has a file refused, and checks that it and all that was beside it is as it
/// was.
fn left_as_it_is(dir: &Path) -> String {
    let read = || {
        let mut files = Vec::new();
        for file in fs::read_dir(dir).expect("the files") {
            let path = file.expect("a file").path();
            files.push((path.clone(), fs::read(path).expect("a file")));
        }
        files
    };
    let before = read();
    let said = refused(dir);
    let after = read();
    for (path, bytes) in &before {
        let kept = after.iter().find(|(found, _)| found == path);
        let (_, kept) = kept.unwrap_or_else(|| panic!("{} is gone", path.display()));
        assert!(kept == bytes, "{} was changed", path.display());
    }
    said
}

#[test]
fn files_of_no_database() {
    let random: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..))
        .take(8_192)
        .collect();
    for bytes in [random, b"x".to_vec(), b"id,from,to,amount\n".repeat(100)] {
        let dir = TempDir::new().expect("a directory");
        fs::write(database(dir.path()), bytes).expect("a file");
        let said = left_as_it_is(dir.path());
        assert!(said.contains("is not a time bank's ledger"), "{said}");
    }
}

#[test]
fn a_database_of_someone_else() {
    let dir = TempDir::new().expect("a directory");
    let other = rusqlite::Connection::open(database(dir.path())).expect("a database");
    other
        .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1);")
        .expect("a table");
    drop(other);
    let said = left_as_it_is(dir.path());
    assert!(said.contains("is not a time bank's ledger"), "{said}");
}

/// The other program ended early: part of its data is in a file beside, which
/// opening the database in the usual way would move.
#[test]
fn a_database_of_someone_else_who_crashed() {
    let (theirs, dir) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let other = rusqlite::Connection::open(database(theirs.path())).expect("a database");
    let tables = "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1);";
    other.execute_batch(tables).expect("a table");
    for name in ["ledger.db", "ledger.db-wal"] {
        fs::copy(theirs.path().join(name), dir.path().join(name)).expect("a copy");
    }
    let said = left_as_it_is(dir.path());
    assert!(said.contains("is not a time bank's ledger"), "{said}");
}

#[tokio::test]
async fn a_newer_format() {
    let city = City::founded().await;
    city.server.stop().await;
    let newer = rusqlite::Connection::open(database(city.dir.path())).expect("the database");
    newer
        .pragma_update(None, "user_version", 2)
        .expect("a version");
    drop(newer);
    let said = left_as_it_is(city.dir.path());
    assert!(said.contains("has the format of version 2"), "{said}");
    assert!(said.contains("use a newer program"), "{said}");
}

#[test]
fn no_directory() {
    let dir = TempDir::new().expect("a directory");
    let file = dir.path().join("file");
    fs::write(&file, "kept").expect("a file");
    let said = refused(&file);
    assert!(said.contains("cannot use"), "{said}");
    assert_eq!(fs::read(&file).expect("the file"), b"kept");
    let said = refused(&file.join("below"));
    assert!(said.contains("cannot use"), "{said}");
}

/// A directory is made where there is none.
#[tokio::test]
async fn a_new_directory() {
    let dir = TempDir::new().expect("a directory");
    let deep = dir.path().join("some/where/else");
    Server::start(&deep).stop().await;
    assert!(database(&deep).is_file());
}

/// A directory that may be read only, whether there is a ledger in it or not.
#[tokio::test]
async fn a_read_only_directory() {
    let city = City::founded().await;
    city.server.stop().await;
    let empty = TempDir::new().expect("a directory");
    for dir in [empty.path(), city.dir.path()] {
        let script = "mount --bind \"$1\" \"$1\"; mount -o remount,bind,ro \"$1\"";
        let Some(command) = serve_on_mount(dir, script) else {
            return left_out("file systems cannot be mounted here");
        };
        let said = explained(&ended(command));
        assert!(
            said.contains("cannot use") && said.contains("ead-only"),
            "{said}"
        );
    }
    assert_eq!(fs::read_dir(empty.path()).expect("the files").count(), 0);
}
