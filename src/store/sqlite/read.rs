//! Rows to values: what the writer and the snapshots read alike.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    journal::decode,
    ledger::{
        Account, AccountId, AccountKind, Balance, BookingId, Days, Fact, Hold, HoldState, Limits,
        Link, Moment, Origin, Position, Record, Salt, Sequence, Stamp, Unit, UnitId,
    },
    store::{AccountRow, HoldStateKind, StoreError},
};

type Result<T> = std::result::Result<T, StoreError>;

macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "SELECT a.no, a.id, a.kind, a.unit, a.floor, a.ceiling, a.opened_at_us, ",
            "a.closed_sequence, a.closed_at_us, b.balance, b.held, b.open_holds, ",
            "b.posting_count, b.last_posting ",
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

fn position(stored: i64) -> Result<Position> {
    Position::from_stored(stored).ok_or_else(|| corrupt(format!("{stored} is no position")))
}

pub(super) fn last(connection: &Connection) -> Result<Sequence> {
    let mut statement =
        connection.prepare_cached("SELECT sequence FROM journal ORDER BY sequence DESC LIMIT 1")?;
    let stored = statement.query_row([], |row| row.get(0)).optional()?;
    sequence(stored.unwrap_or(0))
}

fn kind(stored: i64) -> Result<AccountKind> {
    Ok(match stored {
        1 => AccountKind::Member,
        2 => AccountKind::Organisation,
        3 => AccountKind::Pool,
        4 => AccountKind::Project,
        5 => AccountKind::Issuance,
        6 => AccountKind::Redemption,
        7 => AccountKind::Clearing,
        _ => return Err(corrupt(format!("{stored} is no kind of account"))),
    })
}

