//! Free text, which the journal only commits to, so that it can be erased.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::malformed::Malformed;

const MAX_NOTE_CHARS: usize = 1_000;

/// Random bytes that keep a short note from being guessed from its commitment.
pub type Salt = [u8; 16];

/// SHA-256 of the salt and the note's UTF-8 text: all the journal holds of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Commitment(pub [u8; 32]);

/// An entry's free text, 1 to 1,000 characters, with its salt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    salt: Salt,
    text: Arc<str>,
}

impl Note {
    /// A note, or none where the text is empty.
    ///
    /// # Errors
    /// [`Malformed::NoteLength`] above 1,000 characters.
    pub fn new(salt: Salt, text: String) -> Result<Option<Self>, Malformed> {
        let given = text.chars().count();
        match given {
            0 => Ok(None),
            1..=MAX_NOTE_CHARS => Ok(Some(Self {
                salt,
                text: text.into(),
            })),
            _ => Err(Malformed::NoteLength {
                given,
                max: MAX_NOTE_CHARS,
            }),
        }
    }

    /// The random bytes.
    pub fn salt(&self) -> &Salt {
        &self.salt
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the journal holds of it.
    pub fn commitment(&self) -> Commitment {
        let mut hash = Sha256::new();
        hash.update(self.salt);
        hash.update(self.text.as_bytes());
        Commitment(hash.finalize().into())
    }
}
