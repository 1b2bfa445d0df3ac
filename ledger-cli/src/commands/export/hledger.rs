//! A journal for hledger. Its postings are by effective date, ours by the order
//! of recording, so the balances are asserted once, after all of them.

use std::io::{self, Write};

use timebank::{ledger::Entry, steps::Record};

use super::{chart::Chart, heading};
use crate::error::Failure;

/// Directives for all that is used, which strict checks demand.
pub(super) fn declare(out: &mut impl Write, chart: &Chart) -> io::Result<()> {
    heading(out, chart)?;
    for unit in chart.units() {
        writeln!(out, "commodity 1000. {}", commodity(unit))?;
    }
    writeln!(out)?;
    for id in chart.declared().keys() {
        writeln!(out, "account {id}")?;
    }
    Ok(())
}

/// An entry as a transaction, with its id as the code.
pub(super) fn entry(
    out: &mut impl Write,
    record: &Record,
    entry: &Entry,
    chart: &Chart,
) -> Result<(), Failure> {
    let date = chart.date(record, entry)?;
    writeln!(out, "\n{date} * ({}) {}", entry.id, entry.kind.as_str())?;
    for tag in entry.tags.as_slice() {
        writeln!(out, "    ; {}:{}", tag.key().as_str(), value(tag.value()))?;
    }
    for leg in entry.transfers.as_slice() {
        let unit = commodity(chart.unit(leg.debit()));
        let amount = leg.amount();
        writeln!(out, "    {}  -{amount} {unit}", leg.debit())?;
        writeln!(out, "    {}  {amount} {unit}", leg.credit())?;
    }
    Ok(())
}

/// What every account must come to: a transaction of nothing that asserts it.
pub(super) fn assert(out: &mut impl Write, chart: &Chart) -> io::Result<()> {
    let accounts = chart.complete();
    if accounts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{} * closing balances", chart.last_date())?;
    for (id, account) in accounts {
        let unit = commodity(account.unit.as_str());
        writeln!(out, "    {id}  0 {unit} == {} {unit}", account.balance)?;
    }
    Ok(())
}

/// A tag's value, which in a journal ends at a comma or the line's end and has no
/// space around it. What it could not hold is there as `%2C`, and `%` as `%25`.
fn value(text: &str) -> String {
    let inner = text.trim();
    let start = text.len() - text.trim_start().len();
    let mut value = String::new();
    for (at, letter) in text.char_indices() {
        let is_outside = at < start || at >= start + inner.len();
        if is_outside || letter.is_control() || matches!(letter, '%' | ',') {
            for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                value += &format!("%{byte:02X}");
            }
        } else {
            value.push(letter);
        }
    }
    value
}

/// A name that has digits is quoted, or they would be read as an amount.
fn commodity(unit: &str) -> String {
    if unit.bytes().all(|byte| byte.is_ascii_lowercase()) {
        unit.to_owned()
    } else {
        format!("\"{unit}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_tags() {
        for (text, expected) in [
            ("home-care", "home-care"),
            ("c,d:e", "c%2Cd:e"),
            ("50 %", "50 %25"),
            (" a b ", "%20a b%20"),
            ("  ", "%20%20"),
            ("a\nb", "a%0Ab"),
            ("\u{5bb6}\u{3000}", "\u{5bb6}%E3%80%80"),
        ] {
            assert_eq!(value(text), expected, "{text:?}");
        }
    }
}
