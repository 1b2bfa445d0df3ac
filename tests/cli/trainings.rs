//! Trainings, from the command line.

use serde_json::json;

use super::Desk;

const POLICY: &str = r#"
name = "City"
[[qualification]]
code = "aid"
[[training]]
code = "first-aid"
name_en = "First aid"
qualification = "aid"
valid_months = 12
unit = "points"
points = 20
from = "city:issuance:points"
assessed = true
"#;
const ADA: &str = "city:member:ada";
const BOB: &str = "city:member:bob";
const EVE: &str = "city:member:eve";

fn by_staff(line: &str) -> Vec<&str> {
    line.split_whitespace().chain(["--actor", "1001"]).collect()
}

fn city() -> Desk {
    let desk = Desk::new();
    desk.done(&["unit", "declare", "points", "--step", "point"]);
    desk.done(&[
        "centre", "open", "city", "--staff", "1001", "--name", "City",
    ]);
    desk.done(&by_staff(
        "source open city:issuance:points --unit points  --sector public \
         --funder Bureau --contract 7 --cap 100 --from 2020-01-01 --until 2099-12-31",
    ));
    let file = desk.file("policy.toml", POLICY);
    desk.done(&by_staff(&format!("policy adopt city {file}")));
    for member in [ADA, BOB, EVE] {
        desk.done(&by_staff(&format!("member register {member}")));
    }
    desk
}

/// A file is tried, recorded and recorded again; a bad line and a changed one are told.
#[test]
fn a_file_of_trainings() {
    let desk = city();
    let shown = desk.json(&["member", "show", ADA]);
    let on = shown["registered_on"].as_str().expect("a day").to_owned();
    let text = |of_eve: &str| {
        format!(
            "member,code,on,length,reference,assessment\n\
             {ADA},first-aid,{on},2h,red-cross,passed\n\
             {BOB},first-aid,{on},2h,red-cross,failed\n\
             {EVE},{of_eve},{on},2h,red-cross,passed\n"
        )
    };
    let file = desk.file("trainings.csv", &text("chess"));
    let record = format!("training record --from {file} --output json");
    let tried = desk.run(&by_staff(&format!("{record} --dry-run")));
    assert!(tried.said.contains("TRAINING_CODE_UNKNOWN"), "{tried:?}");
    assert!(tried.data.contains("\"recorded_count\":2"), "{tried:?}");
    assert_eq!(
        desk.json(&["training", "list", "--centre", "city"]),
        json!([])
    );
    let ended = desk.run(&by_staff(&record));
    assert!(ended.said.contains("\"line\":\"4\""), "{ended:?}");
    assert!(ended.said.contains("WITHHELD"), "{ended:?}");
    assert!(ended.data.contains("\"withheld_count\":1"), "{ended:?}");
    let ended = desk.run(&by_staff(&record));
    assert!(
        ended.data.contains("\"already_there_count\":2"),
        "{ended:?}"
    );
    assert_eq!(
        desk.json(&["balance", &format!("{ADA}:points")])["balance"],
        20
    );

    // Mended, all of it stands; another length is told to be one.
    let file = desk.file("trainings.csv", &text("first-aid"));
    let record = format!("training record --from {file}");
    let done = desk.json(&by_staff(&record));
    assert_eq!(
        (&done["recorded_count"], &done["already_there_count"]),
        (&json!(1), &json!(2))
    );
    desk.file("trainings.csv", &text("first-aid").replace("2h", "3h"));
    let ended = desk.run(&by_staff(&record));
    assert!(ended.said.contains("ID_REUSED"), "{ended:?}");

    // What was annulled is not recorded again by the same line, and is told.
    let listed = desk.json(&["training", "list", "--member", ADA]);
    let id = listed[0]["id"].as_str().expect("an id");
    let annulled = desk.json(&by_staff(&format!("training annul {id} --reason mistake")));
    assert_eq!(annulled["state"], "annulled");
    let shown = desk.json(&["training", "show", id]);
    assert_eq!(shown["history"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        desk.json(&["balance", &format!("{ADA}:points")])["balance"],
        0
    );
    desk.file("trainings.csv", &text("first-aid"));
    let ended = desk.run(&by_staff(&record));
    assert!(ended.said.contains("ANNULLED"), "{ended:?}");
    let single =
        format!("training record {ADA} first-aid {on} 90m --reference college --assessment passed");
    let done = desk.json(&by_staff(&single));
    assert_eq!(
        (&done["points"], &done["minutes"]),
        (&json!(20), &json!(90))
    );

    // The certificate has them, in rows and on paper.
    let days = format!("--from {on} --to {on}");
    let make = format!("certificate make {ADA} {days}");
    let made = desk.json(&by_staff(&make));
    assert_eq!(made["trainings"][0]["assessment"], "passed");
    let rows = desk.csv(&by_staff(&make));
    let number = made["number"].as_str().expect("a number");
    assert_eq!(rows.len(), 1);
    for (column, text) in [
        ("number", number),
        ("list", "trainings"),
        ("service", ""),
        ("code", "first-aid"),
        ("minutes", "90"),
    ] {
        assert_eq!(rows[0][column], text, "{column}");
    }
    let check = format!("certificate check {number} {ADA} {days}");
    assert_eq!(desk.json(&by_staff(&check))["valid"], true);
    let page = desk.run(&by_staff(&format!("{make} --html")));
    assert!(
        page.data.contains("<td>First aid (first-aid)</td>"),
        "{page:?}"
    );
    desk.done(&["audit", "verify"]);
}

#[test]
fn files_of_trainings_that_cannot_be_read() {
    let desk = city();
    for (text, told) in [
        ("member,code,on,length\n", "\"reference\" is missing"),
        (
            "member,code,on,length,reference,points\n",
            "\"points\" is unknown",
        ),
        ("member,code,on,length,reference\n", "has no lines"),
        (
            "member,code,on,length,reference\na:b,c,2026-03-01,long,d\n",
            "length: ",
        ),
        (
            "member,code,on,length,reference,assessment\na:b,c,2026-03-01,1h,d,good\n",
            "neither passed nor failed",
        ),
        (
            "member,code,on,length,reference\na:b,c,2026-03-01,1h,d\na:b,c,2026-03-01,2h,d\n",
            "it is the training of line 2",
        ),
    ] {
        let file = desk.file("trainings.csv", text);
        let ended = desk.run(&by_staff(&format!("training record --from {file}")));
        assert!(ended.said.contains(told), "{text}: {ended:?}");
    }
}
