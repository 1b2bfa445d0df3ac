//! Opening, limiting and closing accounts.

use super::{Decision, Ruling, booking};
use crate::ledger::{
    AccountId, AccountKind, AccountOpened, Balance, Book, Bound, Difference, Fact, Limits,
    Rejection, Sequence,
};

pub(super) fn open(book: &Book, opening: &AccountOpened) -> Ruling {
    if let Some(account) = book.account(&opening.id)? {
        return match first_difference(&account.opening(), opening) {
            None => Ok(Decision::Stands(account.opened)),
            Some(difference) => Err(Rejection::AccountExists {
                account: opening.id.clone(),
                difference,
            }
            .into()),
        };
    }
    check_unit(book, opening)?;
    check_limits(opening.kind, opening.limits)?;
    Ok(Decision::append(Fact::AccountOpened(opening.clone())))
}

/// Whether an account that is not there can be opened in its unit.
pub(super) fn check_unit(book: &Book, opening: &AccountOpened) -> Result<(), Rejection> {
    match book.unit(&opening.unit) {
        None => Err(Rejection::UnitUnknown {
            unit: opening.unit.clone(),
        }),
        Some(_) => Ok(()),
    }
}

fn first_difference(old: &AccountOpened, new: &AccountOpened) -> Option<Difference> {
    let (floors, ceilings) = (
        (&old.limits.floor, &new.limits.floor),
        (&old.limits.ceiling, &new.limits.ceiling),
    );
    Difference::between("kind", &old.kind, &new.kind)
        .or_else(|| Difference::between("unit_id", &old.unit, &new.unit))
        .or_else(|| Difference::between_options("floor", floors.0, floors.1))
        .or_else(|| Difference::between_options("ceiling", ceilings.0, ceilings.1))
}

pub(super) fn change_limits(
    book: &Book,
    id: &AccountId,
    since: Sequence,
    floor: Option<Bound>,
    ceiling: Option<Bound>,
) -> Ruling {
    let account = booking::account(book, id)?;
    let limits = Limits {
        floor: floor.map_or(account.limits.floor, Bound::limit),
        ceiling: ceiling.map_or(account.limits.ceiling, Bound::limit),
    };
    if limits == account.limits {
        return Ok(Decision::Stands(account.opened));
    }
    booking::check_open(account)?;
    if account.limits_since != since {
        return Err(Rejection::LimitsChanged {
            account: id.clone(),
            given: since,
            current: account.limits_since,
        }
        .into());
    }
    check_limits(account.kind, limits)?;
    Ok(Decision::append(Fact::AccountLimitsChanged {
        id: id.clone(),
        limits,
        replaces: since,
    }))
}

pub(super) fn check_limits(kind: AccountKind, limits: Limits) -> Result<(), Rejection> {
    if let (Some(floor), Some(ceiling)) = (limits.floor, limits.ceiling)
        && floor > ceiling
    {
        return Err(Rejection::LimitsReversed { floor, ceiling });
    }
    match kind.lowest_floor() {
        Some(lowest) if limits.floor.is_none_or(|floor| floor < lowest) => {
            Err(Rejection::FloorTooLow { kind, lowest })
        }
        _ => Ok(()),
    }
}

pub(super) fn close(book: &Book, id: &AccountId) -> Ruling {
    let account = booking::account(book, id)?;
    if let Some(stamp) = &account.closed {
        return Ok(Decision::Stands(**stamp));
    }
    if account.open_holds > 0 {
        return Err(Rejection::AccountHasHolds {
            account: id.clone(),
            count: account.open_holds,
        }
        .into());
    }
    if account.balance != Balance::ZERO {
        return Err(Rejection::AccountNotEmpty {
            account: id.clone(),
            unit: account.unit.clone(),
            balance: account.balance,
        }
        .into());
    }
    Ok(Decision::append(Fact::AccountClosed { id: id.clone() }))
}
