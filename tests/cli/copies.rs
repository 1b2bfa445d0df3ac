//! Copies that an administrator has the server make, and those for an auditor.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use tempfile::TempDir;

use super::{ANN, Desk, Ended, MINT};
use crate::support::{Server, ended, serve_command, until};

const NAME: &str = "Li Hua of the East Gate";
const NOTE: &str = "her knee is better";
const CITY: [&[&str]; 5] = [
    &["centre", "open", "city", "--staff", "1001"],
    &[
        "member",
        "register",
        "city:member:li",
        "--name",
        NAME,
        "--born",
        "1941-03-01",
    ],
    &["account", "open", MINT],
    &["account", "open", ANN],
    &["transfer", MINT, ANN, "1h", "--note", NOTE],
];

/// A ledger with what is personal.
fn city() -> Desk {
    let desk = Desk::new();
    for command in CITY {
        let name = ["--name", "City"];
        let more: &[&str] = match command[0] {
            "centre" => &name,
            _ => &["--actor", "1001"],
        };
        desk.done(&[command, more].concat());
    }
    desk
}

/// `timebank`, on a directory.
fn timebank(arguments: &[&str], data: &Path) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timebank"));
    command.args(arguments).arg("--data").arg(data);
    let ended = ended(command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = ended.status.code().expect("a code");
    (code, text(&ended.stdout), text(&ended.stderr))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Whether any file of a directory has a text.
fn has(dir: &Path, text: &str) -> bool {
    let files = fs::read_dir(dir).expect("a directory");
    let mut files = files.map(|file| fs::read(file.expect("a file").path()).expect("its bytes"));
    files.any(|bytes| {
        let mut parts = bytes.windows(text.len());
        parts.any(|part| part == text.as_bytes())
    })
}

/// The lines of what an audit says, by their names.
fn line<'a>(said: &'a str, name: &str) -> &'a str {
    let mut lines = said.lines();
    let value = lines.find_map(|line| line.strip_prefix(name));
    value
        .unwrap_or_else(|| panic!("no {name} in {said}"))
        .trim()
}

/// A copy for an auditor has nothing personal in any of its bytes, and can be audited: it has as many
/// records as the ledger, and the same root.
#[test]
fn without_what_is_personal() {
    let desk = city();
    let copies = TempDir::new().expect("a directory");
    let (whole, part) = (copies.path().join("whole"), copies.path().join("part"));
    let data = desk.dir.path();
    assert_eq!(timebank(&["backup", path(&whole)], data).0, 0);
    let backup = ["backup", "--without-personal", path(&part)];
    let (code, told, said) = timebank(&backup, data);
    assert_eq!((code, said.as_str()), (0, ""), "{told}");
    assert_eq!(line(&told, "left_out"), "personal fields, notes and keys");
    for text in [NAME, NOTE, "1941-03-01"] {
        assert!(has(&whole, text), "the test finds what is there: {text}");
        assert!(!has(&part, text), "{text}");
    }
    let (_, of_whole, _) = timebank(&["verify"], &whole);
    let (code, of_part, _) = timebank(&["verify"], &part);
    assert_eq!(code, 0, "{of_part}");
    for name in ["verified_count", "root_hash"] {
        assert_eq!(line(&of_part, name), line(&of_whole, name));
    }
    assert_eq!(line(&of_part, "erased_personal_count"), "1");
    // It is for audits alone.
    let again = copies.path().join("again");
    for (arguments, at) in [
        (vec!["restore", path(&part)], &again),
        (vec!["serve", "--listen", "127.0.0.1:0"], &part),
    ] {
        let (code, _, said) = timebank(&arguments, at);
        assert_ne!(code, 0, "{arguments:?}");
        assert!(said.contains("without personal fields"), "{said}");
    }
    assert!(!again.exists());
    // A copy of the copy is one, too.
    let (code, ..) = timebank(&["backup", "--without-personal", path(&again)], &part);
    assert_eq!(code, 0);
}

/// While others book, an administrator has the server copy itself; the copy is whole.
#[test]
fn by_an_administrator_under_load() {
    let desk = city();
    let done = AtomicBool::new(false);
    let (copy, booked) = thread::scope(|scope| {
        let booking = scope.spawn(|| {
            let mut booked = 0;
            while !done.load(Ordering::Acquire) {
                desk.done(&["transfer", MINT, ANN, "1m"]);
                booked += 1;
            }
            booked
        });
        let copy = desk.json(&["backup", "evening"]);
        done.store(true, Ordering::Release);
        (copy, booking.join().expect("it books"))
    });
    assert!(booked > 0);
    let at = PathBuf::from(copy["path"].as_str().expect("a path"));
    assert_eq!(at, desk.dir.path().join("backups/evening"));
    let (code, told, _) = timebank(&["verify"], &at);
    assert_eq!(code, 0, "{told}");
    assert_eq!(line(&told, "root_hash"), copy["root_hash"]);
    assert_eq!(
        line(&told, "verified_count"),
        copy["verified_count"].to_string()
    );
    // It is served, and goes on where it ended.
    let restored = desk.dir.path().join("restored");
    let (code, _, said) = timebank(&["restore", path(&at)], &restored);
    assert_eq!(code, 0, "{said}");
    let _served = Server::run(serve_command(&restored));

    let (code, refused) = desk.failed(&["backup", "evening"]);
    assert_eq!((code, &refused["error"]), (1, &"COPY_EXISTS".into()));
    for name in [
        "../evening",
        ".evening",
        "evening.part",
        "a/b",
        "",
        &"x".repeat(65),
    ] {
        let (code, refused) = desk.failed(&["backup", name]);
        assert_eq!(
            (code, &refused["error"]),
            (1, &"COPY_NAME_MALFORMED".into()),
            "{name}"
        );
    }
    let part = desk.json(&["backup", "--without-personal"]);
    let at = PathBuf::from(part["path"].as_str().expect("a path"));
    assert!(at.exists() && !has(&at, NAME), "{}", at.display());
}

