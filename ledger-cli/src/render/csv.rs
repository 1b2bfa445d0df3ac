//! CSV: the same values as in JSON, but that no text is a formula, one row a line. What has several rows in it,
//! such as an entry with its transfers, becomes that many lines.

use std::io::{self, Write};

use super::{Cell, Row};

/// The names of a list's fields.
pub(crate) fn header(out: &mut impl Write, fields: &[&str]) -> io::Result<()> {
    line(out, fields.iter().map(|field| (*field).to_owned()))
}

/// One line of a list.
pub(crate) fn row(out: &mut impl Write, row: &Row) -> io::Result<()> {
    line(out, row.0.iter().map(|(_, cell)| text(cell)))
}

/// A thing alone, with its header.
pub(super) fn one(out: &mut impl Write, thing: &Row) -> io::Result<()> {
    let flat = flat(thing);
    let Some(first) = flat.first() else {
        return Ok(());
    };
    let fields: Vec<&str> = first.0.iter().map(|(name, _)| *name).collect();
    header(out, &fields)?;
    flat.iter().try_for_each(|line| row(out, line))
}

fn line(out: &mut impl Write, values: impl Iterator<Item = String>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    writer.write_record(values.map(String::into_bytes))?;
    writer.flush()
}

/// The thing once for each row within it, whose cells replace those of the same
/// name.
fn flat(thing: &Row) -> Vec<Row> {
    let (rows, plain): (Vec<_>, Vec<_>) = thing
        .0
        .iter()
        .cloned()
        .partition(|(_, cell)| matches!(cell, Cell::Rows(_)));
    let inner = rows.into_iter().find_map(|(_, cell)| match cell {
        Cell::Rows(rows) => Some(rows),
        _ => None,
    });
    let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
        return vec![Row(plain)];
    };
    inner
        .into_iter()
        .map(|within| {
            let mut line = plain.clone();
            for (name, cell) in within.0 {
                match line.iter_mut().find(|(other, _)| *other == name) {
                    Some((_, outer)) => *outer = cell,
                    None => line.push((name, cell)),
                }
            }
            Row(line)
        })
        .collect()
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Absent | Cell::Unbounded | Cell::Rows(_) => String::new(),
        Cell::Text(text) => plain(text),
        Cell::Count(number) | Cell::Steps { steps: number, .. } => number.to_string(),
        Cell::Percent(hundredths) | Cell::Hundredths(hundredths) => decimal(*hundredths),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Time(time) => time.rfc3339(),
        Cell::Tags(tags) => tags_text(tags),
    }
}

/// A text that no spreadsheet takes for a formula: before one that could be, there is a `'`.
fn plain(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.into(),
    }
}

/// Hundredths as a decimal number.
pub(super) fn decimal(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let hundredths = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}

/// `key=value;key=value`, with a backslash before each `;` and `\` of a value.
fn tags_text(tags: &[(String, String)]) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace(';', "\\;");
    let pairs = tags
        .iter()
        .map(|(key, value)| format!("{key}={}", escaped(value)));
    pairs.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+86 138", "'+86 138"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("a=1", "a=1"),
            ("米", "米"),
            ("", ""),
        ] {
            assert_eq!(super::text(&Cell::text(text)), written);
        }
        assert_eq!(super::text(&Cell::Count(-5)), "-5");
    }
}
