//! Placing, settling, releasing and expiring holds.

use std::sync::Arc;

use super::{Decision, booking};
use crate::ledger::{
    Amount, BookingId, Entry, Fact, Facts, Hold, HoldState, HoldTerms, Moment, Origin, Rejection,
    ReusedField, Stamp, Transfers, UnitId,
};

pub(super) fn place(
    facts: &Facts,
    terms: &HoldTerms,
    unit: Option<&UnitId>,
) -> Result<Decision, Rejection> {
    let id = terms.id;
    if let Some(hold) = facts.book.holds.get(&id) {
        let field = difference(&hold.terms, terms).or_else(|| {
            (!booking::counts(facts, &terms.transfer, unit)).then_some(ReusedField::Unit)
        });
        return match field {
            None => Ok(Decision::Stands(hold.placed)),
            Some(field) => Err(Rejection::IdReused { id, field }),
        };
    }
    if facts.entry(&id).is_some() {
        let field = ReusedField::What;
        return Err(Rejection::IdReused { id, field });
    }
    let units: Vec<_> = unit.map(|unit| (0, unit.clone())).into_iter().collect();
    let leg = &terms.transfer;
    booking::land(facts, std::slice::from_ref(leg), &units)?;
    let debited = booking::known(facts, leg.debit())?;
    if debited.held.plus(leg.amount()).is_none() {
        return Err(Rejection::BalanceOutOfRange {
            account: debited.id.clone(),
            balance: debited.balance,
        });
    }
    booking::above_floor(debited, leg.amount().steps(), 0)?;
    Ok(Decision::append(Fact::HoldPlaced(terms.clone())))
}

fn difference(old: &HoldTerms, new: &HoldTerms) -> Option<ReusedField> {
    [
        (old.transfer == new.transfer, ReusedField::Transfers),
        (old.expires_in_s == new.expires_in_s, ReusedField::ExpiresIn),
        (old.kind == new.kind, ReusedField::Kind),
        (old.tags == new.tags, ReusedField::Tags),
    ]
    .into_iter()
    .find_map(|(same, field)| (!same).then_some(field))
}

pub(super) fn settle(
    facts: &Facts,
    id: BookingId,
    amount: Option<Amount>,
    effective_at: Option<Moment>,
    now: Moment,
) -> Result<Decision, Rejection> {
    let hold = known(facts, id);
    if let Ok(hold) = hold
        && let Some(stamp) = settled_so(hold, amount, effective_at)
    {
        return Ok(Decision::Stands(stamp));
    }
    booking::not_in_future(effective_at, now)?;
    let hold = hold?;
    let leg = &hold.terms.transfer;
    let amount = amount.unwrap_or(leg.amount());
    open(hold, now)?;
    if amount > leg.amount() {
        return Err(Rejection::SettlementTooLarge {
            id,
            held: leg.amount(),
            requested: amount,
        });
    }
    let transfer = leg.with_amount(amount);
    booking::land(facts, std::slice::from_ref(&transfer), &[])?;
    // Hours that holds set aside are there to be settled, whichever comes first;
    // but the floor may have risen since, or a forced reversal taken them.
    let debited = booking::known(facts, leg.debit())?;
    booking::above_floor(debited, amount.steps(), debited.held.steps())?;
    let credited = booking::known(facts, leg.credit())?;
    booking::below_ceiling(credited, amount.steps())?;
    Ok(Decision::append(Fact::HoldSettled(Arc::new(Entry {
        id,
        transfers: Transfers::one(transfer),
        effective_at,
        kind: hold.terms.kind.clone(),
        tags: hold.terms.tags.clone(),
        note: None,
        origin: Origin::Posted,
    }))))
}

/// Since when the hold is settled just so, if it is. No amount means all of it.
fn settled_so(hold: &Hold, amount: Option<Amount>, effective_at: Option<Moment>) -> Option<Stamp> {
    let HoldState::Settled {
        amount: settled,
        effective_at: at,
        stamp,
    } = hold.state
    else {
        return None;
    };
    let wanted = amount.unwrap_or(hold.terms.transfer.amount());
    (settled == wanted && booking::same_time(stamp, at, effective_at)).then_some(stamp)
}

pub(super) fn release(facts: &Facts, id: BookingId, now: Moment) -> Result<Decision, Rejection> {
    let hold = known(facts, id)?;
    if let HoldState::Released { stamp } = hold.state {
        return Ok(Decision::Stands(stamp));
    }
    open(hold, now)?;
    Ok(Decision::append(Fact::HoldReleased { id }))
}

pub(super) fn expire(facts: &Facts, id: BookingId, now: Moment) -> Result<Decision, Rejection> {
    let hold = known(facts, id)?;
    match hold.state {
        HoldState::Expired { stamp } => return Ok(Decision::Stands(stamp)),
        HoldState::Open if hold.is_due(now) => {}
        HoldState::Open => {
            return Err(Rejection::HoldNotDue {
                id,
                expires_at: hold.expires_at(),
            });
        }
        HoldState::Settled { .. } | HoldState::Released { .. } => open(hold, now)?,
    }
    Ok(Decision::append(Fact::HoldExpired { id }))
}

fn known(facts: &Facts, id: BookingId) -> Result<&Hold, Rejection> {
    facts
        .book
        .holds
        .get(&id)
        .ok_or(Rejection::HoldUnknown { id })
}

/// Whether the hold can still end otherwise: it is open, and not yet due.
fn open(hold: &Hold, now: Moment) -> Result<(), Rejection> {
    let id = hold.terms.id;
    let expired = |expired_at| Rejection::HoldExpired { id, expired_at };
    match (&hold.state, hold.expires_at()) {
        (HoldState::Settled { amount, .. }, _) => {
            let amount = *amount;
            Err(Rejection::HoldSettled { id, amount })
        }
        (HoldState::Released { .. }, _) => Err(Rejection::HoldReleased { id }),
        (HoldState::Expired { stamp }, at) => Err(expired(at.unwrap_or(stamp.recorded_at))),
        (HoldState::Open, Some(at)) if hold.is_due(now) => Err(expired(at)),
        (HoldState::Open, _) => Ok(()),
    }
}
