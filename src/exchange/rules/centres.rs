//! Opening centres.

use super::Ruling;
use crate::exchange::{CentreTerms, Fact, Objects, Rejection, StaffNumber};

/// How many centres a ledger has: all of them are kept in memory.
const MAX_CENTRES: usize = 1_000;

pub(super) fn open(
    objects: &Objects,
    terms: &CentreTerms,
    first_staff_number: &StaffNumber,
) -> Ruling {
    let prefix = &terms.prefix;
    let mut prefixes = objects.centres().map(|centre| &centre.terms.prefix);
    let crossing = prefixes
        .find(|other| other.contains(prefix.as_str()) || prefix.contains(other.as_str()))
        .cloned();
    if let Some(other) = crossing {
        let centre = prefix.clone();
        return Err(Rejection::CentreInside { centre, other }.into());
    }
    if objects.centre_count() >= MAX_CENTRES {
        return Err(Rejection::TooManyCentres { max: MAX_CENTRES }.into());
    }
    if let Some(staff) = objects.staff(first_staff_number)? {
        return Err(Rejection::StaffExists {
            number: first_staff_number.clone(),
            centre: staff.terms.centre.clone(),
        }
        .into());
    }
    Ok(Fact::CentreOpened {
        terms: terms.clone(),
        first_staff_number: first_staff_number.clone(),
    }
    .into())
}
