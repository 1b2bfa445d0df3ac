//! Exit codes: 0 done, 1 refused or found wrong, 2 usage, 3 server not reached.

use serde_json::json;
use tempfile::TempDir;

use super::{ANN, BEN, Desk, Ended, MINT, command};
use crate::support::{Server, id};

#[test]
fn refused() {
    let desk = Desk::founded();
    for (arguments, reason) in [
        (&["transfer", ANN, BEN, "101"][..], "FLOOR_CROSSED"),
        (&["account", "show", "city:nobody"], "ACCOUNT_UNKNOWN"),
        (&["account", "open", "ann"], "ACCOUNT_ID_MALFORMED"),
        (
            &["account", "open", "city:pool:p", "--floor", "-1h"],
            "FLOOR_TOO_LOW",
        ),
        (&["account", "close", ANN], "ACCOUNT_NOT_EMPTY"),
        (&["entry", "show", &id()], "ENTRY_UNKNOWN"),
        (&["hold", "settle", &id()], "HOLD_UNKNOWN"),
        (&["transfer", MINT, BEN, "1", "--id", "e1"], "ID_MALFORMED"),
        (
            &["transfer", MINT, BEN, "1", "--effective-at", "9999-01-01"],
            "EFFECTIVE_IN_FUTURE",
        ),
    ] {
        let (code, error) = desk.failed(arguments);
        assert_eq!(
            (code, &error["error"]),
            (1, &json!(reason)),
            "{arguments:?}"
        );
        assert!(!error["message"].as_str().expect("a text").is_empty());
        let ended = desk.run(arguments);
        assert!(
            ended.said.starts_with(&format!("error: {reason}: ")),
            "{ended:?}"
        );
    }
    assert_eq!(desk.position(), 6);
}

#[test]
fn found_wrong() {
    let ledger = {
        let desk = Desk::founded();
        let copy = TempDir::new().expect("a directory");
        desk.done(&["audit", "verify"]);
        // While it is served, what it holds is in two files.
        for name in ["ledger.db", "ledger.db-wal", "admin.token"] {
            std::fs::copy(desk.dir.path().join(name), copy.path().join(name)).expect("a copy");
        }
        copy
    };
    let database = rusqlite::Connection::open(ledger.path().join("ledger.db")).expect("a database");
    database
        .execute(
            "UPDATE balances SET balance = balance + 60 WHERE no = 2",
            [],
        )
        .expect("more");
    drop(database);
    let server = Server::start(ledger.path());
    let desk = Desk {
        server,
        dir: ledger,
    };
    let (code, error) = desk.failed(&["audit", "verify"]);
    assert_eq!((code, &error["error"]), (1, &json!("FOUND_WRONG")));
    assert_eq!(error["figures"]["place"], "balances");
    assert_eq!(error["figures"]["sequence"], "4");
    let ended = desk.run(&["audit", "verify"]);
    assert!(ended.said.contains("place: balances"), "{ended:?}");
}

#[test]
fn usage() {
    let desk = Desk::founded();
    for arguments in [
        &[][..],
        &["surf"],
        &["account"],
        &["account", "open"],
        &["account", "limits", ANN],
        &["transfer", MINT, BEN],
        &["transfer", MINT, BEN, "soon"],
        &["transfer", MINT, BEN, "1", "--tag", "untied"],
        &["transfer", MINT, BEN, "1", "--effective-at", "yesterday"],
        &["entry", "reverse", ANN],
        &["hold", "place", ANN, BEN, "1", "--expires-in", "later"],
        &["balance", ANN, "--by", "hand"],
        &["balance", ANN, "--output", "xml"],
        // Times are in the ledger's zone, whatever one wishes.
        &["balance", ANN, "--utc-offset", "+08:00"],
        &["import", "no-such-file.csv"],
        &["import", "no-such-file.csv", "--format", "word"],
        &["--server", "::", "balance", ANN],
    ] {
        let ended = desk.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {ended:?}");
        assert_eq!(ended.data, "", "{arguments:?}");
        assert!(!ended.said.is_empty(), "{arguments:?}");
    }
    assert_eq!(desk.position(), 6);
}

#[tokio::test]
async fn not_reached() {
    let desk = Desk::founded();
    let url = desk.url();
    desk.server.stop().await;
    for arguments in [
        &["balance", ANN][..],
        &["account", "list"],
        &["audit", "verify"],
        &["export"],
        &["watch"],
    ] {
        let mut command = command();
        command.env("TIMEBANK_SERVER", &url).args(arguments);
        let ended = Ended::of(command);
        assert_eq!(ended.code, 3, "{arguments:?}: {ended:?}");
        assert_eq!(ended.data, "");
        assert!(ended.said.contains(&url), "says where it looked: {ended:?}");
    }
}

/// A server that stops in the middle of a watch is one no longer reached.
#[test]
fn watched_to_the_end() {
    let desk = Desk::founded();
    let mut command = desk.command(&["watch", "--output", "json"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let out = child.stdout.take().expect("its output");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(out));
    for _ in 0..6 {
        lines.next().expect("a line").expect("a line");
    }
    desk.server.terminate();
    assert_eq!(lines.count(), 0);
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
}
