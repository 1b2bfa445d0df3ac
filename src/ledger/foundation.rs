//! What a ledger is founded with.

use std::fmt;

use uuid::Uuid;

use super::{Sequence, TimeZone};

/// A ledger's own name among all ledgers: a UUID.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerId(Uuid);

impl LedgerId {
    /// The id of these random bytes.
    pub fn random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Reads the 16 bytes of a UUID. None for another length or the nil UUID.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let id = Uuid::from_slice(bytes).ok()?;
        (!id.is_nil()).then_some(Self(id))
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the first record says of its ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Foundation {
    pub id: LedgerId,
    /// Its days are this zone's days.
    pub time_zone: TimeZone,
}

/// A foundation as it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Founded {
    pub foundation: Foundation,
    /// The record that last said something of it.
    pub since: Sequence,
}
