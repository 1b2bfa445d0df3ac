//! What other tools read.

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::Value;

use super::{ANN, BEN, Desk, Ended, MINT, funds};
use crate::support::peer;

/// A ledger with two units, a closed account, a back-dated entry, one of many
/// legs, a settled hold, a reversal and odd labels.
fn desk() -> Desk {
    let desk = Desk::founded();
    let id = "11111111-1111-4111-8111-111111111111";
    for arguments in [
        &["unit", "declare", "points2", "--step", "point"][..],
        &[
            "account",
            "open",
            "city:issuance:points",
            "--unit",
            "points2",
        ],
        &["account", "open", "city:pool:1-a", "--unit", "points2"],
        &["account", "open", "city:member:unused"],
        &["account", "open", "city:member:gone"],
        &["account", "close", "city:member:gone"],
        &["transfer", "city:issuance:points", "city:pool:1-a", "7"],
        &[
            "transfer",
            ANN,
            BEN,
            "30",
            "--effective-at",
            "2021-05-06",
            "--kind",
            "service",
        ],
        &[
            "transfer",
            ANN,
            BEN,
            "20",
            "--id",
            id,
            "--tag",
            "place=\u{5bb6} ; \"x\" | y",
            "--tag",
            "b=c,d:e",
        ],
        &["entry", "reverse", id, "--reason", "wrong; \"no\""],
        &[
            "hold",
            "place",
            ANN,
            BEN,
            "5",
            "--id",
            "22222222-2222-4222-8222-222222222222",
        ],
        &[
            "hold",
            "settle",
            "22222222-2222-4222-8222-222222222222",
            "4",
        ],
        &["hold", "place", ANN, BEN, "3"],
    ] {
        desk.done(arguments);
    }
    let legs = format!(
        "entry_id,from,to,amount,effective_at\n\
         33333333-3333-4333-8333-333333333333,{MINT},{ANN},9,2022-01-01\n\
         33333333-3333-4333-8333-333333333333,{ANN},{BEN},8,2022-01-01\n"
    );
    desk.done(&["import", &desk.file("legs.csv", &legs)]);
    desk
}

fn balances(desk: &Desk) -> BTreeMap<String, i64> {
    let list = desk.json(&["account", "list"]);
    let list = list.as_array().expect("a list").iter();
    let pair = |account: &Value| {
        let id = account["account_id"].as_str().expect("an id").to_owned();
        (id, account["balance"].as_i64().expect("a balance"))
    };
    list.map(pair).collect()
}

fn checked(program: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C.UTF-8");
    let ended = Ended::of(command);
    assert_eq!(ended.code, 0, "{}: {ended:?}", program.display());
    ended.data
}

/// hledger accepts the journal strictly, and reckons the same balances.
#[test]
fn hledger() {
    let desk = desk();
    let text = desk.done(&["export", "--format", "hledger"]);
    let file = desk.file("time.journal", &text);
    for account in [MINT, ANN, BEN, "city:pool:1-a"] {
        assert!(
            assertion_of(&text, account),
            "no assertion of {account}: {text}"
        );
    }
    let Some(hledger) = peer("hledger") else {
        return;
    };
    checked(&hledger, &["-f", &file, "check", "-s"]);
    let arguments = [
        "-f",
        &file,
        "balance",
        "--flat",
        "--empty",
        "--no-total",
        "-O",
        "csv",
    ];
    let csv = checked(&hledger, &arguments);
    let found: BTreeMap<String, i64> = csv.lines().skip(1).map(hledger_balance).collect();
    let mut expected = balances(&desk);
    expected.retain(|account, balance| found.contains_key(account) || *balance != 0);
    assert_eq!(found, expected);
    assert!(found.len() >= 5, "{found:?}");
}

fn assertion_of(journal: &str, account: &str) -> bool {
    journal
        .lines()
        .any(|line| line.trim_start().starts_with(account) && line.contains("=="))
}

/// `"city:member:ann","70 time"`
fn hledger_balance(line: &str) -> (String, i64) {
    let fields: Vec<_> = line
        .split("\",\"")
        .map(|field| field.trim_matches('"'))
        .collect();
    let [account, amount] = fields[..] else {
        panic!("{line}");
    };
    let steps = amount.split(' ').next().expect("an amount").parse();
    (
        account.to_owned(),
        steps.unwrap_or_else(|_| panic!("{line}")),
    )
}

