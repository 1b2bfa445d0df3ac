//! Personal fields, which the journal only commits to, so that they can be erased.
//!
//! Each field is committed to by itself, with a salt of its own, so that one can be
//! shown and proven without the others. All of them are, also those that are empty:
//! a record does not tell who has a disability. The salts come from one secret, so
//! that a record's fields take one row.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Admission, Day, Identity, MemberId};
use crate::ledger::{Commitment, Malformed, Salt};

const MAX_CHARS: usize = 200;

/// How many personal fields there are.
pub const FIELD_COUNT: usize = 8;

/// The random bytes that the salts of a record's fields are made of.
pub type Secret = [u8; 32];

/// A personal text: 1 to 200 characters, none of them a control character.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct PersonalText(String);

impl PersonalText {
    /// A text; none where it is empty.
    ///
    /// # Errors
    /// [`Malformed::Personal`], which does not tell the text.
    pub fn parse(field: &'static str, given: &str) -> Result<Option<Self>, Malformed> {
        let fits = given.chars().count() <= MAX_CHARS && !given.chars().any(char::is_control);
        match (given, fits) {
            ("", _) => Ok(None),
            (given, true) => Ok(Some(Self(given.into()))),
            (_, false) => Err(Malformed::Personal {
                field,
                max: MAX_CHARS,
            }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PersonalText {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        let field = "text";
        Self::parse(field, &given)?.ok_or(Malformed::Missing { field })
    }
}

/// What somebody attested of a member, and on what evidence.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    pub since: Day,
    /// The name of the principal who attested it: whoever recorded it.
    pub by: String,
    pub evidence: PersonalText,
}

/// The personal fields of a member.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonalFields {
    pub name: Option<PersonalText>,
    pub phone: Option<PersonalText>,
    pub born_on: Option<Day>,
    pub address: Option<PersonalText>,
    pub disability: Option<Attested>,
    pub hardship: Option<Attested>,
    /// The school or the employer.
    pub affiliation: Option<PersonalText>,
    /// Who they are.
    pub identity: Option<Identity>,
}

impl PersonalFields {
    fn unsigned(&self) -> Self {
        let mut unsigned = self.clone();
        let attested = [&mut unsigned.disability, &mut unsigned.hardship];
        for attested in attested.into_iter().flatten() {
            attested.by.clear();
        }
        unsigned
    }

    /// What somebody attested.
    pub fn attested(&self) -> impl Iterator<Item = &Attested> {
        [&self.disability, &self.hardship].into_iter().flatten()
    }

    /// Each field's name in the contract and its text, which is empty where there is
    /// none, in the order of the commitments.
    fn texts(&self) -> [(&'static str, String); FIELD_COUNT] {
        let text = |text: &Option<PersonalText>| {
            text.as_ref()
                .map_or_else(String::new, |text| text.0.clone())
        };
        let attested = |attested: &Option<Attested>| match attested {
            None => String::new(),
            Some(Attested {
                since,
                by,
                evidence,
            }) => format!("{since} {by} {}", evidence.0),
        };
        [
            ("personal.name", text(&self.name)),
            ("personal.phone", text(&self.phone)),
            (
                "personal.born_on",
                self.born_on.map_or_else(String::new, String::from),
            ),
            ("personal.address", text(&self.address)),
            ("personal.disability", attested(&self.disability)),
            ("personal.hardship", attested(&self.hardship)),
            ("personal.affiliation", text(&self.affiliation)),
            (
                "personal.identity_number",
                self.identity
                    .map_or_else(String::new, |one| one.to_string()),
            ),
        ]
    }
}

/// Personal fields with the secret that their salts are made of. Its `Debug` form
/// tells neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal {
    pub secret: Secret,
    pub fields: PersonalFields,
}

impl fmt::Debug for PersonalFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalFields")
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal")
    }
}

/// What a record has of the personal fields, in the order of their numbers: name,
/// phone, birth date, address, disability, hardship, affiliation, identity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Commitments(pub [Commitment; FIELD_COUNT]);

/// What a record says of personal fields, without telling them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verdicts {
    /// By which rule they were admitted.
    pub admission: Option<Admission>,
    /// The member whose second membership it seems to be, as they have the same identity
    /// number.
    pub second_of: Option<MemberId>,
}

