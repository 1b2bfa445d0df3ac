//! A disk with no room left.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
};

use tempfile::TempDir;
use timebank_proto::v1::AccountKind;
use tonic::Code;

use super::{ANN, MINT};
use crate::support::{Client, Server, ended, entry, left_out, seen_by, serve_on_mount, told};

const SMALL_DISK: &str = "mount -t tmpfs -o size=8m tmpfs \"$1\"";

/// Takes all the room that there is.
pub(super) fn fill(path: &Path) {
    let mut file = File::create(path).expect("a file");
    for size in [1 << 16, 1 << 12, 1] {
        let block = vec![0; size];
        let full = loop {
            if let Err(error) = file.write_all(&block) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull);
    }
}

/// Posts until there is no more room, for as long as that takes.
async fn post_until_full(client: &mut Client) -> timebank_proto::v1::Entry {
    for _ in 0..10_000 {
        let entry = entry(MINT, ANN, 1);
        if let Err(status) = client.post(entry.clone()).await {
            let told = told(&status);
            assert_eq!(told.code, Code::ResourceExhausted, "{told:?}");
            assert_eq!(told.reason, "STORE_FULL");
            return entry;
        }
    }
    panic!("the disk does not fill");
}

/// Writes are refused, and say why; reads go on; once there is room again,
/// writes go on too, without a restart. Nothing was lost or half done.
#[tokio::test]
async fn refuses_writes_and_goes_on() {
    let dir = TempDir::new().expect("a directory");
    let Some(command) = serve_on_mount(dir.path(), SMALL_DISK) else {
        return left_out("file systems cannot be mounted here");
    };
    let server = Server::run(command);
    let mut client = server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(ANN, AccountKind::Member).await;
    client.post(entry(MINT, ANN, 60)).await.expect("posted");

    let filler = seen_by(&server, &dir.path().join("filler"));
    fill(&filler);
    for _ in 0..3 {
        let refused = post_until_full(&mut client).await;
        let position = client.position().await;
        assert_eq!(client.balance(ANN).await, 60 + position - 5);
        let records = client.records(1).await.expect("records");
        assert_eq!(records.len() as i64, position);
        assert_eq!(client.verified().await, position);

        fs::remove_file(&filler).expect("room");
        let posted = client.post(refused).await.expect("posted");
        assert!(!posted.replayed);
        assert_eq!(client.position().await, position + 1);
        fill(&filler);
    }
    fs::remove_file(&filler).expect("room");
    assert_eq!(client.verified().await, client.position().await);
    server.stop().await;
}

/// A server that finds no room to begin with says so and ends.
#[test]
fn no_room_to_begin_with() {
    let dir = TempDir::new().expect("a directory");
    let script = "mount -t tmpfs -o size=4k tmpfs \"$1\"; printf x > \"$1/x\"";
    let Some(command) = serve_on_mount(dir.path(), script) else {
        return left_out("file systems cannot be mounted here");
    };
    let ended = ended(command);
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("the disk is full; make room and start again"),
        "{said}"
    );
}
