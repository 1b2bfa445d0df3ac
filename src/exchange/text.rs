//! Names of organisations, which are no personal data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ledger::Malformed;

const MAX_NAME_CHARS: usize = 100;

/// The name of a centre or an organisation, in any script: 1 to 100 characters, none
/// of them a control character, no space at either end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Name(String);

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    /// [`Malformed::Missing`] where there is none, [`Malformed::Name`] where it is
    /// none.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        if given.is_empty() {
            return Err(Malformed::Missing { field });
        }
        let fits = given.chars().count() <= MAX_NAME_CHARS
            && given.trim() == given
            && !given.chars().any(char::is_control);
        match fits {
            true => Ok(Self(given.into())),
            false => Err(Malformed::name(field, given, MAX_NAME_CHARS)),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse("name", &given)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
