//! Evaluations, and who was shown personal fields.

use timebank::exchange::Sha256;
use timebank_proto::v1::{DrawnOrder, Evaluation, Look, PersonalField, findings::Found};

use super::orders::doer;
use crate::render::{Cell, Layout, Row};

pub(crate) const EVALUATIONS: Layout = Layout {
    fields: &[
        "order_id",
        "on",
        "centre",
        "service",
        "point",
        "block",
        "found",
        "served_minutes",
        "settled_minutes",
        "quality",
        "satisfaction",
        "reference",
        "sha256",
        "staff_number",
        "filed_at",
    ],
    columns: &[
        ("order_id", "order"),
        ("on", "on"),
        ("service", "service"),
        ("found", "found"),
        ("served_minutes", "told"),
        ("settled_minutes", "settled"),
        ("quality", "quality"),
        ("satisfaction", "satisfaction"),
        ("staff_number", "by"),
    ],
};

pub(crate) const DRAWN: Layout = Layout {
    fields: &["order_id", "on", "centre", "evaluated", "drawn_at"],
    columns: &[
        ("order_id", "order"),
        ("on", "on"),
        ("centre", "centre"),
        ("evaluated", "evaluated"),
        ("drawn_at", "drawn"),
    ],
};

pub(crate) const LOOKS: Layout = Layout {
    fields: &[
        "id",
        "member_id",
        "centre",
        "fields",
        "by",
        "sequence",
        "recorded_at",
        "actor",
        "reason",
    ],
    columns: &[
        ("recorded_at", "at"),
        ("member_id", "member"),
        ("fields", "fields"),
        ("by", "shown to"),
        ("actor", "actor"),
        ("reason", "for"),
    ],
};

pub(crate) fn evaluation(evaluation: &Evaluation) -> Row {
    let found = evaluation.findings.as_ref();
    let found = found.and_then(|findings| findings.found.as_ref());
    let (found, told) = match found {
        None => ("", None),
        Some(Found::NotReached(_)) => ("not_reached", None),
        Some(Found::Denied(_)) => ("denied", None),
        Some(Found::Told(told)) => ("told", Some(told)),
    };
    let stars = |stars: Option<u32>| match stars {
        None | Some(0) => Cell::Absent,
        Some(stars) => Cell::Count(stars.into()),
    };
    let evidence = evaluation.evidence.clone().unwrap_or_default();
    let hash = Sha256::from_slice(&evidence.sha256);
    Row(vec![
        ("order_id", Cell::text(&evaluation.order_id)),
        ("on", Cell::text(&evaluation.on)),
        ("centre", Cell::text(&evaluation.centre)),
        ("service", Cell::text(&evaluation.service)),
        ("point", Cell::text(&evaluation.point)),
        ("block", Cell::text(&evaluation.block)),
        ("found", Cell::text(found)),
        (
            "served_minutes",
            told.map_or(Cell::Absent, |told| {
                Cell::steps(told.served_minutes, "time")
            }),
        ),
        (
            "settled_minutes",
            Cell::steps(evaluation.settled_minutes, "time"),
        ),
        ("quality", stars(told.map(|told| told.quality))),
        ("satisfaction", stars(told.map(|told| told.satisfaction))),
        ("reference", Cell::text(evidence.reference)),
        (
            "sha256",
            hash.map_or(Cell::Absent, |hash| Cell::Text(hash.to_string())),
        ),
        ("staff_number", Cell::text(&evaluation.staff_number)),
        ("filed_at", Cell::time(evaluation.filed_at)),
    ])
}

pub(crate) fn drawn(drawn: &DrawnOrder) -> Row {
    Row(vec![
        ("order_id", Cell::text(&drawn.order_id)),
        ("on", Cell::text(&drawn.on)),
        ("centre", Cell::text(&drawn.centre)),
        ("evaluated", Cell::Flag(drawn.evaluated)),
        ("drawn_at", Cell::time(drawn.drawn_at)),
    ])
}

pub(crate) fn look(look: &Look) -> Row {
    let fields: Vec<_> = look.fields().map(field).collect();
    let step = look.step.clone().unwrap_or_default();
    Row(vec![
        ("id", Cell::text(&look.look_id)),
        ("member_id", Cell::text(&look.member_id)),
        ("centre", Cell::text(&look.centre)),
        ("fields", Cell::text(fields.join(" "))),
        ("by", doer(look.by.as_ref())),
        ("sequence", Cell::Count(step.sequence)),
        ("recorded_at", Cell::time(step.recorded_at)),
        ("actor", Cell::text(step.actor)),
        ("reason", Cell::text(step.reason)),
    ])
}

fn field(field: PersonalField) -> &'static str {
    match field {
        PersonalField::Unspecified => "",
        PersonalField::Name => "name",
        PersonalField::Phone => "phone",
        PersonalField::BornOn => "born_on",
        PersonalField::Address => "address",
        PersonalField::Disability => "disability",
        PersonalField::Hardship => "hardship",
        PersonalField::Affiliation => "affiliation",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_name_what_the_rows_have() {
        for (layout, row) in [
            (&EVALUATIONS, evaluation(&Evaluation::default())),
            (&LOOKS, look(&Look::default())),
            (&DRAWN, drawn(&DrawnOrder::default())),
        ] {
            let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
            assert_eq!(layout.fields, fields);
            for (column, _) in layout.columns {
                assert!(fields.contains(column), "{column}");
            }
        }
    }
}
