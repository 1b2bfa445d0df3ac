//! What is kept apart from the journal, which only commits to it.

use rusqlite::Connection;

use super::{Result, wrong};

/// How many rows of a table were compared, and how many are gone.
pub(super) struct KeptApart {
    table: &'static str,
    pub(super) checked: i64,
    /// What records say of these cannot be checked any more.
    pub(super) erased: i64,
}

impl KeptApart {
    pub(super) fn new(table: &'static str) -> Self {
        Self {
            table,
            checked: 0,
            erased: 0,
        }
    }

    /// No row of no record may be left over.
    pub(super) fn end(&self, connection: &Connection) -> Result<()> {
        let (table, checked) = (self.table, self.checked);
        let sql = format!("SELECT count(*) FROM {table}");
        let stored: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        match stored == checked {
            true => Ok(()),
            false => {
                let what = format!("{stored} rows are stored, and the journal has {checked}");
                wrong(None, table, what)
            }
        }
    }
}
