//! Evaluations and looks, as `watch` shows them.

use timebank::exchange::{
    Day, OversightFact,
    oversight::{DrawSample, Findings},
};

use super::{cells::Cells, order_facts::reason};
use crate::render::Cell;

pub(super) fn name(fact: &OversightFact) -> &'static str {
    match fact {
        OversightFact::Filed { .. } => "evaluation_filed",
        OversightFact::Shown { .. } => "personal_shown",
        OversightFact::Drawn { .. } => "sample_drawn",
    }
}

/// All that it has.
pub(super) fn cells(fact: &OversightFact) -> Cells {
    match fact {
        OversightFact::Filed { file, by } => {
            let (found, told) = match file.findings {
                Findings::NotReached => ("not_reached", None),
                Findings::Denied => ("denied", None),
                Findings::Told(told) => ("told", Some(told)),
            };
            let stars = |rating: Option<timebank::exchange::order::Rating>| {
                rating.map_or(Cell::Absent, |rating| Cell::Count(rating.get().into()))
            };
            vec![
                ("step_id", Cell::text(file.step.to_string())),
                ("order_id", Cell::text(file.order.to_string())),
                ("found", Cell::text(found)),
                (
                    "served_minutes",
                    told.map_or(Cell::Absent, |told| Cell::Count(told.served.get())),
                ),
                ("quality", stars(told.and_then(|told| told.quality))),
                (
                    "satisfaction",
                    stars(told.and_then(|told| told.satisfaction)),
                ),
                reason(file.reason.as_ref()),
                ("staff_number", Cell::text(by.as_str())),
            ]
        }
        OversightFact::Shown { show, by } => vec![
            ("look_id", Cell::text(show.id.to_string())),
            ("member_id", Cell::text(show.member.as_str())),
            ("fields", Cell::text(fields(show))),
            (
                "order_id",
                show.order
                    .map_or(Cell::Absent, |order| Cell::text(order.to_string())),
            ),
            reason(show.reason.as_ref()),
            ("by", Cell::text(by.to_string())),
        ],
        OversightFact::Drawn { draw, by } => drawn(draw, by.as_str()),
    }
}

fn drawn(draw: &DrawSample, by: &str) -> Cells {
    let day = |day: Option<Day>| day.map_or(Cell::Absent, |day| Cell::text(day.to_string()));
    let orders: Vec<_> = draw.orders.iter().map(ToString::to_string).collect();
    vec![
        ("step_id", Cell::text(draw.step.to_string())),
        ("centre", Cell::text(draw.centre.as_str())),
        ("since", day(draw.since)),
        ("until", day(draw.until)),
        ("seed", Cell::text(draw.seed.as_str())),
        ("size", Cell::Count(draw.size.into())),
        ("at_position", Cell::Count(draw.at.get())),
        ("evaluator", Cell::text(draw.evaluator.as_str())),
        ("order_ids", Cell::text(orders.join(" "))),
        reason(draw.reason.as_ref()),
        ("staff_number", Cell::text(by)),
    ]
}

fn fields(show: &timebank::exchange::oversight::ShowPersonal) -> String {
    let words: Vec<_> = show.fields.iter().map(|field| field.word()).collect();
    words.join(", ")
}

/// It in a few words.
pub(super) fn summary(fact: &OversightFact) -> String {
    match fact {
        OversightFact::Filed { file, by } => format!("{} by staff {by}", file.order),
        OversightFact::Shown { show, by } => {
            format!("{} of {} to {by}", fields(show), show.member)
        }
        OversightFact::Drawn { draw, by } => format!(
            "{} orders of {} for {} by staff {by}",
            draw.orders.len(),
            draw.centre,
            draw.evaluator
        ),
    }
}
