//! How satisfied those were who were served.

use super::{
    Scope, Within,
    grouped::{By, Grouped},
    people::People,
    report::{Column, Report, Value},
    visits::{Visit, visits},
};
use crate::{
    exchange::order::Rating,
    query::{ReadError, Reading},
};

/// How many answers there have to be for figures of them.
const MIN_ANSWERS: i64 = 5;
const TOO_FEW: &str = "too few";
/// From how many stars on somebody is satisfied.
const SATISFIED: usize = 4;
const STARS: usize = 5;

const COLUMNS: [Column; 10] = [
    Column::count("orders"),
    Column::count("answers"),
    Column::percent("response_percent"),
    Column::hundredths("mean_stars"),
    Column::percent("satisfied_percent"),
    Column::count("stars_1"),
    Column::count("stars_2"),
    Column::count("stars_3"),
    Column::count("stars_4"),
    Column::count("stars_5"),
];

/// What recipients said of orders.
#[derive(Debug, Default)]
pub(super) struct Tally {
    orders: i64,
    /// Whether what is told of others would tell of too few.
    is_withheld: bool,
    /// How many gave one star, two, and so on.
    stars: [i64; STARS],
}

impl Tally {
    pub(super) fn add(&mut self, visit: &Visit<'_>) {
        let Some(order) = visit.order else { return };
        self.orders += 1;
        let said = order.by_recipient.as_ref().and_then(|said| said.rating);
        let stars = said.and_then(|rating| usize::try_from(Rating::get(rating)).ok());
        if let Some(given) = stars.and_then(|stars| self.stars.get_mut(stars.checked_sub(1)?)) {
            *given += 1;
        }
    }

    fn answers(&self) -> i64 {
        self.stars.iter().sum()
    }

    /// The mean of the stars, if there are enough.
    pub(super) fn mean(&self) -> Value {
        let stars = (1..).zip(self.stars);
        let sum: i64 = stars.map(|(stars, given)| stars * given).sum();
        self.told(Value::mean_hundredths(sum, self.answers()))
    }

    /// How many answered.
    pub(super) fn response(&self) -> Value {
        Value::percent(self.answers(), self.orders)
    }

    /// A figure of answers, if there are enough.
    fn told(&self, value: Value) -> Value {
        match self.answers() {
            0 => Value::None,
            answers if answers < MIN_ANSWERS || self.is_withheld => Value::text(TOO_FEW),
            _ => value,
        }
    }

    fn values(self) -> Vec<Value> {
        let satisfied: i64 = self.stars[SATISFIED - 1..].iter().sum();
        let mut values = vec![
            Value::Number(self.orders),
            Value::Number(self.answers()),
            self.response(),
            self.mean(),
            self.told(Value::percent(satisfied, self.answers())),
        ];
        values.extend(self.stars.map(|given| self.told(Value::Number(given))));
        values
    }
}

/// How satisfied those were who were served by orders of a scope, as they said when they
/// confirmed. Of fewer than five answers it is told only that they are too few.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn satisfaction(reading: &mut Reading<'_>, scope: &Scope, by: By) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let mut grouped = Grouped::<Tally>::default();
    visits(
        reading,
        &within,
        &mut People::default(),
        &mut |visit| match visit.order {
            Some(_) => grouped.add(visit.group(by), |tally| tally.add(visit)),
            None => Ok(()),
        },
    )?;
    let hidden = hidden(&grouped);
    grouped.all_mut().is_withheld = (1..MIN_ANSWERS).contains(&hidden);
    Ok(Report {
        columns: [by.column()].into_iter().chain(COLUMNS).collect(),
        rows: grouped.rows(Tally::values),
        at: within.at,
    })
}

/// How many answers are in groups of too few: what is told of all less what is told of the others
/// is told of these.
fn hidden(grouped: &Grouped<Tally>) -> i64 {
    let answers = grouped.tallies().map(Tally::answers);
    answers.filter(|answers| *answers < MIN_ANSWERS).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of all, where groups have so many answers of five stars.
    fn told_of_all(answers: &[i64]) -> Value {
        let mut grouped = Grouped::<Tally>::default();
        for (group, answers) in answers.iter().enumerate() {
            let add = |tally: &mut Tally| {
                tally.orders += 10;
                tally.stars[STARS - 1] += answers;
            };
            grouped.add(Some(group.to_string()), add).expect("few rows");
        }
        let hidden = hidden(&grouped);
        grouped.all_mut().is_withheld = (1..MIN_ANSWERS).contains(&hidden);
        grouped.all_mut().mean()
    }

    #[test]
    fn nothing_is_told_by_what_is_told_of_others() {
        let (told, too_few) = (Value::Number(500), Value::text(TOO_FEW));
        for (answers, of_all) in [
            (&[6, 7][..], &told),
            (&[6, 0], &told),
            (&[6, 1], &too_few),
            (&[6, 4], &too_few),
            (&[6, 3, 2], &told),
            (&[2, 2], &too_few),
            (&[3, 3], &told),
            (&[0, 0], &Value::None),
        ] {
            assert_eq!(told_of_all(answers), *of_all, "{answers:?}");
        }
    }
}
