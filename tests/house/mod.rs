//! The rooms of `src/`, and the arrows between them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Each room, and those that it may use.
const MAY_USE: [(&str, &[&str]); 7] = [
    ("ledger", &[]),
    ("journal", &["ledger"]),
    ("store", &["journal", "ledger"]),
    ("clock", &["ledger"]),
    ("sequencer", &["store", "clock", "ledger"]),
    ("query", &["store", "clock", "ledger"]),
    (
        "rpc",
        &["query", "sequencer", "store", "clock", "journal", "ledger"],
    ),
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

fn room_of(path: &Path) -> String {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = path.strip_prefix(src).expect("a source");
    let room = inside.iter().next().expect("a name").to_string_lossy();
    room.trim_end_matches(".rs").to_owned()
}

/// The rooms that a source names: `crate::ROOM`, also in braces.
fn used(text: &str) -> Vec<&'static str> {
    let words = |text: &str| {
        let mut depth = 0;
        let mut tops = vec![String::new()];
        for c in text.chars().take_while(|c| *c != ';') {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => tops.push(String::new()),
                c if depth <= 1 && !c.is_whitespace() => {
                    tops.last_mut().expect("a word").push(c);
                }
                _ => {}
            }
        }
        tops
    };
    let mut rooms = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        for top in words(&text[at + "crate::".len()..]) {
            let named = MAY_USE.iter().map(|(room, _)| *room);
            rooms.extend(named.filter(|room| {
                top.strip_prefix(room).is_some_and(|rest| {
                    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                })
            }));
        }
    }
    rooms
}

#[test]
fn arrows_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for path in sources(&src) {
        let room = room_of(&path);
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == room) else {
            assert!(
                matches!(room.as_str(), "lib" | "main"),
                "an unknown room: {room}"
            );
            continue;
        };
        let text = fs::read_to_string(&path).expect("a source");
        for target in used(&text) {
            arrows += 1;
            if target != room && !allowed.contains(&target) {
                wrong.push(format!("{}: {room} -> {target}", path.display()));
            }
        }
    }
    assert!(arrows > 50, "only {arrows} arrows were seen");
    assert!(
        wrong.is_empty(),
        "arrows that point the wrong way: {wrong:#?}"
    );
}

#[test]
fn the_test_sees_arrows() {
    for (text, rooms) in [
        ("use crate::ledger::Book;", vec!["ledger"]),
        (
            "use crate::{\n    ledger::{Book, Facts},\n    store::Store,\n};",
            vec!["ledger", "store"],
        ),
        ("crate::rpc::serve()", vec!["rpc"]),
        ("use crate::ledgers::X;", vec![]),
        ("use super::{store, rpc};", vec![]),
    ] {
        assert_eq!(used(text), rooms, "{text}");
    }
}

#[test]
fn rules_are_pure() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&src.join("ledger")) {
        let text = fs::read_to_string(&path).expect("a source");
        for impure in IMPURE {
            assert!(!text.contains(impure), "{}: {impure}", path.display());
        }
    }
}
