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
        "account_id": "city:member:000001",
        "registered_on": registered["registered_on"],
        "exit_on": null,
        "exit_approved_by": null,
        "second_of": null,
        "erasure": "none",
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
    let li = "city:member:000001";
    assert_eq!(desk.json(&["member", "show", li]), member);
    let all = ["member", "show", li, "--personal", "--actor", "1001"];
    let shown = desk.json(&all);
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
    // What was asked for, and that it was.
    let name = [
        "member",
        "show",
        li,
        "--personal",
        "name,phone",
        "--reason",
        "to call",
        "--actor",
        "1001",
    ];
    let shown = desk.json(&name);
    assert_eq!(
        (&shown["name"], &shown["born_on"]),
        (&json!("李华"), &json!(null))
    );
    for looks in [
        &["audit", "looks", "city"][..],
        &["audit", "looks", "--member", li],
    ] {
        let looks = desk.csv(looks);
        assert_eq!(looks.len(), 2);
        assert_eq!(
            looks
                .iter()
                .filter(|look| look["reason"] == "to call")
                .count(),
            1
        );
        assert_eq!(
            looks
                .iter()
                .filter(|look| look["fields"] == "name phone")
                .count(),
            1
        );
        assert!(looks.iter().all(|look| look["by"] == "staff 1001"));
    }
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

#[test]
fn what_becomes_of_members() {
    let desk = Desk::new();
    for (centre, staff) in [("huxi", "1001"), ("yubei", "2001")] {
        desk.done(&[
            "centre", "open", centre, "--staff", staff, "--name", "A centre",
        ]);
    }
    let by_staff = |arguments: &[&str]| desk.json(&[arguments, &["--actor", "1001"]].concat());
    by_staff(&["staff", "register", "1002", "--centre", "huxi"]);
    desk.done(&["account", "open", "huxi:issuance:mint"]);
    desk.done(&["account", "open", "huxi:pool:mutual"]);
    let (li, wang) = ("huxi:member:1", "huxi:member:2");
    by_staff(&["member", "register", wang]);
    by_staff(&[
        "member", "register", li, "--name", "李华", "--device", "--heir", wang,
    ]);
    desk.done(&["transfer", "huxi:issuance:mint", li, "90"]);
    desk.done(&["transfer", "huxi:issuance:mint", wang, "30"]);

    // What is not named stays.
    by_staff(&[
        "member",
        "change",
        li,
        "--phone",
        "138",
        "--block",
        "grid-8",
        "--no-device",
    ]);
    let shown = by_staff(&["member", "show", li, "--personal", "name,phone"]);
    assert_eq!(
        (&shown["name"], &shown["phone"]),
        (&json!("李华"), &json!("138"))
    );
    assert_eq!(
        (&shown["block"], &shown["has_device"]),
        (&json!("grid-8"), &json!(false))
    );
    assert_eq!(shown["heir_id"], wang);
    by_staff(&["member", "change", li, "--block", ""]);
    assert_eq!(desk.json(&["member", "show", li])["block"], json!(null));

    // Away, and what is theirs goes along.
    let moved = by_staff(&["member", "move", wang, "--to", "yubei"]);
    let place = (&moved["centre"], &moved["account_id"]);
    assert_eq!(place, (&json!("yubei"), &json!("yubei:member:2")));
    assert_eq!(desk.json(&["balance", "yubei:member:2"])["balance"], 30);
    let (code, error) = desk.failed(&[
        "member",
        "move",
        li,
        "--to",
        "yubei",
        "--account",
        "huxi:member:9",
        "--actor",
        "1001",
    ]);
    assert_eq!((code, &error["error"]), (2, &json!("USAGE")));

    let policy = "name = \"One\"\n[exit]\naccount = \"huxi:pool:mutual\"\n";
    let policy = desk.file("p.toml", policy);
    by_staff(&["policy", "adopt", "huxi", &policy]);
    let died = ["member", "died", li, "--on", "2026-01-31"];
    assert_eq!(by_staff(&died)["state"], "exiting");
    assert_eq!(
        by_staff(&["member", "approve-exit", li])["state"],
        "exiting"
    );
    let second = desk.json(&["member", "approve-exit", li, "--actor", "1002"]);
    let ended = (&second["state"], &second["exit_approved_by"]);
    assert_eq!(ended, (&json!("died"), &json!("1001, 1002")));
    assert_eq!(desk.json(&["balance", "yubei:member:2"])["balance"], 120);
    // Without a policy nothing says where 120 minutes go.
    let (code, error) = desk.failed(&["member", "leave", wang, "--actor", "2001"]);
    assert_eq!((code, &error["error"]), (1, &json!("EXIT_ACCOUNT_MISSING")));
    desk.done(&["transfer", "yubei:member:2", "huxi:pool:mutual", "120"]);
    let left = desk.json(&["member", "leave", wang, "--actor", "2001"]);
    assert_eq!(left["state"], "left");
}

