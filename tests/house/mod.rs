//! The rooms of the server and of its client, and the arrows between them.

mod access;
mod lists;
mod security;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each room, and those before it that it may use.
type Rooms = &'static [(&'static str, &'static [&'static str])];

const SERVER: Rooms = &[
    ("ledger", &[]),
    ("document", &[]),
    ("exchange", &["document", "ledger"]),
    ("access", &["exchange", "ledger"]),
    ("steps", &["access", "exchange", "ledger"]),
    ("journal", &["steps", "exchange", "ledger"]),
    ("store", &["journal", "steps", "exchange", "ledger"]),
    ("clock", &["ledger"]),
    (
        "sequencer",
        &["store", "clock", "steps", "exchange", "ledger"],
    ),
    (
        "query",
        &["store", "clock", "steps", "access", "exchange", "ledger"],
    ),
    (
        "rounds",
        &["query", "sequencer", "steps", "exchange", "ledger"],
    ),
    (
        "rpc",
        &[
            "rounds",
            "query",
            "sequencer",
            "store",
            "clock",
            "journal",
            "steps",
            "access",
            "exchange",
            "ledger",
        ],
    ),
    ("config", &["rpc", "document", "ledger"]),
];

const CLIENT: Rooms = &[
    ("account_kind", &[]),
    ("amount", &[]),
    ("time", &[]),
    ("week", &[]),
    ("progress", &[]),
    ("paper", &[]),
    ("error", &["amount"]),
    ("secret", &["error"]),
    ("profile", &["secret", "error"]),
    ("client", &["secret", "error"]),
    ("seen", &["client", "error"]),
    ("render", &["client", "error", "amount", "time"]),
    ("rows", &["render", "account_kind"]),
    (
        "session",
        &["render", "client", "profile", "secret", "error", "time"],
    ),
    ("local", &["session", "client", "secret", "error"]),
    (
        "commands/import",
        &[
            "session",
            "render",
            "client",
            "error",
            "progress",
            "amount",
            "time",
            "account_kind",
        ],
    ),
    (
        "commands/export",
        &[
            "session",
            "render",
            "client",
            "error",
            "progress",
            "time",
            "account_kind",
        ],
    ),
    (
        "commands",
        &[
            "seen",
            "session",
            "rows",
            "render",
            "client",
            "secret",
            "error",
            "progress",
            "paper",
            "amount",
            "time",
            "week",
            "account_kind",
        ],
    ),
    ("args", &["commands", "session", "render"]),
];

/// What the pure rooms must not touch.
const IMPURE: [&str; 6] = [
    "rusqlite",
    "tokio",
    "tonic",
    "std::time",
    "std::fs",
    "Utc::now",
];

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The innermost room that a source is in. None outside of all.
fn room_of(rooms: Rooms, inside: &Path) -> Option<&'static str> {
    let inside = inside.with_extension("");
    let around = rooms.iter().map(|(room, _)| *room);
    around
        .filter(|room| inside.starts_with(room))
        .max_by_key(|room| room.len())
}

/// The paths that follow each `crate::` or `super::` of a source, also in braces.
fn paths_after(start: &str, text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in text.match_indices(start) {
        let (mut depth, mut path) = (0, String::new());
        for c in text[at + start.len()..].chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => paths.push(std::mem::take(&mut path)),
                c if c.is_whitespace() => {}
                c if depth <= 1 && (c.is_alphanumeric() || matches!(c, '_' | ':')) => path.push(c),
                _ if depth == 0 => break,
                _ => {}
            }
            if depth == 0 && c == '}' {
                break;
            }
        }
        paths.push(path);
    }
    paths
}

/// The rooms that a source at a place names.
fn used(rooms: Rooms, inside: &Path, text: &str) -> Vec<&'static str> {
    let module = match inside.file_stem() {
        Some(name) if name == "mod" => inside.parent(),
        _ => Some(inside),
    };
    let above = module.and_then(Path::parent).unwrap_or(Path::new(""));
    // `use super::*` is how tests see the source that they are in.
    let text = text.replace("use super::*", "");
    let from_crate = paths_after("crate::", &text).into_iter().map(PathBuf::from);
    let from_above = paths_after("super::", &text).into_iter();
    from_crate
        .chain(from_above.map(|path| above.join(path)))
        .map(|path| PathBuf::from(path.to_string_lossy().replace("::", "/")))
        .filter_map(|path| room_of(rooms, &path))
        .collect()
}

