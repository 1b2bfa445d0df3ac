//! CSV: the same values as in JSON, but that no text is a formula, one row a line. What has several rows in it,
//! such as an entry with its transfers, becomes that many lines.

use std::io::{self, Write};

use super::{Cell, Row, Rows};

/// The names of a list's fields.
pub(crate) fn header(out: &mut impl Write, fields: &[&str]) -> io::Result<()> {
    line(out, fields.iter().map(|field| (*field).to_owned()))
}

/// One line of a list.
pub(crate) fn row(out: &mut impl Write, row: &Row) -> io::Result<()> {
    line(out, row.0.iter().map(|(_, cell)| text(cell)))
}

/// A thing alone, with its header: a line for each row within it, or one where there is none. Where it
/// has rows of several lists, the column `list` names that of each.
pub(super) fn one(out: &mut impl Write, thing: &Row) -> io::Result<()> {
    let columns = columns(thing);
    line(out, columns.iter().map(|column| column.heading.clone()))?;
    let lists = lists(thing).flat_map(|(name, rows)| rows.iter().map(move |row| (name, row)));
    let mut within = lists.map(Some).collect::<Vec<_>>();
    if within.is_empty() {
        within.push(None);
    }
    within.into_iter().try_for_each(|within| {
        let cells = columns.iter().map(|column| column.cell(thing, within));
        line(out, cells.map(|cell| text(&cell)))
    })
}

fn line(out: &mut impl Write, values: impl Iterator<Item = String>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    writer.write_record(values.map(String::into_bytes))?;
    writer.flush()
}

/// Where a column has its cells from.
enum Source {
    Thing(&'static str),
    /// The name of the list that a row is of.
    List,
    /// The rows of these lists, each under a name.
    Rows(Vec<(&'static str, &'static str)>),
}

struct Column {
    heading: String,
    from: Source,
}

impl Column {
    fn cell(&self, thing: &Row, within: Option<(&'static str, &Row)>) -> Cell {
        match (&self.from, within) {
            (Source::Thing(name), _) => thing.get(name).clone(),
            (Source::List, Some((list, _))) => Cell::text(list),
            (Source::Rows(lists), Some((list, row))) => {
                let name = lists.iter().find(|(of, _)| *of == list);
                name.map_or(Cell::Absent, |(_, name)| row.get(name).clone())
            }
            (Source::List | Source::Rows(_), None) => Cell::Absent,
        }
    }
}

fn lists(thing: &Row) -> impl Iterator<Item = (&'static str, &Rows)> {
    thing.0.iter().filter_map(|(name, cell)| match cell {
        Cell::Rows(rows) => Some((*name, rows)),
        _ => None,
    })
}

/// What a list's rows have, whether there is any or not.
fn fields(rows: &Rows) -> Vec<&'static str> {
    let mut fields = rows.fields.clone();
    for (name, _) in rows.iter().flat_map(|row| &row.0) {
        if !fields.contains(name) {
            fields.push(name);
        }
    }
    fields
}

/// The columns of a thing and of the rows within it. Where a row has what the thing has, too, its
/// list's name comes before it, so that both stay; lists share the columns that they all have.
fn columns(thing: &Row) -> Vec<Column> {
    let plain = thing.0.iter();
    let plain = plain.filter(|(_, cell)| !matches!(cell, Cell::Rows(_)));
    let mut columns: Vec<_> = plain
        .map(|(name, _)| Column {
            heading: (*name).to_owned(),
            from: Source::Thing(name),
        })
        .collect();
    if lists(thing).count() > 1 {
        columns.push(Column {
            heading: "list".to_owned(),
            from: Source::List,
        });
    }
    let own = columns.len();
    for (list, rows) in lists(thing) {
        for name in fields(rows) {
            let is_taken = columns[..own].iter().any(|column| column.heading == name);
            let heading = match is_taken {
                true => format!("{list}_{name}"),
                false => name.to_owned(),
            };
            let others = columns[own..].iter_mut();
            let shared = others.filter(|column| column.heading == heading);
            match shared.map(|column| &mut column.from).next() {
                Some(Source::Rows(lists)) => lists.push((list, name)),
                _ => columns.push(Column {
                    heading,
                    from: Source::Rows(vec![(list, name)]),
                }),
            }
        }
    }
    columns
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

    fn of(text: &str) -> Row {
        Row::default().with("of", Cell::text(text))
    }

    fn written(thing: &Row) -> String {
        let mut out = Vec::new();
        one(&mut out, thing).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_column_is_lost() {
        let rows = |rows: Vec<Row>| Cell::Rows(rows.into_iter().collect());
        let thing = of("city").with("rows", rows(vec![of("members"), of("pools")]));
        assert_eq!(
            written(&thing),
            "of,rows_of\ncity,members\ncity,pools\n",
            "neither by a name that it shares"
        );
        let code = Row::default()
            .with("code", Cell::text("aid"))
            .with("of", Cell::text("c"));
        let thing = of("a")
            .with("first", rows(vec![of("b")]))
            .with("second", rows(vec![code]));
        assert_eq!(
            written(&thing),
            "of,list,first_of,code,second_of\na,first,b,,\na,second,,aid,c\n",
            "nor by a list beside"
        );
    }

    #[test]
    fn columns_are_named_without_rows() {
        let none = Cell::Rows(Rows::of(&["who", "count"], std::iter::empty()));
        assert_eq!(written(&of("a").with("rows", none)), "of,who,count\na,,\n");
    }

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
