//! The entries that steps bring about, each by the id of its step.

use std::sync::Arc;

use super::{Undecided, View};
use crate::exchange::{Rejection, StepId};
use crate::ledger::{
    self, Booking, BookingId, Difference, Entry, Label, NewEntry, Origin, Tags, Transfer, Transfers,
};

/// An entry that a step brings about, of one transfer: its id is the step's, which
/// stands for nothing else in the ledger either.
pub(super) fn of_step(
    view: View<'_>,
    step: BookingId,
    kind: Label,
    transfer: Transfer,
) -> Result<ledger::Command, Undecided> {
    of_legs(view, step, kind, Transfers::one(transfer))
}

/// An entry that a step brings about, of several transfers.
pub(super) fn of_legs(
    view: View<'_>,
    step: BookingId,
    kind: Label,
    transfers: Transfers,
) -> Result<ledger::Command, Undecided> {
    check_unbooked(view, step, StepId::Own(step))?;
    let entry = Entry {
        id: step,
        transfers,
        effective_at: None,
        kind,
        tags: Tags::default(),
        note: None,
        origin: Origin::Posted,
    };
    Ok(ledger::Command::PostEntry(NewEntry {
        entry: Arc::new(entry),
        units: Vec::new(),
        note: None,
        opens: Vec::new(),
    }))
}

/// Whether an entry was a mistake, and what named it may name another.
pub(super) fn is_reversed(view: View<'_>, entry: BookingId) -> Result<bool, Undecided> {
    let posted = view.book.booking(entry)?.and_then(Booking::entry);
    Ok(posted.is_some_and(|posted| posted.reversed_by.is_some()))
}

/// That an id by which something is to be booked stands for nothing in the ledger yet.
pub(super) fn check_unbooked(
    view: View<'_>,
    booking: BookingId,
    id: StepId,
) -> Result<(), Undecided> {
    match view.book.booking(booking)? {
        None => Ok(()),
        Some(_) => {
            let difference = Difference::of("what", "entry or hold", "step of the time bank");
            Err(Rejection::IdReused { id, difference }.into())
        }
    }
}
