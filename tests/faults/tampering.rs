//! A ledger's file that someone changed by hand: the audit names what is wrong.

use std::fs;

use rusqlite::Connection;
use tempfile::TempDir;
use timebank_proto::v1::{self, AccountKind, Finding};
use tonic::Code;

use super::{ANN, BEN, MINT};
use crate::support::{Client, Server, ended, entry, id, leg, serve_command, told};

/// Does what the ledger never does, as a hand that knows SQLite can: takes the
/// triggers away, and puts them back.
pub(super) fn by_hand(database: &Connection, sql: &str) {
    let triggers = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
    let mut triggers = database.prepare(triggers).expect("the schema");
    let triggers = triggers.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let triggers: Vec<(String, String)> = triggers.expect("triggers").flatten().collect();
    assert!(!triggers.is_empty(), "nothing keeps the journal as it is");
    database
        .pragma_update(None, "foreign_keys", false)
        .expect("no keys");
    for (name, _) in &triggers {
        database
            .execute(&format!("DROP TRIGGER {name}"), [])
            .expect("no trigger");
    }
    let changed = database.execute(sql, []);
    let changed = changed.unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert_eq!(changed, 1, "{sql}");
    for (_, sql) in &triggers {
        database.execute(sql, []).expect("the trigger");
    }
}

/// A byte of a blob, changed whatever it was: its last digit is 0, or 1 where it was 0.
fn flipped(column: &str, at: usize) -> String {
    let digit = 2 * at + 2;
    format!(
        "unhex(substr(hex({column}), 1, {digit} - 1) || (substr(hex({column}), {digit}, 1) = '0') \
         || substr(hex({column}), {digit} + 1))"
    )
}

/// A directory with something of everything; its server has stopped.
///
/// Records: 1 the foundation, 2 the first token, 3 to 5 accounts, 6 a unit, 7 an entry of
/// two legs with a note, 8 an entry, 9 its reversal, 10 a hold that 11 settles, 12 an open
/// hold, 13 a hold that 14 releases, 15 new limits, 16 and 17 entries.
pub(super) async fn ledger() -> TempDir {
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    let client = &mut server.client().await;
    client.open(MINT, AccountKind::Issuance).await;
    client.open(ANN, AccountKind::Member).await;
    client.open(BEN, AccountKind::Member).await;
    let unit = v1::Unit {
        unit_id: "cny".into(),
        step: "fen".into(),
    };
    let declare = v1::DeclareUnitRequest { unit: Some(unit) };
    client.units.declare_unit(declare).await.expect("a unit");
    let noted = v1::Entry {
        transfers: vec![leg(MINT, ANN, 100), leg(ANN, BEN, 40)],
        note: "at home".into(),
        ..entry(MINT, ANN, 1)
    };
    client.post(noted).await.expect("posted");
    let wrong = entry(ANN, BEN, 10);
    client.post(wrong.clone()).await.expect("posted");
    let reversal = v1::ReverseEntryRequest {
        entry_id: wrong.entry_id,
        reversal_entry_id: id(),
        reason: "booked twice".into(),
        ..Default::default()
    };
    client
        .entries
        .reverse_entry(reversal)
        .await
        .expect("reversed");
    holds(client).await;
    let limits = v1::ChangeAccountLimitsRequest {
        account_id: BEN.into(),
        ceiling: crate::support::limit(6_000),
        etag: client.etag(BEN).await,
        ..Default::default()
    };
    client
        .accounts
        .change_account_limits(limits)
        .await
        .expect("limits");
    client.post(entry(MINT, BEN, 1)).await.expect("posted");
    client.post(entry(MINT, ANN, 1)).await.expect("posted");
    assert_eq!(client.verified().await, 17);
    server.stop().await;
    let database = Connection::open(dir.path().join("ledger.db")).expect("the database");
    let moved = "PRAGMA wal_checkpoint(TRUNCATE)";
    database
        .query_row(moved, [], |_| Ok(()))
        .expect("all in one file");
    dir
}

