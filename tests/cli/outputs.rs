//! What is written, and where.

use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
};

use serde_json::{Value, json};

use super::{ANN, BEN, Desk, Ended, MINT, program};
use crate::support::peer;

/// The same list as a table for people, rows for spreadsheets, and an array for
/// programs.
#[test]
fn forms_of_a_list() {
    let desk = Desk::founded();
    let table = desk.done(&["account", "list"]);
    assert_eq!(table.lines().count(), 4);
    assert!(
        table.lines().next().expect("a header").contains("balance"),
        "{table}"
    );
    assert!(
        table.contains("1h40m") && table.contains("-1h40m"),
        "{table}"
    );

    let array = desk.json(&["account", "list"]);
    let rows = desk.csv(&["account", "list"]);
    assert_eq!(rows.len(), 3);
    for (row, object) in rows.iter().zip(array.as_array().expect("an array")) {
        for (name, value) in object.as_object().expect("an object") {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            assert_eq!(row[name], text, "{name}");
        }
    }
    assert_eq!(
        rows[0]["balance"], "-100",
        "spreadsheets add up whole minutes"
    );
}

/// Empty lists are lists, too.
#[test]
fn empty_lists() {
    let desk = Desk::new();
    assert_eq!(desk.json(&["account", "list"]), json!([]));
    assert_eq!(desk.csv(&["account", "list"]), [Value::Null; 0]);
    assert_eq!(desk.json(&["hold", "list"]), json!([]));
}

/// One thing is one object, one row, or a block of names and values.
#[test]
fn forms_of_one_thing() {
    let desk = Desk::founded();
    let object = desk.json(&["balance", ANN]);
    assert_eq!(
        (&object["balance"], &object["available"]),
        (&json!(100), &json!(100))
    );
    let rows = desk.csv(&["balance", ANN]);
    assert_eq!((rows.len(), &rows[0]["balance"]), (1, &json!("100")));
    assert!(desk.done(&["balance", ANN]).contains("1h40m"));
}

/// A field with a separator is quoted; one that a spreadsheet would reckon is
/// still only text.
#[test]
fn quotes() {
    let desk = Desk::founded();
    let id = "11111111-1111-4111-8111-111111111111";
    desk.done(&[
        "transfer",
        MINT,
        BEN,
        "1",
        "--id",
        id,
        "--note",
        "one, \"two\"\nthree",
    ]);
    let text = desk.done(&["entry", "show", id, "--output", "csv"]);
    assert!(text.contains("\"one, \"\"two\"\"\nthree\""), "{text}");
}

/// `watch` writes a line a record, as they come, until it is stopped.
#[test]
fn watch() {
    let desk = Desk::founded();
    let mut command = desk.command(&["watch", "--from", "6", "--output", "json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut next = || -> Value {
        let line = lines.next().expect("a line").expect("a line");
        serde_json::from_str(&line).expect("an object")
    };
    let first = next();
    assert_eq!(
        (&first["sequence"], &first["fact"]),
        (&json!(6), &json!("entry_posted"))
    );
    assert_eq!(first["transfers"][0]["amount"], 100);
    desk.done(&["account", "open", "city:member:new"]);
    let second = next();
    assert_eq!(
        (&second["fact"], &second["kind"]),
        (&json!("account_opened"), &json!("member"))
    );
    child.kill().expect("it is stopped");
    child.wait().expect("it ends");
}

/// A reader that has seen enough is no error.
#[test]
fn closed_pipes() {
    let desk = Desk::founded();
    let mut file = "from,to,amount,effective_at\n".to_owned();
    for minute in 0..1_500 {
        file += &format!("{MINT},{ANN},1,2026-01-{:02}\n", 1 + minute % 28);
    }
    desk.done(&["import", &desk.file("rows.csv", &file)]);
    for arguments in [
        &["export"][..],
        &["export", "--format", "hledger"],
        &["statement", ANN],
        &["statement", ANN, "--output", "json"],
        &["statement", ANN, "--output", "csv"],
        &["watch"],
    ] {
        let mut command = desk.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut out = child.stdout.take().expect("its output");
        out.read_exact(&mut [0; 1]).expect("a byte");
        drop(out);
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        assert_eq!(said, "", "{arguments:?}");
    }
}

/// Colours are for terminals, and not for those who say NO_COLOR.
#[test]
fn colours() {
    let desk = Desk::new();
    assert!(!desk.done(&["--help"]).contains('\u{1b}'));
    let Some(script) = peer("script") else {
        return;
    };
    let on_terminal = |no_color: bool| {
        let mut command = std::process::Command::new(&script);
        let line = format!("{} --help", program().display());
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        command
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        Ended::of(command).data.contains('\u{1b}')
    };
    assert!(on_terminal(false), "no colours on a terminal");
    assert!(!on_terminal(true), "colours in spite of NO_COLOR");
}
