//! Closed periods.

use timebank_proto::v1::Period;

use crate::render::{Cell, Layout, Row};

pub(crate) const PERIODS: Layout = Layout {
    fields: &["month", "centre", "closed_by", "closed_at", "sequence"],
    columns: &[
        ("month", "month"),
        ("closed_by", "closed by"),
        ("closed_at", "closed"),
        ("sequence", "record"),
    ],
};

pub(crate) fn period(period: &Period) -> Row {
    Row(vec![
        ("month", Cell::text(&period.month)),
        ("centre", Cell::text(&period.centre)),
        ("closed_by", Cell::text(&period.closed_by)),
        ("closed_at", Cell::time(period.closed_at)),
        ("sequence", Cell::Count(period.sequence)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_names_what_the_row_has() {
        let row = period(&Period::default());
        let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
        assert_eq!(PERIODS.fields, fields);
        for (column, _) in PERIODS.columns {
            assert!(fields.contains(column), "{column}");
        }
    }
}
