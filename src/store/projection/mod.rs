//! What the tables beside the journal hold: a pure function of the records and of
//! the state after them, used by whoever writes the tables and by the audit.

mod link;
mod tables;

use std::sync::Arc;

pub use link::{read_link, write_link};
pub use tables::{Row, Table, Value};

use crate::{
    exchange::{self, Changed, Object},
    ledger::{
        Book, Booking, BookingId, Entry, Fact, Hold, HoldStateKind, Origin, Posted, Sequence,
        Touched,
    },
    steps::Record,
};

/// The rows that a record writes, but for those of transfers, accounts and objects.
///
/// # Errors
/// Those of `put`, which gets the rows.
pub fn of_record<E>(
    record: &Record,
    book: &Book,
    put: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    for fact in record.step.facts() {
        of_fact(fact, record.stamp.sequence, book, put)?;
    }
    put_served(record, put)?;
    put_forced(record, put)?;
    let taken = record.step.exchange_fact().map(exchange::Fact::step_ids);
    for id in taken.into_iter().flatten() {
        put(Row {
            table: Table::Steps,
            values: &[Value::Text(&id.as_text()), record.stamp.sequence.into()],
            of: record.stamp.sequence,
            may_change: false,
        })?;
    }
    Ok(())
}

/// Services of orders and groups are found by these.
fn put_served<E>(record: &Record, put: &mut impl FnMut(Row<'_>) -> Result<(), E>) -> Result<(), E> {
    let mut entries = record.entries();
    let served = entries.find(|entry| entry.service().is_some());
    match served.filter(|_| record.step.exchange_fact().is_none()) {
        None => Ok(()),
        Some(entry) => put(Row {
            table: Table::Served,
            values: &[
                record.stamp.sequence.into(),
                record.effective_at_of(entry).minute().into(),
            ],
            of: record.stamp.sequence,
            may_change: false,
        }),
    }
}

/// A correction of an order forces by itself, which nobody asked for by name.
fn put_forced<E>(record: &Record, put: &mut impl FnMut(Row<'_>) -> Result<(), E>) -> Result<(), E> {
    let is_forced =
        |entry: &Arc<Entry>| matches!(entry.origin, Origin::Reversal { forced, .. } if forced);
    if record.step.exchange_fact().is_some() || !record.entries().any(is_forced) {
        return Ok(());
    }
    put(Row {
        table: Table::Forced,
        values: &[
            record.stamp.sequence.into(),
            record.stamp.moment.minute().into(),
        ],
        of: record.stamp.sequence,
        may_change: false,
    })
}

fn of_fact<E>(
    fact: &Fact,
    at: Sequence,
    book: &Book,
    put: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    match fact {
        Fact::UnitDeclared(unit) => put(Row {
            table: Table::Units,
            values: &[Value::Text(unit.id().as_str()), Value::Text(unit.step())],
            of: at,
            may_change: false,
        }),
        Fact::LedgerFounded(_)
        | Fact::TimeZoneSet(_)
        | Fact::AccountOpened(_)
        | Fact::AccountLimitsChanged { .. }
        | Fact::AccountClosed { .. } => Ok(()),
        Fact::EntryPosted(entry) => {
            put_id(entry.id, at, put)?;
            put_reversal(entry, at, book, put)
        }
        Fact::HoldPlaced(placed) => {
            put_id(placed.terms.id, at, put)?;
            put_hold(placed.terms.id, None, book, put)
        }
        Fact::HoldSettled(entry) => put_hold(entry.id, Some(at), book, put),
        Fact::HoldReleased { id } | Fact::HoldExpired { id } => put_hold(*id, Some(at), book, put),
    }
}

fn put_id<E>(
    id: BookingId,
    at: Sequence,
    put: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    put(Row {
        table: Table::Ids,
        values: &[Value::Bytes(id.as_bytes()), at.into()],
        of: at,
        may_change: false,
    })
}

fn put_reversal<E>(
    entry: &Entry,
    at: Sequence,
    book: &Book,
    put: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let Origin::Reversal { of, .. } = entry.origin else {
        return Ok(());
    };
    match book.booking(of).ok().flatten().and_then(Booking::entry) {
        None => Ok(()),
        Some(reversed) => put(Row {
            table: Table::Reversals,
            values: &[reversed.stamp.sequence.into(), at.into()],
            of: at,
            may_change: false,
        }),
    }
}

fn put_hold<E>(
    id: BookingId,
    ended: Option<Sequence>,
    book: &Book,
    put: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let Some(hold) = book.booking(id).ok().flatten().and_then(Booking::hold) else {
        return Ok(());
    };
    let Hold { terms, placed, .. } = hold;
    let number = |id| {
        book.account(id)
            .ok()
            .flatten()
            .map(|account| account.number)
    };
    put(Row {
        table: Table::Holds,
        values: &[
            placed.sequence.into(),
            number(terms.transfer.debit()).into(),
            number(terms.transfer.credit()).into(),
            terms.transfer.amount().steps().into(),
            hold.expires_at.into(),
            // As it is after this record, whatever else the book knows of it.
            Value::Number(ended.map_or(HoldStateKind::Open, |_| hold.state.kind()) as i64),
            ended.into(),
        ],
        of: placed.sequence,
        may_change: ended.is_none(),
    })
}

/// The row of each transfer.
///
/// # Errors
/// Those of `put`, which gets the rows in the order of their keys.
pub fn of_posted<E>(
    posted: &[Posted],
    put: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let (mut of_debit, mut of_credit) = (Vec::new(), Vec::new());
    for Posted {
        position,
        debit,
        credit,
    } in posted
    {
        write_link(&debit.link, *position, &mut of_debit);
        write_link(&credit.link, *position, &mut of_credit);
        put(Row {
            table: Table::Transfers,
            values: &[
                (*position).into(),
                debit.account_no.into(),
                debit.balance.into(),
                Value::Bytes(&of_debit),
                credit.account_no.into(),
                credit.balance.into(),
                Value::Bytes(&of_credit),
            ],
            of: position.sequence(),
            may_change: false,
        })?;
    }
    Ok(())
}

/// The rows of accounts, in the order of their numbers, as they stand after all that
/// they were touched by.
///
/// # Errors
/// Those of `put`, which gets the rows.
pub fn of_accounts<E>(
    touched: &[Touched<'_>],
    put: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    for Touched { account, .. } in touched.iter().filter(|touched| touched.terms_changed) {
        put(Row {
            table: Table::Accounts,
            values: &[
                account.number.into(),
                Value::Text(account.id.as_str()),
                Value::Number(account.kind.number().into()),
                Value::Text(account.unit.as_str()),
                account.limits.floor.into(),
                account.limits.ceiling.into(),
                account.limits_since.into(),
                account.first_limits.floor.into(),
                account.first_limits.ceiling.into(),
                account.opened.sequence.into(),
                account.opened.recorded_at.into(),
                account.closed.as_ref().map(|stamp| stamp.sequence).into(),
                account
                    .closed
                    .as_ref()
                    .map(|stamp| stamp.recorded_at)
                    .into(),
            ],
            of: account.opened.sequence,
            may_change: false,
        })?;
    }
    for Touched { account, chain, .. } in touched {
        put(Row {
            table: Table::Balances,
            values: &[
                account.number.into(),
                account.balance.into(),
                account.held.into(),
                account.open_holds.into(),
                chain.count().into(),
                chain.last().into(),
            ],
            of: account.opened.sequence,
            may_change: false,
        })?;
    }
    Ok(())
}

/// The rows of objects as they stand, and of where they are listed now, or otherwise.
///
/// # Errors
/// Those of `put`, which gets the rows.
pub fn of_objects<E>(
    changed: &[Changed<'_>],
    put: &mut impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    for Changed {
        before,
        object,
        since,
    } in changed
    {
        let id = object.id().as_text();
        // It has no value that cannot be written; were there one, an audit would tell.
        let state = object.state().unwrap_or_default();
        put(Row {
            table: Table::Objects,
            values: &[Value::Text(&id), (*since).into(), Value::Text(&state)],
            of: *since,
            may_change: false,
        })?;
        let known = before.map(Object::listings).unwrap_or_default();
        for new in object.listings().iter().filter(|new| !known.contains(new)) {
            let line = new.line.as_deref().map(Value::Bytes);
            put(Row {
                table: Table::Keys,
                values: &[Value::Text(&new.key), line.into()],
                of: *since,
                may_change: false,
            })?;
        }
    }
    Ok(())
}

/// The keys that objects are no longer listed under.
pub fn stale_keys(changed: &[Changed<'_>]) -> Vec<String> {
    let stale = changed.iter().flat_map(|changed| {
        let current = changed.object.listings();
        let known = changed.before.map(Object::listings).unwrap_or_default();
        let known = known.into_iter().map(|listing| listing.key);
        known.filter(move |key| current.iter().all(|listing| listing.key != *key))
    });
    stale.collect()
}
