//! Objects of the time bank that someone changed by hand.

use rusqlite::Connection;
use tempfile::TempDir;
use timebank_proto::v1;

use super::tampering::by_hand;
use crate::support::{Server, by, id};

/// Records: 2 a centre with staff 1001, 3 staff 1002, 4 who is suspended, 5 and 6
/// members.
async fn ledger() -> TempDir {
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    let mut client = server.client().await;
    let opening = v1::OpenCentreRequest {
        prefix: "city".into(),
        name_en: "City".into(),
        first_staff_number: "1001".into(),
        ..Default::default()
    };
    client.centres.open_centre(opening).await.expect("a centre");
    let registration = v1::RegisterStaffRequest {
        staff_number: "1002".into(),
        centre: "city".into(),
        ..Default::default()
    };
    let registered = client.staff.register_staff(by("1001", registration));
    registered.await.expect("staff");
    let change = v1::SetStaffStateRequest {
        step_id: id(),
        staff_number: "1002".into(),
        change: v1::StaffChange::Suspend.into(),
    };
    let suspended = client.staff.set_staff_state(by("1001", change));
    suspended.await.expect("a step");
    for (member_id, name) in [("city:ann", "Li Hua"), ("city:ben", "Wang Ming")] {
        let registration = v1::RegisterMemberRequest {
            member_id: member_id.into(),
            personal: Some(v1::PersonalFields {
                name: name.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let registered = client.members.register_member(by("1001", registration));
        registered.await.expect("a member");
    }
    server.stop().await;
    dir
}

#[tokio::test]
async fn are_found() {
    for (what, sql, place, sequence) in [
        (
            "a state",
            "UPDATE objects SET state = replace(state, 'suspended', 'active') WHERE id = 'staff/1002'",
            "objects",
            5,
        ),
        (
            "who changed it",
            "UPDATE objects SET sequence = 4 WHERE id = 'staff/1002'",
            "objects",
            5,
        ),
        (
            "an object",
            "DELETE FROM objects WHERE id = 'staff/1002'",
            "objects",
            5,
        ),
        (
            "one too many",
            "INSERT INTO objects SELECT 'staff/1003', sequence, state FROM objects WHERE id = 'staff/1002'",
            "objects",
            0,
        ),
        (
            "a key",
            "DELETE FROM keys WHERE key = 'staff-of/city staff/1002'",
            "keys",
            5,
        ),
        (
            "a key that leads elsewhere",
            "UPDATE keys SET key = 'staff-of/town staff/1002' WHERE key = 'staff-of/city staff/1002'",
            "keys",
            5,
        ),
        (
            "a key too many",
            "INSERT INTO keys VALUES ('staff-of/city staff/1003', NULL)",
            "keys",
            0,
        ),
        (
            "a line in a list",
            "UPDATE keys SET line = x'00' WHERE key = 'staff-of/city staff/1002'",
            "keys",
            5,
        ),
        (
            "an id",
            "DELETE FROM steps WHERE id = 'staff/1002'",
            "steps",
            4,
        ),
        (
            "an id of another record",
            "UPDATE steps SET sequence = 3 WHERE id = 'staff/1002'",
            "tables",
            4,
        ),
        (
            "an id too many",
            "INSERT INTO steps VALUES ('staff/1003', 4)",
            "steps",
            0,
        ),
        (
            "a personal field",
            "UPDATE personal SET fields = replace(fields, 'Li Hua', 'Li Hong') WHERE sequence = 6",
            "personal",
            6,
        ),
        (
            "what its salts are made of",
            "UPDATE personal SET secret = zeroblob(32) WHERE sequence = 6",
            "personal",
            6,
        ),
        (
            "whose it is",
            "UPDATE personal SET member = 'city:ben' WHERE sequence = 6",
            "personal",
            6,
        ),
        (
            "fields of no record",
            "INSERT INTO personal SELECT 8, member, secret, fields, identity FROM personal WHERE sequence = 6",
            "personal",
            0,
        ),
        (
            "no fields at all",
            "UPDATE personal SET fields = '{' WHERE sequence = 6",
            "personal",
            6,
        ),
        (
            "a field more",
            "UPDATE personal SET fields = json_insert(fields, '$.x', 'y') WHERE sequence = 6",
            "personal",
            6,
        ),
        (
            "an identity that is not in the fields",
            "UPDATE personal SET identity = zeroblob(32) WHERE sequence = 6",
            "personal",
            6,
        ),
        (
            "fields that are no text",
            "UPDATE personal SET fields = CAST(x'ff' AS TEXT) WHERE sequence = 6",
            "personal",
            6,
        ),
    ] {
        let dir = ledger().await;
        let database = Connection::open(dir.path().join("ledger.db")).expect("the database");
        by_hand(&database, sql);
        drop(database);
        let server = Server::start(dir.path());
        let last = server.client().await.verify().await.expect("verified");
        let found = last.finding.unwrap_or_else(|| panic!("{what}: not found"));
        assert_eq!(
            (found.place.as_str(), found.sequence),
            (place, sequence),
            "{what}: {found:?}"
        );
    }
}

/// Personal fields are erased by records, and by nothing else.
/// A copy for an auditor has neither keys nor what is personal; a ledger that is served has both, also
/// where somebody takes all of it out meanwhile.
#[tokio::test]
async fn all_that_is_personal_and_the_keys_are_missed() {
    let dir = ledger().await;
    let server = Server::start(dir.path());
    let mut client = server.client().await;
    client.verified().await;
    let database = Connection::open(dir.path().join("ledger.db")).expect("the database");
    let erase = "DELETE FROM personal; DELETE FROM notes; DELETE FROM secrets;";
    database.execute_batch(erase).expect("erased");
    let last = client.verify().await.expect("verified");
    let found = last.finding.expect("a finding");
    assert_eq!((found.place.as_str(), found.sequence), ("secrets", 0));
    assert!(!last.done);
}

#[tokio::test]
async fn personal_fields_that_are_gone_are_found() {
    let dir = ledger().await;
    let database = Connection::open(dir.path().join("ledger.db")).expect("the database");
    let erase = "DELETE FROM personal WHERE sequence = 6";
    assert_eq!(database.execute(erase, []), Ok(1));
    drop(database);
    let server = Server::start(dir.path());
    let last = server.client().await.verify().await.expect("verified");
    let found = last.finding.expect("a finding");
    assert_eq!((found.place.as_str(), found.sequence), ("personal", 6));
}
