//! Having a recorded command decided again.

use rusqlite::Connection;

use super::{Result, tables::Tables, wrong};
use crate::{
    journal,
    ledger::{
        Book, NotLoaded, RULES_VERSION, Record, Sequence,
        rules::{self, Decision, Undecided},
    },
    store::{StoreError, sqlite::read},
};

/// The command that a record answers, decided on the book before it, must come
/// out as the record, byte for byte.
pub(super) fn again(
    connection: &Connection,
    tables: &mut Tables<'_>,
    book: &mut Book,
    record: &Record,
    bytes: &[u8],
) -> Result<()> {
    let at = Some(record.stamp.sequence);
    if record.rules_version != RULES_VERSION {
        let what = format!(
            "it was decided by version {} of the rules, and this program knows version \
             {RULES_VERSION}",
            record.rules_version
        );
        return wrong(at, "journal", what);
    }
    let Some(command) = record.step.command() else {
        return wrong(at, "journal", "no command leads to this record");
    };
    let now = record.stamp.moment;
    loop {
        match rules::decide(book, &command, &record.caller.principal, now) {
            Ok(Decision::Append { step, .. }) => {
                let decided = Record {
                    step,
                    ..record.clone()
                };
                let mut encoded = Vec::with_capacity(bytes.len());
                journal::encode(&decided, &mut encoded);
                return match encoded == bytes {
                    true => Ok(()),
                    false => wrong(at, "journal", "the rules make another record of it"),
                };
            }
            Ok(Decision::Stands(_)) => return wrong(at, "journal", "what it says stood already"),
            Err(Undecided::Refused(rejection)) => {
                let what = format!("the rules refuse it: {rejection} ({})", rejection.reason());
                return wrong(at, "journal", what);
            }
            Err(Undecided::NotLoaded(lacking)) => {
                load(connection, tables, book, lacking, record.stamp.sequence)?;
            }
        }
    }
}

/// Every account that the journal opened so far is in the book. What an id stood
/// for before a record is looked up. The journal is sound up to here: what
/// contradicts it is a row of a table.
fn load(
    connection: &Connection,
    tables: &mut Tables<'_>,
    book: &mut Book,
    lacking: NotLoaded,
    before: Sequence,
) -> Result<()> {
    let wants = lacking.wants();
    for id in wants.accounts {
        book.load_account(id, None);
    }
    for id in wants.bookings {
        let first = read::find(connection, id)?;
        tables.found(id, first);
        let found = match read::booking_before(connection, (id, first), before) {
            Err(StoreError::Corrupt(what)) => return wrong(Some(before), "tables", what),
            found => found?,
        };
        book.load_booking(id, found);
    }
    Ok(())
}
