//! Reading a TOML document, such as a policy, so that every mistake in it is found at once, each
//! told with its line and column.

mod values;

use std::{fmt, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use toml_parser::{Source, lexer::TokenKind};

pub(crate) use values::{boolean, not, not_within, number_within, text};

/// The longest document. One of a hundred services has a quarter of it.
pub const MAX_DOCUMENT_BYTES: usize = 65_536;
const MAX_MISTAKES: usize = 100;
/// How deep a document is nested, in brackets and in dots.
const MAX_DEPTH: usize = 8;
/// How unlike a known key one may be that is taken for a slip.
const MAX_SLIP: usize = 3;

/// What is wrong in a document, where, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub what: String,
    pub hint: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            what,
            hint,
        } = self;
        write!(f, "line {line}, column {column}: {what}; {hint}")
    }
}

/// The mistakes of a document in the order of their places: one at least, and the
/// first hundred at most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

type Place = Range<usize>;
type Entry<'a> = Spanned<DeValue<'a>>;

/// What a reader says of a value that is none: what it is not, and what to write.
pub(crate) type NotRead = (String, String);
pub(crate) type Read<T> = Result<T, NotRead>;

/// A document while it is read.
pub(crate) struct Document<'a> {
    /// What it is, such as `policy`.
    kind: &'static str,
    text: &'a str,
    found: Vec<(Place, NotRead)>,
}

impl<'a> Document<'a> {
    /// Reads the form of a document: its tables, or what is wrong with it.
    pub(crate) fn parse(
        kind: &'static str,
        text: &'a str,
    ) -> Result<(Self, DeTable<'a>), Mistakes> {
        let mut document = Self {
            kind,
            text,
            found: Vec::new(),
        };
        let bytes = text.len();
        if bytes > MAX_DOCUMENT_BYTES {
            let what = format!("the document has {bytes} bytes");
            let hint = format!("write at most {MAX_DOCUMENT_BYTES}");
            document.found.push((0..0, (what, hint)));
            return Err(document.mistakes());
        }
        if let Some(place) = too_deep(text) {
            let hint =
                format!("a {kind} has tables in lists in sections, and nothing within these");
            document
                .found
                .push((place, ("it is nested too deep".into(), hint)));
            return Err(document.mistakes());
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let place = error.span().unwrap_or(0..0);
            let hint = "write it as TOML: `key = value` below a `[section]`";
            let what = error.message().replace('\n', ", ");
            document.found.push((place, (what, hint.into())));
        }
        match document.found.is_empty() {
            true => Ok((document, table.into_inner())),
            false => Err(document.mistakes()),
        }
    }

    /// Notes a mistake.
    pub(crate) fn note(&mut self, place: Place, not_read: NotRead) {
        self.found.push((place, not_read));
    }

    /// What was read, if nothing is wrong with it.
    pub(crate) fn end<T>(self, read: Option<T>) -> Result<T, Mistakes> {
        match read {
            Some(read) if self.found.is_empty() => Ok(read),
            _ => Err(self.mistakes()),
        }
    }

    fn mistakes(mut self) -> Mistakes {
        self.found.sort_by_key(|(place, _)| place.start);
        self.found.truncate(MAX_MISTAKES);
        let text = self.text;
        let mistakes = self.found.into_iter().map(|(place, (what, hint))| {
            let (line, column) = line_and_column(text, place.start);
            Mistake {
                line,
                column,
                what,
                hint,
            }
        });
        Mistakes(mistakes.collect())
    }
}

/// Where brackets within brackets, or the parts of a dotted key, become more than any
/// document has. The parser bounds each by itself, but not tables of dotted keys within each
/// other, which thousands deep are too much for the stack.
fn too_deep(text: &str) -> Option<Place> {
    let (mut depth, mut dots) = (0_usize, 0);
    for token in Source::new(text).lex() {
        match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                (depth, dots) = (depth + 1, 0);
            }
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                (depth, dots) = (depth.saturating_sub(1), 0);
            }
            TokenKind::Dot => dots += 1,
            TokenKind::Equals | TokenKind::Comma | TokenKind::Newline => dots = 0,
            _ => {}
        }
        if depth > MAX_DEPTH || dots > MAX_DEPTH {
            let span = token.span();
            return Some(span.start()..span.end());
        }
    }
    None
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let (line, start) = match before.rfind('\n') {
        None => (1, 0),
        Some(end) => (before.matches('\n').count() + 1, end + 1),
    };
    (line, before[start..].chars().count() + 1)
}

/// A table of a document while it is read. Whoever asks for a key makes it known;
/// [`Section::end`] notes those that nobody asked for.
pub(crate) struct Section<'a, 'd> {
    pub(crate) document: &'d mut Document<'a>,
    /// What its keys are called, such as `pricing`.
    path: String,
    table: Option<&'d DeTable<'a>>,
    /// Where it stands.
    place: Place,
    known: Vec<&'static str>,
}

impl<'a, 'd> Section<'a, 'd> {
    /// The document's own keys.
    pub(crate) fn top(document: &'d mut Document<'a>, table: &'d DeTable<'a>) -> Self {
        Self {
            document,
            path: String::new(),
            table: Some(table),
            place: 0..0,
            known: Vec::new(),
        }
    }

    fn path_of(&self, key: &str) -> String {
        match (self.path.as_str(), key) {
            ("", key) => key.into(),
            (path, "") => path.into(),
            (path, key) => format!("{path}.{key}"),
        }
    }

