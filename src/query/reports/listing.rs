//! Lists, read to their end: the objects, or what their lines have of them.

use std::ops::ControlFlow;

use serde::Deserialize;

use super::AT_ONCE;
use crate::{
    exchange::{List, Object, ObjectId},
    ledger::BookingId,
    query::{ReadError, Reading},
    store::StoreError,
};

/// Whether there is more to see.
pub(super) type Seen = Result<ControlFlow<()>, ReadError>;

/// Sees the objects of a list one after another, to its end or until no more is wanted.
pub(super) fn each_of(
    reading: &mut Reading<'_>,
    mut list: List,
    see: &mut impl FnMut(&mut Reading<'_>, Object) -> Seen,
) -> Result<(), ReadError> {
    let mut after = None;
    loop {
        reading.scan.check_caller()?;
        let listed = reading.snapshot.listed(&list, after.as_ref(), AT_ONCE)?;
        let is_last = listed.len() < AT_ONCE;
        if let Some(last) = listed.last() {
            (list, after) = (list.going_on_from(last), Some(last.id()));
        }
        for object in listed {
            if see(reading, object)?.is_break() {
                return Ok(());
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// The same of the lines of a list, each with the id of its object.
pub(super) fn each_line(
    reading: &mut Reading<'_>,
    list: &List,
    see: &mut impl FnMut(&mut Reading<'_>, &str, &[u8]) -> Seen,
) -> Result<(), ReadError> {
    let mut after = list.start();
    loop {
        reading.scan.check_caller()?;
        let found = reading.snapshot.lines(list, &after, AT_ONCE)?;
        for (id, line) in found.each() {
            if see(reading, id, line)?.is_break() {
                return Ok(());
            }
        }
        match found.more_after {
            Some(key) => after = key,
            None => return Ok(()),
        }
    }
}

/// Reads the line of an object.
pub(super) fn read_line<'a, T: Deserialize<'a>>(id: &str, line: &'a [u8]) -> Result<T, StoreError> {
    let read = postcard::from_bytes(line);
    read.map_err(|error| StoreError::Corrupt(format!("the line of {id}: {error}")))
}

/// The UUID in an object's id, such as `need/01a2...`.
pub(super) fn uuid_in(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, uuid)| uuid)
}

/// The object of a line.
pub(super) fn object_of(
    reading: &mut Reading<'_>,
    id: &str,
    kind: fn(BookingId) -> ObjectId,
) -> Result<Object, ReadError> {
    let uuid = BookingId::parse("id", uuid_in(id));
    let uuid = uuid.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let found = reading.snapshot.object(&kind(uuid))?;
    found.ok_or_else(|| StoreError::Corrupt(format!("{id} is missing")).into())
}
