//! What happened to trainings, as it is shown.

use timebank::exchange::{
    TrainingFact,
    training::{Assessment, PointsEarned},
};

use super::{cells::Cells, order_facts::reason};
use crate::render::Cell;

pub(super) fn name(fact: &TrainingFact) -> &'static str {
    match fact {
        TrainingFact::Recorded(_) => "training_recorded",
        TrainingFact::Annulled(_) => "training_annulled",
    }
}

/// All that it has.
pub(super) fn cells(fact: &TrainingFact) -> Cells {
    match fact {
        TrainingFact::Recorded(new) => {
            let attended = &new.record.attendance;
            let qualification = new.qualification.as_ref();
            let until = qualification.and_then(|one| one.until);
            let points = new.points.as_ref();
            let of_points = |text: fn(&PointsEarned) -> &str| points.map_or("", text);
            vec![
                ("training_id", Cell::text(new.record.id.to_string())),
                ("member_id", Cell::text(attended.member.as_str())),
                ("code", Cell::text(attended.code.as_str())),
                ("on", Cell::text(attended.on.to_string())),
                ("minutes", Cell::minutes(attended.minutes.get())),
                ("reference", Cell::text(attended.reference.as_str())),
                (
                    "assessment",
                    Cell::text(attended.assessment.map_or("", Assessment::word)),
                ),
                ("centre", Cell::text(new.centre.as_str())),
                ("policy_version", Cell::text(new.policy.to_string())),
                ("withheld", Cell::Flag(new.withheld)),
                (
                    "qualification",
                    Cell::text(qualification.map_or("", |one| one.code.as_str())),
                ),
                (
                    "qualified_until",
                    Cell::text(until.map_or_else(String::new, |day| day.to_string())),
                ),
                (
                    "points",
                    Cell::Count(points.map_or(0, |points| points.amount.steps())),
                ),
                ("unit_id", Cell::text(of_points(|one| one.unit.as_str()))),
                (
                    "account_id",
                    Cell::text(of_points(|one| one.account.as_str())),
                ),
                ("staff_number", Cell::text(new.by.as_str())),
            ]
        }
        TrainingFact::Annulled(new) => vec![
            ("step_id", Cell::text(new.annul.step.to_string())),
            ("training_id", Cell::text(new.annul.training.to_string())),
            ("withdrawn", Cell::Flag(new.withdrawn)),
            reason(Some(&new.annul.reason)),
            ("staff_number", Cell::text(new.by.as_str())),
        ],
    }
}

/// It in a few words.
pub(super) fn summary(fact: &TrainingFact) -> String {
    match fact {
        TrainingFact::Recorded(new) => {
            let attended = &new.record.attendance;
            let (member, code, on) = (&attended.member, &attended.code, attended.on);
            format!("{code} of {member} on {on} by {}", new.by)
        }
        TrainingFact::Annulled(new) => format!("annul {} by {}", new.annul.training, new.by),
    }
}
