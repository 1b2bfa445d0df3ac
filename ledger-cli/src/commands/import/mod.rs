//! `import`: books the rows of a file. Rows flow through in batches, so that a
//! file may be larger than memory; what is kept of each row is the hash that
//! tells identical rows apart. A file with entry ids is read twice: first to
//! find the entries that have a bad row. What comes through a pipe is kept whole.

mod call;
mod community_forge;
mod csv_rows;
mod fate;
mod fault;
mod gather;
mod native;
mod row;
mod survey;
mod tally;
mod target;
mod timeoverflow;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek},
    path::PathBuf,
};

use clap::{Args, ValueEnum, ValueHint};
use timebank::ledger::{AccountId, TimeZone};

use self::{
    call::{Call, CallSize},
    csv_rows::{BadLine, CsvRow, CsvRows},
    gather::Gather,
    row::{BadRow, EntryOfRow, Moved, Parsed, Prefix},
    survey::{SpoiltEntries, spoilt_entries},
    tally::{Tally, Units},
    target::Target,
};
use crate::{error::Failure, progress::Progress, render::Form, session::Session};

#[derive(Args, Debug)]
#[command(after_long_help = "\
Formats:
  native           A header, in any order: from,to,amount,effective_at and, if
                   wanted, entry_id,kind,note,tags,unit_id. Amounts and times as on
                   the command line. Every other column is a tag of that name, such
                   as service or block; an empty cell is no tag. A column tags holds
                   key=value;key=value. Rows that follow each other with the same
                   entry_id are one entry; where one of its rows is bad, none of it
                   is booked. A row without one gets an id made of its content, so
                   it needs an effective_at. Where accounts are opened,
                   from_kind, to_kind, from_floor and to_floor say how; sequence,
                   recorded_at, actor and reverses_entry_id are not read.
  timeoverflow     TimeOverflow's transfers, without a header: source_id,
                   source_type, destination_id, destination_type, amount in seconds,
                   created_at, reason, post_id. Member 12 becomes PREFIX:member:12.
  community-forge  payer,payee,quantity,created,state,type,description. Quantities
                   are decimal hours; only completed rows are booked. Payer 12
                   becomes PREFIX:member:12.

Reasons and descriptions become notes, which can be erased. Accounts opened for
the last two formats have no floor, as in the systems they come from. Dates, and
times without an offset, are in the ledger's time zone. The same file again
changes nothing.

The totals have, for each unit, what was read and what of it is booked, was
already there, was refused or is bad. Rows that are skipped, or whose amount
cannot be read, are counted but are not in the totals.

Examples:
  ledger-cli import year.csv --dry-run --open-accounts
  ledger-cli import year.csv --open-accounts
  ledger-cli import transfers.csv --format timeoverflow --into shapingba --open-accounts
  ledger-cli import transactions.csv --format community-forge --into hamlet")]
pub(crate) struct ImportArgs {
    /// The file
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// What the file is; --help describes each
    #[arg(long, value_enum, default_value_t = Format::Native)]
    format: Format,
    /// Where ids that are not account ids go
    #[arg(long, value_name = "PREFIX")]
    into: Option<String>,
    /// Open the accounts that are missing, for entries that are then booked
    #[arg(long)]
    open_accounts: bool,
    /// Have the ledger decide what would happen, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(crate) enum Format {
    Native,
    #[value(name = "timeoverflow")]
    TimeOverflow,
    CommunityForge,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::TimeOverflow => "timeoverflow",
            Self::CommunityForge => "community-forge",
        }
    }
}

