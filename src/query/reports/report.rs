//! What all reports are: rows under named columns.

use crate::ledger::Sequence;

/// What the row of all is called, in the column by which rows are grouped.
pub(super) const ALL: &str = "(all)";

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    Text,
    Count,
    Minutes,
    /// Steps of the unit that the row's column `unit_id` names.
    Steps,
    /// Hundredths of a percent.
    Percent,
    /// Hundredths.
    Hundredths,
    /// What the row's column `measure` says.
    Figure,
}

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name, with what it counts last.
    pub name: &'static str,
    pub measure: Measure,
}

impl Column {
    pub(super) const fn new(name: &'static str, measure: Measure) -> Self {
        Self { name, measure }
    }

    pub(super) const fn text(name: &'static str) -> Self {
        Self::new(name, Measure::Text)
    }

    pub(super) const fn count(name: &'static str) -> Self {
        Self::new(name, Measure::Count)
    }

    pub(super) const fn minutes(name: &'static str) -> Self {
        Self::new(name, Measure::Minutes)
    }

    pub(super) const fn hundredths(name: &'static str) -> Self {
        Self::new(name, Measure::Hundredths)
    }

    pub(super) const fn percent(name: &'static str) -> Self {
        Self::new(name, Measure::Percent)
    }
}

/// What a row has under a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// There is nothing to say.
    None,
    Text(String),
    Number(i64),
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn label(text: Option<String>) -> Self {
        text.map_or(Self::None, Self::Text)
    }

    pub(super) fn count(count: usize) -> Self {
        Self::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// So many of so many, in hundredths of a percent. None of none.
    pub(super) fn percent(part: i64, whole: i64) -> Self {
        Self::quotient(part, 10_000, whole)
    }

    /// A sum over how many it is of, in hundredths. None of none.
    pub(super) fn mean_hundredths(sum: i64, count: i64) -> Self {
        Self::quotient(sum, 100, count)
    }

    /// A sum over how many it is of. None of none.
    pub(super) fn mean(sum: i64, count: i64) -> Self {
        Self::quotient(sum, 1, count)
    }

    /// A product over a number. None where that is none.
    pub(super) fn mean_of_product(a: i64, b: i64, whole: i64) -> Self {
        Self::quotient(a, b.into(), whole)
    }

    /// What is less than one is dropped.
    fn quotient(part: i64, times: i128, whole: i64) -> Self {
        let product = i128::from(part) * times;
        match i64::try_from(product.checked_div(whole.into()).unwrap_or(-1)) {
            Ok(quotient) if whole > 0 => Self::Number(quotient),
            _ => Self::None,
        }
    }
}

/// A report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    pub columns: Vec<Column>,
    /// Each with as many values as there are columns.
    pub rows: Vec<Vec<Value>>,
    /// The position of which it is.
    pub at: Sequence,
}

/// What a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    Count,
    Minutes,
    Days,
    Percent,
    Hundredths,
    /// Steps of the unit that the figure is of.
    Steps,
}

impl Unit {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Minutes => "minutes",
            Self::Days => "days",
            Self::Percent => "percent",
            Self::Hundredths => "hundredths",
            Self::Steps => "steps",
        }
    }
}

/// Figures, each with what it means beside it.
#[derive(Debug, Default)]
pub(super) struct Figures(Vec<Vec<Value>>);

impl Figures {
    pub(super) fn columns() -> Vec<Column> {
        vec![
            Column::text("figure"),
            Column::text("of"),
            Column::text("measure"),
            Column::new("value", Measure::Figure),
            Column::text("meaning"),
        ]
    }

    pub(super) fn say(
        &mut self,
        figure: &str,
        of: &str,
        (unit, value): (Unit, Value),
        meaning: &str,
    ) {
        self.0.push(vec![
            Value::text(figure),
            match of {
                "" => Value::None,
                of => Value::text(of),
            },
            Value::text(unit.word()),
            value,
            Value::text(meaning),
        ]);
    }

    pub(super) fn rows(self) -> Vec<Vec<Value>> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_of_something() {
        for (part, whole, percent) in [
            (1, 3, Value::Number(3333)),
            (3, 3, Value::Number(10_000)),
            (0, 3, Value::Number(0)),
            (4, 3, Value::Number(13_333)),
            (0, 0, Value::None),
            (1, 0, Value::None),
            (i64::MAX, 1, Value::None),
        ] {
            assert_eq!(Value::percent(part, whole), percent, "{part} of {whole}");
        }
    }
}
