//! Records of the journal, as `watch` shows them.

use std::collections::HashMap;

use timebank::{
    journal,
    ledger::{
        self, AccountId, AccountOpened, Entry, Fact, HoldPlaced, Limits, Moment, Origin, Tags,
        Transfer,
    },
    steps::{Record, Step},
};

use super::{cells::hex, exchange_facts};
use crate::{
    amount::TIME,
    client::Client,
    error::Failure,
    render::{Cell, Layout, Output, Row},
    time::Time,
};

/// A line a record. What each fact has is in JSON only.
pub(super) const RECORDS: Layout = Layout {
    fields: &[
        "sequence",
        "recorded_at",
        "actor",
        "request_id",
        "fact",
        "summary",
    ],
    columns: &[],
};

/// Which unit each account counts: transfers of a record do not say.
pub(super) struct Units {
    client: Client,
    of: HashMap<AccountId, String>,
}

impl Units {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            of: HashMap::new(),
        }
    }

    /// Makes the units of a record's accounts known.
    pub(super) async fn learn(&mut self, record: &Record) -> Result<(), Failure> {
        for fact in record.step.facts() {
            if let Fact::AccountOpened(opening) = fact {
                self.of.insert(opening.id.clone(), opening.unit.to_string());
            }
        }
        for account in record.step.facts().iter().flat_map(accounts) {
            if !self.of.contains_key(account) {
                let unit_id = self.client.account(account.as_str()).await?.unit_id;
                self.of.insert(account.clone(), unit_id);
            }
        }
        Ok(())
    }

    fn steps(&self, account: &AccountId, steps: i64) -> Cell {
        Cell::steps(steps, self.of.get(account).map_or(TIME, String::as_str))
    }
}

fn accounts(fact: &Fact) -> Vec<&AccountId> {
    match fact {
        Fact::EntryPosted(entry) | Fact::HoldSettled(entry) => entry
            .transfers
            .as_slice()
            .iter()
            .map(Transfer::debit)
            .collect(),
        Fact::HoldPlaced(HoldPlaced { terms, .. }) => vec![terms.transfer.debit()],
        Fact::AccountLimitsChanged { id, .. } => vec![id],
        Fact::LedgerFounded(_)
        | Fact::TimeZoneSet(_)
        | Fact::UnitDeclared(_)
        | Fact::AccountOpened(_)
        | Fact::AccountClosed { .. }
        | Fact::HoldReleased { .. }
        | Fact::HoldExpired { .. } => Vec::new(),
    }
}

/// What a step is called; a step of several facts has a name of its own.
fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Ledger(ledger::Step::Fact(fact)) => fact_name(fact),
        Step::Ledger(ledger::Step::EntryWithAccounts(_)) => "entry_with_accounts",
        Step::Exchange(step) => exchange_facts::name(&step.fact),
    }
}

fn fact_name(fact: &Fact) -> &'static str {
    match fact {
        Fact::LedgerFounded(_) => "ledger_founded",
        Fact::TimeZoneSet(_) => "time_zone_set",
        Fact::UnitDeclared(_) => "unit_declared",
        Fact::AccountOpened(_) => "account_opened",
        Fact::AccountLimitsChanged { .. } => "account_limits_changed",
        Fact::AccountClosed { .. } => "account_closed",
        Fact::EntryPosted(_) => "entry_posted",
        Fact::HoldPlaced(_) => "hold_placed",
        Fact::HoldSettled(_) => "hold_settled",
        Fact::HoldReleased { .. } => "hold_released",
        Fact::HoldExpired { .. } => "hold_expired",
    }
}

/// A record with all that it has, for JSON.
pub(super) fn row(record: &Record, units: &Units) -> Row {
    let Row(mut cells) = head(record);
    cells.extend(decided(record));
    match &record.step {
        Step::Ledger(ledger::Step::Fact(fact)) => cells.extend(fact_cells(fact, units)),
        Step::Ledger(ledger::Step::EntryWithAccounts(step)) => {
            let accounts = step.accounts().map(|opening| Row(opened(opening)));
            cells.push(("accounts", Cell::Rows(accounts.collect())));
            let entry = step.entry().into_iter();
            cells.extend(entry.flat_map(|entry| posted(entry, units)));
        }
        Step::Exchange(step) => {
            cells.extend(exchange_facts::cells(&step.fact));
            let ledger = step.ledger.iter().map(|fact| {
                let name = ("fact", Cell::text(fact_name(fact)));
                Row([vec![name], fact_cells(fact, units)].concat())
            });
            cells.push(("ledger", Cell::Rows(ledger.collect())));
        }
    }
    Row(cells)
}

