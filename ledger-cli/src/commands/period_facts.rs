//! What happened to periods, as it is shown.

use timebank::exchange::{PeriodFact, PeriodId};

use crate::render::Cell;

pub(super) fn name(fact: &PeriodFact) -> &'static str {
    match fact {
        PeriodFact::Closed(_) => "period_closed",
        PeriodFact::Sealed(_) => "period_sealed",
        PeriodFact::Signed(_) => "period_signed_off",
    }
}

fn id(id: &PeriodId) -> [(&'static str, Cell); 2] {
    [
        ("centre", Cell::text(id.centre.as_str())),
        ("month", Cell::text(id.month.to_string())),
    ]
}

pub(super) fn cells(fact: &PeriodFact) -> Vec<(&'static str, Cell)> {
    let (step, period, more) = match fact {
        PeriodFact::Closed(new) => (
            new.close.step,
            &new.close.id,
            vec![("staff_number", Cell::text(new.by.as_str()))],
        ),
        PeriodFact::Sealed(new) => (
            new.step,
            &new.id,
            vec![
                ("account_count", Cell::Count(new.seal.accounts)),
                ("root", Cell::text(new.seal.root.to_string())),
            ],
        ),
        PeriodFact::Signed(new) => (
            new.sign.step,
            &new.sign.id,
            vec![
                ("at_position", Cell::Count(new.sign.position.get())),
                ("staff_number", Cell::text(new.by.as_str())),
            ],
        ),
    };
    let mut cells = vec![("step_id", Cell::text(step.to_string()))];
    cells.extend(id(period));
    cells.extend(more);
    cells
}

pub(super) fn summary(fact: &PeriodFact) -> String {
    let of = |id: &PeriodId| format!("{} of {}", id.month, id.centre);
    match fact {
        PeriodFact::Closed(new) => format!("{} by {}", of(&new.close.id), new.by),
        PeriodFact::Sealed(new) => {
            let seal = &new.seal;
            format!("{}: {} accounts, {}", of(&new.id), seal.accounts, seal.root)
        }
        PeriodFact::Signed(new) => {
            let sign = &new.sign;
            format!("{} as of {} by {}", of(&sign.id), sign.position, new.by)
        }
    }
}
