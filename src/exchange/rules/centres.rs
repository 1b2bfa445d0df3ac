//! Opening centres.

use super::{Ruling, staff};
use crate::exchange::{CentreTerms, Fact, Objects, Rejection, StaffNumber};

/// How many centres a ledger has: all of them are kept in memory.
pub const MAX_CENTRES: usize = 1_000;

pub(super) fn open(
    objects: &Objects,
    terms: &CentreTerms,
    first_staff_number: &StaffNumber,
) -> Ruling {
    let prefix = &terms.prefix;
    let crossing = objects.centre_crossing(prefix).cloned();
    if let Some(other) = crossing {
        let centre = prefix.clone();
        return Err(Rejection::CentreInside { centre, other }.into());
    }
    if objects.centre_count() >= MAX_CENTRES {
        return Err(Rejection::TooManyCentres { max: MAX_CENTRES }.into());
    }
    staff::check_new(objects, first_staff_number)?;
    Ok(Fact::CentreOpened {
        terms: terms.clone(),
        first_staff_number: first_staff_number.clone(),
    }
    .into())
}