fn fact_cells(fact: &Fact, units: &Units) -> Vec<(&'static str, Cell)> {
    match fact {
        Fact::LedgerFounded(foundation) => vec![
            ("ledger_id", Cell::text(foundation.id.to_string())),
            ("time_zone", Cell::text(foundation.time_zone.name())),
            (
                "format_version",
                Cell::Count(journal::FORMAT_VERSION.into()),
            ),
        ],
        Fact::TimeZoneSet(zone) => vec![("time_zone", Cell::text(zone.name()))],
        Fact::UnitDeclared(unit) => vec![
            ("unit_id", Cell::text(unit.id().as_str())),
            ("step", Cell::text(unit.step())),
        ],
        Fact::AccountOpened(opening) => opened(opening),
        Fact::AccountLimitsChanged {
            id,
            limits,
            replaces,
        } => {
            let mut cells = vec![("account_id", Cell::text(id.as_str()))];
            cells.extend(limit_cells(*limits, |steps| units.steps(id, steps)));
            cells.push(("replaces_sequence", Cell::Count(replaces.get())));
            cells
        }
        Fact::AccountClosed { id } => vec![("account_id", Cell::text(id.as_str()))],
        Fact::EntryPosted(entry) | Fact::HoldSettled(entry) => posted(entry, units),
        Fact::HoldPlaced(placed) => hold_placed(placed, units),
        Fact::HoldReleased { id } | Fact::HoldExpired { id } => {
            vec![("hold_id", Cell::text(id.to_string()))]
        }
    }
}

/// A record with one text for all that it has.
pub(super) fn summary_row(record: &Record, text: &str) -> Row {
    head(record).with("summary", Cell::text(text))
}

fn head(record: &Record) -> Row {
    Row(vec![
        ("sequence", Cell::Count(record.stamp.sequence.get())),
        ("recorded_at", time(record.stamp.recorded_at)),
        ("actor", Cell::text(record.caller.principal.as_str())),
        ("request_id", Cell::text(record.caller.request_id())),
        ("fact", Cell::text(step_name(&record.step))),
    ])
}

/// What says how a record was decided. It took effect when it was recorded,
/// unless the clock was accepted while it was far behind the journal.
fn decided(record: &Record) -> Vec<(&'static str, Cell)> {
    vec![
        ("rules_version", Cell::Count(record.rules_version.into())),
        ("decided_at", time(record.stamp.moment)),
    ]
}

fn time(moment: Moment) -> Cell {
    Time::from_us(moment.us()).map_or(Cell::Absent, Cell::Time)
}

fn opened(opening: &AccountOpened) -> Vec<(&'static str, Cell)> {
    let unit_id = opening.unit.as_str();
    let kind = opening.kind.to_string();
    let mut cells = vec![
        ("account_id", Cell::text(opening.id.as_str())),
        ("kind", Cell::text(kind)),
        ("unit_id", Cell::text(unit_id)),
    ];
    cells.extend(limit_cells(opening.limits, |steps| {
        Cell::steps(steps, unit_id)
    }));
    cells
}

