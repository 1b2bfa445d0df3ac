//! Closed periods, and what accounts had in them.

use timebank_proto::v1::{ClosingBalance, Period, SignOff};

use crate::{
    account_kind,
    render::{Cell, Layout, Row},
};

pub(crate) const PERIODS: Layout = Layout {
    fields: &[
        "month",
        "centre",
        "closed_by",
        "closed_at",
        "sequence",
        "accounts",
        "root",
        "signed_off",
    ],
    columns: &[
        ("month", "month"),
        ("closed_by", "closed by"),
        ("closed_at", "closed"),
        ("sequence", "record"),
        ("accounts", "accounts"),
        ("root", "root"),
    ],
};

pub(crate) const CLOSING_BALANCES: Layout = Layout {
    fields: &["account_id", "kind", "unit_id", "opening", "closing"],
    columns: &[
        ("account_id", "account"),
        ("kind", "kind"),
        ("opening", "opening"),
        ("closing", "closing"),
    ],
};

pub(crate) fn period(period: &Period) -> Row {
    let root: String = period
        .root
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let signed_off = period.signed_off.iter().map(signed).collect();
    Row(vec![
        ("month", Cell::text(&period.month)),
        ("centre", Cell::text(&period.centre)),
        ("closed_by", Cell::text(&period.closed_by)),
        ("closed_at", Cell::time(period.closed_at)),
        ("sequence", Cell::Count(period.sequence)),
        (
            "accounts",
            period.account_count.map_or(Cell::Absent, Cell::Count),
        ),
        ("root", Cell::text(root)),
        ("signed_off", Cell::Rows(signed_off)),
    ])
}

fn signed(sign: &SignOff) -> Row {
    Row(vec![
        ("staff_number", Cell::text(&sign.staff_number)),
        ("at", Cell::time(sign.at)),
        ("at_position", Cell::Count(sign.at_position)),
    ])
}

pub(crate) fn closing_balance(balance: &ClosingBalance) -> Row {
    Row(vec![
        ("account_id", Cell::text(&balance.account_id)),
        (
            "kind",
            Cell::text(account_kind::name_in_answer(balance.kind)),
        ),
        ("unit_id", Cell::text(&balance.unit_id)),
        (
            "opening",
            Cell::steps(balance.opening_balance, &balance.unit_id),
        ),
        (
            "closing",
            Cell::steps(balance.closing_balance, &balance.unit_id),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layouts_name_what_the_rows_have() {
        for (layout, row) in [
            (&PERIODS, period(&Period::default())),
            (
                &CLOSING_BALANCES,
                closing_balance(&ClosingBalance::default()),
            ),
        ] {
            let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
            assert_eq!(layout.fields, fields);
            for (column, _) in layout.columns {
                assert!(fields.contains(column), "{column}");
            }
        }
    }
}