/// Each room may use rooms before it only, so that no circle can be allowed.
fn assert_no_circles(rooms: Rooms) {
    for (at, (room, allowed)) in rooms.iter().enumerate() {
        for target in *allowed {
            let is_before = rooms[..at].iter().any(|(before, _)| before == target);
            assert!(is_before, "{room} may use {target}, which is not before it");
        }
    }
}

fn assert_arrows(rooms: Rooms, src: &str, outside: &[&str], at_least: usize) {
    assert_no_circles(rooms);
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join(src);
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for path in sources(&src) {
        let inside = path.strip_prefix(&src).expect("a source");
        let Some(room) = room_of(rooms, inside) else {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let is_known = outside.contains(&&*name) && path.parent() == Some(&src);
            assert!(is_known, "{} is in no room", path.display());
            continue;
        };
        let (_, allowed) = rooms[..]
            .iter()
            .find(|(name, _)| *name == room)
            .expect("a room");
        let text = fs::read_to_string(&path).expect("a source");
        assert!(
            !text.contains("super::super"),
            "{} climbs by super::super; name it from crate::",
            path.display()
        );
        for target in used(rooms, inside, &text) {
            arrows += 1;
            if target != room && !allowed.contains(&target) {
                wrong.push(format!("{}: {room} -> {target}", path.display()));
            }
        }
    }
    assert!(arrows > at_least, "only {arrows} arrows were seen");
    assert!(
        wrong.is_empty(),
        "arrows that point the wrong way: {wrong:#?}"
    );
}

#[test]
fn arrows_of_the_server_point_one_way() {
    assert_arrows(
        SERVER,
        "src",
        &[
            "check", "copy", "lib", "log", "main", "place", "token", "verify",
        ],
        50,
    );
}

#[test]
fn arrows_of_the_client_point_one_way() {
    assert_arrows(CLIENT, "ledger-cli/src", &["main"], 50);
}

#[test]
fn the_test_sees_arrows() {
    for (rooms, place, text, expected) in [
        (
            SERVER,
            "rpc/x.rs",
            "use crate::ledger::Book;",
            vec!["ledger"],
        ),
        (
            SERVER,
            "rpc/x.rs",
            "use crate::{\n    ledger::{Book, Facts},\n    store::Store,\n};",
            vec!["ledger", "store"],
        ),
        (SERVER, "store/x.rs", "crate::rpc::serve()", vec!["rpc"]),
        (SERVER, "store/x.rs", "use crate::ledgers::X;", vec![]),
        (
            SERVER,
            "store/x.rs",
            "use super::{rpc, y};",
            vec!["store"; 2],
        ),
        (SERVER, "store/mod.rs", "use super::{rpc, y};", vec!["rpc"]),
        (SERVER, "clock.rs", "use super::rpc;", vec!["rpc"]),
        (
            CLIENT,
            "args.rs",
            "use crate::{rows, commands::import::Reader, time::Time};",
            vec!["rows", "commands/import", "time"],
        ),
        (
            CLIENT,
            "args.rs",
            "crate::commands::run(x)",
            vec!["commands"],
        ),
        (
            CLIENT,
            "commands/import/mod.rs",
            "use super::tag;",
            vec!["commands"],
        ),
        (
            CLIENT,
            "commands/import/row.rs",
            "use super::tag;",
            vec!["commands/import"],
        ),
    ] {
        let found = used(rooms, Path::new(place), text);
        assert_eq!(found, expected, "{place}: {text}");
    }
}

#[test]
fn rules_are_pure() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = ["ledger", "exchange", "access", "steps"];
    for path in rooms.iter().flat_map(|room| sources(&src.join(room))) {
        let text = fs::read_to_string(&path).expect("a source");
        for impure in IMPURE {
            assert!(!text.contains(impure), "{}: {impure}", path.display());
        }
    }
}
