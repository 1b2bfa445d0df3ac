//! What facts about partners make of the objects.

use super::{OpenPartner, Partner, PartnerFact, Remittance, RemittanceId};
use crate::{
    exchange::{NotLoaded, Object, ObjectId, Objects, wants::Folded},
    ledger::{AccountId, Sequence},
};

impl Objects {
    /// A partner.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn partner(&self, account: &AccountId) -> Result<Option<&Partner>, NotLoaded> {
        match self.object(&ObjectId::Partner(account.clone()))? {
            Some(Object::Partner(partner)) => Ok(Some(partner)),
            _ => Ok(None),
        }
    }

    /// The last remittance of a reference.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn remittance(&self, id: &RemittanceId) -> Result<Option<&Remittance>, NotLoaded> {
        match self.object(&ObjectId::Remittance(Box::new(id.clone())))? {
            Some(Object::Remittance(remittance)) => Ok(Some(remittance)),
            _ => Ok(None),
        }
    }

    pub(in crate::exchange) fn fold_partner(&mut self, fact: &PartnerFact, at: Sequence) -> Folded {
        match fact {
            PartnerFact::Opened(open) => self.open_partner(open, at),
            PartnerFact::Remitted { remit, .. } => {
                let remittance = Remittance {
                    id: remit.id.clone(),
                    member: remit.member.clone(),
                    amount: remit.amount,
                    entry: remit.step,
                    recorded: at,
                };
                // One of the same reference was reversed.
                self.put(Object::Remittance(Box::new(remittance)), at);
                Ok(())
            }
        }
    }

    fn open_partner(&mut self, open: &OpenPartner, at: Sequence) -> Folded {
        let around = self.centre_around(open.account.as_str());
        let around = around.ok_or("the account of a partner is in no centre's branch")?;
        let partner = Partner {
            account: open.account.clone(),
            centre: around.terms.prefix.clone(),
            name: open.name.clone(),
            surplus: open.surplus,
            deficit: open.deficit,
        };
        self.create(Object::Partner(partner), at)
    }
}
