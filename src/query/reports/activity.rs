//! Who took part, in what, and for how long.

use foldhash::HashMap;

use super::{
    Scope, Within,
    grouped::{Grouping, Table},
    people::{People, Person},
    report::{Column, Report, Value},
    visits::{Visit, visits},
};
use crate::{
    ledger::Sequence,
    query::{ReadError, Reading},
};

const COLUMNS: [Column; 8] = [
    Column::count("participants"),
    Column::count("providers"),
    Column::count("recipients"),
    Column::count("both"),
    Column::count("services"),
    Column::count("outside_orders"),
    Column::minutes("served_minutes"),
    Column::minutes("credited_minutes"),
];

/// What somebody did.
#[derive(Clone, Copy, Debug, Default)]
struct Roles {
    served: bool,
    was_served: bool,
}

#[derive(Debug, Default)]
struct Tally {
    roles: HashMap<Person, Roles>,
    services: usize,
    outside_orders: usize,
    served_minutes: i64,
    credited_minutes: i64,
    last: Option<Sequence>,
}

impl Tally {
    fn add(&mut self, visit: &Visit<'_>) {
        if let Some(provider) = visit.provider {
            self.roles.entry(provider).or_default().served = true;
        }
        if let Some(recipient) = visit.recipient {
            self.roles.entry(recipient).or_default().was_served = true;
        }
        if self.last.replace(visit.number) != Some(visit.number) {
            self.services += 1;
            self.outside_orders += usize::from(visit.is_entered);
        }
        self.served_minutes = self.served_minutes.saturating_add(visit.served_minutes);
        self.credited_minutes = self.credited_minutes.saturating_add(visit.credited_minutes);
    }

    fn values(self) -> Vec<Value> {
        let count = |is: fn(&Roles) -> bool| {
            let roles = self.roles.values().filter(|roles| is(roles));
            Value::count(roles.count())
        };
        vec![
            count(|_| true),
            count(|roles| roles.served),
            count(|roles| roles.was_served),
            count(|roles| roles.served && roles.was_served),
            Value::count(self.services),
            Value::count(self.outside_orders),
            Value::Number(self.served_minutes),
            Value::Number(self.credited_minutes),
        ]
    }
}

/// Services by group.
pub(super) struct Activity(Table<Tally>);

impl Activity {
    pub(super) fn by(by: Grouping) -> Self {
        Self(Table::by(by))
    }

    pub(super) fn add(&mut self, visit: &Visit<'_>) -> Result<(), ReadError> {
        self.0.add(|by| visit.group(by), |tally| tally.add(visit))
    }

    pub(super) fn report(self, at: Sequence) -> Report {
        self.0.report(&COLUMNS, Tally::values, at)
    }
}

/// Who took part in a scope: in each group, and in all of it, members count once.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn activity(
    reading: &mut Reading<'_>,
    scope: &Scope,
    by: Grouping,
) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let mut activity = Activity::by(by);
    let mut people = People::default();
    visits(reading, &within, &mut people, &mut |visit| {
        activity.add(visit)
    })?;
    Ok(activity.report(within.at))
}
