//! The page of an administrator's month, word for word: each of its commands runs, on the days
//! that it is about.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use super::{Ended, program};
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
    let script = format!("set -e\n{}", blocks(section, "").concat());
    let path = std::env::var("PATH").unwrap_or_default();
    let beside = program().parent().expect("its directory");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script])
        .current_dir(dir)
        .env("PATH", format!("{}:{path}", beside.display()))
        .env("TIMEBANK_SERVER", format!("http://{}", server.address()))
        .env("TIMEBANK_ACTOR", "1001")
        .envs(ids.iter().map(|(name, id)| (name, id)));
    let ended = Ended::of(command);
    assert_eq!(ended.code, 0, "{section}: {ended:?}");
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
    for text in ["月报", "<svg", "参与人数", "companionship"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let passbook = fs::read_to_string(dir.path().join("passbook.html")).expect("a page");
    assert!(passbook.contains("companionship"), "{passbook}");
}
