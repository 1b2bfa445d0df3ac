//! Registering, suspending and ending staff.

use super::{Ruling, Undecided, check_named, check_staff};
use crate::{
    exchange::{
        Fact, Objects, Rejection, SetStaffState, StaffNumber, StaffState, StaffTerms,
        TokenRejection, token::TokenName,
    },
    ledger::Principal,
};

pub(super) fn register(objects: &Objects, terms: &StaffTerms, by: &Principal) -> Ruling {
    let relatives = || terms.names().filter(|(field, _)| *field == "relative_ids");
    check_named(objects, relatives, terms.member_id.as_ref())?;
    check_named(objects, || terms.names(), None)?;
    check_staff(objects, &terms.centre, by)?;
    check_new(objects, &terms.number)?;
    check_no_token(objects, &terms.number)?;
    Ok(Fact::StaffRegistered(terms.clone()).into())
}

/// That no token is called so, which would act as whom is registered without an administrator's
/// doing.
fn check_no_token(objects: &Objects, number: &StaffNumber) -> Result<(), Undecided> {
    let Ok(name) = TokenName::parse(number.as_str()) else {
        return Ok(());
    };
    match objects.token(&name)? {
        None => Ok(()),
        Some(_) => Err(TokenRejection::TokenExists { name }.into()),
    }
}

/// That nobody has a number.
pub(super) fn check_new(objects: &Objects, number: &StaffNumber) -> Result<(), Undecided> {
    match objects.staff(number)? {
        None => Ok(()),
        Some(staff) => Err(Rejection::StaffExists {
            number: number.clone(),
            centre: staff.terms.centre.clone(),
        }
        .into()),
    }
}

pub(super) fn set_state(objects: &Objects, set: &SetStaffState, by: &Principal) -> Ruling {
    let staff = super::known_staff(objects, &set.number)?;
    let centre = &staff.terms.centre;
    check_staff(objects, centre, by)?;
    let (from, _) = set.change.leads();
    if !from.contains(&staff.state) {
        return Err(Rejection::StaffStateWrong {
            number: set.number.clone(),
            state: staff.state,
            change: set.change,
        }
        .into());
    }
    let active = objects
        .centre(centre)
        .map_or(0, |centre| centre.active_staff);
    if staff.state == StaffState::Active && active == 1 {
        return Err(Rejection::LastStaff {
            number: set.number.clone(),
            centre: centre.clone(),
        }
        .into());
    }
    Ok(Fact::StaffStateSet(set.clone()).into())
}