/// An assertion that is not true is told by hledger: the one above can fail.
#[test]
fn hledger_tells_of_a_wrong_balance() {
    let desk = desk();
    let text = desk.done(&["export", "--format", "hledger"]);
    let wrong = text.replacen("== 70 time", "== 71 time", 1);
    let balance = balances(&desk)[ANN];
    let wrong = wrong.replacen(
        &format!("== {balance} time"),
        &format!("== {} time", balance + 1),
        1,
    );
    assert_ne!(wrong, text);
    let file = desk.file("time.journal", &wrong);
    let Some(hledger) = peer("hledger") else {
        return;
    };
    let mut command = Command::new(hledger);
    command
        .args(["-f", &file, "check", "-s"])
        .env("LC_ALL", "C.UTF-8");
    assert_ne!(Ended::of(command).code, 0);
}

#[test]
fn beancount() {
    let desk = desk();
    let text = desk.done(&["export", "--format", "beancount"]);
    assert!(text.matches(" balance ").count() >= 5, "{text}");
    let file = desk.file("time.beancount", &text);
    let Some(bean_check) = peer("bean-check") else {
        return;
    };
    checked(&bean_check, &[&file]);
}

/// What was exported makes the same balances in another ledger, by the same
/// entries.
#[test]
fn csv_into_another_ledger() {
    let desk = desk();
    let text = desk.done(&["export", "--format", "csv"]);
    let other = Desk::new();
    other.done(&["unit", "declare", "points2", "--step", "point"]);
    let file = other.file("entries.csv", &text);
    other.done(&["import", &file, "--open-accounts"]);
    let mut expected = balances(&desk);
    expected.retain(|account, _| {
        !["city:member:gone", "city:member:unused"].contains(&account.as_str())
    });
    assert_eq!(balances(&other), expected);
    let id = "33333333-3333-4333-8333-333333333333";
    let entry = other.json(&["entry", "show", id]);
    assert_eq!(
        entry["transfers"],
        desk.json(&["entry", "show", id])["transfers"]
    );
    // Once more, and nothing is new.
    let again = other.json(&["import", &file]);
    assert_eq!(again["rows_booked"], 0);
    assert_eq!(again["rows_read"], again["rows_already_there"]);
}

#[test]
fn jsonl() {
    let desk = desk();
    let text = desk.done(&["export", "--format", "jsonl"]);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    let mut sums = BTreeMap::<String, i64>::new();
    for line in &lines {
        let amount = line["amount"].as_i64().expect("an amount");
        *sums
            .entry(line["from"].as_str().expect("an id").into())
            .or_default() -= amount;
        *sums
            .entry(line["to"].as_str().expect("an id").into())
            .or_default() += amount;
    }
    let mut expected = balances(&desk);
    expected.retain(|account, _| sums.contains_key(account));
    assert_eq!(sums, expected);
}

/// Only entries that touch the prefix, and whole.
#[test]
fn of_a_prefix() {
    let desk = desk();
    let text = desk.done(&["export", "--prefix", "city:pool:"]);
    assert_eq!(text.lines().count(), 2, "{text}");
    let text = desk.done(&["export", "--prefix", "nowhere:"]);
    assert_eq!(text.lines().count(), 1, "{text}");
    let text = desk.done(&["export", "--format", "hledger", "--prefix", BEN]);
    let file = desk.file("ben.journal", &text);
    if let Some(hledger) = peer("hledger") {
        checked(&hledger, &["-f", &file, "check", "-s"]);
    }
}

/// What the time bank's steps booked comes out as any other entry.
#[test]
fn of_a_time_bank() {
    let desk = funds::funded();
    for line in [
        "member grant city:member:ada",
        "issue city:issuance:welcome city:member:bob 5h",
        "gift city:member:ada city:member:bob 30m",
    ] {
        desk.done(&funds::first(line));
    }
    let expected = balances(&desk);
    let mut sums = BTreeMap::<String, i64>::new();
    for line in desk.done(&["export", "--format", "jsonl"]).lines() {
        let line: Value = serde_json::from_str(line).expect("an object");
        let amount = line["amount"].as_i64().expect("an amount");
        for (side, amount) in [("from", -amount), ("to", amount)] {
            let account = line[side].as_str().expect("an id");
            *sums.entry(account.into()).or_default() += amount;
        }
    }
    assert_eq!(sums, expected);
    let csv = desk.done(&["export", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 4, "{csv}");
    for (format, program, arguments) in [
        ("hledger", "hledger", &["check", "-s", "-f"][..]),
        ("beancount", "bean-check", &[]),
    ] {
        let text = desk.done(&["export", "--format", format]);
        let file = desk.file(format, &text);
        if let Some(program) = peer(program) {
            checked(&program, &[arguments, &[&file]].concat());
        }
    }
}
