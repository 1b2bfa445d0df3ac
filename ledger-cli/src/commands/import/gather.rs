//! Rows into entries: rows that follow each other with the same entry id are
//! one, every other row is one by itself.

use std::collections::HashMap;

use timebank::ledger::BookingId;

use super::{
    Format, ReadRow,
    call::{Call, CallSize},
    fault::RowError,
    row::{Booking, Leg, Moved, Parsed},
    survey::SpoiltEntries,
    tally::Tally,
};

/// An entry whose rows are still coming.
struct Group {
    id: BookingId,
    rows: Vec<(u64, Leg)>,
}

/// The entries of a file, as its rows come in.
pub(super) struct Gather {
    format: Format,
    size: CallSize,
    pub(super) tally: Tally,
    /// The calls that are full.
    full: Vec<Call>,
    call: Call,
    group: Option<Group>,
    spoilt: SpoiltEntries,
    /// How often each row without an id has come so far.
    seen: HashMap<[u8; 16], u32>,
}

impl Gather {
    pub(super) fn new(format: Format, size: CallSize, spoilt: SpoiltEntries, tally: Tally) -> Self {
        Self {
            format,
            size,
            tally,
            full: Vec::new(),
            call: Call::new(size),
            group: None,
            spoilt,
            seen: HashMap::new(),
        }
    }

    /// Adds the next row.
    pub(super) fn add_row(&mut self, row: ReadRow) {
        self.tally.rows_read += i64::from(row.outcome != Ok(Parsed::Header));
        match row.outcome {
            Ok(Parsed::Leg(leg)) => self.accept(row.line, *leg),
            Ok(Parsed::Skipped(why)) => self.tally.skipped(row.line, &why),
            Ok(Parsed::Header) => {}
            Err(bad) => {
                self.close_group();
                self.tally.bad(row.line, &bad.error, row.moved);
            }
        }
    }

