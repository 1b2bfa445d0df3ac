//! What facts about pools make of the objects.

use super::{
    Donation, OpenPool, Pool, PoolFact, Relief, ReliefAction, ReliefAsked, ReliefId, ReliefState,
    ReliefStepped,
};
use crate::{
    exchange::{Doer, Member, NotLoaded, Object, ObjectId, Objects, wants::Folded},
    ledger::{AccountId, Sequence, Stamp},
};

impl Objects {
    /// A pool.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn pool(&self, account: &AccountId) -> Result<Option<&Pool>, NotLoaded> {
        match self.object(&ObjectId::Pool(account.clone()))? {
            Some(Object::Pool(pool)) => Ok(Some(pool)),
            _ => Ok(None),
        }
    }

    /// A relief.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn relief(&self, id: ReliefId) -> Result<Option<&Relief>, NotLoaded> {
        match self.object(&ObjectId::Relief(id))? {
            Some(Object::Relief(relief)) => Ok(Some(relief)),
            _ => Ok(None),
        }
    }

    pub(in crate::exchange) fn fold_pool(&mut self, fact: &PoolFact, stamp: Stamp) -> Folded {
        let at = stamp.sequence;
        match fact {
            PoolFact::Opened(open) => self.open_pool(open, at),
            PoolFact::Donated { donate, .. } => {
                let donation = Donation {
                    id: donate.id.clone(),
                    amount: donate.amount,
                    entry: donate.step,
                    recorded: at,
                };
                // One of the same receipt was reversed.
                self.put(Object::Donation(donation), at);
                Ok(())
            }
            // It is all in its entry.
            PoolFact::Given(_) => Ok(()),
            PoolFact::ReliefAsked(new) => self.ask_relief(new, stamp),
            PoolFact::ReliefStepped(new) => self.step_relief(new, at),
        }
    }

    fn open_pool(&mut self, open: &OpenPool, at: Sequence) -> Folded {
        let around = self.centre_around(open.account.as_str());
        let around = around.ok_or("the account of a pool is in no centre's branch")?;
        let pool = Pool {
            account: open.account.clone(),
            centre: around.terms.prefix.clone(),
            unit: open.unit.clone(),
            name: open.name.clone(),
            purposes: open.purposes.clone(),
        };
        self.create(Object::Pool(pool), at)
    }

    fn ask_relief(&mut self, new: &ReliefAsked, stamp: Stamp) -> Folded {
        let at = stamp.sequence;
        let ask = &new.ask;
        let Some(pool) = self.pool(&ask.pool)? else {
            return Err(format!("there is no pool {}", ask.pool).into());
        };
        let relief = Relief {
            id: ask.id,
            pool: ask.pool.clone(),
            centre: pool.centre.clone(),
            member: ask.member.clone(),
            amount: ask.amount,
            purpose: ask.purpose.clone(),
            state: ReliefState::Asked,
            asked_by: new.by.clone(),
            asked_at: stamp.moment,
            approved_by: Vec::new(),
            hold: None,
            steps: vec![at],
        };
        self.create(Object::Relief(Box::new(relief)), at)?;
        self.change_member(&ask.member, at, |member| member.open_reliefs += 1)
    }

    fn step_relief(&mut self, new: &ReliefStepped, at: Sequence) -> Folded {
        let Some(before) = self.relief(new.step.relief)? else {
            return Err(format!("there is no relief {}", new.step.relief).into());
        };
        let was_open = before.state.is_open();
        let mut relief = before.clone();
        relief.state = new.to;
        relief.steps.push(at);
        if let (ReliefAction::Approve { .. }, Doer::Staff(number)) = (&new.step.action, &new.by) {
            relief.approved_by.push(number.clone());
            relief.hold.get_or_insert(new.step.step);
        }
        if was_open && !new.to.is_open() {
            let less = |member: &mut Member| {
                member.open_reliefs = member.open_reliefs.saturating_sub(1);
            };
            self.change_member(&relief.member.clone(), at, less)?;
        }
        self.put(Object::Relief(Box::new(relief)), at);
        Ok(())
    }
}