pub(super) fn account(connection: &Connection, id: &str) -> Result<Option<AccountRow>> {
    let mut statement = connection.prepare_cached(select_account!("WHERE a.id = ?1"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(account_row).transpose()
}

pub(super) fn account_row(row: &Row<'_>) -> Result<AccountRow> {
    let id: String = row.get(1)?;
    let closed: Option<i64> = row.get(7)?;
    let closed_at: Option<i64> = row.get(8)?;
    Ok(AccountRow {
        account: Account {
            id: AccountId::parse(&id).map_err(|e| corrupt(e.to_string()))?,
            kind: kind(row.get(2)?)?,
            unit: unit_id(&row.get::<_, String>(3)?)?,
            limits: Limits {
                floor: row.get::<_, Option<i64>>(4)?.map(balance).transpose()?,
                ceiling: row.get::<_, Option<i64>>(5)?.map(balance).transpose()?,
            },
            balance: balance(row.get(9)?)?,
            held: balance(row.get(10)?)?,
            open_holds: row.get(11)?,
            opened: Stamp {
                sequence: sequence(row.get(0)?)?,
                recorded_at: moment(row.get(6)?)?,
            },
            closed: match (closed, closed_at) {
                (Some(closed), Some(at)) => Some(Stamp {
                    sequence: sequence(closed)?,
                    recorded_at: moment(at)?,
                }),
                (None, None) => None,
                _ => return Err(corrupt(format!("account {id} is half closed"))),
            },
        },
        posting_count: row.get(12)?,
        last_posting: row.get::<_, Option<i64>>(13)?.map(position).transpose()?,
    })
}

fn unit_id(stored: &str) -> Result<UnitId> {
    UnitId::parse(stored).map_err(|e| corrupt(e.to_string()))
}

pub(super) fn units(connection: &Connection) -> Result<Vec<Unit>> {
    let mut statement = connection.prepare_cached("SELECT id, step FROM units ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut units = Vec::new();
    while let Some(row) = rows.next()? {
        let id = unit_id(&row.get::<_, String>(0)?)?;
        let step: String = row.get(1)?;
        units.push(Unit::new(id, &step).map_err(|e| corrupt(e.to_string()))?);
    }
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

/// The hold that a record placed.
pub(super) fn hold(connection: &Connection, placed: &Record) -> Result<Option<Hold>> {
    let Fact::HoldPlaced(terms) = &placed.fact else {
        return Ok(None);
    };
    let at = placed.stamp.sequence;
    let mut statement =
        connection.prepare_cached("SELECT state, ended_sequence FROM holds WHERE sequence = ?1")?;
    let (state, ended): (i64, Option<i64>) =
        statement.query_row([at.get()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let ended = ended
        .map(|ended| record(connection, sequence(ended)?))
        .transpose()?;
    Ok(Some(Hold {
        terms: terms.clone(),
        placed: placed.stamp,
        state: hold_state(at, state, ended)?,
    }))
}

fn hold_state(at: Sequence, stored: i64, ended: Option<Record>) -> Result<HoldState> {
    let state = match ended {
        None => HoldState::Open,
        Some(Record { stamp, fact, .. }) => match fact {
            Fact::HoldSettled(entry) => match entry.transfers.as_slice() {
                [leg] => HoldState::Settled {
                    amount: leg.amount(),
                    effective_at: entry.effective_at,
                    stamp,
                },
                _ => return Err(corrupt(format!("hold {at} is settled with many transfers"))),
            },
            Fact::HoldReleased { .. } => HoldState::Released { stamp },
            Fact::HoldExpired { .. } => HoldState::Expired { stamp },
            _ => return Err(corrupt(format!("hold {at} ends with no end of a hold"))),
        },
    };
    if HoldStateKind::from(&state) as i64 == stored {
        Ok(state)
    } else {
        Err(corrupt(format!(
            "hold {at} has a state that its end is not of"
        )))
    }
}

/// The record of the entry that an id's first record is of, or led to.
pub(super) fn entry(
    first: Record,
    hold: Option<&Hold>,
    connection: &Connection,
) -> Result<Option<Record>> {
    match hold.map(|hold| &hold.state) {
        None => Ok(Some(first)),
        Some(HoldState::Settled { stamp, .. }) => record(connection, stamp.sequence).map(Some),
        Some(HoldState::Open | HoldState::Released { .. } | HoldState::Expired { .. }) => Ok(None),
    }
}

/// The id of the entry that reversed the entry of a record.
pub(super) fn reversed_by(connection: &Connection, at: Sequence) -> Result<Option<BookingId>> {
    let mut statement =
        connection.prepare_cached("SELECT by_sequence FROM reversals WHERE of_sequence = ?1")?;
    let by: Option<i64> = statement
        .query_row([at.get()], |row| row.get(0))
        .optional()?;
    let Some(by) = by else { return Ok(None) };
    let reversal = record(connection, sequence(by)?)?;
    match reversal.fact.entry() {
        Some(entry) if matches!(entry.origin, Origin::Reversal { .. }) => Ok(Some(entry.id)),
        _ => Err(corrupt(format!("record {by} is no reversal"))),
    }
}

pub(super) fn note(connection: &Connection, at: Sequence) -> Result<Option<(Salt, String)>> {
    let mut statement =
        connection.prepare_cached("SELECT salt, text FROM notes WHERE sequence = ?1")?;
    Ok(statement
        .query_row([at.get()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Which side of a transfer an account is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Debit,
    Credit,
}

/// A side of a stored transfer: the account's number, its balance, its link.
pub(super) fn side(row: &Row<'_>, side: Side) -> Result<(i64, i64, Link)> {
    let first = match side {
        Side::Debit => 0,
        Side::Credit => 6,
    };
    let days: (Option<i64>, Option<i64>) = (row.get(first + 4)?, row.get(first + 5)?);
    let link = Link {
        prev: row
            .get::<_, Option<i64>>(first + 2)?
            .map(position)
            .transpose()?,
        jump: row
            .get::<_, Option<i64>>(first + 3)?
            .map(position)
            .transpose()?,
        days: match days {
            (Some(first), Some(last)) => Some(Days { first, last }),
            (None, None) => None,
            _ => return Err(corrupt("a transfer knows one of two days")),
        },
    };
    Ok((row.get(first)?, row.get(first + 1)?, link))
}

/// The side of a transfer that is this account's.
pub(super) fn posting(connection: &Connection, no: i64, at: Position) -> Result<(i64, Link)> {
    let mut statement = connection.prepare_cached(
        "SELECT debit_no, debit_balance, debit_prev, debit_jump, debit_first_day, debit_last_day,
                credit_no, credit_balance, credit_prev, credit_jump, credit_first_day,
                credit_last_day
         FROM transfers WHERE position = ?1",
    )?;
    let mut rows = statement.query(params![at.stored()])?;
    let row = rows
        .next()?
        .ok_or_else(|| corrupt(format!("the transfer at {} is missing", at.stored())))?;
    for which in [Side::Debit, Side::Credit] {
        let (owner, balance, link) = side(row, which)?;
        if owner == no {
            return Ok((balance, link));
        }
    }
    Err(corrupt(format!(
        "the transfer at {} is not of account number {no}",
        at.stored()
    )))
}
