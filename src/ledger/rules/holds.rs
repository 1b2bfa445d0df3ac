//! Placing, settling, releasing and expiring holds.

use std::sync::Arc;

use super::{
    Decision, Ruling, Undecided,
    booking::{self, Accounts},
    reuse,
};
use crate::ledger::{
    Book, Booking, BookingId, Difference, Entry, Fact, Hold, HoldOwner, HoldPlaced, HoldState,
    HoldTerms, Moment, Origin, Rejection, Settlement, Stamp, Transfer, Transfers, UnitId,
};

pub(super) fn place(book: &Book, terms: &HoldTerms, unit: Option<&UnitId>, now: Moment) -> Ruling {
    let legs = std::slice::from_ref(&terms.transfer);
    let units: Vec<_> = unit.map(|unit| (0, unit.clone())).into_iter().collect();
    let difference = match book.booking(terms.id)? {
        None => return place_new(book, terms, &units, now),
        Some(Booking::Entry(_)) => Difference::of("what", "entry", "hold"),
        Some(Booking::Hold(hold)) => {
            let difference = match reuse::hold(hold, terms) {
                None => reuse::units(book, legs, &units)?,
                difference => difference,
            };
            match difference {
                None => return Ok(Decision::Stands(hold.placed)),
                Some(difference) => difference,
            }
        }
    };
    let id = terms.id;
    Err(Rejection::IdReused { id, difference }.into())
}

fn place_new(book: &Book, terms: &HoldTerms, units: &[(usize, UnitId)], now: Moment) -> Ruling {
    let leg = &terms.transfer;
    let legs = std::slice::from_ref(leg);
    let ends = booking::agreeing_accounts(Accounts::of(book), legs, units)?;
    booking::balances_after(ends, legs)?;
    let debited = booking::account(book, leg.debit())?;
    if debited.held.plus(leg.amount()).is_none() {
        return Err(Rejection::BalanceOutOfRange {
            account: debited.id.clone(),
            balance: debited.balance,
        }
        .into());
    }
    booking::above_floor(debited, leg.amount().steps(), 0)?;
    let placed = HoldPlaced::at(terms.clone(), now);
    Ok(Decision::append(Fact::HoldPlaced(placed)))
}

/// Which hold is to end, by whose step, and when.
pub(super) struct Ending<'a> {
    pub(super) id: BookingId,
    pub(super) owner: Option<&'a HoldOwner>,
    pub(super) now: Moment,
}

pub(super) fn settle(
    book: &Book,
    ending: Ending<'_>,
    settlement: &Settlement,
    effective_at: Option<Moment>,
) -> Ruling {
    let Ending { id, owner, now } = ending;
    let hold = hold(book, id)?;
    if let Some(stamp) = hold.and_then(|hold| settled_so(hold, settlement, effective_at)) {
        return Ok(Decision::Stands(stamp));
    }
    booking::not_in_future(effective_at, now)?;
    let hold = known(hold, id)?;
    check_owner(hold, owner)?;
    check_open(hold, now)?;
    ends_of(book, hold)?;
    let transfers = transfers(hold, settlement)?;
    let legs = transfers.as_slice();
    let ends = booking::agreeing_accounts(Accounts::of(book), legs, &[])?;
    let touched = booking::balances_after(ends, legs)?;
    // Hours that holds set aside are there to be settled, whichever comes first;
    // but the floor may have risen since, or a forced reversal taken them. What
    // goes beyond the hold is taken of what is free.
    let held = hold.terms.transfer.amount().steps();
    let debited = booking::account(book, hold.terms.transfer.debit())?;
    let requested = transfers.total_steps();
    let set_aside = match requested <= held {
        true => debited.held.steps(),
        false => held,
    };
    booking::above_floor(debited, requested, set_aside)?;
    booking::below_ceilings(&touched)?;
    Ok(Decision::append(Fact::HoldSettled(Arc::new(Entry {
        id,
        transfers,
        effective_at,
        kind: hold.terms.kind.clone(),
        tags: hold.terms.tags.clone(),
        note: None,
        origin: Origin::Posted,
    }))))
}

