//! Lists, read to their end.

use std::ops::ControlFlow;

use super::AT_ONCE;
use crate::{
    exchange::{List, Object},
    query::{ReadError, Reading},
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
