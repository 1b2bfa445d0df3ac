//! Tables, as people read them: hours and minutes, times in the ledger's
//! zone, numbers to the right. No colours, so there is none to switch off.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};

use super::{Cell, Row, Terms, csv::decimal};
use crate::amount::{Shown, TIME};

/// A list of things under headings.
pub(super) fn list(
    out: &mut impl Write,
    columns: &[(&str, &str)],
    rows: &[Row],
    terms: &Terms,
) -> io::Result<()> {
    let mut table = plain();
    let numeric: Vec<bool> = columns
        .iter()
        .map(|(name, _)| rows.iter().any(|row| is_number(row.get(name))))
        .collect();
    table.set_header(columns.iter().zip(&numeric).map(|((_, heading), numeric)| {
        comfy_table::Cell::new(heading).set_alignment(alignment(*numeric))
    }));
    for row in rows {
        table.add_row(columns.iter().zip(&numeric).map(|((name, _), numeric)| {
            let shown = match row.get(name) {
                Cell::Absent => String::new(),
                cell => text(cell, terms),
            };
            comfy_table::Cell::new(shown).set_alignment(alignment(*numeric))
        }));
    }
    write_table(out, &table)
}

/// One thing, a field a line; the rows within it come last, as a table.
pub(super) fn one(out: &mut impl Write, thing: &Row, terms: &Terms) -> io::Result<()> {
    let mut table = plain();
    for (name, cell) in &thing.0 {
        if !matches!(cell, Cell::Rows(_)) {
            table.add_row([name.replace('_', " "), text(cell, terms)]);
        }
    }
    write_table(out, &table)?;
    let cells = thing.0.iter();
    let is_one_of_many = cells
        .filter(|(_, cell)| matches!(cell, Cell::Rows(_)))
        .count()
        > 1;
    for (name, cell) in &thing.0 {
        let Cell::Rows(rows) = cell else { continue };
        let Some(first) = rows.first() else { continue };
        let headings: Vec<_> = first
            .0
            .iter()
            .map(|(name, _)| name.replace('_', " "))
            .collect();
        let columns: Vec<_> = first
            .0
            .iter()
            .zip(&headings)
            .map(|((name, _), heading)| (*name, heading.as_str()))
            .collect();
        writeln!(out)?;
        if is_one_of_many {
            writeln!(out, "{}:", name.replace('_', " "))?;
        }
        list(out, &columns, rows, terms)?;
    }
    Ok(())
}

/// A cell as people read it.
pub(super) fn text(cell: &Cell, terms: &Terms) -> String {
    match cell {
        Cell::Absent => "-".to_owned(),
        Cell::Unbounded => "none".to_owned(),
        Cell::Text(text) => printable(text),
        Cell::Count(number) => number.to_string(),
        Cell::Steps {
            steps: number,
            unit_id,
        } => {
            let step = match unit_id.as_str() {
                TIME => None,
                other => Some(terms.steps.get(other).map_or(other, String::as_str)),
            };
            let steps = *number;
            Shown { steps, step }.to_string()
        }
        Cell::Percent(hundredths) => format!("{} %", decimal(*hundredths)),
        Cell::Hundredths(hundredths) => decimal(*hundredths),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Cell::Time(time) => time.readable(terms.zone),
        Cell::Tags(tags) if tags.is_empty() => "-".to_owned(),
        Cell::Tags(tags) => {
            let pairs = tags.iter().map(|(key, value)| format!("{key}={value}"));
            printable(&pairs.collect::<Vec<_>>().join(" "))
        }
        Cell::Rows(rows) => words(rows, terms).unwrap_or_else(|| rows.len().to_string()),
    }
}

/// Rows of one cell each, in one line.
fn words(rows: &[Row], terms: &Terms) -> Option<String> {
    let word = |row: &Row| match row.0.as_slice() {
        [(_, cell)] => Some(text(cell, terms)),
        _ => None,
    };
    let words: Option<Vec<_>> = rows.iter().map(word).collect();
    words
        .filter(|words| !words.is_empty())
        .map(|words| words.join(", "))
}

/// Without what would move the cursor or ring the bell.
pub(super) fn printable(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn is_number(cell: &Cell) -> bool {
    matches!(
        cell,
        Cell::Count(_) | Cell::Steps { .. } | Cell::Percent(_) | Cell::Hundredths(_)
    )
}

fn alignment(numeric: bool) -> CellAlignment {
    if numeric {
        CellAlignment::Right
    } else {
        CellAlignment::Left
    }
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

fn write_table(out: &mut impl Write, table: &Table) -> io::Result<()> {
    // The first column needs no space before it, the last none behind it.
    for line in table.lines() {
        let line = line.strip_prefix(' ').unwrap_or(&line);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
