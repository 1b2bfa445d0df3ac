//! CSV and JSON lines: one for each transfer, as `import` reads them.

use std::io::{self, Write};

use timebank::{
    ledger::{AccountId, Entry, Origin, Transfer},
    steps::Record,
};

use super::{chart::Chart, effective_us};
use crate::{
    error::Failure,
    render::{self, Cell, Row},
    time::Time,
};

const FIELDS: [&str; 16] = [
    "entry_id",
    "from",
    "to",
    "amount",
    "effective_at",
    "kind",
    "tags",
    "unit_id",
    "from_kind",
    "to_kind",
    "from_floor",
    "to_floor",
    "sequence",
    "recorded_at",
    "actor",
    "reverses_entry_id",
];

pub(super) fn csv_header(out: &mut impl Write) -> io::Result<()> {
    render::csv::header(out, &FIELDS)
}

pub(super) fn csv(
    out: &mut impl Write,
    record: &Record,
    entry: &Entry,
    chart: &Chart,
) -> Result<(), Failure> {
    for leg in entry.transfers.as_slice() {
        render::csv::row(out, &row(record, entry, leg, chart))?;
    }
    Ok(())
}

pub(super) fn jsonl(
    out: &mut impl Write,
    record: &Record,
    entry: &Entry,
    chart: &Chart,
) -> Result<(), Failure> {
    for leg in entry.transfers.as_slice() {
        render::json::object(out, &row(record, entry, leg, chart))?;
    }
    Ok(())
}

fn row(record: &Record, entry: &Entry, leg: &Transfer, chart: &Chart) -> Row {
    let time = |us| Time::from_us(us).map_or(Cell::Absent, Cell::Time);
    let tags = entry.tags.as_slice().iter();
    let tags = tags.map(|tag| (tag.key().as_str().to_owned(), tag.value().to_owned()));
    let unit_id = chart.unit(leg.debit());
    let reverses = match &entry.origin {
        Origin::Posted => Cell::Absent,
        Origin::Reversal { of, .. } => Cell::text(of.to_string()),
    };
    Row(vec![
        ("entry_id", Cell::text(entry.id.to_string())),
        ("from", Cell::text(leg.debit().as_str())),
        ("to", Cell::text(leg.credit().as_str())),
        ("amount", Cell::steps(leg.amount().steps(), unit_id)),
        ("effective_at", time(effective_us(record, entry))),
        ("kind", Cell::text(entry.kind.as_str())),
        ("tags", Cell::Tags(tags.collect())),
        ("unit_id", Cell::text(unit_id)),
        ("from_kind", kind(leg.debit(), chart)),
        ("to_kind", kind(leg.credit(), chart)),
        ("from_floor", floor(leg.debit(), chart)),
        ("to_floor", floor(leg.credit(), chart)),
        ("sequence", Cell::Count(record.stamp.sequence.get())),
        ("recorded_at", time(record.stamp.recorded_at.us())),
        ("actor", Cell::text(record.caller.principal.as_str())),
        ("reverses_entry_id", reverses),
    ])
}

fn kind(id: &AccountId, chart: &Chart) -> Cell {
    chart
        .account(id)
        .map_or(Cell::Absent, |account| Cell::text(account.kind.to_string()))
}

/// In words, since an empty cell leaves it to the kind.
fn floor(id: &AccountId, chart: &Chart) -> Cell {
    match chart.floor(id) {
        Some(floor) => Cell::text(floor.to_string()),
        None => Cell::text("none"),
    }
}
