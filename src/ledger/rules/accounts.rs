//! Opening, limiting and closing accounts.

use super::Decision;
use crate::ledger::{
    AccountId, AccountKind, AccountOpened, Balance, Bound, Fact, Facts, Limits, Rejection,
    ReusedField,
};

pub(super) fn open(facts: &Facts, opening: &AccountOpened) -> Result<Decision, Rejection> {
    if let Some(account) = facts.book.account(&opening.id) {
        let standing = facts.openings.get(&opening.id);
        let field = match standing {
            Some(standing) => difference(standing, opening),
            None => Some(ReusedField::What),
        };
        return match field {
            None => Ok(Decision::Stands(account.opened)),
            Some(field) => Err(Rejection::AccountExists {
                account: opening.id.clone(),
                field,
            }),
        };
    }
    if !facts.book.units.contains_key(&opening.unit) {
        return Err(Rejection::UnitUnknown {
            unit: opening.unit.clone(),
        });
    }
    sound(opening.kind, opening.limits)?;
    Ok(Decision::append(Fact::AccountOpened(opening.clone())))
}

fn difference(standing: &AccountOpened, repeated: &AccountOpened) -> Option<ReusedField> {
    let (old, new) = (standing, repeated);
    [
        (old.kind == new.kind, ReusedField::AccountKind),
        (old.unit == new.unit, ReusedField::Unit),
        (old.limits.floor == new.limits.floor, ReusedField::Floor),
        (
            old.limits.ceiling == new.limits.ceiling,
            ReusedField::Ceiling,
        ),
    ]
    .into_iter()
    .find_map(|(same, field)| (!same).then_some(field))
}

pub(super) fn change_limits(
    facts: &Facts,
    id: &AccountId,
    floor: Option<Bound>,
    ceiling: Option<Bound>,
) -> Result<Decision, Rejection> {
    let account = super::booking::known(facts, id)?;
    let limits = Limits {
        floor: floor.map_or(account.limits.floor, Bound::limit),
        ceiling: ceiling.map_or(account.limits.ceiling, Bound::limit),
    };
    if limits == account.limits {
        return Ok(Decision::Stands(account.opened));
    }
    super::booking::open(account)?;
    sound(account.kind, limits)?;
    let id = id.clone();
    Ok(Decision::append(Fact::AccountLimitsChanged { id, limits }))
}

fn sound(kind: AccountKind, limits: Limits) -> Result<(), Rejection> {
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

pub(super) fn close(facts: &Facts, id: &AccountId) -> Result<Decision, Rejection> {
    let account = super::booking::known(facts, id)?;
    if let Some(stamp) = account.closed {
        return Ok(Decision::Stands(stamp));
    }
    if account.open_holds > 0 {
        return Err(Rejection::AccountHasHolds {
            account: id.clone(),
            count: account.open_holds,
        });
    }
    if account.balance != Balance::ZERO {
        return Err(Rejection::AccountNotEmpty {
            account: id.clone(),
            unit: account.unit.clone(),
            balance: account.balance,
        });
    }
    Ok(Decision::append(Fact::AccountClosed { id: id.clone() }))
}
