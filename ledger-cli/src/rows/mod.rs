//! The contract's messages as rows. The field names are the contract's, except
//! that a transfer's two accounts are `from` (debited) and `to` (credited), as
//! on the command line, and what the time bank keeps has its id as `id`.

mod groups;
mod orders;
mod oversight;
mod partakers;
mod partners;
mod periods;
mod policies;
mod pools;
mod reports;
mod sources;
mod standings;
mod stocks;
mod today;
mod tokens;
mod trainings;

use timebank::exchange::Sha256;
use timebank_proto::v1::{
    Account, AccountState, Entry, GetBalanceResponse, GetLedgerResponse, Hold, HoldState, Limit,
    ListPostingsResponse, Posting, Tag, Transfer, Unit, limit::Bound,
};

pub(crate) use orders::{
    CANDIDATES, INCIDENTS, NEEDS, ORDERS, candidate, incident, need, order, steps, whole_order,
};
pub(crate) use partakers::{
    CENTRES, MEMBERS, STAFF, SUPPLIES, centre, member, personal, staff, supply,
};
pub(crate) use policies::{
    MANDATES, MISTAKES, POLICIES, VERDICTS, comparison, mandate, mistake, policy, terms, verdict,
};

pub(crate) use groups::{GROUPS, PLACES, group, place};
pub(crate) use oversight::{DRAWN, EVALUATIONS, LOOKS, drawn, evaluation, look};
pub(crate) use partners::{PARTNERS, REMITTANCES, partner, remittance};
pub(crate) use periods::{CLOSING_BALANCES, PERIODS, closing_balance, period};
pub(crate) use pools::{DONATIONS, POOLS, RELIEFS, donation, pool, relief};
pub(crate) use reports::{certificate, report};
pub(crate) use sources::{SOURCES, source};
pub(crate) use standings::{STANDINGS, standing, visits};
pub(crate) use stocks::{STOCK_ITEMS, STOCKS, stock, stock_item};
pub(crate) use today::today;
pub(crate) use tokens::{TOKENS, token};
pub(crate) use trainings::{TRAININGS, training};

use crate::{
    account_kind,
    render::{Cell, Layout, Row},
};

pub(crate) const UNITS: Layout = Layout {
    fields: &["unit_id", "step"],
    columns: &[("unit_id", "unit"), ("step", "step")],
};

pub(crate) const ACCOUNTS: Layout = Layout {
    fields: &[
        "account_id",
        "kind",
        "unit_id",
        "floor",
        "ceiling",
        "state",
        "balance",
        "held",
        "available",
        "opened_at",
        "closed_at",
        "posting_count",
    ],
    columns: &[
        ("account_id", "account"),
        ("kind", "kind"),
        ("state", "state"),
        ("balance", "balance"),
        ("held", "held"),
        ("available", "available"),
        ("floor", "floor"),
        ("ceiling", "ceiling"),
    ],
};

pub(crate) const HOLDS: Layout = Layout {
    fields: &[
        "hold_id",
        "from",
        "to",
        "amount",
        "unit_id",
        "kind",
        "tags",
        "state",
        "expires_at",
        "placed_at",
        "ended_at",
        "settled_amount",
        "owner",
        "sequence",
    ],
    columns: &[
        ("placed_at", "placed"),
        ("from", "from"),
        ("to", "to"),
        ("amount", "amount"),
        ("state", "state"),
        ("expires_at", "expires"),
        ("hold_id", "hold"),
    ],
};

pub(crate) const POSTINGS: Layout = Layout {
    fields: &[
        "ordinal",
        "sequence",
        "leg",
        "entry_id",
        "recorded_at",
        "effective_at",
        "service_on",
        "kind",
        "counter_account_id",
        "amount",
        "balance",
        "tags",
        "reverses_entry_id",
        "reversed_by_entry_id",
        "opening_balance",
        "closing_balance",
    ],
    columns: &[
        ("recorded_at", "recorded"),
        ("effective_at", "effective"),
        ("service_on", "service"),
        ("kind", "kind"),
        ("counter_account_id", "counter account"),
        ("amount", "amount"),
        ("balance", "balance"),
        ("entry_id", "entry"),
        ("reversed_by_entry_id", "corrected by"),
    ],
};

