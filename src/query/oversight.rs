//! Evaluations of orders, and who was shown personal fields.

use super::{ReadError, Reading, StepTaken, centre, exchange::misplaced, member, steps_taken};
use crate::exchange::{
    Branch, Day, List, Look, LookId, MemberId, Object, ObjectId, OrderId, OversightRejection,
    Rejection, oversight::Evaluation,
};

/// The evaluation of an order.
///
/// # Errors
/// [`OversightRejection::EvaluationUnknown`], or where the store fails.
pub fn evaluation(reading: &mut Reading<'_>, order: OrderId) -> Result<Evaluation, ReadError> {
    match reading.snapshot.object(&ObjectId::Evaluation(order))? {
        Some(Object::Evaluation(evaluation)) => Ok(*evaluation),
        _ => Err(Rejection::from(OversightRejection::EvaluationUnknown { order }).into()),
    }
}

/// The evaluations of a centre's orders from a service date on, in the order of these, from after
/// one of that date on.
///
/// # Errors
/// [`Rejection::CentreUnknown`], or where the store fails.
pub fn evaluations_of(
    reading: &mut Reading<'_>,
    prefix: &Branch,
    (since, after): (Day, Option<OrderId>),
    limit: usize,
) -> Result<Vec<Evaluation>, ReadError> {
    centre(reading, prefix)?;
    let list = List::EvaluationsFrom(prefix.clone(), since);
    let after = after.map(ObjectId::Evaluation);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let evaluations = found.into_iter().map(|object| match object {
        Object::Evaluation(evaluation) => Ok(*evaluation),
        other => Err(misplaced(&other).into()),
    });
    evaluations.collect()
}

/// A look, and how it was recorded.
#[derive(Clone, Debug)]
pub struct LookView {
    pub look: Look,
    pub step: StepTaken,
}

/// Which looks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Looks {
    /// At personal fields of a member.
    At(MemberId),
    /// At those of a centre's members, from a day of UTC on.
    From(Branch, Day),
}

/// Looks, from after one on: of a centre from after one of the day that is named.
///
/// # Errors
/// [`Rejection::MemberUnknown`], [`Rejection::CentreUnknown`], or where the store fails.
pub fn looks(
    reading: &mut Reading<'_>,
    which: &Looks,
    after: Option<LookId>,
    limit: usize,
) -> Result<Vec<LookView>, ReadError> {
    let list = match which {
        Looks::At(id) => List::LooksAt(member(reading, id)?.member.id),
        Looks::From(prefix, since) => {
            centre(reading, prefix)?;
            List::LooksFrom(prefix.clone(), *since)
        }
    };
    let after = after.map(ObjectId::Look);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let looks = found.into_iter().map(|object| match object {
        Object::Look(look) => Ok(*look),
        other => Err(misplaced(&other)),
    });
    let looks = looks.collect::<Result<Vec<_>, _>>()?;
    let records: Vec<_> = looks.iter().map(|look| look.recorded).collect();
    let steps = steps_taken(reading, &records)?;
    let told = looks.into_iter().zip(steps);
    Ok(told.map(|(look, step)| LookView { look, step }).collect())
}