fn limit_cells(limits: Limits, cell: impl Fn(i64) -> Cell) -> [(&'static str, Cell); 2] {
    let limit = |limit: Option<timebank::ledger::Balance>| {
        limit.map_or(Cell::Unbounded, |balance| cell(balance.steps()))
    };
    [
        ("floor", limit(limits.floor)),
        ("ceiling", limit(limits.ceiling)),
    ]
}

fn posted(entry: &Entry, units: &Units) -> Vec<(&'static str, Cell)> {
    let (reverses, forced) = match &entry.origin {
        Origin::Posted => (Cell::Absent, false),
        Origin::Reversal { of, forced } => (Cell::text(of.to_string()), *forced),
    };
    let legs = entry
        .transfers
        .as_slice()
        .iter()
        .map(|leg| transfer(leg, units));
    vec![
        ("entry_id", Cell::text(entry.id.to_string())),
        ("kind", Cell::text(entry.kind.as_str())),
        (
            "effective_at",
            entry.effective_at.map_or(Cell::Absent, time),
        ),
        ("tags", tags(&entry.tags)),
        (
            "note_commitment",
            entry
                .note
                .map_or(Cell::Absent, |commitment| Cell::Text(hex(&commitment.0))),
        ),
        ("reverses_entry_id", reverses),
        ("forced", Cell::Flag(forced)),
        ("transfers", Cell::Rows(legs.collect())),
    ]
}

fn hold_placed(placed: &HoldPlaced, units: &Units) -> Vec<(&'static str, Cell)> {
    let terms = &placed.terms;
    let owner = terms.owner.as_ref();
    let mut cells = vec![("hold_id", Cell::text(terms.id.to_string()))];
    cells.extend(transfer(&terms.transfer, units).0);
    cells.extend([
        (
            "expires_in_s",
            terms.expires_in_s.map_or(Cell::Absent, Cell::Count),
        ),
        ("expires_at", placed.expires_at.map_or(Cell::Absent, time)),
        (
            "owner",
            owner.map_or(Cell::Absent, |owner| Cell::text(owner.to_string())),
        ),
        ("kind", Cell::text(terms.kind.as_str())),
        ("tags", tags(&terms.tags)),
    ]);
    cells
}

fn transfer(leg: &Transfer, units: &Units) -> Row {
    Row(vec![
        ("from", Cell::text(leg.debit().as_str())),
        ("to", Cell::text(leg.credit().as_str())),
        ("amount", units.steps(leg.debit(), leg.amount().steps())),
    ])
}

fn tags(tags: &Tags) -> Cell {
    let pairs = tags.as_slice().iter();
    Cell::Tags(
        pairs
            .map(|tag| (tag.key().as_str().to_owned(), tag.value().to_owned()))
            .collect(),
    )
}

/// A record as a line of text.
pub(super) async fn text(
    record: &Record,
    summary: &str,
    output: &mut Output,
) -> Result<String, Failure> {
    let at = output.shown(time(record.stamp.recorded_at)).await?;
    let by = match record.caller.principal.as_str() {
        "" => String::new(),
        principal => format!(" by {principal}"),
    };
    let sequence = record.stamp.sequence.get();
    Ok(format!(
        "{sequence:>8}  {at}  {:<22}  {summary}{by}",
        step_name(&record.step)
    ))
}

/// What happened, in one text.
pub(super) async fn summary(
    record: &Record,
    units: &Units,
    output: &mut Output,
) -> Result<String, Failure> {
    let exchanged = record.step.exchange_fact();
    let mut texts: Vec<_> = exchanged.map(exchange_facts::summary).into_iter().collect();
    for fact in record.step.facts() {
        texts.push(fact_summary(fact, units, output).await?);
    }
    Ok(texts.join("; "))
}

async fn fact_summary(fact: &Fact, units: &Units, output: &mut Output) -> Result<String, Failure> {
    Ok(match fact {
        Fact::LedgerFounded(foundation) => {
            format!("{} in {}", foundation.id, foundation.time_zone)
        }
        Fact::TimeZoneSet(zone) => zone.to_string(),
        Fact::UnitDeclared(unit) => format!("{} in {}", unit.id(), unit.step()),
        Fact::AccountOpened(opening) => {
            format!("{} {} {}", opening.id, opening.kind, opening.unit)
        }
        Fact::AccountLimitsChanged { id, limits, .. } => {
            let mut text = id.to_string();
            for (name, limit) in limit_cells(*limits, |steps| units.steps(id, steps)) {
                text += &format!(" {name} {}", output.shown(limit).await?);
            }
            text
        }
        Fact::AccountClosed { id } => id.to_string(),
        Fact::EntryPosted(entry) | Fact::HoldSettled(entry) => {
            let mut text = format!("{} {}", entry.id, entry.kind.as_str());
            for leg in entry.transfers.as_slice() {
                text += &format!(" {}", moved(leg, units, output).await?);
            }
            text
        }
        Fact::HoldPlaced(HoldPlaced { terms, .. }) => {
            format!(
                "{} {}",
                terms.id,
                moved(&terms.transfer, units, output).await?
            )
        }
        Fact::HoldReleased { id } | Fact::HoldExpired { id } => id.to_string(),
    })
}

async fn moved(leg: &Transfer, units: &Units, output: &mut Output) -> Result<String, Failure> {
    let amount = units.steps(leg.debit(), leg.amount().steps());
    let amount = output.shown(amount).await?;
    Ok(format!("{} -> {} {amount}", leg.debit(), leg.credit()))
}
