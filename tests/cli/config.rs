//! The server's configuration: what `timebank check` says of it, and that the server goes by it.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use super::Ended;
use crate::support::{Server, ended};

/// `timebank check` of a file with this text: its code, and what it wrote.
fn checked(text: &str, options: &[&str]) -> (i32, String, String) {
    let dir = TempDir::new().expect("a directory");
    let path = dir.path().join("timebank.toml");
    fs::write(&path, text).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command
        .arg("check")
        .arg("--config")
        .arg(&path)
        .args(options);
    let ended = ended(command);
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.replace(&dir.path().display().to_string(), "DIR")
    };
    let code = ended.status.code().expect("a code");
    (code, text(&ended.stdout), text(&ended.stderr))
}

/// Every mistake is told at once, with its line.
#[test]
fn mistakes() {
    let (code, out, said) = checked(
        "listen = \"localhost\"\ndatta = \"x\"\nplaintext = 1\ntime_zone = \"Mars\"\n\
         [tls]\ncert = \"a.pem\"\n[limits]\nidle_s = 0\nconnection = 5\npage_items = \"many\"\n",
        &[],
    );
    assert_eq!((code, out.as_str()), (1, ""));
    for line in [
        "timebank: the configuration DIR/timebank.toml has mistakes:",
        "line 1, column 10: listen is not an address to listen on; write an address and a port, \
         such as \"0.0.0.0:50051\" or \"[::1]:50051\"",
        "line 2, column 1: datta is no key of a configuration; perhaps data is meant",
        "line 3, column 13: plaintext is not true or false; write true or false",
        "line 4, column 13: time_zone is not a time zone; write an IANA name, such as \
         \"Asia/Shanghai\"",
        "line 5, column 1: tls.key is missing; give key",
        "line 8, column 10: limits.idle_s is not a whole number in its range; write one from 1 to \
         86400",
        "line 9, column 1: limits.connection is no key of a configuration; perhaps connections is \
         meant",
        "line 10, column 14: limits.page_items is not a whole number in its range; write one from \
         100 to 1000",
    ] {
        assert!(
            said.lines().any(|told| told == line),
            "{line}\nis not in\n{said}"
        );
    }
    assert_eq!(said.lines().count(), 9, "{said}");
}

/// What can be read and would not work.
#[test]
fn what_would_not_work() {
    for (text, wanted) in [
        (
            "listen = \"0.0.0.0:1\"",
            "0.0.0.0:1 is not this machine's own",
        ),
        (
            "[tls]\ncert = \"none.pem\"\nkey = \"none.key\"",
            "cannot read DIR/none.key",
        ),
        (
            "data = \"timebank.toml\"",
            "DIR/timebank.toml is no directory",
        ),
        ("[limits]\nconnections = 100000", "has to open 100100 files"),
        ("listen = ", "line 1"),
    ] {
        let (code, out, said) = checked(text, &[]);
        assert_eq!((code, out.as_str()), (1, ""), "{text}");
        assert!(said.contains(wanted), "{text}: {said}");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.args(["check", "--config", "/nowhere/timebank.toml"]);
    let ended = ended(command);
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("cannot read the configuration /nowhere/timebank.toml"),
        "{said}"
    );
}

/// What it prints can be read again, and says the same; options stand above the file.
#[test]
fn what_it_amounts_to() {
    let (code, defaults, _) = checked("", &[]);
    assert_eq!(code, 0);
    let (code, again, _) = checked(&defaults, &[]);
    assert_eq!((code, &again), (0, &defaults.replace("\"./", "\"DIR/./")));
    let text = "listen = \"127.0.0.1:7\"\ntime_zone = \"Asia/Shanghai\"\n[limits]\nidle_s = 5\n";
    let (_, told, _) = checked(text, &["--listen", "127.0.0.1:8", "--data", "there"]);
    for line in [
        "data = \"there\"",
        "listen = \"127.0.0.1:8\"",
        "time_zone = \"Asia/Shanghai\"",
        "idle_s = 5 # 1 to 86400",
        "page_items = 1000 # 100 to 1000",
    ] {
        assert!(told.lines().any(|one| one == line), "{line}: {told}");
    }
}

/// The example of the documentation is what it prints without a file.
#[test]
fn the_example() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.arg("check");
    let ended = ended(command);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/timebank.toml");
    let example = fs::read_to_string(example).expect("the example");
    assert_eq!(String::from_utf8_lossy(&ended.stdout), example);
}

/// A server and what else is on the machine go by one file.
#[test]
fn served_by_a_file() {
    let dir = TempDir::new().expect("a directory");
    let path = dir.path().join("timebank.toml");
    let text = "data = \"ledger\"\nlisten = \"127.0.0.1:0\"\ntime_zone = \"Asia/Shanghai\"\n";
    fs::write(&path, text).expect("a file");
    let by_file = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
        command.args(arguments).arg("--config").arg(&path);
        command
    };
    let server = Server::run(by_file(&["serve"]));
    let told = ended(by_file(&["token", "list"]));
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("admin"), "{told}");
    let mut command = super::command();
    command.args(["status", "--output", "json"]);
    command.args(["--server", &format!("http://{}", server.address())]);
    command.env("TIMEBANK_TOKEN_FILE", dir.path().join("ledger/admin.token"));
    let shown = Ended::of(command);
    assert!(shown.data.contains("Asia/Shanghai"), "{shown:?}");
}
