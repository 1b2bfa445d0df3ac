//! What happened in the time bank, as `watch` shows it.

use timebank::exchange::{
    Commitments, Fact, MemberDetails, MemberId, MemberRegistered, Name, Settlement,
};

use super::{
    cells::{Cells, hex, shown},
    convert, group_facts, issuance_facts, order_facts, oversight_facts, partner_facts,
    period_facts, pool_facts, stock_facts, token_facts, training_facts,
};
use crate::render::{Cell, Row};

pub(super) fn name(fact: &Fact) -> &'static str {
    match fact {
        Fact::CentreOpened { .. } => "centre_opened",
        Fact::StaffRegistered(_) => "staff_registered",
        Fact::StaffStateSet(_) => "staff_state_set",
        Fact::MemberRegistered(_) => "member_registered",
        Fact::MemberStateSet(_) => "member_state_set",
        Fact::MemberQualified(_) => "member_qualified",
        Fact::PolicyAdopted(_) => "policy_adopted",
        Fact::MemberChanged(_) => "member_changed",
        Fact::MemberMoved(_) => "member_moved",
        Fact::MemberExited(_) => "member_exited",
        Fact::ExitApproved(_) => "exit_approved",
        Fact::MemberCleared(_) => "member_cleared",
        Fact::MandateSet(_) => "mandate_set",
        Fact::ErasureStep(_) => "erasure_step",
        Fact::NeedPublished(_) => "need_published",
        Fact::NeedStepped(_) => "need_stepped",
        Fact::OrderAccepted(_) => "order_accepted",
        Fact::OrderStepped(_) => "order_stepped",
        Fact::VisitRecorded(_) => "visit_recorded",
        Fact::StandingStepped(_) => "standing_stepped",
        Fact::VisitArose(_) => "visit_arose",
        Fact::SupplyOffered(_) => "supply_offered",
        Fact::SupplyWithdrawn(_) => "supply_withdrawn",
        Fact::IncidentReported(_) => "incident_reported",
        Fact::IncidentClosed(_) => "incident_closed",
        Fact::Pool(fact) => pool_facts::name(fact),
        Fact::Issuance(fact) => issuance_facts::name(fact),
        Fact::Stock(fact) => stock_facts::name(fact),
        Fact::Group(fact) => group_facts::name(fact),
        Fact::Training(fact) => training_facts::name(fact),
        Fact::Converted(_) => "units_converted",
        Fact::Period(fact) => period_facts::name(fact),
        Fact::Partner(fact) => partner_facts::name(fact),
        Fact::Oversight(fact) => oversight_facts::name(fact),
        Fact::Token(fact) => token_facts::name(fact),
    }
}

