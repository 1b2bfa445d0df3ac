//! That what a step touches is in scope, whatever its command named.

use super::{Checked, named::has_mandate, outside};
use crate::{
    exchange::{Branch, Object, Objects, Place, token::Scope},
    ledger::{AccountId, AccountKind, Book, Fact},
};

/// Whether nothing is outside: of the whole ledger; and of what is a member's own, as the rules ask
/// in each step that a member may take who they are.
fn is_free(scope: &Scope) -> bool {
    match scope {
        Scope::Ledger | Scope::Member(_) => true,
        Scope::Branch(_) => false,
    }
}

/// Whether an object is within a scope.
pub(super) fn is_within(objects: &Objects, scope: &Scope, object: &Object) -> Checked<bool> {
    Ok(match object.place() {
        Place::Chart(place) => scope.reaches(place),
        Place::Ledger => *scope == Scope::Ledger,
        Place::With(other) => match objects.object(&other)? {
            Some(other) => is_within(objects, scope, other)?,
            None => false,
        },
    })
}

/// That what a step of the ledger alone does is in scope: what its accounts are debited for, and
/// what it changes of them. What it credits was looked at by name.
///
/// # Errors
/// [`Rejection::OutsideScope`].
pub fn check_ledger(scope: &Scope, facts: &[Fact]) -> Checked {
    if is_free(scope) {
        return Ok(());
    }
    for fact in facts {
        match fact {
            Fact::EntryPosted(entry) | Fact::HoldSettled(entry) => {
                for leg in entry.transfers.as_slice() {
                    check_place(scope, leg.debit().as_str())?;
                }
            }
            Fact::HoldPlaced(placed) => {
                check_place(scope, placed.terms.transfer.debit().as_str())?;
            }
            Fact::AccountOpened(opened) => check_place(scope, opened.id.as_str())?,
            Fact::AccountLimitsChanged { id, .. } | Fact::AccountClosed { id } => {
                check_place(scope, id.as_str())?;
            }
            Fact::LedgerFounded(_) | Fact::TimeZoneSet(_) | Fact::UnitDeclared(_) => {
                return Err(outside(scope, "the whole ledger".into()));
            }
            // The hold was looked at by name.
            Fact::HoldReleased { .. } | Fact::HoldExpired { .. } => {}
        }
    }
    Ok(())
}

/// That what a step of the time bank did is in scope: the objects that it changed, before and
/// after, and the accounts of its entries. Another centre's account may be touched that has given a
/// mandate, or is one of clearing.
///
/// # Errors
/// [`Rejection::OutsideScope`], or what is not loaded.
pub fn check_exchange<'a>(
    state @ (_, objects): (&Book, &Objects),
    scope: &Scope,
    changed: impl Iterator<Item = &'a Object>,
    facts: &[Fact],
) -> Checked {
    if is_free(scope) {
        return Ok(());
    }
    let (mut centres, mut foreign) = (Vec::new(), Vec::new());
    for object in changed {
        match (is_within(objects, scope, object)?, object.place()) {
            (true, Place::Chart(place)) => note_centre(objects, place, &mut centres),
            (true, Place::With(_) | Place::Ledger) => {}
            (false, _) => foreign.push(object),
        }
    }
    for account in facts.iter().flat_map(accounts) {
        if scope.reaches(account.as_str()) {
            note_centre(objects, account.as_str(), &mut centres);
        }
    }
    for object in foreign {
        let account = match object {
            Object::Pool(pool) => Some(&pool.account),
            Object::Source(source) => Some(&source.terms.account),
            _ => None,
        };
        let may = account.map(|account| may_touch(state, account, &centres));
        if !may.transpose()?.unwrap_or_default() {
            return Err(outside(scope, object.id().as_text()));
        }
    }
    for account in facts.iter().flat_map(accounts) {
        if !scope.reaches(account.as_str()) && !may_touch(state, account, &centres)? {
            return Err(outside(scope, account.to_string()));
        }
    }
    Ok(())
}

fn note_centre(objects: &Objects, place: &str, centres: &mut Vec<Branch>) {
    if let Some(centre) = objects.centre_around(place)
        && !centres.contains(&centre.terms.prefix)
    {
        centres.push(centre.terms.prefix.clone());
    }
}

fn may_touch(
    (book, objects): (&Book, &Objects),
    account: &AccountId,
    centres: &[Branch],
) -> Checked<bool> {
    let found = book.account(account)?;
    if found.is_some_and(|account| account.kind == AccountKind::Clearing) {
        return Ok(true);
    }
    for centre in centres {
        if has_mandate(objects, account, centre)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The accounts that a fact is of.
pub fn accounts(fact: &Fact) -> Vec<&AccountId> {
    match fact {
        Fact::EntryPosted(entry) | Fact::HoldSettled(entry) => {
            let legs = entry.transfers.as_slice().iter();
            legs.flat_map(|leg| [leg.debit(), leg.credit()]).collect()
        }
        Fact::HoldPlaced(placed) => {
            let transfer = &placed.terms.transfer;
            vec![transfer.debit(), transfer.credit()]
        }
        Fact::AccountOpened(opened) => vec![&opened.id],
        Fact::AccountLimitsChanged { id, .. } | Fact::AccountClosed { id } => vec![id],
        Fact::LedgerFounded(_)
        | Fact::TimeZoneSet(_)
        | Fact::UnitDeclared(_)
        | Fact::HoldReleased { .. }
        | Fact::HoldExpired { .. } => Vec::new(),
    }
}

fn check_place(scope: &Scope, place: &str) -> Checked {
    match scope.reaches(place) {
        true => Ok(()),
        false => Err(outside(scope, place.into())),
    }
}
