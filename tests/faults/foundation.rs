//! A ledger's first record, and its time zone.

use tempfile::TempDir;
use timebank::{
    ledger::{Caller, Command, Foundation, LedgerId, Moment, TimeZone, Unit, UnitId},
    steps::{Answer, Call},
    store::SqliteStore,
};
use timebank_proto::v1::GetLedgerRequest;

use crate::support::{Server, ended, serve_command, staff};

fn found(id: u8) -> Command {
    Command::Found(Foundation {
        id: LedgerId::random([id; 16]),
        time_zone: TimeZone::UTC,
    })
}

/// A journal takes nothing before its first record, and that once.
#[test]
fn founds_the_ledger() {
    let dir = TempDir::new().expect("a directory");
    let (_store, mut writer) = SqliteStore::open(dir.path()).expect("the store opens");
    let unit = UnitId::parse("cny").expect("a unit");
    let unit = Unit::new(unit, "fen").expect("a unit");
    let mut said = |command, caller| {
        let calls = [Call::each(vec![command], caller)];
        let now = Moment::from_us(0).expect("a time");
        let mut committed = writer.transact(&calls, now).expect("it commits");
        let answer = committed.answers.pop().and_then(Answer::only);
        let result = answer
            .expect("an answer")
            .map(|outcome| outcome.is_replay());
        result.map_err(|rejection| rejection.reason())
    };
    let declare = Command::DeclareUnit(unit);
    assert_eq!(said(declare.clone(), staff()), Err("LEDGER_NOT_FOUNDED"));
    assert_eq!(said(found(1), Caller::server()), Ok(false));
    assert_eq!(said(found(1), Caller::server()), Ok(true));
    assert_eq!(said(found(2), Caller::server()), Err("LEDGER_FOUNDED"));
    assert_eq!(said(declare.clone(), staff()), Ok(false));
    // The server does nothing else, and nobody else does that.
    for (command, caller) in [(declare, Caller::server()), (found(1), staff())] {
        assert_eq!(said(command, caller), Err("PRINCIPAL_NOT_ALLOWED"));
    }
}

async fn zone(server: &Server) -> (String, String) {
    let mut client = server.client().await;
    let ledger = client.journal.get_ledger(GetLedgerRequest::default()).await;
    let ledger = ledger.expect("the ledger").into_inner();
    assert_eq!(ledger.server_version, env!("CARGO_PKG_VERSION"));
    (ledger.ledger_id, ledger.time_zone)
}

/// The zone is that of the first start, by flag or by TZ, and can be set until the
/// ledger holds something. Then another one is refused, and none is needed.
#[tokio::test]
async fn keeps_its_time_zone() {
    let dir = TempDir::new().expect("a directory");
    let start = |tz: &str, flag: Option<&str>| {
        let mut command = serve_command(dir.path());
        command.env("TZ", tz);
        if let Some(zone) = flag {
            command.args(["--time-zone", zone]);
        }
        command
    };
    let server = Server::run(start("UTC", Some("Asia/Shanghai")));
    let (id, first) = zone(&server).await;
    assert_eq!(first, "Asia/Shanghai");
    server.stop().await;

    let refused = ended(start("UTC", Some("Europe/Paris")));
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        said.contains("Asia/Shanghai") && said.contains("Europe/Paris"),
        "{said}"
    );

    for (tz, flag) in [("Europe/Paris", None), ("nonsense", Some("Asia/Shanghai"))] {
        let server = Server::run(start(tz, flag));
        assert_eq!(zone(&server).await, (id.clone(), "Asia/Shanghai".into()));
        server.stop().await;
    }
    let unknown = ended(start("UTC", Some("Asia/Chongqing-Shi")));
    assert_eq!(unknown.status.code(), Some(2));
}
