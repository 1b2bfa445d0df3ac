//! What stands at the end: units, accounts, balances, and their sums.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{Field, Result, difference, shown, wrong};
use crate::{
    ledger::{Account, Book, Position, Sequence},
    store::{
        AccountRow, StoreError,
        sqlite::read::{self, select_account},
    },
};

pub(super) fn check(connection: &Connection, book: &Book) -> Result<()> {
    check_units(connection, book)?;
    let mut statement = connection.prepare(select_account!("ORDER BY a.no"))?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    let mut sums = BTreeMap::<String, i128>::new();
    while let Some(row) = rows.next()? {
        let found = match read::account_row(row) {
            Ok(found) => found,
            Err(StoreError::Corrupt(what)) => return wrong(Sequence::ZERO, "accounts", what),
            Err(error) => return Err(error.into()),
        };
        check_account(&found, book)?;
        count += 1;
        *sums.entry(found.account.unit.to_string()).or_default() +=
            i128::from(found.account.balance.steps());
    }
    for place in ["accounts", "balances"] {
        let sql = format!("SELECT count(*) FROM {place}");
        let stored: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if stored != book.accounts().len() as i64 || count != stored {
            let known = book.accounts().len();
            let what = format!("{stored} rows are stored, and the journal opens {known}");
            return wrong(Sequence::ZERO, place, what);
        }
    }
    match sums.iter().find(|(_, sum)| **sum != 0) {
        None => Ok(()),
        Some((unit, sum)) => {
            let what = format!("the balances of unit {unit} add up to {sum}, not 0");
            wrong(Sequence::ZERO, "balances", what)
        }
    }
}

fn check_units(connection: &Connection, book: &Book) -> Result<()> {
    let mut expected: Vec<_> = book.units.values().cloned().collect();
    expected.sort_by(|a, b| a.id().cmp(b.id()));
    if read::units(connection)? == expected {
        return Ok(());
    }
    wrong(
        Sequence::ZERO,
        "units",
        "the units are not those of the journal",
    )
}

fn check_account(found: &AccountRow, book: &Book) -> Result<()> {
    let opened = found.account.opened.sequence;
    let id = &found.account.id;
    let (Some(account), Some(chain)) = (book.account(id), book.chain(id)) else {
        let what = format!("the journal opens no account {id}");
        return wrong(opened, "accounts", what);
    };
    let expected = AccountRow {
        account: account.clone(),
        posting_count: chain.count(),
        last_posting: chain.last(),
    };
    if *found == expected {
        return Ok(());
    }
    let stands_so = Account {
        balance: expected.account.balance,
        held: expected.account.held,
        open_holds: expected.account.open_holds,
        ..found.account.clone()
    };
    let place = match stands_so == expected.account {
        true => "balances",
        false => "accounts",
    };
    let differs = difference(fields(found), fields(&expected));
    wrong(opened, place, format!("account {id}: {differs}"))
}

fn fields(row: &AccountRow) -> [Field; 11] {
    let account = &row.account;
    let closed = account.closed;
    [
        ("kind", account.kind.to_string()),
        ("unit", account.unit.to_string()),
        ("floor", shown(account.limits.floor)),
        ("ceiling", shown(account.limits.ceiling)),
        ("opened_at", account.opened.recorded_at.to_string()),
        ("closed_at", shown(closed.map(|stamp| stamp.recorded_at))),
        ("balance", account.balance.to_string()),
        ("held", account.held.to_string()),
        ("open_holds", account.open_holds.to_string()),
        ("posting_count", row.posting_count.to_string()),
        (
            "last_posting",
            shown(row.last_posting.map(Position::stored)),
        ),
    ]
}
