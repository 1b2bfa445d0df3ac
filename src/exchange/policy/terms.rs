//! A policy as a list of its terms: to show it, and to tell one from another.

use serde_json::Value;

use super::Policy;

/// A term of a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// Its key, such as `pricing.day_cap` or `service.companionship.weight`.
    pub key: String,
    /// What it says, such as `2h`.
    pub value: String,
}

/// A term that is not the same in two policies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub key: String,
    /// None: it was not there.
    pub before: Option<String>,
    /// None: it is there no longer.
    pub after: Option<String>,
}

impl Policy {
    /// All its terms, in the order of the sections.
    pub fn terms(&self) -> Vec<Term> {
        let mut terms = Vec::new();
        // A policy has no value that JSON lacks.
        let value = serde_json::to_value(self).unwrap_or_default();
        flatten("", &value, &mut terms);
        terms
    }

    /// All its terms, where there was no policy before.
    pub fn all_as_changes(&self) -> Vec<Change> {
        let terms = self.terms().into_iter().map(|term| Change {
            key: term.key,
            before: None,
            after: Some(term.value),
        });
        terms.collect()
    }

    /// In what another differs from this one, in the order of the sections.
    pub fn changes(&self, other: &Self) -> Vec<Change> {
        let (before, after) = (self.terms(), other.terms());
        let value = |terms: &[Term], key: &str| {
            let found = terms.iter().find(|term| term.key == key);
            found.map(|term| term.value.clone())
        };
        let gone = before.iter();
        let gone = gone.filter(|term| value(&after, &term.key).is_none());
        let keys = after.iter().chain(gone).map(|term| term.key.clone());
        let changes = keys.map(|key| Change {
            before: value(&before, &key),
            after: value(&after, &key),
            key,
        });
        changes
            .filter(|change| change.before != change.after)
            .collect()
    }
}

fn flatten(key: &str, value: &Value, terms: &mut Vec<Term>) {
    let below = |name: &str| match key {
        "" => name.to_owned(),
        key => format!("{key}.{name}"),
    };
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in fields {
                flatten(&below(name), value, terms);
            }
        }
        Value::Array(elements) if elements.iter().any(Value::is_object) => {
            for element in elements {
                let code = element.get("code").and_then(Value::as_str);
                flatten(&below(code.unwrap_or_default()), element, terms);
            }
        }
        Value::Array(elements) if elements.is_empty() => {}
        Value::Array(elements) => terms.push(Term {
            key: key.to_owned(),
            value: elements.iter().map(shown).collect::<Vec<_>>().join(", "),
        }),
        value => terms.push(Term {
            key: key.to_owned(),
            value: shown(value),
        }),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
