//! Every row of every table against the projection's.

use std::collections::HashMap;

use rusqlite::{
    CachedStatement, Connection, Row as SqlRow, Rows as SqlRows,
    types::{Value as Owned, ValueRef},
};

use super::{Result, wrong};
use crate::{
    ledger::{BookingId, Sequence},
    store::projection::{Row, Table, Value},
};

/// The rows of a table in the order of their keys.
pub(super) fn in_order(table: Table) -> String {
    let columns = table.columns();
    let (name, key) = (table.name(), columns[0]);
    format!("SELECT {} FROM {name} ORDER BY {key}", columns.join(", "))
}

fn by_key(table: Table) -> String {
    let columns = table.columns();
    let (name, key) = (table.name(), columns[0]);
    format!("SELECT {} FROM {name} WHERE {key} = ?1", columns.join(", "))
}

/// The stored tables. A row is compared when no later record can change it, and
/// what may still change at the end.
pub(super) struct Tables<'c> {
    connection: &'c Connection,
    /// Transfers come in the order of their keys, and are walked; rows of other
    /// tables are looked up.
    transfers: SqlRows<'c>,
    by_key: [CachedStatement<'c>; Table::ALL.len()],
    checked: [i64; Table::ALL.len()],
    changing: HashMap<(usize, i64), (Sequence, Vec<Owned>)>,
    /// The row of `ids` that was read last, which mostly is the next to compare.
    found: Option<(BookingId, Sequence)>,
}

impl<'c> Tables<'c> {
    /// The tables of a file; `transfers` are the rows of [`in_order`].
    pub(super) fn new(connection: &'c Connection, transfers: SqlRows<'c>) -> Result<Self> {
        let [
            ids,
            units,
            accounts,
            balances,
            transfers_by_key,
            holds,
            reversals,
            steps,
            objects,
            keys,
            served,
            forced,
        ] = Table::ALL.map(|table| connection.prepare_cached(&by_key(table)));
        Ok(Self {
            connection,
            transfers,
            by_key: [
                ids?,
                units?,
                accounts?,
                balances?,
                transfers_by_key?,
                holds?,
                reversals?,
                steps?,
                objects?,
                keys?,
                served?,
                forced?,
            ],
            checked: Default::default(),
            changing: HashMap::new(),
            found: None,
        })
    }

    /// Keeps what was read of an id, its first record.
    pub(super) fn found(&mut self, id: BookingId, first: Option<Sequence>) {
        self.found = first.map(|first| (id, first));
    }

    fn is_found(&self, values: &[Value<'_>]) -> bool {
        self.found.as_ref().is_some_and(|(id, first)| {
            *values == [Value::Bytes(id.as_bytes()), Value::Number(first.get())]
        })
    }

    /// Compares a row that a record brought about, or keeps it until it is sure.
    pub(super) fn check(&mut self, row: Row<'_>) -> Result<()> {
        let key = match row.values.first() {
            Some(Value::Number(key)) => Some((row.table as usize, *key)),
            _ => None,
        };
        match key {
            Some(key) if row.may_change => {
                let values = row.values.iter().map(owned).collect();
                self.changing.insert(key, (row.of, values));
                return Ok(());
            }
            Some(key) => self.changing.remove(&key),
            None => None,
        };
        self.compare(row.table, row.values, row.of)
    }

    fn compare(&mut self, table: Table, values: &[Value<'_>], of: Sequence) -> Result<()> {
        let at = Some(of);
        self.checked[table as usize] += 1;
        if table == Table::Ids && self.is_found(values) {
            return Ok(());
        }
        if table == Table::Transfers {
            return match self.transfers.next()? {
                None => wrong(at, table.name(), "a row is missing"),
                Some(row) => same(row, table, values, at),
            };
        }
        let mut rows = self.by_key[table as usize].query([&values[0]])?;
        match rows.next()? {
            None => {
                let what = format!("the row of {} is missing", shown(values[0]));
                wrong(at, table.name(), what)
            }
            Some(row) => same(row, table, values, at),
        }
    }

    /// Compares what may still change, and counts: a table with more rows than
    /// were compared has one that belongs to nothing.
    pub(super) fn end(&mut self) -> Result<()> {
        let mut changing: Vec<_> = self.changing.drain().collect();
        changing.sort_unstable_by_key(|(key, _)| *key);
        for ((table, _), (of, values)) in changing {
            let values: Vec<_> = values.iter().map(borrowed).collect();
            self.compare(Table::ALL[table], &values, of)?;
        }
        for table in Table::ALL {
            let sql = format!("SELECT count(*) FROM {}", table.name());
            let stored: i64 = self.connection.query_row(&sql, [], |row| row.get(0))?;
            let checked = self.checked[table as usize];
            if stored != checked {
                let what = format!("{stored} rows are stored, and the journal has {checked}");
                return wrong(None, table.name(), what);
            }
        }
        Ok(())
    }
}

/// Names the first column that is not as it should be, with both values.
fn same(row: &SqlRow<'_>, table: Table, values: &[Value<'_>], at: Option<Sequence>) -> Result<()> {
    for (index, (expected, column)) in values.iter().zip(table.columns()).enumerate() {
        let found = value(row.get_ref(index)?);
        if found.as_ref() != Some(expected) {
            let found = found.map_or_else(|| "of another type".into(), shown);
            let (key, expected) = (shown(values[0]), shown(*expected));
            let what = format!("{column} of {key} is {found}, and should be {expected}");
            return wrong(at, table.name(), what);
        }
    }
    Ok(())
}

fn value(stored: ValueRef<'_>) -> Option<Value<'_>> {
    match stored {
        ValueRef::Null => Some(Value::Nothing),
        ValueRef::Integer(number) => Some(Value::Number(number)),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Value::Text),
        ValueRef::Blob(bytes) => Some(Value::Bytes(bytes)),
        ValueRef::Real(_) => None,
    }
}

fn owned(value: &Value<'_>) -> Owned {
    match value {
        Value::Nothing => Owned::Null,
        Value::Number(number) => Owned::Integer(*number),
        Value::Text(text) => Owned::Text((*text).into()),
        Value::Bytes(bytes) => Owned::Blob(bytes.to_vec()),
    }
}

fn borrowed(value: &Owned) -> Value<'_> {
    match value {
        Owned::Null | Owned::Real(_) => Value::Nothing,
        Owned::Integer(number) => Value::Number(*number),
        Owned::Text(text) => Value::Text(text),
        Owned::Blob(bytes) => Value::Bytes(bytes),
    }
}

fn shown(value: Value<'_>) -> String {
    match value {
        Value::Nothing => "none".into(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.into(),
        Value::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
