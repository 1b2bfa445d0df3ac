//! Writing the rows of the projection.

use rusqlite::{
    CachedStatement, Connection, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use crate::store::{
    StoreError,
    projection::{Row, Table, Value},
};

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Nothing => ValueRef::Null,
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A statement for each table, once it is needed.
pub(super) struct Rows<'c> {
    connection: &'c Connection,
    statements: [Option<CachedStatement<'c>>; Table::ALL.len()],
}

impl<'c> Rows<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            statements: Default::default(),
        }
    }

    pub(super) fn put(&mut self, row: Row<'_>) -> Result<(), StoreError> {
        let statement = match &mut self.statements[row.table as usize] {
            Some(statement) => statement,
            none => none.insert(self.connection.prepare_cached(&insert(row.table))?),
        };
        for (index, value) in row.values.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, value)?;
        }
        statement.raw_execute()?;
        Ok(())
    }
}

/// A row that is there already may only come in the place of one that is written
/// again when it changes.
fn insert(table: Table) -> String {
    let verb = match table.is_rewritten() {
        true => "REPLACE",
        false => "INSERT",
    };
    let columns = table.columns();
    let places: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
    format!(
        "{verb} INTO {} ({}) VALUES ({})",
        table.name(),
        columns.join(", "),
        places.join(", ")
    )
}
