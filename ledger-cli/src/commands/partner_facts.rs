//! What happened to partners, as `watch` shows it.

use timebank::exchange::{PartnerFact, partner::Direction};

use super::{cells::Cells, order_facts::reason};
use crate::render::Cell;

pub(super) fn name(fact: &PartnerFact) -> &'static str {
    match fact {
        PartnerFact::Opened(_) => "partner_opened",
        PartnerFact::Remitted { .. } => "hours_remitted",
    }
}

/// All that it has.
pub(super) fn cells(fact: &PartnerFact) -> Cells {
    match fact {
        PartnerFact::Opened(open) => vec![
            ("partner_id", Cell::text(open.account.as_str())),
            ("name", Cell::text(open.name.as_str())),
            ("surplus", Cell::Count(open.surplus.steps())),
            ("deficit", Cell::Count(open.deficit.steps())),
        ],
        PartnerFact::Remitted { remit, by } => vec![
            ("step_id", Cell::text(remit.step.to_string())),
            ("partner_id", Cell::text(remit.id.partner.as_str())),
            ("direction", Cell::text(remit.id.direction.word())),
            ("reference", Cell::text(remit.id.reference.as_str())),
            ("member_id", Cell::text(remit.member.as_str())),
            ("amount", Cell::Count(remit.amount.steps())),
            reason(remit.reason.as_ref()),
            ("staff_number", Cell::text(by.as_str())),
        ],
    }
}

/// It in a few words.
pub(super) fn summary(fact: &PartnerFact) -> String {
    match fact {
        PartnerFact::Opened(open) => format!("{} ({})", open.account, open.name),
        PartnerFact::Remitted { remit, by } => {
            let (member, partner) = (&remit.member, &remit.id.partner);
            match remit.id.direction {
                Direction::Sent => format!("{member} to {partner} by {by}"),
                Direction::Received => format!("{partner} to {member} by {by}"),
            }
        }
    }
}
