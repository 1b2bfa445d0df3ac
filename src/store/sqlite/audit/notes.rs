//! The notes, which the journal only commits to.

use rusqlite::Connection;

use super::{Result, kept_apart::KeptApart, wrong};
use crate::{steps::Record, store::sqlite::read};

const PLACE: &str = "notes";

/// Compares each note that is there, and counts those that are gone.
pub(super) struct Notes<'c> {
    connection: &'c Connection,
    pub(super) count: KeptApart,
}

impl<'c> Notes<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        let count = KeptApart::new(PLACE);
        Self { connection, count }
    }

    pub(super) fn check(&mut self, record: &Record) -> Result<()> {
        let Some(commitment) = record.note() else {
            return Ok(());
        };
        let at = record.stamp.sequence;
        match read::note(self.connection, at)? {
            None => self.count.erased += 1,
            Some(note) if note.commitment() == commitment => self.count.checked += 1,
            Some(_) => {
                let what = "the note is not the one the record commits to";
                return wrong(Some(at), PLACE, what);
            }
        }
        Ok(())
    }

    pub(super) fn end(&self) -> Result<()> {
        self.count.end(self.connection)
    }
}
