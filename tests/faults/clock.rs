//! Clocks that are wrong: set ahead, set back, or run away while a server runs.
//! Only the server's own clock is changed, by faketime.

use std::{fs, process::Command};

use tempfile::TempDir;
use timebank_proto::v1::{self, AccountKind, HoldState};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::{ANN, BEN, MINT};
use crate::support::{Client, Server, entry, id, serve_command, skewed, timestamp, told, within};

fn accepting(mut command: Command) -> Command {
    command.arg("--accept-clock");
    command
}

async fn found(client: &mut Client) {
    client.open(MINT, AccountKind::Issuance).await;
    client.open(ANN, AccountKind::Member).await;
    client.open(BEN, AccountKind::Member).await;
    client.post(entry(MINT, ANN, 60)).await.expect("posted");
}

fn hold(amount: i64, expires_in_s: i64) -> v1::PlaceHoldRequest {
    v1::PlaceHoldRequest {
        hold_id: id(),
        debit_account_id: ANN.into(),
        credit_account_id: BEN.into(),
        amount,
        expires_in: Some(prost_types::Duration {
            seconds: expires_in_s,
            nanos: 0,
        }),
        ..Default::default()
    }
}

async fn state(client: &mut Client, hold_id: &str) -> HoldState {
    let hold_id = hold_id.to_owned();
    let reply = client.holds.get_hold(v1::GetHoldRequest { hold_id }).await;
    let hold = reply.expect("the hold").into_inner().hold;
    hold.expect("the hold").state()
}

async fn serves(client: &Client) -> bool {
    let mut health = HealthClient::new(client.channel.clone());
    let service = String::new();
    let reply = health.check(HealthCheckRequest { service }).await;
    let status = reply.expect("its health").into_inner().status;
    status == tonic_health::ServingStatus::Serving as i32
}

/// Nothing is recorded, everything is read, and health says so.
async fn only_reads(server: &Server) {
    let mut client = server.client().await;
    let before = client.position().await;
    let refused = told(&client.post(entry(MINT, ANN, 1)).await.expect_err("refused"));
    assert_eq!(
        (refused.code, refused.reason.as_str()),
        (Code::Unavailable, "CLOCK_IMPLAUSIBLE")
    );
    assert_ne!(refused.figures["clock"], refused.figures["compared"]);
    assert!(refused.message.contains("--accept-clock"), "{refused:?}");
    assert_eq!(client.position().await, before);
    assert!(client.balance(ANN).await >= 60);
    assert!(!serves(&client).await);
    client.verified().await;
}

/// A ledger that was kept a year ahead of time does not go on by the true clock,
/// unless the operator says that this is right. Then recorded times go on as they
/// must, and all else goes by the clock.
#[tokio::test]
async fn a_year_ahead_and_back() {
    let dir = TempDir::new().expect("a directory");
    let Some(ahead) = skewed(dir.path(), "+365d") else {
        return;
    };
    let server = Server::run(ahead);
    found(&mut server.client().await).await;
    server.stop().await;

    let server = Server::start(dir.path());
    only_reads(&server).await;
    server.stop().await;

    let server = Server::run(accepting(serve_command(dir.path())));
    let client = &mut server.client().await;
    assert!(serves(client).await);
    let now_s = chrono::Utc::now().timestamp();
    let posted = client.post(entry(MINT, ANN, 1)).await.expect("posted");
    let posted = posted.entry.expect("the entry");
    let (recorded, effective) = (posted.recorded_at, posted.effective_at);
    let recorded_s = recorded.expect("a time").seconds;
    assert!(recorded_s > now_s + 364 * 86_400, "{recorded_s}");
    let effective_s = effective.expect("a time").seconds;
    assert!((now_s..now_s + 60).contains(&effective_s), "{effective_s}");
    assert_eq!(
        client.get(&posted.entry_id).await.expect("it").effective_at,
        effective
    );

    let late = v1::Entry {
        effective_at: timestamp(now_s + 3_600, 0),
        ..entry(MINT, ANN, 1)
    };
    let refused = told(&client.post(late).await.expect_err("refused"));
    assert_eq!(refused.reason, "EFFECTIVE_IN_FUTURE");

    let short = hold(5, 1);
    client.holds.place_hold(short.clone()).await.expect("held");
    let expired = async {
        while state(client, &short.hold_id).await != HoldState::Expired {
            tokio::task::yield_now().await;
        }
    };
    within("its expiry", expired).await;
    client.verified().await;
    server.stop().await;
}

/// After more than 400 days without a record, someone has to say that the clock is
/// right; once something is recorded, it is.
#[tokio::test]
async fn long_after_the_last_record() {
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    found(&mut server.client().await).await;
    server.stop().await;
    let Some(late) = skewed(dir.path(), "+399d") else {
        return;
    };
    let server = Server::run(late);
    assert!(serves(&server.client().await).await);
    server.stop().await;

    let later = || skewed(dir.path(), "+401d").expect("faketime");
    // Also where it is told the time zone that it has.
    for zone in [&[][..], &["--time-zone", "UTC"]] {
        let mut command = later();
        let server = Server::run({
            command.args(zone);
            command
        });
        only_reads(&server).await;
        server.stop().await;
    }
    let server = Server::run(accepting(later()));
    let mut client = server.client().await;
    client.post(entry(MINT, ANN, 1)).await.expect("posted");
    server.stop().await;
    let server = Server::run(later());
    let mut client = server.client().await;
    client.post(entry(MINT, ANN, 1)).await.expect("posted");
    client.verified().await;
    server.stop().await;
}

/// A clock that is set by two days while the server runs is not believed until it
/// is set back.
#[tokio::test]
async fn runs_away() {
    let dir = TempDir::new().expect("a directory");
    let offset = dir.path().join("offset");
    fs::write(&offset, "+0").expect("an offset");
    let Some(mut command) = skewed(&dir.path().join("data"), "+0") else {
        return;
    };
    command
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_TIMESTAMP_FILE", &offset)
        .env_remove("FAKETIME");
    let server = Server::run(command);
    found(&mut server.client().await).await;
    let client = server.client().await;
    for (by, is_believed) in [("+2d", false), ("+0", true), ("-2d", false), ("+0", true)] {
        fs::write(&offset, by).expect("an offset");
        within("its health", wait_for_health(&client, is_believed)).await;
        match is_believed {
            false => only_reads(&server).await,
            true => {
                let mut client = client.clone();
                client.post(entry(MINT, ANN, 1)).await.expect("posted");
            }
        }
    }
    server.stop().await;
}

async fn wait_for_health(client: &Client, is_serving: bool) {
    while serves(client).await != is_serving {
        tokio::task::yield_now().await;
    }
}
