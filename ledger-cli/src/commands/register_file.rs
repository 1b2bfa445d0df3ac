//! `member register --from`: the members of a CSV file.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use clap::{Args, ValueHint};
use timebank_proto::{
    limits,
    v1::{
        Attestation, MemberDetails, MemberStands, PersonalFields, Refusal, RegisterMemberRequest,
        RegisterMembersRequest, register_member_result::Result as Fate,
    },
};

use crate::{
    error::Failure,
    progress::Progress,
    render::{Cell, Form, Row},
    session::Session,
};

/// How many rows a call takes that are registered each for itself.
const ROWS_AT_ONCE: usize = 500;

/// How many rows a file has at most: they are read before the first is sent.
const MAX_ROWS: usize = 1_000_000;

/// What a column of the file is.
type Put = fn(&mut RegisterMemberRequest, String);
type Column = (&'static str, Put);

/// The columns, by the names of the options of `member register`.
const COLUMNS: [Column; 20] = [
    ("id", |member, value| member.member_id = value),
    ("name", |member, value| personal(member).name = value),
    ("phone", |member, value| personal(member).phone = value),
    ("born", |member, value| personal(member).born_on = value),
    ("address", |member, value| personal(member).address = value),
    ("disability", |member, value| {
        attested(&mut personal(member).disability).evidence = value;
    }),
    ("disability_since", |member, value| {
        attested(&mut personal(member).disability).since = value;
    }),
    ("hardship", |member, value| {
        attested(&mut personal(member).hardship).evidence = value;
    }),
    ("hardship_since", |member, value| {
        attested(&mut personal(member).hardship).since = value;
    }),
    ("affiliation", |member, value| {
        personal(member).affiliation = value
    }),
    ("identity", |member, value| {
        personal(member).identity_number = value
    }),
    ("block", |member, value| details(member).block = value),
    ("guardian", |member, value| {
        details(member).guardian_id = value
    }),
    ("proxy", |member, value| details(member).proxy_id = value),
    ("relatives", |member, value| {
        let ids = value.split(';').map(str::trim);
        details(member).relative_ids = ids.map(str::to_owned).collect();
    }),
    ("heir", |member, value| details(member).heir_id = value),
    ("heard_of", |member, value| details(member).heard_of = value),
    ("consented", |member, value| {
        details(member).consented_on = value
    }),
    ("insured_until", |member, value| {
        details(member).insured_until = value
    }),
    ("device", |member, value| {
        details(member).has_device = value == "yes"
    }),
];

fn personal(member: &mut RegisterMemberRequest) -> &mut PersonalFields {
    member.personal.get_or_insert_default()
}

fn details(member: &mut RegisterMemberRequest) -> &mut MemberDetails {
    member.details.get_or_insert_default()
}

fn attested(field: &mut Option<Attestation>) -> &mut Attestation {
    field.get_or_insert_default()
}

#[derive(Args, Debug)]
pub(super) struct FromArgs {
    /// Register the members of a CSV file instead, whose header names its columns as
    /// these options: id,name,phone,born,... (relatives joined by ';', device yes or
    /// no). The same file again changes nothing
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "KnownArgs")]
    from: Option<PathBuf>,
    /// Register all members of the file, or none
    #[arg(long, requires = "from")]
    atomic: bool,
    /// Have the ledger decide what would become of each, 10,000 rows at a time, and write
    /// nothing
    #[arg(long, requires = "from")]
    dry_run: bool,
}

impl FromArgs {
    /// The file, if there is one.
    pub(super) fn file(&self) -> Option<&Path> {
        self.from.as_deref()
    }

    /// Registers the members of the file.
    pub(super) async fn register(&self, file: &Path, session: Session) -> Result<(), Failure> {
        let rows = read(file)?;
        // A row may name one before, which is there while it is decided.
        let at_once = match self.atomic || self.dry_run {
            true => limits::BATCH_MEMBERS,
            false => ROWS_AT_ONCE,
        };
        if self.atomic && rows.len() > at_once {
            let message = format!("all or none are {at_once} rows at most; leave out --atomic");
            let figures = [("row_count", rows.len().to_string())];
            return Err(Failure::wrong(message, figures));
        }
        let mut tally = Tally::new(rows.len(), session.output.form() == Form::Json);
        for rows in rows.chunks(at_once) {
            self.send(rows, &session, &mut tally).await?;
        }
        tally.end(self.dry_run, session).await
    }

    async fn send(
        &self,
        rows: &[(u64, RegisterMemberRequest)],
        session: &Session,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let request = RegisterMembersRequest {
            members: rows.iter().map(|(_, member)| member.clone()).collect(),
            atomic: self.atomic,
            validate_only: self.dry_run,
        };
        let mut members = session.client.members.clone();
        let answer = members.register_members(request).await;
        let answer = answer.map_err(|status| at_line(Failure::from(status), rows))?;
        let results = answer.into_inner().results;
        if results.len() != rows.len() {
            let what = format!("{} results for {} rows", results.len(), rows.len());
            return Err(Failure::Answer(what));
        }
        for ((line, member), result) in rows.iter().zip(results) {
            tally.add(*line, &member.member_id, result.result)?;
        }
        Ok(())
    }
}

