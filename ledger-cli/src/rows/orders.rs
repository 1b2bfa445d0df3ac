//! Needs and orders.

use timebank::exchange::Sha256;
use timebank_proto::v1::{
    Candidate, Confirmation, Doer, Incident, IncidentKind, IncidentState, Need, NeedState,
    NeedTerms, Order, OrderState, Reckoning, StepTaken, doer::Who,
};

use crate::render::{Cell, Layout, Row};

pub(crate) const NEEDS: Layout = Layout {
    fields: &[
        "id",
        "state",
        "centre",
        "recipient_id",
        "service",
        "at",
        "minutes",
        "on",
        "pay_from",
        "point",
        "block",
        "channel",
        "helpers",
        "published_by",
        "published_at",
        "open_until",
        "offers",
        "approved_by",
        "order_ids",
        "standing_id",
    ],
    columns: &[
        ("id", "need"),
        ("state", "state"),
        ("recipient_id", "recipient"),
        ("service", "service"),
        ("at", "at"),
        ("minutes", "for"),
        ("published_at", "published"),
        ("standing_id", "standing visit"),
    ],
};

pub(crate) const CANDIDATES: Layout = Layout {
    fields: &[
        "id", "block", "near", "offers", "free", "fits", "reason", "message",
    ],
    columns: &[
        ("id", "member"),
        ("block", "block"),
        ("offers", "offers"),
        ("free", "free"),
        ("fits", "fits"),
        ("message", "why not"),
    ],
};

pub(crate) const ORDERS: Layout = Layout {
    fields: &[
        "id",
        "state",
        "need_id",
        "centre",
        "recipient_id",
        "provider_id",
        "service",
        "point",
        "block",
        "at",
        "minutes",
        "on",
        "payer",
        "hold_id",
        "held",
        "unit_id",
        "approved_by",
        "ended_at",
        "confirm_until",
        "served_by_provider",
        "served_by_recipient",
        "credited",
        "entry_id",
        "correction",
        "sheet",
        "entered_by",
    ],
    columns: &[
        ("id", "order"),
        ("state", "state"),
        ("recipient_id", "recipient"),
        ("provider_id", "provider"),
        ("service", "service"),
        ("at", "at"),
        ("minutes", "for"),
    ],
};

pub(crate) const INCIDENTS: Layout = Layout {
    fields: &[
        "id",
        "state",
        "kind",
        "order_id",
        "centre",
        "reference",
        "sha256",
        "reported_by",
        "reported_at",
    ],
    columns: &[
        ("id", "incident"),
        ("state", "state"),
        ("kind", "kind"),
        ("order_id", "order"),
        ("reference", "reference"),
        ("reported_at", "reported"),
    ],
};

fn need_state(state: NeedState) -> &'static str {
    match state {
        NeedState::Unspecified => "unknown",
        NeedState::Published => "published",
        NeedState::Approved => "approved",
        NeedState::Accepted => "accepted",
        NeedState::Declined => "declined",
        NeedState::Cancelled => "cancelled",
        NeedState::Expired => "expired",
    }
}

fn order_state(state: OrderState) -> &'static str {
    match state {
        OrderState::Unspecified => "unknown",
        OrderState::Accepted => "accepted",
        OrderState::Serving => "serving",
        OrderState::Served => "served",
        OrderState::Confirmed => "confirmed",
        OrderState::Settled => "settled",
        OrderState::Cancelled => "cancelled",
        OrderState::NoShow => "no_show",
        OrderState::Disputed => "disputed",
        OrderState::Resolved => "resolved",
        OrderState::Recorded => "recorded",
    }
}

/// Who did something: `staff 1001`, or a member.
pub(super) fn doer(doer: Option<&Doer>) -> Cell {
    match doer.and_then(|doer| doer.who.as_ref()) {
        None => Cell::Absent,
        Some(Who::StaffNumber(number)) => Cell::Text(format!("staff {number}")),
        Some(Who::MemberId(member)) => Cell::text(member),
    }
}

pub(super) fn ids(name: &'static str, ids: &[String]) -> Cell {
    let rows = ids.iter().map(|id| Row(vec![(name, Cell::text(id))]));
    Cell::Rows(rows.collect())
}

