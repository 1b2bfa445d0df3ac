//! In what a repeated request differs from what its id stands for.

use std::fmt::Display;

/// The first field that differs, with both values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The field's name in the contract, down to the leg: `transfers[0].amount`.
    pub field: String,
    pub recorded: String,
    pub given: String,
}

impl Difference {
    /// A field whose values are not the same.
    pub(crate) fn of(
        field: impl Into<String>,
        recorded: impl Display,
        given: impl Display,
    ) -> Self {
        Self {
            field: field.into(),
            recorded: recorded.to_string(),
            given: given.to_string(),
        }
    }

    /// A field, if its values differ.
    pub(super) fn between<T: PartialEq + Display>(
        field: &str,
        recorded: &T,
        given: &T,
    ) -> Option<Self> {
        (recorded != given).then(|| Self::of(field, recorded, given))
    }

    /// A field that may be absent, if its values differ.
    pub(super) fn between_options<T: PartialEq + Display>(
        field: &str,
        recorded: &Option<T>,
        given: &Option<T>,
    ) -> Option<Self> {
        let shown = |value: &Option<T>| match value {
            Some(value) => value.to_string(),
            None => "none".into(),
        };
        (recorded != given).then(|| Self::of(field, shown(recorded), shown(given)))
    }
}
