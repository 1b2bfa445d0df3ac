//! Whether a repeated request says the same as what its id stands for.

use super::booking;
use crate::ledger::{
    Book, BookingId, Difference, Entry, Hold, HoldTerms, Moment, NotLoaded, Note, Origin,
    PostedEntry, Tag, Tags, Transfer, UnitId,
};

/// In what an entry differs from the one that was posted.
pub(super) fn entry(posted: &PostedEntry, new: &Entry, note: Option<&Note>) -> Option<Difference> {
    let old = &*posted.entry;
    origin(old, new)
        .or_else(|| transfers(old.transfers.as_slice(), new.transfers.as_slice()))
        .or_else(|| effective_at(posted, new))
        .or_else(|| Difference::between("kind", &old.kind, &new.kind))
        .or_else(|| tags(&old.tags, &new.tags))
        .or_else(|| self::note(posted, new, note))
}

/// In what a hold differs from the one that was placed.
pub(super) fn hold(placed: &Hold, new: &HoldTerms) -> Option<Difference> {
    let old = &placed.terms;
    let legs = |terms: &HoldTerms| [terms.transfer.clone()];
    transfers(&legs(old), &legs(new))
        .or_else(|| Difference::between_options("expires_in", &old.expires_in_s, &new.expires_in_s))
        .or_else(|| Difference::between("kind", &old.kind, &new.kind))
        .or_else(|| tags(&old.tags, &new.tags))
        .or_else(|| Difference::between_options("owner", &old.owner, &new.owner))
}

/// The first leg whose accounts do not count the unit that a repeated request
/// names.
pub(super) fn units(
    book: &Book,
    legs: &[Transfer],
    units: &[(usize, UnitId)],
) -> Result<Option<Difference>, NotLoaded> {
    for (index, wanted) in units {
        let Some(leg) = legs.get(*index) else {
            continue;
        };
        let account = book.account(leg.debit())?;
        if let Some(account) = account.filter(|account| account.unit != *wanted) {
            let field = format!("transfers[{index}].unit_id");
            return Ok(Some(Difference::of(field, &account.unit, wanted)));
        }
    }
    Ok(None)
}

/// That an entry does not reverse what a request wants to have reversed.
pub(super) fn reverses(old: &Entry, wanted: Option<BookingId>) -> Difference {
    let shown = |id: Option<BookingId>| id.map_or("none".into(), |id| id.to_string());
    let recorded = match old.origin {
        Origin::Posted => None,
        Origin::Reversal { of, .. } => Some(of),
    };
    Difference::of("reverses_entry_id", shown(recorded), shown(wanted))
}

fn effective_at(posted: &PostedEntry, new: &Entry) -> Option<Difference> {
    let (old, new) = (posted.entry.effective_at, new.effective_at);
    let shown = |at: Option<Moment>| at.map_or("the recorded time".into(), |at| at.to_string());
    let same = booking::same_time(posted.stamp, old, new);
    (!same).then(|| Difference::of("effective_at", shown(old), shown(new)))
}

fn origin(old: &Entry, new: &Entry) -> Option<Difference> {
    match (&old.origin, &new.origin) {
        (Origin::Posted, Origin::Posted) => None,
        (Origin::Reversal { of: a, forced: f }, Origin::Reversal { of: b, forced: g })
            if a == b =>
        {
            Difference::between("force", f, g)
        }
        (_, Origin::Reversal { of, .. }) => Some(reverses(old, Some(*of))),
        (Origin::Reversal { .. }, Origin::Posted) => Some(reverses(old, None)),
    }
}

fn transfers(old: &[Transfer], new: &[Transfer]) -> Option<Difference> {
    if old.len() != new.len() {
        let count = |legs: &[Transfer]| format!("{} transfers", legs.len());
        return Some(Difference::of("transfers", count(old), count(new)));
    }
    let mut legs = old.iter().zip(new).enumerate();
    let (index, (old, new)) = legs.find(|(_, (old, new))| old != new)?;
    let field = |name| format!("transfers[{index}].{name}");
    Difference::between(&field("debit_account_id"), old.debit(), new.debit())
        .or_else(|| Difference::between(&field("credit_account_id"), old.credit(), new.credit()))
        .or_else(|| Difference::between(&field("amount"), &old.amount(), &new.amount()))
}

fn tags(old: &Tags, new: &Tags) -> Option<Difference> {
    let one = |tag: &Tag| format!("{}={}", tag.key(), tag.value());
    let shown = |tags: &Tags| match tags.as_slice() {
        [] => "none".into(),
        tags => tags.iter().map(one).collect::<Vec<_>>().join(" "),
    };
    (old != new).then(|| Difference::of("tags", shown(old), shown(new)))
}

/// A note that was erased took its salt with it and can no longer be compared;
/// that there was one is enough then. The texts are not told.
fn note(posted: &PostedEntry, new: &Entry, note: Option<&Note>) -> Option<Difference> {
    let has = |entry: &Entry| match entry.note {
        Some(_) => "a note",
        None => "no note",
    };
    let (old, old_note) = (&posted.entry, &posted.note);
    if old.note.is_some() != new.note.is_some() {
        return Some(Difference::of("note", has(old), has(new)));
    }
    let same = match (old_note, note) {
        (Some(old), Some(new)) => old.text() == new.text(),
        (None, _) | (_, None) => true,
    };
    (!same).then(|| Difference::of("note", "a note", "another text"))
}
