//! What goes to standard output. Every thing shown is a [`Row`] of named cells,
//! and each form is made of the same rows: JSON and CSV have all fields with
//! plain numbers, tables have a choice of them as people read them.

pub(crate) mod csv;
pub(crate) mod json;
mod table;

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, Stdout, Write},
    ops::Deref,
};

use timebank::ledger::TimeZone;

use crate::{amount::TIME, client::Client, error::Failure, time::Time};

/// How data is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Table,
    /// One object, or one array for a list.
    Json,
    /// A header and rows, for spreadsheets.
    Csv,
}

/// A value with all that is needed to show it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Cell {
    /// There is none.
    Absent,
    /// There is no limit.
    Unbounded,
    Text(String),
    Count(i64),
    /// An amount, in steps of a unit.
    Steps {
        steps: i64,
        unit_id: String,
    },
    /// Hundredths of a percent.
    Percent(i64),
    /// Hundredths of one.
    Hundredths(i64),
    Flag(bool),
    Time(Time),
    Tags(Vec<(String, String)>),
    Rows(Rows),
}

impl Cell {
    /// Text, where an empty one means that there is none.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        match text.into() {
            text if text.is_empty() => Self::Absent,
            text => Self::Text(text),
        }
    }

    pub(crate) fn steps(steps: i64, unit_id: &str) -> Self {
        Self::Steps {
            steps,
            unit_id: unit_id.to_owned(),
        }
    }

    pub(crate) fn minutes(minutes: i64) -> Self {
        Self::steps(minutes, TIME)
    }

    pub(crate) fn time(time: Option<prost_types::Timestamp>) -> Self {
        time.and_then(Time::from_proto)
            .map_or(Self::Absent, Self::Time)
    }
}

/// Named cells, in the order they are written.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Row(pub(crate) Vec<(&'static str, Cell)>);

impl Row {
    pub(crate) fn get(&self, name: &str) -> &Cell {
        self.0
            .iter()
            .find_map(|(key, cell)| (*key == name).then_some(cell))
            .unwrap_or(&Cell::Absent)
    }

    pub(crate) fn with(mut self, name: &'static str, cell: Cell) -> Self {
        self.0.push((name, cell));
        self
    }
}

/// Rows within a thing.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Rows {
    /// What each of them has, so that a header names it where there is none.
    fields: Vec<&'static str>,
    rows: Vec<Row>,
}

impl Rows {
    /// Rows of which it is known what each has.
    pub(crate) fn of(fields: &[&'static str], rows: impl Iterator<Item = Row>) -> Self {
        Self {
            fields: fields.to_vec(),
            rows: rows.collect(),
        }
    }
}

impl FromIterator<Row> for Rows {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        Self::of(&[], rows.into_iter())
    }
}

impl Deref for Rows {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        &self.rows
    }
}

/// How a list is laid out.
pub(crate) struct Layout {
    /// The fields of each row, which are the header of a CSV.
    pub(crate) fields: &'static [&'static str],
    /// Which of them a table shows, under which headings.
    pub(crate) columns: &'static [(&'static str, &'static str)],
}

/// What it takes to show cells to people.
struct Terms {
    /// The names of the steps of units other than `time`.
    steps: BTreeMap<String, String>,
    /// What times are shown in: UTC, until there is one to show.
    zone: TimeZone,
}

/// Standard output, in the form asked for.
pub(crate) struct Output {
    form: Form,
    out: BufWriter<Stdout>,
    client: Client,
    terms: Terms,
}

impl Output {
    pub(crate) fn new(form: Form, client: Client) -> Self {
        Self {
            form,
            out: BufWriter::new(io::stdout()),
            client,
            terms: Terms {
                steps: BTreeMap::new(),
                zone: TimeZone::UTC,
            },
        }
    }

    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Shows one thing.
    pub(crate) async fn one(&mut self, row: &Row) -> Result<(), Failure> {
        match self.form {
            Form::Json => json::object(&mut self.out, row)?,
            Form::Csv => csv::one(&mut self.out, row)?,
            Form::Table => {
                self.learn_terms(std::slice::from_ref(row)).await?;
                table::one(&mut self.out, row, &self.terms)?;
            }
        }
        Ok(self.out.flush()?)
    }