async fn holds(client: &mut Client) {
    let (settled, open, released) = (id(), id(), id());
    let place = |hold_id: &String| v1::PlaceHoldRequest {
        hold_id: hold_id.clone(),
        debit_account_id: ANN.into(),
        credit_account_id: BEN.into(),
        amount: 5,
        expires_in: Some(prost_types::Duration {
            seconds: 86_400,
            nanos: 0,
        }),
        ..Default::default()
    };
    client
        .holds
        .place_hold(place(&settled))
        .await
        .expect("held");
    let settle = v1::SettleHoldRequest {
        hold_id: settled,
        ..Default::default()
    };
    client.holds.settle_hold(settle).await.expect("settled");
    client.holds.place_hold(place(&open)).await.expect("held");
    client
        .holds
        .place_hold(place(&released))
        .await
        .expect("held");
    let release = v1::ReleaseHoldRequest { hold_id: released };
    client.holds.release_hold(release).await.expect("freed");
}

/// A copy of a ledger's directory, changed.
pub(super) fn tampered(ledger: &TempDir, sql: &str) -> TempDir {
    let copy = TempDir::new().expect("a directory");
    let path = copy.path().join("ledger.db");
    fs::copy(ledger.path().join("ledger.db"), &path).expect("a copy");
    let token = "admin.token";
    fs::copy(ledger.path().join(token), copy.path().join(token)).expect("a token");
    let database = Connection::open(path).expect("the database");
    by_hand(&database, sql);
    copy
}

/// What the audit of a copy finds.
async fn found(copy: &TempDir, what: &str) -> Option<Finding> {
    let server = Server::start(copy.path());
    let last = server.client().await.verify().await;
    let last = last.unwrap_or_else(|status| panic!("{what}: {status:?}"));
    assert_ne!(last.done, last.finding.is_some(), "{what}: {last:?}");
    server.stop().await;
    last.finding
}

