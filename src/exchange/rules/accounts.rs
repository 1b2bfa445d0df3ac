//! Accounts that steps of the time bank name, and those that only such steps take from.

use super::Undecided;
use crate::exchange::{Branch, NotLoaded, Objects, Rejection, pool::outside_account};
use crate::ledger::{self, Account, AccountId, AccountKind, Book, UnitId};

/// The centre in whose branch an account is, or would be.
pub(super) fn owner<'a>(
    objects: &'a Objects,
    account: &AccountId,
) -> Result<&'a Branch, Rejection> {
    let centre = objects.centre_around(account.as_str());
    match centre {
        Some(centre) => Ok(&centre.terms.prefix),
        None => Err(Rejection::AccountOutside {
            account: account.clone(),
        }),
    }
}

/// That an account does not do.
pub(super) fn unfit(account: &AccountId, why: impl Into<String>) -> Rejection {
    Rejection::AccountUnfit {
        account: account.clone(),
        why: why.into(),
    }
}

/// An open account of a unit.
pub(super) fn open_account<'a>(
    book: &'a Book,
    id: &AccountId,
    unit: &UnitId,
) -> Result<&'a Account, Undecided> {
    let Some(account) = book.account(id)? else {
        return Err(unfit(id, "there is none of that id").into());
    };
    if account.closed.is_some() {
        return Err(unfit(id, "it is closed").into());
    }
    match account.unit == *unit {
        true => Ok(account),
        false => Err(unfit(id, format!("it counts {}, not {unit}", account.unit)).into()),
    }
}

/// That what is asked of the ledger alone takes nothing from an account that is for steps of
/// the time bank. What stands already is the ledger's to tell, and a reversal takes back what
/// came in by mistake.
pub(super) fn check_ledger(
    book: &Book,
    objects: &Objects,
    command: &ledger::Command,
) -> Result<(), Undecided> {
    let (id, legs) = match command {
        ledger::Command::PostEntry(new) => (new.entry.id, new.entry.transfers.as_slice()),
        ledger::Command::PlaceHold { terms, .. } => {
            (terms.id, std::slice::from_ref(&terms.transfer))
        }
        ledger::Command::ChangeLimits { id, .. } => return check_limits(book, objects, id),
        _ => return Ok(()),
    };
    for leg in legs {
        let account = leg.debit();
        if let Some(ways) = reserved(book, objects, account)?
            && book.booking(id)?.is_none()
        {
            return Err(refused(account, ways).into());
        }
    }
    Ok(())
}

/// That nobody changes the cap of a source by the limits of its account.
fn check_limits(book: &Book, objects: &Objects, id: &AccountId) -> Result<(), Undecided> {
    match reserved(book, objects, id)? {
        Some(ways @ Ways::Source) => Err(refused(id, ways).into()),
        _ => Ok(()),
    }
}

fn refused(account: &AccountId, ways: Ways) -> Rejection {
    Rejection::AccountReserved {
        account: account.clone(),
        ways: ways.words(),
    }
}

/// For what alone something goes out of an account.
#[derive(Clone, Copy)]
enum Ways {
    Pool,
    Outside,
    Source,
    Stock,
}

impl Ways {
    fn words(self) -> &'static str {
        match self {
            Self::Pool => "relief (`ledger-cli pool relief`) and orders",
            Self::Outside => "donations (`ledger-cli pool donate`)",
            Self::Stock => "the reversal of what was redeemed",
            Self::Source => "issuance (`ledger-cli issue`), opening grants and orders",
        }
    }
}

/// For what alone something goes out of an account. None where anybody takes from it. Most
/// transfers are between accounts of which the kind tells it.
fn reserved(book: &Book, objects: &Objects, id: &AccountId) -> Result<Option<Ways>, NotLoaded> {
    let Some(account) = book.account(id)? else {
        return Ok(None);
    };
    Ok(match account.kind {
        AccountKind::Pool => objects.pool(id)?.map(|_| Ways::Pool),
        AccountKind::Redemption => objects.stock(id)?.map(|_| Ways::Stock),
        // A source has a floor.
        AccountKind::Issuance if account.limits.floor.is_some() => {
            objects.source(id)?.map(|_| Ways::Source)
        }
        AccountKind::Issuance if account.unit != UnitId::time() => {
            is_outside(objects, account).then_some(Ways::Outside)
        }
        _ => None,
    })
}

fn is_outside(objects: &Objects, account: &Account) -> bool {
    let centre = objects.centre_around(account.id.as_str());
    let outside = centre.and_then(|centre| outside_account(&centre.terms.prefix, &account.unit));
    outside.as_ref() == Some(&account.id)
}
