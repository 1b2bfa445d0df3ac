//! What hangs on the ids of entries and holds: the ids themselves, holds,
//! reversals and notes.

use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::{Field, Result, difference, shown, wrong};
use crate::{
    ledger::{
        Book, BookingId, Commitment, Entry, Fact, Hold, Moment, Note, Origin, Record, Sequence,
    },
    store::{HoldStateKind, sqlite::read},
};

/// Looks each booking's rows up, and counts them: a table with more rows than
/// were looked up has one that belongs to nothing.
pub(super) struct Bookings<'a> {
    connection: &'a Connection,
    id: CachedStatement<'a>,
    ids: i64,
    holds: i64,
    reversals: i64,
    notes: i64,
}

impl<'a> Bookings<'a> {
    pub(super) fn new(connection: &'a Connection) -> Result<Self> {
        Ok(Self {
            connection,
            id: connection.prepare_cached("SELECT sequence FROM ids WHERE id = ?1")?,
            ids: 0,
            holds: 0,
            reversals: 0,
            notes: 0,
        })
    }

    /// Checks what a record that is already in the book brought about. A hold
    /// that it ends leaves the book, which then holds open ones alone.
    pub(super) fn check(&mut self, record: &Record, book: &mut Book) -> Result<()> {
        let sequence = record.stamp.sequence;
        if let Some(id) = record.fact.booking_id() {
            self.check_id(id, sequence)?;
        }
        if let Some(entry) = record.fact.entry() {
            self.check_note(entry.note, sequence)?;
            if let Origin::Reversal { of, .. } = entry.origin {
                self.check_reversal(entry, of, sequence)?;
            }
        }
        match &record.fact {
            Fact::HoldSettled(entry) => self.check_end_of(book, entry.id, record)?,
            Fact::HoldReleased { id } | Fact::HoldExpired { id } => {
                self.check_end_of(book, *id, record)?;
            }
            Fact::UnitDeclared(_)
            | Fact::AccountOpened(_)
            | Fact::AccountLimitsChanged { .. }
            | Fact::AccountClosed { .. }
            | Fact::EntryPosted(_)
            | Fact::HoldPlaced(_) => {}
        }
        Ok(())
    }

    fn check_id(&mut self, id: BookingId, sequence: Sequence) -> Result<()> {
        let stored: Option<i64> = self
            .id
            .query_row([&id.as_bytes()[..]], |row| row.get(0))
            .optional()?;
        self.ids += 1;
        match stored {
            Some(stored) if stored == sequence.get() => Ok(()),
            Some(stored) => wrong(sequence, "ids", format!("{id} leads to record {stored}")),
            None => wrong(sequence, "ids", format!("{id} is missing")),
        }
    }

    fn check_note(&mut self, commitment: Option<Commitment>, sequence: Sequence) -> Result<()> {
        let Some(commitment) = commitment else {
            return Ok(());
        };
        // No command erases a note yet, so one that is gone was taken.
        let Some((salt, text)) = read::note(self.connection, sequence)? else {
            return wrong(sequence, "notes", "the note is missing");
        };
        self.notes += 1;
        match Note::new(salt, text) {
            Ok(Some(note)) if note.commitment() == commitment => Ok(()),
            _ => wrong(
                sequence,
                "notes",
                "the note is not the one the record commits to",
            ),
        }
    }