/// All that it has.
pub(super) fn cells(fact: &Fact) -> Cells {
    match fact {
        Fact::CentreOpened {
            terms,
            first_staff_number,
        } => vec![
            ("centre", Cell::text(terms.prefix.as_str())),
            ("name_en", Cell::text(terms.name_en.as_str())),
            ("name_zh", optional(terms.name_zh.as_ref())),
            ("operator", optional(terms.operator.as_ref())),
            (
                "contracting_body",
                optional(terms.contracting_body.as_ref()),
            ),
            ("staff_number", Cell::text(first_staff_number.as_str())),
        ],
        Fact::StaffRegistered(terms) => vec![
            ("staff_number", Cell::text(terms.number.as_str())),
            ("centre", Cell::text(terms.centre.as_str())),
            ("member_id", shown(terms.member_id.as_ref())),
            ("relative_ids", relatives(&terms.relative_ids)),
        ],
        Fact::StaffStateSet(set) => vec![
            ("step_id", Cell::text(set.step.to_string())),
            ("staff_number", Cell::text(set.number.as_str())),
            ("change", Cell::text(set.change.to_string())),
        ],
        Fact::MemberRegistered(new) => registered(new),
        Fact::MemberStateSet(set) => vec![
            ("step_id", Cell::text(set.step.to_string())),
            ("member_id", Cell::text(set.member.as_str())),
            ("change", Cell::text(set.change.to_string())),
        ],
        Fact::MemberQualified(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("member_id", Cell::text(new.member.as_str())),
            ("code", Cell::text(new.qualification.code.as_str())),
            ("since", Cell::text(new.qualification.since.to_string())),
            ("until", shown(new.qualification.until)),
            ("training", shown(new.qualification.training.as_ref())),
        ],
        Fact::MemberChanged(new) => {
            let mut cells = vec![
                ("step_id", Cell::text(new.step.to_string())),
                ("member_id", Cell::text(new.member.as_str())),
                ("replaces", Cell::Count(new.replaces.get())),
            ];
            cells.extend(details(&new.details));
            cells.push(("personal_commitments", commitments(&new.personal)));
            cells.push(("second_of", shown(new.second_of.as_ref())));
            cells
        }
        Fact::MemberMoved(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("member_id", Cell::text(new.member.as_str())),
            ("centre", Cell::text(new.to.as_str())),
            ("account_id", Cell::text(new.account.as_str())),
            ("policy_version", shown(new.admission.map(|one| one.policy))),
        ],
        Fact::NeedPublished(new) => order_facts::published(new),
        Fact::NeedStepped(new) => order_facts::need_stepped(new),
        Fact::OrderAccepted(new) => order_facts::accepted(new),
        Fact::OrderStepped(new) => order_facts::order_stepped(new),
        Fact::VisitRecorded(new) => order_facts::recorded(new),
        Fact::StandingStepped(new) => order_facts::standing_stepped(new),
        Fact::VisitArose(new) => order_facts::visit_arose(new),
        Fact::SupplyOffered(new) => order_facts::supply_offered(new),
        Fact::SupplyWithdrawn(new) => order_facts::supply_withdrawn(new),
        Fact::IncidentReported(new) => order_facts::reported(new),
        Fact::IncidentClosed(new) => order_facts::closed(new),
        Fact::Pool(fact) => pool_facts::cells(fact),
        Fact::Issuance(fact) => issuance_facts::cells(fact),
        Fact::Stock(fact) => stock_facts::cells(fact),
        Fact::Group(fact) => group_facts::cells(fact),
        Fact::Training(fact) => training_facts::cells(fact),
        Fact::Converted(new) => convert::cells(new),
        Fact::Period(fact) => period_facts::cells(fact),
        Fact::Partner(fact) => partner_facts::cells(fact),
        Fact::Oversight(fact) => oversight_facts::cells(fact),
        Fact::Token(fact) => token_facts::cells(fact),
        Fact::MandateSet(set) => vec![
            ("step_id", Cell::text(set.step.to_string())),
            ("account_id", Cell::text(set.account.as_str())),
            ("centre", Cell::text(set.centre.as_str())),
            ("given", Cell::Flag(set.is_given)),
        ],
        Fact::MemberCleared(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("member_id", Cell::text(new.member.as_str())),
        ],
        Fact::ErasureStep(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("member_id", Cell::text(new.member.as_str())),
            ("staff_number", Cell::text(new.by.as_str())),
            ("done", Cell::Flag(new.is_done)),
        ],
        Fact::MemberExited(new) => vec![
            ("step_id", Cell::text(new.exit.step.to_string())),
            ("member_id", Cell::text(new.exit.member.as_str())),
            ("cause", Cell::text(new.exit.cause().to_string())),
            ("on", Cell::text(new.on.to_string())),
            ("awaits_approval", awaits_approval(&new.settlement)),
            ("settled_with", settled_with(&new.settlement)),
        ],
        Fact::ExitApproved(new) => vec![
            ("step_id", Cell::text(new.approval.step.to_string())),
            ("member_id", Cell::text(new.approval.member.as_str())),
            ("staff_number", Cell::text(new.by.as_str())),
            ("awaits_approval", awaits_approval(&new.settlement)),
            ("settled_with", settled_with(&new.settlement)),
        ],
        Fact::PolicyAdopted(adopted) => vec![
            ("step_id", Cell::text(adopted.step.to_string())),
            ("policy_id", Cell::text(adopted.policy.id().to_string())),
            (
                "starts_on",
                Cell::text(adopted.policy.starts_on.to_string()),
            ),
            ("document", Cell::text(adopted.policy.document.text())),
        ],
    }
}

fn registered(new: &MemberRegistered) -> Cells {
    let MemberRegistered {
        id,
        centre,
        details: known,
        personal,
        registered_on,
        verdicts,
    } = new;
    let admission = verdicts.admission;
    let mut cells = vec![
        ("member_id", Cell::text(id.as_str())),
        ("centre", Cell::text(centre.as_str())),
    ];
    cells.extend(details(known));
    cells.extend([
        ("personal_commitments", commitments(personal)),
        ("registered_on", Cell::text(registered_on.to_string())),
        ("policy_version", shown(admission.map(|one| one.policy))),
        ("second_of", shown(verdicts.second_of.as_ref())),
    ]);
    cells
}

fn commitments(personal: &Commitments) -> Cell {
    let commitments = personal.0.iter();
    let rows = commitments.map(|one| Row(vec![("sha256", Cell::Text(hex(&one.0)))]));
    Cell::Rows(rows.collect())
}

fn awaits_approval(settlement: &Settlement) -> Cell {
    Cell::Flag(*settlement == Settlement::AwaitsApproval)
}

fn settled_with(settlement: &Settlement) -> Cell {
    match settlement {
        Settlement::AwaitsApproval => Cell::Absent,
        Settlement::Closed { with, .. } => shown(with.as_ref()),
    }
}

fn details(details: &MemberDetails) -> Cells {
    vec![
        ("block", shown(details.block.as_ref())),
        ("guardian_id", shown(details.guardian_id.as_ref())),
        ("proxy_id", shown(details.proxy_id.as_ref())),
        ("relative_ids", relatives(&details.relative_ids)),
        ("heir_id", shown(details.heir_id.as_ref())),
        ("heard_of", shown(details.heard_of.as_ref())),
        ("has_device", Cell::Flag(details.has_device)),
        ("consented_on", shown(details.consented_on)),
        ("insured_until", shown(details.insured_until)),
    ]
}

