//! Pages and their tokens. A token names where the next page begins and is bound
//! to the method and request it came from by a checksum: it is no secret, as a request's
//! rights are checked for every page, but one that was changed or is used with
//! another request is told apart.

use std::fmt::Write;

use sha2::{Digest, Sha256};

const DEFAULT_SIZE: i32 = 100;
const MAX_SIZE: i32 = 1_000;
const CHECK_BYTES: usize = 8;
const MAX_TOKEN_CHARS: usize = 400;

/// What is wrong with the page asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PageError {
    #[error("the page size {given} is not within 0 (the default, {DEFAULT_SIZE}) to {MAX_SIZE}")]
    Size { given: i32 },
    #[error(
        "the page token is not one of this request's; start again without one, and change nothing \
         but the token from page to page"
    )]
    Token,
}

/// The number of items for a requested page size.
///
/// # Errors
/// [`PageError::Size`] below 0 or above 1,000.
pub fn page_size(given: i32) -> Result<usize, PageError> {
    match given {
        0 => Ok(DEFAULT_SIZE as usize),
        1..=MAX_SIZE => Ok(given as usize),
        _ => Err(PageError::Size { given }),
    }
}

/// Makes and reads the tokens of one request.
pub struct Token {
    method: &'static str,
    request: Vec<u8>,
}

impl Token {
    /// For the request to this method with these bytes: all of it that must not
    /// change. Requests to two methods may have the same bytes.
    pub fn of(method: &'static str, request: Vec<u8>) -> Self {
        Self { method, request }
    }

    /// The token for the page that begins at the cursor.
    pub fn write(&self, cursor: &str) -> String {
        let mut token = String::new();
        for byte in self
            .check(cursor.as_bytes())
            .iter()
            .chain(cursor.as_bytes())
        {
            let _ = write!(token, "{byte:02x}");
        }
        token
    }

    /// The cursor of a token; none for the first page.
    ///
    /// # Errors
    /// [`PageError::Token`] where it is not this request's.
    pub fn read(&self, token: &str) -> Result<Option<String>, PageError> {
        if token.is_empty() {
            return Ok(None);
        }
        let bytes = unhex(token).ok_or(PageError::Token)?;
        let (check, cursor) = bytes
            .split_at_checked(CHECK_BYTES)
            .ok_or(PageError::Token)?;
        if self.check(cursor) != check {
            return Err(PageError::Token);
        }
        String::from_utf8(cursor.into())
            .map(Some)
            .map_err(|_| PageError::Token)
    }

    /// As [`Token::read`], for a cursor that is a number.
    ///
    /// # Errors
    /// [`PageError::Token`].
    pub fn read_number(&self, token: &str) -> Result<Option<i64>, PageError> {
        self.read(token)?
            .map(|cursor| cursor.parse().map_err(|_| PageError::Token))
            .transpose()
    }

    fn check(&self, cursor: &[u8]) -> [u8; CHECK_BYTES] {
        let mut hash = Sha256::new();
        hash.update(b"timebank page token v2");
        hash.update((self.method.len() as u64).to_le_bytes());
        hash.update(self.method);
        hash.update((self.request.len() as u64).to_le_bytes());
        hash.update(&self.request);
        hash.update(cursor);
        let hash: [u8; 32] = hash.finalize().into();
        let mut check = [0; CHECK_BYTES];
        check.copy_from_slice(&hash[..CHECK_BYTES]);
        check
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_TOKEN_CHARS || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_bound_to_their_request() {
        let mine = Token::of("List", b"account a".to_vec());
        let token = mine.write("17");
        assert_eq!(mine.read_number(&token), Ok(Some(17)));
        assert_eq!(mine.read(""), Ok(None));
        for other in [
            Token::of("List", b"account b".to_vec()),
            Token::of("Other", b"account a".to_vec()),
        ] {
            assert_eq!(other.read(&token), Err(PageError::Token));
        }
        for at in 0..token.len() {
            let mut tampered = token.clone().into_bytes();
            tampered[at] = if tampered[at] == b'0' { b'1' } else { b'0' };
            let tampered = String::from_utf8(tampered).unwrap();
            assert_eq!(mine.read(&tampered), Err(PageError::Token), "{tampered}");
        }
        for wrong in ["0", "zz", "\u{e9}\u{e9}", "+1+1", &"0".repeat(1_000)] {
            assert_eq!(mine.read(wrong), Err(PageError::Token), "{wrong}");
        }
    }

    #[test]
    fn page_sizes() {
        for (given, size) in [
            (-1, None),
            (0, Some(100)),
            (1, Some(1)),
            (999, Some(999)),
            (1_000, Some(1_000)),
            (1_001, None),
        ] {
            assert_eq!(page_size(given).ok(), size, "{given}");
        }
    }

    #[test]
    fn tokens_are_read_up_to_their_bound() {
        let hex = |chars: usize| "ab".repeat(chars / 2);
        assert_eq!(
            unhex(&hex(MAX_TOKEN_CHARS)).map(|bytes| bytes.len()),
            Some(200)
        );
        assert_eq!(unhex(&hex(MAX_TOKEN_CHARS + 2)), None);
        for (given, is_read) in [("", true), ("a", false), ("ag", false), ("\u{e9}", false)] {
            assert_eq!(unhex(given).is_some(), is_read, "{given:?}");
        }
    }
}
