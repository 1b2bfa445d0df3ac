//! Every rule that time banks differ in: something that passes, and something that is
//! refused by its key. The rules are those of the table in examples/policies.

use std::collections::BTreeSet;

use timebank::{
    exchange::{
        Attested, Code, Day, MemberDetails, MemberId, PersonalFields, PersonalText,
        policy::{Ask, Giver, Minutes, Person, Policy, Receiver},
    },
    ledger::AccountId,
};

use super::policy;

fn day(text: &str) -> Day {
    Day::parse("day", text).expect("a day")
}

fn minutes(text: &str) -> Minutes {
    Minutes::parse(text).expect("minutes")
}

fn account(id: &str) -> AccountId {
    AccountId::parse(id).expect("an account")
}

fn code(text: &str) -> Code {
    Code::parse("code", text).expect("a code")
}

/// What is asked of a policy, by its words.
fn judged(policy: &Policy, ask: &str) -> Result<(), String> {
    let words: Vec<_> = ask.split_whitespace().collect();
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    let number = |at: usize| word(at).parse().expect("a number");
    let (mut details, mut fields) = (MemberDetails::default(), PersonalFields::default());
    let attested = |since| {
        let evidence = PersonalText::parse("evidence", "a certificate");
        Some(Attested {
            since,
            by: "1001".into(),
            evidence: evidence.expect("a text").expect("one"),
        })
    };
    let mut on = day("2026-06-15");
    for word in &words {
        match word.split_once('=') {
            Some(("born", date)) => fields.born_on = Some(day(date)),
            Some(("on", date)) => on = day(date),
            Some(("disabled", date)) => fields.disability = attested(day(date)),
            Some(("hardship", date)) => fields.hardship = attested(day(date)),
            Some(("guardian", id)) => {
                details.guardian_id = Some(MemberId::parse(id).expect("an id"));
            }
            _ => {}
        }
    }
    let person = Person {
        details: &details,
        fields: &fields,
        day: on,
    };
    let named = account(if word(1).contains(':') {
        word(1)
    } else {
        "a:b"
    });
    let partner = code("town");
    let to = |word: &str| match word {
        "relatives" => Receiver::Relatives,
        "hardship" => Receiver::Hardship,
        "members" => Receiver::Members,
        _ => Receiver::Pools,
    };
    let ask = match word(0) {
        "join" => Ask::Join(person),
        "serve" => Ask::Serve(person),
        "redeem" => Ask::Redeem(person),
        "waited" => Ask::EndWaiting {
            earned: minutes(word(1)),
            joined_on: day(word(2)),
            day: on,
        },
        "grant" => Ask::Grant(person),
        "give" => Ask::Give {
            by: Giver::Member,
            to: to(word(1)),
        },
        "group-gives" => Ask::Give {
            by: Giver::Organisation,
            to: to(word(1)),
        },
        "balance" => Ask::Balance(word(1).parse().expect("minutes")),
        "exchange" => Ask::Exchange {
            length: minutes(word(1)),
            days_ago: number(2),
        },
        "confirm" => Ask::Confirm {
            booked: minutes(word(1)),
            by_provider: minutes(word(2)),
            by_recipient: minutes(word(3)),
        },
        "confirm-after" => Ask::ConfirmThemselves {
            days_after: number(1),
        },
        "cancel" => Ask::Cancel {
            minutes_before: word(1).parse().expect("minutes"),
        },
        "approved-by" => Ask::Approved(number(1)),
        "relieved-by" => Ask::RelievedBy(number(1)),
        "corrected-by" => Ask::CorrectedBy(number(1)),
        "inherited-by" => Ask::InheritedBy(number(1)),
        "issue" => Ask::Issue(&named),
        "partner-owes" => Ask::Partner {
            code: &partner,
            owed_minutes: word(1).parse().expect("minutes"),
        },
        "pay-out" => Ask::PayOut,
        "pay-from" => Ask::PayFrom(&named),
        "inherit-on-leaving" => Ask::InheritOnLeaving,
        "inherit-on-death" => Ask::InheritOnDeath,
        "rest" => Ask::Rest { months: number(1) },
        "erase" => Ask::Erase { months: number(1) },
        other => panic!("{other} is no question"),
    };
    let judged = policy.judge(&ask);
    judged.map_err(|breach| breach.rule.to_owned())
}

