//! What facts about sources make of the objects.

use super::{IssuanceFact, Issue, Source};
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
            IssuanceFact::Issued(new) => self.issue(&new.issue, at),
            IssuanceFact::Granted(new) => self.change_member(&new.grant.member, at, |member| {
                member.granted = true;
            }),
        }
    }

    /// What is no hours makes its account the member's.
    fn issue(&mut self, issue: &Issue, at: Sequence) -> Folded {
        let Some(source) = self.source(&issue.source)? else {
            return Err(format!("there is no source {}", issue.source).into());
        };
        let unit = source.terms.unit.clone();
        let member = self.member_by(&issue.to, &unit)?;
        match member.filter(|member| member.account != issue.to) {
            None => Ok(()),
            Some(member) => self.hold_account(&member.id.clone(), &issue.to, at),
        }
    }
}
