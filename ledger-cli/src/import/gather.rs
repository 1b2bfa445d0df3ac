//! Rows into entries: rows that follow each other with the same entry id are
//! one, every other row is one by itself.

use std::collections::HashMap;

use chrono::FixedOffset;
use prost::Message;
use timebank::ledger::BookingId;

use super::{
    Format, Reader,
    fault::RowError,
    records::{BadLine, RawRow},
    row::{BadRow, Booking, Leg, Moved, Parsed},
    tally::Tally,
    timeoverflow,
};

/// Small enough to show progress, large enough that a commit costs little.
const BATCH_ENTRIES: usize = 2_000;

/// Half of what the contract lets a message have.
const BATCH_BYTES: usize = 8 << 20;

/// An entry whose rows are still coming.
struct Group {
    id: BookingId,
    rows: Vec<(u64, Leg)>,
}

/// The entries of a file, as its rows come in.
pub(super) struct Gather {
    format: Format,
    /// What times without an offset are in.
    offset: FixedOffset,
    pub(super) tally: Tally,
    batch: Vec<Booking>,
    batch_bytes: usize,
    group: Option<Group>,
    /// An entry of which one row, on this line, is bad.
    spoiled: Option<(BookingId, u64)>,
    /// How often each row without an id has come so far.
    seen: HashMap<[u8; 16], u32>,
}

impl Gather {
    pub(super) fn new(format: Format, offset: FixedOffset, tally: Tally) -> Self {
        Self {
            format,
            offset,
            tally,
            batch: Vec::new(),
            batch_bytes: 0,
            group: None,
            spoiled: None,
            seen: HashMap::new(),
        }
    }

    /// Takes the next row.
    pub(super) fn take(&mut self, reader: &Reader<'_>, row: Result<RawRow, BadLine>) {
        let (line, fields) = match row {
            Ok(row) => (row.line, row.fields()),
            Err(bad) => (bad.line, Err(bad.error)),
        };
        if line == 1
            && self.format == Format::TimeOverflow
            && fields
                .as_ref()
                .is_ok_and(|fields| timeoverflow::is_header(fields))
        {
            return;
        }
        self.tally.rows_read += 1;
        let fields = match fields {
            Ok(fields) => fields,
            Err(error) => return self.reject(line, error.into(), None),
        };
        match reader.parse(&fields, self.offset) {
            Ok(Parsed::Leg(leg)) => self.accept(line, *leg),
            Ok(Parsed::Skipped(why)) => self.tally.skipped(line, &why),
            Err(bad) => self.reject(line, bad, reader.moved(&fields)),
        }
    }

    fn accept(&mut self, line: u64, leg: Leg) {
        let Some(id) = leg.entry_id else {
            self.close_group();
            return self.accept_without_id(line, leg);
        };
        if let Some((_, line_of_bad)) = self.spoiled.filter(|(spoiled, _)| *spoiled == id) {
            let error = RowError::EntryBad { line: line_of_bad };
            return self.tally.bad(line, &error, Some(Moved::of(&leg)));
        }
        if self.group.as_ref().is_none_or(|group| group.id != id) {
            self.close_group();
        }
        let group = self.group.get_or_insert_with(|| Group {
            id,
            rows: Vec::new(),
        });
        let differs = group.rows.first().and_then(|(first_line, first)| {
            let field = first.difference(&leg)?;
            Some(RowError::Differs {
                field,
                first_line: *first_line,
            })
        });
        match differs {
            None => group.rows.push((line, leg)),
            Some(error) => self.reject(
                line,
                BadRow {
                    entry_id: Some(id),
                    error,
                },
                Some(Moved::of(&leg)),
            ),
        }
    }

    fn accept_without_id(&mut self, line: u64, leg: Leg) {
        let mut key = [0; 16];
        key.copy_from_slice(&leg.digest(self.format, 0)[..16]);
        let count = self.seen.entry(key).or_insert(0);
        let id = leg.derived_id(self.format, *count);
        *count += 1;
        match id {
            Some(id) => self.book(id, vec![(line, leg)]),
            None => self
                .tally
                .bad(line, &RowError::Undated, Some(Moved::of(&leg))),
        }
    }

    /// A bad row takes the entry that it is part of with it.
    fn reject(&mut self, line: u64, bad: BadRow, moved: Option<Moved>) {
        self.tally.bad(line, &bad.error, moved);
        let Some(id) = bad.entry_id else {
            return self.close_group();
        };
        if self.group.as_ref().is_some_and(|group| group.id == id) {
            for (other, leg) in self.group.take().into_iter().flat_map(|group| group.rows) {
                let error = RowError::EntryBad { line };
                self.tally.bad(other, &error, Some(Moved::of(&leg)));
            }
        } else {
            self.close_group();
        }
        self.spoiled = Some((id, line));
    }

