//! Trainings.

use super::{ReadError, Reading, centre, exchange::misplaced, member};
use crate::exchange::{
    Branch, Code, Day, List, MemberId, Object, ObjectId, Rejection, TrainingRejection,
    training::{Training, TrainingId},
};

/// Of whom trainings are listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TrainingsOf {
    Member(MemberId),
    /// Where they were recorded.
    Centre(Branch),
}

/// Which trainings are listed, by their days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trainings {
    pub of: TrainingsOf,
    /// Of this code alone.
    pub code: Option<Code>,
    /// From this day on.
    pub since: Option<Day>,
    /// Up to this day.
    pub until: Option<Day>,
}

impl Trainings {
    /// The list, from a day on.
    fn list(&self, day: Day) -> List {
        let code = self.code.clone();
        match &self.of {
            TrainingsOf::Member(member) => List::TrainingsOf(member.clone(), code, day),
            TrainingsOf::Centre(centre) => List::TrainingsIn(centre.clone(), code, day),
        }
    }
}

/// A training.
///
/// # Errors
/// [`TrainingRejection::TrainingUnknown`], or where the store fails.
pub fn training(reading: &mut Reading<'_>, id: TrainingId) -> Result<Training, ReadError> {
    match reading.snapshot.object(&ObjectId::Training(id))? {
        Some(Object::Training(training)) => Ok(*training),
        _ => Err(Rejection::from(TrainingRejection::TrainingUnknown { training: id }).into()),
    }
}

/// Trainings as they stand. None where there is none of an id.
///
/// # Errors
/// Where the store fails.
pub fn trainings_by_id(
    reading: &mut Reading<'_>,
    ids: &[TrainingId],
) -> Result<Vec<Option<Training>>, ReadError> {
    let ids: Vec<_> = ids.iter().map(|id| ObjectId::Training(*id)).collect();
    let found = reading.snapshot.objects(&ids)?.into_iter();
    let trainings = found.map(|found| match found {
        Some((Object::Training(training), _)) => Some(*training),
        _ => None,
    });
    Ok(trainings.collect())
}

/// Trainings by their days, also those that were annulled, from after one on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], [`Rejection::MemberUnknown`],
/// [`TrainingRejection::TrainingUnknown`], or where the store fails.
pub fn trainings(
    reading: &mut Reading<'_>,
    asked: &Trainings,
    after: Option<TrainingId>,
    limit: usize,
) -> Result<Vec<Training>, ReadError> {
    match &asked.of {
        TrainingsOf::Member(id) => drop(member(reading, id)?),
        TrainingsOf::Centre(prefix) => drop(centre(reading, prefix)?),
    }
    // The key has the day of the training that it comes after.
    let after = after.map(|id| training(reading, id)).transpose()?;
    let day = after.as_ref().map(|after| after.attendance.on);
    let list = asked.list(day.or(asked.since).unwrap_or(Day::FIRST));
    let after = after.map(|after| ObjectId::Training(after.id));
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let mut trainings = Vec::with_capacity(found.len());
    for object in found {
        match object {
            Object::Training(one) if asked.until.is_some_and(|until| one.attendance.on > until) => {
                break;
            }
            Object::Training(one) => trainings.push(*one),
            other => return Err(misplaced(&other).into()),
        }
    }
    Ok(trainings)
}
