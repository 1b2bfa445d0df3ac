//! What happens to tokens, as `watch` shows it.

use timebank::exchange::TokenFact;

use super::cells::Cells;
use crate::render::Cell;

pub(super) fn name(fact: &TokenFact) -> &'static str {
    match fact {
        TokenFact::Issued(_) => "token_issued",
        TokenFact::Rotated(_) => "token_rotated",
        TokenFact::Revoked(_) => "token_revoked",
    }
}

/// All that it has but its verifier, which tells nobody anything.
pub(super) fn cells(fact: &TokenFact) -> Cells {
    match fact {
        TokenFact::Issued(new) => vec![
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
        TokenFact::Rotated(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("name", Cell::text(new.name.as_str())),
        ],
        TokenFact::Revoked(new) => vec![
            ("step_id", Cell::text(new.step.to_string())),
            ("name", Cell::text(new.name.as_str())),
        ],
    }
}

/// It in a few words.
pub(super) fn summary(fact: &TokenFact) -> String {
    match fact {
        TokenFact::Issued(new) => {
            let terms = &new.terms;
            format!("{}: {} of {}", terms.name, terms.role, terms.scope)
        }
        TokenFact::Rotated(new) => new.name.to_string(),
        TokenFact::Revoked(new) => new.name.to_string(),
    }
}
