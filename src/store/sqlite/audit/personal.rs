//! The personal fields, which the journal only commits to.

use rusqlite::Connection;

use super::{Result, wrong};
use crate::{
    exchange::Fact,
    steps::Record,
    store::{StoreError, sqlite::objects},
};

const PLACE: &str = "personal";

/// Compares those that are there, and counts those that are gone.
pub(super) struct PersonalRows<'c> {
    connection: &'c Connection,
    checked: i64,
    /// How many records had theirs erased: what they say of these cannot be checked
    /// any more.
    pub(super) erased: i64,
}

impl<'c> PersonalRows<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            checked: 0,
            erased: 0,
        }
    }

    pub(super) fn check(&mut self, record: &Record) -> Result<()> {
        let committed = record.step.exchange_fact().and_then(Fact::personal);
        let Some((id, commitments)) = committed else {
            return Ok(());
        };
        let at = record.stamp.sequence;
        let found = match objects::personal_row(self.connection, at) {
            Err(StoreError::Corrupt(what)) => return wrong(Some(at), PLACE, what),
            found => found?,
        };
        let Some((member, personal)) = found else {
            self.erased += 1;
            return Ok(());
        };
        if member != id.as_str() {
            let what = format!("the personal fields are kept as those of {member}, not of {id}");
            return wrong(Some(at), PLACE, what);
        }
        if personal.commitments() != *commitments {
            let what = "the personal fields are not those the record commits to";
            return wrong(Some(at), PLACE, what);
        }
        self.checked += 1;
        Ok(())
    }

    /// Those of no record may not be there.
    pub(super) fn end(&self) -> Result<()> {
        let sql = "SELECT count(*) FROM personal";
        let stored: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        match stored == self.checked {
            true => Ok(()),
            false => {
                let checked = self.checked;
                let what = format!("{stored} rows are stored, and the journal has {checked}");
                wrong(None, PLACE, what)
            }
        }
    }
}
