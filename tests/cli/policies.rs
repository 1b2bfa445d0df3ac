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
