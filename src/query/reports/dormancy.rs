//! Who still takes part: members by their last service, and by the month in which they came.

use super::{
    Scope, Within,
    accounts::opened,
    grouped::Grouped,
    people::{EachPerson, People},
    report::{Column, Report, Value},
    visits::visits,
};
use crate::{
    exchange::Day,
    ledger::{AccountKind, UnitId},
    query::{ReadError, Reading},
};

const COLUMNS: [Column; 9] = [
    Column::text("joined"),
    Column::count("members"),
    Column::count("gone"),
    Column::count("active_30_days"),
    Column::count("active_90_days"),
    Column::count("active_365_days"),
    Column::count("active_before"),
    Column::count("never_active"),
    Column::percent("active_90_days_percent"),
];

/// When somebody came, and took part last.
#[derive(Clone, Copy, Debug)]
struct Presence {
    joined_on: Day,
    last_on: Option<Day>,
    is_gone: bool,
}

#[derive(Debug, Default)]
struct Tally {
    members: i64,
    gone: i64,
    /// Of those who are not gone: in 30 days, in 31 to 90, in 91 to 365, and before.
    active: [i64; 4],
    never: i64,
}

impl Tally {
    fn add(&mut self, presence: &Presence, today: Day) {
        self.members += 1;
        if presence.is_gone {
            self.gone += 1;
            return;
        }
        match presence.last_on.map(|last| last.days_until(today)) {
            None => self.never += 1,
            Some(..30) => self.active[0] += 1,
            Some(30..90) => self.active[1] += 1,
            Some(90..365) => self.active[2] += 1,
            Some(365..) => self.active[3] += 1,
        }
    }

    fn values(self) -> Vec<Value> {
        let [days_30, days_90, days_365, before] = self.active;
        let in_90 = days_30 + days_90;
        vec![
            Value::Number(self.members),
            Value::Number(self.gone),
            Value::Number(days_30),
            Value::Number(in_90),
            Value::Number(in_90 + days_365),
            Value::Number(before),
            Value::Number(self.never),
            Value::percent(in_90, self.members - self.gone),
        ]
    }
}

/// The members of a scope by the month in which they joined: when their first account was
/// opened, or their first service if that was earlier. Activity is counted back from the scope's
/// last day, or from that of its position.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn dormancy(reading: &mut Reading<'_>, scope: &Scope) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let today = within.last_day(reading)?;
    let mut people = People::with_holders(reading)?;
    let mut present = present(reading, &within, &mut people, today)?;
    // Services anywhere are theirs.
    let everywhere = Scope {
        branch: None,
        since: None,
        until: Some(today),
        at: Some(within.at),
    };
    let everywhere = Within::of(reading, &everywhere)?;
    visits(reading, &everywhere, &mut people, &mut |visit| {
        for person in [visit.provider, visit.recipient].into_iter().flatten() {
            if let Some(presence) = present.get_mut(person) {
                presence.joined_on = presence.joined_on.min(visit.on);
                presence.last_on = presence.last_on.max(Some(visit.on));
            }
        }
        Ok(())
    })?;
    let mut grouped = Grouped::<Tally>::default();
    for presence in present.values().filter(|one| one.joined_on <= today) {
        grouped.add(vec![Some(presence.joined_on.month())], |tally| {
            tally.add(presence, today);
        })?;
    }
    Ok(Report {
        columns: COLUMNS.into(),
        rows: grouped.rows(&COLUMNS, Tally::values),
        at: within.at,
    })
}

/// The members whose accounts are of a scope and were there by its last day.
fn present(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    today: Day,
) -> Result<EachPerson<Presence>, ReadError> {
    let mut present = EachPerson::default();
    opened(reading, within, &mut |reading, row| {
        let account = &row.account;
        if account.kind != AccountKind::Member || account.unit != UnitId::time() {
            return Ok(());
        }
        let joined_on = Day::of(account.opened.recorded_at, within.zone);
        let closed = account.closed.as_ref();
        let closed = closed.filter(|closed| closed.sequence <= within.at);
        let is_gone =
            closed.is_some_and(|closed| Day::of(closed.recorded_at, within.zone) <= today);
        let Some(person) = people.holder(reading, account)? else {
            return Ok(());
        };
        let first = Presence {
            joined_on,
            last_on: None,
            is_gone,
        };
        let presence = present.or_insert(person, first);
        presence.joined_on = presence.joined_on.min(joined_on);
        presence.is_gone &= is_gone;
        Ok(())
    })?;
    Ok(present)
}
