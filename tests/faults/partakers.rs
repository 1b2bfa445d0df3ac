//! Records about who takes part, forged by a hand that knows the software: the audit
//! has each decided again, and names the rule.

use std::path::Path;

use tempfile::TempDir;
use timebank::{
    exchange::{
        Admission, AdoptPolicy, AdoptedPolicy, Attested, Branch, CentreTerms, Command, Day,
        ErasureStep, ExitMember, Fact, MemberChange, MemberDetails, MemberExited, MemberId,
        MemberRegistered, Name, Personal, PersonalFields, PersonalPart, PersonalText,
        PolicyAdopted, PolicyDocument, PolicyVersion, RegisterMember, SetMemberState, Settlement,
        StaffNumber, StaffTerms, Verdicts,
    },
    ledger::{self, AccountId, AccountKind, AccountOpened, Caller, Principal, Sequence, UnitId},
    steps::{Answer, Call},
    store::{Erased, Verified},
};

use super::{
    forger::{forge, verified},
    hand::Line,
    lines,
};
use crate::{
    model::ask::{Id, booking, moment},
    support::open_again,
};

const START_US: i64 = 1_700_000_000_000_000;
/// The ledger's day then.
const TODAY: &str = "2023-11-14";
const TOMORROW: &str = "2023-11-15";
const FROM_60: &str = "[join]\nwho = [{ min_age = 60 }]\n";

fn by(number: &str) -> Caller {
    Caller::new(Principal::claimed(number).expect("a name"), "").expect("a caller")
}

fn id(member: &str) -> MemberId {
    MemberId::parse(member).expect("an id")
}

fn branch(centre: &str) -> Branch {
    Branch::parse("centre", centre).expect("a branch")
}

fn number(staff: &str) -> StaffNumber {
    StaffNumber::parse(staff).expect("a number")
}

fn day(text: &str) -> Day {
    Day::parse("day", text).expect("a day")
}

fn version(number: u32) -> PolicyVersion {
    PolicyVersion::new(number).expect("a version")
}

fn document(lines: &str) -> PolicyDocument {
    PolicyDocument::read(format!("name = \"One\"\n{lines}")).expect("a policy")
}

fn adopted(step: Id, number: u32, starts_on: &str, lines: &str) -> Fact {
    Fact::PolicyAdopted(PolicyAdopted {
        step: booking(step),
        policy: AdoptedPolicy {
            centre: branch("city"),
            version: version(number),
            starts_on: day(starts_on),
            document: document(lines),
        },
    })
}

/// A registration of which one thing is said otherwise.
fn otherwise(personal: &Personal, change: impl FnOnce(&mut MemberRegistered)) -> Line {
    erased_otherwise(personal, change).with_personal(id("city:ben"), personal.clone())
}

/// The same of one whose personal fields were erased.
fn erased_otherwise(personal: &Personal, change: impl FnOnce(&mut MemberRegistered)) -> Line {
    let Fact::MemberRegistered(mut new) = member("city:ben", "city", personal) else {
        panic!("it is a registration");
    };
    change(&mut new);
    let fact = Fact::MemberRegistered(new);
    Line::exchanged(fact, vec![opened("city:ben")]).by(by("1001"))
}

fn personal(born_on: &str, attested_by: &str) -> Personal {
    Personal {
        secret: [7; 32],
        fields: PersonalFields {
            born_on: Some(day(born_on)),
            disability: Some(Attested {
                since: day("2023-01-01"),
                by: attested_by.into(),
                evidence: PersonalText::parse("evidence", "a certificate")
                    .expect("a text")
                    .expect("one"),
            }),
            ..PersonalFields::default()
        },
    }
}

fn centre(prefix: &str) -> CentreTerms {
    CentreTerms {
        prefix: branch(prefix),
        name_en: Name::parse("name_en", "A centre").expect("a name"),
        name_zh: None,
        operator: None,
        contracting_body: None,
    }
}

/// Records: 1 the foundation, 2 a centre with staff 1001, 3 staff 1002, 4 a member, who
/// is suspended by 5; 6 a policy, by which whoever is 60 may join.
fn honest() -> TempDir {
    let dir = TempDir::new().expect("a directory");
    keep(dir.path());
    dir
}

fn keep(dir: &Path) {
    let (_store, mut writer) = open_again(dir);
    let found = ledger::Command::Found(lines::foundation(1));
    let commands = vec![
        Command::OpenCentre {
            terms: centre("city"),
            first_staff_number: number("1001"),
        },
        Command::RegisterStaff(StaffTerms {
            number: number("1002"),
            centre: branch("city"),
            member_id: None,
            relative_ids: Vec::new(),
        }),
        Command::RegisterMember(Box::new(RegisterMember {
            id: id("city:ann"),
            details: MemberDetails::default(),
            personal: PersonalPart::Given(personal("1941-03-01", "1001")),
        })),
        Command::SetMemberState(SetMemberState {
            step: booking(1),
            member: id("city:ann"),
            change: MemberChange::Suspend,
        }),
        Command::AdoptPolicy(AdoptPolicy {
            step: booking(2),
            centre: branch("city"),
            document: document(FROM_60),
        }),
    ];
    let count = commands.len();
    let calls = [
        Call::each([found], Caller::server()),
        Call::each(commands, by("1001")),
    ];
    let committed = writer
        .transact(&calls, moment(START_US))
        .expect("it commits");
    let Some(Answer::Each(results)) = committed.answers.last() else {
        panic!("a call of its own has another answer");
    };
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        count
    );
}

