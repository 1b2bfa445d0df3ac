//! Settled visits that are drawn to be checked.

use std::collections::BTreeMap;

use foldhash::HashMap;
use sha2::{Digest, Sha256};

use super::{
    Scope, Within,
    people::{People, Person},
    report::{Column, Report, Value},
    visits::{Visit, visits},
};
use crate::{
    exchange::{Day, OrderId, oversight::MAX_SAMPLE},
    ledger::{BookingId, Sequence},
    query::{ReadError, Reading},
};

const COLUMNS: [Column; 9] = [
    Column::text("order_id"),
    Column::text("on"),
    Column::text("centre"),
    Column::text("service"),
    Column::text("point"),
    Column::text("provider_id"),
    Column::text("recipient_id"),
    Column::minutes("served_minutes"),
    Column::minutes("credited_minutes"),
];

/// An order that was drawn, so far.
struct Drawn {
    order_id: String,
    on: Day,
    centre: String,
    service: String,
    point: Option<String>,
    sides: [Option<Person>; 2],
    minutes: [i64; 2],
}

impl Drawn {
    fn of(order_id: &str, visit: &Visit<'_>) -> Self {
        Self {
            order_id: order_id.into(),
            on: visit.on,
            centre: visit.place.into(),
            service: visit.service.into(),
            point: visit.point.map(Into::into),
            sides: [visit.provider, visit.recipient],
            minutes: [visit.served_minutes, visit.credited_minutes],
        }
    }

    fn values(self, names: &HashMap<Person, &str>) -> Vec<Value> {
        let mut values = vec![
            Value::text(self.order_id),
            Value::text(self.on.to_string()),
            Value::text(self.centre),
            Value::text(self.service),
            Value::label(self.point),
        ];
        let name = |side: Option<Person>| side.and_then(|side| names.get(&side).copied());
        values.extend(
            self.sides
                .map(|side| Value::label(name(side).map(Into::into))),
        );
        values.extend(self.minutes.map(Value::Number));
        values
    }
}

/// Draws so many of the orders by which somebody was served: those whose hash with the seed is
/// lowest. So nobody can know beforehand which these are, and anybody can draw them again.
///
/// # Errors
/// [`ReportError`](super::ReportError), where the caller has left, or the store fails.
pub fn sample(
    reading: &mut Reading<'_>,
    scope: &Scope,
    seed: &str,
    size: usize,
) -> Result<Report, ReadError> {
    let within = Within::of(reading, scope)?;
    let mut people = People::default();
    let drawn = draw(reading, &within, &mut people, seed, size)?;
    let names = people.names();
    let rows = drawn.into_iter().map(|one| one.values(&names));
    Ok(Report {
        columns: COLUMNS.into(),
        rows: rows.collect(),
        at: within.at,
    })
}

/// The orders of the same sample, and the position at which they are drawn.
///
/// # Errors
/// As [`sample`].
pub fn sampled(
    reading: &mut Reading<'_>,
    scope: &Scope,
    seed: &str,
    size: usize,
) -> Result<(Vec<OrderId>, Sequence), ReadError> {
    let within = Within::of(reading, scope)?;
    let drawn = draw(reading, &within, &mut People::default(), seed, size)?;
    let ids = drawn
        .iter()
        .map(|one| BookingId::parse("order_id", &one.order_id));
    let ids = ids.map(|id| id.map(OrderId).map_err(|_| ReadError::Fault));
    Ok((ids.collect::<Result<_, _>>()?, within.at))
}

fn draw(
    reading: &mut Reading<'_>,
    within: &Within,
    people: &mut People,
    seed: &str,
    size: usize,
) -> Result<Vec<Drawn>, ReadError> {
    let size = size.min(MAX_SAMPLE);
    let mut drawn = BTreeMap::<[u8; 32], Drawn>::new();
    visits(reading, within, people, &mut |visit| {
        let Some(order_id) = visit.order_id else {
            return Ok(());
        };
        let rank = rank(seed, order_id);
        let is_low = drawn.last_key_value().is_none_or(|(last, _)| rank < *last);
        if is_low || drawn.len() < size {
            drawn.insert(rank, Drawn::of(order_id, visit));
        }
        if drawn.len() > size {
            drawn.pop_last();
        }
        Ok(())
    })?;
    Ok(drawn.into_values().collect())
}

/// The SHA-256 of the seed, a line feed and the order's UUID as text.
fn rank(seed: &str, order_id: &str) -> [u8; 32] {
    Sha256::digest(format!("{seed}\n{order_id}")).into()
}
