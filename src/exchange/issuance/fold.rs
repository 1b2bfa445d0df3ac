//! What facts about sources make of the objects.

use super::{IssuanceFact, Source};
use crate::{
    exchange::{NotLoaded, Object, ObjectId, Objects, wants::Folded},
    ledger::{AccountId, Sequence},
};

impl Objects {
    /// A source.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn source(&self, account: &AccountId) -> Result<Option<&Source>, NotLoaded> {
        match self.object(&ObjectId::Source(account.clone()))? {
            Some(Object::Source(source)) => Ok(Some(source)),
            _ => Ok(None),
        }
    }

    pub(in crate::exchange) fn fold_issuance(
        &mut self,
        fact: &IssuanceFact,
        at: Sequence,
    ) -> Folded {
        match fact {
            IssuanceFact::Opened(open) => {
                let around = self.centre_around(open.account.as_str());
                let around = around.ok_or("the account of a source is in no centre's branch")?;
                let source = Source {
                    centre: around.terms.prefix.clone(),
                    terms: open.clone(),
                };
                self.create(Object::Source(Box::new(source)), at)
            }
            // It is all in its entry.
            IssuanceFact::Issued(_) => Ok(()),
            IssuanceFact::Granted(new) => self.change_member(&new.grant.member, at, |member| {
                member.granted = true;
            }),
        }
    }
}
