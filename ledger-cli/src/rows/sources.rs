//! Sources.

use timebank_proto::v1::{Funding, Sector, Source};

use crate::render::{Cell, Layout, Row};

pub(crate) const SOURCES: Layout = Layout {
    fields: &[
        "id",
        "centre",
        "unit_id",
        "funding",
        "sector",
        "funder",
        "contract",
        "cap",
        "outstanding",
        "held",
        "left",
        "from",
        "until",
    ],
    columns: &[
        ("id", "source"),
        ("funder", "funder"),
        ("cap", "cap"),
        ("outstanding", "outstanding"),
        ("left", "left"),
        ("from", "from"),
        ("until", "until"),
    ],
};

pub(crate) fn source(source: &Source) -> Row {
    let terms = source.terms.clone().unwrap_or_default();
    let steps = |steps| Cell::steps(steps, &terms.unit_id);
    Row(vec![
        ("id", Cell::text(&source.source_id)),
        ("centre", Cell::text(&source.centre)),
        ("unit_id", Cell::text(&terms.unit_id)),
        ("funding", Cell::text(funding(terms.funding()))),
        ("sector", Cell::text(sector(terms.sector()))),
        ("funder", Cell::text(&terms.funder)),
        ("contract", Cell::text(&terms.contract)),
        ("cap", steps(terms.cap)),
        ("outstanding", steps(source.outstanding)),
        ("held", steps(source.held)),
        ("left", steps(terms.cap - source.outstanding - source.held)),
        ("from", Cell::text(&terms.from)),
        ("until", Cell::text(&terms.until)),
    ])
}

fn funding(funding: Funding) -> &'static str {
    match funding {
        Funding::Unspecified => "",
        Funding::Grant => "grant",
        Funding::Foundation => "foundation",
        Funding::Donation => "donation",
    }
}

fn sector(sector: Sector) -> &'static str {
    match sector {
        Sector::Unspecified => "",
        Sector::Public => "public",
        Sector::Social => "social",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_names_what_the_row_has() {
        let row = source(&Source::default());
        let fields: Vec<_> = row.0.into_iter().map(|(name, _)| name).collect();
        assert_eq!(SOURCES.fields, fields);
        for (column, _) in SOURCES.columns {
            assert!(fields.contains(column), "{column}");
        }
    }
}
