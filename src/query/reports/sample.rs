//! Settled visits that are drawn to be checked.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{
    Scope, Within,
    people::People,
    report::{Column, Report, Value},
    visits::visits,
};
use crate::{
    exchange::{Order, OrderId},
    query::{ReadError, Reading},
};

/// How many are drawn at most.
pub const MAX_SAMPLE: usize = 1_000;

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
    let size = size.min(MAX_SAMPLE);
    let mut drawn = BTreeMap::<[u8; 32], Vec<Value>>::new();
    visits(reading, &within, &mut People::default(), &mut |visit| {
        let Some(order) = visit.order else {
            return Ok(());
        };
        let rank = rank(seed, order.id);
        let is_low = drawn.last_key_value().is_none_or(|(last, _)| rank < *last);
        if is_low || drawn.len() < size {
            let minutes = [visit.served_minutes, visit.credited_minutes];
            drawn.insert(rank, row(order, minutes));
        }
        if drawn.len() > size {
            drawn.pop_last();
        }
        Ok(())
    })?;
    Ok(Report {
        columns: COLUMNS.into(),
        rows: drawn.into_values().collect(),
        at: within.at,
    })
}

/// The SHA-256 of the seed, a line feed and the order's UUID as text.
fn rank(seed: &str, order: OrderId) -> [u8; 32] {
    Sha256::digest(format!("{seed}\n{order}")).into()
}

fn row(order: &Order, minutes: [i64; 2]) -> Vec<Value> {
    let point = order.point.as_ref().map(|point| point.as_str().to_owned());
    let mut row = vec![
        Value::text(order.id.to_string()),
        Value::text(order.on.to_string()),
        Value::text(order.centre.as_str()),
        Value::text(order.service.as_str()),
        Value::label(point),
        Value::text(order.provider.as_str()),
        Value::text(order.recipient.as_str()),
    ];
    row.extend(minutes.map(Value::Number));
    row
}
