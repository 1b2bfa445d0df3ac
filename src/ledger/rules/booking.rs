//! What every booking must meet: its accounts are there, open and of one unit,
//! and it crosses no limit.

use crate::ledger::{
    Account, AccountId, Balance, Facts, Moment, Rejection, Stamp, Transfer, UnitId,
};

/// How far ahead of the server's time a service may be dated.
const MAX_AHEAD_S: i64 = 300;

pub(super) fn not_in_future(effective_at: Option<Moment>, now: Moment) -> Result<(), Rejection> {
    match effective_at {
        Some(effective_at) if effective_at > now.after_s(MAX_AHEAD_S) => {
            Err(Rejection::EffectiveInFuture {
                effective_at,
                now,
                ahead_s: MAX_AHEAD_S,
            })
        }
        _ => Ok(()),
    }
}

/// Whether a repeated request means the effective time that stands. One that
/// names the recorded time means the same as one that left it to that.
pub(super) fn same_time(stamp: Stamp, old: Option<Moment>, new: Option<Moment>) -> bool {
    old == new || (old.is_none() && new == Some(stamp.recorded_at))
}

/// Whether the accounts of a leg count the unit that a repeated request names.
pub(super) fn counts(facts: &Facts, leg: &Transfer, unit: Option<&UnitId>) -> bool {
    let account = facts.book.account(leg.debit());
    unit.is_none_or(|unit| account.is_some_and(|account| account.unit == *unit))
}

pub(super) fn known<'a>(facts: &'a Facts, id: &AccountId) -> Result<&'a Account, Rejection> {
    facts
        .book
        .account(id)
        .ok_or_else(|| Rejection::AccountUnknown {
            account: id.clone(),
        })
}

pub(super) fn open(account: &Account) -> Result<(), Rejection> {
    match account.closed {
        None => Ok(()),
        Some(_) => Err(Rejection::AccountClosed {
            account: account.id.clone(),
        }),
    }
}

/// An account that an entry touches, and its balance after the legs so far.
pub(super) struct Touched<'a> {
    account: &'a Account,
    after: Balance,
}

/// The accounts of all legs with the balances that the entry would leave. An
/// entry has at most 200, so a list is as good as a map.
///
/// # Errors
/// What refuses the entry whatever the limits are.
pub(super) fn land<'a>(
    facts: &'a Facts,
    legs: &[Transfer],
    units: &[(usize, UnitId)],
) -> Result<Vec<Touched<'a>>, Rejection> {
    let mut ends = Vec::with_capacity(legs.len());
    for leg in legs {
        ends.push((known(facts, leg.debit())?, known(facts, leg.credit())?));
    }
    for (debited, credited) in &ends {
        open(debited)?;
        open(credited)?;
    }
    for (index, (debited, credited)) in ends.iter().enumerate() {
        if let Some((_, wanted)) = units.iter().find(|(leg, _)| *leg == index) {
            of_unit(debited, wanted)?;
        }
        of_unit(credited, &debited.unit)?;
    }
    let mut touched = Vec::with_capacity(2);
    for (leg, (debited, credited)) in legs.iter().zip(ends) {
        step(&mut touched, debited, |balance| balance.minus(leg.amount()))?;
        step(&mut touched, credited, |balance| balance.plus(leg.amount()))?;
    }
    Ok(touched)
}

fn of_unit(account: &Account, wanted: &UnitId) -> Result<(), Rejection> {
    if account.unit == *wanted {
        return Ok(());
    }
    Err(Rejection::UnitMismatch {
        account: account.id.clone(),
        unit: account.unit.clone(),
        wanted: wanted.clone(),
    })
}

fn step<'a>(
    touched: &mut Vec<Touched<'a>>,
    account: &'a Account,
    change: impl Fn(Balance) -> Option<Balance>,
) -> Result<(), Rejection> {
    let out_of_range = || Rejection::BalanceOutOfRange {
        account: account.id.clone(),
        balance: account.balance,
    };
    match touched
        .iter_mut()
        .find(|t| std::ptr::eq(t.account, account))
    {
        Some(known) => known.after = change(known.after).ok_or_else(out_of_range)?,
        None => touched.push(Touched {
            account,
            after: change(account.balance).ok_or_else(out_of_range)?,
        }),
    }
    Ok(())
}

/// Limits bind the sum of all legs, and only in the direction it moves: an
/// account that stands beyond a limit may still come back.
pub(super) fn within_limits(touched: &[Touched<'_>]) -> Result<(), Rejection> {
    for Touched { account, after } in touched {
        above_floor(account, account.balance.steps() - after.steps(), 0)?;
    }
    for Touched { account, after } in touched {
        below_ceiling(account, after.steps() - account.balance.steps())?;
    }
    Ok(())
}

/// Whether so many steps can be taken from an account, or set aside of it; so
/// many of those that are held may be used for it.
pub(super) fn above_floor(
    account: &Account,
    requested: i64,
    set_aside: i64,
) -> Result<(), Rejection> {
    let available = account.available().map(|steps| steps + set_aside);
    match (account.limits.floor, available) {
        (Some(floor), Some(available)) if requested > 0 && available < requested => {
            Err(Rejection::FloorCrossed {
                account: account.id.clone(),
                unit: account.unit.clone(),
                balance: account.balance,
                held: account.held,
                floor,
                available,
                requested,
            })
        }
        _ => Ok(()),
    }
}

/// Whether an account can take so many steps.
pub(super) fn below_ceiling(account: &Account, requested: i64) -> Result<(), Rejection> {
    match account.limits.ceiling {
        Some(ceiling) if requested > 0 && requested > ceiling.steps() - account.balance.steps() => {
            Err(Rejection::CeilingCrossed {
                account: account.id.clone(),
                unit: account.unit.clone(),
                balance: account.balance,
                ceiling,
                requested,
            })
        }
        _ => Ok(()),
    }
}
