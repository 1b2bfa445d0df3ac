//! What happened to sources, as `watch` shows it.

use timebank::exchange::IssuanceFact;

use super::{cells::Cells, order_facts::reason};
use crate::render::Cell;

pub(super) fn name(fact: &IssuanceFact) -> &'static str {
    match fact {
        IssuanceFact::Opened(_) => "source_opened",
        IssuanceFact::Issued(_) => "source_issued",
        IssuanceFact::Granted(_) => "grant_given",
    }
}

/// All that it has.
pub(super) fn cells(fact: &IssuanceFact) -> Cells {
    match fact {
        IssuanceFact::Opened(open) => vec![
            ("source_id", Cell::text(open.account.as_str())),
            ("unit_id", Cell::text(open.unit.as_str())),
            ("funding", Cell::text(open.funding.word())),
            ("sector", Cell::text(open.sector.word())),
            ("funder", Cell::text(open.funder.as_str())),
            ("contract", Cell::text(open.contract.as_str())),
            ("cap", Cell::steps(open.cap.steps(), open.unit.as_str())),
            ("from", Cell::text(open.days.from.to_string())),
            ("until", Cell::text(open.days.until.to_string())),
        ],
        IssuanceFact::Issued(new) => vec![
            ("step_id", Cell::text(new.issue.step.to_string())),
            ("source_id", Cell::text(new.issue.source.as_str())),
            ("account_id", Cell::text(new.issue.to.as_str())),
            ("amount", Cell::Count(new.issue.amount.steps())),
            reason(new.issue.reason.as_ref()),
            ("staff_number", Cell::text(new.by.as_str())),
        ],
        IssuanceFact::Granted(new) => vec![
            ("step_id", Cell::text(new.grant.step.to_string())),
            ("member_id", Cell::text(new.grant.member.as_str())),
            ("staff_number", Cell::text(new.by.as_str())),
            ("policy_version", Cell::text(new.policy.to_string())),
            ("verdict_on", Cell::Count(new.verdict_on.get())),
        ],
    }
}

/// It in a few words.
pub(super) fn summary(fact: &IssuanceFact) -> String {
    match fact {
        IssuanceFact::Opened(open) => format!("{} ({})", open.account, open.funder),
        IssuanceFact::Issued(new) => {
            format!("{} to {} by {}", new.issue.source, new.issue.to, new.by)
        }
        IssuanceFact::Granted(new) => format!("{} by {}", new.grant.member, new.by),
    }
}
