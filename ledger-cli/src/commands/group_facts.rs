//! What happened to groups, as it is shown.

use timebank::exchange::{
    Code, GroupFact,
    group::{GroupStep, Listed},
};
use timebank::ledger::AccountId;

use super::{cells::Cells, order_facts::reason};
use crate::render::Cell;

pub(super) fn name(fact: &GroupFact) -> &'static str {
    match fact {
        GroupFact::Opened(_) => "group_opened",
        GroupFact::Stepped(_) => "group_stepped",
    }
}

fn listed(step: &GroupStep) -> &[timebank::exchange::MemberId] {
    step.action.listed().map_or(&[], Listed::as_slice)
}

/// All that it has.
pub(super) fn cells(fact: &GroupFact) -> Cells {
    match fact {
        GroupFact::Opened(new) => {
            let terms = &new.open.terms;
            let (leader, payer) = (terms.kind.leader(), terms.kind.payer());
            let point = terms.point.as_ref().map_or("", Code::as_str);
            vec![
                ("group_id", Cell::text(new.open.id.to_string())),
                ("kind", Cell::text(terms.kind.word())),
                ("centre", Cell::text(terms.centre.as_str())),
                (
                    "leader_id",
                    Cell::text(leader.map_or("", |leader| leader.as_str())),
                ),
                ("payer", Cell::text(payer.map_or("", AccountId::as_str))),
                ("service", Cell::text(terms.service.as_str())),
                ("at_us", Cell::Count(terms.at.us())),
                ("minutes", Cell::minutes(terms.minutes.get())),
                ("point", Cell::text(point)),
                ("places", Cell::Count(terms.places.get().into())),
                ("on", Cell::text(new.grounds.on.to_string())),
                ("policy_version", Cell::text(new.grounds.policy.to_string())),
                ("each", Cell::minutes(new.grounds.each.steps())),
                ("staff_number", Cell::text(new.by.as_str())),
            ]
        }
        GroupFact::Stepped(new) => {
            let members = listed(&new.step).iter().map(|id| id.as_str());
            let members: Vec<_> = members.collect();
            vec![
                ("step_id", Cell::text(new.step.step.to_string())),
                ("group_id", Cell::text(new.step.group.to_string())),
                ("action", Cell::text(new.step.action.verb().word())),
                ("member_ids", Cell::text(members.join(" "))),
                reason(new.step.reason.as_ref()),
                ("staff_number", Cell::text(new.by.as_str())),
            ]
        }
    }
}

/// It in a few words.
pub(super) fn summary(fact: &GroupFact) -> String {
    match fact {
        GroupFact::Opened(new) => {
            let terms = &new.open.terms;
            format!(
                "{} of {} for {} at {} by {}",
                terms.kind,
                terms.service,
                terms.places.get(),
                terms.centre,
                new.by
            )
        }
        GroupFact::Stepped(new) => {
            let (step, count) = (&new.step, listed(&new.step).len());
            let of = match count {
                0 => String::new(),
                count => format!(" {count} of"),
            };
            format!("{}{of} {} by {}", step.action.verb(), step.group, new.by)
        }
    }
}
