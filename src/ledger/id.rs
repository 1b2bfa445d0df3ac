//! Names: of accounts, of bookings, and the short labels within an entry.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::malformed::{Malformed, excerpt};

const MAX_ACCOUNT_ID_BYTES: usize = 100;
const MAX_SEGMENT_BYTES: usize = 32;
const MAX_SEGMENTS: usize = 8;
const MAX_LABEL_BYTES: usize = 32;
const MAX_OWNER_BYTES: usize = 64;

/// A place in the chart of accounts, such as `shapingba:member:000123`: 2 to 8
/// segments joined by `:`. Chosen by the client, never a person's name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct AccountId(CompactString);

impl AccountId {
    /// Reads an account id.
    ///
    /// # Errors
    /// [`Malformed::AccountId`] with what is wrong with it.
    pub fn parse(given: &str) -> Result<Self, Malformed> {
        match fault(given) {
            None => Ok(Self(given.into())),
            Some(why) => Err(Malformed::AccountId {
                given: excerpt(given),
                why,
            }),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fault(id: &str) -> Option<&'static str> {
    if id.len() > MAX_ACCOUNT_ID_BYTES {
        return Some("is too long");
    }
    let mut segments = 0;
    for segment in id.split(':') {
        segments += 1;
        let bytes = segment.as_bytes();
        match bytes.first() {
            None => return Some("has an empty segment"),
            Some(b'-') => return Some("has a segment that starts with '-'"),
            Some(_) => {}
        }
        if bytes.len() > MAX_SEGMENT_BYTES {
            return Some("has a segment that is too long");
        }
        if !bytes.iter().all(|b| is_label_byte(*b)) {
            return Some("has a character other than a-z 0-9 '-' ':'");
        }
    }
    match segments {
        1 => Some("has one segment"),
        2..=MAX_SEGMENTS => None,
        _ => Some("has too many segments"),
    }
}

fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl TryFrom<String> for AccountId {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse(&given)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of an entry or of a hold, which share one space of UUIDs: a hold that
/// is settled becomes the entry of the same id. It is the idempotency key, for
/// ever.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct BookingId(Uuid);

impl BookingId {
    /// Reads a UUID in its usual text form.
    ///
    /// # Errors
    /// [`Malformed::BookingId`] for anything else, and for the nil UUID.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        match Uuid::try_parse(given) {
            Ok(id) if !id.is_nil() => Ok(Self(id)),
            _ => Err(Malformed::BookingId {
                field,
                given: excerpt(given),
            }),
        }
    }

    /// Reads the 16 bytes of a UUID. None for another length or the nil UUID.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let id = Uuid::from_slice(bytes).ok()?;
        (!id.is_nil()).then_some(Self(id))
    }

