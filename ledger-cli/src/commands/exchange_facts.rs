//! What happened in the time bank, as `watch` shows it.

use timebank::exchange::{Fact, MemberId, MemberRegistered, Name};

use super::record::hex;
use crate::render::{Cell, Row};

type Cells = Vec<(&'static str, Cell)>;

pub(super) fn name(fact: &Fact) -> &'static str {
    match fact {
        Fact::CentreOpened { .. } => "centre_opened",
        Fact::StaffRegistered(_) => "staff_registered",
        Fact::StaffStateSet(_) => "staff_state_set",
        Fact::MemberRegistered(_) => "member_registered",
        Fact::MemberStateSet(_) => "member_state_set",
        Fact::MemberQualified(_) => "member_qualified",
        Fact::PolicyAdopted(_) => "policy_adopted",
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
        details,
        personal,
        registered_on,
        admission,
    } = new;
    let commitments = personal.0.iter();
    let commitments = commitments.map(|one| Row(vec![("sha256", Cell::Text(hex(&one.0)))]));
    vec![
        ("member_id", Cell::text(id.as_str())),
        ("centre", Cell::text(centre.as_str())),
        ("block", shown(details.block.as_ref())),
        ("guardian_id", shown(details.guardian_id.as_ref())),
        ("proxy_id", shown(details.proxy_id.as_ref())),
        ("relative_ids", relatives(&details.relative_ids)),
        ("heir_id", shown(details.heir_id.as_ref())),
        ("heard_of", shown(details.heard_of.as_ref())),
        ("has_device", Cell::Flag(details.has_device)),
        ("consented_on", shown(details.consented_on)),
        ("insured_until", shown(details.insured_until)),
        ("personal_commitments", Cell::Rows(commitments.collect())),
        ("registered_on", Cell::text(registered_on.to_string())),
        ("policy_version", shown(admission.map(|one| one.policy))),
        (
            "condition",
            admission.map_or(Cell::Absent, |one| Cell::Count(one.condition.into())),
        ),
    ]
}

fn relatives(ids: &[MemberId]) -> Cell {
    let ids = ids.iter();
    Cell::Rows(
        ids.map(|id| Row(vec![("id", Cell::text(id.as_str()))]))
            .collect(),
    )
}

fn shown(value: Option<impl ToString>) -> Cell {
    value.map_or(Cell::Absent, |value| Cell::Text(value.to_string()))
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
