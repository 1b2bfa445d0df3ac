//! The time bank's objects, and what the ids of its steps stand for.

use rusqlite::{Connection, OptionalExtension, params, types::FromSqlError};

use super::read;
use crate::{
    exchange::{
        Centre, Identity, List, MemberId, Object, ObjectId, ObjectKind, Personal, PersonalFields,
        Secret, Standing, StepId, Taken,
    },
    ledger::Sequence,
    store::{Lines, Parts, StoreError},
};

type Result<T> = std::result::Result<T, StoreError>;

/// An object as it stands. None where there is none.
pub(super) fn object(connection: &Connection, id: &ObjectId) -> Result<Option<Standing>> {
    let found: Option<(i64, String)> = connection
        .prepare_cached("SELECT sequence, state FROM objects WHERE id = ?1")?
        .query_row([id.as_text()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((since, state)) = found else {
        return Ok(None);
    };
    let object = of_state(id.kind(), &state)?;
    match object.id() == *id {
        true => Ok(Some((object, read::sequence(since)?))),
        false => Err(StoreError::Corrupt(format!(
            "the state of {id} is that of {}",
            object.id()
        ))),
    }
}

fn of_state(kind: ObjectKind, state: &str) -> Result<Object> {
    Object::of_state(kind, state)
        .map_err(|error| StoreError::Corrupt(format!("the state of an object: {error}")))
}

/// All centres.
pub(super) fn centres(connection: &Connection) -> Result<Vec<(Centre, Sequence)>> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, state FROM objects WHERE id >= 'centre/' AND id < 'centre0'",
    )?;
    let mut rows = statement.query([])?;
    let mut centres = Vec::new();
    while let Some(row) = rows.next()? {
        let state: String = row.get(1)?;
        if let Object::Centre(centre) = of_state(ObjectKind::Centre, &state)? {
            centres.push((centre, read::sequence(row.get(0)?)?));
        }
    }
    Ok(centres)
}

/// The record of a step's id. None where it stands for nothing.
pub(super) fn find_step(connection: &Connection, id: &StepId) -> Result<Option<Sequence>> {
    let found: Option<i64> = connection
        .prepare_cached("SELECT sequence FROM steps WHERE id = ?1")?
        .query_row([id.as_text()], |row| row.get(0))
        .optional()?;
    found.map(read::sequence).transpose()
}

/// What a step's id stands for. None where that is nothing.
pub(super) fn taken(connection: &Connection, id: &StepId) -> Result<Option<Taken>> {
    match find_step(connection, id)? {
        None => Ok(None),
        Some(at) => taken_at(connection, id, at).map(Some),
    }
}

/// What a step's id stands for by a record that is said to be of it.
pub(super) fn taken_at(connection: &Connection, id: &StepId, at: Sequence) -> Result<Taken> {
    let record = read::record(connection, at)?;
    let fact = record.step.exchange_fact();
    match fact.filter(|fact| fact.step_ids().contains(id)) {
        Some(fact) => Ok(Taken {
            stamp: record.stamp,
            fact: fact.clone(),
        }),
        None => Err(StoreError::Corrupt(format!(
            "record {at} is not that of {id}"
        ))),
    }
}

/// The personal fields that a record commits to. None where they were erased.
pub(super) fn personal(connection: &Connection, of: Sequence) -> Result<Option<Personal>> {
    Ok(personal_row(connection, of)?.map(|(_, personal)| personal))
}

/// The same, with whose they are said to be. They are kept in one way only.
pub(super) fn personal_row(
    connection: &Connection,
    of: Sequence,
) -> Result<Option<(String, Personal)>> {
    type Row = (String, Secret, String, Option<[u8; 32]>);
    let found: Option<Row> = connection
        .prepare_cached(
            "SELECT member, secret, fields, identity FROM personal WHERE sequence = ?1",
        )?
        .query_row([of.get()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((member, secret, text, identity)) = found else {
        return Ok(None);
    };
    // What is wrong with them is not told: the text of the error may have it.
    let fields: Option<PersonalFields> = serde_json::from_str(&text).ok();
    let is_kept_so = |fields: &PersonalFields| {
        fields.identity == identity.map(Identity::new)
            && text_of(fields).is_ok_and(|kept| kept == text)
    };
    match fields.filter(is_kept_so) {
        Some(fields) => Ok(Some((member, Personal { secret, fields }))),
        None => Err(StoreError::Corrupt(format!(
            "the personal fields of record {of} are none"
        ))),
    }
}

/// Whether the personal fields that a record commits to are there.
pub(super) fn has_personal(connection: &Connection, of: Sequence) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM personal WHERE sequence = ?1")?;
    Ok(statement.exists([of.get()])?)
}

fn text_of(fields: &PersonalFields) -> Result<String> {
    serde_json::to_string(fields).map_err(|error| StoreError::Failed(error.to_string()))
}

/// Keeps the personal fields of a member that a record commits to.
pub(super) fn keep_personal(
    connection: &Connection,
    of: Sequence,
    member: &MemberId,
    personal: &Personal,
) -> Result<()> {
    let fields = text_of(&personal.fields)?;
    let identity = personal.fields.identity;
    let identity = identity.as_ref().map(Identity::as_bytes);
    connection
        .prepare_cached(
            "INSERT INTO personal (sequence, member, secret, fields, identity)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            of.get(),
            member.as_str(),
            personal.secret,
            fields,
            identity
        ])?;
    Ok(())
}

