//! What the holder of a token shows.
//!
//! Its text is `timebank_` and, in Base58Check, 24 random bytes and the token's name: who finds one
//! knows what it is and whose, and one that is mistyped is told from one that was never given (the
//! way of GitHub's tokens: a prefix to look for, and a checksum).

use std::fmt;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::TokenName;

const PREFIX: &str = "timebank_";
const SECRET_BYTES: usize = 24;
/// Of SHA-256.
const BLOCK_BYTES: usize = 64;
/// Longer than any: a name has 100 bytes at most.
const MAX_TEXT_BYTES: usize = 256;

/// Why a text is no bearer. The text is not told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoBearer {
    #[error("it does not begin with {PREFIX}")]
    Foreign,
    #[error("its checksum is wrong: it is mistyped, or cut short")]
    Mistyped,
}

/// What a ledger's tokens are verified with: 32 random bytes, which are in no journal.
#[derive(Clone)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What is kept of a bearer.
    pub fn verifier(&self, bearer: &Bearer) -> Verifier {
        Verifier(self.mac(bearer).finalize().into_bytes().into())
    }

    /// Whether a verifier is of a bearer; it takes as long wherever they differ.
    pub fn verifies(&self, bearer: &Bearer, verifier: &Verifier) -> bool {
        self.mac(bearer).verify_slice(&verifier.0).is_ok()
    }

    fn mac(&self, bearer: &Bearer) -> Hmac<Sha256> {
        // A shorter key than a block is one that ends in zeros.
        let mut block = [0; BLOCK_BYTES];
        block[..self.0.len()].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(&bearer.secret);
        mac.update(bearer.name.as_str().as_bytes());
        mac
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey")
    }
}

/// What the holder of a token shows: its name, and a secret.
#[derive(Clone)]
pub struct Bearer {
    pub name: TokenName,
    secret: [u8; SECRET_BYTES],
}

impl Bearer {
    /// The bearer of a name, with a secret that was drawn for it.
    pub fn new(name: TokenName, secret: [u8; SECRET_BYTES]) -> Self {
        Self { name, secret }
    }

    /// Reads what somebody shows.
    ///
    /// # Errors
    /// [`NoBearer`] where it is none.
    pub fn parse(text: &str) -> Result<Self, NoBearer> {
        let encoded = text.strip_prefix(PREFIX).ok_or(NoBearer::Foreign)?;
        if text.len() > MAX_TEXT_BYTES {
            return Err(NoBearer::Mistyped);
        }
        let decoded = bs58::decode(encoded).with_check(None).into_vec();
        let decoded = decoded.map_err(|_| NoBearer::Mistyped)?;
        let parts = decoded.split_first_chunk::<SECRET_BYTES>();
        let (secret, name) = parts.ok_or(NoBearer::Mistyped)?;
        let name = str::from_utf8(name).map_err(|_| NoBearer::Mistyped)?;
        Ok(Self {
            name: TokenName::parse(name).map_err(|_| NoBearer::Mistyped)?,
            secret: *secret,
        })
    }

    /// The text that its holder is given.
    pub fn text(&self) -> String {
        let mut bytes = self.secret.to_vec();
        bytes.extend_from_slice(self.name.as_str().as_bytes());
        format!("{PREFIX}{}", bs58::encode(bytes).with_check().into_string())
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bearer({})", self.name)
    }
}

/// HMAC-SHA256 of a bearer's secret and name: what is kept of it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Verifier([u8; 32]);

impl Verifier {
    /// A verifier of these bytes. None where they are not 32.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(name: &str, byte: u8) -> Bearer {
        let name = TokenName::parse(name).expect("a name");
        Bearer::new(name, [byte; SECRET_BYTES])
    }

    #[test]
    fn there_and_back() {
        for name in ["admin", "city:member:000123"] {
            let text = bearer(name, 7).text();
            let read = Bearer::parse(&text).expect("a bearer");
            assert_eq!((read.name.as_str(), read.text()), (name, text));
        }
    }

    #[test]
    fn only_its_own_verifier_is_of_it() {
        let (key, other) = (TokenKey::new([1; 32]), TokenKey::new([2; 32]));
        let own = bearer("1001", 7);
        let verifier = key.verifier(&own);
        assert!(key.verifies(&own, &verifier));
        assert!(!other.verifies(&own, &verifier));
        assert!(!key.verifies(&bearer("1001", 8), &verifier));
        assert!(!key.verifies(&bearer("1002", 7), &verifier));
    }

    #[test]
    fn one_letter_wrong_is_mistyped() {
        let text = bearer("1001", 7).text();
        for at in PREFIX.len()..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[at] = if wrong[at] == b'2' { b'3' } else { b'2' };
            let wrong = String::from_utf8(wrong).expect("text");
            assert!(Bearer::parse(&wrong).is_err(), "{wrong}");
        }
        for none in [
            "",
            "timebank_",
            "ghp_abc",
            &text[..20],
            &"timebank_2".repeat(1_000),
        ] {
            assert!(Bearer::parse(none).is_err(), "{none}");
        }
    }

    #[test]
    fn nothing_shows_the_secret() {
        let own = bearer("1001", 7);
        let verifier = TokenKey::new([1; 32]).verifier(&own);
        assert_eq!(format!("{own:?} {verifier:?}"), "Bearer(1001) Verifier");
    }
}
