//! Having a recorded command decided again.

use rusqlite::Connection;

use super::{Result, tables::Tables, wrong};
use crate::{
    exchange::{Commitments, Fact, NotLoaded, Wants},
    journal,
    ledger::Sequence,
    steps::{Command, Done, RULES_VERSION, Record, State, Undecided},
    store::{
        StoreError,
        sqlite::{objects as stored, read},
    },
};

/// The command that a record answers, decided on the state before it, must come
/// out as the record, byte for byte. It is folded in then.
pub(super) fn again(
    connection: &Connection,
    tables: &mut Tables<'_>,
    state: &mut State,
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
    let command = match record.step.exchange_fact().and_then(Fact::personal) {
        None => command,
        Some((_, commitments)) => with_personal(connection, command, record, commitments),
    };
    loop {
        let done = state.carry_out(&command, &record.caller, record.stamp);
        let done = done.or_else(|broken| wrong(Some(broken.sequence), "journal", broken.what))?;
        match done {
            Ok(Done::Drafted(decided)) => {
                let mut encoded = Vec::with_capacity(bytes.len());
                journal::encode(&decided.record, &mut encoded);
                return match encoded == bytes {
                    true => Ok(()),
                    false => wrong(at, "journal", "the rules make another record of it"),
                };
            }
            Ok(Done::Stands(_)) => return wrong(at, "journal", "what it says stood already"),
            Err(Undecided::Refused(rejection)) => {
                let what = format!("the rules refuse it: {rejection} ({})", rejection.reason());
                return wrong(at, "journal", what);
            }
            Err(Undecided::NotLoaded(lacking)) => {
                load(connection, tables, state, lacking, record.stamp.sequence)?;
            }
        }
    }
}

/// A command with the personal fields that its record commits to, where they are
/// there: rules ask for them. That those which are there are the right ones is
/// checked for itself.
fn with_personal(
    connection: &Connection,
    command: Command,
    record: &Record,
    commitments: &Commitments,
) -> Command {
    let found = stored::personal(connection, record.stamp.sequence);
    let found = found.ok().flatten();
    match (
        command,
        found.filter(|found| found.commitments() == *commitments),
    ) {
        (Command::Exchange(command), Some(found)) => {
            Command::Exchange(command.with_personal_fields(found.fields))
        }
        (command, _) => command,
    }
}

/// Every account and object that the journal has so far is in the state. What an id
/// stood for before a record is looked up. The journal is sound up to here: what
/// contradicts it is a row of a table.
fn load(
    connection: &Connection,
    tables: &mut Tables<'_>,
    State { book, objects }: &mut State,
    lacking: NotLoaded,
    before: Sequence,
) -> Result<()> {
    let Wants {
        ledger,
        objects: wanted,
        steps,
        personal,
        identities,
    } = lacking.wants();
    for id in ledger.accounts {
        book.load_account(id, None);
    }
    for id in wanted {
        objects.load(id, None);
    }
    for id in ledger.bookings {
        let first = read::find(connection, id)?;
        tables.found(id, first);
        let found = read::booking_before(connection, (id, first), before)
            .or_else(|error| in_tables(error, before))?;
        book.load_booking(id, found);
    }
    for id in steps {
        let taken = stored::find_step(connection, &id)?.filter(|at| *at < before);
        let taken = taken.map(|at| stored::taken_at(connection, &id, at));
        let taken = taken
            .transpose()
            .or_else(|error| in_tables(error, before))?;
        objects.load_step(id, taken);
    }
    for identity in identities {
        let found = stored::identified(connection, identity, Some(before))
            .or_else(|error| in_tables(error, before))?;
        objects.load_identity(identity, found);
    }
    for of in personal {
        let found = stored::personal(connection, of).or_else(|error| in_tables(error, before))?;
        objects.load_personal(of, found);
    }
    Ok(())
}

/// What a table says of a record that does not bear it out.
fn in_tables<T>(error: StoreError, at: Sequence) -> Result<T> {
    match error {
        StoreError::Corrupt(what) => wrong(Some(at), "tables", what),
        error => Err(error.into()),
    }
}
