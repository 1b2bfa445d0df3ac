//! Who somebody is, so far as two memberships of one person can be told: a keyed digest
//! of their identity number, which itself is kept nowhere.

use std::fmt;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Sha256;

use crate::ledger::Malformed;

const MIN_CHARS: usize = 6;
const MAX_CHARS: usize = 32;

/// What a ledger's digests are keyed with: 32 random bytes, which are in no journal.
#[derive(Clone)]
pub struct IdentityKey([u8; 32]);

impl IdentityKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest of an identity number, such as that of an identity card; none where it
    /// is empty. Letters count alike in either case, and blanks and hyphens not at all.
    ///
    /// # Errors
    /// [`Malformed::Identity`], which does not tell the number, where it is not 6 to 32
    /// letters and digits.
    pub fn digest(&self, number: &str) -> Result<Option<Identity>, Malformed> {
        if number.is_empty() {
            return Ok(None);
        }
        let counts = |letter: &char| !matches!(letter, ' ' | '-');
        let number: String = number.chars().filter(counts).collect();
        let fits = (MIN_CHARS..=MAX_CHARS).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_alphanumeric());
        if !fits {
            return Err(Malformed::Identity);
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| Malformed::Identity)?;
        mac.update(number.to_ascii_uppercase().as_bytes());
        Ok(Some(Identity(mac.finalize().into_bytes().into())))
    }
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKey")
    }
}

/// The digest of an identity number: HMAC-SHA256 of its letters, in upper case, and
/// digits. Kept as a personal field.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity([u8; 32]);

impl Identity {
    /// A digest of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

impl Serialize for Identity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Identity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let byte = |at: usize| {
            let pair = text.get(at * 2..at * 2 + 2)?;
            u8::from_str_radix(pair, 16).ok()
        };
        let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
        let bytes = bytes.filter(|_| text.len() == 64).unwrap_or_default();
        let bytes = bytes.try_into();
        bytes
            .map(Self)
            .map_err(|_| de::Error::custom("it is no digest"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_apart_by_their_letters_and_digits() {
        let key = IdentityKey::new([7; 32]);
        let digest = |number: &str| key.digest(number).unwrap().unwrap();
        let one = digest("51022319410301567X");
        assert_eq!(one, digest("510223 19410301 567x"));
        assert_ne!(one, digest("510223194103015671"));
        let other = IdentityKey::new([8; 32]);
        assert_ne!(one, other.digest("51022319410301567X").unwrap().unwrap());
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Identity>(&text).unwrap(), one);
        for number in ["12345", "1234567\u{e9}", &"1".repeat(33), "123_456"] {
            let error = key.digest(number).unwrap_err();
            assert!(!error.to_string().contains(number));
        }
        assert_eq!(key.digest("").unwrap(), None);
    }
}
