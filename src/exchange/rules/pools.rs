//! Pools: opening them, and what comes into them from outside.

use super::{Plan, Ruling, Undecided, View, accounts, check_staff, entries, staff_of};
use crate::exchange::{
    Branch, Fact, Object, ObjectId, Rejection,
    pool::{Donate, OpenPool, Pool, PoolCommand, PoolFact, PoolRejection, outside_account},
};
use crate::ledger::{AccountId, AccountKind, Label, Principal, Transfer, UnitId};

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
    let centre = accounts::owner(view.objects, account)?;
    check_staff(view.objects, centre, by)?;
    accounts::check_no_holds(view.book, account)?;
    let pool = accounts::plain(account.clone(), AccountKind::Pool, &new.unit);
    let mut ledger = vec![accounts::opening(view.book, pool)?];
    if new.unit != UnitId::time() {
        let outside = outside(centre, account, &new.unit)?;
        let outside = accounts::plain(outside, AccountKind::Issuance, &new.unit);
        ledger.push(accounts::opening(view.book, outside)?);
    }
    let fact = Fact::Pool(Box::new(PoolFact::Opened(new.clone())));
    Ok(Plan::with_ledger(fact, ledger.into_iter().flatten().collect()).into())
}

/// What is outside of a centre, as far as a pool of its own goes.
pub(super) fn outside(
    centre: &Branch,
    pool: &AccountId,
    unit: &UnitId,
) -> Result<AccountId, Rejection> {
    let why = "the branch is too long for an account of what is outside";
    outside_account(centre, unit).ok_or_else(|| accounts::unfit(pool, why))
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
    if let Some(Object::Donation(earlier)) = view.objects.object(&earlier)?
        && !entries::is_reversed(view, earlier.entry)?
    {
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
    let why = "it stands for what is outside itself";
    let transfer = transfer.map_err(|_| accounts::unfit(&pool.account, why))?;
    let entry = entries::of_step(view, new.step, Label::donation(), transfer)?;
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