fn opened(account: &str) -> ledger::Fact {
    let kind = AccountKind::Member;
    ledger::Fact::AccountOpened(AccountOpened {
        id: AccountId::parse(account).expect("an id"),
        kind,
        unit: UnitId::time(),
        limits: kind.default_limits(),
    })
}

fn member(id: &str, centre: &str, personal: &Personal) -> Fact {
    Fact::MemberRegistered(Box::new(MemberRegistered {
        id: self::id(id),
        centre: branch(centre),
        details: MemberDetails::default(),
        personal: personal.commitments(),
        registered_on: day(TODAY),
        verdicts: Verdicts {
            admission: Some(Admission { policy: version(1) }),
            second_of: None,
        },
    }))
}

fn registered(personal: &Personal) -> Line {
    let fact = member("city:ben", "city", personal);
    let line = Line::exchanged(fact, vec![opened("city:ben")]).by(by("1001"));
    line.with_personal(id("city:ben"), personal.clone())
}

fn suspended(step: Id, member: &str) -> Line {
    let fact = Fact::MemberStateSet(SetMemberState {
        step: booking(step),
        member: id(member),
        change: MemberChange::Suspend,
    });
    Line::exchanged(fact, Vec::new()).by(by("1001"))
}

/// What is found below is found by the rules: the same hand writes what is sound.
#[test]
fn an_honest_line_is_sound() {
    let honest = honest();
    let (dir, forged) = forge(&honest, vec![registered(&personal("1941-03-01", "1001"))]);
    assert!(forged.adds_up);
    let verified = verified(dir.path());
    assert!(
        matches!(
            verified,
            Verified::Sound {
                erased: Erased { personal: 0, .. },
                ..
            }
        ),
        "{verified:?}"
    );
}

/// City's member ben leaves, and their fields are erased by two of the staff.
fn gone_and_erased() -> Vec<Line> {
    let exited = Fact::MemberExited(MemberExited {
        exit: ExitMember {
            step: booking(10),
            member: id("city:ben"),
            died_on: None,
        },
        on: day(TODAY),
        settlement: Settlement::Closed {
            with: None,
            on: day(TODAY),
        },
    });
    let account = id("city:ben").account().clone();
    let closed = vec![ledger::Fact::AccountClosed { id: account }];
    let mut lines = vec![Line::exchanged(exited, closed).by(by("1001"))];
    for (step, staff, is_done) in [(11, "1001", false), (12, "1002", true)] {
        let erasure = Fact::ErasureStep(ErasureStep {
            step: booking(step),
            member: id("city:ben"),
            by: number(staff),
            is_done,
        });
        lines.push(Line::exchanged(erasure, Vec::new()).by(by(staff)));
    }
    lines
}

/// Verdicts on what was erased are counted, and taken as the record has them: as far as
/// a policy can have said so.
#[test]
fn verdicts_on_erased_fields_are_counted() {
    let honest = honest();
    let young = personal("1963-11-15", "1001");
    let forged = |change: fn(&mut MemberRegistered)| {
        let mut lines = vec![erased_otherwise(&young, change)];
        lines.extend(gone_and_erased());
        forge(&honest, lines)
    };
    let (dir, _) = forged(|_| {});
    let expected = Erased {
        notes: 0,
        personal: 1,
        verdicts: 1,
    };
    let told = verified(dir.path());
    assert!(
        matches!(told, Verified::Sound { erased, .. } if erased == expected),
        "{told:?}"
    );
    let by_none: fn(&mut MemberRegistered) = |new| new.verdicts.admission = None;
    let by_another: fn(&mut MemberRegistered) = |new| {
        new.verdicts.admission = Some(Admission { policy: version(2) });
    };
    for change in [by_none, by_another] {
        let (dir, _) = forged(change);
        let Verified::Wrong(finding) = verified(dir.path()) else {
            panic!("not found");
        };
        assert_eq!(finding.sequence.map(Sequence::get), Some(7), "{finding:?}");
        assert!(finding.what.contains("MEMBER_NOT_ADMITTED"), "{finding:?}");
    }
}