#[test]
fn a_file_of_members() {
    let desk = Desk::new();
    desk.done(&[
        "centre", "open", "huxi", "--staff", "1001", "--name", "A centre",
    ]);
    let rows = "\u{feff}id,name,born,identity,heir,relatives,device,disability,disability_since\n\
                huxi:member:1,李华,1941-03-01,51022319410301567X,,,yes,,\n\
                huxi:member:2,王明,1950-01-01,,huxi:member:1,huxi:member:1,no,certificate,2024-05-01\n\
                huxi:member:3,张三,2999-01-01,,,,,,\n\
                yubei:member:1,李四,,,,,,,\n\
                huxi:member:4,李华,1941-03-01,51022319410301567x,,,,,\n";
    let file = desk.file("members.csv", rows);
    let register = |more: &[&str]| {
        let arguments = [
            "member", "register", "--from", &file, "--actor", "1001", "--output", "json",
        ];
        let ended = desk.run(&[&arguments, more].concat());
        let data: serde_json::Value = serde_json::from_str(&ended.data).unwrap_or_default();
        let said: Vec<serde_json::Value> = ended
            .said
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        (ended.code, data, said)
    };
    let summary = |dry_run, registered, there, second: Option<i64>| {
        json!({
            "dry_run": dry_run,
            "registered_count": registered,
            "already_there_count": there,
            "second_membership_count": second,
            "refused_count": 2,
        })
    };
    let (code, data, said) = register(&["--dry-run"]);
    assert_eq!((code, data), (1, summary(true, 3, 0, None)));
    let told: Vec<_> = said
        .iter()
        .map(|one| (&one["line"], &one["reason"]))
        .collect();
    assert_eq!(told[0], (&json!(4), &json!("BORN_IN_FUTURE")));
    assert_eq!(told[1], (&json!(5), &json!("MEMBER_OUTSIDE")));
    let members = || desk.csv(&["member", "list", "huxi"]).len();

    // All or none: none, and the line of the first that is refused.
    let (code, _, said) = register(&["--atomic"]);
    let error = said.last().expect("an error");
    assert_eq!((code, &error["error"]), (1, &json!("BORN_IN_FUTURE")));
    assert_eq!(error["figures"]["line"], "4");
    assert_eq!(
        desk.done(&["member", "list", "huxi", "--output", "csv"])
            .lines()
            .count(),
        1
    );

    // Row by row, and again: the rest is refused as before.
    assert_eq!(register(&[]).1, summary(false, 3, 0, Some(1)));
    assert_eq!(register(&[]).1, summary(false, 0, 3, Some(1)));
    assert_eq!(members(), 3);
    let show = [
        "member",
        "show",
        "huxi:member:2",
        "--personal",
        "--actor",
        "1001",
    ];
    let shown = desk.json(&show);
    assert_eq!(
        (&shown["heir_id"], &shown["has_device"]),
        (&json!("huxi:member:1"), &json!(false))
    );
    assert_eq!(shown["disability"][0]["evidence"], "certificate");
    let second = desk.csv(&["member", "list", "huxi", "--second"]);
    assert_eq!(second[0]["id"], "huxi:member:4");

    let old = [
        "member",
        "list",
        "huxi",
        "--min-age",
        "80",
        "--on",
        "2025-01-01",
    ];
    let old: Vec<_> = desk.csv(&old).iter().map(|row| row["id"].clone()).collect();
    assert_eq!(old, ["huxi:member:1", "huxi:member:4"]);
    let none = ["member", "list", "huxi", "--inactive", "--output", "json"];
    assert_eq!(desk.done(&none).trim(), "[]");

    let file = desk.file("odd.csv", "id,nane\nhuxi:member:9,x\n");
    let odd = ["member", "register", "--from", &file, "--actor", "1001"];
    let (code, error) = desk.failed(&odd);
    assert_eq!((code, &error["error"]), (1, &json!("FOUND_WRONG")));
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("\"nane\" is unknown"),
        "{error}"
    );
    let path = desk.dir.path().join("gbk.csv");
    std::fs::write(&path, b"id,name\nhuxi:member:9,\xc0\xee\n").expect("a file");
    let gbk = ["member", "register", "--from", path.to_str().unwrap()];
    assert!(
        desk.failed(&gbk).1["message"]
            .as_str()
            .unwrap()
            .contains("UTF-8")
    );
}
