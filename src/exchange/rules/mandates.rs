//! Giving and revoking mandates.

use super::{Ruling, View, check_staff};
use crate::exchange::{Fact, Rejection, SetMandate};
use crate::ledger::Principal;

pub(super) fn set(view: View<'_>, set: &SetMandate, by: &Principal) -> Ruling {
    let account = || set.account.clone();
    let owner = view.objects.centre_around(set.account.as_str());
    let owner = owner.ok_or_else(|| Rejection::MandateOutside { account: account() })?;
    let owner = &owner.terms.prefix;
    if view.objects.centre(&set.centre).is_none() {
        let centre = set.centre.clone();
        return Err(Rejection::CentreUnknown { centre }.into());
    }
    check_staff(view.objects, owner, by)?;
    let found = view.book.account(&set.account)?;
    if found.is_none_or(|found| found.closed.is_some()) {
        return Err(Rejection::MandateAccountUnknown { account: account() }.into());
    }
    let stands = view.objects.mandate(&set.id())?;
    let is_given = stands.is_some_and(|mandate| mandate.is_given);
    match is_given == set.is_given || *owner == set.centre {
        true => Err(Rejection::MandateStateWrong {
            account: account(),
            centre: set.centre.clone(),
            given: is_given,
        }
        .into()),
        false => Ok(Fact::MandateSet(set.clone()).into()),
    }
}
