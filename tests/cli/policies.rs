//! Policies, from the command line.

use serde_json::{Value, json};

use super::{Desk, Ended, command};

fn sample(name: &str) -> String {
    format!("{}/examples/policies/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Runs without a server.
fn alone(arguments: &[&str]) -> Ended {
    let mut command = command();
    command
        .args(arguments)
        .args(["--server", "http://127.0.0.1:1"]);
    Ended::of(command)
}

#[test]
fn a_sound_policy_needs_no_server() {
    let file = sample("jianxin.toml");
    let ended = alone(&["policy", "check", &file, "--output", "json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let told: Value = serde_json::from_str(&ended.data).expect("JSON");
    let expected = json!({
        "file": file,
        "name": "Jianxin: 80 and over, or 60 to 79 with a disability",
        "name_zh": "建新街道时间银行规则",
        "starts_on": null,
        "service_count": 2,
        "qualification_count": 0,
        "mistake_count": 0,
    });
    assert_eq!(told, expected);
}

#[test]
fn mistakes_are_listed_by_line() {
    let desk = Desk::new();
    let file = desk.file(
        "p.toml",
        "name = \"One\"\n[pricing]\nday_kap = \"2h\"\nweek_cap = 6\n",
    );
    let ended = desk.run(&["policy", "check", &file]);
    assert_eq!(ended.code, 1);
    let lines: Vec<_> = ended
        .data
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let expected = [
        "line column mistake what to do",
        "3 1 pricing.day_kap is no key of a policy perhaps day_cap is meant",
        "4 12 pricing.week_cap is not a length of time write \"15m\", \"2h\" or \"1h30m\"",
    ];
    assert_eq!(lines, expected);
    let error = ended.said.lines().next().unwrap_or_default();
    assert_eq!(error, format!("error: FOUND_WRONG: {file} is no policy"));
    let ended = desk.run(&["policy", "check", &file, "--output", "json"]);
    let told: Value = serde_json::from_str(&ended.data).expect("JSON");
    assert_eq!(
        (told[0]["line"].clone(), told[0]["column"].clone()),
        (json!(3), json!(1))
    );
}

#[test]
fn a_file_that_is_no_text_is_told_so() {
    let desk = Desk::new();
    let path = desk.dir.path().join("gbk.toml");
    // "name = " and a name in GBK, on the second line.
    std::fs::write(&path, b"# one\nname = \"\xbb\xa2\xcf\xaa\"\n").expect("a file");
    let (code, error) = desk.failed(&["policy", "check", path.to_str().unwrap()]);
    assert_eq!((code, &error["error"]), (1, &json!("FOUND_WRONG")));
    assert_eq!(error["figures"]["line"], "2");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("save it again as UTF-8"),
        "{error}"
    );

    let large = desk.file("large.toml", &"#".repeat(10 * 1024 * 1024));
    let (code, error) = desk.failed(&["policy", "check", &large]);
    assert_eq!((code, &error["figures"]["max_bytes"]), (1, &json!("65536")));

    let (code, error) = desk.failed(&["policy", "check", "nowhere.toml"]);
    assert_eq!((code, &error["error"]), (2, &json!("FILE")));
}

#[test]
fn from_a_draft_to_what_a_member_may_do() {
    let desk = Desk::new();
    let centre = [
        "centre",
        "open",
        "huxi",
        "--staff",
        "1001",
        "--name",
        "Huxi Garden",
    ];
    desk.done(&centre);
    let file = sample("huxi-garden.toml");
    let by_staff = |arguments: &[&str]| desk.json(&[arguments, &["--actor", "1001"]].concat());

    let draft = desk.json(&["policy", "diff", "huxi", &file]);
    assert_eq!(
        (&draft["member_count"], &draft["touched_count"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(draft["changes"][0]["key"], "name");
    assert_eq!(draft["changes"][0]["before"], Value::Null);
    let first = "huxi has no policy; this would be its first one";
    assert_eq!(draft["sentences"], json!([{ "sentence": first }]));

    let told = by_staff(&["policy", "adopt", "huxi", &file, "--dry-run"]);
    assert_eq!(told["state"], "would be adopted");
    let adopted = by_staff(&["policy", "adopt", "huxi", &file]);
    assert_eq!(
        (&adopted["id"], &adopted["state"]),
        (&json!("huxi/1"), &json!("in_force"))
    );
    let step = "11111111-1111-4111-8111-111111111111";
    let adopt = ["policy", "adopt", "huxi", &file, "--id", step];
    let second = by_staff(&adopt);
    assert_eq!(
        (&second["state"], &second["replayed"]),
        (&json!("to_come"), &json!(false))
    );
    assert_eq!(by_staff(&adopt)["replayed"], true);

    let shown = desk.json(&["policy", "show", "huxi"]);
    assert_eq!(shown["name_zh"], "虎溪花园互助规则");
    let terms = shown["terms"].as_array().expect("terms");
    let cap = terms.iter().find(|term| term["key"] == "pricing.week_cap");
    assert_eq!(cap.expect("a cap")["value"], "6h");
    let document = desk.done(&["policy", "show", "huxi", "--number", "2", "--document"]);
    assert_eq!(
        document,
        std::fs::read_to_string(&file).expect("the sample")
    );
    let states: Vec<_> = desk
        .csv(&["policy", "list", "huxi"])
        .iter()
        .map(|row| row["state"].clone())
        .collect();
    assert_eq!(states, [json!("in_force"), json!("to_come")]);

    let member = "huxi:member:000001";
    by_staff(&["member", "register", member, "--born", "1941-03-01"]);
    let (code, error) = desk.failed(&[
        "member",
        "register",
        "huxi:member:000002",
        "--born",
        "2015-03-01",
        "--actor",
        "1001",
    ]);
    assert_eq!((code, &error["error"]), (1, &json!("GUARDIAN_MISSING")));
    let explain = [
        "policy",
        "explain",
        "huxi",
        "--member",
        member,
        "--service",
        "home-care",
    ];
    let verdicts = desk.json(&explain);
    let verdicts = verdicts.as_array().expect("a list");
    let serves: Vec<_> = verdicts
        .iter()
        .filter(|row| row["question"] == "serve")
        .collect();
    assert_eq!(serves.len(), 2, "{verdicts:?}");
    assert_eq!(
        (&serves[0]["allowed"], &serves[1]["allowed"]),
        (&json!(true), &json!(false))
    );
    let table = desk.done(&explain);
    assert!(table.starts_with("question "), "{table}");

    desk.done(&[
        "centre", "open", "yubei", "--staff", "2001", "--name", "Yubei",
    ]);
    desk.done(&["account", "open", "yubei:pool:mutual"]);
    let pays = desk.file(
        "pays.toml",
        "name = \"One\"\n[payment]\npayer = \"yubei:pool:mutual\"\n",
    );
    let adopt = ["policy", "adopt", "huxi", &pays, "--actor", "1001"];
    assert_eq!(desk.failed(&adopt).1["error"], "POLICY_ACCOUNT_FOREIGN");
    let give = [
        "mandate",
        "give",
        "yubei:pool:mutual",
        "--to",
        "huxi",
        "--actor",
        "2001",
    ];
    assert_eq!(desk.json(&give)["state"], "given");
    desk.done(&adopt);
    for list in [
        &["mandate", "list", "huxi"][..],
        &["mandate", "list", "yubei", "--given"],
    ] {
        assert_eq!(desk.csv(list)[0]["id"], "yubei:pool:mutual/huxi");
    }
    let revoke = [
        "mandate",
        "revoke",
        "yubei:pool:mutual",
        "--to",
        "huxi",
        "--actor",
        "2001",
    ];
    assert_eq!(desk.json(&revoke)["state"], "revoked");
    assert_eq!(
        desk.done(&["mandate", "list", "huxi", "--output", "json"])
            .trim(),
        "[]"
    );

    let mistaken = desk.file("p.toml", "name = \"One\"\nx = 1\n");
    for arguments in [
        ["policy", "adopt", "huxi", &mistaken],
        ["policy", "diff", "huxi", &mistaken],
    ] {
        let ended = desk.run(&arguments);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.data.contains("x is no key of a policy"), "{ended:?}");
    }
}
