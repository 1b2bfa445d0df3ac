//! Another program writes to the file of a server that is running.

use std::fs;

use tempfile::{NamedTempFile, TempDir};
use timebank_proto::v1::AccountKind;

use super::{ANN, BEN, MINT};
use crate::support::{Server, entry, serve_command, told, until};

const SAID: &str = "another program wrote to the ledger's file";

/// The server does not decide by what it remembers from before. It says loudly
/// what was done, once for each time, and the audit finds it.
#[tokio::test]
async fn is_noticed() {
    let dir = TempDir::new().expect("a directory");
    let log = NamedTempFile::new().expect("a file");
    let stderr = log.reopen().expect("a file");
    let server = Server::run_with_stderr(serve_command(dir.path()), stderr);
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(ANN, AccountKind::Member).await;
    client.open(BEN, AccountKind::Member).await;
    client.post(entry(MINT, ANN, 60)).await.expect("posted");

    let path = dir.path().join("ledger.db");
    let intruder = rusqlite::Connection::open(path).expect("the database");
    let look = "SELECT count(*) FROM journal";
    let count: i64 = intruder.query_row(look, [], |row| row.get(0)).expect("6");
    assert_eq!(count, 6);
    client.post(entry(ANN, BEN, 10)).await.expect("posted");
    let logged = || fs::read_to_string(log.path()).expect("the log");
    assert!(!logged().contains(SAID), "reading is no writing");

    let steal = "UPDATE balances SET balance = 0 WHERE no = 2";
    assert_eq!(intruder.execute(steal, []).expect("an intrusion"), 1);
    let status = client.post(entry(ANN, BEN, 10)).await.unwrap_err();
    let told = told(&status);
    assert_eq!(told.reason, "FLOOR_CROSSED");
    assert_eq!(told.figures["balance"], "0");
    let line = until("the log", || {
        let logged = logged();
        let line = logged.lines().find(|line| line.contains(SAID));
        line.map(str::to_owned)
    });
    assert!(line.contains("ERROR"), "{line}");
    assert!(line.contains("ledger-cli audit verify"), "{line}");

    client.post(entry(MINT, BEN, 1)).await.expect("posted");
    assert_eq!(logged().matches(SAID).count(), 1);
    let last = client.verify().await.expect("an audit");
    assert_eq!(last.finding.expect("a finding").place, "balances");
    server.stop().await;
}