/// How the rows of this file are read.
enum Reader<'a> {
    Native(native::Header, Option<&'a str>),
    TimeOverflow(Prefix<'a>),
    CommunityForge(community_forge::Header, Prefix<'a>),
}

/// A row as it was read.
struct ReadRow {
    line: u64,
    outcome: Result<Parsed, BadRow>,
    /// What a bad row says it moves. None where this cannot be read.
    moved: Option<Moved>,
}

impl Reader<'_> {
    fn parse(&self, fields: &[String], zone: TimeZone) -> Result<Parsed, BadRow> {
        match self {
            Self::Native(header, into) => header.parse(fields, *into, zone),
            Self::TimeOverflow(prefix) => timeoverflow::parse(fields, prefix, zone),
            Self::CommunityForge(header, prefix) => header.parse(fields, prefix, zone),
        }
    }

    /// Reads a row.
    fn read(&self, row: Result<CsvRow, BadLine>, zone: TimeZone) -> ReadRow {
        let bad = |line, entry, error| ReadRow {
            line,
            outcome: Err(BadRow { entry, error }),
            moved: None,
        };
        let row = match row {
            Ok(row) => row,
            Err(BadLine { line, error }) => return bad(line, self.entry_of_row(|_| None), error),
        };
        let fields = match row.fields() {
            Ok(fields) => fields,
            Err(error) => {
                let entry = self.entry_of_row(|place| row.field(place));
                return bad(row.line, entry, error);
            }
        };
        let is_header = row.line == 1 && self.is_header(&fields);
        let outcome = if is_header {
            Ok(Parsed::Header)
        } else {
            self.parse(&fields, zone)
        };
        ReadRow {
            line: row.line,
            moved: outcome.is_err().then(|| self.moved(&fields)).flatten(),
            outcome,
        }
    }

    /// Whether a first row is a header that the format does not have.
    fn is_header(&self, fields: &[String]) -> bool {
        matches!(self, Self::TimeOverflow(_)) && timeoverflow::is_header(fields)
    }

    fn has_entry_ids(&self) -> bool {
        matches!(self, Self::Native(header, _) if header.has_entry_ids())
    }

    /// The entry that a row is part of, told from the one cell that says so.
    fn entry_of_row(&self, cell: impl Fn(usize) -> Option<String>) -> EntryOfRow {
        match self {
            Self::Native(header, _) => header.entry_of_row(cell),
            Self::TimeOverflow(_) | Self::CommunityForge(..) => EntryOfRow::Unnamed,
        }
    }

    /// What a bad row says it moves. None where this cannot be read.
    fn moved(&self, fields: &[String]) -> Option<Moved> {
        match self {
            Self::Native(header, into) => header.moved(fields, *into),
            Self::TimeOverflow(_) => timeoverflow::moved(fields),
            Self::CommunityForge(header, _) => header.moved(fields),
        }
    }
}

pub(crate) async fn run(args: ImportArgs, session: Session) -> Result<(), Failure> {
    let failed = failed(&args);
    let mut file = File::open(&args.file).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_file() {
        let input = BufReader::with_capacity(1 << 16, file);
        return import(&args, input, metadata.len(), session).await;
    }
    // A pipe can be read only once.
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    let length = bytes.len() as u64;
    import(&args, Cursor::new(bytes), length, session).await
}

async fn import(
    args: &ImportArgs,
    mut input: impl BufRead + Seek,
    length: u64,
    mut session: Session,
) -> Result<(), Failure> {
    let failed = failed(args);
    let (reader, mut rows) = start(args, &mut input)?;
    let zone = session.client.time_zone().await?;
    let mut spoilt = SpoiltEntries::default();
    if reader.has_entry_ids() {
        spoilt = spoilt_entries(&reader, &mut rows, zone).map_err(failed)?;
        input.rewind().map_err(failed)?;
        (_, rows) = start(args, &mut input)?;
    }

    let client = session.client.clone();
    let as_json = session.output.form() == Form::Json;
    let mut target = Target::new(client, args.open_accounts, args.dry_run);
    let tally = Tally::new(as_json, Progress::new(length, "bytes"));
    let size = match args.dry_run {
        true => CallSize::TO_VALIDATE,
        false => CallSize::TO_BOOK,
    };
    let mut gather = Gather::new(args.format, size, spoilt, tally);
    while let Some(row) = rows.next().map_err(failed)? {
        gather.add_row(reader.read(row, zone));
        for call in gather.full_calls() {
            book(&mut gather.tally, &mut target, &call).await?;
            gather.tally.progress.set(rows.bytes_read(), length);
        }
    }
    for call in gather.last_calls() {
        book(&mut gather.tally, &mut target, &call).await?;
    }
    for account in gather.tally.accounts_of_bad_rows() {
        target.look_up(&account).await?;
    }
    gather.tally.add_bad_rows(&target);
    let row = gather.tally.row(args, target.accounts_opened());
    session.output.one(&row).await?;
    gather.tally.verdict()
}

fn failed(args: &ImportArgs) -> impl Fn(io::Error) -> Failure + Copy {
    |source| Failure::File {
        what: args.file.display().to_string(),
        source,
    }
}

/// Reads what comes before the first row.
fn start<'a, R: BufRead>(
    args: &'a ImportArgs,
    mut input: R,
) -> Result<(Reader<'a>, CsvRows<R>), Failure> {
    let failed = failed(args);
    skip_byte_order_mark(&mut input).map_err(failed)??;
    let mut rows = CsvRows::new(input);
    let reader = reader(args, &mut rows).map_err(failed)??;
    Ok((reader, rows))
}

