//! Pools, donations and reliefs.

use timebank_proto::v1::{Donation, Pool, Relief, ReliefState, StepTaken};

use super::orders::{doer, ids};
use crate::render::{Cell, Layout, Row};

pub(crate) const POOLS: Layout = Layout {
    fields: &[
        "id",
        "name",
        "centre",
        "unit_id",
        "purposes",
        "balance",
        "held",
        "available",
    ],
    columns: &[
        ("id", "pool"),
        ("name", "name"),
        ("balance", "balance"),
        ("held", "held"),
        ("available", "available"),
        ("purposes", "for"),
    ],
};

pub(crate) const DONATIONS: Layout = Layout {
    fields: &[
        "receipt",
        "pool_id",
        "amount",
        "unit_id",
        "entry_id",
        "sequence",
        "recorded_at",
        "actor",
        "reason",
    ],
    columns: &[
        ("receipt", "receipt"),
        ("amount", "amount"),
        ("recorded_at", "recorded"),
        ("actor", "by"),
        ("reason", "reason"),
    ],
};

pub(crate) const RELIEFS: Layout = Layout {
    fields: &[
        "id",
        "state",
        "pool_id",
        "centre",
        "member_id",
        "amount",
        "unit_id",
        "purpose",
        "asked_by",
        "asked_at",
        "approved_by",
        "hold_id",
    ],
    columns: &[
        ("id", "relief"),
        ("state", "state"),
        ("pool_id", "pool"),
        ("member_id", "member"),
        ("amount", "amount"),
        ("purpose", "for"),
        ("asked_at", "asked"),
    ],
};

pub(crate) fn pool(pool: &Pool) -> Row {
    let steps = |steps| Cell::steps(steps, &pool.unit_id);
    Row(vec![
        ("id", Cell::text(&pool.pool_id)),
        ("name", Cell::text(&pool.name)),
        ("centre", Cell::text(&pool.centre)),
        ("unit_id", Cell::text(&pool.unit_id)),
        ("purposes", ids("purpose", &pool.purposes)),
        ("balance", steps(pool.balance)),
        ("held", steps(pool.held)),
        ("available", steps(pool.balance - pool.held)),
    ])
}

pub(crate) fn donation(donation: &Donation) -> Row {
    let step = donation.step.clone();
    let StepTaken {
        sequence,
        recorded_at,
        actor,
        reason,
        ..
    } = step.unwrap_or_default();
    Row(vec![
        ("receipt", Cell::text(&donation.receipt)),
        ("pool_id", Cell::text(&donation.pool_id)),
        ("amount", Cell::steps(donation.amount, &donation.unit_id)),
        ("unit_id", Cell::text(&donation.unit_id)),
        ("entry_id", Cell::text(&donation.entry_id)),
        ("sequence", Cell::Count(sequence)),
        ("recorded_at", Cell::time(recorded_at)),
        ("actor", Cell::text(actor)),
        ("reason", Cell::text(reason)),
    ])
}

pub(crate) fn relief(relief: &Relief) -> Row {
    Row(vec![
        ("id", Cell::text(&relief.relief_id)),
        ("state", Cell::text(state(relief.state()))),
        ("pool_id", Cell::text(&relief.pool_id)),
        ("centre", Cell::text(&relief.centre)),
        ("member_id", Cell::text(&relief.member_id)),
        ("amount", Cell::steps(relief.amount, &relief.unit_id)),
        ("unit_id", Cell::text(&relief.unit_id)),
        ("purpose", Cell::text(&relief.purpose)),
        ("asked_by", doer(relief.asked_by.as_ref())),
        ("asked_at", Cell::time(relief.asked_at)),
        ("approved_by", ids("staff_number", &relief.approved_by)),
        ("hold_id", Cell::text(&relief.hold_id)),
    ])
}

fn state(state: ReliefState) -> &'static str {
    match state {
        ReliefState::Unspecified => "",
        ReliefState::Asked => "asked",
        ReliefState::Reserved => "reserved",
        ReliefState::Paid => "paid",
        ReliefState::Declined => "declined",
        ReliefState::Withdrawn => "withdrawn",
        ReliefState::Returned => "returned",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_name_what_the_rows_have() {
        for (layout, row) in [
            (&POOLS, pool(&Pool::default())),
            (&DONATIONS, donation(&Donation::default())),
            (&RELIEFS, relief(&Relief::default())),
        ] {
            let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
            assert_eq!(layout.fields, fields);
            for (column, _) in layout.columns {
                assert!(fields.contains(column), "{column}");
            }
        }
    }
}