    /// A reversal is the exact inverse of what it reverses, and the only one.
    fn check_reversal(&mut self, entry: &Entry, of: BookingId, by: Sequence) -> Result<()> {
        let original = self.entry(of)?;
        let Some((at, original)) = original.filter(|(at, _)| *at < by) else {
            let what = format!("it reverses {of}, which is no earlier entry");
            return wrong(by, "journal", what);
        };
        if original.transfers.inverse() != entry.transfers {
            let what = format!("it is not the exact inverse of entry {of}");
            return wrong(by, "journal", what);
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT by_sequence FROM reversals WHERE of_sequence = ?1")?;
        let stored: Option<i64> = statement
            .query_row([at.get()], |row| row.get(0))
            .optional()?;
        self.reversals += 1;
        match stored {
            Some(stored) if stored == by.get() => Ok(()),
            Some(stored) => {
                let what = format!("entry {of} is said to be reversed by record {stored}");
                wrong(by, "reversals", what)
            }
            None => wrong(
                by,
                "reversals",
                format!("entry {of} is not said to be reversed"),
            ),
        }
    }

    fn entry(&self, id: BookingId) -> Result<Option<(Sequence, Entry)>> {
        let Some(first) = read::find(self.connection, id)? else {
            return Ok(None);
        };
        let first = read::record(self.connection, first)?;
        let hold = read::hold(self.connection, &first)?;
        let record = read::entry(first, hold.as_ref(), self.connection)?;
        Ok(record.and_then(|record| {
            let entry = record.fact.entry()?.clone();
            Some((record.stamp.sequence, entry))
        }))
    }

    /// A hold ends as its record says, and before or at its time.
    fn check_end_of(&mut self, book: &mut Book, id: BookingId, ended: &Record) -> Result<()> {
        let Some(hold) = book.holds.remove(&id) else {
            return Ok(());
        };
        let sequence = ended.stamp.sequence;
        let due = hold.is_due(ended.stamp.recorded_at);
        if due != matches!(ended.fact, Fact::HoldExpired { .. }) {
            let what = format!("hold {} ends against its time", hold.terms.id);
            return wrong(sequence, "journal", what);
        }
        self.check_hold(&hold, Some(sequence))
    }

    fn check_hold(&mut self, hold: &Hold, ended: Option<Sequence>) -> Result<()> {
        let sequence = hold.placed.sequence;
        let mut statement = self.connection.prepare_cached(
            "SELECT d.id, c.id, h.amount, h.expires_at_us, h.state, h.ended_sequence
             FROM holds h JOIN accounts d ON d.no = h.debit_no
               JOIN accounts c ON c.no = h.credit_no
             WHERE h.sequence = ?1",
        )?;
        let stored: Option<HoldRow> = statement
            .query_row([sequence.get()], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                ))
            })
            .optional()?;
        let transfer = &hold.terms.transfer;
        let expected: HoldRow = (
            transfer.debit().to_string(),
            transfer.credit().to_string(),
            transfer.amount().steps(),
            hold.expires_at().map(Moment::us),
            HoldStateKind::from(&hold.state) as i64,
            ended.map(Sequence::get),
        );
        self.holds += 1;
        match stored {
            Some(stored) if stored == expected => Ok(()),
            Some(stored) => {
                let what = difference(fields(stored), fields(expected));
                wrong(sequence, "holds", what)
            }
            None => wrong(sequence, "holds", "the row is missing"),
        }
    }

    pub(super) fn check_end(&mut self, book: &Book) -> Result<()> {
        let mut open: Vec<_> = book.holds.values().collect();
        open.sort_by_key(|hold| hold.placed.sequence);
        for hold in open {
            self.check_hold(hold, None)?;
        }
        for (place, known) in [
            ("ids", self.ids),
            ("holds", self.holds),
            ("reversals", self.reversals),
            ("notes", self.notes),
        ] {
            let sql = format!("SELECT count(*) FROM {place}");
            let stored: i64 = self.connection.query_row(&sql, [], |row| row.get(0))?;
            if stored != known {
                let what = format!("{stored} rows are stored, and the journal has {known}");
                return wrong(Sequence::ZERO, place, what);
            }
        }
        Ok(())
    }
}

/// Debited and credited account, amount, expiry, state, end.
type HoldRow = (String, String, i64, Option<i64>, i64, Option<i64>);

fn fields(row: HoldRow) -> [Field; 6] {
    let (debited, credited, amount, expires_at, state, ended) = row;
    [
        ("debited account", debited),
        ("credited account", credited),
        ("amount", amount.to_string()),
        ("expires_at_us", shown(expires_at)),
        ("state", state.to_string()),
        ("ended_sequence", shown(ended)),
    ]
}