/// The legs of a settlement, all of which debit the held account.
fn transfers(hold: &Hold, settlement: &Settlement) -> Result<Transfers, Undecided> {
    let placed = &hold.terms.transfer;
    let legs = match settlement {
        Settlement::All => return Ok(Transfers::one(placed.clone())),
        Settlement::Amount(amount) => return Ok(Transfers::one(placed.with_amount(*amount))),
        Settlement::Legs(legs) => legs.as_slice(),
    };
    let itself = || Rejection::SettledToItself {
        account: placed.debit().clone(),
    };
    let legs = legs.iter().map(|leg| {
        let (debit, credit) = (placed.debit().clone(), leg.credit.clone());
        Transfer::new(debit, credit, leg.amount)
    });
    let legs: Result<Vec<_>, _> = legs.collect();
    let transfers = legs.and_then(Transfers::new).map_err(|_| itself())?;
    Ok(transfers)
}

/// Since when the hold is settled just so, if it is.
fn settled_so(hold: &Hold, settlement: &Settlement, effective_at: Option<Moment>) -> Option<Stamp> {
    let HoldState::Settled(posted) = &hold.state else {
        return None;
    };
    let same = transfers(hold, settlement).is_ok_and(|legs| legs == posted.entry.transfers)
        && booking::same_time(posted.stamp, posted.entry.effective_at, effective_at);
    same.then_some(posted.stamp)
}

pub(super) fn release(book: &Book, ending: Ending<'_>) -> Ruling {
    let Ending { id, owner, now } = ending;
    let hold = known(hold(book, id)?, id)?;
    if let HoldState::Released { stamp } = hold.state {
        return Ok(Decision::Stands(stamp));
    }
    check_owner(hold, owner)?;
    check_open(hold, now)?;
    ends_of(book, hold)?;
    Ok(Decision::append(Fact::HoldReleased { id }))
}

pub(super) fn expire(book: &Book, id: BookingId, now: Moment) -> Ruling {
    let hold = known(hold(book, id)?, id)?;
    match &hold.state {
        HoldState::Expired { stamp } => return Ok(Decision::Stands(*stamp)),
        HoldState::Open if hold.is_due(now) => {}
        HoldState::Open => {
            return Err(Rejection::HoldNotDue {
                id,
                expires_at: hold.expires_at,
            }
            .into());
        }
        HoldState::Settled(_) | HoldState::Released { .. } => check_open(hold, now)?,
    }
    ends_of(book, hold)?;
    Ok(Decision::append(Fact::HoldExpired { id }))
}

/// Asks for both accounts of a hold: its end, whichever it is, touches them, also
/// where a settlement credits others.
fn ends_of(book: &Book, hold: &Hold) -> Result<(), Undecided> {
    let legs = std::slice::from_ref(&hold.terms.transfer);
    booking::accounts_of(Accounts::of(book), legs)?;
    Ok(())
}

fn hold(book: &Book, id: BookingId) -> Result<Option<&Hold>, Undecided> {
    Ok(book.booking(id)?.and_then(Booking::hold))
}

fn known(hold: Option<&Hold>, id: BookingId) -> Result<&Hold, Rejection> {
    hold.ok_or(Rejection::HoldUnknown { id })
}

/// That a hold's owner, if it has one, has the step done.
pub(super) fn check_owner(hold: &Hold, by: Option<&HoldOwner>) -> Result<(), Rejection> {
    match &hold.terms.owner {
        None => Ok(()),
        Some(owner) if by == Some(owner) => Ok(()),
        Some(owner) => Err(Rejection::HoldOwned {
            id: hold.terms.id,
            owner: owner.clone(),
        }),
    }
}

/// Whether the hold can still end otherwise: it is open, and not yet due.
fn check_open(hold: &Hold, now: Moment) -> Result<(), Rejection> {
    let id = hold.terms.id;
    let expired = |expired_at| Rejection::HoldExpired { id, expired_at };
    match (&hold.state, hold.expires_at) {
        (HoldState::Settled(posted), _) => Err(Rejection::HoldSettled {
            id,
            settled: posted.entry.transfers.total_steps(),
        }),
        (HoldState::Released { .. }, _) => Err(Rejection::HoldReleased { id }),
        (HoldState::Expired { stamp }, at) => Err(expired(at.unwrap_or(stamp.moment))),
        (HoldState::Open, Some(at)) if hold.is_due(now) => Err(expired(at)),
        (HoldState::Open, _) => Ok(()),
    }
}
