//! From a need to settled hours, as the README has it.

use std::{path::Path, process::Command};

use chrono::Utc;
use serde_json::json;

use super::{Desk, program};
use crate::support::{Server, serve_at_noon};

/// The commands of the README's section.
fn commands() -> String {
    let readme = include_str!("../../README.md");
    let section = readme
        .split("## From a need to settled hours")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .expect("the section");
    let blocks = section.split("```").skip(1).step_by(2);
    blocks.collect::<Vec<_>>().join("\n")
}

fn at_noon(dir: &Path) -> Server {
    Server::run(serve_at_noon(dir))
}

#[test]
fn the_ten_commands_of_the_readme() {
    let desk = Desk::served_by(at_noon);
    let lines = commands();
    let ten = lines
        .lines()
        .filter(|line| line.contains("NEED") || line.contains("ORDER"));
    let ten = ten.filter(|line| line.starts_with("ledger-cli "));
    assert_eq!(ten.count(), 10);
    let tools = program()
        .parent()
        .expect("its directory")
        .display()
        .to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("bash");
    shell
        .args(["-e", "-c", &lines])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PATH", format!("{tools}:{path}"))
        .env("TIMEBANK_SERVER", desk.url())
        .env("TIMEBANK_DATA", desk.dir.path())
        .env("LC_ALL", "C.UTF-8");
    let done = shell.output().expect("a shell");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");

    let orders = desk.json(&["order", "list", "--of", "huxi:member:2"]);
    let order = &orders[0];
    assert_eq!(
        (&order["state"], &order["credited"]),
        (&json!("settled"), &json!(60))
    );
    assert_eq!(desk.json(&["balance", "huxi:member:2"])["balance"], 60);
    assert_eq!(desk.json(&["balance", "huxi:member:1"])["balance"], 540);
    let id = order["id"].as_str().expect("an id");
    let whole = desk.json(&["order", "show", id]);
    let reckoning = whole["reckoning"].as_array().expect("the stages");
    let stage = |name: &str| {
        let mut stages = reckoning.iter();
        let found = stages.find(|stage| stage["stage"] == name).expect(name);
        found["figure"].clone()
    };
    // 52 minutes, the lower, up to the quarter hour.
    assert_eq!(
        (stage("confirmed"), stage("rounded")),
        (json!(52), json!(60))
    );
    let steps = whole["history"].as_array().expect("the steps").iter();
    let steps: Vec<_> = steps
        .map(|step| step["step"].as_str().expect("a word"))
        .collect();
    let expected = [
        "accept",
        "check-in",
        "check-out",
        "confirm",
        "confirm",
        "settle",
    ];
    assert_eq!(steps, expected);

    let refused = desk.failed(&["order", "settle", id, "--actor", "1002"]);
    assert_eq!(
        (refused.0, &refused.1["error"]),
        (1, &json!("ORDER_STATE_WRONG"))
    );
    let today = desk.json(&["today", "huxi"]);
    assert_eq!(today["visit_count"], 1);
    desk.done(&["audit", "verify"]);
}

/// A centre with two members, Li and Wang, where staff need not approve, and a service. Li has
/// ten hours.
fn city() -> Desk {
    city_by("[approval]\nneed = 0\n")
}

/// The same by other rules.
fn city_by(rules: &str) -> Desk {
    let desk = Desk::served_by(at_noon);
    let done = |arguments: &[&str]| desk.json(&[arguments, &["--actor", "1001"]].concat());
    let service = "[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\n";
    let file = desk.file("p.toml", &format!("name = \"One\"\n{rules}{service}"));
    done(&[
        "centre", "open", "city", "--staff", "1001", "--name", "City",
    ]);
    done(&["policy", "adopt", "city", &file]);
    for member in ["city:member:li", "city:member:wang"] {
        done(&["member", "register", member]);
    }
    done(&["account", "open", "city:mint:1", "--kind", "issuance"]);
    done(&["transfer", "city:mint:1", "city:member:li", "10h"]);
    desk
}

