//! Partners, and what was sent to them and received from them.

use super::{ReadError, Reading, StepTaken, account, centre, exchange::misplaced, steps_taken};
use crate::{
    exchange::{
        Branch, List, Object, ObjectId, PartnerRejection, Rejection,
        partner::{Partner, Remittance, RemittanceId},
    },
    ledger::{AccountId, Balance},
};

/// A partner, and how its account stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartnerView {
    pub partner: Partner,
    /// What it has of us; below 0 is what we have of it.
    pub balance: Balance,
}

/// A remittance, and how it was recorded.
#[derive(Clone, Debug)]
pub struct RemittanceView {
    pub remittance: Remittance,
    pub step: StepTaken,
}

/// A partner.
///
/// # Errors
/// [`PartnerRejection::PartnerUnknown`], or where the store fails.
pub fn partner(reading: &mut Reading<'_>, id: &AccountId) -> Result<PartnerView, ReadError> {
    match reading.snapshot.object(&ObjectId::Partner(id.clone()))? {
        Some(Object::Partner(partner)) => filled(reading, partner),
        _ => {
            let partner = id.clone();
            Err(Rejection::from(PartnerRejection::PartnerUnknown { partner }).into())
        }
    }
}

fn filled(reading: &mut Reading<'_>, partner: Partner) -> Result<PartnerView, ReadError> {
    let balance = account(reading, &partner.account)?.account.balance;
    Ok(PartnerView { partner, balance })
}

/// The partners of a centre by id, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn partners(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    after: Option<AccountId>,
    limit: usize,
) -> Result<Vec<PartnerView>, ReadError> {
    centre(reading, prefix)?;
    let list = List::PartnersOf(prefix.clone());
    let after = after.map(ObjectId::Partner);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let partners = found.into_iter().map(|object| match object {
        Object::Partner(partner) => filled(reading, partner),
        other => Err(misplaced(&other).into()),
    });
    partners.collect()
}

/// What was received from a partner and sent there, each by reference, from after one on.
///
/// # Errors
/// [`PartnerRejection::PartnerUnknown`], or where the store fails.
pub fn remittances(
    reading: &mut Reading<'_>,
    with: &AccountId,
    after: Option<RemittanceId>,
    limit: usize,
) -> Result<Vec<RemittanceView>, ReadError> {
    partner(reading, with)?;
    let list = List::RemittancesWith(with.clone());
    let after = after.map(|id| ObjectId::Remittance(Box::new(id)));
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let remittances = found.into_iter().map(|object| match object {
        Object::Remittance(remittance) => Ok(*remittance),
        other => Err(misplaced(&other)),
    });
    let remittances = remittances.collect::<Result<Vec<_>, _>>()?;
    let records: Vec<_> = remittances.iter().map(|one| one.recorded).collect();
    let steps = steps_taken(reading, &records)?;
    let told = remittances.into_iter().zip(steps);
    let told = told.map(|(remittance, step)| RemittanceView { remittance, step });
    Ok(told.collect())
}
