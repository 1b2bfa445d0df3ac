//! Trainings that members attended.

use timebank_proto::v1::{
    Assessment, Qualification, Training, TrainingAttendance, TrainingPoints, TrainingState,
};

use crate::render::{Cell, Layout, Row};

pub(crate) const TRAININGS: Layout = Layout {
    fields: &[
        "id",
        "state",
        "member_id",
        "code",
        "on",
        "minutes",
        "reference",
        "assessment",
        "centre",
        "policy_version",
        "withheld",
        "qualification",
        "qualified_until",
        "points",
        "unit_id",
        "account_id",
        "recorded_by",
    ],
    columns: &[
        ("id", "training"),
        ("state", "state"),
        ("member_id", "member"),
        ("code", "code"),
        ("on", "on"),
        ("minutes", "for"),
        ("assessment", "assessment"),
        ("qualification", "qualified for"),
        ("qualified_until", "until"),
        ("points", "points"),
    ],
};

fn state(state: TrainingState) -> &'static str {
    match state {
        TrainingState::Unspecified => "",
        TrainingState::Recorded => "recorded",
        TrainingState::Annulled => "annulled",
    }
}

/// What came of an assessment, in a word; none where there was none.
pub(crate) fn assessment(assessment: Assessment) -> &'static str {
    match assessment {
        Assessment::Unspecified => "",
        Assessment::Passed => "passed",
        Assessment::Failed => "failed",
    }
}

pub(crate) fn training(training: &Training) -> Row {
    let none = TrainingAttendance::default();
    let attended = training.attendance.as_ref().unwrap_or(&none);
    let none = Qualification::default();
    let qualified = training.qualification.as_ref().unwrap_or(&none);
    let none = TrainingPoints::default();
    let points = training.points.as_ref().unwrap_or(&none);
    Row(vec![
        ("id", Cell::text(&training.training_id)),
        ("state", Cell::text(state(training.state()))),
        ("member_id", Cell::text(&attended.member_id)),
        ("code", Cell::text(&attended.code)),
        ("on", Cell::text(&attended.on)),
        ("minutes", Cell::minutes(attended.minutes)),
        ("reference", Cell::text(&attended.reference)),
        ("assessment", Cell::text(assessment(attended.assessment()))),
        ("centre", Cell::text(&training.centre)),
        (
            "policy_version",
            Cell::Count(training.policy_version.into()),
        ),
        ("withheld", Cell::Flag(training.withheld)),
        ("qualification", Cell::text(&qualified.code)),
        ("qualified_until", Cell::text(&qualified.until)),
        ("points", Cell::Count(points.amount)),
        ("unit_id", Cell::text(&points.unit_id)),
        ("account_id", Cell::text(&points.account_id)),
        ("recorded_by", Cell::text(&training.recorded_by)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_names_what_the_row_has() {
        let row = training(&Training::default());
        let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
        assert_eq!(TRAININGS.fields, fields);
        for (column, _) in TRAININGS.columns {
            assert!(fields.contains(column), "{column}");
        }
    }
}
