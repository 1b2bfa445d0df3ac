//! Groups, from the command line.

use serde_json::{Value, json};

use super::Desk;
use crate::support::{Server, serve_at_noon};

const POLICY: &str = r#"
name = "City"
[balance]
floor = "-1h"
[group]
lesson_fee = "15m"
[[service]]
code = "phones"
name_en = "Phones"
group = true
"#;
const GROUP: &str = "01980c5e-9c9c-7cc2-8000-5d3c1e9a7b12";
const ADA: &str = "city:member:ada";
const BOB: &str = "city:member:bob";
const EVE: &str = "city:member:eve";

/// A command line of somebody of the staff.
fn by<'a>(actor: &'a str, line: &'a str) -> Vec<&'a str> {
    line.split_whitespace().chain(["--actor", actor]).collect()
}

fn balance(desk: &Desk, account: &str) -> Value {
    desk.json(&["balance", account])["balance"].clone()
}

#[test]
fn a_lesson_from_its_opening_to_its_settlement() {
    // What began some hours ago is to be of today.
    let desk = Desk::served_by(|dir| Server::run(serve_at_noon(dir)));
    desk.done(&[
        "centre", "open", "city", "--staff", "1001", "--name", "City",
    ]);
    desk.done(&by("1001", "staff register 1002 --centre city"));
    let file = desk.file("policy.toml", POLICY);
    desk.done(&by("1001", &format!("policy adopt city {file}")));
    for member in [ADA, BOB, EVE] {
        desk.done(&by("1001", &format!("member register {member}")));
    }
    // It began some hours ago, and is over.
    let at = chrono::Utc::now() - chrono::Duration::hours(2);
    let at = at.format("%Y-%m-%dT%H:%M:%SZ");
    let opened = desk.json(&by(
        "1001",
        &format!("group open city phones --lead {ADA} --at {at} --for 1h --places 2 --id {GROUP}"),
    ));
    assert_eq!(
        (&opened["state"], &opened["kind"], &opened["each"]),
        (&json!("open"), &json!("lesson"), &json!(15))
    );
    let list = desk.file("list.txt", &format!("{BOB}\n\n  {EVE}\n"));
    let enrolled = desk.json(&by("1001", &format!("group enrol {GROUP} --file {list}")));
    assert_eq!(enrolled["enrolled"], json!(2));
    let line = format!("group enrol {GROUP} {BOB}");
    let (code, refused) = desk.failed(&by("1001", &line));
    assert_eq!((code, &refused["error"]), (1, &json!("PLACE_TAKEN")));
    desk.done(&by("1001", &format!("group attend {GROUP} {BOB} {EVE}")));
    desk.done(&by("1001", &format!("group confirm {GROUP}")));
    let line = format!("group settle {GROUP}");
    let (code, refused) = desk.failed(&by("1001", &line));
    assert_eq!((code, &refused["error"]), (1, &json!("APPROVED_ALREADY")));
    let settled = desk.json(&by("1002", &line));
    assert_eq!(settled["state"], json!("settled"));
    let entry = settled["entry_ids"][0]["entry_id"].as_str().expect("an id");
    let shown = desk.json(&["entry", "show", entry]);
    assert_eq!(shown["kind"], json!("service"));
    assert_eq!(balance(&desk, ADA), json!(30));
    assert_eq!(balance(&desk, EVE), json!(-15));
    let places = desk.run(&["group", "places", GROUP, "--output", "csv"]);
    assert!(places.data.contains(&format!("{BOB},true")), "{places:?}");
    let shown = desk.json(&["group", "show", GROUP]);
    let history = shown["history"].as_array().expect("its history");
    assert_eq!(history.len(), 3);
    let listed = desk.run(&["group", "list", "city"]);
    assert!(listed.data.contains(GROUP), "{listed:?}");
}
