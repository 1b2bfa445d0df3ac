//! No reason for a refusal without a story or a test of it.

use std::{collections::BTreeSet, fs, path::Path};

/// What cannot be had on purpose.
const NOT_TOLD: [&str; 3] = [
    // The system's source of random bytes would have to fail.
    "NO_RANDOMNESS",
    // A rule of a policy would have to be asked that has no reason of its own.
    "POLICY_FORBIDS",
    // The server's code would have to panic.
    "SERVER_FAULT",
];

/// The reasons that the source gives: what its `fn reason`s return.
fn reasons() -> BTreeSet<String> {
    let sources = [
        include_str!("../../src/ledger/rejection.rs"),
        include_str!("../../src/exchange/rejection.rs"),
        include_str!("../../src/exchange/order_rejection.rs"),
        include_str!("../../src/exchange/pool/rejection.rs"),
        include_str!("../../src/exchange/issuance/rejection.rs"),
        include_str!("../../src/exchange/stock/rejection.rs"),
        include_str!("../../src/exchange/group/rejection.rs"),
        include_str!("../../src/exchange/training/rejection.rs"),
        include_str!("../../src/exchange/conversion/rejection.rs"),
        include_str!("../../src/exchange/period/rejection.rs"),
        include_str!("../../src/exchange/oversight/rejection.rs"),
        include_str!("../../src/exchange/partner/rejection.rs"),
        include_str!("../../src/exchange/token/rejection.rs"),
        include_str!("../../src/access/rejection.rs"),
        include_str!("../../src/query/reports/mod.rs"),
        include_str!("../../src/ledger/malformed.rs"),
        include_str!("../../src/rpc/status.rs"),
    ];
    sources.into_iter().flat_map(quoted_reasons).collect()
}

fn quoted_reasons(text: &str) -> impl Iterator<Item = String> {
    let is_reason = |word: &&str| {
        word.contains('_') && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    };
    text.split('"').filter(is_reason).map(str::to_owned)
}

/// The reasons that scripts print.
fn told_in_scripts() -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for script in fs::read_dir(super::SCRIPTS).expect("the scripts") {
        let text = fs::read_to_string(script.expect("a script").path()).expect("a script");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<_> = line.split(' ').collect();
            let refusals = words.windows(2).filter(|pair| is_refusal(pair[0]));
            told.extend(refusals.map(|pair| pair[1].to_owned()));
        }
    }
    told
}

fn is_refusal(word: &str) -> bool {
    word == "refused" || word == "malformed"
}

/// The reasons that tests over gRPC quote.
fn told_in_tests() -> BTreeSet<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut told = BTreeSet::new();
    for room in ["rpc", "cli", "faults", "recovery"] {
        for file in fs::read_dir(tests.join(room)).expect("the tests") {
            let path = file.expect("a file").path();
            // What helps with a test is in a directory of its name.
            if path.is_file() {
                told.extend(quoted_reasons(&fs::read_to_string(path).expect("a test")));
            }
        }
    }
    told
}

#[test]
fn every_reason_has_a_story_or_a_test() {
    let reasons = reasons();
    assert!(reasons.len() > 40, "not found in the source: {reasons:?}");
    let told: BTreeSet<_> = told_in_scripts().union(&told_in_tests()).cloned().collect();
    let mut untold: BTreeSet<_> = reasons.difference(&told).map(String::as_str).collect();
    for reason in NOT_TOLD {
        assert!(untold.remove(reason), "{reason} is told, or is none");
    }
    assert!(untold.is_empty(), "neither story nor test: {untold:?}");
}

/// A script that names no reason of the source tells of one that is gone.
#[test]
fn every_told_reason_is_one() {
    let told = told_in_scripts();
    let gone: Vec<_> = told.difference(&reasons()).cloned().collect();
    assert!(gone.is_empty(), "no longer in the source: {gone:?}");
}

/// Every reason is listed for those who handle it, and no other.
#[test]
fn every_reason_is_listed() {
    let list = include_str!("../../proto/REASONS.md");
    let rows = list.lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: BTreeSet<_> = rows.filter_map(|row| row.split('`').next()).collect();
    let reasons = reasons();
    let reasons: BTreeSet<_> = reasons.iter().map(String::as_str).collect();
    assert_eq!(listed, reasons);
}

/// What the study of Chongqing's time banks describes; the table has more.
const MECHANISMS: [&str; 15] = [
    "Huxi Garden, High-tech Zone",
    "Jinjia, Banan",
    "Yi Cang, Jiulongpo",
    "Chenjiaqiao, Shapingba",
    "Jianxin, Dadukou",
    "Jiulongpo platform",
    "Mutual fund pool",
    "Community Sunshine Fund",
    "Yubei",
    "Community universities for the elderly",
    "Table 1 of the study",
    "Evaluation",
    "Family, community, institution",
    "Students' social practice",
    "Period close",
];

/// Each row of the table of mechanisms names a story of its own.
#[test]
fn every_mechanism_has_a_story() {
    let table = include_str!("../../docs/mechanisms.md");
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<_> = rows.skip(1).collect();
    for mechanism in MECHANISMS {
        let cell = format!("| {mechanism} |");
        let has_row = rows.iter().any(|row| row.starts_with(&cell));
        assert!(has_row, "{mechanism} has no row");
    }
    let mut stories = BTreeSet::new();
    for row in rows {
        let story = row.split('`').nth(1).unwrap_or_default();
        let script = Path::new(super::SCRIPTS).join(story);
        assert!(!story.is_empty() && script.is_file(), "no story: {row}");
        assert!(stories.insert(story), "two rows have the story {story}");
    }
}
