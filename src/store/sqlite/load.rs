//! Loading into the state what a batch asks for.

use rusqlite::{Connection, OptionalExtension};

use super::{objects, read};
use crate::{
    exchange::Wants,
    ledger::{AccountId, Book, BookingId, Chain, FreeIds, Moment, Peak, jump_ordinal},
    steps::State,
    store::{AccountRow, StoreError},
};

type Result<T> = std::result::Result<T, StoreError>;

const MAX_DUE: i64 = 1_000;

/// Loads all that is wanted; what is wanted twice, once.
pub(super) fn load(connection: &Connection, state: &mut State, wants: Wants) -> Result<()> {
    let State {
        book,
        objects: kept,
    } = state;
    for id in wants.objects {
        if kept.object(&id).is_err() {
            let found = objects::object(connection, &id)?;
            kept.load(id, found);
        }
    }
    for id in wants.steps {
        if kept.taken(&id).is_err() {
            let found = objects::taken(connection, &id)?;
            kept.load_step(id, found);
        }
    }
    for of in wants.personal {
        if kept.personal(of).is_err() {
            let found = objects::personal(connection, of)?;
            kept.load_personal(of, found);
        }
    }
    for identity in wants.identities {
        if kept.identified(identity).is_err() {
            let found = objects::identified(connection, identity, None)?;
            kept.load_identity(identity, found);
        }
    }
    let wants = wants.ledger;
    for id in wants.accounts {
        account(connection, book, id)?;
    }
    for id in wants.bookings {
        if book.booking(id).is_err() {
            let found = read::booking(connection, id)?;
            book.load_booking(id, found);
        }
    }
    Ok(())
}

fn account(connection: &Connection, book: &mut Book, id: AccountId) -> Result<()> {
    if book.account(&id).is_ok() {
        return Ok(());
    }
    let found = match read::account(connection, id.as_str())? {
        None => None,
        Some(row) => {
            let chain = chain(connection, &row)?;
            Some((row.account, chain))
        }
    };
    book.load_account(id, found);
    Ok(())
}

/// The open holds that are due, soonest first, as many as a batch takes.
pub(super) fn due(connection: &Connection, now: Moment) -> Result<Vec<BookingId>> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence FROM holds WHERE state = 1 AND expires_at_us <= ?1
         ORDER BY expires_at_us, sequence LIMIT ?2",
    )?;
    let mut rows = statement.query([now.us(), MAX_DUE])?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        due.push(
            read::hold(connection, read::sequence(row.get(0)?)?)?
                .terms
                .id,
        );
    }
    Ok(due)
}

/// The ids around one that stands for nothing.
pub(super) fn free_ids_around(connection: &Connection, id: BookingId) -> Result<FreeIds> {
    let neighbour = |sql| -> Result<Option<BookingId>> {
        let found: Option<Vec<u8>> = connection
            .prepare_cached(sql)?
            .query_row([&id.as_bytes()[..]], |row| row.get(0))
            .optional()?;
        Ok(found.as_deref().and_then(BookingId::from_slice))
    };
    Ok(FreeIds {
        above: neighbour("SELECT id FROM ids WHERE id < ?1 ORDER BY id DESC LIMIT 1")?,
        below: neighbour("SELECT id FROM ids WHERE id > ?1 ORDER BY id LIMIT 1")?,
    })
}

/// The end of an account's postings, from their stored links.
fn chain(connection: &Connection, found: &AccountRow) -> Result<Chain> {
    let no = found.account.number;
    let mut peaks = Vec::new();
    let (mut ordinal, mut at) = (found.posting_count, found.last_posting);
    while ordinal > 0 {
        let position = at.ok_or_else(|| {
            StoreError::Corrupt(format!("the postings of account number {no} break off"))
        })?;
        let (_, link) = read::posting(connection, no, position)?;
        peaks.push(Peak {
            position,
            span: link.span,
        });
        at = link.jump_of(ordinal);
        ordinal = jump_ordinal(ordinal);
    }
    peaks.reverse();
    Ok(Chain::new(found.posting_count, peaks))
}