/// Erases all that was kept of members. What it was written on is overwritten
/// (`secure_delete`) once the log is checkpointed.
pub(super) fn erase_personal(connection: &Connection, members: &[MemberId]) -> Result<()> {
    for member in members {
        connection
            .prepare_cached("DELETE FROM personal WHERE member = ?1")?
            .execute([member.as_str()])?;
    }
    Ok(())
}

/// Whether anything is kept of a member.
pub(super) fn is_kept(connection: &Connection, member: &MemberId) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM personal WHERE member = ?1")?;
    Ok(statement.exists([member.as_str()])?)
}

/// The members who have or had an identity by records before one, in the order of these.
pub(super) fn identified(
    connection: &Connection,
    by: Identity,
    before: Option<Sequence>,
) -> Result<Vec<MemberId>> {
    let before = before.map_or(i64::MAX, Sequence::get);
    let mut statement = connection.prepare_cached(
        "SELECT member FROM personal WHERE identity = ?1 AND sequence < ?2 ORDER BY sequence",
    )?;
    let mut rows = statement.query(params![by.as_bytes(), before])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let member = MemberId::parse(&row.get::<_, String>(0)?);
        members.push(member.map_err(|error| StoreError::Corrupt(error.to_string()))?);
    }
    Ok(members)
}

/// What there is of the ledger: a copy without personal fields has no keys either, which says so.
pub(super) fn parts(connection: &Connection) -> Result<Parts> {
    let sql = "SELECT EXISTS (SELECT 1 FROM secrets)";
    let has_keys: bool = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(match has_keys {
        true => Parts::All,
        false => Parts::NothingPersonal,
    })
}

/// The bytes that something is keyed with.
pub(super) fn secret(connection: &Connection, name: &str) -> Result<[u8; 32]> {
    let sql = "SELECT bytes FROM secrets WHERE name = ?1";
    Ok(connection.query_row(sql, [name], |row| row.get(0))?)
}

/// The lines of a list, from after a key on.
pub(super) fn lines(
    connection: &Connection,
    list: &List,
    after: &str,
    limit: usize,
) -> Result<Lines> {
    // '~' comes after every character that a key may have.
    let end = format!("{}~", list.prefix());
    let mut statement = connection.prepare_cached(
        "SELECT key, line FROM keys
         WHERE key > ?1 AND key < ?2 AND line IS NOT NULL ORDER BY key LIMIT ?3",
    )?;
    let mut rows = statement.query(params![after, end, limit as i64])?;
    let mut found = Lines::default();
    while let Some(row) = rows.next()? {
        let improper = |error: FromSqlError| StoreError::Corrupt(error.to_string());
        let key = row.get_ref(0)?.as_str().map_err(improper)?;
        let line = row.get_ref(1)?.as_blob().map_err(improper)?;
        found.push(List::id_in(key), line);
        if found.count() == limit {
            found.more_after = Some(key.into());
        }
    }
    Ok(found)
}

/// The objects of a list by id, from after one on.
pub(super) fn listed(
    connection: &Connection,
    list: &List,
    after: Option<&ObjectId>,
    limit: usize,
) -> Result<Vec<Object>> {
    let prefix = list.prefix();
    let after = after.map_or_else(|| list.start(), |id| list.key(id));
    let mut statement = connection.prepare_cached(
        "SELECT k.key, o.state
         FROM keys k CROSS JOIN objects o ON o.id = substr(k.key, instr(k.key, ' ') + 1)
         WHERE k.key > ?1 ORDER BY k.key LIMIT ?2",
    )?;
    let mut rows = statement.query(params![after, limit as i64])?;
    let mut objects = Vec::new();
    while let Some(row) = rows.next()? {
        if !row
            .get_ref(0)?
            .as_str()
            .is_ok_and(|key| key.starts_with(&prefix))
        {
            break;
        }
        objects.push(of_state(list.kind(), &row.get::<_, String>(1)?)?);
    }
    Ok(objects)
}
