//! What happens to tokens, as `watch` shows it.

use timebank::exchange::AccessFact;

use super::cells::Cells;
use crate::render::Cell;

pub(super) fn name(fact: &AccessFact) -> &'static str {
    match fact {
        AccessFact::Issued(_) => "token_issued",
        AccessFact::Rotated(_) => "token_rotated",
        AccessFact::Revoked(_) => "token_revoked",
    }
}

/// All that it has but its verifier, which tells nobody anything.
pub(super) fn cells(fact: &AccessFact) -> Cells {
    match fact {
        AccessFact::Issued(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("name", Cell::text(new.terms.name.as_str())),
            ("role", Cell::text(new.terms.role.word())),
            ("scope", Cell::text(new.terms.scope.prefix())),
            (
                "expires_at",
                new.terms
                    .expires_at
                    .map_or(Cell::Absent, |at| Cell::text(at.to_string())),
            ),
        ],
        AccessFact::Rotated(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("name", Cell::text(new.name.as_str())),
        ],
        AccessFact::Revoked(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("name", Cell::text(new.name.as_str())),
        ],
    }
}

/// It in a few words.
pub(super) fn summary(fact: &AccessFact) -> String {
    match fact {
        AccessFact::Issued(new) => {
            let terms = &new.terms;
            format!("{}: {} of {}", terms.name, terms.role, terms.scope)
        }
        AccessFact::Rotated(new) => new.name.to_string(),
        AccessFact::Revoked(new) => new.name.to_string(),
    }
}
