//! What happened to needs and orders, as `watch` shows it.

use timebank::exchange::{
    Arisen, Doer, Hours, IncidentClosed, IncidentReported, MemberId, NeedPublished, NeedStepped,
    OrderAccepted, OrderStepped, StandingStepped, Supply, SupplyOffered, SupplyWithdrawn,
    VisitArose, VisitRecorded,
    order::{
        Evidence, NeedAction, OrderAction, Rating, Reason, Reckoned, Resolution, StandingAction,
    },
};

use super::cells::{Cells, hex, shown};
use crate::{
    amount::TIME,
    render::{Cell, Row},
    time::Time,
};

fn time(us: i64) -> Cell {
    Time::from_us(us).map_or(Cell::Absent, Cell::Time)
}

pub(super) fn reason(reason: Option<&Reason>) -> (&'static str, Cell) {
    let commitment = reason.map(|reason| hex(&reason.commitment.0));
    ("reason_commitment", shown(commitment))
}

pub(super) fn published(new: &NeedPublished) -> Cells {
    let terms = &new.terms;
    vec![
        ("need_id", Cell::text(new.id.to_string())),
        ("recipient_id", Cell::text(terms.recipient.as_str())),
        ("service", Cell::text(terms.service.as_str())),
        ("at", time(terms.at.us())),
        ("minutes", Cell::minutes(terms.minutes.get())),
        ("pay_from", shown(terms.pay_from.as_ref())),
        ("point", shown(terms.point.as_ref())),
        ("channel", shown(terms.channel.as_ref())),
        ("helpers", Cell::Count(terms.helpers.get().into())),
        ("by", Cell::text(new.by.to_string())),
        ("centre", Cell::text(new.centre.as_str())),
        ("policy_version", Cell::text(new.policy.to_string())),
        ("on", Cell::text(new.on.to_string())),
        ("open_until", Cell::text(new.open_until.to_string())),
        ("state", Cell::text(new.to.word())),
    ]
}

pub(super) fn need_stepped(new: &NeedStepped) -> Cells {
    let step = &new.step;
    let provider = match &step.action {
        NeedAction::Offer(member) | NeedAction::Withdraw(member) => Some(member),
        NeedAction::Repeat(repeat) => repeat.provider.as_ref(),
        NeedAction::Approve
        | NeedAction::Decline
        | NeedAction::Cancel
        | NeedAction::Change { .. } => None,
    };
    let (at, minutes) = match &step.action {
        NeedAction::Change { at, minutes } => (time(at.us()), Cell::minutes(minutes.get())),
        _ => (Cell::Absent, Cell::Absent),
    };
    let until = match &step.action {
        NeedAction::Repeat(repeat) => Some(repeat.until),
        _ => None,
    };
    vec![
        ("step_id", Cell::text(step.step.to_string())),
        ("need_id", Cell::text(step.need.to_string())),
        ("action", Cell::text(step.action.verb().word())),
        ("provider_id", shown(provider)),
        ("repeats_until", shown(until)),
        ("at", at),
        ("minutes", minutes),
        reason(step.reason.as_ref()),
        ("by", Cell::text(new.by.to_string())),
        ("state", Cell::text(new.to.word())),
    ]
}

pub(super) fn accepted(new: &OrderAccepted) -> Cells {
    let earns = new.earns.as_ref();
    let unit = earns.map_or(TIME, |earns| earns.unit.as_str());
    let approved_by = new.approved_by.iter();
    let approved_by =
        approved_by.map(|number| Row(vec![("staff_number", Cell::text(number.as_str()))]));
    vec![
        ("order_id", Cell::text(new.accept.order.to_string())),
        ("need_id", Cell::text(new.accept.need.to_string())),
        ("provider_id", Cell::text(new.accept.provider.as_str())),
        ("by", Cell::text(new.by.to_string())),
        ("approved_by", Cell::Rows(approved_by.collect())),
        ("payer", Cell::text(new.payer.as_str())),
        ("held", Cell::steps(new.held.steps(), unit)),
        ("earns_account_id", shown(earns.map(|earns| &earns.account))),
        ("need_state", Cell::text(new.need_is.word())),
    ]
}

pub(super) fn recorded(new: &VisitRecorded) -> Cells {
    let mut cells = vec![
        ("sheet", Cell::text(new.sheet.number.as_str())),
        ("sha256", shown(new.sheet.hash)),
        ("staff_number", Cell::text(new.by.as_str())),
    ];
    let of_need = ["recipient_id", "service", "at", "minutes", "centre", "on"];
    let published = published(&new.published).into_iter();
    cells.extend(published.filter(|(name, _)| of_need.contains(name)));
    let of_order = ["order_id", "provider_id", "payer", "held"];
    let accepted = accepted(&new.accepted).into_iter();
    cells.extend(accepted.filter(|(name, _)| of_order.contains(name)));
    cells
}

pub(super) fn order_stepped(new: &OrderStepped) -> Cells {
    let step = &new.step;
    let mut cells = vec![
        ("step_id", Cell::text(step.step.to_string())),
        ("order_id", Cell::text(step.order.to_string())),
        ("action", Cell::text(step.action.verb().word())),
    ];
    cells.extend(of_action(&step.action));
    cells.extend([
        reason(step.reason.as_ref()),
        ("by", Cell::text(new.by.to_string())),
        ("state", Cell::text(new.to.word())),
        ("on", Cell::text(new.on.to_string())),
        ("confirm_until", shown(new.confirm_until)),
        (
            "held",
            new.held
                .map_or(Cell::Absent, |held| Cell::minutes(held.steps())),
        ),
    ]);
    cells.extend(new.reckoned.iter().flat_map(reckoned));
    cells.push(("entry_id", shown(new.entry)));
    cells
}

