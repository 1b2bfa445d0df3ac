//! What facts about trainings make of the objects.

use super::{
    Training, TrainingAnnulled, TrainingDay, TrainingDayId, TrainingFact, TrainingId,
    TrainingRecorded,
};
use crate::{
    exchange::{NotLoaded, Object, ObjectId, Objects, wants::Folded},
    ledger::Sequence,
};

impl Objects {
    /// A training.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn training(&self, id: TrainingId) -> Result<Option<&Training>, NotLoaded> {
        match self.object(&ObjectId::Training(id))? {
            Some(Object::Training(training)) => Ok(Some(training)),
            _ => Ok(None),
        }
    }

    /// The training recorded last of a member, a code and a day.
    ///
    /// # Errors
    /// [`NotLoaded`] where there may be one.
    pub fn training_on(&self, id: &TrainingDayId) -> Result<Option<TrainingId>, NotLoaded> {
        match self.object(&ObjectId::TrainingDay(Box::new(id.clone())))? {
            Some(Object::TrainingDay(day)) => Ok(Some(day.training)),
            _ => Ok(None),
        }
    }

    pub(in crate::exchange) fn fold_training(
        &mut self,
        fact: &TrainingFact,
        at: Sequence,
    ) -> Folded {
        match fact {
            TrainingFact::Recorded(new) => self.record_training(new, at),
            TrainingFact::Annulled(new) => self.annul_training(new, at),
        }
    }

    fn record_training(&mut self, new: &TrainingRecorded, at: Sequence) -> Folded {
        let training = Training {
            id: new.record.id,
            attendance: new.record.attendance.clone(),
            centre: new.centre.clone(),
            policy: new.policy,
            withheld: new.withheld,
            qualification: new.qualification.clone(),
            points: new.points.clone(),
            recorded_by: new.by.clone(),
            recorded: at,
            annulled: None,
        };
        let day = TrainingDay {
            id: training.day_id(),
            training: training.id,
        };
        self.training_on(&day.id)?;
        self.put(Object::TrainingDay(Box::new(day)), at);
        let member = training.attendance.member.clone();
        self.create(Object::Training(Box::new(training)), at)?;
        if let Some(qualification) = &new.qualification {
            self.change_member(&member, at, |member| member.qualify(qualification.clone()))?;
        }
        match &new.points {
            Some(points) => self.hold_account(&member, &points.account, at),
            None => Ok(()),
        }
    }

    fn annul_training(&mut self, new: &TrainingAnnulled, at: Sequence) -> Folded {
        let id = new.annul.training;
        let Some(training) = self.training(id)? else {
            return Err(format!("there is no training {id}").into());
        };
        let mut training = training.clone();
        training.annulled = Some(at);
        if let Some(made) = training.qualification.clone().filter(|_| new.withdrawn) {
            self.change_member(&training.attendance.member, at, |member| {
                member.qualifications.retain(|held| *held != made);
            })?;
        }
        self.put(Object::Training(Box::new(training)), at);
        Ok(())
    }
}
