//! Sources, and what is out of them.

use super::{ReadError, Reading, account, centre, exchange::misplaced};
use crate::{
    exchange::{Branch, IssuanceRejection, List, Object, ObjectId, Rejection, issuance::Source},
    ledger::AccountId,
};

/// A source, and what is out of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceView {
    pub source: Source,
    /// In steps of its unit.
    pub outstanding: i64,
    /// What of the rest is held.
    pub held: i64,
}

/// A source.
///
/// # Errors
/// [`IssuanceRejection::SourceUnknown`], or where the store fails.
pub fn source(reading: &mut Reading<'_>, id: &AccountId) -> Result<SourceView, ReadError> {
    match reading.snapshot.object(&ObjectId::Source(id.clone()))? {
        Some(Object::Source(source)) => drawn(reading, *source),
        _ => {
            let source_id = id.clone();
            Err(Rejection::from(IssuanceRejection::SourceUnknown { source_id }).into())
        }
    }
}

fn drawn(reading: &mut Reading<'_>, source: Source) -> Result<SourceView, ReadError> {
    let account = account(reading, &source.terms.account)?.account;
    Ok(SourceView {
        source,
        outstanding: -account.balance.steps(),
        held: account.held.steps(),
    })
}

/// The sources of a centre by id, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn sources(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    after: Option<AccountId>,
    limit: usize,
) -> Result<Vec<SourceView>, ReadError> {
    centre(reading, prefix)?;
    let list = List::SourcesOf(prefix.clone());
    let after = after.map(ObjectId::Source);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let sources = found.into_iter().map(|object| match object {
        Object::Source(source) => drawn(reading, *source),
        other => Err(misplaced(&other).into()),
    });
    sources.collect()
}
