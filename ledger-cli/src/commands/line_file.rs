//! CSV files of which each line is one thing to record, by a UUID that follows from the line: so
//! the same line again changes nothing.

use std::{collections::HashMap, fs::File, path::Path};

use sha2::{Digest, Sha256};
use timebank_proto::v1::Refusal;
use uuid::{Builder, Uuid};

use super::register_file::unreadable;
use crate::{error::Failure, progress::Progress, render::Form, session::Session};

/// How many lines a file has at most: they are read before the first is sent.
const MAX_ROWS: usize = 10_000;

/// What a file is of.
pub(super) struct Lines {
    /// The columns that it must have.
    pub(super) required: &'static [&'static str],
    /// Those that it may have.
    pub(super) optional: &'static [&'static str],
    /// What a line is, and what several are.
    pub(super) of: (&'static str, &'static str),
}

/// A line, and what is read from it.
pub(super) struct Line<T> {
    pub(super) number: u64,
    /// The UUID that follows from it.
    pub(super) id: String,
    pub(super) read: T,
}

/// The cells of a line, by the names of their columns.
pub(super) struct Cells<'a> {
    columns: &'a [String],
    record: &'a csv::StringRecord,
}

impl Cells<'_> {
    /// A cell. Empty where there is no such column.
    pub(super) fn get(&self, name: &str) -> &str {
        let at = self.columns.iter().position(|column| column == name);
        at.and_then(|at| self.record.get(at)).unwrap_or_default()
    }
}

/// What became of lines.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) done: i64,
    pub(super) already_there: i64,
    /// Those of them that were taken back: visits that staff declined, trainings that they
    /// annulled.
    pub(super) taken_back: i64,
    pub(super) refused: i64,
}

impl Counts {
    /// That none was refused.
    pub(super) fn end(self, message: &str) -> Result<(), Failure> {
        match self.refused {
            0 => Ok(()),
            count => Err(Failure::wrong(
                message,
                [("refused_count", count.to_string())],
            )),
        }
    }
}

/// Tells what became of something.
pub(super) fn tell(
    progress: &Progress,
    as_json: bool,
    (what, which, id): (&str, String, &str),
    refusal: &Refusal,
) {
    let Refusal {
        reason, message, ..
    } = refusal;
    progress.tell(&match as_json {
        true => serde_json::json!({
            what: which,
            "id": id,
            "reason": reason,
            "message": message,
        })
        .to_string(),
        false => format!("{what} {which}: {reason}: {message}"),
    });
}

/// What a line comes to that is told though it was not refused.
pub(super) fn remark(reason: &str, message: &str) -> Refusal {
    Refusal {
        reason: reason.into(),
        message: message.into(),
        ..Default::default()
    }
}

/// Reads all lines of a file, each to what it says and its UUID. Where some cannot be read, they
/// are told, and nothing is to be sent.
pub(super) async fn read<T>(
    file: &Path,
    lines: &Lines,
    session: &Session,
    to: impl AsyncFn(&Cells<'_>) -> Result<(String, T), String>,
) -> Result<Vec<Line<T>>, Failure> {
    let failed = |source| Failure::File {
        what: format!("reading {}", file.display()),
        source,
    };
    let opened = File::open(file).map_err(failed)?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(opened);
    let header = reader.headers().map_err(|error| unreadable(file, &error))?;
    let columns = lines.columns(header)?;
    let (one, several) = lines.of;
    let (mut found, mut told, mut counts) = (Vec::new(), HashMap::new(), Counts::default());
    let as_json = session.output.form() == Form::Json;
    let progress = Progress::new(0, several);
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(file, &error))?;
        let number = record.position().map_or(0, csv::Position::line);
        let unreadable_count = usize::try_from(counts.refused).unwrap_or(MAX_ROWS);
        if found.len() + unreadable_count >= MAX_ROWS {
            let message = format!("a file has {MAX_ROWS} lines at most; cut it in two");
            return Err(Failure::wrong(message, []));
        }
        let (columns, record) = (&columns, &record);
        let line = match to(&Cells { columns, record }).await {
            Ok((id, read)) => match told.insert(id.clone(), number) {
                None => Ok(Line { number, id, read }),
                Some(twin) => Err(format!("it is the {one} of line {twin}")),
            },
            Err(message) => Err(message),
        };
        match line {
            Ok(line) => found.push(line),
            Err(message) => {
                counts.refused += 1;
                let which = ("line", number.to_string(), "");
                tell(&progress, as_json, which, &remark("UNREADABLE", &message));
            }
        }
    }
    drop(progress);
    counts
        .end("lines cannot be read, and nothing was sent; mend them and record the file again")?;
    match found.is_empty() {
        true => Err(Failure::wrong(
            format!("{} has no lines", file.display()),
            [],
        )),
        false => Ok(found),
    }
}

impl Lines {
    fn columns(&self, header: &csv::StringRecord) -> Result<Vec<String>, Failure> {
        // A spreadsheet may begin its file with a byte order mark.
        let names = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}'));
        let names: Vec<String> = names.map(str::to_owned).collect();
        let known = || self.required.iter().chain(self.optional);
        let wrong = |message: String| Failure::wrong(message, [("line", "1".into())]);
        if let Some(other) = names
            .iter()
            .find(|name| known().all(|known| *known != name.as_str()))
        {
            let all: Vec<_> = known().copied().collect();
            let all = all.join(", ");
            return Err(wrong(format!(
                "column {other:?} is unknown; there are {all}"
            )));
        }
        let mut twice = names.iter().enumerate();
        if let Some((_, name)) = twice.find(|(at, name)| names.iter().take(*at).any(|n| n == *name))
        {
            return Err(wrong(format!("column {name:?} is there twice")));
        }
        let mut missing = self.required.iter();
        match missing.find(|name| names.iter().all(|given| given != **name)) {
            None => Ok(names),
            Some(name) => Err(wrong(format!("column {name:?} is missing"))),
        }
    }
}

/// The UUID that follows from these parts, and no others.
pub(super) fn derived_id(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}
