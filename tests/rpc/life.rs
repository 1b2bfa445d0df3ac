//! How a server starts, tells of itself, and ends.

use std::{
    collections::BTreeSet,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use tempfile::TempDir;
use timebank_proto::v1::record::Step;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};
use uuid::Uuid;

use super::{ANN, BEN, City, MINT};
use crate::support::{Server, ended, entry, serve_command, until};

const SERVICES: [&str; 6] = [
    "timebank.v1.AccountService",
    "timebank.v1.EntryService",
    "timebank.v1.HoldService",
    "timebank.v1.JournalService",
    "timebank.v1.StatementService",
    "timebank.v1.UnitService",
];

#[tokio::test]
async fn health() {
    let city = City::empty().await;
    let mut health = HealthClient::new(city.client.channel);
    for service in SERVICES.into_iter().chain([""]) {
        let service = service.to_owned();
        let reply = health.check(HealthCheckRequest { service }).await;
        let status = reply.expect("its health").into_inner().status();
        assert_eq!(status, ServingStatus::Serving);
    }
    let service = "timebank.v1.NoService".to_owned();
    let status = health
        .check(HealthCheckRequest { service })
        .await
        .unwrap_err();
    assert_eq!(status.code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn reflection() {
    let city = City::empty().await;
    let mut reflection = ServerReflectionClient::new(city.client.channel);
    let questions = [
        MessageRequest::ListServices(String::new()),
        MessageRequest::FileContainingSymbol("timebank.v1.EntryService".into()),
    ];
    let requests = questions.map(|question| ServerReflectionRequest {
        host: String::new(),
        message_request: Some(question),
    });
    let reply = reflection
        .server_reflection_info(tokio_stream::iter(requests))
        .await;
    let mut replies = reply.expect("a stream").into_inner();
    let services = replies.message().await.expect("a reply").expect("a reply");
    let Some(MessageResponse::ListServicesResponse(list)) = services.message_response else {
        panic!("no list: {services:?}");
    };
    let listed: BTreeSet<_> = list.service.iter().map(|one| one.name.as_str()).collect();
    assert!(listed.is_superset(&BTreeSet::from(SERVICES)), "{listed:?}");
    let files = replies.message().await.expect("a reply").expect("a reply");
    let Some(MessageResponse::FileDescriptorResponse(files)) = files.message_response else {
        panic!("no file: {files:?}");
    };
    assert!(!files.file_descriptor_proto.is_empty());
}

/// Calls under way are answered before the server ends: what is in the journal
/// then is what its callers were told is there.
#[tokio::test(flavor = "multi_thread")]
async fn drains() {
    let city = City::founded().await;
    let posted = std::sync::Arc::new(AtomicUsize::new(0));
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let mut client = city.server.client().await;
        let posted = posted.clone();
        writers.spawn(async move {
            let mut told = Vec::new();
            loop {
                let entry = entry(MINT, BEN, 1);
                let entry_id = entry.entry_id.clone();
                match client.post(entry).await {
                    Ok(_) => told.push(entry_id),
                    Err(_) => return told,
                }
                posted.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    until("some entries", || {
        (posted.load(Ordering::SeqCst) > 100).then_some(())
    });
    city.server.terminate();
    let told: BTreeSet<String> = writers.join_all().await.into_iter().flatten().collect();
    assert!(city.server.wait().await.success());

    let again = Server::start(city.dir.path());
    let records = again.client().await.records(7).await.expect("records");
    let entry_id = |step: &Step| match step {
        Step::EntryPosted(posted) => Uuid::from_slice(&posted.entry_id).expect("a UUID"),
        other => panic!("another fact: {other:?}"),
    };
    let facts = records
        .iter()
        .map(|record| record.step.as_ref().expect("a fact"));
    let there: BTreeSet<_> = facts.map(|fact| entry_id(fact).to_string()).collect();
    assert_eq!(
        there.difference(&told).count(),
        0,
        "recorded, but not answered"
    );
    assert_eq!(
        told.difference(&there).count(),
        0,
        "answered, but not there"
    );
}

#[tokio::test]
async fn ends_on_an_interrupt_too() {
    let city = City::empty().await;
    let process = city.server.process().to_string();
    let sent = Command::new("kill").args(["-INT", &process]).status();
    assert!(sent.expect("kill runs").success());
    assert!(city.server.wait().await.success());
}

/// One server a directory: the second is told why, and the first goes on.
#[tokio::test]
async fn a_second_server() {
    let mut city = City::founded().await;
    let second = ended(serve_command(city.dir.path()));
    assert_eq!(second.status.code(), Some(1));
    assert!(second.stdout.is_empty());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("is in use by another server"), "{said}");
    assert!(
        said.contains(&city.dir.path().display().to_string()),
        "{said}"
    );
    city.client.post(entry(ANN, BEN, 1)).await.expect("posted");
    city.server.stop().await;
    Server::start(city.dir.path()).stop().await;
}

/// Port 0 takes a free port; a port that is taken is refused.
#[tokio::test]
async fn ports() {
    let (one, other) = (City::empty().await, City::empty().await);
    assert_ne!(one.server.address(), other.server.address());
    let dir = TempDir::new().expect("a directory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.args(["serve", "--listen", one.server.address(), "--data"]);
    command.arg(dir.path());
    let refused = ended(command);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("cannot listen on"), "{said}");
}

/// Without arguments that make sense it explains itself and does nothing.
#[test]
fn usage() {
    for arguments in [
        &["serve", "--listen", "nowhere"][..],
        &["surf"],
        &["serve", "--wet"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
        command.args(arguments);
        let ended = ended(command);
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        assert!(ended.stdout.is_empty());
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.arg("--help");
    let help = ended(command);
    assert!(help.status.success());
    let text = String::from_utf8_lossy(&help.stdout);
    assert!(text.contains("timebank serve --data"), "{text}");
}

/// A server that ended in good order leaves all of the ledger in one file, which
/// is what people copy.
#[tokio::test]
async fn leaves_one_file() {
    let mut city = City::founded().await;
    assert_eq!(city.client.balance(ANN).await, 100);
    city.server.stop().await;
    let copy = TempDir::new().expect("a directory");
    for name in ["ledger.db", "admin.token"] {
        std::fs::copy(city.dir.path().join(name), copy.path().join(name)).expect("a copy");
    }
    let again = Server::start(copy.path());
    assert_eq!(again.client().await.position().await, 6);
}

/// What it served before, it serves again.
#[tokio::test]
async fn a_restart() {
    let mut city = City::founded().await;
    let posted = entry(ANN, BEN, 30);
    city.client.post(posted.clone()).await.expect("posted");
    let before = city.client.records(1).await.expect("records");
    city.server.stop().await;
    let again = Server::start(city.dir.path());
    let mut client = again.client().await;
    assert_eq!(client.records(1).await.expect("records"), before);
    assert_eq!(client.balance(BEN).await, 30);
    let repeat = client.post(posted).await.expect("replayed");
    assert!(repeat.replayed);
}
