//! The kinds of accounts, by the names that people and files give them.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use timebank::ledger::AccountKind;

/// Each kind with its name, and what else it is called.
const NAMES: [(AccountKind, &str, &[&str]); 7] = [
    (AccountKind::Member, "member", &[]),
    (AccountKind::Organisation, "organisation", &["organization"]),
    (AccountKind::Pool, "pool", &[]),
    (AccountKind::Project, "project", &[]),
    (AccountKind::Issuance, "issuance", &[]),
    (AccountKind::Redemption, "redemption", &[]),
    (AccountKind::Clearing, "clearing", &[]),
];

/// The kind of that name. None where there is none.
pub(crate) fn named(text: &str) -> Option<AccountKind> {
    let of_name = |(_, name, others): &&(_, &str, &[&str])| *name == text || others.contains(&text);
    NAMES.iter().find(of_name).map(|(kind, ..)| *kind)
}

/// The kind that the first fitting segment of an id names, or else a member.
pub(crate) fn of_id(id: &str) -> AccountKind {
    id.split(':').find_map(named).unwrap_or(AccountKind::Member)
}

/// The name of a kind in an answer; empty where it is none that is known.
pub(crate) fn name_in_answer(kind: i32) -> String {
    AccountKind::of_number(kind).map_or_else(String::new, |kind| kind.to_string())
}

/// Reads a kind on the command line.
pub(crate) fn parser() -> impl TypedValueParser<Value = AccountKind> {
    let values = NAMES.map(|(_, name, others)| PossibleValue::new(name).aliases(others));
    PossibleValuesParser::new(values).try_map(|text| named(&text).ok_or("no kind of account"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_ids() {
        for (id, kind) in [
            ("shapingba:member:000123", AccountKind::Member),
            ("shapingba:pool:emergency", AccountKind::Pool),
            ("shapingba:issuance:grant-2026", AccountKind::Issuance),
            ("shapingba:organisation:7", AccountKind::Organisation),
            ("shapingba:organization:7", AccountKind::Organisation),
            ("banan:project:pool", AccountKind::Project),
            ("shapingba:000123", AccountKind::Member),
            ("shapingba:pools:x", AccountKind::Member),
        ] {
            assert_eq!(of_id(id), kind, "{id}");
        }
    }

    #[test]
    fn names_there_and_back() {
        for (kind, text, _) in NAMES {
            assert_eq!(named(text), Some(kind));
            assert_eq!(name_in_answer(kind.number()), text);
        }
        assert_eq!(name_in_answer(0), "");
    }
}
