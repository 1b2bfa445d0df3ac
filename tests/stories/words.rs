//! The words of a script: arguments, amounts, durations, times.

use std::collections::{BTreeMap, VecDeque};

use goldenscript::{Argument, Command};
use timebank::ledger::{
    AccountId, AccountKind, Amount, Balance, BookingId, Bound, Malformed, Moment,
};
use uuid::Uuid;

/// Why a command of a script printed no result: it is no ledger value, which is
/// a result of its own, or it is no command, which is a mistake in the script.
#[derive(Debug)]
pub(super) enum Fault {
    Malformed(Malformed),
    Script(String),
}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

pub(super) type Said<T> = Result<T, Fault>;

pub(super) fn mistake<T>(what: impl Into<String>) -> Said<T> {
    Err(Fault::Script(what.into()))
}

/// The arguments of one command, taken one by one; none may be left over.
pub(super) struct Words {
    plain: VecDeque<String>,
    keyed: Vec<(String, String)>,
}

impl Words {
    pub(super) fn of(command: &Command) -> Self {
        let (mut plain, mut keyed) = (VecDeque::new(), Vec::new());
        for argument in &command.args {
            match argument {
                Argument::KeyValue(key, value) => keyed.push((key.clone(), value.clone())),
                Argument::Positional(word) => plain.push_back(word.clone()),
                argument => panic!("{argument} is no argument of a story"),
            }
        }
        Self { plain, keyed }
    }

    /// These words, and no keys.
    pub(super) fn plain(words: &[&str]) -> Self {
        Self {
            plain: words.iter().map(|word| (*word).to_owned()).collect(),
            keyed: Vec::new(),
        }
    }

    pub(super) fn next(&mut self) -> Said<String> {
        match self.plain.pop_front() {
            Some(word) => Ok(word),
            None => mistake("a word is missing"),
        }
    }

    pub(super) fn optional(&mut self) -> Option<String> {
        self.plain.pop_front()
    }

    /// Whether this word comes next.
    pub(super) fn flag(&mut self, word: &str) -> bool {
        let comes = self.plain.front().is_some_and(|next| next == word);
        if comes {
            self.plain.pop_front();
        }
        comes
    }

    pub(super) fn key(&mut self, key: &str) -> Option<String> {
        let at = self.keyed.iter().position(|(found, _)| found == key)?;
        Some(self.keyed.remove(at).1)
    }

    pub(super) fn has_more(&self) -> bool {
        !self.plain.is_empty()
    }

    pub(super) fn end(self) -> Said<()> {
        match (self.plain.front(), self.keyed.first()) {
            (None, None) => Ok(()),
            (word, keyed) => mistake(format!("left over: {word:?} {keyed:?}")),
        }
    }
}

/// Accounts are called by their last segment: `ann` is `city:ann`. What is no
/// such name is taken as it is.
pub(super) fn account(word: &str) -> Said<AccountId> {
    let short = word
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    match short && !word.is_empty() {
        true => Ok(AccountId::parse(&format!("city:{word}"))?),
        false => Ok(AccountId::parse(word)?),
    }
}

pub(super) fn amount(word: &str) -> Said<Amount> {
    Ok(Amount::new(number(word)?)?)
}

pub(super) fn number(word: &str) -> Said<i64> {
    match (word, word.parse()) {
        ("most", _) => Ok(Amount::MAX.steps()),
        (_, Ok(number)) => Ok(number),
        _ => mistake(format!("{word} is no number")),
    }
}

pub(super) fn bound(word: &str) -> Said<Bound> {
    match word {
        "none" => Ok(Bound::Unbounded),
        word => Ok(Bound::At(Balance::limit(number(word)?)?)),
    }
}

pub(super) fn kind(word: &str) -> Said<AccountKind> {
    Ok(match word {
        "member" => AccountKind::Member,
        "organisation" => AccountKind::Organisation,
        "pool" => AccountKind::Pool,
        "project" => AccountKind::Project,
        "issuance" => AccountKind::Issuance,
        "redemption" => AccountKind::Redemption,
        "clearing" => AccountKind::Clearing,
        _ => return mistake(format!("{word} is no kind of account")),
    })
}

/// A number and a unit: `90s`, `5m`, `2h`, `3d`.
pub(super) fn seconds(word: &str) -> Said<i64> {
    let Some((at, _)) = word.char_indices().next_back() else {
        return mistake("a duration is missing");
    };
    let (count, unit) = word.split_at(at);
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return mistake(format!("{word} is no duration")),
    };
    Ok(number(count)? * unit)
}

/// Bookings are called by short names, each of which is a UUID of its own. They
/// sort as the names do.
#[derive(Default)]
pub(super) struct Names {
    of: BTreeMap<BookingId, String>,
}

impl Names {
    pub(super) fn id(&mut self, word: &str) -> Said<BookingId> {
        let mut called = self.of.iter();
        if let Some((id, _)) = called.find(|(_, name)| *name == word) {
            return Ok(*id);
        }
        if word.len() > 8 || word.is_empty() {
            return Ok(BookingId::parse("entry_id", word)?);
        }
        let mut bytes = [0; 16];
        bytes[..word.len()].copy_from_slice(word.as_bytes());
        let id = BookingId::parse("entry_id", &Uuid::from_bytes(bytes).to_string())?;
        self.of.insert(id, word.into());
        Ok(id)
    }

    /// Calls an id that the server chose by a name and a number, unless it has one.
    pub(super) fn call(&mut self, id: BookingId, name: &str) {
        if !self.of.contains_key(&id) {
            let mut numbers = 1..;
            let taken = |name: &String| self.of.values().any(|other| other == name);
            let mut names = numbers.by_ref().map(|number| format!("{name}{number}"));
            let free = names.find(|name| !taken(name));
            self.of.insert(id, free.expect("a number"));
        }
    }

    pub(super) fn name(&self, id: BookingId) -> String {
        self.of.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// A text with ids and account ids as the script calls them.
    pub(super) fn shorten(&self, text: &str) -> String {
        let mut text = text.replace("city:", "");
        for (id, name) in &self.of {
            text = text.replace(&id.to_string(), name);
        }
        text
    }
}

/// A moment of the years 1900 to 9999.
pub(super) fn moment(us: Option<i64>) -> Said<Moment> {
    let field = "effective_at";
    Ok(us
        .and_then(Moment::from_us)
        .ok_or(Malformed::Time { field })?)
}

/// A day, as `2026-03-01`.
pub(super) fn day(word: &str) -> Option<i64> {
    let day: chrono::NaiveDate = word.parse().ok()?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_micros())
}
