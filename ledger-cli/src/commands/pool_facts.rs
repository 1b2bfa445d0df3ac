//! What happened to pools, as `watch` shows it.

use timebank::exchange::PoolFact;

use super::{
    cells::{Cells, shown},
    order_facts::reason,
};
use crate::render::{Cell, Row};

pub(super) fn name(fact: &PoolFact) -> &'static str {
    match fact {
        PoolFact::Opened(_) => "pool_opened",
        PoolFact::Donated { .. } => "pool_donated",
        PoolFact::Given(_) => "hours_given",
        PoolFact::ReliefAsked(_) => "relief_asked",
        PoolFact::ReliefStepped(_) => "relief_stepped",
    }
}

/// All that it has.
pub(super) fn cells(fact: &PoolFact) -> Cells {
    match fact {
        PoolFact::Opened(open) => {
            let purposes = open.purposes.as_slice().iter();
            let purposes = purposes.map(|code| Row(vec![("purpose", Cell::text(code.as_str()))]));
            vec![
                ("pool_id", Cell::text(open.account.as_str())),
                ("unit_id", Cell::text(open.unit.as_str())),
                ("name", Cell::text(open.name.as_str())),
                ("purposes", Cell::Rows(purposes.collect())),
            ]
        }
        PoolFact::Donated { donate, by } => vec![
            ("step_id", Cell::text(donate.step.to_string())),
            ("pool_id", Cell::text(donate.id.pool.as_str())),
            ("receipt", Cell::text(donate.id.receipt.as_str())),
            ("amount", Cell::Count(donate.amount.steps())),
            reason(donate.reason.as_ref()),
            ("staff_number", Cell::text(by.as_str())),
        ],
        PoolFact::Given(new) => vec![
            ("step_id", Cell::text(new.give.step.to_string())),
            ("from", Cell::text(new.give.from.as_str())),
            ("to", Cell::text(new.give.to.as_str())),
            ("amount", Cell::minutes(new.give.amount.steps())),
            reason(new.give.reason.as_ref()),
            ("by", Cell::text(new.by.to_string())),
            ("policy_version", Cell::text(new.policy.to_string())),
            ("verdict_on", shown(new.verdict_on)),
        ],
        PoolFact::ReliefAsked(new) => vec![
            ("relief_id", Cell::text(new.ask.id.to_string())),
            ("pool_id", Cell::text(new.ask.pool.as_str())),
            ("member_id", Cell::text(new.ask.member.as_str())),
            ("amount", Cell::Count(new.ask.amount.steps())),
            ("purpose", Cell::text(new.ask.purpose.as_str())),
            reason(Some(&new.ask.reason)),
            ("by", Cell::text(new.by.to_string())),
        ],
        PoolFact::ReliefStepped(new) => vec![
            ("step_id", Cell::text(new.step.step.to_string())),
            ("relief_id", Cell::text(new.step.relief.to_string())),
            ("step", Cell::text(new.step.action.verb().word())),
            reason(new.step.action.reason()),
            ("by", Cell::text(new.by.to_string())),
            ("state", Cell::text(new.to.word())),
        ],
    }
}

/// It in a few words.
pub(super) fn summary(fact: &PoolFact) -> String {
    match fact {
        PoolFact::Opened(open) => format!("{} ({})", open.account, open.name),
        PoolFact::Donated { donate, .. } => {
            format!("receipt {} to {}", donate.id.receipt, donate.id.pool)
        }
        PoolFact::Given(new) => format!("{} to {} by {}", new.give.from, new.give.to, new.by),
        PoolFact::ReliefAsked(new) => {
            format!("{} of {} for {}", new.ask.id, new.ask.pool, new.ask.member)
        }
        PoolFact::ReliefStepped(new) => {
            let verb = new.step.action.verb();
            format!("{} {verb} by {}, {}", new.step.relief, new.by, new.to)
        }
    }
}
