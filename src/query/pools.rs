//! Pools, what came into them, and what is asked of them.

use super::{
    ReadError, Reading, StepTaken, account, centre, exchange::misplaced, member, steps_taken,
};
use crate::{
    exchange::{
        Branch, Fact, List, MemberId, Object, ObjectId, Rejection,
        pool::{
            Donation, DonationId, Pool, PoolFact, PoolRejection, Relief, ReliefId, ReliefState,
        },
    },
    ledger::{AccountId, Balance, Sequence, UnitId},
    store::StoreError,
};

/// A pool, and what is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PoolView {
    pub pool: Pool,
    pub balance: Balance,
    pub held: Balance,
}

/// A donation, in what its pool counts, and how it was recorded.
#[derive(Clone, Debug)]
pub struct DonationView {
    pub donation: Donation,
    pub unit: UnitId,
    pub step: StepTaken,
}

/// A pool.
///
/// # Errors
/// [`PoolRejection::PoolUnknown`], or where the store fails.
pub fn pool(reading: &mut Reading<'_>, id: &AccountId) -> Result<PoolView, ReadError> {
    match reading.snapshot.object(&ObjectId::Pool(id.clone()))? {
        Some(Object::Pool(pool)) => filled(reading, pool),
        _ => Err(Rejection::from(PoolRejection::PoolUnknown { pool: id.clone() }).into()),
    }
}

fn filled(reading: &mut Reading<'_>, pool: Pool) -> Result<PoolView, ReadError> {
    let account = account(reading, &pool.account)?.account;
    Ok(PoolView {
        balance: account.balance,
        held: account.held,
        pool,
    })
}

/// The pools of a centre by id, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn pools(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    after: Option<AccountId>,
    limit: usize,
) -> Result<Vec<PoolView>, ReadError> {
    centre(reading, prefix)?;
    let list = List::PoolsOf(prefix.clone());
    let after = after.map(ObjectId::Pool);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let pools = found.into_iter().map(|object| match object {
        Object::Pool(pool) => filled(reading, pool),
        other => Err(misplaced(&other).into()),
    });
    pools.collect()
}

/// The donation that a record is of.
///
/// # Errors
/// Where the store fails.
pub fn donation_at(reading: &mut Reading<'_>, at: Sequence) -> Result<DonationView, ReadError> {
    let record = reading.snapshot.record(at)?;
    let of_none = || StoreError::Corrupt(format!("record {at} is of no donation"));
    let id = match record.step.exchange_fact() {
        Some(Fact::Pool(fact)) => match &**fact {
            PoolFact::Donated { donate, .. } => donate.id.clone(),
            _ => return Err(of_none().into()),
        },
        _ => return Err(of_none().into()),
    };
    let unit = pool(reading, &id.pool)?.pool.unit;
    match reading.snapshot.object(&ObjectId::Donation(Box::new(id)))? {
        Some(Object::Donation(donation)) => {
            let told = told(reading, vec![donation], &unit)?.pop();
            Ok(told.ok_or_else(of_none)?)
        }
        _ => Err(of_none().into()),
    }
}

/// The donations to a pool by receipt, from after one on.
///
/// # Errors
/// [`PoolRejection::PoolUnknown`], or where the store fails.
pub fn donations(
    reading: &mut Reading<'_>,
    to: &AccountId,
    after: Option<DonationId>,
    limit: usize,
) -> Result<Vec<DonationView>, ReadError> {
    let unit = pool(reading, to)?.pool.unit;
    let list = List::DonationsTo(to.clone());
    let after = after.map(|id| ObjectId::Donation(Box::new(id)));
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let donations = found.into_iter().map(|object| match object {
        Object::Donation(donation) => Ok(donation),
        other => Err(misplaced(&other)),
    });
    let donations = donations.collect::<Result<_, _>>()?;
    told(reading, donations, &unit)
}

fn told(
    reading: &mut Reading<'_>,
    donations: Vec<Donation>,
    unit: &UnitId,
) -> Result<Vec<DonationView>, ReadError> {
    let records: Vec<_> = donations.iter().map(|donation| donation.recorded).collect();
    let steps = steps_taken(reading, &records)?;
    let told = donations.into_iter().zip(steps);
    let told = told.map(|(donation, step)| DonationView {
        donation,
        unit: unit.clone(),
        step,
    });
    Ok(told.collect())
}

/// A relief, in what its pool counts.
///
/// # Errors
/// [`PoolRejection::ReliefUnknown`], or where the store fails.
pub fn relief(reading: &mut Reading<'_>, id: ReliefId) -> Result<(Relief, UnitId), ReadError> {
    match reading.snapshot.object(&ObjectId::Relief(id))? {
        Some(Object::Relief(relief)) => with_unit(reading, *relief),
        _ => Err(Rejection::from(PoolRejection::ReliefUnknown { relief: id }).into()),
    }
}

fn with_unit(reading: &mut Reading<'_>, relief: Relief) -> Result<(Relief, UnitId), ReadError> {
    let unit = pool(reading, &relief.pool)?.pool.unit;
    Ok((relief, unit))
}

/// Which reliefs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reliefs {
    /// Those of a centre's pools that stand so.
    In(Branch, ReliefState),
    /// Those of a centre's pools that wait for staff.
    Open(Branch),
    Of(MemberId),
}

/// Reliefs, in the order of their ids, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], [`Rejection::MemberUnknown`], or where the store fails.
pub fn reliefs(
    reading: &mut Reading<'_>,
    which: &Reliefs,
    after: Option<ReliefId>,
    limit: usize,
) -> Result<Vec<(Relief, UnitId)>, ReadError> {
    let list = match which {
        Reliefs::In(prefix, state) => {
            centre(reading, prefix)?;
            List::ReliefsIn(prefix.clone(), *state)
        }
        Reliefs::Open(prefix) => {
            centre(reading, prefix)?;
            List::ReliefsOpen(prefix.clone())
        }
        Reliefs::Of(id) => {
            member(reading, id)?;
            List::ReliefsOf(id.clone())
        }
    };
    let after = after.map(ObjectId::Relief);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let reliefs = found.into_iter().map(|object| match object {
        Object::Relief(relief) => with_unit(reading, *relief),
        other => Err(misplaced(&other).into()),
    });
    reliefs.collect()
}