/// A need.
pub(crate) fn need(need: &Need) -> Row {
    let terms = need.terms.as_ref();
    let text =
        |of: fn(&NeedTerms) -> &str| terms.map_or(Cell::Absent, |terms| Cell::text(of(terms)));
    let offers = need.offers.iter().map(|offer| {
        Row(vec![
            ("provider_id", Cell::text(&offer.provider_id)),
            ("by", doer(offer.by.as_ref())),
        ])
    });
    Row(vec![
        ("id", Cell::text(&need.need_id)),
        ("state", Cell::text(need_state(need.state()))),
        ("centre", Cell::text(&need.centre)),
        ("recipient_id", text(|terms| &terms.recipient_id)),
        ("service", text(|terms| &terms.service)),
        ("at", Cell::time(terms.and_then(|terms| terms.at))),
        (
            "minutes",
            terms.map_or(Cell::Absent, |terms| Cell::minutes(terms.minutes)),
        ),
        ("on", Cell::text(&need.on)),
        ("pay_from", text(|terms| &terms.pay_from)),
        ("point", text(|terms| &terms.point)),
        ("block", Cell::text(&need.block)),
        ("channel", text(|terms| &terms.channel)),
        (
            "helpers",
            terms.map_or(Cell::Absent, |terms| Cell::Count(terms.helpers.into())),
        ),
        ("published_by", doer(need.published_by.as_ref())),
        ("published_at", Cell::time(need.published_at)),
        ("open_until", Cell::text(&need.open_until)),
        ("offers", Cell::Rows(offers.collect())),
        ("approved_by", ids("staff_number", &need.approved_by)),
        ("order_ids", ids("id", &need.order_ids)),
        ("standing_id", Cell::text(&need.standing_id)),
    ])
}

/// A member who could serve a need, or could not.
pub(crate) fn candidate(candidate: &Candidate) -> Row {
    Row(vec![
        ("id", Cell::text(&candidate.member_id)),
        ("block", Cell::text(&candidate.block)),
        ("near", Cell::Flag(candidate.is_near)),
        ("offers", Cell::Flag(candidate.offers)),
        ("free", Cell::Flag(candidate.is_free)),
        ("fits", Cell::Flag(candidate.reason.is_empty())),
        ("reason", Cell::text(&candidate.reason)),
        ("message", Cell::text(&candidate.message)),
    ])
}

/// An order.
pub(crate) fn order(order: &Order) -> Row {
    let served = |one: Option<&Confirmation>| {
        one.map_or(Cell::Absent, |one| Cell::minutes(one.served_minutes))
    };
    let reckoning = order.reckoning.as_ref();
    Row(vec![
        ("id", Cell::text(&order.order_id)),
        ("state", Cell::text(order_state(order.state()))),
        ("need_id", Cell::text(&order.need_id)),
        ("centre", Cell::text(&order.centre)),
        ("recipient_id", Cell::text(&order.recipient_id)),
        ("provider_id", Cell::text(&order.provider_id)),
        ("service", Cell::text(&order.service)),
        ("point", Cell::text(&order.point)),
        ("block", Cell::text(&order.block)),
        ("at", Cell::time(order.at)),
        ("minutes", Cell::minutes(order.minutes)),
        ("on", Cell::text(&order.on)),
        ("payer", Cell::text(&order.payer)),
        ("hold_id", Cell::text(&order.hold_id)),
        ("held", Cell::steps(order.held, &order.unit_id)),
        ("unit_id", Cell::text(&order.unit_id)),
        ("approved_by", ids("staff_number", &order.approved_by)),
        ("ended_at", Cell::time(order.ended_at)),
        ("confirm_until", Cell::text(&order.confirm_until)),
        ("served_by_provider", served(order.by_provider.as_ref())),
        ("served_by_recipient", served(order.by_recipient.as_ref())),
        (
            "credited",
            reckoning.map_or(Cell::Absent, |one| {
                Cell::steps(one.credited, &order.unit_id)
            }),
        ),
        ("entry_id", Cell::text(&order.entry_id)),
        (
            "correction",
            order.correction_minutes.map_or(Cell::Absent, Cell::minutes),
        ),
        (
            "sheet",
            Cell::text(order.sheet.as_ref().map_or("", |sheet| &sheet.number)),
        ),
        ("entered_by", Cell::text(&order.entered_by)),
    ])
}

