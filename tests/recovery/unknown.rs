//! A commit whose sync fails: nobody knows whether it is on disk, and so the
//! caller is told. The same entry again is recorded once.

use timebank_proto::v1::Entry;
use tonic::Code;

use super::{MINT, disk::Disk, found, member};
use crate::support::{Client, Server, entry, told};

/// Posts an entry whose commit is not synced.
async fn post_unsynced(disk: &Disk, client: &mut Client) -> Entry {
    let entry = entry(MINT, &member(0), 1);
    disk.fail_next_sync();
    let status = client.post(entry.clone()).await.unwrap_err();
    assert!(disk.has_failed(), "another failure: {status:?}");
    let told = told(&status);
    assert_eq!(
        (told.code, told.reason.as_str()),
        (Code::Unavailable, "OUTCOME_UNKNOWN")
    );
    assert!(
        told.message.contains("ask again with the same id"),
        "{told:?}"
    );
    entry
}

/// The server goes on from what is stored, and takes the entry.
#[tokio::test]
async fn the_same_server_is_asked_again() {
    let disk = Disk::new();
    found(Server::run(disk.serve())).await;
    let server = Server::run(disk.serve());
    let mut client = server.client().await;
    for posted in 1..=3 {
        let entry = post_unsynced(&disk, &mut client).await;
        assert_eq!(client.balance(MINT).await, 1 - posted);
        client.post(entry.clone()).await.expect("posted");
        let again = client.post(entry).await.expect("it is there");
        assert!(again.replayed);
        assert_eq!(client.balance(MINT).await, -posted);
        assert_eq!(client.verified().await, client.position().await);
    }
    server.stop().await;
}

/// The commit has reached the log, if not for certain: a server that starts after
/// a crash finds it there. That nothing was recorded would have been untrue.
#[tokio::test]
async fn the_next_server_is_asked_again() {
    let disk = Disk::new();
    found(Server::run(disk.serve())).await;
    let server = Server::run(disk.serve());
    let entry = post_unsynced(&disk, &mut server.client().await).await;
    server.kill();
    let server = Server::run(disk.serve());
    let mut client = server.client().await;
    let again = client.post(entry).await.expect("it is there");
    assert!(again.replayed);
    assert_eq!(client.balance(MINT).await, -1);
    assert_eq!(client.verified().await, client.position().await);
    server.stop().await;
}