pub(crate) fn unit(unit: &Unit) -> Row {
    Row(vec![
        ("unit_id", Cell::text(&unit.unit_id)),
        ("step", Cell::text(&unit.step)),
    ])
}

pub(crate) fn account(account: &Account) -> Row {
    let steps = |steps| Cell::steps(steps, &account.unit_id);
    Row(vec![
        ("account_id", Cell::text(&account.account_id)),
        (
            "kind",
            Cell::text(account_kind::name_in_answer(account.kind)),
        ),
        ("unit_id", Cell::text(&account.unit_id)),
        ("floor", limit(account.floor, &account.unit_id)),
        ("ceiling", limit(account.ceiling, &account.unit_id)),
        ("state", Cell::text(account_state(account.state()))),
        ("balance", steps(account.balance)),
        ("held", steps(account.held)),
        (
            "available",
            account.available.map_or(Cell::Unbounded, steps),
        ),
        ("opened_at", Cell::time(account.opened_at)),
        ("closed_at", Cell::time(account.closed_at)),
        ("posting_count", Cell::Count(account.posting_count)),
    ])
}

fn limit(limit: Option<Limit>, unit_id: &str) -> Cell {
    match limit.and_then(|limit| limit.bound) {
        Some(Bound::Amount(steps)) => Cell::steps(steps, unit_id),
        Some(Bound::Unbounded(_)) | None => Cell::Unbounded,
    }
}

pub(crate) fn entry(entry: &Entry) -> Row {
    Row(vec![
        ("entry_id", Cell::text(&entry.entry_id)),
        ("kind", Cell::text(&entry.kind)),
        ("amount", total(&entry.transfers)),
        ("effective_at", Cell::time(entry.effective_at)),
        ("recorded_at", Cell::time(entry.recorded_at)),
        ("sequence", Cell::Count(entry.sequence)),
        ("actor", Cell::text(&entry.actor)),
        ("tags", tags(&entry.tags)),
        ("note", Cell::text(&entry.note)),
        ("reverses_entry_id", Cell::text(&entry.reverses_entry_id)),
        (
            "reversed_by_entry_id",
            Cell::text(&entry.reversed_by_entry_id),
        ),
        ("forced", Cell::Flag(entry.forced)),
        (
            "transfers",
            Cell::Rows(entry.transfers.iter().map(transfer).collect()),
        ),
    ])
}

fn transfer(transfer: &Transfer) -> Row {
    Row(vec![
        ("from", Cell::text(&transfer.debit_account_id)),
        ("to", Cell::text(&transfer.credit_account_id)),
        ("amount", Cell::steps(transfer.amount, &transfer.unit_id)),
        ("unit_id", Cell::text(&transfer.unit_id)),
    ])
}

/// What all legs move together. Absent where they are not of one unit.
fn total(transfers: &[Transfer]) -> Cell {
    let Some(first) = transfers.first() else {
        return Cell::Absent;
    };
    transfers
        .iter()
        .try_fold(0_i64, |sum, leg| {
            (leg.unit_id == first.unit_id)
                .then_some(sum)?
                .checked_add(leg.amount)
        })
        .map_or(Cell::Absent, |sum| Cell::steps(sum, &first.unit_id))
}

pub(crate) fn hold(hold: &Hold) -> Row {
    Row(vec![
        ("hold_id", Cell::text(&hold.hold_id)),
        ("from", Cell::text(&hold.debit_account_id)),
        ("to", Cell::text(&hold.credit_account_id)),
        ("amount", Cell::steps(hold.amount, &hold.unit_id)),
        ("unit_id", Cell::text(&hold.unit_id)),
        ("kind", Cell::text(&hold.kind)),
        ("tags", tags(&hold.tags)),
        ("state", Cell::text(hold_state(hold.state()))),
        ("expires_at", Cell::time(hold.expires_at)),
        ("placed_at", Cell::time(hold.placed_at)),
        ("ended_at", Cell::time(hold.ended_at)),
        (
            "settled_amount",
            Cell::steps(hold.settled_amount, &hold.unit_id),
        ),
        ("owner", Cell::text(&hold.owner)),
        ("sequence", Cell::Count(hold.sequence)),
    ])
}

