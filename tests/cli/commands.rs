//! Every command, and what it does.

use serde_json::{Value, json};

use super::{ANN, BEN, Desk, MINT};

const ID: &str = "11111111-1111-4111-8111-111111111111";
const OTHER: &str = "22222222-2222-4222-8222-222222222222";

#[test]
fn account() {
    let desk = Desk::new();
    let opened = desk.json(&[
        "account",
        "open",
        "city:member:cleo",
        "--floor",
        "-10h",
        "--ceiling",
        "600h",
    ]);
    assert_eq!(opened["replayed"], false);
    let shown = desk.json(&["account", "show", "city:member:cleo"]);
    let expected = json!({
        "account_id": "city:member:cleo",
        "kind": "member",
        "unit_id": "time",
        "floor": -600,
        "ceiling": 36_000,
        "state": "open",
        "balance": 0,
        "held": 0,
        "available": 600,
        "opened_at": shown["opened_at"],
        "closed_at": null,
        "posting_count": 0,
    });
    assert_eq!(shown, expected);
    let again = desk.json(&[
        "account",
        "open",
        "city:member:cleo",
        "--floor",
        "-10h",
        "--ceiling",
        "600h",
    ]);
    assert_eq!(again["replayed"], true);

    let limits = desk.json(&[
        "account",
        "limits",
        "city:member:cleo",
        "--floor",
        "0",
        "--ceiling",
        "none",
    ]);
    assert_eq!(
        (&limits["floor"], &limits["ceiling"]),
        (&json!(0), &Value::Null)
    );
    let closed = desk.json(&["account", "close", "city:member:cleo"]);
    assert_eq!(closed["state"], "closed");
    assert!(closed["closed_at"].is_string());
}

