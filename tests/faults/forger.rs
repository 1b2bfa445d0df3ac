//! A ledger's file that someone forged who knows the software: he appends lines
//! that no rule would let through, with the right bytes and hashes, and writes
//! every table as the projection says. The audit, which has each line decided
//! again, names the rule.

use std::{fs, path::Path};

use tempfile::TempDir;
use timebank::store::{Finding, Store, Verified};

use super::{
    ANN, BEN, contradictions,
    forgeries::{self, Case},
    hand::{Forged, Forger, Line},
    honest::{self, CARE},
    lines::{entry, expires, forced, leg, posts, releases, reversal, settles},
};
use crate::support::open_again;

fn ledger() -> TempDir {
    let dir = TempDir::new().expect("a directory");
    honest::keep(dir.path());
    dir
}

/// A copy of a ledger with lines appended by the forger, and the last of them.
pub(super) fn forge(honest: &TempDir, lines: Vec<Line>) -> (TempDir, Forged) {
    let copy = TempDir::new().expect("a directory");
    let path = copy.path().join("ledger.db");
    fs::copy(honest.path().join("ledger.db"), &path).expect("a copy");
    let mut forger = Forger::of(&path);
    let forged = lines.into_iter().map(|line| forger.append(line)).last();
    forger.leave();
    (copy, forged.expect("a line"))
}

pub(super) fn verified(dir: &Path) -> Verified {
    let (store, _writer) = open_again(dir);
    store.verify(Box::new(|_, _| true)).expect("it reads")
}

/// What the audit says of the last of these lines.
fn found(honest: &TempDir, what: &str, lines: Vec<Line>) -> (Finding, bool) {
    let (dir, forged) = forge(honest, lines);
    match verified(dir.path()) {
        Verified::Wrong(finding) => {
            assert_eq!(finding.sequence, Some(forged.at), "{what}: {finding:?}");
            (finding, forged.adds_up)
        }
        other => panic!("{what}: {other:?}"),
    }
}

fn are_found(cases: Vec<Case>, all_add_up: bool) {
    let honest = ledger();
    for (what, lines, reason) in cases {
        let (finding, adds_up) = found(&honest, what, lines);
        assert_eq!(finding.place, "journal", "{what}: {finding:?}");
        assert!(finding.what.contains(reason), "{what}: {finding:?}");
        assert_eq!(adds_up, all_add_up, "{what}");
    }
}

/// What the forger writes is in order where the rules let it through; so whatever
/// is found in the cases below is found by the rules.
#[test]
fn an_honest_line_of_the_same_hand_is_sound() {
    let honest = ledger();
    let hour = 3_600;
    let cases = [
        ("an entry", posts(entry(20, &[leg(ANN, CARE, 51)]))),
        ("all of a hold", settles(entry(10, &[leg(ANN, BEN, 15)]))),
        ("some of a hold", settles(entry(10, &[leg(ANN, BEN, 9)]))),
        ("a release", releases(14)),
        ("an expiry", expires(10).after_s(hour)),
        ("a reversal", posts(reversal(20, 5, &[leg(BEN, ANN, 10)]))),
        ("of a hold", posts(reversal(20, 11, &[leg(CARE, ANN, 20)]))),
        (
            "a forced one",
            posts(forced(forgeries::more_than_ann_has())),
        ),
    ];
    for (what, line) in cases {
        let (dir, forged) = forge(&honest, vec![line]);
        assert!(forged.adds_up, "{what}");
        match verified(dir.path()) {
            Verified::Sound { count, .. } => assert_eq!(count, forged.at.get(), "{what}"),
            other => panic!("{what}: {other:?}"),
        }
    }
}

/// Every table agrees with the journal; the rules alone are against it.
#[test]
fn what_adds_up_is_found_by_the_rules() {
    are_found(forgeries::all(), true);
}

/// The journal contradicts itself, which the rules say first.
#[test]
fn what_does_not_add_up_is_found() {
    are_found(contradictions::all(), false);
}

#[test]
fn every_rule_has_a_forgery() {
    let source = include_str!("../../src/ledger/rejection.rs");
    let is_reason =
        |word: &&str| word.contains('_') && word.chars().all(|c| matches!(c, 'A'..='Z' | '_'));
    let cases: Vec<_> = [forgeries::all(), contradictions::all()]
        .into_iter()
        .flatten()
        .collect();
    let mut reasons = source.split('"').filter(is_reason).peekable();
    assert!(reasons.peek().is_some(), "the source names no reason");
    // There is no honest ledger without a foundation to forge on.
    for reason in reasons.filter(|reason| *reason != "LEDGER_NOT_FOUNDED") {
        let named = format!("({reason})");
        assert!(
            cases.iter().any(|(_, _, found)| *found == named),
            "{reason}"
        );
    }
}
