//! What facts about standing visits make of the objects.

use super::{
    Arisen, Need, NeedStepped, NotLoaded, Object, ObjectId, Objects, StandingId, StandingState,
    StandingStepped, StandingVisit, VisitArose,
    order::{NeedAction, NeedState, StandingAction},
    wants::Folded,
};
use crate::ledger::{Sequence, Stamp};

impl Objects {
    /// A standing visit.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn standing(&self, id: StandingId) -> Result<Option<&StandingVisit>, NotLoaded> {
        match self.object(&ObjectId::Standing(id))? {
            Some(Object::Standing(standing)) => Ok(Some(standing)),
            _ => Ok(None),
        }
    }

    /// What a step of a need makes of the standing visit that it is the first visit of.
    pub(super) fn follow_need(&mut self, need: &Need, new: &NeedStepped, at: Sequence) -> Folded {
        if let NeedAction::Repeat(repeat) = &new.step.action {
            let id = StandingId(new.step.step);
            let ahead_days = new.ahead_days.ok_or("nothing says when its visits arise")?;
            let standing = StandingVisit {
                id,
                need: need.id,
                centre: need.centre.clone(),
                terms: need.terms.clone(),
                provider: repeat.provider.clone(),
                from: need.on,
                until: repeat.until,
                ahead_days,
                state: match need.state {
                    NeedState::Approved => StandingState::Approved,
                    _ => StandingState::Published,
                },
                asked_by: new.by.clone(),
                approved_by: Vec::new(),
                next: None,
                skipped: Vec::new(),
                off: Vec::new(),
                steps: vec![at],
            };
            return self.create(Object::Standing(Box::new(standing.begun())), at);
        }
        let Some(id) = need.standing else {
            return Ok(());
        };
        if self.known_standing(id)?.need != need.id {
            return Ok(());
        }
        match new.step.action {
            // Also one more approval, where that of an earlier approver does not stand.
            NeedAction::Approve => self.change_standing(id, at, |standing| {
                standing.approved_by = need.approved_by.clone();
                if need.state == NeedState::Approved {
                    standing.approve();
                }
            }),
            NeedAction::Decline | NeedAction::Cancel => {
                match self.known_standing(id)?.state {
                    StandingState::Published => self.change_standing(id, at, |standing| {
                        standing.state = StandingState::Stopped;
                    }),
                    // Afterwards that is one visit.
                    StandingState::Approved | StandingState::Stopped | StandingState::Ended => {
                        Ok(())
                    }
                }
            }
            NeedAction::Offer(_)
            | NeedAction::Withdraw(_)
            | NeedAction::Change { .. }
            | NeedAction::Repeat(_) => Ok(()),
        }
    }

    pub(super) fn step_standing(&mut self, new: &StandingStepped, at: Sequence) -> Folded {
        self.change_standing(new.step.standing, at, |standing| match &new.step.action {
            StandingAction::Skip(day) => standing.skip(*day),
            StandingAction::Leave => standing.provider = None,
            StandingAction::Stop => standing.state = StandingState::Stopped,
        })
    }

    pub(super) fn arise(&mut self, new: &VisitArose, stamp: Stamp) -> Folded {
        let at = stamp.sequence;
        let approved_by = self.known_standing(new.standing)?.approved_by.clone();
        self.change_standing(new.standing, at, |standing| {
            if let Arisen::Off(_) = new.arisen {
                standing.miss(new.on);
            }
            standing.go_on(new.on);
        })?;
        let (published, accepted) = match &new.arisen {
            Arisen::Accepted(published, accepted) => (published, Some(accepted)),
            Arisen::Open(published, _) => (published, None),
            Arisen::Off(_) => return Ok(()),
        };
        self.publish(published, stamp)?;
        self.change_need(published.id, at, |need| {
            need.approved_by = approved_by;
            need.standing = Some(new.standing);
        })?;
        match accepted {
            Some(accepted) => self.accept(accepted, stamp),
            None => Ok(()),
        }
    }

    fn known_standing(&self, id: StandingId) -> Folded<&StandingVisit> {
        match self.standing(id)? {
            Some(standing) => Ok(standing),
            None => Err(format!("there is no standing visit {id}").into()),
        }
    }

    fn change_standing(
        &mut self,
        id: StandingId,
        at: Sequence,
        change: impl FnOnce(&mut StandingVisit),
    ) -> Folded {
        let mut standing = self.known_standing(id)?.clone();
        change(&mut standing);
        standing.steps.push(at);
        self.put(Object::Standing(Box::new(standing)), at);
        Ok(())
    }
}