/// Only who has the whole ledger copies it.
#[test]
fn by_nobody_else() {
    let desk = city();
    let file = desk.dir.path().join("desk.token");
    for (name, role, scope) in [
        ("auditor", "auditor", None),
        ("operator", "operator", None),
        ("branch", "operator", Some("city")),
    ] {
        let mut issue = vec!["token", "issue", "--name", name, "--role", role];
        issue.extend(["--to", path(&file)]);
        issue.extend(scope.iter().flat_map(|scope| ["--scope", scope]));
        desk.done(&issue);
        let mut command = desk.command(&["backup", "own", "--output", "json"]);
        command.env("TIMEBANK_TOKEN_FILE", &file);
        let ended = Ended::of(command);
        assert_eq!(ended.code, 1, "{name}: {ended:?}");
        let refused = ended.said.contains("ROLE_FORBIDS");
        assert!(refused, "{ended:?}");
        fs::remove_file(&file).expect("it is there");
    }
    assert!(!desk.dir.path().join("backups").exists());
}

/// A copy that is cut off gets no name, whoever leaves or dies.
#[test]
fn that_is_cut_off() {
    let desk = city();
    let mut command = desk.command(&["backup", "never"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut asking = command.spawn().expect("it starts");
    let folder = desk.dir.path().join("backups");
    until("the copy's beginning", || folder.exists().then_some(()));
    desk.server.kill();
    let _ = asking.wait();
    // It was done before, or it has no name.
    let whole = folder.join("never");
    if whole.exists() {
        let (code, told, _) = timebank(&["verify"], &whole);
        assert_eq!(code, 0, "{told}");
    }
    let server = Server::start(desk.dir.path());
    drop(server);
}

/// What somebody has seen of a ledger tells an older copy, or another ledger, from it.
#[test]
fn behind_what_was_seen() {
    let desk = city();
    let dir = TempDir::new().expect("a directory");
    let (state, copy) = (dir.path().join("state"), dir.path().join("copy"));
    let as_seen = |server: &Server, data: &Path, arguments: &[&str]| {
        let mut command = super::command();
        command.env("TIMEBANK_SERVER", format!("http://{}", server.address()));
        command.env("XDG_STATE_HOME", &state);
        command.env("TIMEBANK_DATA", data).args(arguments);
        Ended::of(command)
    };
    let seen = || as_seen(&desk.server, desk.dir.path(), &["audit", "seen"]);
    assert_eq!(seen().code, 2, "nothing yet");
    for _ in 0..2 {
        let status = as_seen(&desk.server, desk.dir.path(), &["status"]);
        assert_eq!(status.code, 0, "{status:?}");
    }
    let first = seen().data;
    assert_eq!(timebank(&["backup", path(&copy)], desk.dir.path()).0, 0);
    desk.done(&["transfer", MINT, ANN, "1m"]);
    let audit = as_seen(&desk.server, desk.dir.path(), &["audit", "verify"]);
    assert_eq!(audit.code, 0, "{audit:?}");
    let last = seen().data;
    assert_ne!(first, last);

    // The copy has the first, and lacks the last.
    let restored = dir.path().join("restored");
    let behind = ["restore", path(&copy), "--seen", last.trim()];
    let (code, _, said) = timebank(&behind, &restored);
    assert_eq!(code, 2);
    assert!(said.contains("were seen"), "{said}");
    let (code, _, said) = timebank(&["restore", path(&copy), "--seen", first.trim()], &restored);
    assert_eq!(code, 0, "{said}");
    let token = "admin.token";
    fs::copy(desk.dir.path().join(token), restored.join(token)).expect("a token");
    let server = Server::start(&restored);
    let status = as_seen(&server, &restored, &["status", "--output", "json"]);
    assert_eq!((status.code, status.data.as_str()), (1, ""));
    assert!(status.said.contains("fewer records"), "{status:?}");
    // Where it goes on another way, it is another ledger.
    let transfer = ["transfer", MINT, ANN, "2m"];
    let moved = as_seen(&server, &restored, &transfer);
    assert_eq!(moved.code, 0, "{moved:?}");
    let status = as_seen(&server, &restored, &["audit", "verify"]);
    assert_eq!((status.code, status.data.as_str()), (1, ""));
    assert!(status.said.contains("others than were seen"), "{status:?}");
    assert_eq!(seen().data, last, "what was kept stays");
}
