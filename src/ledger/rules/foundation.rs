//! Founding a ledger.

use super::{Decision, Ruling};
use crate::ledger::{Book, Fact, Foundation, Founded, Rejection, Stamp, TimeZone};

pub(super) fn found(book: &Book, foundation: &Foundation) -> Ruling {
    match book.founded() {
        None => Ok(Decision::append(Fact::LedgerFounded(*foundation))),
        Some(founded) if founded.foundation == *foundation => Ok(stands(book, founded)),
        Some(founded) => {
            let id = founded.foundation.id;
            Err(Rejection::LedgerFounded { id }.into())
        }
    }
}

/// A ledger without a foundation takes nothing else.
pub(super) fn founded(book: &Book) -> Result<&Founded, Rejection> {
    book.founded().ok_or(Rejection::LedgerNotFounded)
}

/// The days of what was recorded must not change.
pub(super) fn set_time_zone(book: &Book, zone: TimeZone) -> Ruling {
    let founded = founded(book)?;
    let time_zone = founded.foundation.time_zone;
    if time_zone == zone {
        return Ok(stands(book, founded));
    }
    if book.last().sequence > founded.since {
        let wanted = zone;
        return Err(Rejection::TimeZoneFixed { time_zone, wanted }.into());
    }
    Ok(Decision::append(Fact::TimeZoneSet(zone)))
}

fn stands(book: &Book, founded: &Founded) -> Decision {
    Decision::Stands(Stamp {
        sequence: founded.since,
        ..book.last()
    })
}