    /// Starts a list. Nothing is written before its first row or its end, so
    /// that a refusal leaves standard output empty.
    pub(crate) fn list(&mut self, layout: &'static Layout) -> List<'_> {
        List {
            output: self,
            layout,
            table: Vec::new(),
            is_open: false,
        }
    }

    /// Shows one line of an endless list at once: the text, the JSON object or
    /// the CSV row.
    pub(crate) fn stream_row(&mut self, row: &Row, text: &str) -> Result<(), Failure> {
        match self.form {
            Form::Json => json::object(&mut self.out, row)?,
            Form::Csv => csv::row(&mut self.out, row)?,
            Form::Table => writeln!(self.out, "{}", table::printable(text))?,
        }
        Ok(self.out.flush()?)
    }

    /// Starts an endless list.
    pub(crate) fn start_stream(&mut self, layout: &Layout) -> Result<(), Failure> {
        match self.form {
            Form::Csv => csv::header(&mut self.out, layout.fields)?,
            Form::Json | Form::Table => {}
        }
        Ok(())
    }

    /// A cell as people read it.
    pub(crate) async fn shown(&mut self, cell: Cell) -> Result<String, Failure> {
        let row = Row::default().with("cell", cell);
        self.learn_terms(std::slice::from_ref(&row)).await?;
        Ok(table::text(row.get("cell"), &self.terms))
    }

    async fn learn_terms(&mut self, rows: &[Row]) -> Result<(), Failure> {
        if rows.iter().any(has_time) {
            self.terms.zone = self.client.time_zone().await?;
        }
        if !rows.iter().any(|row| has_unknown_unit(row, &self.terms)) {
            return Ok(());
        }
        for unit in self.client.units().await? {
            self.terms.steps.insert(unit.unit_id, unit.step);
        }
        Ok(())
    }
}

fn has_time(row: &Row) -> bool {
    row.0.iter().any(|(_, cell)| match cell {
        Cell::Time(_) => true,
        Cell::Rows(rows) => rows.iter().any(has_time),
        _ => false,
    })
}

fn has_unknown_unit(row: &Row, terms: &Terms) -> bool {
    row.0.iter().any(|(_, cell)| match cell {
        Cell::Steps { unit_id, .. } => unit_id != TIME && !terms.steps.contains_key(unit_id),
        Cell::Rows(rows) => rows.iter().any(|row| has_unknown_unit(row, terms)),
        _ => false,
    })
}

/// A list that is being written. JSON and CSV go out row by row; a table waits
/// for its widths.
pub(crate) struct List<'a> {
    output: &'a mut Output,
    layout: &'static Layout,
    table: Vec<Row>,
    is_open: bool,
}

impl List<'_> {
    pub(crate) fn form(&self) -> Form {
        self.output.form
    }

    pub(crate) fn push(&mut self, row: Row) -> Result<(), Failure> {
        let is_first = !self.is_open;
        self.open()?;
        let out = &mut self.output.out;
        match self.output.form {
            Form::Json => {
                out.write_all(if is_first { b"\n  " } else { b",\n  " })?;
                json::value(out, &row)?;
            }
            Form::Csv => csv::row(out, &row)?,
            Form::Table => self.table.push(row),
        }
        Ok(())
    }

    pub(crate) async fn finish(mut self) -> Result<(), Failure> {
        let is_empty = !self.is_open;
        self.open()?;
        match self.output.form {
            Form::Json => {
                let end: &[u8] = if is_empty { b"]\n" } else { b"\n]\n" };
                self.output.out.write_all(end)?;
            }
            Form::Csv => {}
            Form::Table => {
                self.output.learn_terms(&self.table).await?;
                let Output { out, terms, .. } = self.output;
                table::list(out, self.layout.columns, &self.table, terms)?;
            }
        }
        Ok(self.output.out.flush()?)
    }

    fn open(&mut self) -> io::Result<()> {
        if self.is_open {
            return Ok(());
        }
        self.is_open = true;
        match self.output.form {
            Form::Json => self.output.out.write_all(b"["),
            Form::Csv => csv::header(&mut self.output.out, self.layout.fields),
            Form::Table => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row::default()
            .with("id", Cell::text("a:b"))
            .with("none", Cell::text(""))
            .with("floor", Cell::Unbounded)
            .with("amount", Cell::steps(90, "time"))
            .with("share", Cell::Percent(-1_205))
            .with("mean", Cell::Hundredths(450))
            .with("tags", Cell::Tags(vec![("k".into(), "v;\\w".into())]))
            .with(
                "transfers",
                Cell::Rows(
                    [(30, "cny"), (60, "time")]
                        .map(|(steps, unit)| {
                            Row::default().with("amount", Cell::steps(steps, unit))
                        })
                        .into_iter()
                        .collect(),
                ),
            )
    }

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_json() {
        assert_eq!(
            written(|out| json::value(out, &row())),
            r#"{"id":"a:b","none":null,"floor":null,"amount":90,"share":-12.05,"mean":4.50,"tags":{"k":"v;\\w"},"#.to_owned()
                + r#""transfers":[{"amount":30},{"amount":60}]}"#
        );
    }

    #[test]
    fn as_csv_with_a_line_for_each_inner_row() {
        assert_eq!(
            written(|out| csv::one(out, &row())),
            "id,none,floor,amount,share,mean,tags,transfers_amount\n\
             a:b,,,90,-12.05,4.50,k=v\\;\\\\w,30\na:b,,,90,-12.05,4.50,k=v\\;\\\\w,60\n"
        );
    }

    #[test]
    fn as_a_table() {
        let terms = Terms {
            steps: BTreeMap::from([("cny".to_owned(), "fen".to_owned())]),
            zone: TimeZone::parse("Asia/Shanghai").unwrap(),
        };
        let text = written(|out| table::one(out, &row(), &terms));
        assert!(text.contains("amount  1h30m"), "{text}");
        assert!(text.contains("30 fen"), "{text}");
        assert!(text.contains("share   -12.05 %"), "{text}");
        let at = Row::default().with("at", Cell::Time(Time::from_us(0).unwrap()));
        let text = written(|out| table::list(out, &[("at", "placed")], &[at], &terms));
        assert_eq!(text, "placed\n1970-01-01 08:00 +08:00\n");
        assert_eq!(table::printable("a\u{1b}[31m\nb"), "a [31m b");
    }
}