/// Books the entries of a call.
async fn book(tally: &mut Tally, target: &mut Target, call: &Call) -> Result<(), Failure> {
    if call.bookings.is_empty() {
        return Ok(());
    }
    if target.is_second_dry_call() {
        tally.decided_in_parts(call);
    }
    let fates = target.book(call).await?;
    for (booking, fate) in call.bookings.iter().zip(fates) {
        tally.booking(booking, &fate, Units { target, call });
    }
    Ok(())
}

fn skip_byte_order_mark(input: &mut impl BufRead) -> io::Result<Result<(), Failure>> {
    let start = input.fill_buf()?;
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        let message = "the file is in UTF-16; save it as CSV in UTF-8";
        return Ok(Err(Failure::Usage(message.to_owned())));
    }
    if start.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    Ok(Ok(()))
}

fn reader<'a>(
    args: &'a ImportArgs,
    rows: &mut CsvRows<impl BufRead>,
) -> io::Result<Result<Reader<'a>, Failure>> {
    let into = match prefix(args) {
        Ok(into) => into,
        Err(failure) => return Ok(Err(failure)),
    };
    if args.format == Format::TimeOverflow {
        return Ok(Ok(Reader::TimeOverflow(Prefix(into.unwrap_or_default()))));
    }
    let header = match rows.next()? {
        Some(Ok(row)) => row.fields().map_err(|error| error.to_string()),
        Some(Err(bad)) => Err(bad.error.to_string()),
        None => Err("it is empty".to_owned()),
    };
    let reader = header.and_then(|fields| {
        Ok(match args.format {
            Format::Native => Reader::Native(native::Header::read(&fields)?, into),
            Format::CommunityForge | Format::TimeOverflow => Reader::CommunityForge(
                community_forge::Header::read(&fields)?,
                Prefix(into.unwrap_or_default()),
            ),
        })
    });
    Ok(reader.map_err(|why| {
        let (file, format) = (args.file.display(), args.format.name());
        Failure::Usage(format!("{file} is not in the {format} format: {why}"))
    }))
}

fn prefix(args: &ImportArgs) -> Result<Option<&str>, Failure> {
    let Some(prefix) = args.into.as_deref() else {
        return match args.format {
            Format::Native => Ok(None),
            Format::TimeOverflow | Format::CommunityForge => Err(Failure::Usage(format!(
                "the ids of {} files are not account ids: name the branch they go to with --into \
                 PREFIX",
                args.format.name()
            ))),
        };
    };
    let prefix = prefix.strip_suffix(':').unwrap_or(prefix);
    match AccountId::parse(&format!("{prefix}:member:1")) {
        Ok(_) => Ok(Some(prefix)),
        Err(_) => Err(Failure::Usage(format!(
            "--into {prefix:?} is not the start of an account id"
        ))),
    }
}
