//! The first reading of a file, which finds the entries that have a row that
//! cannot be booked: none of their rows may be, however far apart they stand.

use std::{
    collections::HashMap,
    io::{self, BufRead},
};

use timebank::ledger::{BookingId, TimeZone};

use super::{
    ReadRow, Reader,
    csv_rows::CsvRows,
    fault::RowError,
    row::{BadRow, EntryOfRow, Leg, Parsed},
};

/// What is wrong with an entry, and on which line.
#[derive(Clone, Debug)]
pub(super) struct Spoilt {
    pub(super) line: u64,
    pub(super) error: RowError,
}

impl Spoilt {
    /// Why a readable row of the entry, on some line, is not booked.
    pub(super) fn error_on(&self, line: u64) -> RowError {
        if line == self.line {
            self.error.clone()
        } else {
            RowError::EntryBad { line: self.line }
        }
    }
}

/// The entries that are not booked because of one of their rows.
#[derive(Default)]
pub(super) struct SpoiltEntries(HashMap<BookingId, Spoilt>);

impl SpoiltEntries {
    pub(super) fn get(&self, id: &BookingId) -> Option<&Spoilt> {
        self.0.get(id)
    }

    /// The first bad row of an entry is the one its other rows are told of.
    pub(super) fn add(&mut self, id: BookingId, line: u64, error: RowError) {
        self.0.entry(id).or_insert(Spoilt { line, error });
    }
}

/// Reads all rows to the end.
pub(super) fn spoilt_entries(
    reader: &Reader<'_>,
    rows: &mut CsvRows<impl BufRead>,
    zone: TimeZone,
) -> io::Result<SpoiltEntries> {
    let mut survey = Survey::default();
    while let Some(row) = rows.next()? {
        let ReadRow { line, outcome, .. } = reader.read(row, zone);
        match outcome {
            Ok(Parsed::Leg(leg)) => survey.leg(line, *leg),
            Ok(Parsed::Skipped(_) | Parsed::Header) => {}
            Err(bad) => survey.bad(line, bad),
        }
    }
    Ok(survey.spoilt)
}

#[derive(Default)]
struct Survey {
    spoilt: SpoiltEntries,
    /// The entry of the last row that tells its own.
    last_entry: Option<BookingId>,
    /// The first row that could be read of the entry whose rows are coming.
    first: Option<(u64, Leg)>,
    /// The bad rows since the last row that tells its entry.
    unplaced: Option<Unplaced>,
}

/// Bad rows in a run that do not tell which entry they are part of.
struct Unplaced {
    line: u64,
    error: RowError,
    /// Whether one of them may be part of any entry beside it, since its entry
    /// id cannot be read. Otherwise all have an empty one.
    is_unreadable: bool,
}

impl Survey {
    fn leg(&mut self, line: u64, leg: Leg) {
        self.arrive_at(leg.entry_id);
        let Some(id) = leg.entry_id else { return };
        let (first_line, first) = self.first.get_or_insert_with(|| (line, leg.clone()));
        if let Some(field) = first.difference(&leg) {
            let first_line = *first_line;
            self.spoilt
                .add(id, line, RowError::Differs { field, first_line });
        }
    }

    fn bad(&mut self, line: u64, bad: BadRow) {
        match bad.entry {
            EntryOfRow::Known(id) => {
                self.arrive_at(Some(id));
                self.spoilt.add(id, line, bad.error);
            }
            EntryOfRow::Unnamed => self.add_unplaced(line, bad.error, false),
            EntryOfRow::Unreadable => {
                if let Some(before) = self.last_entry {
                    self.spoilt.add(before, line, bad.error.clone());
                }
                self.add_unplaced(line, bad.error, true);
            }
        }
    }

    fn add_unplaced(&mut self, line: u64, error: RowError, is_unreadable: bool) {
        let unplaced = self.unplaced.get_or_insert(Unplaced {
            line,
            error,
            is_unreadable,
        });
        unplaced.is_unreadable |= is_unreadable;
    }

    /// Comes to a row that tells its entry: bad rows just before it may be part
    /// of that entry, and are where it goes on after them.
    fn arrive_at(&mut self, entry: Option<BookingId>) {
        if let (Some(unplaced), Some(id)) = (self.unplaced.take(), entry)
            && (unplaced.is_unreadable || self.last_entry == entry)
        {
            self.spoilt.add(id, unplaced.line, unplaced.error);
        }
        if self.last_entry != entry {
            self.first = None;
        }
        self.last_entry = entry;
    }
}
