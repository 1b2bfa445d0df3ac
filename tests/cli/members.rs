//! Who takes part, from the command line.

use serde_json::json;

use super::Desk;

#[test]
fn centres_and_staff() {
    let desk = Desk::new();
    let open = [
        "centre",
        "open",
        "shapingba",
        "--staff",
        "1001",
        "--name",
        "Chenjiaqiao Centre",
        "--name-zh",
        "陈家桥社工中心",
    ];
    let mut expected = json!({
        "id": "shapingba",
        "state": "open",
        "name_en": "Chenjiaqiao Centre",
        "name_zh": "陈家桥社工中心",
        "operator": null,
        "contracting_body": null,
        "active_staff_count": 1,
        "replayed": false,
    });
    assert_eq!(desk.json(&open), expected);
    expected["replayed"] = json!(true);
    assert_eq!(desk.json(&open), expected);

    let register = ["staff", "register", "1002", "--centre", "shapingba"];
    let (code, error) = desk.failed(&register);
    assert_eq!((code, &error["error"]), (1, &json!("STAFF_ONLY")));
    let by_staff = |arguments: &[&str]| desk.json(&[arguments, &["--actor", "1001"]].concat());
    let registered = by_staff(&register);
    let staff = json!({
        "id": "1002",
        "state": "active",
        "centre": "shapingba",
        "member_id": null,
        "relative_ids": [],
        "replayed": false,
    });
    assert_eq!(registered, staff);
    assert_eq!(
        by_staff(&["staff", "suspend", "1002"])["state"],
        "suspended"
    );
    assert_eq!(by_staff(&["staff", "reinstate", "1002"])["state"], "active");
    let step = "11111111-1111-4111-8111-111111111111";
    let end = ["staff", "end", "1002", "--id", step];
    assert_eq!(by_staff(&end)["replayed"], false);
    assert_eq!(by_staff(&end)["replayed"], true);

    let staff = desk.csv(&["staff", "list", "shapingba"]);
    let lines: Vec<_> = staff
        .iter()
        .map(|row| (&row["id"], &row["state"]))
        .collect();
    assert_eq!(
        lines,
        [
            (&json!("1001"), &json!("active")),
            (&json!("1002"), &json!("ended"))
        ]
    );
    assert_eq!(desk.json(&["staff", "show", "1002"])["state"], "ended");
    assert_eq!(
        desk.csv(&["centre", "list"])[0]["name_zh"],
        "陈家桥社工中心"
    );
    let shown = desk.json(&["centre", "show", "shapingba"]);
    assert_eq!(shown["active_staff_count"], 1);
    let table = desk.done(&["centre", "list"]);
    assert!(
        table.starts_with("centre     name                名称"),
        "{table}"
    );
    desk.done(&["audit", "verify"]);
}

#[test]
fn members() {
    let desk = Desk::new();
    let by_staff = |arguments: &[&str]| desk.json(&[arguments, &["--actor", "1001"]].concat());
    desk.done(&[
        "centre", "open", "city", "--staff", "1001", "--name", "City",
    ]);
    let register = [
        "member",
        "register",
        "city:member:000001",
        "--name",
        "李华",
        "--born",
        "1941-03-01",
        "--block",
        "grid-7",
        "--disability",
        "certificate 4501",
        "--disability-since",
        "2026-01-01",
        "--consented",
        "2026-03-01",
        "--device",
    ];
    let registered = by_staff(&register);
    let member = json!({
        "id": "city:member:000001",
        "state": "active",
        "centre": "city",
        "block": "grid-7",
        "guardian_id": null,
        "proxy_id": null,
        "relative_ids": [],
        "heir_id": null,
        "heard_of": null,
        "has_device": true,
        "consented_on": "2026-03-01",
        "insured_until": null,
        "qualifications": [],
    });
    let with = |more: serde_json::Value| {
        let mut all = member.clone();
        let (all_fields, more) = (all.as_object_mut().expect("an object"), more);
        all_fields.extend(more.as_object().expect("an object").clone());
        all
    };
    assert_eq!(registered, with(json!({"replayed": false})));
    assert_eq!(by_staff(&register), with(json!({"replayed": true})));
    let shown = desk.json(&["member", "show", "city:member:000001"]);
    let attested = json!([{
        "since": "2026-01-01",
        "attested_by": "1001",
        "evidence": "certificate 4501",
    }]);
    let personal = json!({
        "erased": false,
        "name": "李华",
        "phone": null,
        "born_on": "1941-03-01",
        "address": null,
        "disability": attested,
        "hardship": null,
        "affiliation": null,
    });
    assert_eq!(shown, with(personal));
    assert_eq!(desk.json(&["balance", "city:member:000001"])["balance"], 0);

    let suspended = by_staff(&["member", "suspend", "city:member:000001"]);
    assert_eq!(suspended["state"], "suspended");
    let list = |only: &[&str]| {
        desk.csv(&[&["member", "list", "city"], only].concat())
            .len()
    };
    assert_eq!(list(&["--state", "suspended"]), 1);
    assert_eq!(list(&["--state", "active"]), 0);
    by_staff(&["member", "reinstate", "city:member:000001"]);
    let qualified = by_staff(&[
        "member",
        "qualify",
        "city:member:000001",
        "first-aid",
        "--since",
        "2026-01-01",
        "--until",
        "2026-11-30",
        "--training",
        "first-aid-8h",
    ]);
    let qualification = json!([{
        "code": "first-aid",
        "since": "2026-01-01",
        "until": "2026-11-30",
        "training": "first-aid-8h",
    }]);
    assert_eq!(qualified["qualifications"], qualification);
    assert_eq!(list(&["--lapsing", "2026-11"]), 1);
    assert_eq!(list(&["--lapsing", "2026-12"]), 0);
    assert_eq!(list(&["--block", "grid-7"]), 1);
    let table = desk.done(&["member", "list", "city"]);
    assert!(table.starts_with("member              state"), "{table}");
    desk.done(&["audit", "verify"]);
}