/// Wang says when he is free, and those who look for help see it until he no longer is.
#[test]
fn supplies() {
    let desk = city();
    let done = |arguments: &[&str]| desk.json(&[arguments, &["--actor", "1001"]].concat());
    let offer = ["supply", "offer", "city:member:wang", "walk"];
    let hours = ["--days", "daily", "--hours", "0:00-24:00"];
    let by = ["--actor", "city:member:wang"];
    let offered = desk.json(&[&offer[..], &hours, &by].concat());
    assert_eq!(
        (&offered["state"], &offered["days"], &offered["from"]),
        (
            &json!("offered"),
            &json!("mon,tue,wed,thu,fri,sat,sun"),
            &json!("00:00")
        )
    );
    let refused = desk.run(&[&offer[..], &["--days", "mon-fry"], &hours[2..]].concat());
    assert_eq!(refused.code, 2);
    assert!(
        refused.said.contains("is no day; write such as mon,wed"),
        "{}",
        refused.said
    );
    let later = (Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let publish = ["need", "publish", "city:member:li", "walk", "--for", "1h"];
    let need = done(&[&publish[..], &["--at", &later]].concat());
    let need = need["id"].as_str().expect("an id");
    let is_free = || desk.json(&["need", "candidates", need])[0]["free"].clone();
    assert_eq!(is_free(), true);
    let listed = desk.json(&["supply", "list", "city", "--service", "walk"]);
    let id = offered["id"].as_str().expect("an id");
    assert_eq!(listed[0]["id"], id);
    let withdrawn = done(&["supply", "withdraw", "city:member:wang", id]);
    assert_eq!(withdrawn["state"], "withdrawn");
    assert_eq!(is_free(), false);
    assert_eq!(
        desk.json(&["supply", "list", "--of", "city:member:wang"]),
        json!([])
    );
    desk.done(&["audit", "verify"]);
}

/// Every week the same, approved once: the next visits are there, and hours are held.
#[test]
fn standing_visits() {
    let desk = city_by("");
    let done =
        |actor: &str, arguments: &[&str]| desk.json(&[arguments, &["--actor", actor]].concat());
    let later = Utc::now() + chrono::TimeDelta::hours(1);
    let publish = ["need", "publish", "city:member:li", "walk", "--for", "1h"];
    let need = done(
        "1001",
        &[&publish[..], &["--at", &later.to_rfc3339()]].concat(),
    );
    let need = need["id"].as_str().expect("an id");
    let until = (later + chrono::TimeDelta::weeks(3))
        .date_naive()
        .to_string();
    let repeat = ["need", "repeat", need, "--weekly", "--until", &until];
    let repeat = done(
        "1001",
        &[&repeat[..], &["--provider", "city:member:wang"]].concat(),
    );
    assert_eq!(repeat["state"], "published");
    let id = repeat["id"].as_str().expect("an id");
    assert_eq!(
        done("1001", &["order", "approve", need])["state"],
        "approved"
    );
    // They arise as soon as the server has been on its rounds.
    let visits = || desk.json(&["standing", "show", id])["visits"].clone();
    while visits().as_array().is_none_or(|visits| visits.len() < 2) {}
    let balance = desk.json(&["balance", "city:member:li"]);
    assert_eq!(balance["held"], 150);
    let orders = desk.json(&["order", "list", "--of", "city:member:wang"]);
    assert_eq!(orders.as_array().map(Vec::len), Some(2));
    let third = (later + chrono::TimeDelta::weeks(3))
        .date_naive()
        .to_string();
    let skipped = done("city:member:li", &["standing", "skip", id, "--on", &third]);
    assert_eq!(
        (&skipped["state"], &skipped["next_on"]),
        (&json!("ended"), &json!(null))
    );
    assert_eq!(desk.json(&["standing", "list", "city"]), json!([]));
    desk.done(&["audit", "verify"]);
}

/// A file that cannot be read is told by its line, before anything is entered.
#[test]
fn sheets_that_cannot_be_read() {
    let desk = Desk::served_by(at_noon);
    let header = "recipient,provider,service,at,for\n";
    let line = "city:member:1,city:member:2,walk,2026-03-02 09:00,1h\n";
    let ids = 0..=10_000;
    let many = ids.map(|id| format!("city:member:1,city:member:{id},walk,2026-03-02 09:00,1h\n"));
    let many = format!("{header}{}", many.collect::<String>());
    for (text, expected) in [
        ("", "is missing"),
        (header, "has no lines"),
        (
            "recipient,provider,service,at\n",
            "column \"for\" is missing",
        ),
        (
            "recipient,provider,service,at,for,at\n",
            "column \"at\" is there twice",
        ),
        (
            "recipient,who,service,at,for\n",
            "column \"who\" is unknown",
        ),
        (
            &format!("{header}a,b,walk,yesterdy,1h\n"),
            "line 2: UNREADABLE: at: ",
        ),
        (&format!("{header}a,b,walk,2026-03-02 09:00,1x\n"), "for: "),
        (&format!("{header}a,b,walk\n"), "line"),
        // All of them are told, not the first alone.
        (
            &format!("{header}a,b,walk,then,1h\n{line}a,b,walk,then,1h\n"),
            "line 4: UNREADABLE: at: ",
        ),
        (
            &format!("{header}{line}{line}"),
            "line 3: UNREADABLE: it is the visit of line 2",
        ),
        (&many, "a file has 10000 lines at most"),
    ] {
        let file = desk.file("sheet.csv", text);
        let ended = desk.run(&["order", "record", "--from", &file, "--sheet", "7"]);
        assert!([1, 2].contains(&ended.code), "{ended:?}");
        assert!(ended.said.contains(expected), "{expected}: {ended:?}");
    }
}

/// Where nobody says which side is out of it: the actor's, or else the provider's.
#[test]
fn whoever_cancels_is_told_by_the_actor() {
    let desk = city();
    let done = |arguments: &[&str]| desk.json(&[arguments, &["--actor", "1001"]].concat());
    let later = (Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let accepted = || {
        let publish = ["need", "publish", "city:member:li", "walk", "--for", "1h"];
        let need = done(&[&publish[..], &["--at", &later]].concat());
        assert_eq!(need["state"], "approved");
        let need = need["id"].as_str().expect("an id").to_owned();
        let order = done(&["order", "accept", &need, "city:member:wang"]);
        (need, order["id"].as_str().expect("an id").to_owned())
    };
    let fits = |need: &str, all: &[&str]| {
        let rows = desk.json(&[&["need", "candidates", need], all].concat());
        let rows = rows.as_array().expect("rows").iter();
        let row = |row: &serde_json::Value| (row["id"].clone(), row["reason"].clone());
        rows.map(row).collect::<Vec<_>>()
    };
    let wang = json!("city:member:wang");
    for (actor, need_state) in [("city:member:li", "accepted"), ("1001", "approved")] {
        let (need, order) = accepted();
        let cancel = [
            "order", "cancel", &order, "--reason", "rain", "--actor", actor,
        ];
        assert_eq!(desk.json(&cancel)["state"], "cancelled");
        let need = desk.json(&["need", "show", &need]);
        assert_eq!(need["state"], need_state, "by {actor}");
        assert_eq!(need["history"][0]["step"], "publish");
        let id = need["id"].as_str().expect("an id");
        match need_state {
            "approved" => assert_eq!(fits(id, &[]), [(wang.clone(), json!(null))]),
            _ => assert_eq!(
                desk.failed(&["need", "candidates", id]).1["error"],
                "NEED_STATE_WRONG"
            ),
        }
    }
    // Wang is expected elsewhere at that time, and Xu is not.
    done(&["member", "register", "city:member:xu"]);
    let publish = ["need", "publish", "city:member:li", "walk", "--for", "1h"];
    accepted();
    let again = done(&[&publish[..], &["--at", &later]].concat());
    let again = again["id"].as_str().expect("an id");
    let xu = json!("city:member:xu");
    assert_eq!(fits(again, &[]), [(xu.clone(), json!(null))]);
    let overlap = json!("VISITS_OVERLAP");
    assert_eq!(
        fits(again, &["--all"]),
        [(wang, overlap), (xu, json!(null))]
    );
}

/// A visit that is stopped, and what shows why; and a complaint about it, closed by staff.
#[test]
fn incidents() {
    let desk = city();
    let done = |arguments: &[&str]| desk.json(&[arguments, &["--actor", "1001"]].concat());
    let later = (Utc::now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let publish = ["need", "publish", "city:member:li", "walk", "--for", "1h"];
    let need = done(&[&publish[..], &["--at", &later]].concat());
    let need = need["id"].as_str().expect("an id").to_owned();
    let order = done(&["order", "accept", &need, "city:member:wang"]);
    let order = order["id"].as_str().expect("an id").to_owned();

    let hash = "ab".repeat(32);
    let printed = format!("{hash}  letter.pdf");
    let report = ["incident", "report", &order, "--kind", "complaint"];
    let shown_by = ["--reference", "letter-12", "--evidence", &printed];
    let why = ["--reason", "he came late"];
    let reported = done(&[&report[..], &shown_by, &why].concat());
    assert_eq!(
        (&reported["state"], &reported["kind"], &reported["sha256"]),
        (&json!("open"), &json!("complaint"), &json!(hash))
    );
    let stopped = done(&["order", "dispute", &order, "--reason", "she fell"]);
    assert_eq!(stopped["state"], "disputed");
    let today = done(&["today", "city"]);
    assert_eq!(
        (&today["dispute_count"], &today["incident_count"]),
        (&json!(1), &json!(1))
    );
    let complaint = reported["id"].as_str().expect("an id");
    let closed = done(&["incident", "close", complaint, "--reason", "he is sorry"]);
    assert_eq!(closed["state"], "closed");
    done(&[
        "order",
        "resolve",
        &order,
        "--release",
        "--reason",
        "no harm",
    ]);
    let open = desk.json(&["incident", "list", "city"]);
    assert_eq!(open, json!([]));
    let whole = desk.json(&["order", "show", &order]);
    let kinds: Vec<_> = whole["incidents"]
        .as_array()
        .expect("rows")
        .iter()
        .collect();
    let kinds: Vec<_> = kinds
        .iter()
        .map(|row| (&row["kind"], &row["state"]))
        .collect();
    let (dispute, complaint, closed) = (json!("dispute"), json!("complaint"), json!("closed"));
    assert_eq!(kinds, [(&dispute, &closed), (&complaint, &closed)]);
    desk.done(&["audit", "verify"]);
}

/// A sheet is entered by one of the staff, tried first, and approved by another.
#[test]
fn a_sheet_of_visits() {
    let desk = city_by("[exchange]\nbackdated_days = 31\n");
    let done =
        |actor: &str, arguments: &[&str]| desk.json(&[arguments, &["--actor", actor]].concat());
    done("1001", &["staff", "register", "1002", "--centre", "city"]);
    let ago = |hours: i64| (Utc::now() - chrono::TimeDelta::hours(hours)).to_rfc3339();
    let sheet = desk.file(
        "sheet.csv",
        &format!(
            "recipient,provider,service,at,for,point\n\
             city:member:li,city:member:wang,walk,{},1h,east-gate\n\
             city:member:li,city:member:wang,walk,{},45m,\n\
             city:member:li,city:member:li,walk,{},1h,\n",
            ago(3),
            ago(2),
            ago(1)
        ),
    );
    let record = ["order", "record", "--from", &sheet, "--sheet", "7"];
    let refused = |arguments: &[&str]| {
        let ended = desk.run(&[arguments, &["--actor", "1001", "--output", "json"]].concat());
        assert!(
            ended.said.contains("PROVIDER_IS_RECIPIENT"),
            "{}",
            ended.said
        );
        assert!(ended.said.contains("\"line\":\"4\""), "{}", ended.said);
    };
    refused(&[&record[..], &["--dry-run"]].concat());
    assert_eq!(
        desk.json(&["order", "list", "city", "--sheet", "7"]),
        json!([])
    );
    refused(&record);
    refused(&record);
    let recorded = desk.json(&["order", "list", "city", "--sheet", "7"]);
    let states = |rows: &serde_json::Value| {
        let rows = rows.as_array().expect("rows").iter();
        rows.map(|row| row["state"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(states(&recorded), ["recorded", "recorded"]);
    assert_eq!(done("1002", &["today", "city"])["recorded_count"], 2);
    let late = recorded.as_array().expect("rows").iter();
    let mut late = late.filter(|row| row["minutes"] == 45);
    let late = late.next().expect("it")["id"].as_str().expect("an id");
    let decline = ["order", "decline", late, "--reason", "signed twice"];
    assert_eq!(done("1002", &decline)["state"], "cancelled");
    // The same file again enters nothing, and says which of its visits was declined.
    let ended = desk.run(&[&record[..], &["--actor", "1001"]].concat());
    assert!(ended.said.contains("DECLINED"), "{}", ended.said);
    let approve = ["order", "approve-sheet", "city", "7"];
    let ended = desk.run(&[&approve[..], &["--actor", "1001"]].concat());
    assert!(ended.said.contains("APPROVER_ENTERED"), "{}", ended.said);
    let approved = done("1002", &approve);
    assert_eq!(
        (&approved["approved_count"], &approved["settled_count"]),
        (&json!(1), &json!(1))
    );
    let again = done("1002", &approve);
    assert_eq!(again["approved_count"], 0);
    assert_eq!(desk.json(&["balance", "city:member:wang"])["balance"], 60);
    desk.done(&["audit", "verify"]);
}
