//! Accounts that steps of the time bank name, and those that only such steps take from.

use super::Undecided;
use crate::exchange::{Branch, NotLoaded, Objects, Rejection};
use crate::ledger::{
    self, Account, AccountId, AccountKind, AccountOpened, Book, Booking, BookingId, CreditLegs,
    HoldState, Settlement, UnitId,
};

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

/// The same of an account that a step makes a pool, a source, a stock or a partner's, and which is
/// of no branch that the centre keeps.
pub(super) fn owner_of_new<'a>(
    objects: &'a Objects,
    account: &AccountId,
) -> Result<&'a Branch, Rejection> {
    check_not_kept(objects, account)?;
    owner(objects, account)
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

/// The branches that a centre keeps for accounts of its own, such as `CENTRE:donations:UNIT`, and
/// for what: its steps open these, and nothing else gives to them or takes from them.
const KEPT: [(&str, &str); 3] = [
    ("donations", "donations (`ledger-cli pool donate`)"),
    (
        "relief",
        "relief (`ledger-cli pool relief`) and its return (`ledger-cli pool return`)",
    ),
    ("lapsed", "what lapses with members who go"),
];

/// For what a centre keeps the branch that an account is at or below, and what its id has after
/// that. None where it keeps none.
fn kept<'a>(objects: &Objects, id: &'a AccountId) -> Option<(&'static str, &'a str)> {
    let centre = objects.centre_around(id.as_str())?;
    let rest = id.as_str().strip_prefix(centre.terms.prefix.as_str())?;
    let rest = rest.strip_prefix(':')?;
    let (branch, rest) = rest.split_once(':').unwrap_or((rest, ""));
    let (_, ways) = KEPT.iter().find(|(kept, _)| *kept == branch)?;
    Some((ways, rest))
}

/// That a new account is none of a branch that its centre keeps.
pub(super) fn check_not_kept(objects: &Objects, id: &AccountId) -> Result<(), Rejection> {
    match kept(objects, id) {
        None => Ok(()),
        Some((ways, _)) => Err(reserved_for(ways, id)),
    }
}

fn reserved_for(ways: &'static str, id: &AccountId) -> Rejection {
    let account = id.clone();
    Rejection::AccountReserved { account, ways }
}

/// That what is asked of the ledger alone takes nothing from an account that is for steps of
/// the time bank, nor closes it or changes its limits, and neither opens one of a branch that a
/// centre keeps nor gives to it. What stands already is the ledger's to tell, and a reversal takes back what came in
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
        ledger::Command::OpenAccount(AccountOpened { id, .. }) if book.account(id)?.is_none() => {
            return Ok(check_not_kept(objects, id)?);
        }
        ledger::Command::SettleHold {
            id,
            settlement: Settlement::Legs(legs),
            ..
        } => return check_settled(book, objects, *id, legs),
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

/// The same of a hold that is settled for others than it was placed for.
fn check_settled(
    book: &Book,
    objects: &Objects,
    id: BookingId,
    legs: &CreditLegs,
) -> Result<(), Undecided> {
    let hold = book.booking(id)?.and_then(Booking::hold);
    if hold.is_none_or(|hold| hold.state != HoldState::Open) {
        return Ok(());
    }
    for leg in legs.as_slice() {
        if let Some(refused) = kept_account(book, objects, &leg.credit)? {
            return Err(refused.into());
        }
    }
    Ok(())
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
            kept(objects, id).filter(|(_, rest)| *rest == account.unit.as_str())
        }
        AccountKind::Member
        | AccountKind::Organisation
        | AccountKind::Pool
        | AccountKind::Project
        | AccountKind::Clearing => None,
    });
    Ok(kept.map(|(ways, _)| reserved_for(ways, id)))
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