fn relatives(ids: &[MemberId]) -> Cell {
    let ids = ids.iter();
    Cell::Rows(
        ids.map(|id| Row(vec![("id", Cell::text(id.as_str()))]))
            .collect(),
    )
}

fn optional(name: Option<&Name>) -> Cell {
    name.map_or(Cell::Absent, |name| Cell::text(name.as_str()))
}

/// It in a few words.
pub(super) fn summary(fact: &Fact) -> String {
    match fact {
        Fact::CentreOpened {
            terms,
            first_staff_number,
        } => format!(
            "{} ({}), staff {first_staff_number}",
            terms.prefix, terms.name_en
        ),
        Fact::StaffRegistered(terms) => format!("{} at {}", terms.number, terms.centre),
        Fact::StaffStateSet(set) => format!("{} {}", set.number, set.change),
        Fact::MemberRegistered(new) => new.id.to_string(),
        Fact::MemberStateSet(set) => format!("{} {}", set.member, set.change),
        Fact::MemberChanged(new) => new.member.to_string(),
        Fact::MemberMoved(new) => format!("{} to {}, {}", new.member, new.to, new.account),
        Fact::NeedPublished(new) => {
            let terms = &new.terms;
            format!("{} {} for {}", new.id, terms.service, terms.recipient)
        }
        Fact::NeedStepped(new) => {
            let verb = new.step.action.verb();
            format!("{} {verb} by {}, {}", new.step.need, new.by, new.to)
        }
        Fact::OrderAccepted(new) => {
            let accept = &new.accept;
            format!("{} of {} by {}", accept.order, accept.need, accept.provider)
        }
        Fact::OrderStepped(new) => {
            let verb = new.step.action.verb();
            format!("{} {verb} by {}, {}", new.step.order, new.by, new.to)
        }
        Fact::VisitRecorded(new) => {
            let accept = &new.accepted.accept;
            format!(
                "{} by {}, sheet {}",
                accept.order, accept.provider, new.sheet.number
            )
        }
        Fact::StandingStepped(new) => {
            let verb = new.step.action.verb();
            format!("{} {verb} by {}", new.step.standing, new.by)
        }
        Fact::VisitArose(new) => match new.arisen.hindrance() {
            None => format!("{} of {} on {}", new.id, new.standing, new.on),
            Some(why) => format!("{} of {} on {}: {why}", new.id, new.standing, new.on),
        },
        Fact::SupplyOffered(new) => {
            let supply = &new.offer.supply;
            format!("{} of {} by {}", supply.service, new.offer.member, new.by)
        }
        Fact::SupplyWithdrawn(new) => {
            format!(
                "{} of {} by {}",
                new.was.service, new.withdraw.member, new.by
            )
        }
        Fact::IncidentReported(new) => {
            let report = &new.report;
            format!(
                "{} {} of {} by {}",
                report.kind, report.id, report.order, new.by
            )
        }
        Fact::IncidentClosed(new) => format!("{} by staff {}", new.close.incident, new.by),
        Fact::Pool(fact) => pool_facts::summary(fact),
        Fact::Issuance(fact) => issuance_facts::summary(fact),
        Fact::Stock(fact) => stock_facts::summary(fact),
        Fact::Group(fact) => group_facts::summary(fact),
        Fact::Training(fact) => training_facts::summary(fact),
        Fact::Converted(new) => convert::summary(new),
        Fact::Period(fact) => period_facts::summary(fact),
        Fact::Partner(fact) => partner_facts::summary(fact),
        Fact::Oversight(fact) => oversight_facts::summary(fact),
        Fact::Token(fact) => token_facts::summary(fact),
        Fact::MandateSet(set) => {
            let what = if set.is_given {
                "given to"
            } else {
                "revoked from"
            };
            format!("{} {what} {}", set.account, set.centre)
        }
        Fact::MemberCleared(new) => new.member.to_string(),
        Fact::ErasureStep(new) => {
            let what = if new.is_done { "erased" } else { "asked for" };
            format!("{} {what} by {}", new.member, new.by)
        }
        Fact::MemberExited(new) => {
            format!(
                "{} on {}, {}",
                new.exit.member,
                new.on,
                outcome(&new.settlement)
            )
        }
        Fact::ExitApproved(new) => format!(
            "{} by {}, {}",
            new.approval.member,
            new.by,
            outcome(&new.settlement)
        ),
        Fact::PolicyAdopted(adopted) => {
            let policy = &adopted.policy;
            format!("{} from {}", policy.id(), policy.starts_on)
        }
        Fact::MemberQualified(new) => {
            let code = new.qualification.code.as_str();
            match new.qualification.until {
                None => format!("{} {code}", new.member),
                Some(until) => format!("{} {code} until {until}", new.member),
            }
        }
    }
}

fn outcome(settlement: &Settlement) -> String {
    match settlement {
        Settlement::AwaitsApproval => "awaits approval".into(),
        Settlement::Closed { with: None, .. } => "account closed".into(),
        Settlement::Closed {
            with: Some(with), ..
        } => format!("account closed with {with}"),
    }
}
