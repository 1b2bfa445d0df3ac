//! In what a repeated command differs from the one that its id stands for.

use serde_json::{Map, Value};

use super::{Command, NotLoaded, Objects};
use crate::ledger::{Difference, Sequence};

const MAX_SHOWN_CHARS: usize = 120;

/// The first field that differs, by its name in the contract.
pub(super) fn between(recorded: &Command, given: &Command) -> Option<Difference> {
    if recorded.name() != given.name() {
        return Some(Difference::of("command", recorded.name(), given.name()));
    }
    // What is compared is there: JSON has every value that a command has.
    match (serde_json::to_value(recorded), serde_json::to_value(given)) {
        (Ok(recorded), Ok(given)) => first("", &recorded, &given),
        _ => Some(Difference::of("command", "another", "this")),
    }
}

/// The first personal field that differs from those that a record commits to, as
/// far as these are there. The texts are not told.
pub(super) fn of_personal(
    objects: &Objects,
    recorded: Sequence,
    given: &Command,
) -> Result<Option<Difference>, NotLoaded> {
    let personal = match given {
        Command::RegisterMember(new) => &new.personal,
        Command::ChangeMember(new) => &new.personal,
        _ => return Ok(None),
    };
    let Some(given) = personal.fields() else {
        return Ok(None);
    };
    let recorded = objects.personal(recorded)?;
    let field = recorded.and_then(|recorded| recorded.difference(given));
    Ok(field.map(|field| Difference::of(field, "another text", "this text")))
}

fn first(path: &str, recorded: &Value, given: &Value) -> Option<Difference> {
    if recorded == given {
        return None;
    }
    match (recorded, given) {
        (Value::Object(old), Value::Object(new)) => {
            // Either may lack a field that is empty.
            let added = new.keys().filter(|name| !old.contains_key(*name));
            old.keys().chain(added).find_map(|name| {
                let path = match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                let of = |fields: &'_ Map<String, Value>| fields.get(name).cloned();
                let (old, new) = (of(old), of(new));
                first(&path, &old.unwrap_or_default(), &new.unwrap_or_default())
            })
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            let mut pairs = old.iter().zip(new).enumerate();
            pairs.find_map(|(index, (old, new))| first(&format!("{path}[{index}]"), old, new))
        }
        (old, new) => Some(Difference::of(path, shown(old), shown(new))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        // It may be a whole document.
        Value::String(text) => {
            let shown = text.replace(char::is_control, " ");
            shown.chars().take(MAX_SHOWN_CHARS).collect()
        }
        Value::Array(values) => format!("{} of them", values.len()),
        other => other.to_string(),
    }
}
