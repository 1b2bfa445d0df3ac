//! Who took part, in what, and for how long.

use foldhash::HashMap;

use super::{
    Scope, Within,
    grouped::{Grouped, Grouping},
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
    let mut grouped = Grouped::<Tally>::default();
    let mut people = People::default();
    visits(reading, &within, &mut people, &mut |visit| {
        grouped.add(by.group(|by| visit.group(by)), |tally| tally.add(visit))
    })?;
    let columns = by.columns(&COLUMNS);
    Ok(Report {
        rows: grouped.rows(&columns, Tally::values),
        columns,
        at: within.at,
    })
}