    /// Takes it that the entry before is complete.
    pub(super) fn close_group(&mut self) {
        self.spoiled = None;
        if let Some(group) = self.group.take() {
            self.book(group.id, group.rows);
        }
    }

    fn book(&mut self, id: BookingId, rows: Vec<(u64, Leg)>) {
        let moved: Vec<_> = rows
            .iter()
            .map(|(line, leg)| (*line, Moved::of(leg)))
            .collect();
        match Booking::new(id, rows) {
            Ok(booking) => {
                self.batch_bytes += booking.entry.encoded_len();
                self.batch.push(booking);
            }
            Err(malformed) => {
                let error = RowError::from(malformed);
                for (line, moved) in moved {
                    self.tally.bad(line, &error, Some(moved));
                }
            }
        }
    }

    /// Whether there are enough entries for a call.
    pub(super) fn is_full(&self) -> bool {
        self.batch.len() >= BATCH_ENTRIES || self.batch_bytes >= BATCH_BYTES
    }

    /// The entries since the last time.
    pub(super) fn batch(&mut self) -> Vec<Booking> {
        self.batch_bytes = 0;
        std::mem::take(&mut self.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        import::{native, records::Records, row::Prefix},
        progress::Progress,
    };
    use chrono::{Offset, Utc};

    const X: &str = "01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11";
    const Y: &str = "01980c5e-9c9c-7cc2-8000-5d3c1e9a7b22";

    fn gather(format: Format) -> Gather {
        let tally = Tally::new(false, Progress::new(0, "bytes"));
        Gather::new(format, Utc.fix(), tally)
    }

    /// The lines of each entry, and how many rows are bad.
    fn entries(rows: &[&str]) -> (Vec<Vec<u64>>, i64) {
        let mut gather = gather(Format::Native);
        let header = "entry_id,from,to,amount,effective_at,kind";
        let file = format!("{header}\n{}\n", rows.join("\n"));
        let mut records = Records::new(file.as_bytes());
        let header = records.next().unwrap().unwrap().ok().unwrap();
        let header = native::Header::read(&header.fields().unwrap()).unwrap();
        let reader = Reader::Native(header, None);
        while let Some(row) = records.next().unwrap() {
            gather.take(&reader, row);
        }
        gather.close_group();
        let lines = gather.batch.iter().map(|booking| booking.lines.clone());
        (lines.collect(), gather.tally.bad_rows())
    }

    #[test]
    fn rows_make_entries() {
        let row =
            |id: &str, amount: &str, kind: &str| format!("{id},a:b,c:d,{amount},2026-10-01,{kind}");
        let (good, bad) = ("1h", "0.33h");
        for (rows, entries_made, bad_rows) in [
            (vec![("", good), ("", good)], vec![vec![2], vec![3]], 0),
            (
                vec![(X, good), (X, good), (Y, good)],
                vec![vec![2, 3], vec![4]],
                0,
            ),
            (
                vec![(X, good), ("", good), (X, good)],
                vec![vec![2], vec![3], vec![4]],
                0,
            ),
            (
                vec![(X, good), (X, bad), (X, good), (Y, good)],
                vec![vec![5]],
                3,
            ),
            (vec![(X, bad), (X, good), (Y, good)], vec![vec![4]], 2),
            (
                vec![(X, good), (Y, bad), (Y, good), ("", good)],
                vec![vec![2], vec![5]],
                2,
            ),
            (
                vec![(X, good), ("", bad), (X, good)],
                vec![vec![2], vec![4]],
                1,
            ),
            (vec![(X, good); 100], vec![(2..=101).collect()], 0),
            (vec![(X, good); 101], vec![], 101),
        ] {
            let rows: Vec<String> = rows
                .iter()
                .map(|(id, amount)| row(id, amount, ""))
                .collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            assert_eq!(entries(&rows), (entries_made, bad_rows), "{rows:?}");
        }
        let unlike = [row(X, good, "service"), row(X, good, "gift")];
        assert_eq!(entries(&[&unlike[0], &unlike[1]]), (vec![], 2));
    }

    #[test]
    fn rows_alike_are_different_entries_and_the_same_ones_again() {
        let mut ids = Vec::new();
        for _ in 0..2 {
            let mut gather = gather(Format::TimeOverflow);
            let file = "1,member,2,member,60,2024-05-01,,\n".repeat(2);
            let mut records = Records::new(file.as_bytes());
            while let Some(row) = records.next().unwrap() {
                gather.take(&Reader::TimeOverflow(Prefix("city")), row);
            }
            ids.push(
                gather
                    .batch
                    .iter()
                    .map(|b| b.new.entry.id)
                    .collect::<Vec<_>>(),
            );
        }
        assert_eq!(ids[0], ids[1]);
        assert_ne!(ids[0][0], ids[0][1]);
    }
}
