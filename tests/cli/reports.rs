//! Reports, from the command line.

use std::process::Command;

use serde_json::{Value, json};

use super::Desk;
use crate::support::ended;

/// The example city, as the example itself writes it.
fn city() -> String {
    let mut run = Command::new(env!("CARGO"));
    run.args(["run", "--quiet", "--example", "city"]);
    run.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = ended(run);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).expect("text")
}

/// The participants of a report's rows by what these are of.
fn participants(report: &Value) -> Vec<(&str, i64)> {
    let rows = report["rows"].as_array().expect("rows").iter();
    let rows = rows.map(|row| {
        let of = row["branch"].as_str().expect("a branch");
        (of, row["participants"].as_i64().expect("a number"))
    });
    rows.collect()
}

/// Table 1 of the study.
#[test]
fn the_example_city_has_the_participants_of_the_study() {
    let desk = Desk::new();
    let file = desk.file("city.csv", &city());
    desk.done(&["import", &file, "--open-accounts", "--actor", "1001"]);
    let activity = desk.json(&["report", "activity"]);
    assert_eq!(
        participants(&activity),
        [
            ("banan", 179),
            ("jiulongpo", 589),
            ("shapingba", 358),
            ("yubei", 452),
            ("yuzhong", 367),
            ("(all)", 1_945),
        ]
    );
    // The year is that of its months, and a branch is its part of the whole.
    let by_month = desk.json(&["report", "activity", "--by", "month"]);
    let months = by_month["rows"].as_array().expect("rows");
    let minutes = |row: &Value| row["served_minutes"].as_i64().expect("minutes");
    let (all, months) = months.split_last().expect("that of all");
    assert_eq!((months.len(), &months[0]["month"]), (12, &json!("2025-01")));
    assert_eq!(months.iter().map(minutes).sum::<i64>(), minutes(all));
    let of_one = [
        "report", "activity", "--branch", "yuzhong", "--month", "2025-03",
    ];
    let of_one = desk.json(&of_one);
    assert_eq!(
        (&of_one["of"], &of_one["since"], &of_one["until"]),
        (
            &json!("yuzhong"),
            &json!("2025-03-01"),
            &json!("2025-03-31")
        )
    );
    assert_eq!(participants(&of_one)[0].0, "yuzhong");

    // As of a position, the same bytes for ever.
    let position = activity["at_position"].to_string();
    let then = [
        "report",
        "activity",
        "--by",
        "service",
        "--at-position",
        &position,
    ];
    for form in ["table", "json", "csv"] {
        let then = [&then[..], &["--output", form]].concat();
        let before = desk.done(&then);
        let more = [
            "transfer",
            "yuzhong:issuance:grant-2025",
            "yuzhong:member:000001",
            "1h",
        ];
        desk.done(&[&more[..], &["--tag", "service=walk", "--actor", "1001"]].concat());
        assert_eq!(desk.done(&then), before, "{form}");
    }
    let now = desk.done(&["report", "activity", "--by", "service"]);
    assert!(now.contains("walk"), "{now}");
}

#[test]
fn a_report_that_cannot_be() {
    let desk = Desk::founded();
    let (code, refused) = desk.failed(&["report", "activity", "--branch", "town"]);
    assert_eq!((code, &refused["error"]), (1, &json!("BRANCH_EMPTY")));
    let both = [
        "report",
        "activity",
        "--month",
        "2026-10",
        "--since",
        "2026-10-01",
    ];
    assert_eq!(desk.run(&both).code, 2);
    for (kind, head) in [
        ("activity", "branch  participants  providers"),
        ("satisfaction", "branch  orders  answers  response percent"),
        ("supply-demand", "branch  needs  arranged  accepted"),
        ("dormancy", "joined  members  gone  active 30 days"),
        (
            "redeemability",
            "outstanding members minutes 1h40m what stands on",
        ),
    ] {
        let shown = desk.done(&["report", kind]);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&shown).contains(&words(head)), "{shown}");
    }
}
