//! Rows to values: what the writer and the snapshots read alike.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    journal::decode,
    ledger::{
        Account, AccountId, AccountKind, Balance, Booking, BookingId, Entry, Fact, Founded, Hold,
        HoldState, Limits, Link, Moment, Note, Origin, Position, PostedEntry, Salt, Sequence,
        Stamp, Unit, UnitId,
    },
    steps::Record,
    store::{AccountRow, StoreError, projection::read_link},
};

type Result<T> = std::result::Result<T, StoreError>;

macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "SELECT a.no, a.id, a.kind, a.unit, a.floor, a.ceiling, a.limits_sequence, a.first_floor, ",
            "a.first_ceiling, a.opened_sequence, a.opened_at_us, a.closed_sequence, ",
            "a.closed_at_us, b.balance, b.held, b.open_holds, b.posting_count, b.last_posting ",
            "FROM accounts a JOIN balances b ON b.no = a.no ",
            $rest
        )
    };
}
pub(super) use select_account;

fn corrupt(what: impl Into<String>) -> StoreError {
    StoreError::Corrupt(what.into())
}

pub(super) fn sequence(stored: i64) -> Result<Sequence> {
    Sequence::new(stored).ok_or_else(|| corrupt(format!("{stored} is no sequence")))
}

fn moment(stored: i64) -> Result<Moment> {
    Moment::from_us(stored).ok_or_else(|| corrupt(format!("{stored} is no time")))
}

fn balance(stored: i64) -> Result<Balance> {
    Balance::new(stored).ok_or_else(|| corrupt(format!("{stored} is no balance")))
}

/// How many there are of what takes a record each.
fn count(stored: i64) -> Result<i64> {
    match Sequence::new(stored) {
        Some(_) => Ok(stored),
        None => Err(corrupt(format!("{stored} is no count"))),
    }
}

fn position(stored: i64) -> Result<Position> {
    Position::from_stored(stored).ok_or_else(|| corrupt(format!("{stored} is no position")))
}

pub(super) fn last(connection: &Connection) -> Result<Sequence> {
    let mut statement =
        connection.prepare_cached("SELECT sequence FROM journal ORDER BY sequence DESC LIMIT 1")?;
    let stored = statement.query_row([], |row| row.get(0)).optional()?;
    sequence(stored.unwrap_or(0))
}

