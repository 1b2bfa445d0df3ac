//! Standing visits.

use timebank_proto::v1::{ArisenVisit, NeedTerms, Standing, StandingState};

use super::orders::{doer, ids};
use crate::render::{Cell, Layout, Row};

pub(crate) const STANDINGS: Layout = Layout {
    fields: &[
        "id",
        "state",
        "need_id",
        "centre",
        "recipient_id",
        "provider_id",
        "service",
        "at",
        "minutes",
        "from",
        "until",
        "ahead_days",
        "asked_by",
        "approved_by",
        "next_on",
        "skipped_on",
        "off_on",
    ],
    columns: &[
        ("id", "standing visit"),
        ("state", "state"),
        ("recipient_id", "recipient"),
        ("provider_id", "provider"),
        ("service", "service"),
        ("at", "first at"),
        ("minutes", "for"),
        ("until", "until"),
        ("next_on", "next arises for"),
    ],
};

/// A standing visit.
pub(crate) fn standing(standing: &Standing) -> Row {
    let state = match standing.state() {
        StandingState::Unspecified => "unknown",
        StandingState::Published => "published",
        StandingState::Approved => "approved",
        StandingState::Stopped => "stopped",
        StandingState::Ended => "ended",
    };
    let terms: NeedTerms = standing.terms.clone().unwrap_or_default();
    Row(vec![
        ("id", Cell::text(&standing.standing_id)),
        ("state", Cell::text(state)),
        ("need_id", Cell::text(&standing.need_id)),
        ("centre", Cell::text(&standing.centre)),
        ("recipient_id", Cell::text(&terms.recipient_id)),
        ("provider_id", Cell::text(&standing.provider_id)),
        ("service", Cell::text(&terms.service)),
        ("at", Cell::time(terms.at)),
        ("minutes", Cell::minutes(terms.minutes)),
        ("from", Cell::text(&standing.from)),
        ("until", Cell::text(&standing.until)),
        ("ahead_days", Cell::Count(standing.ahead_days.into())),
        ("asked_by", doer(standing.asked_by.as_ref())),
        ("approved_by", ids("staff_number", &standing.approved_by)),
        ("next_on", Cell::text(&standing.next_on)),
        ("skipped_on", ids("on", &standing.skipped_on)),
        ("off_on", ids("on", &standing.off_on)),
    ])
}

/// The visits that arose, in order.
pub(crate) fn visits(visits: &[ArisenVisit]) -> Cell {
    let rows = visits.iter().map(|visit| {
        Row(vec![
            ("on", Cell::text(&visit.on)),
            ("need_id", Cell::text(&visit.need_id)),
            ("accepted", Cell::Flag(visit.accepted)),
            ("refused_by", Cell::text(&visit.refused_by)),
        ])
    });
    Cell::Rows(rows.collect())
}
