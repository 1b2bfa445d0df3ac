//! Reports, whose columns the server names.

use timebank_proto::v1::{
    Certificate, Report, ReportCell, ReportColumn, ReportMeasure, ReportRow, report_cell,
};

use super::trainings::assessment;
use crate::render::{Cell, Row, Rows};

/// The name of a column, for as long as the program runs: it shows one report, and ends.
fn kept(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

struct Named {
    name: &'static str,
    measure: ReportMeasure,
}

impl Named {
    fn of(column: &ReportColumn) -> Self {
        Self {
            name: kept(&column.name),
            measure: column.measure(),
        }
    }
}

/// What a row has under a column of text.
fn word<'a>(columns: &[Named], row: &'a ReportRow, name: &str) -> &'a str {
    let at = columns.iter().position(|column| column.name == name);
    match at.and_then(|at| row.cells.get(at)?.value.as_ref()) {
        Some(report_cell::Value::Text(text)) => text,
        _ => "",
    }
}

fn cell(columns: &[Named], row: &ReportRow, (column, cell): (&Named, &ReportCell)) -> Cell {
    let (measure, unit_column) = match column.measure {
        ReportMeasure::Figure => (measure_named(word(columns, row, "measure")), "of"),
        measure => (measure, "unit_id"),
    };
    match (&cell.value, measure) {
        (None, _) => Cell::Absent,
        (Some(report_cell::Value::Text(text)), _) => Cell::text(text),
        (Some(report_cell::Value::Number(number)), ReportMeasure::Minutes) => {
            Cell::minutes(*number)
        }
        (Some(report_cell::Value::Number(number)), ReportMeasure::Steps) => {
            Cell::steps(*number, word(columns, row, unit_column))
        }
        (Some(report_cell::Value::Number(number)), ReportMeasure::Percent) => {
            Cell::Percent(*number)
        }
        (Some(report_cell::Value::Number(number)), ReportMeasure::Hundredths) => {
            Cell::Hundredths(*number)
        }
        (Some(report_cell::Value::Number(number)), _) => Cell::Count(*number),
    }
}

fn measure_named(word: &str) -> ReportMeasure {
    match word {
        "minutes" => ReportMeasure::Minutes,
        "steps" => ReportMeasure::Steps,
        "percent" => ReportMeasure::Percent,
        "hundredths" => ReportMeasure::Hundredths,
        _ => ReportMeasure::Count,
    }
}

/// A report: what it is of, and its rows.
pub(crate) fn report(report: Report) -> Row {
    let scope = report.scope.unwrap_or_default();
    let columns: Vec<_> = report.columns.iter().map(Named::of).collect();
    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
    let rows = report.rows.iter().map(|row| {
        let cells = columns.iter().zip(&row.cells);
        let cells = cells.map(|pair| (pair.0.name, cell(&columns, row, pair)));
        Row(cells.collect())
    });
    Row(vec![
        // Not `of` or `branch`, which rows have themselves.
        ("scope", Cell::text(scope.branch)),
        ("since", Cell::text(scope.since)),
        ("until", Cell::text(scope.until)),
        ("at_position", Cell::Count(scope.at_position)),
        ("rows", Cell::Rows(Rows::of(&names, rows))),
    ])
}

/// What a certificate says of each service.
const SERVED: [&str; 6] = [
    "service",
    "services",
    "served_minutes",
    "is_entered",
    "first_on",
    "last_on",
];

/// What it says of each training.
const TRAINED: [&str; 4] = ["code", "on", "minutes", "assessment"];

/// What a member served.
pub(crate) fn certificate(certificate: &Certificate) -> Row {
    let services = certificate.services.iter().map(|one| {
        Row(vec![
            ("service", Cell::text(&one.service)),
            ("services", Cell::Count(one.services)),
            ("served_minutes", Cell::minutes(one.served_minutes)),
            ("is_entered", Cell::Flag(one.is_entered)),
            ("first_on", Cell::text(&one.first_on)),
            ("last_on", Cell::text(&one.last_on)),
        ])
    });
    let trainings = certificate.trainings.iter().map(|one| {
        Row(vec![
            ("code", Cell::text(&one.code)),
            ("on", Cell::text(&one.on)),
            ("minutes", Cell::minutes(one.minutes)),
            ("assessment", Cell::text(assessment(one.assessment()))),
        ])
    });
    Row(vec![
        ("number", Cell::text(&certificate.number)),
        ("member_id", Cell::text(&certificate.member_id)),
        ("since", Cell::text(&certificate.since)),
        ("until", Cell::text(&certificate.until)),
        ("at_position", Cell::Count(certificate.at_position)),
        ("all_services", Cell::Count(certificate.service_count)),
        (
            "all_served_minutes",
            Cell::minutes(certificate.served_minutes),
        ),
        ("services", Cell::Rows(Rows::of(&SERVED, services))),
        ("trainings", Cell::Rows(Rows::of(&TRAINED, trainings))),
    ])
}

#[cfg(test)]
mod tests {
    use timebank_proto::v1::{CertifiedService, CertifiedTraining};

    use super::*;

    #[test]
    fn a_certificate_names_what_its_rows_have() {
        let made = certificate(&Certificate {
            services: vec![CertifiedService::default()],
            trainings: vec![CertifiedTraining::default()],
            ..Default::default()
        });
        for (list, fields) in [("services", &SERVED[..]), ("trainings", &TRAINED[..])] {
            let Cell::Rows(rows) = made.get(list) else {
                panic!("{list} are no rows");
            };
            let names: Vec<_> = rows[0].0.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, fields);
        }
    }
}
