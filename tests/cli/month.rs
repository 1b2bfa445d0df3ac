//! The page of an administrator's month, word for word: each of its commands runs, on the days
//! that it is about.

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use super::{Ended, command, program};
use crate::support::{Server, id, skewed};

const PAGE: &str = include_str!("../../docs/month.md");

/// The blocks of a section, of a language; a plain one is of commands.
fn blocks(section: &str, language: &str) -> Vec<String> {
    let (_, rest) = PAGE
        .split_once(&format!("\n## {section}\n"))
        .expect("a section");
    let (body, _) = rest.split_once("\n## ").unwrap_or((rest, ""));
    let mut parts = body.split("```").skip(1);
    let mut blocks = Vec::new();
    while let Some(block) = parts.next() {
        let (tongue, text) = block.split_once('\n').expect("a line");
        if tongue == language {
            blocks.push(text.to_owned());
        }
        parts.next();
    }
    blocks
}

/// Runs what a section says, in a directory.
fn run(section: &str, server: &Server, dir: &Path, ids: &[(&str, String)]) -> String {
    sh(section, &blocks(section, "").concat(), server, dir, ids)
}

/// Runs commands of something, in a directory.
fn sh(of: &str, commands: &str, server: &Server, dir: &Path, ids: &[(&str, String)]) -> String {
    let script = format!("set -e\n{commands}");
    let path = std::env::var("PATH").unwrap_or_default();
    let beside = program().parent().expect("its directory");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script])
        .current_dir(dir)
        .env("PATH", format!("{}:{path}", beside.display()))
        .env("TIMEBANK_SERVER", format!("http://{}", server.address()))
        .env("TIMEBANK_ACTOR", "1001")
        .env("TIMEBANK_DATA", dir.join("data"))
        .envs(ids.iter().map(|(name, id)| (name, id)));
    let ended = Ended::of(command);
    assert_eq!(ended.code, 0, "{of}: {ended:?}");
    ended.data
}

#[test]
fn an_administrators_month() {
    let dir = TempDir::new().expect("a directory");
    let data = dir.path().join("data");
    let ids = [("NEED", id()), ("ORDER", id())];
    let serve = |time: &str| {
        let mut command = skewed(&data, time)?;
        command.args(["--time-zone", "Asia/Shanghai"]);
        Some(Server::run(command))
    };
    let Some(server) = serve("@2026-10-01 01:00:00") else {
        return;
    };
    let policy = blocks("Once", "toml").concat();
    fs::write(dir.path().join("month.toml"), policy).expect("a file");
    run("Once", &server, dir.path(), &ids);
    server.kill();
    let server = serve("@2026-10-06 04:00:00").expect("as before");
    run("Each day", &server, dir.path(), &ids);
    server.kill();
    let server = serve("@2026-11-02 01:00:00").expect("as before");
    let told = run("When the month is over", &server, dir.path(), &ids);
    for figures in ["companionship", "50m", "redemption rate", "1002"] {
        assert!(told.contains(figures), "{figures}: {told}");
    }
    run("For members", &server, dir.path(), &ids);
    run("Whenever somebody doubts", &server, dir.path(), &ids);
    let page = fs::read_to_string(dir.path().join("month-2026-10.html")).expect("a page");
    for text in [
        "月报",
        "<svg",
        "参与人数",
        "<td>陪伴 Companionship (companionship)</td>",
        ">陪伴 Companionship (companionship)</text>",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    no_column_is_lost(&server, dir.path(), &page);
    a_page_is_the_same_for_ever(&server, dir.path(), &ids);
    let passbook = fs::read_to_string(dir.path().join("passbook.html")).expect("a page");
    let certificate = fs::read_to_string(dir.path().join("certificate.html")).expect("a page");
    let issuer = "<dt>出具单位 issued by</dt><dd>虎溪花园 Huxi Garden</dd>";
    assert!(certificate.contains(issuer), "{certificate}");
    assert!(
        certificate.contains("<td>陪伴 Companionship (companionship)</td>"),
        "{certificate}"
    );
    assert!(
        passbook.contains("陪伴 Companionship (companionship), huxi:member:1"),
        "{passbook}"
    );
}

/// The page of a month that goes on is the same as of a position, whatever is adopted that month.
fn a_page_is_the_same_for_ever(server: &Server, dir: &Path, ids: &[(&str, String)]) {
    let renamed = blocks("Once", "toml").concat().replace("陪伴", "看望");
    fs::write(dir.join("renamed.toml"), renamed).expect("a file");
    let page = "ledger-cli report month 2026-11 --branch huxi --html";
    let commands = format!(
        "ledger-cli need publish huxi:member:1 companionship --at '2026-11-04 09:00' --for 1h
         POSITION=$(ledger-cli status | awk '/^journal position/ {{ print $3 }}')
         {page} --at-position $POSITION > before.html
         ledger-cli policy adopt huxi renamed.toml
         {page} --at-position $POSITION > after.html
         {page} > now.html"
    );
    sh("a page again", &commands, server, dir, ids);
    let read = |name: &str| fs::read_to_string(dir.join(name)).expect("a page");
    let (before, now) = (read("before.html"), read("now.html"));
    assert!(
        before.contains("陪伴") && !before.contains("看望"),
        "{before}"
    );
    assert_eq!(before, read("after.html"));
    assert!(now.contains("看望"), "{now}");
}

/// The page has each column of each part, with a Chinese name, but those that say of what a figure
/// is and how it is measured.
fn no_column_is_lost(server: &Server, dir: &Path, page: &str) {
    let mut command = command();
    command
        .env("TIMEBANK_DATA", dir.join("data"))
        .env("TIMEBANK_SERVER", format!("http://{}", server.address()))
        .args([
            "report", "month", "2026-10", "--branch", "huxi", "--output", "json",
        ]);
    let ended = Ended::of(command);
    assert_eq!(ended.code, 0, "{ended:?}");
    let month: Value = serde_json::from_str(&ended.data).expect("JSON");
    let parts = month.as_object().expect("an object").values();
    let parts: Vec<_> = parts.filter_map(Value::as_array).collect();
    let sections: Vec<_> = page.split("<h2>").skip(1).collect();
    assert_eq!(parts.len(), sections.len());
    for (part, section) in parts.into_iter().zip(sections) {
        let row = part[0].as_object().expect("a row");
        let columns = row
            .keys()
            .filter(|name| *name != "of" && *name != "measure");
        let heads = section.split("<th").skip(2);
        let heads: Vec<_> = heads
            .filter_map(|head| head.split(['>', '<']).nth(1))
            .collect();
        assert_eq!(heads.len(), columns.count(), "{heads:?}");
        for head in heads {
            assert!(!head.starts_with(|c: char| c.is_ascii()), "{head}");
        }
        for figure in part.iter().filter_map(|row| row["figure"].as_str()) {
            let alone = ["</td>", ": "].map(|end| format!("<td>{figure}{end}"));
            assert!(alone.iter().all(|cell| !section.contains(cell)), "{figure}");
        }
    }
}
