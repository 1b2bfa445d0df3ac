//! Who may: what a policy asks of a member on a day.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Minutes, Months, Years};
use crate::exchange::{Attested, Day, MemberDetails, PersonalFields};

/// What somebody must be; all of it. Nothing asked for is anyone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Condition {
    /// In whole years on the day.
    pub min_age: Option<Years>,
    pub max_age: Option<Years>,
    pub disability: bool,
    pub hardship: bool,
    /// Whether a guardian answers for them.
    pub guardian: bool,
}

/// Who: whoever meets one of these conditions; anyone, where there is none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Who(pub Vec<Condition>);

/// How long somebody waits before they redeem; all of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Waiting {
    /// So much earned by serving.
    pub earned: Option<Minutes>,
    pub member_for_months: Option<Months>,
}

/// A member, as far as eligibility asks, on a day.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    pub details: &'a MemberDetails,
    pub fields: &'a PersonalFields,
    /// The day in question, such as a service's first.
    pub day: Day,
}

impl Person<'_> {
    /// The age in whole years. None where no birth date is known.
    fn age(&self) -> Option<u32> {
        self.fields
            .born_on
            .map(|born_on| born_on.years_until(self.day))
    }
}

impl Condition {
    /// Whether somebody meets it. Who has told no birth date meets no age.
    fn is_met(&self, by: Person<'_>) -> bool {
        let is_old_enough = |min: Years| by.age().is_some_and(|age| age >= min.get());
        let is_young_enough = |max: Years| by.age().is_some_and(|age| age <= max.get());
        let since =
            |attested: &Option<Attested>| attested.as_ref().is_some_and(|one| one.since <= by.day);
        self.min_age.is_none_or(is_old_enough)
            && self.max_age.is_none_or(is_young_enough)
            && (!self.disability || since(&by.fields.disability))
            && (!self.hardship || since(&by.fields.hardship))
            && (!self.guardian || by.details.guardian_id.is_some())
    }

    /// The same without a guardian's being asked for.
    fn without_guardian(&self) -> Self {
        Self {
            guardian: false,
            ..self.clone()
        }
    }
}

impl Who {
    /// The number of the first condition that somebody meets, from 0; 0 where anyone
    /// may. None where they meet none.
    pub fn admits(&self, person: Person<'_>) -> Option<u32> {
        if self.0.is_empty() {
            return Some(0);
        }
        let met = self.0.iter().position(|one| one.is_met(person))?;
        u32::try_from(met).ok()
    }

    /// Whether a guardian is all that somebody lacks.
    pub fn lacks_guardian(&self, person: Person<'_>) -> bool {
        let with_guardian = self.0.iter().filter(|one| one.guardian);
        let mut with_guardian = with_guardian.map(Condition::without_guardian);
        self.admits(person).is_none() && with_guardian.any(|one| one.is_met(person))
    }
}

impl Waiting {
    /// Whether somebody has waited so long who became a member on a day.
    pub fn is_over(&self, earned: Minutes, joined_on: Day, day: Day) -> bool {
        let is_earned = |asked: Minutes| earned >= asked;
        let is_past = |months: Months| joined_on.months_until(day) >= months.get();
        self.earned.is_none_or(is_earned) && self.member_for_months.is_none_or(is_past)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min_age, self.max_age) {
            (None, None) => f.write_str("anyone")?,
            (Some(min), None) => write!(f, "{min} or older")?,
            (None, Some(max)) => write!(f, "{max} or younger")?,
            (Some(min), Some(max)) => write!(f, "{min} to {max}")?,
        }
        let asked = [
            (self.disability, "a disability"),
            (self.hardship, "hardship"),
            (self.guardian, "a guardian"),
        ];
        let asked = asked.into_iter().filter(|(is_asked, _)| *is_asked);
        for (index, (_, what)) in asked.enumerate() {
            let word = if index == 0 { "with" } else { "and" };
            write!(f, " {word} {what}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions: Vec<_> = self.0.iter().map(Condition::to_string).collect();
        match conditions.is_empty() {
            true => f.write_str("anyone"),
            false => f.write_str(&conditions.join(", or ")),
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let earned = self.earned.map(|earned| format!("{earned} earned"));
        let months = self.member_for_months;
        let months = months.map(|months| format!("{months} months a member"));
        let asked: Vec<_> = [earned, months].into_iter().flatten().collect();
        f.write_str(&asked.join(" and "))
    }
}

impl Serialize for Who {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Waiting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
