//! What happened to tokens: to the contract's messages, and back.

use timebank_proto::v1::{self, exchange_step::Fact as Message};

use super::{Undecodable, decode::booking};
use crate::{
    exchange::{
        Branch, Fact, TokenFact,
        token::{IssueToken, RevokeToken, Role, RotateToken, TokenName, TokenTerms, Verifier},
    },
    ledger::{Malformed, Moment},
};

type Result<T> = std::result::Result<T, Undecodable>;

pub(super) fn to_proto(fact: &TokenFact) -> Message {
    match fact {
        TokenFact::Issued(new) => Message::TokenIssued(v1::TokenIssued {
            step_id: new.step.as_bytes().to_vec(),
            name: new.terms.name.as_str().into(),
            role: role_to_proto(new.terms.role).into(),
            scope: new.terms.scope.prefix().into(),
            expires_at_us: new.terms.expires_at.map(Moment::us),
            verifier: new.verifier.as_bytes().to_vec(),
        }),
        TokenFact::Rotated(new) => Message::TokenRotated(v1::TokenRotated {
            step_id: new.step.as_bytes().to_vec(),
            name: new.name.as_str().into(),
            verifier: new.verifier.as_bytes().to_vec(),
        }),
        TokenFact::Revoked(new) => Message::TokenRevoked(v1::TokenRevoked {
            step_id: new.step.as_bytes().to_vec(),
            name: new.name.as_str().into(),
        }),
    }
}

fn fact(fact: TokenFact) -> Fact {
    Fact::Token(Box::new(fact))
}

pub(super) fn read_issued(new: &v1::TokenIssued) -> Result<Fact> {
    let moment = |us| Moment::from_us(us).ok_or(Undecodable::Field("expires_at_us"));
    let expires_at = new.expires_at_us.map(moment).transpose()?;
    Ok(fact(TokenFact::Issued(IssueToken {
        step: booking(&new.step_id, "step_id")?,
        terms: token_terms(&new.name, new.role, &new.scope, expires_at)?,
        verifier: verifier(&new.verifier)?,
    })))
}

pub(super) fn read_rotated(new: &v1::TokenRotated) -> Result<Fact> {
    Ok(fact(TokenFact::Rotated(RotateToken {
        step: booking(&new.step_id, "step_id")?,
        name: TokenName::parse(&new.name)?,
        verifier: verifier(&new.verifier)?,
    })))
}

pub(super) fn read_revoked(new: &v1::TokenRevoked) -> Result<Fact> {
    Ok(fact(TokenFact::Revoked(RevokeToken {
        step: booking(&new.step_id, "step_id")?,
        name: TokenName::parse(&new.name)?,
    })))
}

fn verifier(bytes: &[u8]) -> Result<Verifier> {
    Verifier::of(bytes).ok_or(Undecodable::Field("verifier"))
}

/// A role, as the contract has it.
pub fn role_to_proto(role: Role) -> v1::Role {
    match role {
        Role::Admin => v1::Role::Admin,
        Role::Operator => v1::Role::Operator,
        Role::Approver => v1::Role::Approver,
        Role::Auditor => v1::Role::Auditor,
        Role::Evaluator => v1::Role::Evaluator,
        Role::Member => v1::Role::Member,
        Role::Integration => v1::Role::Integration,
    }
}

/// A role of the contract, in a word; of none, nothing.
pub fn role_word(given: i32) -> &'static str {
    role(given).map_or("", Role::word)
}

fn role(given: i32) -> Option<Role> {
    let mut all = Role::ALL.iter().copied();
    all.find(|role| i32::from(role_to_proto(*role)) == given)
}

/// Reads what a token is issued with.
///
/// # Errors
/// [`Malformed`], of the first field that is.
pub fn token_terms(
    name: &str,
    given: i32,
    scope: &str,
    expires_at: Option<Moment>,
) -> std::result::Result<TokenTerms, Malformed> {
    let field = "role";
    let role = match given {
        0 => return Err(Malformed::Missing { field }),
        given => role(given).ok_or(Malformed::Choice { field, given })?,
    };
    let branch = match scope {
        "" => None,
        scope => Some(Branch::parse("scope", scope)?),
    };
    TokenTerms::new(TokenName::parse(name)?, role, branch, expires_at)
}
