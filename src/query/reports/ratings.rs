//! Answers of one to five stars, and of how many of them figures are told.

use super::{grouped::Grouped, report::Value};
use crate::exchange::order::Rating;

/// How many answers there have to be for figures of them.
pub(super) const MIN_ANSWERS: i64 = 5;
const TOO_FEW: &str = "too few";
/// From how many stars on somebody is satisfied.
const SATISFIED: usize = 4;
const STARS: usize = 5;

/// Answers. Of fewer than five it is told only that they are too few.
#[derive(Debug, Default)]
pub(super) struct Ratings {
    /// How many gave one star, two, and so on.
    stars: [i64; STARS],
    /// Whether what is told of others would tell of too few.
    is_withheld: bool,
}

impl Ratings {
    pub(super) fn add(&mut self, rating: Option<Rating>) {
        let stars = rating.and_then(|rating| usize::try_from(Rating::get(rating)).ok());
        if let Some(given) = stars.and_then(|stars| self.stars.get_mut(stars.checked_sub(1)?)) {
            *given += 1;
        }
    }

    pub(super) fn answers(&self) -> i64 {
        self.stars.iter().sum()
    }

    /// The mean of the stars, if there are enough.
    pub(super) fn mean(&self) -> Value {
        let stars = (1..).zip(self.stars);
        let sum: i64 = stars.map(|(stars, given)| stars * given).sum();
        self.told(Value::mean_hundredths(sum, self.answers()))
    }

    /// How many of them gave four or five, if there are enough.
    pub(super) fn satisfied(&self) -> Value {
        let satisfied: i64 = self.stars[SATISFIED - 1..].iter().sum();
        self.told(Value::percent(satisfied, self.answers()))
    }

    /// How many gave one star, two, and so on, if there are enough.
    pub(super) fn each(&self) -> impl Iterator<Item = Value> {
        self.stars
            .map(|given| self.told(Value::Number(given)))
            .into_iter()
    }

    /// A figure of answers, if there are enough.
    fn told(&self, value: Value) -> Value {
        match self.answers() {
            0 => Value::None,
            answers if answers < MIN_ANSWERS || self.is_withheld => Value::text(TOO_FEW),
            _ => value,
        }
    }
}

/// Keeps figures of all to itself where these, less what is told of the groups, would tell of
/// too few.
pub(super) fn withhold<T: Default>(grouped: &mut Grouped<T>, of: impl Fn(&mut T) -> &mut Ratings) {
    let answers = grouped.tallies_mut().map(|tally| of(tally).answers());
    let hidden: i64 = answers.filter(|answers| *answers < MIN_ANSWERS).sum();
    of(grouped.all_mut()).is_withheld = (1..MIN_ANSWERS).contains(&hidden);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of all, where groups have so many answers of five stars.
    fn told_of_all(answers: &[i64]) -> Value {
        let mut grouped = Grouped::<Ratings>::default();
        for (group, answers) in answers.iter().enumerate() {
            let add = |ratings: &mut Ratings| ratings.stars[STARS - 1] += answers;
            grouped
                .add(vec![Some(group.to_string())], add)
                .expect("few rows");
        }
        withhold(&mut grouped, |ratings| ratings);
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