    fn entry(&mut self, key: &'static str) -> Option<&'d Entry<'a>> {
        self.known.push(key);
        self.table?.get(key)
    }

    /// Whether a key is given; where.
    pub(crate) fn place(&self, key: &str) -> Option<Place> {
        self.table?.get(key).map(Spanned::span)
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_none_or(DeTable::is_empty)
    }

    /// Notes a mistake at a key, or at the section where the key is missing or `""`.
    pub(crate) fn note(&mut self, key: &str, what: &str, hint: &str) {
        let place = self.place(key).unwrap_or_else(|| self.place.clone());
        let path = self.path_of(key);
        let not_read = (format!("{path} {what}"), hint.into());
        self.document.note(place, not_read);
    }

    /// The value of a key, if it is given and can be read.
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'a>) -> Result<T, NotRead>,
    ) -> Option<T> {
        let entry = self.entry(key)?;
        match read(entry.get_ref()) {
            Ok(read) => Some(read),
            Err((what, hint)) => {
                self.note(key, &what, &hint);
                None
            }
        }
    }

    /// The value of a key, or what stands where it is not given.
    pub(crate) fn or<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&DeValue<'a>) -> Result<T, NotRead>,
    ) -> T {
        self.optional(key, read).unwrap_or(default)
    }

    /// The value of a key that must be given.
    pub(crate) fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'a>) -> Result<T, NotRead>,
    ) -> Option<T> {
        if self.place(key).is_none() {
            self.known.push(key);
            let hint = format!("give {key}");
            self.note(key, "is missing", &hint);
            return None;
        }
        self.optional(key, read)
    }

    /// The elements of a list, each with its place; none where it is not given.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        max: usize,
        mut read: impl FnMut(&DeValue<'a>) -> Result<T, NotRead>,
    ) -> Vec<(T, Place)> {
        let mut all = Vec::new();
        for element in self.elements(key, max) {
            match read(element.get_ref()) {
                Ok(read) => all.push((read, element.span())),
                Err((what, hint)) => {
                    let what = format!("{} {what}", self.path_of(key));
                    self.document.note(element.span(), (what, hint));
                }
            }
        }
        all
    }

    fn elements(&mut self, key: &'static str, max: usize) -> Vec<&'d Entry<'a>> {
        let Some(entry) = self.entry(key) else {
            return Vec::new();
        };
        let Some(elements) = entry.get_ref().as_array() else {
            self.note(key, "is no list", "write it in brackets: [...]");
            return Vec::new();
        };
        if elements.len() > max {
            let what = format!("has {} elements", elements.len());
            self.note(key, &what, &format!("write at most {max}"));
            return Vec::new();
        }
        elements.iter().collect()
    }

    /// Reads a section; one that is not given is read as an empty one.
    pub(crate) fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'a, '_>) -> T,
    ) -> T {
        let entry = self.entry(key);
        let table = entry.and_then(|entry| entry.get_ref().as_table());
        if entry.is_some() && table.is_none() {
            let hint = format!("write its keys below [{key}]");
            self.note(key, "is no section", &hint);
        }
        let path = self.path_of(key);
        let place = entry.map_or_else(|| self.place.clone(), Spanned::span);
        Self::inner(self.document, path, table, place, read)
    }

    /// Reads the tables of a list, such as those of `[[service]]`.
    pub(crate) fn sections<T>(
        &mut self,
        key: &'static str,
        max: usize,
        mut read: impl FnMut(&mut Section<'a, '_>) -> Option<T>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for (index, element) in self.elements(key, max).into_iter().enumerate() {
            let path = format!("{}[{index}]", self.path_of(key));
            let Some(table) = element.get_ref().as_table() else {
                let hint = "write it in braces: { ... }".into();
                let what = format!("{path} is no table");
                self.document.note(element.span(), (what, hint));
                continue;
            };
            let place = element.span();
            all.extend(Self::inner(
                self.document,
                path,
                Some(table),
                place,
                &mut read,
            ));
        }
        all
    }

    fn inner<T>(
        document: &mut Document<'a>,
        path: String,
        table: Option<&DeTable<'a>>,
        place: Place,
        read: impl FnOnce(&mut Section<'a, '_>) -> T,
    ) -> T {
        let mut inner = Section {
            document,
            path,
            table,
            place,
            known: Vec::new(),
        };
        let value = read(&mut inner);
        inner.end();
        value
    }

    /// Notes the keys that nobody asked for.
    pub(crate) fn end(&mut self) {
        let Some(table) = self.table else {
            return;
        };
        let unknown = table.keys().filter(|key| !self.is_known(key.get_ref()));
        let unknown: Vec<_> = unknown
            .map(|key| (key.span(), key.get_ref().to_string()))
            .collect();
        for (place, key) in unknown {
            let what = format!(
                "{} is no key of a {}",
                self.path_of(&key),
                self.document.kind
            );
            self.document.note(place, (what, self.hint(&key)));
        }
    }

    fn is_known(&self, key: &str) -> bool {
        self.known.contains(&key)
    }

    fn hint(&self, key: &str) -> String {
        let by_likeness = self.known.iter();
        let nearest = by_likeness.min_by_key(|known| strsim::damerau_levenshtein(known, key));
        match nearest {
            Some(nearest) if strsim::damerau_levenshtein(nearest, key) <= MAX_SLIP => {
                format!("perhaps {nearest} is meant")
            }
            _ => format!("take it out, or write one of {}", self.known.join(", ")),
        }
    }
}
