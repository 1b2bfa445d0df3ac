//! What things are called, and what is told of them with no word of what they are called.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::support::id;

/// The names of one centre's things, by what they are.
#[derive(Clone)]
pub(super) struct Names(pub(super) BTreeMap<String, String>);

impl Names {
    pub(super) fn get(&self, what: &str) -> &str {
        let found = self.0.get(what);
        found.unwrap_or_else(|| panic!("nothing is called ${what}"))
    }

    fn changed(&self, change: impl Fn(&str, &str) -> String) -> Self {
        let names = self.0.iter();
        Self(
            names
                .map(|(what, name)| (what.clone(), change(what, name)))
                .collect(),
        )
    }

    /// As long, and of the same centre, where nothing is called so.
    pub(super) fn absent(&self) -> Self {
        self.changed(|what, name| match what {
            "centre" | "document" | "soon" | "past" => name.into(),
            _ if Uuid::parse_str(name).is_ok() => id(),
            _ => match name.rsplit_once(':') {
                Some((place, last)) => format!("{place}:{}", "z".repeat(last.len())),
                None => format!("9{}", &name[1..]),
            },
        })
    }

    /// The same, of a centre that is not there either.
    pub(super) fn nowhere(&self, centre: &str) -> Self {
        let own = self.get("centre");
        self.absent()
            .changed(|_, name| match name.strip_prefix(own) {
                Some(rest) => format!("{centre}{rest}"),
                None => name.into(),
            })
    }

    /// Beside these, what another centre's are called: `own_member`.
    pub(super) fn beside(mut self, own: &Self) -> Self {
        let own = own.0.iter();
        let own = own.map(|(what, name)| (format!("own_{what}"), name.clone()));
        self.0.extend(own);
        self
    }
}

/// Puts names into a request, and notes which.
pub(super) struct Filling<'a> {
    names: &'a Names,
    pub(super) used: Vec<(String, String)>,
}

impl<'a> Filling<'a> {
    pub(super) fn of(names: &'a Names) -> Self {
        let used = Vec::new();
        Self { names, used }
    }

    /// A word whose `$name` is filled in. Each `$id` is a new one.
    pub(super) fn filled(&mut self, word: &str) -> String {
        let Some(word) = word.strip_prefix('$') else {
            return word.into();
        };
        let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (what, rest) = word.split_at(end.unwrap_or(word.len()));
        let name = match what {
            "id" => id(),
            _ => self.names.get(what).to_owned(),
        };
        self.used.push((name.clone(), format!("${what}")));
        name + rest
    }

    /// A text in which what was filled in is called by what it is again.
    pub(super) fn emptied(&self, text: &str) -> String {
        let mut used = self.used.clone();
        used.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        used.iter().fold(text.to_owned(), |text, (name, what)| {
            text.replace(name, what)
        })
    }
}
