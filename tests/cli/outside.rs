//! Reports of a ledger with needs, orders and groups, against SQL over what the client lists: the
//! simulated month, as somebody sees it who has the client and no more.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    process::Stdio,
    thread,
};

use serde_json::Value;

use super::{Desk, duckdb, sql};
use crate::{support::Server, year};

#[test]
fn reports_of_a_month_are_what_sql_says_of_its_lists() {
    let Some(python) = duckdb() else {
        return;
    };
    // The clock is years ahead of this ledger. As it is not accepted, the ledger stays at its last
    // record: nothing expires or arises while it is read.
    let desk = Desk::served_by(|dir| {
        year::leave_a_month(dir);
        Server::start(dir)
    });
    let position = desk.json(&["status"])["journal_position"].clone();
    list_all(&desk, position.as_i64().expect("a position"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/outside.py");
    let dir = desk.dir.path().to_str().expect("a plain path");
    let said = sql(python, &[script, dir]);

    let requests = said.as_object().expect("rows by requests");
    assert!(requests.len() >= 100, "{} requests", requests.len());
    for (request, rows) in requests {
        let arguments: Vec<_> = ["report"].into_iter().chain(request.split(' ')).collect();
        let mut report = desk.json(&arguments);
        assert_eq!(report["at_position"], position);
        let of_report = report["rows"].as_array_mut().expect("rows");
        of_report.iter_mut().for_each(strip_words);
        assert_eq!(report["rows"], *rows, "{request}");
    }
}

/// Takes out of a row what explains it, which SQL has nothing to say of.
fn strip_words(row: &mut Value) {
    let cells = row.as_object_mut().expect("a row");
    cells.remove("measure");
    cells.remove("meaning");
}

/// Writes what the client lists into files beside the ledger, a line for each thing.
fn list_all(desk: &Desk, position: i64) {
    desk.file("export.jsonl", &desk.done(&["export", "--format", "jsonl"]));
    let journal = journal(desk, position);
    write(desk, "accounts", &rows(desk, &["account", "list"]));
    let centres = values(&rows(desk, &["centre", "list"]), "id");
    write(desk, "members", &each(desk, &["member", "list"], &centres));
    let evaluations = each(desk, &["evaluation", "list"], &centres);
    write(desk, "evaluations", &evaluations);
    let groups = each(desk, &["group", "list"], &centres);
    write(desk, "groups", &groups);
    write(desk, "places", &places(desk, &values(&groups, "id")));
    // A centre's lists have the needs that wait and the orders of a day; a member's have all.
    let recipients = values(&journal, "recipient_id");
    let of_all = |what| each(desk, &[what, "list", "--of"], &recipients);
    thread::scope(|scope| {
        scope.spawn(|| write(desk, "needs", &of_all("need")));
        write(desk, "orders", &of_all("order"));
    });
}

fn write(desk: &Desk, name: &str, rows: &[Value]) {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    desk.file(&format!("{name}.jsonl"), &lines);
}

/// The journal's records up to a position, which are written too: a watch goes on until it is ended.
fn journal(desk: &Desk, position: i64) -> Vec<Value> {
    let mut command = desk.command(&["watch", "--output", "json"]);
    let mut watch = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the client starts");
    let out = BufReader::new(watch.stdout.take().expect("its output"));
    let count = usize::try_from(position).expect("a count");
    let lines: Vec<_> = out.lines().map_while(Result::ok).take(count).collect();
    watch.kill().expect("SIGKILL is sent");
    watch.wait().expect("the client ends");
    assert_eq!(lines.len(), count, "records");
    // As they are told: a field that is there twice is no JSON for DuckDB.
    desk.file("journal.jsonl", &format!("{}\n", lines.join("\n")));
    let parsed = lines.iter().map(|line| serde_json::from_str(line));
    parsed.collect::<Result<_, _>>().expect("JSON")
}

/// What a field has in any of these rows.
fn values(rows: &[Value], field: &str) -> BTreeSet<String> {
    let values = rows.iter().filter_map(|row| row[field].as_str());
    values.map(str::to_owned).collect()
}

/// What a command lists.
fn rows(desk: &Desk, command: &[&str]) -> Vec<Value> {
    let list = desk.json(command);
    list.as_array().expect("a list").clone()
}

/// What a command lists of each of these.
fn each(desk: &Desk, command: &[&str], of: &BTreeSet<String>) -> Vec<Value> {
    let lists = of.iter().map(|of| rows(desk, &[command, &[of]].concat()));
    lists.flatten().collect()
}

/// Who has a place in which group.
fn places(desk: &Desk, groups: &BTreeSet<String>) -> Vec<Value> {
    let places = groups.iter().flat_map(|group| {
        let mut places = rows(desk, &["group", "places", group]);
        for place in &mut places {
            place["group_id"] = group.as_str().into();
        }
        places
    });
    places.collect()
}
