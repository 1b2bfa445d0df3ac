//! Supplies: who is free to serve, and when.

use super::{ReadError, Reading, exchange};
use crate::{
    exchange::{Branch, Code, Fact, List, Member, MemberId, Supply},
    ledger::Sequence,
    store::StoreError,
};

/// Whose supplies are listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Supplies {
    Of(MemberId),
    /// Of a service, of the active members of a centre.
    In(Branch, Code),
}

/// Members by id, from after one on, with what they offer of what was asked for.
///
/// # Errors
/// [`MemberUnknown`](crate::exchange::Rejection::MemberUnknown),
/// [`CentreUnknown`](crate::exchange::Rejection::CentreUnknown), or where the store fails.
pub fn supplies(
    reading: &mut Reading<'_>,
    which: &Supplies,
    after: Option<MemberId>,
    limit: usize,
) -> Result<Vec<Member>, ReadError> {
    match which {
        Supplies::Of(id) => {
            let member = exchange::member(reading, id)?.member;
            Ok(after.is_none().then_some(member).into_iter().collect())
        }
        Supplies::In(prefix, service) => {
            let list = List::SuppliersOf(prefix.clone(), service.clone());
            let mut members = exchange::members(reading, prefix, &list, after, limit)?;
            for member in &mut members {
                member.supplies.retain(|supply| supply.service == *service);
            }
            Ok(members)
        }
    }
}

/// The supply that a record is about, whose it is, and whether it stands.
///
/// # Errors
/// Where the store fails.
pub fn supply_at(
    reading: &mut Reading<'_>,
    at: Sequence,
) -> Result<(MemberId, Supply, bool), ReadError> {
    let record = reading.snapshot.record(at)?;
    let (id, supply) = match record.step.exchange_fact() {
        Some(Fact::SupplyOffered(new)) => (new.offer.member.clone(), new.offer.supply.clone()),
        Some(Fact::SupplyWithdrawn(new)) => (new.withdraw.member.clone(), new.was.clone()),
        _ => return Err(StoreError::Corrupt(format!("record {at} is of no supply")).into()),
    };
    let member = exchange::member(reading, &id)?.member;
    let stands = member.supplies.iter().any(|other| other.id == supply.id);
    Ok((id, supply, stands))
}
