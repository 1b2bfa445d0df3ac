//! Policies as centres adopted them.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{
    Branch, Day,
    policy::{Mistakes, Policy},
};

/// A policy with the document that it was read from, shared by all that name it. Two
/// are alike where their documents are.
#[derive(Clone)]
pub struct PolicyDocument(Arc<(String, Policy)>);

impl PolicyDocument {
    /// Reads a document.
    ///
    /// # Errors
    /// Every [mistake](super::policy::Mistake) in it.
    pub fn read(text: String) -> Result<Self, Mistakes> {
        let policy = Policy::read(&text)?;
        Ok(Self(Arc::new((text, policy))))
    }

    /// The document as it was given.
    pub fn text(&self) -> &str {
        &self.0.0
    }

    /// What it says.
    pub fn policy(&self) -> &Policy {
        &self.0.1
    }
}

impl PartialEq for PolicyDocument {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for PolicyDocument {}

impl fmt::Debug for PolicyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PolicyDocument").field(&self.text()).finish()
    }
}

impl Serialize for PolicyDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The number of one of a centre's policies: 1 to 1,000, in the order in which they
/// were adopted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct PolicyVersion(u32);

impl PolicyVersion {
    /// The most that a centre adopts.
    pub const MAX: u32 = 1_000;

    /// The version that was adopted before. None where there is none.
    pub fn before(self) -> Option<Self> {
        Self::new(self.0 - 1)
    }

    /// The version of a number. None where there is none of it.
    pub fn new(number: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&number).then_some(Self(number))
    }

    /// Its number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for PolicyVersion {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        Self::new(number).ok_or("no version has this number")
    }
}

impl From<PolicyVersion> for u32 {
    fn from(version: PolicyVersion) -> Self {
        version.get()
    }
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which policy: a version of a centre's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PolicyId {
    pub centre: Branch,
    pub version: PolicyVersion,
}

impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.centre, self.version)
    }
}

/// A policy that a centre adopted. It never changes: what comes after is another
/// version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AdoptedPolicy {
    pub centre: Branch,
    pub version: PolicyVersion,
    /// The first day on which it holds.
    pub starts_on: Day,
    pub document: PolicyDocument,
}

impl AdoptedPolicy {
    /// Which it is.
    pub fn id(&self) -> PolicyId {
        PolicyId {
            centre: self.centre.clone(),
            version: self.version,
        }
    }

    /// What it says.
    pub fn policy(&self) -> &Policy {
        self.document.policy()
    }
}

/// The first days of a centre's policies, by version.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyStarts(Vec<Day>);

impl PolicyStarts {
    /// The version that holds on a day: of those that have started, the one that was
    /// adopted last. None where none has.
    pub fn on(&self, day: Day) -> Option<PolicyVersion> {
        let held = self.0.iter().rposition(|start| *start <= day)?;
        PolicyVersion::new(u32::try_from(held).ok()? + 1)
    }

    /// Whether none was adopted yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The version that is adopted next. None where there are too many.
    pub fn next(&self) -> Option<PolicyVersion> {
        PolicyVersion::new(u32::try_from(self.0.len()).ok()? + 1)
    }

    /// The first day on which another may hold that is adopted on a day.
    pub fn earliest(&self, today: Day) -> Day {
        match self.is_empty() {
            true => today,
            // The last day that can be written has none after it.
            false => today.next().unwrap_or(today),
        }
    }

    /// Takes the next version in.
    pub(super) fn push(&mut self, starts_on: Day) {
        self.0.push(starts_on);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_adopted_last_holds_once_it_has_started() {
        let day = |text| Day::parse("day", text).unwrap();
        let mut starts = PolicyStarts::default();
        for start in ["2026-01-01", "2026-06-01", "2026-03-01", "2026-12-01"] {
            starts.push(day(start));
        }
        for (on, version) in [
            ("2025-12-31", None),
            ("2026-01-01", Some(1)),
            ("2026-02-28", Some(1)),
            // The third was adopted after the second, which so never holds.
            ("2026-03-01", Some(3)),
            ("2026-06-01", Some(3)),
            ("2026-12-01", Some(4)),
        ] {
            assert_eq!(starts.on(day(on)).map(PolicyVersion::get), version, "{on}");
        }
        assert_eq!(starts.next().map(PolicyVersion::get), Some(5));
    }
}
