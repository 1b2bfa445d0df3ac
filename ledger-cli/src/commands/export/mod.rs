//! `export`: all entries, in a form that other tools read. The journal is read
//! twice: once to fold it, by the ledger's own rules, into the accounts and
//! balances that the file declares and asserts, and once to write its entries.

mod beancount;
mod chart;
mod hledger;
mod transfers;

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};
use timebank::{
    ledger::{Entry, Sequence},
    steps::Record,
};
use timebank_proto::v1::WatchRecordsRequest;

use self::chart::Chart;
use crate::{
    client::{Client, stored_record},
    error::Failure,
    progress::Progress,
    session::Session,
};

#[derive(Args, Debug)]
#[command(after_long_help = "\
Formats:
  csv        A header and a row for each transfer, which `import` reads back into
             another ledger: entry ids, balances, kinds and floors are kept; notes,
             holds and the links of reversals stay behind.
  jsonl      The same, an object on each line.
  hledger    A journal with account and commodity directives and a closing
             assertion for every account; `hledger check -s` accepts it. In the
             values of tags, % , and what else hledger would not keep are written
             as %25 %2C and so on.
  beancount  A file with open directives and a balance assertion for every account;
             `bean-check` accepts it.

Amounts are whole steps of the unit (minutes, for time): what an account is
credited is positive, what it is debited negative. Dates are effective dates,
days in the ledger's time zone; times in csv and jsonl are in UTC.

Examples:
  ledger-cli export > entries.csv
  ledger-cli export --format hledger > time.journal && hledger -f time.journal check -s
  ledger-cli export --format beancount > time.beancount && bean-check time.beancount
  ledger-cli export --format jsonl --prefix shapingba:")]
pub(crate) struct ExportArgs {
    /// The form
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Only entries that touch an account whose id starts so. Entries are written
    /// whole; balances are asserted of these accounts only
    #[arg(long, default_value = "", hide_default_value = true)]
    prefix: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Format {
    Csv,
    Jsonl,
    Hledger,
    Beancount,
}

pub(crate) async fn run(args: ExportArgs, session: Session) -> Result<(), Failure> {
    let client = session.client;
    let progress = Progress::new(0, "records");
    let mut chart = Chart::new(args.prefix, client.time_zone().await?);
    let end = each_record(&client, None, |record, end| {
        // The first of two readings.
        let done = record.stamp.sequence.get();
        progress.set(done.unsigned_abs(), end.unsigned_abs().saturating_mul(2));
        chart.add(&record)
    })
    .await?;

    let mut out = BufWriter::new(io::stdout());
    match args.format {
        Format::Csv => transfers::csv_header(&mut out)?,
        Format::Jsonl => {}
        Format::Hledger => hledger::declare(&mut out, &chart)?,
        Format::Beancount => beancount::declare(&mut out, &chart)?,
    }
    each_record(&client, Some(end), |record, _| {
        let done = end.get() + record.stamp.sequence.get();
        progress.set(done.unsigned_abs(), end.get().unsigned_abs() * 2);
        for entry in record.entries().filter(|entry| chart.is_exported(entry)) {
            match args.format {
                Format::Csv => transfers::csv(&mut out, &record, entry, &chart)?,
                Format::Jsonl => transfers::jsonl(&mut out, &record, entry, &chart)?,
                Format::Hledger => hledger::entry(&mut out, &record, entry, &chart)?,
                Format::Beancount => beancount::entry(&mut out, &record, entry, &chart)?,
            }
        }
        Ok(())
    })
    .await?;
    match args.format {
        Format::Csv | Format::Jsonl => {}
        Format::Hledger => hledger::assert(&mut out, &chart)?,
        Format::Beancount => beancount::assert(&mut out, &chart)?,
    }
    Ok(out.flush()?)
}

/// Reads the journal's records in order, up to a position or else the last, and
/// gives the position it ended at.
async fn each_record(
    client: &Client,
    until: Option<Sequence>,
    mut read: impl FnMut(Record, i64) -> Result<(), Failure>,
) -> Result<Sequence, Failure> {
    if until == Some(Sequence::ZERO) {
        return Ok(Sequence::ZERO);
    }
    let request = WatchRecordsRequest {
        from_sequence: 1,
        follow: false,
    };
    let mut stream = client
        .journal
        .clone()
        .watch_records(request)
        .await?
        .into_inner();
    let mut last = Sequence::ZERO;
    while let Some(page) = stream.message().await? {
        for stored in page.records {
            let record = stored_record(&stored)?;
            if record.stamp.sequence != last.next() {
                return Err(Failure::Answer(format!(
                    "record {} is missing",
                    last.next()
                )));
            }
            last = record.stamp.sequence;
            read(record, page.journal_position)?;
            if Some(last) == until {
                return Ok(last);
            }
        }
    }
    Ok(last)
}

/// The comment at the head of a file for hledger or beancount.
fn heading(out: &mut impl Write, chart: &Chart) -> io::Result<()> {
    writeln!(
        out,
        "; A time bank's ledger at journal position {}. Amounts are whole steps of their unit:\n\
         ; what an account is credited is positive. Dates are effective dates, days in {}.\n",
        chart.position, chart.zone
    )
}

/// When the service took place.
fn effective_us(record: &Record, entry: &Entry) -> i64 {
    entry.effective_at.unwrap_or(record.stamp.moment).us()
}
