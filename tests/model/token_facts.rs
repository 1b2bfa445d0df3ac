//! Facts of tokens, at random.

use proptest::{option, prelude::*, sample::select};
use timebank::exchange::{
    Fact, TokenFact,
    token::{IssueToken, RevokeToken, Role, RotateToken, TokenName, TokenTerms, Verifier},
};

use super::{
    bytes::{bookings, moments},
    exchange_facts::{branches, numbers},
    order_facts::members,
};

fn names() -> impl Strategy<Value = TokenName> {
    let names = prop_oneof![
        numbers().prop_map(|number| number.to_string()),
        members().prop_map(|member| member.to_string()),
    ];
    names.prop_map(|name| TokenName::parse(&name).expect("a name"))
}

fn terms() -> impl Strategy<Value = TokenTerms> {
    let parts = (
        names(),
        select(Role::ALL),
        option::of(branches()),
        option::of(moments()),
    );
    parts.prop_filter_map("what goes together", |(name, role, branch, expires_at)| {
        TokenTerms::new(name, role, branch, expires_at).ok()
    })
}

fn verifiers() -> impl Strategy<Value = Verifier> {
    any::<[u8; 32]>().prop_map(|bytes| Verifier::of(&bytes).expect("32 bytes"))
}

pub(super) fn facts() -> impl Strategy<Value = Fact> {
    let issued = (bookings(), terms(), verifiers()).prop_map(|(step, terms, verifier)| {
        TokenFact::Issued(IssueToken {
            step,
            terms,
            verifier,
        })
    });
    let rotated = (bookings(), names(), verifiers()).prop_map(|(step, name, verifier)| {
        TokenFact::Rotated(RotateToken {
            step,
            name,
            verifier,
        })
    });
    let revoked = (bookings(), names())
        .prop_map(|(step, name)| TokenFact::Revoked(RevokeToken { step, name }));
    prop_oneof![issued, rotated, revoked].prop_map(|fact| Fact::Token(Box::new(fact)))
}
