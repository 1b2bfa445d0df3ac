//! Groups, and who has a place in them.

use timebank_proto::v1::{Group, GroupPlace, GroupState, GroupTerms, group_terms::Kind};

use super::orders::ids;
use crate::render::{Cell, Layout, Row};

pub(crate) const GROUPS: Layout = Layout {
    fields: &[
        "id",
        "state",
        "kind",
        "centre",
        "leader_id",
        "service",
        "at",
        "minutes",
        "on",
        "point",
        "payer",
        "each",
        "places",
        "enrolled",
        "attended",
        "opened_by",
        "confirmed_by",
        "entry_ids",
    ],
    columns: &[
        ("id", "group"),
        ("state", "state"),
        ("kind", "kind"),
        ("service", "service"),
        ("at", "at"),
        ("minutes", "for"),
        ("places", "places"),
        ("enrolled", "enrolled"),
        ("attended", "attended"),
    ],
};

pub(crate) const PLACES: Layout = Layout {
    fields: &["member_id", "attended"],
    columns: &[("member_id", "member"), ("attended", "attended")],
};

fn state(state: GroupState) -> &'static str {
    match state {
        GroupState::Unspecified => "",
        GroupState::Open => "open",
        GroupState::Confirmed => "confirmed",
        GroupState::Settled => "settled",
        GroupState::Cancelled => "cancelled",
    }
}

pub(crate) fn group(group: &Group) -> Row {
    let none = GroupTerms::default();
    let terms = group.terms.as_ref().unwrap_or(&none);
    let (kind, leader, payer) = match &terms.kind {
        Some(Kind::Lesson(lesson)) => ("lesson", lesson.leader_id.as_str(), &lesson.payer),
        Some(Kind::Event(event)) => ("event", "", &event.payer),
        None => ("", "", &none.centre),
    };
    Row(vec![
        ("id", Cell::text(&group.group_id)),
        ("state", Cell::text(state(group.state()))),
        ("kind", Cell::text(kind)),
        ("centre", Cell::text(&terms.centre)),
        ("leader_id", Cell::text(leader)),
        ("service", Cell::text(&terms.service)),
        ("at", Cell::time(terms.at)),
        ("minutes", Cell::minutes(terms.minutes)),
        ("on", Cell::text(&group.on)),
        ("point", Cell::text(&terms.point)),
        ("payer", Cell::text(payer)),
        ("each", Cell::minutes(group.each)),
        ("places", Cell::Count(terms.places)),
        ("enrolled", Cell::Count(group.enrolled_count)),
        ("attended", Cell::Count(group.attended_count)),
        ("opened_by", Cell::text(&group.opened_by)),
        ("confirmed_by", Cell::text(&group.confirmed_by)),
        ("entry_ids", ids("entry_id", &group.entry_ids)),
    ])
}

pub(crate) fn place(place: &GroupPlace) -> Row {
    Row(vec![
        ("member_id", Cell::text(&place.member_id)),
        ("attended", Cell::Flag(place.attended)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_name_what_the_rows_have() {
        for (layout, row) in [
            (&GROUPS, group(&Group::default())),
            (&PLACES, place(&GroupPlace::default())),
        ] {
            let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
            assert_eq!(layout.fields, fields);
            for (column, _) in layout.columns {
                assert!(fields.contains(column), "{column}");
            }
        }
    }
}
