//! Units of account.

use std::{fmt, sync::Arc};

use compact_str::CompactString;
use serde::{Deserialize, Serialize, Serializer};

use super::malformed::{Malformed, excerpt};

/// The most units a ledger has, `time` among them.
pub const MAX_UNITS: usize = 64;

/// The name of a unit: 2 to 16 characters `a-z0-9`, a letter first.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct UnitId(CompactString);

impl UnitId {
    /// Reads the name of a unit.
    ///
    /// # Errors
    /// [`Malformed::UnitId`] for anything else.
    pub fn parse(given: &str) -> Result<Self, Malformed> {
        if given.len() >= 2 && is_name(given) {
            Ok(Self(given.into()))
        } else {
            Err(malformed(given))
        }
    }

    /// The built-in unit, which counts whole minutes.
    pub fn time() -> Self {
        Self("time".into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UnitId {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse(&given)
    }
}

impl Serialize for UnitId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an account counts, in whole steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unit {
    id: UnitId,
    step: Arc<str>,
}

impl Unit {
    /// A unit and the name of one step of it, 1 to 16 characters `a-z0-9`.
    ///
    /// # Errors
    /// [`Malformed::UnitId`] where the step's name is none.
    pub fn new(id: UnitId, step: &str) -> Result<Self, Malformed> {
        if is_name(step) {
            Ok(Self {
                id,
                step: step.into(),
            })
        } else {
            Err(malformed(step))
        }
    }

    /// The built-in unit: whole minutes.
    pub fn time() -> Self {
        Self {
            id: UnitId::time(),
            step: "min".into(),
        }
    }

    /// The unit's name.
    pub fn id(&self) -> &UnitId {
        &self.id
    }

    /// The name of one step.
    pub fn step(&self) -> &str {
        &self.step
    }
}

fn is_name(given: &str) -> bool {
    let bytes = given.as_bytes();
    bytes.len() <= 16
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn malformed(given: &str) -> Malformed {
    Malformed::UnitId {
        given: excerpt(given),
    }
}
