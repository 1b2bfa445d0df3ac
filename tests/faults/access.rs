//! Records of principals who had no right to them: the audit asks again who may do what.

use tempfile::TempDir;
use timebank::{
    exchange::{
        Branch, Fact, TokenFact,
        token::{Bearer, IssueToken, RevokeToken, Role, TokenKey, TokenName, TokenTerms},
    },
    ledger::{BookingId, Caller, Principal},
    store::Verified,
};

use super::{
    ANN, BEN,
    forger::{forge, verified},
    hand::Line,
    honest,
    lines::{entry, leg, posts},
};

fn caller(name: &str) -> Caller {
    let principal = Principal::claimed(name).expect("a name");
    Caller::new(principal, "").expect("a call")
}

fn step(number: u8) -> BookingId {
    BookingId::from_slice(&[number; 16]).expect("an id")
}

fn token(fact: TokenFact) -> Line {
    Line::exchanged(Fact::Token(Box::new(fact)), Vec::new())
}

fn issued(number: u8, name: &str, role: Role, scope: &str) -> Line {
    let name = TokenName::parse(name).expect("a name");
    let branch = (!scope.is_empty()).then(|| Branch::parse("scope", scope).expect("a branch"));
    let verifier = TokenKey::new([7; 32]).verifier(&Bearer::new(name.clone(), [7; 24]));
    token(TokenFact::Issued(IssueToken {
        step: step(number),
        terms: TokenTerms::new(name, role, branch, None).expect("terms"),
        verifier,
    }))
}

/// The first token, and those by which entries are forged.
fn tokens() -> Vec<Line> {
    let by_admin = |line: Line| line.by(caller("admin"));
    vec![
        issued(101, "admin", Role::Admin, "").by(Caller::server()),
        by_admin(issued(102, "desk", Role::Operator, "city")),
        by_admin(issued(103, "town", Role::Operator, "town")),
        by_admin(issued(104, "watch", Role::Auditor, "")),
        by_admin(issued(105, "gone", Role::Operator, "city")),
        by_admin(token(TokenFact::Revoked(RevokeToken {
            step: step(106),
            name: TokenName::parse("gone").expect("a name"),
        }))),
    ]
}

fn verify(honest: &TempDir, last: Line) -> Verified {
    let mut lines = tokens();
    lines.push(last);
    let (dir, _) = forge(honest, lines);
    verified(dir.path())
}

#[test]
fn the_audit_asks_who_had_the_right() {
    let honest = TempDir::new().expect("a directory");
    honest::keep(honest.path());
    let posted = |by: &str| posts(entry(20, &[leg(ANN, BEN, 5)])).by(caller(by));
    let sound = verify(&honest, posted("desk"));
    assert!(matches!(sound, Verified::Sound { .. }), "{sound:?}");
    for (by, why) in [
        ("nobody", "nobody has no token that is valid now"),
        ("staff-17", "staff-17 has no token that is valid now"),
        ("gone", "gone has no token that is valid now"),
        ("watch", "a token for auditor does not do this"),
        ("town", "outside the token's scope, town:"),
    ] {
        match verify(&honest, posted(by)) {
            Verified::Wrong(finding) => assert!(finding.what.contains(why), "{by}: {finding:?}"),
            other => panic!("{by}: {other:?}"),
        }
    }
    // A second administrator cannot be made by who is none.
    let made = issued(107, "other", Role::Admin, "").by(caller("desk"));
    let found = verify(&honest, made);
    assert!(matches!(found, Verified::Wrong(_)), "{found:?}");
}
