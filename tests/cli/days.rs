//! Whose days the days are: the ledger's own.

use std::path::Path;

use serde_json::json;

use super::{ANN, BEN, Desk, Ended, MINT};
use crate::support::{Server, peer, serve_command};

const ID: &str = "11111111-1111-4111-8111-111111111111";

/// A desk whose ledger has a time zone, with an account of each sort.
fn desk_in(zone: &str) -> Desk {
    let serve = |data: &Path| {
        let mut command = serve_command(data);
        command.args(["--time-zone", zone]);
        Server::run(command)
    };
    let desk = Desk::served_by(serve);
    for account in [MINT, ANN, BEN] {
        desk.done(&["account", "open", account]);
    }
    desk
}

/// Which ledger this is, in every form.
#[test]
fn status() {
    let desk = desk_in("Asia/Shanghai");
    let object = desk.json(&["status"]);
    let expected = json!({
        "ledger_id": object["ledger_id"],
        "time_zone": "Asia/Shanghai",
        "journal_position": desk.position(),
        "root_hash": object["root_hash"],
        "last_recorded_at": object["last_recorded_at"],
        "server_version": env!("CARGO_PKG_VERSION"),
        "format_version": 1,
        "rules_version": 1,
    });
    assert_eq!(object, expected);
    let root = object["root_hash"].as_str().expect("a hash");
    assert_eq!(root.len(), 64, "{root}");
    let last = object["last_recorded_at"].as_str().expect("a time");
    assert!(last.ends_with('Z'), "{last}");
    let rows = desk.csv(&["status"]);
    assert_eq!(rows[0]["ledger_id"], object["ledger_id"]);
    let table = desk.done(&["status"]);
    for shown in ["time zone", "Asia/Shanghai", " +08:00"] {
        assert!(table.contains(shown), "{table}");
    }
}

/// A row of the first of October is of that day in every answer, though in UTC
/// it is still September.
#[test]
fn days_of_a_ledger_in_china() {
    let desk = desk_in("Asia/Shanghai");
    let file = format!("from,to,amount,effective_at\n{MINT},{ANN},60,2026-10-01\n");
    desk.done(&["import", &desk.file("rows.csv", &file)]);

    let balance = |day: &str| {
        let balance = desk.json(&["balance", ANN, "--as-of", day, "--by", "effective"]);
        balance["balance"].clone()
    };
    assert_eq!(balance("2026-09-30"), 0);
    assert_eq!(balance("2026-10-01"), 60);

    let postings = |since: &str, until: &str| {
        let range = ["--by", "effective", "--since", since, "--until", until];
        let list = desk.json(&[&["statement", ANN], &range[..]].concat());
        list.as_array().expect("a list").len()
    };
    assert_eq!(postings("2026-09-01", "2026-09-30"), 0);
    assert_eq!(postings("2026-10-01", "2026-10-01"), 1);
    assert_eq!(postings("2026-10-01 00:01", "2026-10-31"), 0);

    let statement = desk.done(&["statement", ANN]);
    assert!(statement.contains("2026-10-01 00:00 +08:00"), "{statement}");
    let object = desk.json(&["statement", ANN]);
    assert_eq!(object[0]["effective_at"], "2026-09-30T16:00:00Z");

    let journal = desk.done(&["export", "--format", "hledger"]);
    assert!(journal.contains("\n2026-10-01 * ("), "{journal}");
}