/// The kind is told, or taken from the id.
#[test]
fn kinds() {
    let desk = Desk::new();
    for (arguments, kind, floor) in [
        (&["city:member:1"][..], "member", json!(0)),
        (&["city:pool:1"], "pool", json!(0)),
        (&["city:issuance:1"], "issuance", Value::Null),
        (
            &["city:x:1", "--kind", "organisation"],
            "organisation",
            json!(0),
        ),
        (&["city:x:2", "--kind", "project"], "project", json!(0)),
        (
            &["city:x:3", "--kind", "redemption"],
            "redemption",
            json!(0),
        ),
        (&["city:x:4", "--kind", "clearing"], "clearing", Value::Null),
    ] {
        let opened = desk.json(&[&["account", "open"], arguments].concat());
        assert_eq!(
            (&opened["kind"], &opened["floor"]),
            (&json!(kind), &floor),
            "{arguments:?}"
        );
    }
    let ids = |prefix: &[&str]| {
        let list = desk.json(&[&["account", "list"], prefix].concat());
        let list = list.as_array().expect("a list").clone();
        list.iter()
            .map(|one| one["account_id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]).len(), 7);
    assert_eq!(
        ids(&["city:x:"]),
        ["city:x:1", "city:x:2", "city:x:3", "city:x:4"]
    );
    assert_eq!(ids(&["nowhere"]), [""; 0]);
}

#[test]
fn units() {
    let desk = Desk::new();
    desk.done(&["unit", "declare", "cny", "--step", "fen"]);
    let list = desk.json(&["unit", "list"]);
    assert_eq!(
        list,
        json!([
            {"unit_id": "cny", "step": "fen"},
            {"unit_id": "time", "step": "min"},
        ])
    );
    desk.done(&[
        "account",
        "open",
        "city:fund:relief",
        "--unit",
        "cny",
        "--kind",
        "clearing",
    ]);
    desk.done(&["account", "open", "city:pool:relief", "--unit", "cny"]);
    let posted = desk.json(&["transfer", "city:fund:relief", "city:pool:relief", "5000"]);
    assert_eq!(posted["transfers"][0]["unit_id"], "cny");
    let (code, error) = desk.failed(&["transfer", "city:fund:relief", "city:pool:relief", "1h"]);
    assert_eq!((code, &error["error"]), (1, &json!("UNIT_MISMATCH")));
}

#[test]
fn transfer_and_entry() {
    let desk = Desk::founded();
    let arguments = [
        "transfer",
        ANN,
        BEN,
        "1h30m",
        "--id",
        ID,
        "--effective-at",
        "2026-01-02T03:04:00+08:00",
        "--kind",
        "service",
        "--tag",
        "service=home-care",
        "--tag",
        "block=b7",
        "--note",
        "second visit",
        "--actor",
        "desk-3",
    ];
    let posted = desk.json(&arguments);
    assert_eq!(posted["replayed"], false);
    let shown = desk.json(&["entry", "show", ID]);
    let expected = json!({
        "entry_id": ID,
        "kind": "service",
        "amount": 90,
        "effective_at": "2026-01-01T19:04:00Z",
        "recorded_at": shown["recorded_at"],
        "sequence": 7,
        "actor": "desk-3",
        "tags": {"block": "b7", "service": "home-care"},
        "note": "second visit",
        "reverses_entry_id": null,
        "reversed_by_entry_id": null,
        "forced": false,
        "transfers": [{"from": ANN, "to": BEN, "amount": 90, "unit_id": "time"}],
    });
    assert_eq!(shown, expected);
    assert_eq!(desk.json(&arguments)["replayed"], true);
    assert_eq!(desk.position(), 7);

    let reversal = desk.json(&["entry", "reverse", ID, "--reason", "booked twice"]);
    assert_eq!(reversal["reverses_entry_id"], ID);
    assert_eq!(reversal["forced"], false);
    assert_eq!(reversal["note"], "booked twice");
    let shown = desk.json(&["entry", "show", ID]);
    assert_eq!(shown["reversed_by_entry_id"], reversal["entry_id"]);
    assert_eq!(desk.json(&["balance", ANN])["balance"], 100);
}

/// Past a limit only by force, which the record shows.
#[test]
fn forced_reversal() {
    let desk = Desk::founded();
    desk.done(&["transfer", MINT, BEN, "10", "--id", ID]);
    desk.done(&["transfer", BEN, ANN, "10"]);
    let (code, error) = desk.failed(&["entry", "reverse", ID, "--reason", "wrong"]);
    assert_eq!((code, &error["error"]), (1, &json!("FLOOR_CROSSED")));
    assert_eq!(error["figures"]["requested"], "10");
    let forced = desk.json(&["entry", "reverse", ID, "--reason", "wrong", "--force"]);
    assert_eq!(forced["forced"], true);
    assert_eq!(desk.json(&["balance", BEN])["balance"], -10);
}

/// An amount is written in many ways, and is whole minutes or refused.
#[test]
fn amounts() {
    let desk = Desk::founded();
    for amount in ["90", "90m", "1h30m", "1:30", "1.5h"] {
        let posted = desk.json(&["transfer", MINT, BEN, amount]);
        assert_eq!(posted["amount"], 90, "{amount}");
    }
    assert_eq!(desk.json(&["balance", BEN])["balance"], 450);
    assert!(desk.done(&["balance", BEN]).contains("7h30m"));
    for amount in [
        "0.33h", "1.25m", "1:75", "90 s", "", "h", "1h30", "0x10", "1e3",
    ] {
        let ended = desk.run(&["transfer", MINT, BEN, amount]);
        assert_eq!(ended.code, 2, "{amount}: {ended:?}");
        assert_eq!(ended.data, "");
    }
    for amount in ["0", "-90", "9007199254740992"] {
        let ended = desk.run(&["transfer", MINT, BEN, amount]);
        assert!(matches!(ended.code, 1 | 2), "{amount}: {ended:?}");
    }
    assert_eq!(desk.json(&["balance", BEN])["balance"], 450);
}

#[test]
fn hold() {
    let desk = Desk::founded();
    let placed = desk.json(&[
        "hold",
        "place",
        ANN,
        BEN,
        "1h",
        "--id",
        ID,
        "--expires-in",
        "14d",
    ]);
    assert_eq!(
        (&placed["state"], &placed["amount"]),
        (&json!("open"), &json!(60))
    );
    desk.done(&["hold", "place", ANN, BEN, "30", "--id", OTHER]);
    let balance = desk.json(&["balance", ANN]);
    assert_eq!(
        (&balance["held"], &balance["available"]),
        (&json!(90), &json!(10))
    );

    let list = desk.json(&["hold", "list", BEN]);
    assert_eq!(
        (&list[0]["hold_id"], &list[1]["hold_id"]),
        (&json!(ID), &json!(OTHER))
    );
    assert_eq!(desk.json(&["hold", "list", MINT]), json!([]));

    let settled = desk.json(&["hold", "settle", ID, "45m"]);
    assert_eq!(
        (&settled["state"], &settled["settled_amount"]),
        (&json!("settled"), &json!(45))
    );
    let released = desk.json(&["hold", "release", OTHER]);
    assert_eq!(released["state"], "released");
    assert_eq!(desk.json(&["hold", "show", OTHER])["state"], "released");
    let (code, error) = desk.failed(&["hold", "settle", OTHER]);
    assert_eq!((code, &error["error"]), (1, &json!("HOLD_RELEASED")));
    assert_eq!(desk.json(&["balance", BEN])["balance"], 45);
}

#[test]
fn balance_as_of() {
    let desk = Desk::founded();
    desk.done(&["transfer", MINT, BEN, "60", "--effective-at", "2026-01-10"]);
    let at = |time: &str, by: &str| {
        let balance = desk.json(&["balance", BEN, "--as-of", time, "--by", by]);
        balance["balance"].clone()
    };
    assert_eq!(at("2026-01-09", "effective"), 0);
    assert_eq!(at("2026-01-10", "effective"), 60);
    assert_eq!(at("2026-01-10", "recorded"), 0);
    assert_eq!(at("9999-12-31", "recorded"), 60);
}

#[test]
fn statement() {
    let desk = Desk::founded();
    for (amount, day) in [
        ("10", "2026-01-01"),
        ("20", "2026-02-01"),
        ("30", "2026-03-01"),
    ] {
        desk.done(&["transfer", ANN, BEN, amount, "--effective-at", day]);
    }
    let amounts = |arguments: &[&str]| {
        let list = desk.json(&[&["statement", ANN], arguments].concat());
        let list = list.as_array().expect("a list").clone();
        list.iter()
            .map(|one| one["amount"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(amounts(&[]), [100, -10, -20, -30]);
    assert_eq!(amounts(&["--order", "newest"]), [-30, -20, -10, 100]);
    assert_eq!(amounts(&["--limit", "2"]), [100, -10]);
    assert_eq!(
        amounts(&[
            "--since",
            "2026-02-01",
            "--until",
            "2026-02-28",
            "--by",
            "effective"
        ]),
        [-20]
    );
    assert_eq!(amounts(&["--until", "2020-01-01"]), [0; 0]);
    let (code, error) = desk.failed(&[
        "statement",
        ANN,
        "--since",
        "2026-02-01",
        "--until",
        "2026-01-01",
    ]);
    assert_eq!((code, &error["error"]), (1, &json!("RANGE_REVERSED")));
}

/// A statement by effective time is in that order; it opens and closes with the
/// balances of its range, and what was corrected says by what.
#[test]
fn statement_with_its_balances() {
    let desk = Desk::founded();
    let wrong = desk.json(&["transfer", ANN, BEN, "10", "--effective-at", "2026-02-01"]);
    desk.done(&["transfer", ANN, BEN, "20", "--effective-at", "2026-01-01"]);
    let id = wrong["entry_id"].as_str().expect("an id");
    let reversal = desk.json(&["entry", "reverse", id, "--reason", "wrong hours"]);
    let by = reversal["entry_id"].as_str().expect("an id");
    let january = [
        "statement",
        ANN,
        "--by",
        "effective",
        "--until",
        "2026-02-28",
    ];
    let list = desk.json(&[&january[..], &["--since", "2026-01-02"]].concat());
    let row = &list[0];
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!(row["reversed_by_entry_id"], by);
    let balances = ["opening_balance", "balance", "closing_balance"].map(|name| row[name].clone());
    assert_eq!(balances, [json!(-20), json!(-30), json!(-30)]);

    let lines = |arguments: &[&str]| {
        let table = desk.done(&[&january[..], arguments].concat());
        table.lines().map(String::from).collect::<Vec<_>>()
    };
    let has = |line: &str, words: &[&str]| {
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
    };
    let oldest = lines(&[]);
    has(&oldest[0], &["counter account", "balance", "corrected by"]);
    has(&oldest[1], &["opening balance", "0m"]);
    has(&oldest[2], &["2026-01-01", "-20m"]);
    has(&oldest[3], &["2026-02-01", "-30m", by]);
    has(&oldest[4], &["closing balance", "-30m"]);
    let newest = lines(&["--order", "newest", "--limit", "1"]);
    has(&newest[1], &["closing balance", "-30m"]);
    has(&newest[2], &["2026-02-01", "-30m", by]);
    has(&newest[3], &["beyond --limit"]);
    has(&newest[4], &["opening balance", "0m"]);
}

#[test]
fn audit_verify() {
    let desk = Desk::founded();
    let verified = desk.json(&["audit", "verify"]);
    assert_eq!(verified["verified_count"], 6);
    assert_eq!(verified["root_hash"].as_str().map(str::len), Some(64));
}

/// Who acts is an argument, or a setting, and kept in the record.
#[test]
fn actors() {
    let desk = Desk::founded();
    let posted = desk.json(&["transfer", MINT, BEN, "1", "--actor", "desk-1"]);
    assert_eq!(posted["actor"], "desk-1");
    let mut command = desk.command(&["transfer", MINT, BEN, "1", "--output", "json"]);
    command.env("TIMEBANK_ACTOR", "desk-2");
    let ended = super::Ended::of(command);
    let posted: Value = serde_json::from_str(&ended.data).expect("an object");
    assert_eq!(posted["actor"], "desk-2");
}

/// What a shell and a manual want.
#[test]
fn completions_and_manual() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(
            desk.done(&["completions", shell]).contains("ledger-cli"),
            "{shell}"
        );
    }
    let dir = desk.dir.path().join("man");
    desk.done(&["man", dir.to_str().expect("a path")]);
    let page = std::fs::read_to_string(dir.join("ledger-cli-hold-place.1")).expect("a page");
    assert!(page.contains("expires"), "{page}");
}

/// Every command explains itself with examples.
#[test]
fn help() {
    let desk = Desk::new();
    for command in [
        &["account", "open"][..],
        &["account", "show"],
        &["account", "list"],
        &["account", "limits"],
        &["account", "close"],
        &["transfer"],
        &["entry", "show"],
        &["entry", "reverse"],
        &["hold", "place"],
        &["hold", "settle"],
        &["hold", "release"],
        &["hold", "list"],
        &["balance"],
        &["statement"],
        &["status"],
        &["watch"],
        &["import"],
        &["export"],
        &["audit", "verify"],
        &["completions"],
        &["man"],
        &[],
    ] {
        let text = desk.done(&[command, &["--help"]].concat());
        assert!(text.contains("Examples:"), "{command:?}: {text}");
    }
}
