//! A file for beancount, whose accounts have one of five roots and capital
//! letters. Balances have our sign: what an account is credited is positive.

use std::io::{self, Write};

use timebank::{
    ledger::{Account, AccountId, AccountKind, Entry},
    steps::Record,
};

use super::{chart::Chart, heading};
use crate::error::Failure;

/// Directives for all that is used.
pub(super) fn declare(out: &mut impl Write, chart: &Chart) -> io::Result<()> {
    heading(out, chart)?;
    writeln!(out, "option \"title\" \"Time bank\"")?;
    let date = chart.first_date();
    for unit in chart.units() {
        let commodity = commodity(unit);
        writeln!(out, "option \"operating_currency\" \"{commodity}\"")?;
        writeln!(out, "{date} commodity {commodity}")?;
    }
    writeln!(out)?;
    for account in chart.declared().values() {
        let commodity = commodity(account.unit.as_str());
        writeln!(out, "{date} open {} {commodity}", name(account))?;
    }
    Ok(())
}

/// An entry as a transaction.
pub(super) fn entry(
    out: &mut impl Write,
    record: &Record,
    entry: &Entry,
    chart: &Chart,
) -> Result<(), Failure> {
    let date = chart.date(record, entry)?;
    writeln!(out, "\n{date} * \"{}\"", entry.kind.as_str())?;
    writeln!(out, "  entry-id: \"{}\"", entry.id)?;
    for tag in entry.tags.as_slice() {
        let value = tag.value().replace('\\', "\\\\").replace('"', "\\\"");
        writeln!(out, "  tag-{}: \"{value}\"", tag.key().as_str())?;
    }
    for leg in entry.transfers.as_slice() {
        let (debited, credited) = (account(leg.debit(), chart)?, account(leg.credit(), chart)?);
        let commodity = commodity(debited.unit.as_str());
        let amount = leg.amount();
        writeln!(out, "  {}  -{amount} {commodity}", name(debited))?;
        writeln!(out, "  {}  {amount} {commodity}", name(credited))?;
    }
    Ok(())
}

/// What every account must come to. A balance is that of the day's start.
pub(super) fn assert(out: &mut impl Write, chart: &Chart) -> io::Result<()> {
    let date = chart.next_date();
    writeln!(out)?;
    for account in chart.complete().values() {
        let commodity = commodity(account.unit.as_str());
        writeln!(
            out,
            "{date} balance {}  {} {commodity}",
            name(account),
            account.balance
        )?;
    }
    Ok(())
}

fn account<'a>(id: &AccountId, chart: &'a Chart) -> Result<&'a Account, Failure> {
    let account = chart.account(id);
    account.ok_or_else(|| Failure::Answer(format!("account {id} is nowhere opened")))
}

/// `shapingba:member:000123` as `Liabilities:Shapingba:Member:000123`: what
/// members hold is owed to them.
fn name(account: &Account) -> String {
    let mut name = match account.kind {
        AccountKind::Member
        | AccountKind::Organisation
        | AccountKind::Pool
        | AccountKind::Project
        | AccountKind::Clearing => "Liabilities",
        AccountKind::Issuance | AccountKind::Redemption => "Equity",
    }
    .to_owned();
    for segment in account.id.as_str().split(':') {
        let (first, rest) = segment.split_at(1);
        name += ":";
        name += &first.to_ascii_uppercase();
        name += rest;
    }
    name
}

fn commodity(unit: &str) -> String {
    unit.to_ascii_uppercase()
}