/// Each change by itself; where it is found, and at which record.
#[tokio::test]
async fn is_found() {
    let ledger = ledger().await;
    let (bytes, nodes) = (flipped("bytes", 9), flipped("nodes", 0));
    let journal =
        |what: &str, sequence| format!("UPDATE journal SET {what} WHERE sequence = {sequence}");
    let update =
        |table: &str, what: &str, whose: &str| format!("UPDATE {table} SET {what} WHERE {whose}");
    let ben = "no = 3";
    let first = "position = 7 * 16384";
    let cases = [
        ("a byte of a record", journal(&format!("bytes = {bytes}"), 8), "journal", 8),
        ("a byte of an opening", journal(&format!("bytes = {bytes}"), 4), "journal", 4),
        ("a byte of a hash", journal(&format!("nodes = {nodes}"), 10), "journal", 10),
        ("one record for another", journal("bytes = (SELECT bytes FROM journal WHERE sequence = 16)", 8), "journal", 8),
        ("a record taken out", "DELETE FROM journal WHERE sequence = 8".into(), "journal", 9),
        ("a balance", update("balances", "balance = balance + 60", ben), "balances", 5),
        ("hours set aside", update("balances", "held = held + 1", "no = 2"), "balances", 4),
        ("a count of holds", update("balances", "open_holds = 0", ben), "balances", 5),
        ("a count of postings", update("balances", "posting_count = posting_count - 1", ben), "balances", 5),
        ("the end of a chain", update("balances", "last_posting = 7 * 16384", ben), "balances", 5),
        ("a posting's balance", update("transfers", "credit_balance = credit_balance + 1", first), "transfers", 7),
        ("a posting's account", update("transfers", "debit_no = 3", first), "transfers", 7),
        ("a link between postings", update("transfers", &format!("debit_link = {}", flipped("debit_link", 5)), "position = 16 * 16384"), "transfers", 16),
        ("the end of a link", update("transfers", "credit_link = substr(credit_link, 1, length(credit_link) - 1)", "position = 17 * 16384"), "transfers", 17),
        ("more than a link", update("transfers", "credit_link = CAST(credit_link || x'00' AS BLOB)", "position = 9 * 16384"), "transfers", 9),
        ("a posting's minute", update("transfers", &format!("credit_link = {}", flipped("credit_link", 0)), "position = 8 * 16384"), "transfers", 8),
        ("a posting taken out", "DELETE FROM transfers WHERE position = 8 * 16384".into(), "transfers", 8),
        ("the last posting taken out", "DELETE FROM transfers WHERE position = 17 * 16384".into(), "transfers", 17),
        ("a posting put in", "INSERT INTO transfers SELECT 18 * 16384, debit_no, debit_balance, x'02', credit_no, credit_balance, x'02' FROM transfers WHERE position = 17 * 16384".into(), "transfers", 0),
        ("an amount set aside", update("holds", "amount = 4", "sequence = 12"), "holds", 12),
        ("an open hold's state", update("holds", "state = 3, ended_sequence = 14", "sequence = 12"), "holds", 12),
        ("an ended hold's state", update("holds", "state = 1, ended_sequence = NULL", "sequence = 10"), "holds", 10),
        ("how a hold ended", update("holds", "state = 3", "sequence = 10"), "holds", 10),
        ("a hold that ended before its end", update("holds", "ended_sequence = NULL", "sequence = 13"), "tables", 14),
        ("another hold's end", update("holds", "state = 2, ended_sequence = 11", "sequence = 13"), "tables", 14),
        ("a count of holds that is none", update("balances", "open_holds = -1", ben), "balances", 5),
        ("a link that is none", update("transfers", "credit_link = x'ff'", "position = 8 * 16384"), "transfers", 8),
        ("an expiry", update("holds", "expires_at_us = expires_at_us + 1", "sequence = 12"), "holds", 12),
        ("a hold taken out", "DELETE FROM holds WHERE sequence = 12".into(), "holds", 12),
        ("a hold put in", "INSERT INTO holds VALUES (8, 2, 3, 1, NULL, 1, NULL)".into(), "holds", 0),
        ("an id", update("ids", "id = randomblob(16)", "sequence = 8"), "ids", 8),
        ("where an id leads", update("ids", "sequence = 7", "sequence = 8"), "tables", 8),
        ("an id taken out", "DELETE FROM ids WHERE sequence = 16".into(), "ids", 16),
        ("an id put in", "INSERT INTO ids VALUES (randomblob(16), 7)".into(), "ids", 0),
        ("a floor", update("accounts", "floor = -600", ben), "accounts", 5),
        ("a ceiling", update("accounts", "ceiling = NULL", ben), "accounts", 5),
        ("a kind", update("accounts", "kind = 5", ben), "accounts", 5),
        ("an account's unit", update("accounts", "unit = 'cny'", ben), "accounts", 5),
        ("an account's name", update("accounts", "id = 'city:member:bob'", ben), "accounts", 5),
        ("an account's closing", update("accounts", "closed_sequence = 16, closed_at_us = opened_at_us", ben), "accounts", 5),
        ("a unit's step", update("units", "step = 'yuan'", "id = 'cny'"), "units", 6),
        ("a unit put in", "INSERT INTO units VALUES ('usd', 'cent')".into(), "units", 0),
        ("a reversal taken out", "DELETE FROM reversals".into(), "reversals", 9),
        ("a reversal put in", "INSERT INTO reversals VALUES (16, 9)".into(), "reversals", 0),
        ("a note", update("notes", "text = 'at work'", "sequence = 7"), "notes", 7),
        ("a note put in", "INSERT INTO notes VALUES (16, randomblob(16), 'me too')".into(), "notes", 0),
    ];
    for (what, sql, place, sequence) in cases {
        let finding = found(&tampered(&ledger, &sql), what).await;
        let Some(finding) = finding else {
            panic!("{what}: nothing was found");
        };
        let at = (finding.place.as_str(), finding.sequence);
        assert_eq!(at, (place, sequence), "{what}: {finding:?}");
        assert!(!finding.message.is_empty(), "{what}");
    }
}

/// A note that is gone is told of, but not as wrong: notes can be erased.
#[tokio::test]
async fn erased_notes_are_counted() {
    let ledger = ledger().await;
    let copy = tampered(&ledger, "DELETE FROM notes WHERE sequence = 7");
    for (dir, erased) in [(&ledger, 0), (&copy, 1)] {
        let server = Server::start(dir.path());
        let last = server.client().await.verify().await.expect("verified");
        assert!(last.done, "{last:?}");
        assert_eq!(last.erased_note_count, erased);
        server.stop().await;
    }
}

