//! Evaluations of orders, and who was shown personal fields.

use super::{ReadError, Reading, StepTaken, centre, exchange::misplaced, member, steps_taken};
use crate::{
    exchange::{
        Branch, Day, Fact, List, Look, LookId, MemberId, Object, ObjectId, OrderId, OversightFact,
        OversightRejection, Rejection, StaffNumber,
        oversight::{DrawSample, Drawn, Evaluation},
    },
    ledger::Sequence,
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

/// The orders that were drawn for an evaluator, from after one on, each with whether it was
/// evaluated.
///
/// # Errors
/// Where the store fails.
pub fn drawn_for(
    reading: &mut Reading<'_>,
    evaluator: &StaffNumber,
    after: Option<OrderId>,
    limit: usize,
) -> Result<Vec<(Drawn, bool)>, ReadError> {
    let list = List::DrawnFor(evaluator.clone());
    let after = after.map(ObjectId::Drawn);
    let found = reading.snapshot.listed(&list, after.as_ref(), limit)?;
    let drawn = found.into_iter().map(|object| match object {
        Object::Drawn(drawn) => Ok(*drawn),
        other => Err(misplaced(&other)),
    });
    let drawn = drawn.collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<_> = drawn
        .iter()
        .map(|one| ObjectId::Evaluation(one.order))
        .collect();
    let evaluated = reading.snapshot.objects(&ids)?;
    let evaluated = evaluated.iter().map(Option::is_some);
    Ok(drawn.into_iter().zip(evaluated).collect())
}

/// The sample that a record drew.
///
/// # Errors
/// Where the store fails.
pub fn sample_drawn(reading: &mut Reading<'_>, at: Sequence) -> Result<DrawSample, ReadError> {
    let records = reading.snapshot.records_at(&[at])?;
    let fact = records
        .first()
        .and_then(|record| record.step.exchange_fact());
    match fact {
        Some(Fact::Oversight(fact)) => match &**fact {
            OversightFact::Drawn { draw, .. } => Ok(draw.clone()),
            OversightFact::Filed { .. } | OversightFact::Shown { .. } => Err(ReadError::Fault),
        },
        _ => Err(ReadError::Fault),
    }
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
