//! Pools: opening them, and what comes into them from outside.

use super::{Plan, Ruling, Undecided, View, check_staff, exits, staff_of};
use crate::exchange::{
    Branch, Fact, NotLoaded, Object, ObjectId, Objects,
    pool::{Donate, OpenPool, Pool, PoolCommand, PoolFact, PoolRejection, outside_account},
};
use crate::ledger::{
    self, Account, AccountId, AccountKind, AccountOpened, Book, Label, Principal, Transfer, UnitId,
};

pub(super) fn decide(view: View<'_>, command: &PoolCommand, by: &Principal) -> Ruling {
    match command {
        PoolCommand::Open(new) => open(view, new, by),
        PoolCommand::Donate(new) => donate(view, new, by),
        PoolCommand::Give(new) => super::gifts::give(view, new, by),
        PoolCommand::AskRelief(new) => super::reliefs::ask(view, new, by),
        PoolCommand::StepRelief(new) => super::reliefs::step(view, new, by),
    }
}

/// A pool that must be there.
pub(super) fn known<'a>(view: View<'a>, account: &AccountId) -> Result<&'a Pool, Undecided> {
    let found = view.objects.pool(account)?;
    let pool = account.clone();
    Ok(found.ok_or(PoolRejection::PoolUnknown { pool })?)
}

fn open(view: View<'_>, new: &OpenPool, by: &Principal) -> Ruling {
    let account = &new.account;
    let centre = view.objects.centre_around(account.as_str());
    let centre = centre.ok_or_else(|| PoolRejection::PoolOutside {
        account: account.clone(),
    })?;
    let centre = &centre.terms.prefix;
    check_staff(view.objects, centre, by)?;
    let mut ledger = vec![opening(view, account, AccountKind::Pool, &new.unit)?];
    if new.unit != UnitId::time() {
        let outside = outside(centre, account, &new.unit)?;
        ledger.push(opening(view, &outside, AccountKind::Issuance, &new.unit)?);
    }
    let fact = Fact::Pool(Box::new(PoolFact::Opened(new.clone())));
    Ok(Plan::with_ledger(fact, ledger.into_iter().flatten().collect()).into())
}

/// What is outside of a centre, as far as a pool of its own goes.
pub(super) fn outside(
    centre: &Branch,
    pool: &AccountId,
    unit: &UnitId,
) -> Result<AccountId, PoolRejection> {
    outside_account(centre, unit).ok_or_else(|| PoolRejection::AccountUnfit {
        account: pool.clone(),
        why: "the branch is too long for an account of what is outside".into(),
    })
}

/// What opens an account. None where there is one that does.
fn opening(
    view: View<'_>,
    id: &AccountId,
    kind: AccountKind,
    unit: &UnitId,
) -> Result<Option<ledger::Command>, Undecided> {
    match view.book.account(id)? {
        Some(account) => match unfit(account, kind, unit) {
            None => Ok(None),
            Some(why) => {
                let account = id.clone();
                Err(PoolRejection::AccountUnfit { account, why }.into())
            }
        },
        None => Ok(Some(ledger::Command::OpenAccount(AccountOpened {
            id: id.clone(),
            kind,
            unit: unit.clone(),
            limits: kind.default_limits(),
        }))),
    }
}

/// Why an account is not one of a kind and a unit that is open.
fn unfit(account: &Account, kind: AccountKind, unit: &UnitId) -> Option<String> {
    if account.closed.is_some() {
        return Some("it is closed".into());
    }
    if account.kind != kind {
        return Some(format!("it is of kind {}, not {kind}", account.kind));
    }
    (account.unit != *unit).then(|| format!("it counts {}, not {unit}", account.unit))
}

fn donate(view: View<'_>, new: &Donate, by: &Principal) -> Ruling {
    let id = &new.id;
    let pool = known(view, &id.pool)?;
    let staff = staff_of(view.objects, &pool.centre, by)?;
    if pool.is_of_hours() {
        let pool = id.pool.clone();
        return Err(PoolRejection::PoolOfHours { pool }.into());
    }
    let earlier = ObjectId::Donation(Box::new(id.clone()));
    if let Some(Object::Donation(earlier)) = view.objects.object(&earlier)? {
        return Err(PoolRejection::DonationExists {
            pool: id.pool.clone(),
            receipt: id.receipt.clone(),
            amount: earlier.amount,
            unit: pool.unit.clone(),
        }
        .into());
    }
    let outside = outside(&pool.centre, &pool.account, &pool.unit)?;
    let transfer = Transfer::new(outside, pool.account.clone(), new.amount);
    let transfer = transfer.map_err(|_| PoolRejection::PoolOutside {
        account: pool.account.clone(),
    })?;
    let entry = exits::entry(view, new.step, Label::donation(), transfer)?;
    let fact = Fact::Pool(Box::new(PoolFact::Donated {
        donate: new.clone(),
        by: staff.terms.number.clone(),
    }));
    Ok(Plan {
        ledger: vec![entry],
        ..Plan::with_reason(fact, new.reason.as_ref())
    }
    .into())
}

/// That what is asked of the ledger alone takes nothing from a pool. What stands already is
/// the ledger's to tell, and a reversal takes back what came in by mistake.
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
        _ => return Ok(()),
    };
    for leg in legs {
        if is_pools(book, objects, leg.debit())? && book.booking(id)?.is_none() {
            let account = leg.debit().clone();
            return Err(PoolRejection::PoolsAccount { account }.into());
        }
    }
    Ok(())
}

/// Whether an account is a pool's, or what is outside of a centre's pools.
fn is_pools(book: &Book, objects: &Objects, id: &AccountId) -> Result<bool, NotLoaded> {
    let Some(account) = book.account(id)? else {
        return Ok(false);
    };
    match account.kind {
        AccountKind::Pool => Ok(objects.pool(id)?.is_some()),
        AccountKind::Issuance if account.unit != UnitId::time() => {
            let centre = objects.centre_around(id.as_str());
            let outside =
                centre.and_then(|centre| outside_account(&centre.terms.prefix, &account.unit));
            Ok(outside.as_ref() == Some(id))
        }
        _ => Ok(false),
    }
}
