//! What happened in the time bank, as `watch` shows it.

use timebank::exchange::{Fact, Name};

use crate::render::Cell;

type Cells = Vec<(&'static str, Cell)>;

pub(super) fn name(fact: &Fact) -> &'static str {
    match fact {
        Fact::CentreOpened { .. } => "centre_opened",
        Fact::StaffRegistered(_) => "staff_registered",
        Fact::StaffStateSet(_) => "staff_state_set",
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
        ],
        Fact::StaffStateSet(set) => vec![
            ("step_id", Cell::text(set.step.to_string())),
            ("staff_number", Cell::text(set.number.as_str())),
            ("change", Cell::text(set.change.to_string())),
        ],
    }
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
    }
}