/// Books for other programs have the same days, and say whose they are.
#[test]
fn exports_are_dated_in_the_ledgers_zone() {
    let desk = desk_in("Asia/Shanghai");
    let at = "2026-09-30T17:00:00Z";
    desk.done(&["transfer", MINT, ANN, "60", "--effective-at", at]);
    for (form, entry) in [
        ("hledger", "2026-10-01 * ("),
        ("beancount", "2026-10-01 * \""),
    ] {
        let text = desk.done(&["export", "--format", form]);
        assert!(text.contains(&format!("\n{entry}")), "{text}");
        assert!(text.contains("days in Asia/Shanghai"), "{text}");
        assert!(!text.contains("2026-09-30"), "{text}");
    }
    let text = desk.done(&["export"]);
    assert!(text.contains(at), "{text}");

    let text = desk.done(&["export", "--format", "hledger"]);
    assert!(text.contains("2026-10-01 * closing balances"), "{text}");
    let file = desk.file("time.journal", &text);
    if let Some(hledger) = peer("hledger") {
        let mut command = std::process::Command::new(hledger);
        command.args(["-f", &file, "check", "-s"]);
        let ended = Ended::of(command);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
}

/// A row that was imported by its day is known again by its moment.
#[test]
fn ids_of_rows_depend_on_the_moment() {
    let desk = desk_in("Asia/Shanghai");
    for (time, booked) in [
        ("2026-10-01", 1),
        ("2026-10-01 00:00", 0),
        ("2026-10-01T00:00:00+08:00", 0),
        ("2026-09-30T16:00:00Z", 0),
        ("2026-10-01T00:00:00Z", 1),
    ] {
        let file = format!("from,to,amount,effective_at\n{MINT},{ANN},60,{time}\n");
        let sum = desk.json(&["import", &desk.file("rows.csv", &file)]);
        assert_eq!(sum["rows_booked"], booked, "{time}");
    }
}

/// A time that clocks go forward over is refused; of one that they show twice
/// the earlier is meant.
#[test]
fn clocks_that_go_forward_and_back() {
    let desk = desk_in("Europe/Paris");
    let skipped = "2026-03-29 02:30";
    let (code, error) = desk.failed(&["transfer", MINT, ANN, "1", "--effective-at", skipped]);
    assert_eq!((code, &error["error"]), (2, &json!("USAGE")));
    let message = error["message"].as_str().expect("a text");
    assert!(
        message.contains("no 2026-03-29 02:30:00 in Europe/Paris"),
        "{message}"
    );

    let file = format!("from,to,amount,effective_at\n{MINT},{ANN},1,{skipped}\n");
    let ended = desk.run(&["import", &desk.file("rows.csv", &file)]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.said.contains("line 2: TIME_SKIPPED: "), "{ended:?}");
    assert!(ended.said.contains("Europe/Paris"), "{ended:?}");

    let twice = "2025-10-26 02:30";
    desk.done(&[
        "transfer",
        MINT,
        ANN,
        "1",
        "--id",
        ID,
        "--effective-at",
        twice,
    ]);
    let entry = desk.json(&["entry", "show", ID]);
    assert_eq!(entry["effective_at"], "2025-10-26T00:30:00Z");
    let table = desk.done(&["entry", "show", ID]);
    assert!(table.contains("2025-10-26 02:30 +02:00"), "{table}");
}

/// The day on which clocks go back has 25 hours, and all are its own.
#[test]
fn a_day_of_25_hours() {
    let desk = desk_in("Europe/Paris");
    for at in ["2025-10-25T22:00:00Z", "2025-10-26T22:59:59Z"] {
        desk.done(&["transfer", MINT, ANN, "10", "--effective-at", at]);
    }
    let day = "2025-10-26";
    let list = desk.json(&[
        "statement",
        ANN,
        "--by",
        "effective",
        "--since",
        day,
        "--until",
        day,
    ]);
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    let text = desk.done(&["export", "--format", "hledger"]);
    assert_eq!(text.matches("\n2025-10-26 * (").count(), 2, "{text}");
}

/// Each line that is followed has the ledger's time.
#[test]
fn watch_prints_the_ledgers_time() {
    let desk = desk_in("Asia/Shanghai");
    let mut command = desk.command(&["watch"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let out = child.stdout.take().expect("its output");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(out));
    let line = lines.next().expect("a line").expect("a line");
    child.kill().expect("it is stopped");
    child.wait().expect("it ends");
    assert!(line.contains(" +08:00  ledger_founded"), "{line}");
}
