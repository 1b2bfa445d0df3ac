//! The sample policies, and what stands where a policy says nothing.

use std::{collections::BTreeSet, fs, path::Path};

use timebank::exchange::policy::{Policy, sentences};

use super::policy;

fn samples() -> Vec<(String, String)> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies");
    let files = fs::read_dir(samples).expect("the samples");
    let paths = files.map(|file| file.expect("a file").path());
    let documents = paths.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    let read = documents.map(|path| {
        let text = fs::read_to_string(&path).expect("a sample");
        (path.display().to_string(), text)
    });
    read.collect()
}

#[test]
fn every_sample_is_a_policy_with_a_chinese_name() {
    let samples = samples();
    assert_eq!(samples.len(), 7);
    for (path, text) in samples {
        let policy = Policy::read(&text).unwrap_or_else(|mistakes| panic!("{path}: {mistakes}"));
        assert!(policy.name_zh.is_some(), "{path}");
        for service in &policy.services {
            assert!(service.name_zh.is_some(), "{path}: {}", service.code);
        }
    }
}

/// The sample that explains every key, with what it has in comments.
fn with_every_key() -> Policy {
    let text = include_str!("../../examples/policies/huxi-garden.toml");
    let lines = text.lines().map(|line| {
        let commented = line
            .strip_prefix("# ")
            .filter(|line| line.contains(" = ") || line.starts_with('['));
        commented
            .unwrap_or(line)
            .replace("rounding = \"none\"", "rounding = \"up\"")
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    Policy::read(&text).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn what_is_commented_out_is_a_policy_too() {
    let policy = with_every_key();
    let shown = text_of(&policy);
    for line in [
        "starts_on: 2026-12-01",
        "pricing.rounding: up to 15m",
        "balance.excess_to: huxi:pool:mutual",
        "grant.who: 60 or older",
        "exit.leaving: the heir, or else huxi:pool:mutual",
        "convert.points-to-time.give: 60",
        "convert.points-to-time.get: 1h",
        "service.home-care.group: true",
    ] {
        assert!(
            shown.contains(&line.to_owned()),
            "{line} is not in {shown:#?}"
        );
    }
}

fn text_of(policy: &Policy) -> Vec<String> {
    let terms = policy.terms().into_iter();
    terms
        .map(|term| format!("{}: {}", term.key, term.value))
        .collect()
}

#[test]
fn what_is_left_out_has_the_default_that_the_sample_names() {
    let expected = [
        "name: One",
        "pricing.basis: lower",
        "pricing.rounding: none",
        "pricing.at_least: 0m",
        "balance.floor: 0m",
        "balance.ceiling: none",
        "join.who: anyone",
        "provide.who: anyone",
        "redeem.who: anyone",
        "exit.leaving: the heir",
        "exit.death: the heir",
        "exit.approvals: 2",
        "confirmation.within_days: 14",
        "confirmation.tolerance: 15m",
        "confirmation.within_percent: 25",
        "exchange.shortest: 15m",
        "exchange.longest: 24h",
        "exchange.backdated_days: 7",
        "exchange.ahead_days: 14",
        "exchange.cash: false",
        "cancellation.notice: 0m",
        "cancellation.owed: 0m",
        "approval.need: 1",
        "approval.relief: 2",
        "approval.correction: 1",
        "payment.payer: recipient",
        "retention.months: 0",
        "audit.overlap: 0m",
        "audit.day: 24h",
        "audit.own_gain: 0m",
        "audit.pair_times: 5",
        "audit.backdated_days: 31",
        "audit.proxy_members: 5",
        "audit.fallen: 0m",
        "audit.rounding_percent: 95",
        "audit.rounding_orders: 20",
    ];
    assert_eq!(text_of(&policy("")), expected);
}

#[test]
fn two_policies_are_told_apart_by_their_terms() {
    let before =
        policy("[pricing]\nday_cap = \"2h\"\n[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\n");
    let after = policy(
        "[balance]\nfloor = \"-10h\"\n[[service]]\ncode = \"walk\"\nname_en = \"Walk\"\nweight = 1.5\n",
    );
    let changes = before.changes(&after).into_iter();
    let changes: Vec<_> = changes
        .map(|change| {
            (
                change.key,
                change.before.unwrap_or_default(),
                change.after.unwrap_or_default(),
            )
        })
        .collect();
    let expected = [
        ("balance.floor", "0m", "-10h"),
        ("service.walk.weight", "1", "3/2"),
        ("pricing.day_cap", "2h", ""),
    ];
    let expected = expected.map(|(key, before, after)| (key.into(), before.into(), after.into()));
    assert_eq!(changes, expected);
    let keys: BTreeSet<_> = before.terms().into_iter().map(|term| term.key).collect();
    assert_eq!(keys.len(), before.terms().len(), "no key is there twice");
    assert!(before.changes(&before).is_empty());
}

#[test]
fn what_changes_is_told_in_sentences() {
    let before = policy(
        "[pricing]\nday_cap = \"2h\"\n[balance]\nceiling = \"720h\"\n\
         [[service]]\ncode = \"walk\"\nname_en = \"Walk\"\n\
         [[service]]\ncode = \"read\"\nname_en = \"Reading\"\n",
    );
    let after = policy(
        "[pricing]\nweek_cap = \"6h\"\n[balance]\nceiling = \"1500h\"\n\
         [[service]]\ncode = \"walk\"\nname_en = \"Walk\"\nweight = 1.5\n\
         [[service]]\ncode = \"care\"\nname_en = \"Home care\"\nname_zh = \"居家照护\"\n",
    );
    let expected = [
        "What a member earns a week at most: 6h; before, nothing was said",
        "The ceiling of a member's account: 1500h, no longer 720h",
        "Service walk, weight: 3/2, no longer 1",
        "Service care is new: name en Home care, name zh 居家照护, unit time, weight 1, group false",
        "What a member earns a day at most: nothing is said, no longer 2h",
        "Service read goes",
    ];
    assert_eq!(sentences(&before.changes(&after)), expected);
}

#[test]
fn a_rate_that_changes_is_told_by_its_pair() {
    let rate = |give| {
        policy(&format!(
            "[[convert]]\nfrom = \"points\"\nto = \"time\"\ngive = {give}\nget = \"1h\"\n\
             into = \"a:shop\"\nsource = \"a:mint\"\n"
        ))
    };
    let expected = ["Conversion points-to-time, give: 90, no longer 60"];
    assert_eq!(sentences(&rate(60).changes(&rate(90))), expected);
    let expected = [
        "Conversion points-to-time is new: from points, to time, give 60, get 1h, into a:shop, \
         source a:mint",
    ];
    assert_eq!(sentences(&policy("").changes(&rate(60))), expected);
}

#[test]
fn every_rule_has_words_for_its_changes() {
    for sentence in sentences(&policy("").changes(&with_every_key())) {
        let subject = sentence.split(':').next().unwrap_or_default();
        assert!(
            !subject.contains('.') && !subject.contains('_'),
            "{sentence}"
        );
    }
}
