//! Who may call, and as whom: tokens, each a name with a role and a scope.
//!
//! A token's name is the principal of what is done by it, and so who did it for as long as the
//! journal is kept. Named like a member of staff, or like a member, it acts as them. A name has one
//! token at a time: rotated, it has another secret; revoked, it may be given one again. What the
//! client holds is a [`Bearer`], of which only a [`Verifier`] is kept.

mod bearer;
mod command;
mod fact;
mod fold;
mod rejection;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use bearer::{Bearer, NoBearer, TokenKey, Verifier};
pub use command::{IssueToken, RevokeToken, RotateToken, TokenCommand};
pub use fact::TokenFact;
pub use rejection::TokenRejection;

use super::{Branch, MemberId, StaffNumber, order::steps::words};
use crate::ledger::{Malformed, Moment, Principal, Sequence};

/// The token that a server writes beside a new ledger.
const FIRST: &str = "admin";

words!(
    /// What a token is for. What each may do says the table in `access::methods`.
    Role {
        /// Everything, tokens and what concerns the whole ledger included.
        Admin = "admin",
        /// All that a centre does.
        Operator = "operator",
        /// Approvals by a second or third person, and reads.
        Approver = "approver",
        /// Reads and proofs, without personal fields.
        Auditor = "auditor",
        /// Evaluations of the visits that were drawn for them.
        Evaluator = "evaluator",
        /// A member's own affairs.
        Member = "member",
        /// Another system's entries and holds.
        Integration = "integration",
    }
);

impl Role {
    /// The role of a word. None where it is none.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.word() == word)
    }
}

/// How much of the chart of accounts a token reaches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole ledger.
    Ledger,
    /// What is below a branch: a centre, several, or a part of one.
    Branch(Branch),
    /// What is a member's own.
    Member(MemberId),
}

impl Scope {
    /// Whether a place of the chart, a branch or an account, is this one or below it. What is a
    /// member's own has no place.
    pub fn reaches(&self, place: &str) -> bool {
        match self {
            Self::Ledger => true,
            Self::Branch(own) => own.as_str() == place || own.contains(place),
            Self::Member(_) => false,
        }
    }

    /// The branch as text; empty for the whole ledger, and for what is a member's own.
    pub fn prefix(&self) -> &str {
        match self {
            Self::Branch(branch) => branch.as_str(),
            Self::Ledger | Self::Member(_) => "",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger => f.write_str("the whole ledger"),
            Self::Branch(branch) => write!(f, "{branch}:"),
            Self::Member(member) => write!(f, "what is {member}'s own"),
        }
    }
}

/// The name of a token: like a staff number, 1 to 32 characters `A-Za-z0-9.-`, or a member's id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct TokenName(String);

impl TokenName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`Malformed::TokenName`] for anything else, and for the server's own name.
    pub fn parse(given: &str) -> Result<Self, Malformed> {
        let fits = StaffNumber::parse(given).is_ok() || MemberId::parse(given).is_ok();
        match fits && Principal::claimed(given).is_ok() {
            true => Ok(Self(given.into())),
            false => Err(Malformed::token_name(given)),
        }
    }

    /// The name of the first token of a ledger.
    pub fn first() -> Self {
        Self(FIRST.into())
    }

    /// The token that a principal acts by. None where no token can be called so.
    pub fn of(principal: &Principal) -> Option<Self> {
        Self::parse(principal.as_str()).ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The principal of what is done by it.
    pub fn principal(&self) -> Principal {
        Principal::named(&self.0)
    }

    /// The member of staff whom it acts as, if there is one of that number.
    pub fn staff_number(&self) -> Option<StaffNumber> {
        StaffNumber::parse(&self.0).ok()
    }
}

impl TryFrom<String> for TokenName {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse(&given)
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a token is issued with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TokenTerms {
    pub name: TokenName,
    pub role: Role,
    pub scope: Scope,
    /// From then on it is refused. None where it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
}

impl TokenTerms {
    /// Those of the first token of a ledger.
    pub fn first() -> Self {
        Self {
            name: TokenName::first(),
            role: Role::Admin,
            scope: Scope::Ledger,
            expires_at: None,
        }
    }

    /// Terms, of a branch where one is given. An administrator's token reaches the whole ledger, a
    /// member's what is theirs, and others what is below their branch, or the whole ledger.
    ///
    /// # Errors
    /// [`Malformed::TokenScope`] for a branch where the role has none, [`Malformed::TokenName`]
    /// where the name and the role do not go together: a member's token, and no other, is called
    /// after the member.
    pub fn new(
        name: TokenName,
        role: Role,
        branch: Option<Branch>,
        expires_at: Option<Moment>,
    ) -> Result<Self, Malformed> {
        let member = MemberId::parse(name.as_str()).ok();
        let scope = match (role, member, branch) {
            (Role::Member, Some(member), None) => Scope::Member(member),
            (Role::Admin, None, None) => Scope::Ledger,
            (Role::Admin | Role::Member, _, Some(branch)) => {
                return Err(Malformed::TokenScope {
                    role: role.word(),
                    branch: branch.to_string(),
                });
            }
            (Role::Member, None, None) | (_, Some(_), _) => {
                return Err(Malformed::token_name(name.as_str()));
            }
            (_, None, None) => Scope::Ledger,
            (_, None, Some(branch)) => Scope::Branch(branch),
        };
        Ok(Self {
            name,
            role,
            scope,
            expires_at,
        })
    }
}

/// A token as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Token {
    pub terms: TokenTerms,
    pub verifier: Verifier,
    /// The record that issued it.
    pub issued: Sequence,
    pub issued_at: Moment,
    /// When it got the secret that it has. None where that is its first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Moment>,
    /// None where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Moment>,
}

/// How a token stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenState {
    Valid,
    Expired(Moment),
    Revoked(Moment),
}

impl Token {
    /// How it stands at a moment.
    pub fn state(&self, now: Moment) -> TokenState {
        match (self.revoked_at, self.terms.expires_at) {
            (Some(at), _) => TokenState::Revoked(at),
            (None, Some(at)) if at <= now => TokenState::Expired(at),
            (None, _) => TokenState::Valid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_that_go_together() {
        for (name, role, branch, fits) in [
            ("admin", Role::Admin, None, true),
            ("admin", Role::Admin, Some("city"), false),
            ("1001", Role::Operator, Some("city"), true),
            ("watch", Role::Auditor, None, true),
            ("city:member:1", Role::Member, None, true),
            ("city:member:1", Role::Member, Some("city"), false),
            ("city:member:1", Role::Operator, Some("city"), false),
            ("1001", Role::Member, None, false),
        ] {
            let name = TokenName::parse(name).expect("a name");
            let branch = branch.map(|text| Branch::parse("scope", text).expect("a branch"));
            let terms = TokenTerms::new(name.clone(), role, branch, None);
            assert_eq!(terms.is_ok(), fits, "{name} {role}");
        }
    }

    #[test]
    fn names() {
        let long = "x".repeat(33);
        for (name, fits) in [
            ("1001", true),
            ("desk-3.window-2", true),
            ("city:member:1", true),
            ("timebank", false),
            ("", false),
            ("two words", false),
            (&long, false),
        ] {
            assert_eq!(TokenName::parse(name).is_ok(), fits, "{name:?}");
        }
    }
}
