//! What sealed periods came to, reckoned again. Nothing is effective in them any more, so it is the
//! same at the journal's end as when they were sealed.

use rusqlite::Connection;

use super::{Result, wrong};
use crate::{
    exchange::{Object, Period, PeriodId},
    ledger::{Account, Chain, Moment, TimeZone, Touched, jump_ordinal},
    steps::State,
    store::{ClosingTree, sqlite::read},
};

/// Checks every seal against the postings.
pub(super) fn check(connection: &Connection, state: &State) -> Result<()> {
    let Some(founded) = state.book.founded() else {
        return Ok(());
    };
    let zone = founded.foundation.time_zone;
    let mut touched = state.book.touched();
    touched.sort_unstable_by(|a, b| a.account.id.cmp(&b.account.id));
    for changed in state.objects.changed() {
        if let Object::Period(period) = changed.object {
            check_period(connection, &touched, zone, period)?;
        }
    }
    Ok(())
}

fn check_period(
    connection: &Connection,
    touched: &[Touched<'_>],
    zone: TimeZone,
    period: &Period,
) -> Result<()> {
    let Some(sealed) = &period.seal else {
        return Ok(());
    };
    let PeriodId { centre, month } = &period.id;
    let end = month.last_day().next().and_then(|day| day.begins_at(zone));
    let end = end.unwrap_or(Moment::MAX);
    let mut tree = ClosingTree::default();
    let below = format!("{centre}:");
    let from = touched.partition_point(|one| one.account.id.as_str() < below.as_str());
    let branch = touched.iter().skip(from);
    let branch = branch.take_while(|one| centre.contains(one.account.id.as_str()));
    for Touched { account, chain, .. } in branch {
        if account.opened.sequence < period.recorded {
            let closing = balance_before(connection, account, chain, end)?;
            tree.push(&account.id, &account.unit, closing);
        }
    }
    let found = tree.seal();
    match found == *sealed {
        true => Ok(()),
        false => {
            let what = format!(
                "the seal of {month} of {centre} is {} over {} accounts, and should be {} over {}",
                sealed.root, sealed.accounts, found.root, found.accounts
            );
            wrong(Some(period.recorded), "objects", what)
        }
    }
}

/// What an account had by all that was effective before a moment: what it has now, less what
/// came to it from then on.
fn balance_before(
    connection: &Connection,
    account: &Account,
    chain: &Chain,
    end: Moment,
) -> Result<i64> {
    let (mut ordinal, mut at) = (chain.count(), chain.last());
    let mut balance = account.balance.steps();
    while let Some(position) = at {
        let (after, link) = read::posting(connection, account.number, position)?;
        if link.span.all_before(end) {
            (ordinal, at) = (jump_ordinal(ordinal), link.jump_of(ordinal));
            continue;
        }
        let before = match link.prev {
            Some(prev) => read::posting(connection, account.number, prev)?.0,
            None => 0,
        };
        let record = read::record(connection, position.sequence())?;
        if record.effective_at(position).is_some_and(|at| at >= end) {
            balance -= after - before;
        }
        (ordinal, at) = (ordinal - 1, link.prev);
    }
    Ok(balance)
}
