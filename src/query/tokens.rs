//! Tokens.

use super::{ReadError, Reading, exchange::misplaced};
use crate::exchange::{
    List, Object, ObjectId, Rejection, TokenRejection,
    token::{Token, TokenName},
};

/// The token of a name, valid or not. None where there is none.
///
/// # Errors
/// Where the store fails.
pub fn find_token(reading: &mut Reading<'_>, name: &TokenName) -> Result<Option<Token>, ReadError> {
    match reading.snapshot.object(&ObjectId::Token(name.clone()))? {
        Some(Object::Token(token)) => Ok(Some(*token)),
        _ => Ok(None),
    }
}

/// The token of a name.
///
/// # Errors
/// [`TokenRejection::TokenUnknown`], or where the store fails.
pub fn token(reading: &mut Reading<'_>, name: &TokenName) -> Result<Token, ReadError> {
    let found = find_token(reading, name)?;
    found.ok_or_else(|| Rejection::from(TokenRejection::TokenUnknown { name: name.clone() }).into())
}

/// Tokens by name, from after one on.
///
/// # Errors
/// Where the store fails.
pub fn tokens(
    reading: &mut Reading<'_>,
    after: Option<TokenName>,
    limit: usize,
) -> Result<Vec<Token>, ReadError> {
    let after = after.map(ObjectId::Token);
    let list = List::Tokens;
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let tokens = found.into_iter().map(|object| match object {
        Object::Token(token) => Ok(*token),
        other => Err(misplaced(&other).into()),
    });
    tokens.collect()
}
