//! Commits that fail: every caller is told, and the server goes on.

use tempfile::TempDir;
use timebank_proto::v1::AccountKind;
use tonic::Code;

use super::{ANN, BEN, MINT};
use crate::support::{Server, entry, told};

/// Someone else locks the database, so no commit succeeds, for as long as they
/// do. All that wait meanwhile are answered, nothing of theirs is kept, and
/// readers do not notice.
#[tokio::test]
async fn every_caller_is_told() {
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(ANN, AccountKind::Member).await;
    let before = client.position().await;

    let other = rusqlite::Connection::open(dir.path().join("ledger.db")).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let mut client = client.clone();
        callers.spawn(async move {
            let entry = entry(MINT, ANN, 1);
            (client.post(entry.clone()).await, entry)
        });
    }
    let mut entries = Vec::new();
    for (result, entry) in callers.join_all().await {
        let told = told(&result.expect_err("no commit"));
        assert_eq!(
            (told.code, told.reason.as_str()),
            (Code::Unavailable, "STORE_FAILED")
        );
        entries.push(entry);
    }
    assert_eq!(client.position().await, before);
    assert_eq!(client.balance(ANN).await, 0);

    other.execute_batch("ROLLBACK").expect("no lock");
    let results = client.post_all(entries, true).await.expect("posted");
    assert_eq!(results.len(), 32);
    assert_eq!(client.position().await, before + 32);
    assert_eq!(client.balance(ANN).await, 32);
    client.verified().await;
    server.stop().await;
}

/// What was opened in a commit that failed is not there for the next one.
#[tokio::test]
async fn nothing_of_it_is_remembered() {
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(ANN, AccountKind::Member).await;
    client.open(BEN, AccountKind::Member).await;
    let other = rusqlite::Connection::open(dir.path().join("ledger.db")).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    client
        .post(entry(MINT, ANN, 60))
        .await
        .expect_err("no commit");
    other.execute_batch("ROLLBACK").expect("no lock");
    let status = client.post(entry(ANN, BEN, 60)).await.unwrap_err();
    let told = told(&status);
    assert_eq!(told.reason, "FLOOR_CROSSED");
    assert_eq!(told.figures["available"], "0");
    server.stop().await;
}