/// The personal fields of a command: those that a client gave, or what a record says
/// of them.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "boxed with the command that it is part of"
)]
pub enum PersonalPart {
    Given(Personal),
    Recorded {
        commitments: Commitments,
        /// The fields themselves, where they are still there and those that the
        /// record commits to.
        fields: Option<PersonalFields>,
        /// The verdicts on them that the record has.
        verdicts: Verdicts,
    },
}

impl PersonalPart {
    /// The fields that a member has, or the verdict that a record has on them where they
    /// were erased.
    pub(super) fn of_verdicts(personal: Option<&Personal>, verdicts: Verdicts) -> Self {
        match personal {
            Some(personal) => Self::Given(personal.clone()),
            None => Self::Recorded {
                commitments: Commitments([Commitment([0; 32]); FIELD_COUNT]),
                fields: None,
                verdicts,
            },
        }
    }

    /// What the record has of them.
    pub fn commitments(&self) -> Commitments {
        match self {
            Self::Given(personal) => personal.commitments(),
            Self::Recorded { commitments, .. } => *commitments,
        }
    }

    /// The fields. None where they were erased.
    pub fn fields(&self) -> Option<&PersonalFields> {
        match self {
            Self::Given(personal) => Some(&personal.fields),
            Self::Recorded { fields, .. } => fields.as_ref(),
        }
    }

    /// The same with the identity that was known before, where no other is given.
    pub(super) fn keeping_identity(&self, before: Option<&Personal>) -> Self {
        let mut kept = self.clone();
        if let Self::Given(personal) = &mut kept {
            let known = before.and_then(|before| before.fields.identity);
            personal.fields.identity = personal.fields.identity.or(known);
        }
        kept
    }

    /// What is to be kept beside the record.
    pub fn to_keep(&self) -> Option<&Personal> {
        match self {
            Self::Given(personal) => Some(personal),
            Self::Recorded { .. } => None,
        }
    }
}

impl Personal {
    /// What the journal has of them: for each field, SHA-256 of its salt and its
    /// UTF-8 text.
    pub fn commitments(&self) -> Commitments {
        let mut number = 0;
        Commitments(self.fields.texts().map(|(_, text)| {
            number += 1;
            let mut hash = Sha256::new();
            hash.update(salt(&self.secret, number));
            hash.update(text.as_bytes());
            Commitment(hash.finalize().into())
        }))
    }

    /// The first field in which others differ. Who attested does not count: a request
    /// may be repeated by somebody else.
    pub(super) fn difference(&self, other: &PersonalFields) -> Option<&'static str> {
        let (mut mine, others) = (self.fields.unsigned(), other.unsigned());
        if others.identity.is_none() {
            // It is asked for once, and stays.
            mine.identity = None;
        }
        let (mine, others) = (mine.texts(), others.texts());
        let mut pairs = mine.iter().zip(&others);
        pairs.find(|(a, b)| a != b).map(|((field, _), _)| *field)
    }
}

/// The salt of a field, by its number from 1: the first 16 bytes of SHA-256 of the
/// secret and the number. It tells nothing of the others.
fn salt(secret: &Secret, number: u8) -> Salt {
    let mut hash = Sha256::new();
    hash.update(secret);
    hash.update([number]);
    let hash: [u8; 32] = hash.finalize().into();
    let mut salt = Salt::default();
    salt.copy_from_slice(&hash[..16]);
    salt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn personal(name: &str) -> Personal {
        Personal {
            secret: [7; 32],
            fields: PersonalFields {
                name: PersonalText::parse("name", name).unwrap(),
                ..PersonalFields::default()
            },
        }
    }

    #[test]
    fn every_field_has_a_commitment_of_its_own() {
        let Commitments(one) = personal("Li Hua").commitments();
        let Commitments(other) = personal("Li Hong").commitments();
        assert_ne!(one[0], other[0]);
        // Empty fields, too, and no two alike.
        assert_eq!(one[1..], other[1..]);
        for (at, commitment) in one.iter().enumerate() {
            assert!(!one[..at].contains(commitment), "{at}");
        }
    }

    #[test]
    fn nothing_personal_is_shown_by_accident() {
        let personal = personal("Li Hua");
        assert_eq!(format!("{personal:?}"), "Personal");
        let long = "x".repeat(201);
        for text in [&long, "Li\nHua"] {
            let error = PersonalText::parse("name", text).err().unwrap();
            assert!(!format!("{error} {error:?}").contains(text));
        }
    }
}
