//! The notes, which the journal only commits to.

use rusqlite::Connection;

use super::{Result, wrong};
use crate::{ledger::Commitment, steps::Record, store::sqlite::read};

const PLACE: &str = "notes";

/// Compares each note that is there, and counts those that are gone.
pub(super) struct Notes<'c> {
    connection: &'c Connection,
    checked: i64,
    /// How many notes were erased: what the record says of them cannot be checked
    /// any more.
    pub(super) erased: i64,
}

impl<'c> Notes<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            checked: 0,
            erased: 0,
        }
    }

    pub(super) fn check(&mut self, record: &Record) -> Result<()> {
        for commitment in record.entries().filter_map(|entry| entry.note) {
            self.compare(commitment, record)?;
        }
        Ok(())
    }

    fn compare(&mut self, commitment: Commitment, record: &Record) -> Result<()> {
        let at = record.stamp.sequence;
        match read::note(self.connection, at)? {
            None => self.erased += 1,
            Some(note) if note.commitment() == commitment => self.checked += 1,
            Some(_) => {
                let what = "the note is not the one the record commits to";
                return wrong(Some(at), PLACE, what);
            }
        }
        Ok(())
    }

    /// No note may be left over.
    pub(super) fn end(&self) -> Result<()> {
        let sql = "SELECT count(*) FROM notes";
        let stored: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        match stored == self.checked {
            true => Ok(()),
            false => {
                let checked = self.checked;
                let what = format!("{stored} notes are stored, and the journal has {checked}");
                wrong(None, PLACE, what)
            }
        }
    }
}