/// Without what keeps the journal as it is, a file is not served.
#[tokio::test]
async fn is_not_served_without_its_triggers() {
    let ledger = ledger().await;
    let database = Connection::open(ledger.path().join("ledger.db")).expect("the database");
    database
        .execute("DROP TRIGGER ids_are_append_only_2", [])
        .expect("no trigger");
    drop(database);
    let refused = ended(serve_command(ledger.path()));
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("ids_are_append_only_2 is missing"), "{said}");
}

/// A schema that SQLite cannot read is a ledger's all the same, and damaged.
#[tokio::test]
async fn is_not_served_with_a_damaged_schema() {
    let ledger = ledger().await;
    let database = Connection::open(ledger.path().join("ledger.db")).expect("the database");
    let damage = "PRAGMA writable_schema = ON; \
                  UPDATE sqlite_schema SET sql = 'CREATE nothing' WHERE name = 'holds'";
    database.execute_batch(damage).expect("a damaged schema");
    drop(database);
    let refused = ended(serve_command(ledger.path()));
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("what is stored contradicts itself"), "{said}");
    assert!(said.contains("timebank verify"), "{said}");
}

/// A record that can no longer be read is told of, and the rest is still read.
#[tokio::test]
async fn is_told_to_who_reads_it() {
    let ledger = ledger().await;
    let copy = tampered(
        &ledger,
        "UPDATE journal SET bytes = x'ff' WHERE sequence = 8",
    );
    let server = Server::start(copy.path());
    let mut client = server.client().await;
    let told = told(&client.records(1).await.unwrap_err());
    assert_eq!(
        (told.code, told.reason.as_str()),
        (Code::DataLoss, "STORE_CORRUPT")
    );
    assert_eq!(client.balance(BEN).await, 46);
    assert_eq!(client.records(9).await.expect("records").len(), 9);
    server.stop().await;
}

/// What is stored contradicts itself: it is said, and the server lives on.
#[tokio::test]
async fn is_told_to_who_decides_by_it() {
    let ledger = ledger().await;
    for sql in [
        "UPDATE balances SET open_holds = 9223372036854775807 WHERE no = 3",
        "UPDATE balances SET posting_count = -1 WHERE no = 3",
        "UPDATE transfers SET credit_link = x'ff' WHERE position = 17 * 16384",
        // Due by its row, and not by its record: it is not expired again and again.
        "UPDATE holds SET expires_at_us = 1 WHERE sequence = 12",
    ] {
        let copy = tampered(&ledger, sql);
        let server = Server::start(copy.path());
        let mut client = server.client().await;
        let place = v1::PlaceHoldRequest {
            hold_id: id(),
            debit_account_id: ANN.into(),
            credit_account_id: BEN.into(),
            amount: 1,
            ..Default::default()
        };
        for _ in 0..2 {
            let refused = client.holds.place_hold(place.clone()).await;
            let told = told(&refused.expect_err(sql));
            assert_eq!(told.reason, "STORE_CORRUPT", "{sql}: {told:?}");
        }
        assert_eq!(client.position().await, 17, "{sql}");
        server.stop().await;
    }
}

/// Statistics that an administrator had SQLite gather are nobody's harm.
#[tokio::test]
async fn is_served_with_statistics() {
    let ledger = ledger().await;
    let database = Connection::open(ledger.path().join("ledger.db")).expect("the database");
    database.execute_batch("ANALYZE").expect("statistics");
    drop(database);
    let server = Server::start(ledger.path());
    let mut client = server.client().await;
    client.post(entry(MINT, BEN, 1)).await.expect("posted");
    assert_eq!(client.verified().await, 18);
    server.stop().await;
}

/// By hand or not: the journal itself refuses to be changed.
#[tokio::test]
async fn is_refused_by_the_file() {
    let ledger = ledger().await;
    let database = Connection::open(ledger.path().join("ledger.db")).expect("the database");
    for sql in [
        "UPDATE journal SET bytes = x'' WHERE sequence = 2",
        "DELETE FROM journal WHERE sequence = 17",
        "UPDATE ids SET sequence = 2",
        "DELETE FROM ids",
        "UPDATE transfers SET debit_balance = 0",
        "DELETE FROM transfers",
    ] {
        let error = database.execute(sql, []).expect_err(sql);
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}
