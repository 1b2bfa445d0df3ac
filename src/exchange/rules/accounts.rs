//! Accounts that steps of the time bank name, and those that only such steps take from.

use super::Undecided;
use crate::exchange::{
    Branch, NotLoaded, Objects, Rejection,
    pool::{donations_account, relief_account},
};
use crate::ledger::{self, Account, AccountId, AccountKind, AccountOpened, Book, UnitId};

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

/// The same of an account that a step makes a pool, a source or a stock, and which is none that the
/// centre keeps for something else.
pub(super) fn owner_of_new<'a>(
    objects: &'a Objects,
    account: &AccountId,
) -> Result<&'a Branch, Rejection> {
    match kept(objects, account) {
        None => owner(objects, account),
        Some((_, ways)) => Err(reserved_for(ways, account)),
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

/// What opens an account of a kind and a unit. None where there is one that does.
pub(super) fn opening(
    book: &Book,
    opened: AccountOpened,
) -> Result<Option<ledger::Command>, Undecided> {
    let AccountOpened { id, kind, unit, .. } = &opened;
    if book.account(id)?.is_none() {
        return Ok(Some(ledger::Command::OpenAccount(opened)));
    }
    let account = open_account(book, id, unit)?;
    match account.kind == *kind {
        true => Ok(None),
        false => {
            let why = format!("it is of kind {}, not {kind}", account.kind);
            Err(unfit(id, why).into())
        }
    }
}

/// The same of an account that a centre keeps. One that was there before the centre, with limits of
/// its own or something held of it, does not do.
pub(super) fn kept_opening(
    book: &Book,
    opened: AccountOpened,
) -> Result<Option<ledger::Command>, Undecided> {
    let AccountOpened { id, limits, .. } = &opened;
    check_no_holds(book, id)?;
    if let Some(account) = book.account(id)?
        && account.limits != *limits
    {
        return Err(unfit(id, "it has limits of its own").into());
    }
    opening(book, opened)
}

/// An account of a kind and a unit with the limits of its kind.
pub(super) fn plain(id: AccountId, kind: AccountKind, unit: &UnitId) -> AccountOpened {
    AccountOpened {
        id,
        kind,
        unit: unit.clone(),
        limits: kind.default_limits(),
    }
}

/// That nothing is held of an account which only steps of the time bank are to take from: who
/// placed the hold could settle it for more.
pub(super) fn check_no_holds(book: &Book, id: &AccountId) -> Result<(), Undecided> {
    match book.account(id)?.map_or(0, |account| account.open_holds) {
        0 => Ok(()),
        count => Err(unfit(id, format!("{count} holds are open on it")).into()),
    }
}

/// The account of what lapsed with members of a centre who went, in a unit.
pub(super) fn lapsed_account(centre: &Branch, unit: &UnitId) -> Option<AccountId> {
    AccountId::parse(&format!("{centre}:lapsed:{unit}")).ok()
}

/// The unit in which a centre keeps an account of this name, and for what: its steps open it, and
/// nothing else gives to it or takes from it. None where the account is another.
fn kept(objects: &Objects, id: &AccountId) -> Option<(UnitId, &'static str)> {
    let (_, unit) = id.as_str().rsplit_once(':')?;
    let unit = UnitId::parse(unit).ok()?;
    if unit == UnitId::time() {
        return None;
    }
    let centre = &objects.centre_around(id.as_str())?.terms.prefix;
    let is = |account: Option<AccountId>| account.as_ref() == Some(id);
    let ways = if is(donations_account(centre, &unit)) {
        "donations (`ledger-cli pool donate`)"
    } else if is(relief_account(centre, &unit)) {
        "relief (`ledger-cli pool relief`) and its return (`ledger-cli pool return`)"
    } else if is(lapsed_account(centre, &unit)) {
        "what lapses with members who go"
    } else {
        return None;
    };
    Some((unit, ways))
}

fn reserved_for(ways: &'static str, id: &AccountId) -> Rejection {
    let account = id.clone();
    Rejection::AccountReserved { account, ways }
}

/// That what is asked of the ledger alone takes nothing from an account that is for steps of
/// the time bank, nor closes it or changes its limits, and neither opens one that a centre keeps nor
/// gives to it. What stands already is the ledger's to tell, and a reversal takes back what came in
/// by mistake.
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
        ledger::Command::ChangeLimits { id, .. } | ledger::Command::CloseAccount { id } => {
            return check_free(book, objects, id);
        }
        ledger::Command::OpenAccount(opened) => return check_not_kept(book, objects, &opened.id),
        _ => return Ok(()),
    };
    for leg in legs {
        let mut refused = reserved(book, objects, leg.debit())?;
        if refused.is_none() {
            refused = kept_account(book, objects, leg.credit())?;
        }
        if let Some(refused) = refused
            && book.booking(id)?.is_none()
        {
            return Err(refused.into());
        }
    }
    Ok(())
}

/// That an account which is new is none that a centre keeps, in whatever unit.
fn check_not_kept(book: &Book, objects: &Objects, id: &AccountId) -> Result<(), Undecided> {
    match kept(objects, id) {
        Some((_, ways)) if book.account(id)?.is_none() => Err(reserved_for(ways, id).into()),
        _ => Ok(()),
    }
}

/// That an account is one that a centre keeps. None where it is not.
fn kept_account(
    book: &Book,
    objects: &Objects,
    id: &AccountId,
) -> Result<Option<Rejection>, NotLoaded> {
    let account = book.account(id)?;
    let kept = account.and_then(|account| match account.kind {
        AccountKind::Issuance | AccountKind::Redemption => {
            kept(objects, id).filter(|(unit, _)| *unit == account.unit)
        }
        AccountKind::Member
        | AccountKind::Organisation
        | AccountKind::Pool
        | AccountKind::Project
        | AccountKind::Clearing => None,
    });
    Ok(kept.map(|(_, ways)| reserved_for(ways, id)))
}

/// That anybody may take from an account.
pub(super) fn check_free(book: &Book, objects: &Objects, id: &AccountId) -> Result<(), Undecided> {
    match reserved(book, objects, id)? {
        None => Ok(()),
        Some(refused) => Err(refused.into()),
    }
}

/// That an account is for steps of the time bank. None where anybody takes from it. Most
/// transfers are between accounts of which the kind tells it.
fn reserved(
    book: &Book,
    objects: &Objects,
    id: &AccountId,
) -> Result<Option<Rejection>, NotLoaded> {
    let Some(account) = book.account(id)? else {
        return Ok(None);
    };
    let ways = match account.kind {
        AccountKind::Pool if objects.pool(id)?.is_some() => {
            "relief (`ledger-cli pool relief`), and the orders and groups that it pays by policy"
        }
        // A source has a floor.
        AccountKind::Issuance
            if account.limits.floor.is_some() && objects.source(id)?.is_some() =>
        {
            "issuance (`ledger-cli issue`), opening grants, trainings, conversions and orders"
        }
        AccountKind::Redemption if objects.stock(id)?.is_some() => {
            "the reversal of what was redeemed or converted"
        }
        AccountKind::Clearing if objects.partner(id)?.is_some() => {
            "what comes from the partner (`ledger-cli partner receive`)"
        }
        _ => return kept_account(book, objects, id),
    };
    Ok(Some(reserved_for(ways, id)))
}
