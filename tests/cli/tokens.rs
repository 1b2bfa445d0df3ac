//! Tokens from the command line: `ledger-cli token`, `login` and `whoami`, and `timebank token` on the
//! machine itself.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{ANN, BEN, Desk, Ended, MINT, command};
use crate::support::{Server, ended, first_token};

fn is_private(path: &Path) {
    let mode = fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", path.display());
}

/// `timebank token`, on a directory.
fn on_machine(data: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.arg("token").args(arguments).arg("--data").arg(data);
    let ended = ended(command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = ended.status.code().expect("a code");
    (code, text(&ended.stdout), text(&ended.stderr))
}

/// Who a token in a file is.
fn who(desk: &Desk, file: &str) -> Result<Value, String> {
    let mut command = desk.command(&["whoami", "--output", "json"]);
    command.env("TIMEBANK_TOKEN_FILE", file);
    let ended = Ended::of(command);
    match ended.code {
        0 => Ok(serde_json::from_str(&ended.data).expect("an object")),
        _ => Err(ended.said),
    }
}

#[test]
fn issued_used_rotated_and_revoked() {
    let desk = Desk::founded();
    is_private(&desk.dir.path().join("admin.token"));
    assert_eq!(desk.json(&["whoami"])["id"], "admin");
    let file = desk.dir.path().join("clinic.token");
    let file = file.to_str().expect("a plain path");
    let issue = [
        "token",
        "issue",
        "--name",
        "clinic",
        "--role",
        "integration",
    ];
    let issued = desk.json(&[&issue[..], &["--scope", "city:", "--to", file]].concat());
    assert_eq!(
        (&issued["id"], &issued["scope"]),
        (&"clinic".into(), &"city".into())
    );
    is_private(Path::new(file));
    assert_eq!(who(&desk, file).expect("let in")["role"], "integration");
    let mut posted = desk.command(&["transfer", MINT, BEN, "5", "--output", "json"]);
    posted.env("TIMEBANK_TOKEN_FILE", file);
    let posted = Ended::of(posted);
    assert_eq!(posted.code, 0, "{posted:?}");
    let entry: Value = serde_json::from_str(&posted.data).expect("an object");
    assert_eq!(entry["actor"], "clinic");
    let rotated = desk.json(&["token", "rotate", "clinic"]);
    let text = rotated["token"].as_str().expect("a token");
    assert!(text.starts_with("timebank_"), "{text}");
    assert!(
        who(&desk, file)
            .expect_err("rotated")
            .contains("TOKEN_REFUSED")
    );
    let mut by_text = desk.command(&["whoami"]);
    by_text.env("TIMEBANK_TOKEN", text);
    assert_eq!(Ended::of(by_text).code, 0);
    let listed = desk.json(&["token", "list"]);
    assert_eq!(listed[1]["id"], "clinic");
    assert!(listed[1]["last_used_at"].is_string(), "{listed}");
    assert_eq!(
        desk.json(&["token", "revoke", "clinic"])["state"],
        "revoked"
    );
    for name in ["ledger.db", "ledger.db-wal"] {
        let bytes = fs::read(desk.dir.path().join(name)).expect("a file");
        let mut windows = bytes.windows(text.len());
        assert!(
            !windows.any(|window| window == text.as_bytes()),
            "it is in {name}"
        );
    }
    desk.done(&["audit", "verify"]);
}

/// Whose word counts is asked for a token of their own, which is kept beside the ledger.
#[test]
fn a_token_of_ones_own() {
    let desk = Desk::founded();
    let before = desk.position();
    let approve = ["order", "approve", "018f0000-0000-7000-8000-000000000001"];
    let (_, error) = desk.failed(&[&approve[..], &["--actor", "1001"]].concat());
    assert_eq!(
        error["error"], "NEED_UNKNOWN",
        "it is asked by their own token"
    );
    is_private(&desk.dir.path().join("tokens/1001.token"));
    assert_eq!(desk.position(), before + 1);
    // Who has named another token gets none.
    let file = desk.dir.path().join("admin.token");
    let mut named = desk.command(&[&approve[..], &["--actor", "1002"]].concat());
    named.env("TIMEBANK_TOKEN_FILE", file);
    assert!(Ended::of(named).said.contains("CLAIM_NOT_COUNTED"));
    assert_eq!(desk.position(), before + 1);
}

#[test]
fn login() {
    let desk = Desk::founded();
    let config = TempDir::new().expect("a directory");
    let cli = |arguments: &[&str]| {
        let mut command = command();
        command
            .env("XDG_CONFIG_HOME", config.path())
            .args(arguments);
        command
    };
    let alone = Ended::of(cli(&["whoami", "--server", &desk.url()]));
    assert!(alone.said.contains("TOKEN_MISSING"), "{alone:?}");
    // A token that is refused leaves no profile.
    let mut wrong = cli(&["login", "--server", &desk.url()]);
    wrong.stdin(Stdio::from(fs::File::open("/dev/null").expect("nothing")));
    assert_eq!(Ended::of(wrong).code, 1);
    assert!(!config.path().join("ledger-cli/profiles.toml").exists());
    let token = fs::File::open(desk.dir.path().join("admin.token")).expect("a token");
    let mut right = cli(&["login", "--server", &desk.url(), "--output", "json"]);
    right.stdin(Stdio::from(token));
    let right = Ended::of(right);
    assert_eq!(right.code, 0, "{right:?}");
    is_private(&config.path().join("ledger-cli/default.token"));
    // From now on neither server nor token need be named, and output is as was said.
    let balance = Ended::of(cli(&["balance", ANN]));
    let balance: Value = serde_json::from_str(&balance.data).expect("an object");
    assert_eq!(balance["balance"], 100);
    // Reports are of the branch that was said, where none is named.
    let mut again = cli(&["login", "--server", &desk.url(), "--prefix", "town"]);
    let token = fs::File::open(desk.dir.path().join("admin.token")).expect("a token");
    again.stdin(Stdio::from(token));
    assert_eq!(Ended::of(again).code, 0);
    let report = ["report", "activity"];
    let own = Ended::of(cli(&report));
    assert!(own.said.contains("town"), "nobody is there: {own:?}");
    let all = Ended::of(cli(&[&report[..], &["--branch", ""]].concat()));
    assert_eq!(all.code, 0, "{all:?}");
    // The profile's token is for its server alone.
    let other = Ended::of(cli(&["whoami", "--server", "http://localhost:1"]));
    assert_eq!(other.code, 3, "{other:?}");
    let none = Ended::of(cli(&["whoami", "--profile", "none"]));
    assert_eq!(none.code, 2, "{none:?}");
}

/// A token does not go over a network unencrypted.
#[test]
fn no_token_goes_to_another_machine_unencrypted() {
    let desk = Desk::founded();
    let file = desk.dir.path().join("admin.token");
    let file = file.to_str().expect("a plain path");
    let ended = desk.run(&[
        "whoami",
        "--server",
        "http://192.0.2.1:50051",
        "--token-file",
        file,
    ]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.said.contains("https://"), "{}", ended.said);
}

/// With a server and without one, and also where the administrator's token is lost.
#[test]
fn on_the_machine_itself() {
    let desk = Desk::founded();
    let data = desk.dir.path();
    let lost = first_token(data);
    fs::remove_file(data.join("admin.token")).expect("lost");
    let path = data.join("admin.token");
    let to = [
        "rotate",
        "admin",
        "--to",
        path.to_str().expect("a plain path"),
    ];
    assert_eq!(on_machine(data, &to), (0, String::new(), String::new()));
    is_private(&path);
    assert_eq!(desk.json(&["whoami"])["id"], "admin");
    let mut old = desk.command(&["whoami"]);
    old.env("TIMEBANK_TOKEN", lost);
    assert_eq!(Ended::of(old).code, 1);
    let (code, _, said) = on_machine(data, &["revoke", "nobody"]);
    assert_eq!(code, 1);
    assert!(said.contains("there is no token nobody"), "{said}");
    let Desk { server, dir } = desk;
    server.kill();
    let issue = ["issue", "--name", "watch", "--role", "auditor"];
    let (code, text, said) = on_machine(dir.path(), &issue);
    assert_eq!((code, said.as_str()), (0, ""));
    let (code, listed, _) = on_machine(dir.path(), &["list"]);
    assert_eq!(code, 0);
    assert!(
        listed.contains("watch") && listed.contains("auditor"),
        "{listed}"
    );
    let server = Server::start(dir.path());
    let desk = Desk { server, dir };
    let mut watch = desk.command(&["whoami"]);
    watch.env("TIMEBANK_TOKEN", text.trim());
    assert_eq!(Ended::of(watch).code, 0);
    desk.done(&["audit", "verify"]);
    let empty = TempDir::new().expect("a directory");
    assert_eq!(on_machine(empty.path(), &["list"]).0, 2);
}
