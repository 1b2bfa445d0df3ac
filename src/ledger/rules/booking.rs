//! What every booking must meet: its accounts are there, open and of one unit,
//! and it crosses no limit.

use super::Undecided;
use crate::ledger::{
    Account, AccountId, Balance, Book, Moment, NotLoaded, Rejection, Stamp, Transfer, UnitId, Wants,
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
/// names the recorded time (the moment of the record) means the same as one that
/// left it to that.
pub(super) fn same_time(stamp: Stamp, old: Option<Moment>, new: Option<Moment>) -> bool {
    old == new || (old.is_none() && new == Some(stamp.moment))
}

/// The accounts that a booking may touch: those of the book, and those that it
/// opens.
#[derive(Clone, Copy)]
pub(super) struct Accounts<'a> {
    pub(super) book: &'a Book,
    pub(super) opened: &'a [Account],
}

impl<'a> Accounts<'a> {
    pub(super) fn of(book: &'a Book) -> Self {
        Self { book, opened: &[] }
    }

    fn get(self, id: &AccountId) -> Result<&'a Account, Undecided> {
        match self.opened.iter().find(|account| account.id == *id) {
            Some(account) => Ok(account),
            None => account(self.book, id),
        }
    }
}

pub(super) fn account<'a>(book: &'a Book, id: &AccountId) -> Result<&'a Account, Undecided> {
    let account = book.account(id)?;
    Ok(account.ok_or_else(|| Rejection::AccountUnknown {
        account: id.clone(),
    })?)
}

pub(super) fn check_open(account: &Account) -> Result<(), Rejection> {
    match &account.closed {
        None => Ok(()),
        Some(_) => Err(Rejection::AccountClosed {
            account: account.id.clone(),
        }),
    }
}

/// An account that an entry touches, and its balance after the legs so far.
pub(super) struct BalanceAfter<'a> {
    account: &'a Account,
    after: Balance,
}

/// Debited and credited account of each leg.
type Ends<'a> = Vec<(&'a Account, &'a Account)>;

/// The accounts of all legs: they are there, open, and of the units that agree.
pub(super) fn agreeing_accounts<'a>(
    accounts: Accounts<'a>,
    legs: &[Transfer],
    units: &[(usize, UnitId)],
) -> Result<Ends<'a>, Undecided> {
    let ends = accounts_of(accounts, legs)?;
    for (debited, credited) in &ends {
        check_open(debited)?;
        check_open(credited)?;
    }
    for (index, (debited, credited)) in ends.iter().enumerate() {
        if let Some((_, wanted)) = units.iter().find(|(leg, _)| *leg == index) {
            check_unit(debited, wanted)?;
        }
        check_unit(credited, &debited.unit)?;
    }
    Ok(ends)
}

/// The accounts of all legs with the balances that the entry would leave. An
/// entry has at most 200, so a list is as good as a map.
///
/// # Errors
/// Where a balance would leave its range.
pub(super) fn balances_after<'a>(
    ends: Ends<'a>,
    legs: &[Transfer],
) -> Result<Vec<BalanceAfter<'a>>, Rejection> {
    let mut touched = Vec::with_capacity(2);
    for (leg, (debited, credited)) in legs.iter().zip(ends) {
        post(&mut touched, debited, |balance| balance.minus(leg.amount()))?;
        post(&mut touched, credited, |balance| balance.plus(leg.amount()))?;
    }
    Ok(touched)
}

/// Debited and credited account of each leg. All that are not loaded are named
/// at once.
pub(super) fn accounts_of<'a>(
    accounts: Accounts<'a>,
    legs: &[Transfer],
) -> Result<Ends<'a>, Undecided> {
    let mut ends = Vec::with_capacity(legs.len());
    let mut lacking = Wants::default();
    let mut unknown = None;
    for leg in legs {
        match (accounts.get(leg.debit()), accounts.get(leg.credit())) {
            (Ok(debited), Ok(credited)) => ends.push((debited, credited)),
            (debited, credited) => {
                for missing in [debited.err(), credited.err()].into_iter().flatten() {
                    match missing {
                        Undecided::NotLoaded(more) => lacking.join(more.wants()),
                        Undecided::Refused(rejection) => unknown = unknown.or(Some(rejection)),
                    }
                }
            }
        }
    }
    match unknown {
        _ if !lacking.is_empty() => Err(NotLoaded::from(lacking).into()),
        Some(rejection) => Err(rejection.into()),
        None => Ok(ends),
    }
}

fn check_unit(account: &Account, wanted: &UnitId) -> Result<(), Rejection> {
    if account.unit == *wanted {
        return Ok(());
    }
    Err(Rejection::UnitMismatch {
        account: account.id.clone(),
        unit: account.unit.clone(),
        wanted: wanted.clone(),
    })
}

fn post<'a>(
    touched: &mut Vec<BalanceAfter<'a>>,
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
        None => touched.push(BalanceAfter {
            account,
            after: change(account.balance).ok_or_else(out_of_range)?,
        }),
    }
    Ok(())
}

/// Limits bind the sum of all legs, and only in the direction it moves: an
/// account that stands beyond a limit may still come back.
pub(super) fn within_limits(touched: &[BalanceAfter<'_>]) -> Result<(), Rejection> {
    for BalanceAfter { account, after } in touched {
        above_floor(account, account.balance.steps() - after.steps(), 0)?;
    }
    below_ceilings(touched)
}

/// The floors alone that even force keeps.
pub(super) fn above_kept_floors(touched: &[BalanceAfter<'_>]) -> Result<(), Rejection> {
    for BalanceAfter { account, after } in touched {
        if account.kind.keeps_floor() {
            above_floor(account, account.balance.steps() - after.steps(), 0)?;
        }
    }
    Ok(())
}

/// The ceilings alone, as where hours that are held are spent.
pub(super) fn below_ceilings(touched: &[BalanceAfter<'_>]) -> Result<(), Rejection> {
    for BalanceAfter { account, after } in touched {
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
fn below_ceiling(account: &Account, requested: i64) -> Result<(), Rejection> {
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