/// A rule, a policy that has it, what passes, what is refused, and by which key. Earned and
/// weighted minutes are in the tables of `pricing`.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip] // a table: a row a line
const CASES: &[Case] = &[
    ("Who may join", "[join]\nwho = [{ min_age = 80 }, { min_age = 60, max_age = 79, disability = true }]", "join born=1946-06-15", "join born=1946-06-16", "join.who"),
    ("Who may join", "[join]\nwho = [{ min_age = 80 }, { min_age = 60, max_age = 79, disability = true }]", "join born=1966-06-15 disabled=2026-06-15", "join born=1966-06-15 disabled=2026-06-16", "join.who"),
    ("Who may join", "[join]\nwho = [{ min_age = 80 }]", "join born=1944-02-29 on=2024-02-29", "join born=1944-02-29 on=2024-02-28", "join.who"),
    ("Who may join", "[join]\nwho = [{ min_age = 79 }]", "join born=1944-02-29 on=2023-03-01", "join born=1944-02-29 on=2023-02-28", "join.who"),
    ("Who may provide", "[provide]\nwho = [{ min_age = 18 }, { max_age = 17, guardian = true }]", "serve born=2008-06-15", "serve born=2008-06-16", "provide.who"),
    ("Who may provide", "[provide]\nwho = [{ min_age = 18 }, { max_age = 17, guardian = true }]", "serve born=2008-06-16 guardian=a:b", "serve", "provide.who"),
    ("Who may provide", "[provide]\nwho = [{ min_age = 60, max_age = 70 }]", "serve born=1955-06-16", "serve born=1955-06-15", "provide.who"),
    ("Who may redeem", "[redeem]\nwho = [{ min_age = 60 }]", "redeem born=1966-06-15", "redeem born=1966-06-16", "redeem.who"),
    ("Who may redeem", "[redeem]\nwho = [{ min_age = 65 }, { min_age = 60, hardship = true }]", "redeem born=1966-06-15 hardship=2026-01-01", "redeem born=1966-06-15", "redeem.who"),
    ("Who may redeem", "[redeem]\nwho = [{ min_age = 80 }, { min_age = 60, max_age = 79, disability = true }]", "redeem born=1950-01-01 disabled=2020-01-01", "redeem born=1970-01-01 disabled=2020-01-01", "redeem.who"),
    ("Waiting rule", "[redeem]\nwaiting = [{ earned = \"20h\" }]", "waited 20h 2026-06-01", "waited 19h59m 2020-01-01", "redeem.waiting"),
    ("Waiting rule", "[redeem]\nwaiting = [{ earned = \"100h\" }, { member_for_months = 12 }]", "waited 0m 2025-06-15", "waited 99h 2025-06-16", "redeem.waiting"),
    ("Opening grant", "[grant]\namount = \"2h\"\nfrom = \"a:mint\"\nwho = [{ min_age = 80 }]", "grant born=1946-06-15", "grant born=1946-06-16", "grant.who"),
    ("Opening grant", "", "serve", "grant born=1940-01-01", "grant"),
    ("Gift", "[gift]\nmember_to = [\"relatives\"]", "give relatives", "give members", "gift.member_to"),
    ("Gift", "[gift]\nmember_to = [\"hardship\"]", "give hardship", "give relatives", "gift.member_to"),
    ("Gift", "[gift]\nmember_to = [\"members\"]", "give relatives", "give pools", "gift.member_to"),
    ("Gift", "[gift]\norganisation_to = [\"pools\"]", "group-gives pools", "group-gives members", "gift.organisation_to"),
    ("Floor", "[balance]\nfloor = \"0h\"", "balance 0", "balance -1", "balance.floor"),
    ("Floor", "[balance]\nfloor = \"-10h\"", "balance -600", "balance -601", "balance.floor"),
    ("Floor", "[balance]\nfloor = \"none\"\nceiling = \"0h\"", "balance -9000000", "balance 1", "balance.ceiling"),
    ("Holding ceiling", "[balance]\nceiling = \"1500h\"", "balance 90000", "balance 90001", "balance.ceiling"),
    ("On death or exit", "[exit]\ndeath = \"account\"\naccount = \"a:pool\"", "inherit-on-leaving", "inherit-on-death", "exit.death"),
    ("On death or exit", "[exit]\nleaving = \"account\"\naccount = \"a:pool\"", "inherit-on-death", "inherit-on-leaving", "exit.leaving"),
    ("On death or exit", "[exit]\napprovals = 2", "inherited-by 2", "inherited-by 1", "exit.approvals"),
    ("Dormancy", "[dormancy]\nafter_months = 24", "rest 23", "rest 24", "dormancy.after_months"),
    ("Confirmation", "[confirmation]\nwithin_days = 14", "confirm-after 14", "confirm-after 15", "confirmation.within_days"),
    ("Confirmation", "[confirmation]\ntolerance = \"15m\"\nwithin_percent = 25", "confirm 1h 1h 1h15m", "confirm 1h 1h 1h16m", "confirmation.tolerance"),
    ("Confirmation", "[confirmation]\ntolerance = \"15m\"\nwithin_percent = 25", "confirm 1h 1h15m 1h15m", "confirm 1h 1h16m 1h16m", "confirmation.within_percent"),
    ("Confirmation", "[confirmation]\ntolerance = \"15m\"\nwithin_percent = 25", "confirm 1h 45m 45m", "confirm 1h 44m 44m", "confirmation.within_percent"),
    ("One exchange", "[exchange]\nshortest = \"15m\"\nlongest = \"24h\"", "exchange 15m 0", "exchange 14m 0", "exchange.shortest"),
    ("One exchange", "[exchange]\nshortest = \"15m\"\nlongest = \"24h\"", "exchange 24h 7", "exchange 24h1m 0", "exchange.longest"),
    ("One exchange", "[exchange]\nbackdated_days = 7", "exchange 1h 7", "exchange 1h 8", "exchange.backdated_days"),
    ("Cancellation", "[cancellation]\nnotice = \"24h\"\nowed = \"30m\"", "cancel 1440", "cancel 1439", "cancellation.notice"),
    ("Cancellation", "[cancellation]\nowed = \"0m\"", "cancel 0", "exchange 14m 0", "exchange.shortest"),
    ("Between time banks", "[[partner]]\ncode = \"town\"\naccount = \"a:town\"\nsurplus = \"10h\"\ndeficit = \"5h\"", "partner-owes 600", "partner-owes 601", "partner.surplus"),
    ("Between time banks", "[[partner]]\ncode = \"town\"\naccount = \"a:town\"\nsurplus = \"10h\"\ndeficit = \"5h\"", "partner-owes -300", "partner-owes -301", "partner.deficit"),
    ("Between time banks", "", "serve", "partner-owes 0", "partner.code"),
    ("Cash", "[exchange]\ncash = true", "pay-out", "exchange 1m 0", "exchange.shortest"),
    ("Cash", "[exchange]\ncash = false", "exchange 1h 0", "pay-out", "exchange.cash"),
    ("Issuance", "[issuance]\nsources = [\"a:grant\"]", "issue a:grant", "issue a:mint", "issuance.sources"),
    ("Approvals", "[approval]\nneed = 2", "approved-by 2", "approved-by 1", "approval.need"),
    ("Approvals", "[approval]\ncorrection = 2", "corrected-by 2", "corrected-by 1", "approval.correction"),
    ("Approvals", "[approval]\nrelief = 2", "relieved-by 2", "relieved-by 1", "approval.relief"),
    ("Who pays", "[payment]\npayer = \"a:pool\"", "pay-from a:pool", "pay-from a:other", "payment.payer"),
    ("Retention", "[retention]\nmonths = 36", "erase 36", "erase 35", "retention.months"),
];

#[test]
fn each_rule_lets_one_pass_and_refuses_another() {
    for (rule, lines, passes, refused, key) in CASES {
        let policy = policy(lines);
        assert_eq!(judged(&policy, passes), Ok(()), "{rule}: {passes}");
        assert_eq!(
            judged(&policy, refused),
            Err((*key).to_owned()),
            "{rule}: {refused}"
        );
    }
}

/// The rules of the table in examples/policies; those of what a service is worth have
/// their cases in the table below it.
#[test]
fn every_rule_of_the_docs_has_a_case() {
    let priced = [
        "Unit of account",
        "Rounding of served time",
        "Weight of a service",
        "Earning cap",
    ];
    let text = include_str!("../../examples/policies/README.md");
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with("| Rule |"));
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    let told: BTreeSet<_> = rows
        .filter_map(|row| row.split('|').nth(1))
        .map(str::trim)
        .collect();
    assert!(told.len() > 15, "{told:?}");
    let cases = CASES.iter().map(|(rule, ..)| *rule).chain(priced);
    assert_eq!(cases.collect::<BTreeSet<_>>(), told);
}
