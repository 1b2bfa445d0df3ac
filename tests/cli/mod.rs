//! `ledger-cli` end to end, against a real server.

mod commands;
mod config;
mod copies;
mod days;
mod ends;
mod exports;
mod funds;
mod groups;
mod imports;
mod members;
mod month;
mod orders;
mod outputs;
mod outside;
mod policies;
mod reports;
mod tokens;
mod trainings;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, ended, left_out};

const MINT: &str = "city:issuance:mint";
const ANN: &str = "city:member:ann";
const BEN: &str = "city:member:ben";

/// The client's program, built once and beside the server's: cargo builds the
/// programs of a test's own package only.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let server = Path::new(env!("CARGO_BIN_EXE_timebank"));
        let dir = server.parent().expect("its directory");
        let profile = match dir.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(profile) => profile,
        };
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "-p", "ledger-cli", "--profile", profile]);
        build
            .arg("--target-dir")
            .arg(dir.parent().expect("the target's"));
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        let built = build.output().expect("cargo runs");
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "{said}");
        dir.join("ledger-cli")
    })
}

/// The client with no settings but those of the test.
fn command() -> Command {
    let mut command = Command::new(program());
    for name in [
        "TIMEBANK_SERVER",
        "TIMEBANK_ACTOR",
        "TIMEBANK_DATA",
        "TIMEBANK_TOKEN",
        "TIMEBANK_TOKEN_FILE",
        "TIMEBANK_PROFILE",
        "TIMEBANK_CA",
        "TIMEBANK_CERT",
        "TIMEBANK_KEY",
        "NO_COLOR",
    ] {
        command.env_remove(name);
    }
    // No profile of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", "/nonexistent");
    // Nor what they saw.
    command.env_remove("XDG_STATE_HOME").env_remove("HOME");
    command.stdin(Stdio::null());
    command
}

/// An administrator's desk: a server, and the client that talks to it.
struct Desk {
    server: Server,
    dir: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self::served_by(Server::start)
    }

    fn served_by(serve: impl Fn(&Path) -> Server) -> Self {
        let dir = TempDir::new().expect("a directory");
        let server = serve(dir.path());
        Self { server, dir }
    }

    /// With an issuance account and two members, the first with 100 minutes.
    fn founded() -> Self {
        let desk = Self::new();
        for account in [MINT, ANN, BEN] {
            desk.done(&["account", "open", account]);
        }
        desk.done(&["transfer", MINT, ANN, "100"]);
        desk
    }

    fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        command.env("TIMEBANK_SERVER", self.url());
        command
            .env("TIMEBANK_DATA", self.dir.path())
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments))
    }

    /// What a command that succeeds writes.
    fn done(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
        ended.data
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let text = self.done(&[arguments, &["--output", "json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The rows of a CSV, each by the names of its columns.
    fn csv(&self, arguments: &[&str]) -> Vec<Value> {
        let text = self.done(&[arguments, &["--output", "csv"]].concat());
        rows(&text)
    }

    /// What is told of a command that fails: the exit code and the error.
    fn failed(&self, arguments: &[&str]) -> (i32, Value) {
        let ended = self.run(&[arguments, &["--output", "json"]].concat());
        assert_eq!(ended.data, "", "data of a failure");
        let last = ended.said.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{ended:?}"));
        assert_eq!(error["exit_code"], ended.code);
        (ended.code, error)
    }

    /// A file beside the ledger.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a plain path").to_owned()
    }

    /// The journal's last position.
    fn position(&self) -> i64 {
        let balance = self.json(&["balance", MINT]);
        balance["journal_position"].as_i64().expect("a position")
    }
}

/// How a command ended: its code, its data, and what it said beside.
#[derive(Debug)]
struct Ended {
    code: i32,
    data: String,
    said: String,
}

impl Ended {
    fn of(command: Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = ended(command);
        let ended = Self {
            code: status.code().expect("an exit code"),
            data: String::from_utf8(stdout).expect("text"),
            said: String::from_utf8(stderr).expect("text"),
        };
        assert!(!ended.said.contains("panicked"), "{ended:?}");
        ended
    }
}

/// Reads a CSV: quotes only where they are needed, and none in these tests.
fn rows(text: &str) -> Vec<Value> {
    let mut lines = text.lines().map(|line| line.split(','));
    let names: Vec<_> = lines.next().expect("a header").collect();
    let row = |fields: std::str::Split<'_, char>| {
        let fields: Vec<_> = fields.collect();
        assert_eq!(fields.len(), names.len(), "{text}");
        let pairs = names.iter().zip(fields);
        pairs
            .map(|(name, field)| ((*name).to_owned(), Value::from(field)))
            .collect()
    };
    lines.map(row).collect()
}

/// A Python that has DuckDB. None where there is none, which is said.
fn duckdb() -> Option<OsString> {
    let python = std::env::var_os("TIMEBANK_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let mut probe = Command::new(&python);
    let probe = probe.args(["-c", "import duckdb"]).output();
    if probe.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    left_out("python3 has no duckdb; see TIMEBANK_TEST_PYTHON");
    None
}

/// What a script prints, which has SQL in it.
fn sql(python: OsString, arguments: &[&str]) -> Value {
    let mut command = Command::new(python);
    command.args(arguments);
    let output = ended(command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}
