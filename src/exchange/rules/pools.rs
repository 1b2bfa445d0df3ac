//! Pools: opening them, and what comes into them from outside.

use super::{Plan, Ruling, Undecided, View, accounts, check_staff, entries, staff_of};
use crate::exchange::{
    Branch, Fact, Object, ObjectId, Rejection,
    pool::{
        Donate, OpenPool, Pool, PoolCommand, PoolFact, PoolRejection, donations_account,
        relief_account,
    },
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
    let centre = accounts::owner_of_new(view.objects, account)?;
    check_staff(view.objects, centre, by)?;
    accounts::check_no_holds(view.book, account)?;
    let pool = accounts::plain(account.clone(), AccountKind::Pool, &new.unit);
    let mut ledger = vec![accounts::opening(view.book, pool)?];
    if new.unit != UnitId::time() {
        let from = donations(centre, account, &new.unit)?;
        let to = relief(centre, account, &new.unit)?;
        for (id, kind) in [(from, AccountKind::Issuance), (to, AccountKind::Redemption)] {
            let kept = accounts::plain(id, kind, &new.unit);
            ledger.push(accounts::kept_opening(view.book, kept)?);
        }
    }
    let fact = Fact::Pool(Box::new(PoolFact::Opened(new.clone())));
    Ok(Plan::with_ledger(fact, ledger.into_iter().flatten().collect()).into())
}

/// Where donations to a pool come from.
fn donations(centre: &Branch, pool: &AccountId, unit: &UnitId) -> Result<AccountId, Rejection> {
    let why = "the branch is too long for an account of donations";
    donations_account(centre, unit).ok_or_else(|| accounts::unfit(pool, why))
}

/// Where relief from a pool that is not of hours goes to.
pub(super) fn relief(
    centre: &Branch,
    pool: &AccountId,
    unit: &UnitId,
) -> Result<AccountId, Rejection> {
    let why = "the branch is too long for an account of relief";
    relief_account(centre, unit).ok_or_else(|| accounts::unfit(pool, why))
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
    let from = donations(&pool.centre, &pool.account, &pool.unit)?;
    let transfer = Transfer::new(from, pool.account.clone(), new.amount);
    let why = "donations come from it";
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
