//! Posting and reversing entries.

use std::sync::Arc;

use super::{
    Decision, Ruling, Undecided, accounts,
    booking::{self, Accounts},
    holds, reuse,
};
use crate::ledger::{
    Account, AccountOpened, Book, Booking, Difference, Entry, EntryWithAccounts, Fact, Label,
    Moment, NewEntry, NotLoaded, Note, Origin, PostedEntry, Rejection, Reversal, Stamp, Step, Tags,
};

pub(super) fn post(book: &Book, new: &NewEntry, now: Moment) -> Ruling {
    let entry = &new.entry;
    if let Some(posted) = already_posted(book, entry, new.note.as_ref())? {
        if let Some(difference) = reuse::units(book, entry.transfers.as_slice(), &new.units)? {
            let id = entry.id;
            return Err(Rejection::IdReused { id, difference }.into());
        }
        return Ok(Decision::Stands(posted.stamp));
    }
    booking::not_in_future(entry.effective_at, now)?;
    let opens = missing(book, new)?;
    for opening in &opens {
        accounts::check_unit(book, opening)?;
    }
    let opened: Vec<_> = opens.iter().map(|opening| new_account(opening)).collect();
    let accounts = Accounts {
        book,
        opened: &opened,
    };
    let legs = entry.transfers.as_slice();
    let ends = booking::agreeing_accounts(accounts, legs, &new.units)?;
    for opening in &opens {
        accounts::check_limits(opening.kind, opening.limits)?;
    }
    let touched = booking::balances_after(ends, legs)?;
    booking::within_limits(&touched)?;
    let entry = Arc::clone(entry);
    let opens = opens.into_iter().cloned().collect();
    Ok(Decision::Append {
        step: match EntryWithAccounts::new(opens, Arc::clone(&entry)) {
            Some(step) => Step::EntryWithAccounts(step),
            None => Step::Fact(Fact::EntryPosted(entry)),
        },
        note: new.note.clone(),
    })
}

/// The accounts to be opened that the entry touches and that are not there, each
/// once.
fn missing<'a>(book: &Book, new: &'a NewEntry) -> Result<Vec<&'a AccountOpened>, NotLoaded> {
    let mut missing: Vec<&AccountOpened> = Vec::new();
    let touched = new
        .opens
        .iter()
        .filter(|opening| new.entry.touches(&opening.id));
    for opening in touched {
        let is_new = missing.iter().all(|other| other.id != opening.id);
        if is_new && book.account(&opening.id)?.is_none() {
            missing.push(opening);
        }
    }
    Ok(missing)
}

/// An account as it will be when it is opened; its number and stamp are not
/// looked at before.
fn new_account(opening: &AccountOpened) -> Account {
    Account::open(opening, 0, Stamp::BEGINNING)
}

pub(super) fn reverse(book: &Book, reversal: &Reversal, now: Moment) -> Ruling {
    let booking = book.booking(reversal.of)?;
    let Some(original) = booking.and_then(Booking::entry) else {
        refuse_reuse(book, reversal)?;
        booking::not_in_future(reversal.effective_at, now)?;
        return Err(Rejection::EntryUnknown { id: reversal.of }.into());
    };
    let entry = inverse(&original.entry, reversal);
    if let Some(posted) = already_posted(book, &entry, reversal.note.as_ref())? {
        return Ok(Decision::Stands(posted.stamp));
    }
    booking::not_in_future(entry.effective_at, now)?;
    if let Some(hold) = booking.and_then(Booking::hold) {
        holds::check_owner(hold, reversal.owner.as_ref())?;
    }
    if matches!(original.entry.origin, Origin::Reversal { .. }) {
        return Err(Rejection::EntryIsReversal { id: reversal.of }.into());
    }
    if let Some(by) = original.reversed_by {
        let id = reversal.of;
        return Err(Rejection::EntryReversed { id, by }.into());
    }
    let accounts = Accounts::of(book);
    let legs = entry.transfers.as_slice();
    let ends = booking::agreeing_accounts(accounts, legs, &[])?;
    let touched = booking::balances_after(ends, legs)?;
    match reversal.force {
        true => booking::above_kept_floors(&touched)?,
        false => booking::within_limits(&touched)?,
    }
    Ok(Decision::Append {
        step: Step::Fact(Fact::EntryPosted(Arc::new(entry))),
        note: reversal.note.clone(),
    })
}

/// A reversal of what is not there cannot be posted already: any use of its id
/// is another one.
fn refuse_reuse(book: &Book, reversal: &Reversal) -> Result<(), Undecided> {
    let id = reversal.id;
    let difference = match book.booking(id)? {
        None => return Ok(()),
        Some(Booking::Hold(_)) => Difference::of("what", "hold", "entry"),
        Some(Booking::Entry(posted)) => reuse::reverses(&posted.entry, Some(reversal.of)),
    };
    Err(Rejection::IdReused { id, difference }.into())
}

fn inverse(original: &Entry, reversal: &Reversal) -> Entry {
    Entry {
        id: reversal.id,
        transfers: original.transfers.inverse(),
        effective_at: reversal.effective_at,
        kind: Label::reversal(),
        tags: Tags::default(),
        note: Some(reversal.reason),
        origin: Origin::Reversal {
            of: reversal.of,
            forced: reversal.force,
        },
    }
}

/// The entry as it was posted already, if it was; refused where its id stands
/// for something else.
fn already_posted<'a>(
    book: &'a Book,
    entry: &Entry,
    note: Option<&Note>,
) -> Result<Option<&'a PostedEntry>, Undecided> {
    let difference = match book.booking(entry.id)? {
        None => return Ok(None),
        Some(Booking::Hold(_)) => Difference::of("what", "hold", "entry"),
        Some(Booking::Entry(posted)) => match reuse::entry(posted, entry, note) {
            None => return Ok(Some(posted)),
            Some(difference) => difference,
        },
    };
    let id = entry.id;
    Err(Rejection::IdReused { id, difference }.into())
}