    fn accept(&mut self, line: u64, leg: Leg) {
        let Some(id) = leg.entry_id else {
            self.close_group();
            return self.accept_without_id(line, leg);
        };
        if self.group.as_ref().is_none_or(|group| group.id != id) {
            self.close_group();
        }
        if let Some(spoilt) = self.spoilt.get(&id) {
            let error = spoilt.error_on(line);
            return self.tally.bad(line, &error, Some(Moved::of(&leg)));
        }
        let group = self.group.get_or_insert_with(|| Group {
            id,
            rows: Vec::new(),
        });
        group.rows.push((line, leg));
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

    /// Books the entry whose rows were coming: it is complete.
    fn close_group(&mut self) {
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
                if let Some(booking) = self.call.add(booking) {
                    let full = self.next_call();
                    self.full.push(full);
                    self.call.add(booking);
                }
            }
            Err(malformed) => {
                let error = RowError::from(malformed);
                for (line, moved) in moved {
                    self.tally.bad(line, &error, Some(moved));
                }
            }
        }
    }

    fn next_call(&mut self) -> Call {
        std::mem::replace(&mut self.call, Call::new(self.size))
    }

    /// The calls that became full since the last time.
    pub(super) fn full_calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.full)
    }

    /// All that is left, once no row is to come.
    pub(super) fn last_calls(&mut self) -> Vec<Call> {
        self.close_group();
        let last = self.next_call();
        self.full.push(last);
        self.full_calls()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        commands::import::{
            Reader, csv_rows::CsvRows, native, row::Prefix, survey::spoilt_entries,
        },
        progress::Progress,
    };
    use timebank::ledger::TimeZone;

    const X: &str = "01980c5e-9c9c-7cc2-8000-5d3c1e9a7b11";
    const Y: &str = "01980c5e-9c9c-7cc2-8000-5d3c1e9a7b22";

    fn gather(format: Format, size: CallSize, spoilt: SpoiltEntries) -> Gather {
        let tally = Tally::new(false, Progress::new(0, "bytes"));
        Gather::new(format, size, spoilt, tally)
    }

    /// The entries of these rows.
    fn gathered(rows: &[&str], size: CallSize) -> Gather {
        let header = "entry_id,from,to,amount,effective_at,kind";
        let file = format!("{header}\n{}\n", rows.join("\n"));
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        let reader = Reader::Native(native::Header::read(&names).unwrap(), None);
        let [mut first_reading, mut second_reading] = [(); 2].map(|()| {
            let mut rows = CsvRows::new(file.as_bytes());
            rows.next().unwrap();
            rows
        });
        let spoilt = spoilt_entries(&reader, &mut first_reading, TimeZone::UTC).unwrap();
        let mut gather = gather(Format::Native, size, spoilt);
        while let Some(row) = second_reading.next().unwrap() {
            gather.add_row(reader.read(row, TimeZone::UTC));
        }
        gather.close_group();
        gather
    }

    /// The lines of each entry, and how many rows are bad.
    fn entries(rows: &[&str]) -> (Vec<Vec<u64>>, i64) {
        let gather = gathered(rows, CallSize::TO_BOOK);
        let bookings = gather.call.bookings.iter();
        let lines = bookings.map(|booking| booking.lines.clone());
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
            // However far apart they stand.
            (vec![(X, good), (Y, good), (X, bad)], vec![vec![3]], 2),
            (
                vec![(X, bad), ("", good), (Y, good), (X, good)],
                vec![vec![3], vec![4]],
                2,
            ),
            // Which entry it is part of cannot be told: either beside it.
            (
                vec![(X, good), ("no-id", good), (Y, good), ("", good)],
                vec![vec![5]],
                3,
            ),
            (
                vec![("", good), ("no-id", good), ("no-id", bad), (Y, good)],
                vec![vec![2]],
                3,
            ),
            // An entry by itself, unless an entry goes on after it.
            (
                vec![(X, good), ("", bad), (Y, good)],
                vec![vec![2], vec![4]],
                1,
            ),
            (vec![(X, good), ("", bad), (X, good)], vec![], 3),
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

        // What is left of a row may still tell its entry.
        let whole = row(X, good, "");
        for (torn, bad_rows) in [
            (format!("{X},a:b,c:d,1h"), 3),
            (format!("{X},a:b,c:d,1h,2026-10-01,\0"), 3),
            ("a:b,c:d,1h,2026-10-01,".to_owned(), 4),
            (format!("\"{X},a:b,c:d,1h,2026-10-01,"), 4),
        ] {
            let other = row(Y, good, "");
            let rows = [&whole, &torn, &other, &whole].map(String::as_str);
            let (made, bad) = entries(&rows);
            assert_eq!(bad, bad_rows, "{torn}: {made:?}");
        }
    }

    #[test]
    fn a_call_is_closed_before_the_entry_that_is_too_much() {
        let row = |id: &str, to: u64| format!("{id},city:mint,city:member:{to},1h,2026-10-01,");
        let rows = [row(X, 1), row(X, 1), row(Y, 1), row("", 2), row("", 2)];
        let rows = rows.each_ref().map(String::as_str);
        let any = CallSize::TO_BOOK;
        let whole = gathered(&rows, any).call.bytes();
        let limited = [
            (any, vec![4]),
            (CallSize { entries: 4, ..any }, vec![4]),
            (CallSize { entries: 3, ..any }, vec![3, 1]),
            (
                CallSize {
                    transfers: 5,
                    ..any
                },
                vec![4],
            ),
            (
                CallSize {
                    transfers: 4,
                    ..any
                },
                vec![3, 1],
            ),
            // No entry is divided.
            (
                CallSize {
                    transfers: 1,
                    ..any
                },
                vec![1, 1, 1, 1],
            ),
            (CallSize { openings: 3, ..any }, vec![4]),
            (CallSize { openings: 2, ..any }, vec![2, 2]),
            (
                CallSize {
                    bytes: whole,
                    ..any
                },
                vec![4],
            ),
            (
                CallSize {
                    bytes: whole - 1,
                    ..any
                },
                vec![3, 1],
            ),
        ];
        for (size, expected) in limited {
            let calls = gathered(&rows, size).last_calls();
            let entries = calls.iter().map(|call| call.bookings.len());
            assert_eq!(entries.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn rows_alike_are_different_entries_and_the_same_ones_again() {
        let mut ids = Vec::new();
        for _ in 0..2 {
            let mut gather = gather(
                Format::TimeOverflow,
                CallSize::TO_BOOK,
                SpoiltEntries::default(),
            );
            let file = "1,member,2,member,60,2024-05-01,,\n".repeat(2);
            let mut rows = CsvRows::new(file.as_bytes());
            while let Some(row) = rows.next().unwrap() {
                gather.add_row(Reader::TimeOverflow(Prefix("city")).read(row, TimeZone::UTC));
            }
            ids.push(
                gather
                    .call
                    .bookings
                    .iter()
                    .map(|booking| booking.entry.entry_id.clone())
                    .collect::<Vec<_>>(),
            );
        }
        assert_eq!(ids[0], ids[1]);
        assert_ne!(ids[0][0], ids[0][1]);
    }
}
