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
    let staff = json!({"id": "1002", "state": "active", "centre": "shapingba", "replayed": false});
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