pub(super) fn account(connection: &Connection, id: &str) -> Result<Option<AccountRow>> {
    let mut statement = connection.prepare_cached(select_account!("WHERE a.id = ?1"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(account_row).transpose()
}

pub(super) fn account_row(row: &Row<'_>) -> Result<AccountRow> {
    let id: String = row.get(1)?;
    let kind: i32 = row.get(2)?;
    Ok(AccountRow {
        account: Account {
            id: AccountId::parse(&id).map_err(|e| corrupt(e.to_string()))?,
            number: row.get(0)?,
            kind: AccountKind::of_number(kind)
                .ok_or_else(|| corrupt(format!("{kind} is no kind of account")))?,
            unit: unit_id(&row.get::<_, String>(3)?)?,
            limits: limits(row.get(4)?, row.get(5)?)?,
            limits_since: sequence(row.get(6)?)?,
            first_limits: Box::new(limits(row.get(7)?, row.get(8)?)?),
            balance: balance(row.get(13)?)?,
            held: balance(row.get(14)?)?,
            open_holds: count(row.get(15)?)?,
            opened: stamp(row.get(9)?, row.get(10)?)?,
            closed: match (row.get(11)?, row.get(12)?) {
                (Some(closed), Some(at)) => Some(Box::new(stamp(closed, at)?)),
                (None, None) => None,
                _ => return Err(corrupt(format!("account {id} is half closed"))),
            },
        },
        posting_count: count(row.get(16)?)?,
        last_posting: row.get::<_, Option<i64>>(17)?.map(position).transpose()?,
    })
}

fn limits(floor: Option<i64>, ceiling: Option<i64>) -> Result<Limits> {
    Ok(Limits {
        floor: floor.map(balance).transpose()?,
        ceiling: ceiling.map(balance).transpose()?,
    })
}

fn stamp(stored: i64, at: i64) -> Result<Stamp> {
    let recorded_at = moment(at)?;
    Ok(Stamp {
        sequence: sequence(stored)?,
        recorded_at,
        moment: recorded_at,
    })
}

fn unit_id(stored: &str) -> Result<UnitId> {
    UnitId::parse(stored).map_err(|e| corrupt(e.to_string()))
}

/// The ledger's foundation, as the records at the journal's beginning have it.
pub(super) fn founded(connection: &Connection, last: Sequence) -> Result<Option<Founded>> {
    let mut founded = None;
    let mut at = Sequence::ZERO.next();
    while at <= last {
        let record = record(connection, at)?;
        let (foundation, since) = match (founded, record.step.facts()) {
            (None, [Fact::LedgerFounded(foundation)]) => (*foundation, at),
            (Some(Founded { mut foundation, .. }), [Fact::TimeZoneSet(zone)]) => {
                foundation.time_zone = *zone;
                (foundation, at)
            }
            (None, _) => return Err(corrupt("the first record founds no ledger")),
            (Some(_), _) => break,
        };
        founded = Some(Founded { foundation, since });
        at = at.next();
    }
    Ok(founded)
}

/// The units that were declared, and the built-in one, by id.
pub(super) fn units(connection: &Connection) -> Result<Vec<Unit>> {
    let mut statement = connection.prepare_cached("SELECT id, step FROM units")?;
    let mut rows = statement.query([])?;
    let mut units = vec![Unit::time()];
    while let Some(row) = rows.next()? {
        let id = unit_id(&row.get::<_, String>(0)?)?;
        let step: String = row.get(1)?;
        units.push(Unit::new(id, &step).map_err(|e| corrupt(e.to_string()))?);
    }
    units.sort_by(|a, b| a.id().cmp(b.id()));
    Ok(units)
}

pub(super) fn record(connection: &Connection, at: Sequence) -> Result<Record> {
    let mut statement =
        connection.prepare_cached("SELECT bytes FROM journal WHERE sequence = ?1")?;
    let mut rows = statement.query([at.get()])?;
    let row = rows
        .next()?
        .ok_or_else(|| corrupt(format!("record {at} is missing")))?;
    let record = decode(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
    if record.stamp.sequence != at {
        return Err(corrupt(format!("record {at} has another sequence")));
    }
    Ok(record)
}

/// The first record of an id.
pub(super) fn find(connection: &Connection, id: BookingId) -> Result<Option<Sequence>> {
    let mut statement = connection.prepare_cached("SELECT sequence FROM ids WHERE id = ?1")?;
    let mut rows = statement.query([&id.as_bytes()[..]])?;
    match rows.next()? {
        Some(row) => Ok(Some(sequence(row.get(0)?)?)),
        None => Ok(None),
    }
}

/// What an id stands for.
pub(super) fn booking(connection: &Connection, id: BookingId) -> Result<Option<Booking>> {
    let first = find(connection, id)?;
    booking_before(connection, (id, first), Sequence::MAX)
}

/// What an id, with its first record, stood for before a record was written.
pub(super) fn booking_before(
    connection: &Connection,
    (id, first): (BookingId, Option<Sequence>),
    before: Sequence,
) -> Result<Option<Booking>> {
    let Some(first) = first.filter(|first| *first < before) else {
        return Ok(None);
    };
    let first = record(connection, first)?;
    let booking = booking_from(connection, &first, id, before)?;
    match booking {
        Some(booking) => Ok(Some(booking)),
        None => {
            let at = first.stamp.sequence;
            Err(corrupt(format!("record {at} is not the first of id {id}")))
        }
    }
}

/// The booking of an id that a record was the first of, as it stood before
/// another. None where it is not.
pub(super) fn booking_from(
    connection: &Connection,
    first: &Record,
    id: BookingId,
    before: Sequence,
) -> Result<Option<Booking>> {
    let mut facts = first.step.facts().iter();
    Ok(match facts.find(|fact| fact.booking_id() == Some(id)) {
        Some(Fact::EntryPosted(entry)) => {
            let posted = posted_entry(connection, first, entry, before)?;
            Some(Booking::Entry(posted))
        }
        Some(Fact::HoldPlaced(hold)) => {
            let state = hold_state(connection, first.stamp.sequence, id, before)?;
            Some(Booking::Hold(Box::new(Hold {
                terms: hold.terms.clone(),
                expires_at: hold.expires_at,
                placed: first.stamp,
                state,
            })))
        }
        _ => None,
    })
}

/// The hold that a record placed.
pub(super) fn hold(connection: &Connection, placed: Sequence) -> Result<Hold> {
    let first = record(connection, placed)?;
    let placing = first.step.facts().iter().find_map(|fact| match fact {
        Fact::HoldPlaced(placed) => Some(placed.terms.id),
        _ => None,
    });
    let booking = match placing {
        Some(id) => booking_from(connection, &first, id, Sequence::MAX)?,
        None => None,
    };
    match booking {
        Some(Booking::Hold(hold)) => Ok(*hold),
        _ => Err(corrupt(format!("record {placed} places no hold"))),
    }
}

fn posted_entry(
    connection: &Connection,
    record: &Record,
    entry: &Arc<Entry>,
    before: Sequence,
) -> Result<PostedEntry> {
    let at = record.stamp.sequence;
    Ok(PostedEntry {
        stamp: record.stamp,
        caller: record.caller.clone(),
        entry: Arc::clone(entry),
        note: match entry.note {
            None => None,
            Some(_) => note(connection, at)?,
        },
        reversed_by: reversed_by(connection, (at, entry.id), before)?,
    })
}

fn hold_state(
    connection: &Connection,
    placed: Sequence,
    id: BookingId,
    before: Sequence,
) -> Result<HoldState> {
    let mut statement =
        connection.prepare_cached("SELECT state, ended_sequence FROM holds WHERE sequence = ?1")?;
    let row: Option<(i64, Option<i64>)> = statement
        .query_row([placed.get()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (stored, ended) = row.ok_or_else(|| corrupt(format!("hold {placed} is missing")))?;
    let Some(ended) = ended.map(sequence).transpose()? else {
        return state_as_stored(placed, HoldState::Open, stored);
    };
    if ended >= before {
        return Ok(HoldState::Open);
    }
    let end = record(connection, ended)?;
    let stamp = end.stamp;
    let ends = |fact: &&Fact| fact.hold_ended() == Some(id);
    let state = match end.step.facts().iter().find(ends) {
        Some(Fact::HoldSettled(entry)) => {
            HoldState::Settled(posted_entry(connection, &end, entry, before)?)
        }
        Some(Fact::HoldReleased { .. }) => HoldState::Released { stamp },
        Some(Fact::HoldExpired { .. }) => HoldState::Expired { stamp },
        _ => {
            return Err(corrupt(format!(
                "record {ended} does not end hold {placed}"
            )));
        }
    };
    state_as_stored(placed, state, stored)
}

fn state_as_stored(placed: Sequence, state: HoldState, stored: i64) -> Result<HoldState> {
    match state.kind() as i64 == stored {
        true => Ok(state),
        false => Err(corrupt(format!(
            "hold {placed} has a state that its end is not of"
        ))),
    }
}

/// The id of the entry that reversed an entry of a record, before another.
pub(super) fn reversed_by(
    connection: &Connection,
    (at, id): (Sequence, BookingId),
    before: Sequence,
) -> Result<Option<BookingId>> {
    let mut statement =
        connection.prepare_cached("SELECT by_sequence FROM reversals WHERE of_sequence = ?1")?;
    let by: Option<i64> = statement
        .query_row([at.get()], |row| row.get(0))
        .optional()?;
    let by = by.map(sequence).transpose()?.filter(|by| *by < before);
    let Some(by) = by else { return Ok(None) };
    let reversal = record(connection, by)?;
    let mut of_record = None;
    for entry in reversal.entries() {
        match entry.origin {
            Origin::Reversal { of, .. } if of == id => return Ok(Some(entry.id)),
            Origin::Reversal { of, .. } => of_record = Some(of),
            Origin::Posted => {}
        }
    }
    // A correction's record has two entries: the row is of the one that can be reversed.
    let is_of_record = match of_record {
        None => false,
        Some(of) => record(connection, at)?
            .entries()
            .any(|entry| entry.id == of),
    };
    match is_of_record {
        true => Ok(None),
        false => Err(corrupt(format!("record {by} does not reverse entry {id}"))),
    }
}

/// The text behind a record's note, where it is there (still).
pub(super) fn note(connection: &Connection, at: Sequence) -> Result<Option<Note>> {
    let mut statement =
        connection.prepare_cached("SELECT salt, text FROM notes WHERE sequence = ?1")?;
    let stored: Option<(Salt, String)> = statement
        .query_row([at.get()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match stored {
        None => Ok(None),
        Some((salt, text)) => Note::new(salt, text).map_err(|e| corrupt(e.to_string())),
    }
}

/// Where a row of `transfers` has what is of the account that it debits, and of the one that it
/// credits, in the order of `schema.sql`: the account's number, its balance, its link.
const SIDES: [usize; 2] = [1, 4];

/// What a transfer stored at a position has of an account: its balance and its link. None where
/// the account is not on that side.
fn side(row: &Row<'_>, first: usize, (no, at): (i64, Position)) -> Result<Option<(i64, Link)>> {
    if row.get::<_, i64>(first)? != no {
        return Ok(None);
    }
    let stored = row.get_ref(first + 2)?.as_blob();
    let stored = stored.map_err(|error| corrupt(error.to_string()))?;
    let link = read_link(stored, at).ok_or_else(|| {
        let bytes = stored.len();
        corrupt(format!("the {bytes} bytes at {} are no link", at.stored()))
    })?;
    Ok(Some((row.get(first + 1)?, link)))
}

/// The side of a transfer that is this account's.
pub(super) fn posting(connection: &Connection, no: i64, at: Position) -> Result<(i64, Link)> {
    // Read more often than all else: a short text is found in no time among those prepared.
    let mut statement = connection.prepare_cached("SELECT * FROM transfers WHERE position = ?1")?;
    let mut rows = statement.query(params![at.stored()])?;
    let row = rows
        .next()?
        .ok_or_else(|| corrupt(format!("the transfer at {} is missing", at.stored())))?;
    for first in SIDES {
        if let Some(found) = side(row, first, (no, at))? {
            return Ok(found);
        }
    }
    Err(corrupt(format!(
        "the transfer at {} is not of account number {no}",
        at.stored()
    )))
}