    /// Another id that follows from this one: for what a step of this id brings about
    /// besides. A UUID of version 8.
    #[must_use]
    pub fn derived(&self) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"timebank derived id");
        hash.update(self.as_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The 16 bytes, which sort as the ids do.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl Serialize for BookingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl TryFrom<String> for BookingId {
    type Error = Malformed;

    fn try_from(given: String) -> Result<Self, Malformed> {
        Self::parse("id", &given)
    }
}

impl fmt::Display for BookingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for BookingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who a hold belongs to, such as an order: 1 to 64 characters `a-z0-9:-`. Only a
/// step of its owner's settles or releases it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct HoldOwner(CompactString);

impl HoldOwner {
    /// Reads an owner.
    ///
    /// # Errors
    /// [`Malformed::HoldOwner`] for anything else.
    pub fn parse(given: &str) -> Result<Self, Malformed> {
        let fits = (1..=MAX_OWNER_BYTES).contains(&given.len());
        if fits && given.bytes().all(|b| is_label_byte(b) || b == b':') {
            Ok(Self(given.into()))
        } else {
            Err(Malformed::HoldOwner {
                given: excerpt(given),
            })
        }
    }

    /// The owner as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HoldOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A short machine-readable name: an entry's kind, or the key of a tag.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Label(CompactString);

impl Label {
    /// Reads a label: 1 to 32 characters `a-z0-9-`, a letter first.
    ///
    /// # Errors
    /// [`Malformed::Label`] for anything else.
    pub fn parse(field: &'static str, given: &str) -> Result<Self, Malformed> {
        let bytes = given.as_bytes();
        let fits = bytes.len() <= MAX_LABEL_BYTES
            && bytes.first().is_some_and(u8::is_ascii_lowercase)
            && bytes.iter().all(|b| is_label_byte(*b));
        if fits {
            Ok(Self(given.into()))
        } else {
            Err(Malformed::Label {
                field,
                given: excerpt(given),
            })
        }
    }

    /// The kind of every reversal.
    pub fn reversal() -> Self {
        Self("reversal".into())
    }

    /// The kind of an entry that empties the account of a member who goes.
    pub fn exit() -> Self {
        Self("exit".into())
    }

    /// The kind of an entry by which something is issued from a source.
    pub fn issuance() -> Self {
        Self("issuance".into())
    }

    /// The kind of an entry by which a member gets the opening grant.
    pub fn grant() -> Self {
        Self("grant".into())
    }

    /// The kind of an entry by which a training earns points.
    pub fn training() -> Self {
        Self("training".into())
    }

    /// The kind of an entry by which something of a stock is redeemed.
    pub fn redemption() -> Self {
        Self("redemption".into())
    }

    /// The kind of an entry by which one unit is converted into another.
    pub fn conversion() -> Self {
        Self("conversion".into())
    }

    /// The kind of an entry by which hours go to another time bank, or come from there.
    pub fn clearing() -> Self {
        Self("clearing".into())
    }

    /// The kind of an entry by which money comes into a pool.
    pub fn donation() -> Self {
        Self("donation".into())
    }

    /// The kind of an entry by which hours are given away.
    pub fn gift() -> Self {
        Self("gift".into())
    }

    /// The kind of an entry by which a pool pays relief.
    pub fn relief() -> Self {
        Self("relief".into())
    }

    /// The kind of an entry that takes a member's hours along to another centre.
    pub fn relocation() -> Self {
        Self("relocation".into())
    }

    /// The kind of an entry that a service is settled by.
    pub fn service() -> Self {
        Self("service".into())
    }

    /// The kind of an entry whose client names none.
    pub fn transfer() -> Self {
        Self("transfer".into())
    }

    /// The label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_ids() {
        let long_segment = format!("a:{}", "b".repeat(33));
        let long = ["abcdefghijklmnopqrstuvwxyz"; 4].join(":");
        for (given, fits) in [
            ("shapingba:member:000123", true),
            ("a:b", true),
            ("1:2", true),
            ("a:b:c:d:e:f:g:h", true),
            ("a:b:c:d:e:f:g:h:i", false),
            ("a", false),
            ("", false),
            (":", false),
            ("a:", false),
            (":a", false),
            ("a::b", false),
            ("a:-b", false),
            ("a:b-", true),
            ("A:b", false),
            ("a:b c", false),
            ("a:b_c", false),
            ("a:b\n", false),
            ("a:b\0", false),
            ("a:\u{5f20}", false),
            (&long_segment, false),
            (&long, false),
        ] {
            assert_eq!(AccountId::parse(given).is_ok(), fits, "{given:?}");
        }
    }

    #[test]
    fn labels() {
        for (given, fits) in [
            ("service", true),
            ("x", true),
            ("x-1", true),
            ("1x", false),
            ("-x", false),
            ("", false),
            ("Service", false),
            ("abcdefghijklmnopqrstuvwxyzabcdef", true),
            ("abcdefghijklmnopqrstuvwxyzabcdefg", false),
        ] {
            assert_eq!(Label::parse("kind", given).is_ok(), fits, "{given:?}");
        }
    }

    #[test]
    fn account_ids_at_their_bounds() {
        let segment = |bytes| format!("a:{}", "b".repeat(bytes));
        let long = |bytes: usize| {
            let rest = bytes - 3 * 33;
            format!("{0}:{0}:{0}:{1}", "a".repeat(32), "b".repeat(rest))
        };
        for (given, why) in [
            (segment(32), None),
            (segment(33), Some("has a segment that is too long")),
            (long(100), None),
            (long(101), Some("is too long")),
            ("a".into(), Some("has one segment")),
            ("a:b:c:d:e:f:g:h:i".into(), Some("has too many segments")),
        ] {
            assert_eq!(fault(&given), why, "{given}");
        }
    }

    #[test]
    fn a_derived_id_follows_from_its_origin() {
        let id = |byte| BookingId::from_slice(&[byte; 16]).unwrap();
        assert_eq!(id(1).derived(), id(1).derived());
        assert_ne!(id(1).derived(), id(2).derived());
        assert_eq!(id(1).derived().0.get_version_num(), 8);
    }
}
