//! What must hold of the ledger at all times, whatever the model thinks: read
//! from its journal alone, and compared with what it says of its accounts.

use std::collections::BTreeMap;

use timebank::{
    ledger::{AccountKind, Entry, Fact, HoldPlaced, Limits, Origin, Sequence, Transfer},
    steps::Record,
};

use super::stack::Stack;

/// An account as the journal's lines add up.
#[derive(Default, Debug)]
struct Sum {
    unit: String,
    is_pool: bool,
    limits: Option<Limits>,
    balance: i64,
    held: i64,
}

/// The journal's lines so far, added up.
#[derive(Default)]
struct Fold {
    accounts: BTreeMap<String, Sum>,
    holds: BTreeMap<String, Transfer>,
}

/// Adds up the whole journal and compares.
pub(crate) fn check(stack: &Stack) {
    let (records, rows) = stack
        .read(|reading| {
            let snapshot = &mut *reading.snapshot;
            let records = snapshot.records(Sequence::ZERO, usize::MAX >> 1)?;
            Ok((records, snapshot.accounts("", None, usize::MAX >> 1)?))
        })
        .expect("it reads");
    positions_and_times_rise(&records);
    let mut fold = Fold::default();
    for record in &records {
        fold.add(record);
    }
    assert_eq!(rows.len(), fold.accounts.len(), "accounts");
    for row in rows {
        let sum = &fold.accounts[row.account.id.as_str()];
        let id = &row.account.id;
        assert_eq!(row.account.balance.steps(), sum.balance, "balance of {id}");
        assert_eq!(row.account.held.steps(), sum.held, "held of {id}");
    }
}

fn positions_and_times_rise(records: &[Record]) {
    for (index, record) in records.iter().enumerate() {
        assert_eq!(record.stamp.sequence.get(), index as i64 + 1, "no gaps");
    }
    for pair in records.windows(2) {
        let (a, b) = (pair[0].stamp, pair[1].stamp);
        assert!(a.recorded_at < b.recorded_at, "{a:?} before {b:?}");
    }
}

impl Fold {
    fn add(&mut self, record: &Record) {
        for fact in record.step.facts() {
            self.add_fact(fact, record);
        }
        self.units_sum_to_zero(record);
    }

    fn add_fact(&mut self, fact: &Fact, record: &Record) {
        match fact {
            Fact::LedgerFounded(_)
            | Fact::TimeZoneSet(_)
            | Fact::UnitDeclared(_)
            | Fact::AccountClosed { .. } => {}
            Fact::AccountOpened(opening) => {
                let sum = Sum {
                    unit: opening.unit.to_string(),
                    is_pool: opening.kind == AccountKind::Pool,
                    limits: Some(opening.limits),
                    ..Sum::default()
                };
                self.accounts.insert(opening.id.to_string(), sum);
            }
            Fact::AccountLimitsChanged { id, limits, .. } => {
                self.account(id.as_str()).limits = Some(*limits);
            }
            Fact::EntryPosted(entry) => self.post(entry, Spares::Held),
            Fact::HoldPlaced(HoldPlaced { terms, .. }) => {
                let leg = terms.transfer.clone();
                self.account(leg.debit().as_str()).held += leg.amount().steps();
                self.within_floor(leg.debit().as_str(), Spares::Held, record);
                self.holds.insert(terms.id.to_string(), leg);
            }
            Fact::HoldSettled(entry) => {
                self.end(&entry.id.to_string());
                self.post(entry, Spares::Nothing);
            }
            Fact::HoldReleased { id } | Fact::HoldExpired { id } => self.end(&id.to_string()),
        }
    }

    fn account(&mut self, id: &str) -> &mut Sum {
        self.accounts.get_mut(id).expect("an account that is open")
    }

    fn end(&mut self, hold: &str) {
        let leg = self.holds.remove(hold).expect("a hold ends once");
        self.account(leg.debit().as_str()).held -= leg.amount().steps();
    }

    fn post(&mut self, entry: &Entry, spares: Spares) {
        let mut changes: BTreeMap<&str, i64> = BTreeMap::new();
        for leg in entry.transfers.as_slice() {
            *changes.entry(leg.debit().as_str()).or_default() -= leg.amount().steps();
            *changes.entry(leg.credit().as_str()).or_default() += leg.amount().steps();
        }
        for (id, change) in &changes {
            let sum = self.account(id);
            sum.balance += change;
            // Not even by force.
            assert!(!sum.is_pool || sum.balance >= 0, "{id} {sum:?}: {entry:?}");
        }
        if !matches!(entry.origin, Origin::Reversal { forced: true, .. }) {
            for (id, change) in changes {
                self.within_limits(id, change, spares, entry);
            }
        }
    }

    /// An unforced step takes no account past a limit: whoever gives keeps the
    /// floor and what is held, whoever takes stays under the ceiling.
    fn within_limits(&self, id: &str, change: i64, spares: Spares, entry: &Entry) {
        if change < 0 {
            self.within_floor(id, spares, entry);
        }
        let sum = &self.accounts[id];
        let ceiling = sum.limits.and_then(|limits| limits.ceiling);
        if let (1.., Some(ceiling)) = (change, ceiling) {
            assert!(sum.balance <= ceiling.steps(), "{id} {sum:?}: {entry:?}");
        }
    }

    fn within_floor(&self, id: &str, spares: Spares, why: &impl std::fmt::Debug) {
        let sum = &self.accounts[id];
        let spared = match spares {
            Spares::Held => sum.held,
            Spares::Nothing => 0,
        };
        if let Some(floor) = sum.limits.and_then(|limits| limits.floor) {
            assert!(
                sum.balance - spared >= floor.steps(),
                "{id} {sum:?}: {why:?}"
            );
        }
    }

    fn units_sum_to_zero(&self, record: &Record) {
        let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
        for sum in self.accounts.values() {
            *totals.entry(&sum.unit).or_default() += sum.balance;
        }
        for (unit, total) in totals {
            assert_eq!(total, 0, "all balances of {unit} after {record:?}");
        }
    }
}

/// What a booking must leave above the floor. A settlement may take what other
/// holds count on: they are told apart only when they are settled.
#[derive(Clone, Copy)]
enum Spares {
    Held,
    Nothing,
}
