//! Posting and reversing entries.

use std::sync::Arc;

use super::{Decision, booking};
use crate::ledger::{
    Entry, Fact, Facts, Label, Moment, NewEntry, Note, Origin, Rejection, ReusedField, Reversal,
    Stamp, Tags, UnitId,
};

pub(super) fn post(facts: &Facts, new: &NewEntry, now: Moment) -> Result<Decision, Rejection> {
    let entry = &new.entry;
    if let Some(decision) = standing(facts, entry, new.note.as_ref())? {
        same_units(facts, new)?;
        return Ok(decision);
    }
    booking::not_in_future(entry.effective_at, now)?;
    let touched = booking::land(facts, entry.transfers.as_slice(), &new.units)?;
    booking::within_limits(&touched)?;
    Ok(Decision::Append {
        fact: Fact::EntryPosted(Arc::clone(entry)),
        note: new.note.clone(),
    })
}

pub(super) fn reverse(
    facts: &Facts,
    reversal: &Reversal,
    now: Moment,
) -> Result<Decision, Rejection> {
    let unknown = Rejection::EntryUnknown { id: reversal.of };
    let Some((_, original)) = facts.entry(&reversal.of) else {
        refuse_reuse(facts, reversal)?;
        booking::not_in_future(reversal.effective_at, now)?;
        return Err(unknown);
    };
    let entry = inverse(original, reversal);
    if let Some(decision) = standing(facts, &entry, Some(&reversal.reason))? {
        return Ok(decision);
    }
    booking::not_in_future(entry.effective_at, now)?;
    if matches!(original.origin, Origin::Reversal { .. }) {
        return Err(Rejection::EntryIsReversal { id: reversal.of });
    }
    if let Some(by) = facts.reversed_by(&reversal.of) {
        return Err(Rejection::EntryReversed {
            id: reversal.of,
            by,
        });
    }
    let touched = booking::land(facts, entry.transfers.as_slice(), &[])?;
    if !reversal.force {
        booking::within_limits(&touched)?;
    }
    Ok(Decision::Append {
        fact: Fact::EntryPosted(Arc::new(entry)),
        note: Some(reversal.reason.clone()),
    })
}

/// A reversal of what is not there cannot stand already: any use of its id is
/// another one.
fn refuse_reuse(facts: &Facts, reversal: &Reversal) -> Result<(), Rejection> {
    let id = reversal.id;
    let field = match (facts.book.holds.get(&id), facts.entry(&id)) {
        (Some(_), _) => ReusedField::What,
        (None, Some(_)) => ReusedField::Reverses,
        (None, None) => return Ok(()),
    };
    Err(Rejection::IdReused { id, field })
}

fn inverse(original: &Entry, reversal: &Reversal) -> Entry {
    Entry {
        id: reversal.id,
        transfers: original.transfers.inverse(),
        effective_at: reversal.effective_at,
        kind: Label::reversal(),
        tags: Tags::default(),
        note: Some(reversal.reason.commitment()),
        origin: Origin::Reversal {
            of: reversal.of,
            forced: reversal.force,
        },
    }
}

/// Whether the id stands already: for the same content, a replay.
fn standing(
    facts: &Facts,
    repeated: &Entry,
    note: Option<&Note>,
) -> Result<Option<Decision>, Rejection> {
    let id = repeated.id;
    if facts.book.holds.contains_key(&id) {
        let field = ReusedField::What;
        return Err(Rejection::IdReused { id, field });
    }
    let Some((stamp, standing)) = facts.entry(&id) else {
        return Ok(None);
    };
    match difference(facts, stamp, standing, repeated, note) {
        None => Ok(Some(Decision::Stands(stamp))),
        Some(field) => Err(Rejection::IdReused { id, field }),
    }
}

fn difference(
    facts: &Facts,
    stamp: Stamp,
    old: &Entry,
    new: &Entry,
    note: Option<&Note>,
) -> Option<ReusedField> {
    if let Some(field) = origins_differ(&old.origin, &new.origin) {
        return Some(field);
    }
    [
        (old.transfers == new.transfers, ReusedField::Transfers),
        (
            booking::same_time(stamp, old.effective_at, new.effective_at),
            ReusedField::EffectiveAt,
        ),
        (old.kind == new.kind, ReusedField::Kind),
        (old.tags == new.tags, ReusedField::Tags),
        (same_note(facts, old, note), ReusedField::Note),
    ]
    .into_iter()
    .find_map(|(same, field)| (!same).then_some(field))
}

/// A repeated entry must name the units that its accounts have.
fn same_units(facts: &Facts, repeated: &NewEntry) -> Result<(), Rejection> {
    let legs = repeated.entry.transfers.as_slice();
    let differs = |(leg, wanted): &(usize, UnitId)| {
        let leg = legs.get(*leg);
        leg.is_none_or(|leg| !booking::counts(facts, leg, Some(wanted)))
    };
    match repeated.units.iter().any(differs) {
        false => Ok(()),
        true => Err(Rejection::IdReused {
            id: repeated.entry.id,
            field: ReusedField::Unit,
        }),
    }
}

fn origins_differ(old: &Origin, new: &Origin) -> Option<ReusedField> {
    match (old, new) {
        (Origin::Posted, Origin::Posted) => None,
        (Origin::Reversal { of: a, .. }, Origin::Reversal { of: b, .. }) if a != b => {
            Some(ReusedField::Reverses)
        }
        (Origin::Reversal { forced: a, .. }, Origin::Reversal { forced: b, .. }) => {
            (a != b).then_some(ReusedField::Force)
        }
        _ => Some(ReusedField::Reverses),
    }
}

/// A note that was erased took its salt with it and can no longer be compared;
/// that there was one is enough then.
fn same_note(facts: &Facts, old: &Entry, new: Option<&Note>) -> bool {
    match (old.note, new) {
        (None, None) => true,
        (Some(commitment), Some(note)) => facts
            .salt(&old.id)
            .is_none_or(|salt| note.commitment_with(salt) == commitment),
        (None, Some(_)) | (Some(_), None) => false,
    }
}