#[test]
fn what_no_rule_lets_through_is_found() {
    let honest = honest();
    let good = personal("1941-03-01", "1001");
    let plain = |fact, ledger| Line::exchanged(fact, ledger).by(by("1001"));
    let another = "the rules make another record of it";
    for (what, line, reason) in [
        ("by nobody", registered(&good).by(by("")), "STAFF_ONLY"),
        (
            "by another's staff",
            registered(&good).by(by("2001")),
            "STAFF_ONLY",
        ),
        (
            "born in the future",
            registered(&personal("2999-01-01", "1001")),
            "BORN_IN_FUTURE",
        ),
        (
            "attested by another",
            registered(&personal("1941-03-01", "1002")),
            "ATTESTED_BY_ANOTHER",
        ),
        (
            "in another's centre",
            plain(member("city:ben", "town", &good), vec![opened("city:ben")]),
            another,
        ),
        (
            "in nobody's branch",
            plain(member("town:ben", "city", &good), vec![opened("town:ben")]),
            "MEMBER_OUTSIDE",
        ),
        (
            "without an account",
            plain(member("city:ben", "city", &good), Vec::new()),
            another,
        ),
        (
            "with another's account",
            plain(member("city:ben", "city", &good), vec![opened("city:eve")]),
            another,
        ),
        (
            "with an account too many",
            plain(
                member("city:ben", "city", &good),
                vec![opened("city:ben"), opened("city:eve")],
            ),
            another,
        ),
        (
            "registered twice",
            plain(member("city:ann", "city", &good), vec![opened("city:ann")]),
            "what it says stood already",
        ),
        (
            "suspended twice",
            suspended(3, "city:ann"),
            "MEMBER_STATE_WRONG",
        ),
        (
            "a step twice",
            suspended(1, "city:ann"),
            "what it says stood already",
        ),
        (
            "an unknown member",
            suspended(3, "city:eve"),
            "MEMBER_UNKNOWN",
        ),
        (
            "too young",
            registered(&personal("1963-11-15", "1001")),
            "MEMBER_NOT_ADMITTED",
        ),
        (
            "admitted by no rule",
            otherwise(&good, |new| new.verdicts.admission = None),
            another,
        ),
        (
            "admitted by another rule",
            otherwise(&good, |new| {
                new.verdicts.admission = Some(Admission { policy: version(2) });
            }),
            another,
        ),
        (
            "a second membership that is none",
            otherwise(&good, |new| new.verdicts.second_of = Some(id("city:ann"))),
            another,
        ),
        (
            "registered on another day",
            otherwise(&good, |new| new.registered_on = day(TOMORROW)),
            another,
        ),
        (
            "a policy from today on",
            plain(adopted(3, 2, TODAY, ""), Vec::new()),
            another,
        ),
        (
            "a policy that leaves a number out",
            plain(adopted(3, 3, TOMORROW, ""), Vec::new()),
            another,
        ),
        (
            "a policy of an account that is not there",
            plain(
                adopted(3, 2, TOMORROW, "[payment]\npayer = \"city:pool\"\n"),
                Vec::new(),
            ),
            "POLICY_ACCOUNT_UNKNOWN",
        ),
        (
            "a centre inside another",
            plain(
                Fact::CentreOpened {
                    terms: centre("city:east"),
                    first_staff_number: number("3001"),
                },
                Vec::new(),
            ),
            "CENTRE_INSIDE",
        ),
        (
            "a centre with an account",
            plain(
                Fact::CentreOpened {
                    terms: centre("town"),
                    first_staff_number: number("3001"),
                },
                vec![opened("town:pool")],
            ),
            another,
        ),
        (
            "staff of nowhere",
            plain(
                Fact::StaffRegistered(StaffTerms {
                    number: number("1003"),
                    centre: branch("town"),
                    member_id: None,
                    relative_ids: Vec::new(),
                }),
                Vec::new(),
            ),
            "CENTRE_UNKNOWN",
        ),
    ] {
        let (dir, forged) = forge(&honest, vec![line]);
        let Verified::Wrong(finding) = verified(dir.path()) else {
            panic!("{what}: not found");
        };
        assert_eq!(finding.sequence, Some(forged.at), "{what}: {finding:?}");
        assert!(finding.what.contains(reason), "{what}: {finding:?}");
    }
}

/// A ledger is founded by its first record, and by no centre.
#[test]
fn nothing_comes_before_the_foundation() {
    let dir = TempDir::new().expect("a directory");
    let (_store, mut writer) = open_again(dir.path());
    let open = Command::OpenCentre {
        terms: centre("city"),
        first_staff_number: number("1001"),
    };
    let calls = [Call::each([open], by("1001"))];
    let committed = writer
        .transact(&calls, moment(START_US))
        .expect("it commits");
    let [Answer::Each(results)] = &committed.answers[..] else {
        panic!("a call of its own has another answer");
    };
    let refused = results[0].as_ref().expect_err("refused");
    assert_eq!(refused.reason(), "LEDGER_NOT_FOUNDED");
}
