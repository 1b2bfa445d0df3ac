//! What evaluators were told of settled orders.

use std::ops::ControlFlow;

use super::{
    Scope, Within,
    grouped::{By, Grouping, Table},
    listing::each_of,
    ratings::{Ratings, withhold},
    report::{Column, Report, Value},
};
use crate::{
    exchange::{
        Branch, Day, List, Object,
        oversight::{Evaluation, Filed, Findings},
    },
    ledger::Sequence,
    query::{ReadError, Reading, exchange::misplaced},
};

const COLUMNS: [Column; 9] = [
    Column::count("evaluated"),
    Column::count("reached"),
    Column::count("denied"),
    Column::count("as_settled"),
    Column::count("otherwise"),
    Column::minutes("told_minutes"),
    Column::minutes("settled_minutes"),
    Column::hundredths("mean_quality"),
    Column::hundredths("mean_satisfaction"),
];

/// What evaluators were told.
#[derive(Debug, Default)]
pub(super) struct Tally {
    evaluated: i64,
    denied: i64,
    as_settled: i64,
    otherwise: i64,
    told_minutes: i64,
    settled_minutes: i64,
    quality: Ratings,
    satisfaction: Ratings,
}

impl Tally {
    pub(super) fn add(&mut self, filed: &Filed) {
        self.evaluated += 1;
        match filed.findings {
            Findings::NotReached => {}
            Findings::Denied => self.denied += 1,
            Findings::Told(told) => {
                *match told.served == filed.settled {
                    true => &mut self.as_settled,
                    false => &mut self.otherwise,
                } += 1;
                let (told_minutes, settled_minutes) = (told.served.get(), filed.settled.get());
                self.told_minutes = self.told_minutes.saturating_add(told_minutes);
                self.settled_minutes = self.settled_minutes.saturating_add(settled_minutes);
                self.quality.add(told.quality);
                self.satisfaction.add(told.satisfaction);
            }
        }
    }

    fn reached(&self) -> i64 {
        self.denied + self.as_settled + self.otherwise
    }

    pub(super) fn evaluated(&self) -> i64 {
        self.evaluated
    }

    /// Of whom it was told that they were served, as long as it was settled, of those reached.
    pub(super) fn confirmed(&self) -> Value {
        Value::percent(self.as_settled, self.reached())
    }

    pub(super) fn quality(&self) -> Value {
        self.quality.mean()
    }

    pub(super) fn satisfaction(&self) -> Value {
        self.satisfaction.mean()
    }

    fn values(self) -> Vec<Value> {
        vec![
            Value::Number(self.evaluated),
            Value::Number(self.reached()),
            Value::Number(self.denied),
            Value::Number(self.as_settled),
            Value::Number(self.otherwise),
            Value::Number(self.told_minutes),
            Value::Number(self.settled_minutes),
            self.quality(),
            self.satisfaction(),
        ]
    }
}

/// What evaluators were told, by group.
pub(super) struct Evaluations(Table<Tally>);

impl Evaluations {
    pub(super) fn by(by: Grouping) -> Self {
        Self(Table::by(by))
    }

    /// Adds what was filed last of an order.
    pub(super) fn add(&mut self, evaluation: &Evaluation, last: &Filed) -> Result<(), ReadError> {
        self.0
            .add(|by| group(evaluation, by), |tally| tally.add(last))
    }

    pub(super) fn report(mut self, at: Sequence) -> Report {
        withhold(&mut self.0.grouped, |tally| &mut tally.quality);
        withhold(&mut self.0.grouped, |tally| &mut tally.satisfaction);
        self.0.report(&COLUMNS, Tally::values, at)
    }
}

/// What evaluators were told of orders of a scope, each by what was filed last. Of fewer than five
/// answers it is told only that they are too few.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn evaluations(
    reading: &mut Reading<'_>,
    scope: &Scope,
    by: Grouping,
) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let mut evaluations = Evaluations::by(by);
    filed(reading, &within, &mut |evaluation, last| {
        evaluations.add(evaluation, last)
    })?;
    Ok(evaluations.report(within.at))
}

fn group(evaluation: &Evaluation, by: By) -> Option<String> {
    match by {
        By::Branch => Some(evaluation.centre.as_str().into()),
        By::Service => Some(evaluation.service.as_str().into()),
        By::Block => evaluation.block.as_ref().map(|block| block.as_str().into()),
        By::Point => evaluation.point.as_ref().map(|point| point.as_str().into()),
        By::Month => Some(evaluation.on.month()),
    }
}

/// The evaluations of orders of the scope's days, each with what was filed last by its position.
pub(super) fn filed(
    reading: &mut Reading<'_>,
    within: &Within,
    see: &mut impl FnMut(&Evaluation, &Filed) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    for centre in &within.centres {
        filed_in(reading, within, centre, see)?;
    }
    Ok(())
}

fn filed_in(
    reading: &mut Reading<'_>,
    within: &Within,
    centre: &Branch,
    see: &mut impl FnMut(&Evaluation, &Filed) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let since = within.scope.since.unwrap_or(Day::FIRST);
    let list = List::EvaluationsFrom(centre.clone(), since);
    each_of(reading, list, &mut |_, object| {
        let Object::Evaluation(evaluation) = object else {
            return Err(misplaced(&object).into());
        };
        if within
            .scope
            .until
            .is_some_and(|until| until < evaluation.on)
        {
            return Ok(ControlFlow::Break(()));
        }
        let mut filed = evaluation.filed.iter().rev();
        let last = filed.find(|one| one.recorded <= within.at);
        if let Some(last) = last.filter(|_| within.has_member(evaluation.recipient.as_str())) {
            see(&evaluation, last)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}