/// Who confirmed what, what it came to, stage by stage, and what was reported of it.
pub(crate) fn whole_order(whole: &Order, history: &[StepTaken], reported: &[Incident]) -> Row {
    let confirmations = [
        ("provider", whole.by_provider.as_ref()),
        ("recipient", whole.by_recipient.as_ref()),
    ];
    let confirmations = confirmations.into_iter().filter_map(|(side, one)| {
        let one = one?;
        Some(Row(vec![
            ("side", Cell::text(side)),
            ("served", Cell::minutes(one.served_minutes)),
            ("by", doer(one.by.as_ref())),
            ("rating", rating(one.rating)),
        ]))
    });
    let reckoning = whole.reckoning.as_ref();
    let reckoning = reckoning.map_or_else(Vec::new, |one| self::reckoning(one, &whole.unit_id));
    order(whole)
        .with("confirmations", Cell::Rows(confirmations.collect()))
        .with("reckoning", Cell::Rows(reckoning.into_iter().collect()))
        .with("incidents", incidents(reported))
        .with("history", steps(history))
}

/// An incident.
pub(crate) fn incident(incident: &Incident) -> Row {
    let kind = match incident.kind() {
        IncidentKind::Unspecified => "unknown",
        IncidentKind::Dispute => "dispute",
        IncidentKind::Incident => "incident",
        IncidentKind::Complaint => "complaint",
    };
    let state = match incident.state() {
        IncidentState::Unspecified => "unknown",
        IncidentState::Open => "open",
        IncidentState::Closed => "closed",
    };
    let evidence = incident.evidence.clone().unwrap_or_default();
    let hash = Sha256::from_slice(&evidence.sha256);
    Row(vec![
        ("id", Cell::text(&incident.incident_id)),
        ("state", Cell::text(state)),
        ("kind", Cell::text(kind)),
        ("order_id", Cell::text(&incident.order_id)),
        ("centre", Cell::text(&incident.centre)),
        ("reference", Cell::text(&evidence.reference)),
        (
            "sha256",
            hash.map_or(Cell::Absent, |hash| Cell::Text(hash.to_string())),
        ),
        ("reported_by", doer(incident.reported_by.as_ref())),
        ("reported_at", Cell::time(incident.reported_at)),
    ])
}

pub(super) fn incidents(incidents: &[Incident]) -> Cell {
    let rows = incidents
        .iter()
        .map(|one| chosen(&incident(one), &INCIDENTS));
    Cell::Rows(rows.collect())
}

fn rating(stars: u32) -> Cell {
    match stars {
        0 => Cell::Absent,
        stars => Cell::Count(stars.into()),
    }
}

/// A line a stage, so that it can be reckoned again by hand.
fn reckoning(reckoning: &Reckoning, unit_id: &str) -> Vec<Row> {
    let version = |version: i32| match version {
        0 => Cell::Absent,
        version => Cell::Count(version.into()),
    };
    let stages = [
        ("policy_version", version(reckoning.policy_version)),
        ("by_provider", Cell::minutes(reckoning.by_provider)),
        ("by_recipient", Cell::minutes(reckoning.by_recipient)),
        ("confirmed", Cell::minutes(reckoning.confirmed)),
        ("rounded", Cell::minutes(reckoning.rounded)),
        ("weighted", Cell::steps(reckoning.weighted, unit_id)),
        (
            "provider_policy_version",
            version(reckoning.provider_policy_version),
        ),
        ("earned_on_day", Cell::minutes(reckoning.earned_on_day)),
        ("earned_in_week", Cell::minutes(reckoning.earned_in_week)),
        (
            "within_day_cap",
            Cell::steps(reckoning.within_day_cap, unit_id),
        ),
        (
            "within_week_cap",
            Cell::steps(reckoning.within_week_cap, unit_id),
        ),
        ("balance", Cell::minutes(reckoning.balance)),
        ("credited", Cell::steps(reckoning.credited, unit_id)),
        ("excess", Cell::steps(reckoning.excess, unit_id)),
    ];
    let rows =
        stages.map(|(stage, figure)| Row(vec![("stage", Cell::text(stage)), ("figure", figure)]));
    rows.into()
}

/// What was done, in order.
pub(crate) fn steps(history: &[StepTaken]) -> Cell {
    let rows = history.iter().map(|step| {
        Row(vec![
            ("sequence", Cell::Count(step.sequence)),
            ("recorded_at", Cell::time(step.recorded_at)),
            ("step", Cell::text(&step.step)),
            ("actor", Cell::text(&step.actor)),
            ("reason", Cell::text(&step.reason)),
        ])
    });
    Cell::Rows(rows.collect())
}

/// What a list shows of a row.
pub(super) fn chosen(row: &Row, layout: &Layout) -> Row {
    let columns = layout.columns.iter();
    Row(columns
        .map(|(name, _)| (*name, row.get(name).clone()))
        .collect())
}