fn of_action(action: &OrderAction) -> Cells {
    match action {
        OrderAction::Change { at, minutes: long } => {
            vec![
                ("at", time(at.us())),
                ("minutes", Cell::minutes(long.get())),
            ]
        }
        OrderAction::CheckIn(at) | OrderAction::CheckOut(at) => vec![("at", time(at.us()))],
        OrderAction::Confirm {
            member,
            served,
            rating,
        } => vec![
            ("member_id", Cell::text(member.as_str())),
            ("served", Cell::minutes(served.get())),
            ("rating", shown(rating.map(Rating::get))),
        ],
        OrderAction::Cancel(party) | OrderAction::NoShow(party) => {
            vec![("party", Cell::text(party.word()))]
        }
        OrderAction::Resolve(Resolution::Settle(served)) | OrderAction::Correct(served) => {
            vec![("served", Cell::minutes(served.get()))]
        }
        OrderAction::Dispute(shown_by) => evidence(shown_by),
        OrderAction::Approve
        | OrderAction::Decline
        | OrderAction::Resolve(Resolution::Release)
        | OrderAction::Settle => Vec::new(),
    }
}

fn evidence(evidence: &Evidence) -> Cells {
    vec![
        ("reference", shown(evidence.reference.as_ref())),
        ("sha256", shown(evidence.hash)),
    ]
}

fn supply_cells(member: &MemberId, supply: &Supply, by: &Doer) -> Cells {
    let Hours { days, from, until } = &supply.hours;
    vec![
        ("supply_id", Cell::text(supply.id.to_string())),
        ("member_id", Cell::text(member.as_str())),
        ("service", Cell::text(supply.service.as_str())),
        ("days", Cell::text(String::from(days.clone()))),
        ("from", Cell::text(from.to_string())),
        ("until", Cell::text(until.to_string())),
        ("by", Cell::text(by.to_string())),
    ]
}

pub(super) fn supply_offered(new: &SupplyOffered) -> Cells {
    supply_cells(&new.offer.member, &new.offer.supply, &new.by)
}

pub(super) fn supply_withdrawn(new: &SupplyWithdrawn) -> Cells {
    let step = ("step_id", Cell::text(new.withdraw.step.to_string()));
    let mut cells = vec![step];
    cells.extend(supply_cells(&new.withdraw.member, &new.was, &new.by));
    cells
}

pub(super) fn standing_stepped(new: &StandingStepped) -> Cells {
    let step = &new.step;
    let skipped = match &step.action {
        StandingAction::Skip(day) => Some(*day),
        StandingAction::Leave | StandingAction::Stop => None,
    };
    vec![
        ("step_id", Cell::text(step.step.to_string())),
        ("standing_id", Cell::text(step.standing.to_string())),
        ("action", Cell::text(step.action.verb().word())),
        ("on", shown(skipped)),
        reason(step.reason.as_ref()),
        ("by", Cell::text(new.by.to_string())),
    ]
}

pub(super) fn visit_arose(new: &VisitArose) -> Cells {
    let (need, order) = match &new.arisen {
        Arisen::Accepted(need, order) => (Some(need), Some(order)),
        Arisen::Open(need, _) => (Some(need), None),
        Arisen::Off(_) => (None, None),
    };
    let mut cells = vec![
        ("standing_id", Cell::text(new.standing.to_string())),
        ("on", Cell::text(new.on.to_string())),
        ("refused_by", shown(new.arisen.hindrance())),
    ];
    // What they say alike is said once.
    let need = need.into_iter().flat_map(published);
    for (name, cell) in need.chain(order.into_iter().flat_map(accepted)) {
        if cells.iter().all(|(said, _)| *said != name) {
            cells.push((name, cell));
        }
    }
    cells
}

pub(super) fn reported(new: &IncidentReported) -> Cells {
    let report = &new.report;
    let mut cells = vec![
        ("incident_id", Cell::text(report.id.to_string())),
        ("order_id", Cell::text(report.order.to_string())),
        ("kind", Cell::text(report.kind.word())),
    ];
    cells.extend(evidence(&report.evidence));
    cells.push(reason(report.reason.as_ref()));
    cells.push(("by", Cell::text(new.by.to_string())));
    cells
}

pub(super) fn closed(new: &IncidentClosed) -> Cells {
    let close = &new.close;
    vec![
        ("step_id", Cell::text(close.step.to_string())),
        ("incident_id", Cell::text(close.incident.to_string())),
        reason(close.reason.as_ref()),
        ("staff_number", Cell::text(new.by.as_str())),
    ]
}

fn reckoned(reckoned: &Reckoned) -> Cells {
    vec![
        ("policy_version", Cell::text(reckoned.policy.to_string())),
        ("provider_policy_version", shown(reckoned.provider_policy)),
        ("by_provider", Cell::minutes(reckoned.by_provider.get())),
        ("by_recipient", Cell::minutes(reckoned.by_recipient.get())),
        ("confirmed", Cell::minutes(reckoned.confirmed.get())),
        ("rounded", Cell::minutes(reckoned.rounded.get())),
        ("weighted", Cell::minutes(reckoned.weighted)),
        ("earned_on_day", Cell::minutes(reckoned.earned_on_day)),
        ("earned_in_week", Cell::minutes(reckoned.earned_in_week)),
        ("within_day_cap", Cell::minutes(reckoned.within_day_cap)),
        ("within_week_cap", Cell::minutes(reckoned.within_week_cap)),
        ("balance", Cell::minutes(reckoned.balance)),
        ("credited", Cell::minutes(reckoned.credited)),
        ("excess", Cell::minutes(reckoned.excess)),
    ]
}