/// A posting with the balances before and after the whole range that it is of.
pub(crate) fn posting(posting: &Posting, page: &ListPostingsResponse) -> Row {
    let steps = |steps| Cell::steps(steps, &page.unit_id);
    Row(vec![
        ("ordinal", Cell::Count(posting.ordinal)),
        ("sequence", Cell::Count(posting.sequence)),
        ("leg", Cell::Count(posting.leg.into())),
        ("entry_id", Cell::text(&posting.entry_id)),
        ("recorded_at", Cell::time(posting.recorded_at)),
        ("effective_at", Cell::time(posting.effective_at)),
        ("service_on", Cell::text(&posting.service_on)),
        ("kind", Cell::text(&posting.kind)),
        (
            "counter_account_id",
            Cell::text(&posting.counter_account_id),
        ),
        ("amount", steps(posting.amount)),
        ("balance", steps(posting.balance)),
        ("tags", tags(&posting.tags)),
        ("reverses_entry_id", Cell::text(&posting.reverses_entry_id)),
        (
            "reversed_by_entry_id",
            Cell::text(&posting.reversed_by_entry_id),
        ),
        ("opening_balance", steps(page.opening_balance)),
        ("closing_balance", steps(page.closing_balance)),
    ])
}

/// What stood on the account before or after a range: a row of the fields of postings. No entry is
/// of its kind, which is no label.
pub(crate) fn end(kind: &'static str, balance: i64, page: &ListPostingsResponse) -> Row {
    let row = posting(&Posting::default(), page).0.into_iter();
    let cells = row.map(|(name, cell)| match name {
        "kind" => (name, Cell::text(kind)),
        "balance" => (name, Cell::steps(balance, &page.unit_id)),
        "opening_balance" | "closing_balance" => (name, cell),
        _ => (name, Cell::Absent),
    });
    Row(cells.collect())
}

pub(crate) fn balance(balance: &GetBalanceResponse) -> Row {
    let steps = |steps| Cell::steps(steps, &balance.unit_id);
    Row(vec![
        ("account_id", Cell::text(&balance.account_id)),
        ("unit_id", Cell::text(&balance.unit_id)),
        ("balance", steps(balance.balance)),
        ("held", balance.held.map_or(Cell::Absent, steps)),
        ("available", balance.available.map_or(Cell::Absent, steps)),
        ("as_of", Cell::time(balance.as_of)),
        ("journal_position", Cell::Count(balance.journal_position)),
    ])
}

fn hash(bytes: &[u8]) -> Cell {
    let hash = Sha256::from_slice(bytes);
    hash.map_or(Cell::Absent, |hash| Cell::Text(hash.to_string()))
}

pub(crate) fn ledger(ledger: &GetLedgerResponse) -> Row {
    Row(vec![
        ("ledger_id", Cell::text(&ledger.ledger_id)),
        ("time_zone", Cell::text(&ledger.time_zone)),
        ("journal_position", Cell::Count(ledger.journal_position)),
        ("root_hash", hash(&ledger.root_hash)),
        ("last_recorded_at", Cell::time(ledger.last_recorded_at)),
        ("server_version", Cell::text(&ledger.server_version)),
        ("format_version", Cell::Count(ledger.format_version.into())),
        ("rules_version", Cell::Count(ledger.rules_version.into())),
    ])
}

pub(crate) fn tags(tags: &[Tag]) -> Cell {
    let pairs = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone()));
    Cell::Tags(pairs.collect())
}

fn account_state(state: AccountState) -> &'static str {
    match state {
        AccountState::Unspecified => "",
        AccountState::Open => "open",
        AccountState::Closed => "closed",
    }
}

fn hold_state(state: HoldState) -> &'static str {
    match state {
        HoldState::Unspecified => "",
        HoldState::Open => "open",
        HoldState::Settled => "settled",
        HoldState::Released => "released",
        HoldState::Expired => "expired",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(row: Row) -> Vec<&'static str> {
        row.0.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn layouts_name_what_the_rows_have() {
        for (layout, fields) in [
            (&UNITS, names(unit(&Unit::default()))),
            (&ACCOUNTS, names(account(&Account::default()))),
            (&HOLDS, names(hold(&Hold::default()))),
            (
                &POSTINGS,
                names(posting(
                    &Posting::default(),
                    &ListPostingsResponse::default(),
                )),
            ),
        ] {
            assert_eq!(layout.fields, fields);
            for (column, _) in layout.columns {
                assert!(fields.contains(column), "{column}");
            }
        }
    }
}