/// A refusal of all or none, with the line of the row that it is of.
fn at_line(failure: Failure, rows: &[(u64, RegisterMemberRequest)]) -> Failure {
    let Failure::Refused {
        reason,
        message,
        mut figures,
    } = failure
    else {
        return failure;
    };
    let index = figures.get("index").and_then(|index| index.parse().ok());
    if let Some((line, _)) = index.and_then(|index: usize| rows.get(index)) {
        figures.insert("line".into(), line.to_string());
    }
    Failure::Refused {
        reason,
        message,
        figures,
    }
}

/// The rows of a file, each with its line.
fn read(file: &Path) -> Result<Vec<(u64, RegisterMemberRequest)>, Failure> {
    let failed = |source| Failure::File {
        what: format!("reading {}", file.display()),
        source,
    };
    let opened = File::open(file).map_err(failed)?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(opened);
    let header = reader.headers().map_err(|error| unreadable(file, &error))?;
    let columns: Vec<Column> = header.iter().map(column).collect::<Result<_, _>>()?;
    let device = columns.iter().position(|(name, _)| *name == "device");
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(file, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let device = device.and_then(|column| record.get(column));
        if device.is_some_and(|value| !matches!(value, "" | "yes" | "no")) {
            let figures = [("line", line.to_string())];
            return Err(Failure::wrong("device is yes or no", figures));
        }
        if rows.len() == MAX_ROWS {
            let message = format!("a file has {MAX_ROWS} rows at most; cut it in two");
            return Err(Failure::wrong(message, []));
        }
        let mut member = RegisterMemberRequest::default();
        for ((_, put), value) in columns.iter().zip(&record) {
            if !value.is_empty() {
                put(&mut member, value.to_owned());
            }
        }
        rows.push((line, member));
    }
    match rows.is_empty() {
        true => Err(Failure::wrong(
            format!("{} has no rows", file.display()),
            [],
        )),
        false => Ok(rows),
    }
}

fn column(name: &str) -> Result<Column, Failure> {
    // A spreadsheet may begin its file with a byte order mark.
    let name = name.trim_start_matches('\u{feff}');
    let found = COLUMNS.iter().find(|(known, _)| *known == name);
    let unknown = || {
        let names = COLUMNS.map(|(name, _)| name).join(", ");
        Failure::wrong(
            format!("column {name:?} is unknown; there are {names}"),
            [("line", "1".into())],
        )
    };
    found.copied().ok_or_else(unknown)
}

/// What is wrong is told without the text: it may be personal.
pub(super) fn unreadable(file: &Path, error: &csv::Error) -> Failure {
    let line = error.position().map_or(1, csv::Position::line);
    let what = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8 text, perhaps GBK; save it again as UTF-8",
        csv::ErrorKind::UnequalLengths { .. } => "has a row of another length than its header",
        _ => "cannot be read as CSV",
    };
    let message = format!("{} {what}", file.display());
    Failure::wrong(message, [("line", line.to_string())])
}

/// What became of the rows.
struct Tally {
    progress: Progress,
    as_json: bool,
    total: usize,
    done: usize,
    registered: i64,
    already_there: i64,
    second: i64,
    refused: i64,
}

impl Tally {
    fn new(total: usize, as_json: bool) -> Self {
        Self {
            progress: Progress::new(0, "rows"),
            as_json,
            total,
            done: 0,
            registered: 0,
            already_there: 0,
            second: 0,
            refused: 0,
        }
    }

    fn add(&mut self, line: u64, id: &str, fate: Option<Fate>) -> Result<(), Failure> {
        match fate {
            None => return Err(Failure::Answer("a row has no result".into())),
            Some(Fate::Refusal(refusal)) => {
                self.refused += 1;
                self.tell_refusal(line, id, &refusal);
            }
            Some(Fate::Stands(MemberStands {
                replayed,
                second_of,
            })) => {
                match replayed {
                    true => self.already_there += 1,
                    false => self.registered += 1,
                }
                if !second_of.is_empty() {
                    self.second += 1;
                    self.tell(
                        line,
                        id,
                        "SECOND_MEMBERSHIP",
                        &format!("seems to be {second_of}"),
                    );
                }
            }
        }
        self.done += 1;
        let count = |count| u64::try_from(count).unwrap_or(u64::MAX);
        self.progress.set(count(self.done), count(self.total));
        Ok(())
    }

    fn tell_refusal(&self, line: u64, id: &str, refusal: &Refusal) {
        self.tell(line, id, &refusal.reason, &refusal.message);
    }

    fn tell(&self, line: u64, id: &str, reason: &str, message: &str) {
        let text = match self.as_json {
            true => serde_json::json!({
                "line": line,
                "id": id,
                "reason": reason,
                "message": message,
            })
            .to_string(),
            false => format!("line {line}: {id}: {reason}: {message}"),
        };
        self.progress.tell(&text);
    }

    async fn end(self, dry_run: bool, mut session: Session) -> Result<(), Failure> {
        drop(self.progress);
        let row = Row(vec![
            ("dry_run", Cell::Flag(dry_run)),
            ("registered_count", Cell::Count(self.registered)),
            ("already_there_count", Cell::Count(self.already_there)),
            // Whom somebody seems to be is told of those who are there.
            (
                "second_membership_count",
                match dry_run {
                    true => Cell::Absent,
                    false => Cell::Count(self.second),
                },
            ),
            ("refused_count", Cell::Count(self.refused)),
        ]);
        session.output.one(&row).await?;
        match self.refused {
            0 => Ok(()),
            count => Err(Failure::wrong(
                "rows were refused; mend them and register the file again",
                [("refused_count", count.to_string())],
            )),
        }
    }
}
