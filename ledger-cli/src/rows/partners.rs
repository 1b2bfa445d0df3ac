//! Partners, and what goes there and comes from there.

use timebank_proto::v1::{Partner, Remittance, RemittanceDirection, StepTaken};

use crate::render::{Cell, Layout, Row};

/// What goes there and comes from there: hours alone.
const TIME: &str = "time";

pub(crate) const PARTNERS: Layout = Layout {
    fields: &[
        "id", "name", "centre", "unit_id", "balance", "surplus", "deficit",
    ],
    columns: &[
        ("id", "partner"),
        ("name", "name"),
        ("balance", "has of us"),
        ("surplus", "surplus"),
        ("deficit", "deficit"),
    ],
};

pub(crate) const REMITTANCES: Layout = Layout {
    fields: &[
        "reference",
        "direction",
        "partner_id",
        "member_id",
        "amount",
        "unit_id",
        "entry_id",
        "sequence",
        "recorded_at",
        "actor",
        "reason",
    ],
    columns: &[
        ("reference", "reference"),
        ("direction", "direction"),
        ("member_id", "member"),
        ("amount", "amount"),
        ("recorded_at", "recorded"),
        ("actor", "by"),
    ],
};

pub(crate) fn partner(partner: &Partner) -> Row {
    Row(vec![
        ("id", Cell::text(&partner.partner_id)),
        ("name", Cell::text(&partner.name)),
        ("centre", Cell::text(&partner.centre)),
        ("unit_id", Cell::text(TIME)),
        ("balance", Cell::steps(partner.balance, TIME)),
        ("surplus", Cell::steps(partner.surplus, TIME)),
        ("deficit", Cell::steps(partner.deficit, TIME)),
    ])
}

pub(crate) fn remittance(remittance: &Remittance) -> Row {
    let step = remittance.step.clone();
    let StepTaken {
        sequence,
        recorded_at,
        actor,
        reason,
        ..
    } = step.unwrap_or_default();
    Row(vec![
        ("reference", Cell::text(&remittance.reference)),
        ("direction", Cell::text(direction(remittance.direction()))),
        ("partner_id", Cell::text(&remittance.partner_id)),
        ("member_id", Cell::text(&remittance.member_id)),
        ("amount", Cell::steps(remittance.amount, TIME)),
        ("unit_id", Cell::text(TIME)),
        ("entry_id", Cell::text(&remittance.entry_id)),
        ("sequence", Cell::Count(sequence)),
        ("recorded_at", Cell::time(recorded_at)),
        ("actor", Cell::text(actor)),
        ("reason", Cell::text(reason)),
    ])
}

fn direction(direction: RemittanceDirection) -> &'static str {
    match direction {
        RemittanceDirection::Unspecified => "",
        RemittanceDirection::Sent => "sent",
        RemittanceDirection::Received => "received",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_name_what_the_rows_have() {
        for (layout, row) in [
            (&PARTNERS, partner(&Partner::default())),
            (&REMITTANCES, remittance(&Remittance::default())),
        ] {
            let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
            assert_eq!(layout.fields, fields);
            for (column, _) in layout.columns {
                assert!(fields.contains(column), "{column}");
            }
        }
    }
}
