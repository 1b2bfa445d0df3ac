//! By which rules centres go.

use timebank::exchange::policy::Mistake;
use timebank_proto::v1::{
    ComparePolicyResponse, Mandate, Policy, PolicyState, PolicyTerm, PolicyVerdict,
};

use crate::render::{Cell, Form, Layout, Row};

pub(crate) const MISTAKES: Layout = Layout {
    fields: &["line", "column", "mistake", "hint"],
    columns: &[
        ("line", "line"),
        ("column", "column"),
        ("mistake", "mistake"),
        ("hint", "what to do"),
    ],
};

/// A mistake in a policy's document.
pub(crate) fn mistake(mistake: Mistake) -> Row {
    let count = |count| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
    Row(vec![
        ("line", count(mistake.line)),
        ("column", count(mistake.column)),
        ("mistake", Cell::Text(mistake.what)),
        ("hint", Cell::Text(mistake.hint)),
    ])
}

pub(crate) const POLICIES: Layout = Layout {
    fields: &[
        "id",
        "state",
        "centre",
        "version",
        "starts_on",
        "name_en",
        "name_zh",
    ],
    columns: &[
        ("id", "policy"),
        ("state", "state"),
        ("starts_on", "starts on"),
        ("name_en", "name"),
        ("name_zh", "\u{540d}\u{79f0}"),
    ],
};

pub(crate) fn policy(policy: &Policy) -> Row {
    let state = match policy.state() {
        PolicyState::Unspecified => "unknown",
        PolicyState::InForce => "in_force",
        PolicyState::ToCome => "to_come",
        PolicyState::Replaced => "replaced",
    };
    Row(vec![
        ("id", Cell::text(&policy.policy_id)),
        ("state", Cell::text(state)),
        ("centre", Cell::text(&policy.centre)),
        ("version", Cell::Count(policy.version.into())),
        ("starts_on", Cell::text(&policy.starts_on)),
        ("name_en", Cell::text(&policy.name_en)),
        ("name_zh", Cell::text(&policy.name_zh)),
    ])
}

/// The terms of a policy.
pub(crate) fn terms(terms: &[PolicyTerm]) -> Cell {
    let rows = terms.iter().map(|term| {
        Row(vec![
            ("key", Cell::text(&term.key)),
            ("value", Cell::text(&term.value)),
        ])
    });
    Cell::Rows(rows.collect())
}

/// What a document would change: for people in sentences, for scripts key by key, too.
pub(crate) fn comparison(answer: &ComparePolicyResponse, form: Form) -> Row {
    let changes = answer.changes.iter().map(|change| {
        let says = |said: &Option<String>| said.clone().map_or(Cell::Absent, Cell::Text);
        Row(vec![
            ("key", Cell::text(&change.key)),
            ("before", says(&change.before)),
            ("after", says(&change.after)),
        ])
    });
    let effects = answer.effects.iter().map(|effect| {
        Row(vec![
            ("what", Cell::text(&effect.what)),
            ("member_count", Cell::Count(effect.member_count)),
        ])
    });
    let sentences = answer.sentences.iter();
    let sentences = sentences.map(|words| Row(vec![("sentence", Cell::text(words))]));
    let changes = match form {
        Form::Table => Cell::Absent,
        Form::Json | Form::Csv => Cell::Rows(changes.collect()),
    };
    Row(vec![
        ("changes", changes),
        ("sentences", Cell::Rows(sentences.collect())),
        ("effects", Cell::Rows(effects.collect())),
        ("member_count", Cell::Count(answer.member_count)),
        ("touched_count", Cell::Count(answer.touched_count)),
    ])
}

pub(crate) const VERDICTS: Layout = Layout {
    fields: &["question", "allowed", "rule", "reason"],
    columns: &[
        ("question", "question"),
        ("allowed", "allowed"),
        ("rule", "rule"),
        ("reason", "reason"),
    ],
};

/// What a rule says of a member.
pub(crate) fn verdict(verdict: &PolicyVerdict) -> Row {
    Row(vec![
        ("question", Cell::text(&verdict.question)),
        ("allowed", verdict.allowed.map_or(Cell::Absent, Cell::Flag)),
        ("rule", Cell::text(&verdict.rule)),
        ("reason", Cell::text(&verdict.reason)),
    ])
}

pub(crate) const MANDATES: Layout = Layout {
    fields: &["id", "state", "account_id", "centre", "owner"],
    columns: &[
        ("account_id", "account"),
        ("centre", "may be named by"),
        ("owner", "of centre"),
        ("state", "state"),
    ],
};

/// That a centre may name another's account.
pub(crate) fn mandate(mandate: &Mandate) -> Row {
    let state = if mandate.given { "given" } else { "revoked" };
    Row(vec![
        ("id", Cell::text(&mandate.mandate_id)),
        ("state", Cell::text(state)),
        ("account_id", Cell::text(&mandate.account_id)),
        ("centre", Cell::text(&mandate.centre)),
        ("owner", Cell::text(&mandate.owner)),
    ])
}
