//! The rows of a CSV file, one at a time and none of them larger than a bound,
//! whatever the file holds.

use std::{
    collections::VecDeque,
    io::{self, BufRead},
};

use super::fault::RowError;

/// More than any row of ours can need.
const MAX_ROW_BYTES: usize = 64 << 10;

/// A row's place and bytes.
pub(super) struct CsvRow {
    /// The line it starts on, from 1.
    pub(super) line: u64,
    bytes: Vec<u8>,
}

/// A line that cannot be part of a row.
pub(super) struct BadLine {
    pub(super) line: u64,
    pub(super) error: RowError,
}

#[derive(Clone)]
enum FileLine {
    Text(Vec<u8>),
    TooLong,
}

/// The rows of a file.
pub(super) struct CsvRows<R> {
    input: R,
    /// Lines that were read in search of a closing quote.
    pending: VecDeque<FileLine>,
    line: u64,
    bytes_read: u64,
}

impl<R: BufRead> CsvRows<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            pending: VecDeque::new(),
            line: 0,
            bytes_read: 0,
        }
    }

    /// How far into the file it has read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next row that is not blank.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<CsvRow, BadLine>>> {
        loop {
            let Some(first) = self.next_line()? else {
                return Ok(None);
            };
            let line = self.line;
            let bad = |error| Ok(Some(Err(BadLine { line, error })));
            let FileLine::Text(bytes) = first else {
                return bad(RowError::TooLong { max: MAX_ROW_BYTES });
            };
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return match self.complete(bytes)? {
                Some(bytes) => Ok(Some(Ok(CsvRow { line, bytes }))),
                None => bad(RowError::QuoteOpen),
            };
        }
    }

    /// The line with those after it, up to the one that closes its last quote.
    /// None where none does within the bound; the lines are then read again as
    /// rows of their own, so that one stray quote costs one row.
    fn complete(&mut self, first: Vec<u8>) -> io::Result<Option<Vec<u8>>> {
        let mut quote = Quote::default();
        quote.read(&first);
        let mut bytes = first;
        let mut taken = Vec::new();
        while quote.is_open() {
            let next = self.next_line()?;
            taken.extend(next.clone());
            match next {
                Some(FileLine::Text(more)) if bytes.len() + more.len() <= MAX_ROW_BYTES => {
                    quote.read(&more);
                    bytes.extend(more);
                }
                _ => {
                    self.line -= taken.len() as u64;
                    for line in taken.into_iter().rev() {
                        self.pending.push_front(line);
                    }
                    return Ok(None);
                }
            }
        }
        Ok(Some(bytes))
    }

    fn next_line(&mut self) -> io::Result<Option<FileLine>> {
        let line = match self.pending.pop_front() {
            Some(line) => Some(line),
            None => self.read_line()?,
        };
        self.line += u64::from(line.is_some());
        Ok(line)
    }

    /// A line with its end, or the mark of one that is too long to keep.
    fn read_line(&mut self) -> io::Result<Option<FileLine>> {
        let mut bytes = Vec::new();
        let mut is_too_long = false;
        loop {
            let available = self.input.fill_buf()?;
            if available.is_empty() && bytes.is_empty() && !is_too_long {
                return Ok(None);
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(available.len(), |end| end + 1);
            if bytes.len() + taken > MAX_ROW_BYTES {
                is_too_long = true;
                bytes = Vec::new();
            } else if !is_too_long {
                bytes.extend_from_slice(&available[..taken]);
            }
            self.input.consume(taken);
            self.bytes_read += taken as u64;
            if end.is_some() || taken == 0 {
                break;
            }
        }
        Ok(Some(if is_too_long {
            FileLine::TooLong
        } else {
            FileLine::Text(bytes)
        }))
    }
}

/// Where a reader of CSV stands between quotes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Quote {
    #[default]
    FieldStart,
    Plain,
    Open,
    /// After a quote within quotes: it closes them, or a second one follows.
    MayClose,
}

impl Quote {
    fn is_open(self) -> bool {
        self == Self::Open
    }

    fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            *self = match (*self, byte) {
                (Self::Open, b'"') => Self::MayClose,
                (Self::Open, _) | (Self::FieldStart | Self::MayClose, b'"') => Self::Open,
                (_, b',' | b'\n') => Self::FieldStart,
                _ => Self::Plain,
            };
        }
    }
}

impl CsvRow {
    /// Its fields as text.
    pub(super) fn fields(&self) -> Result<Vec<String>, RowError> {
        self.split()?
            .iter()
            .enumerate()
            .map(|(index, field)| text_of(index + 1, field))
            .collect()
    }

    /// One field as text, whatever the others are. None where it is not there
    /// or is no text.
    pub(super) fn field(&self, place: usize) -> Option<String> {
        text_of(place + 1, self.split().ok()?.get(place)?).ok()
    }

    fn split(&self) -> Result<csv::ByteRecord, RowError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(self.bytes.len().max(1))
            .from_reader(self.bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        let is_read = reader.read_byte_record(&mut record);
        if !matches!(is_read, Ok(true)) {
            return Err(RowError::NotCsv);
        }
        Ok(record)
    }
}

fn text_of(column: usize, field: &[u8]) -> Result<String, RowError> {
    match std::str::from_utf8(field) {
        Ok(text) if text.contains('\0') => Err(RowError::Nul { column }),
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(RowError::NotUtf8 { column }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &[u8]) -> Vec<String> {
        let mut rows = CsvRows::new(file);
        let mut found = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            found.push(match row {
                Ok(row) => match row.fields() {
                    Ok(fields) => format!("{}:{}", row.line, fields.join("|")),
                    Err(error) => format!("{}!{}", row.line, error.reason()),
                },
                Err(bad) => format!("{}!{}", bad.line, bad.error.reason()),
            });
        }
        assert_eq!(rows.bytes_read(), file.len() as u64);
        found
    }

    #[test]
    fn rows() {
        for (file, expected) in [
            (&b"a,b\nc,d\n"[..], vec!["1:a|b", "2:c|d"]),
            (b"a,b\r\nc,d", vec!["1:a|b", "2:c|d"]),
            (b"\n \na\n", vec!["3:a"]),
            (b"", vec![]),
            (b"\"a\nb\",c\nd\n", vec!["1:a\nb|c", "3:d"]),
            (b"\"a \"\"b\"\"\",c\n", vec!["1:a \"b\"|c"]),
            (b"5\" pipe,b\nc,d\n", vec!["1:5\" pipe|b", "2:c|d"]),
            (b"\"a,b\nc,d\ne,f\n", vec!["1!QUOTE_OPEN", "2:c|d", "3:e|f"]),
            (b"a\0b\nc\n", vec!["1!NUL_BYTE", "2:c"]),
            (b"\xff\xfe,b\nc\n", vec!["1!NOT_UTF8", "2:c"]),
            (b"a,,\n", vec!["1:a||"]),
        ] {
            assert_eq!(read(file), expected, "{:?}", String::from_utf8_lossy(file));
        }
    }

    /// What nobody meant is rows and bad lines, and ends.
    #[test]
    fn whatever_a_file_has() {
        crate::fuzz::fuzz("csv", |bytes| {
            let rows = read(bytes);
            assert!(rows.len() <= bytes.len());
        });
    }

    #[test]
    fn huge_lines_are_one_bad_row_each() {
        let mut file = vec![b'x'; 10 * MAX_ROW_BYTES];
        file.extend(b"\na,b\n");
        assert_eq!(read(&file), ["1!ROW_TOO_LONG", "2:a|b"]);

        let row = format!("a,{}\n", "b".repeat(100));
        let count = 1 + MAX_ROW_BYTES / row.len();
        let mut file = b"\"open\n".to_vec();
        file.extend(row.repeat(count).into_bytes());
        let found = read(&file);
        assert_eq!(found[0], "1!QUOTE_OPEN");
        assert_eq!(found.len(), 1 + count);
        assert!(found[count].starts_with(&format!("{}:a|b", 1 + count)));
    }
}
