//! The accounts of an export: what the journal adds up to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Days, NaiveDate};
use timebank::{
    ledger::{Account, AccountId, Book, Entry, Fact, Sequence, TimeZone, Transfer},
    steps::{self, Record},
};

use super::effective_us;
use crate::{error::Failure, time::Time};

/// What an export declares, and what it asserts at its end.
pub(super) struct Chart {
    prefix: String,
    /// Whose days the dates are.
    pub(super) zone: TimeZone,
    book: Book,
    /// The accounts that the exported entries touch.
    touched: BTreeSet<AccountId>,
    /// The lowest floor that each account ever had or was let past; None where
    /// it had no floor.
    floors: HashMap<AccountId, Option<i64>>,
    /// The first and last effective date of the exported entries.
    dates: Option<(NaiveDate, NaiveDate)>,
    /// The journal position this is of.
    pub(super) position: Sequence,
}

impl Chart {
    /// An empty one, of the entries that touch accounts starting with a prefix,
    /// dated in a time zone.
    pub(super) fn new(prefix: String, zone: TimeZone) -> Self {
        Self {
            prefix,
            zone,
            book: Book::default(),
            touched: BTreeSet::new(),
            floors: HashMap::new(),
            dates: None,
            position: Sequence::ZERO,
        }
    }

    /// Folds the next record in.
    pub(super) fn add(&mut self, record: &Record) -> Result<(), Failure> {
        steps::fold_ledger(&mut self.book, record, None)
            .map_err(|broken| Failure::wrong(broken.to_string(), []))?;
        self.position = record.stamp.sequence;
        for fact in record.step.facts() {
            match fact {
                Fact::AccountOpened(opening) => self.lower_floor(&opening.id),
                Fact::AccountLimitsChanged { id, .. } => self.lower_floor(id),
                Fact::EntryPosted(entry) | Fact::HoldSettled(entry) => {
                    self.add_entry(record, entry)?;
                }
                Fact::LedgerFounded(_)
                | Fact::TimeZoneSet(_)
                | Fact::UnitDeclared(_)
                | Fact::AccountClosed { .. }
                | Fact::HoldPlaced(_)
                | Fact::HoldReleased { .. }
                | Fact::HoldExpired { .. } => {}
            }
        }
        Ok(())
    }

    fn add_entry(&mut self, record: &Record, entry: &Entry) -> Result<(), Failure> {
        for account in accounts(entry) {
            self.lower_floor(account);
        }
        if !self.is_exported(entry) {
            return Ok(());
        }
        self.touched.extend(accounts(entry).cloned());
        let date = self.date(record, entry)?;
        let (first, last) = self.dates.unwrap_or((date, date));
        self.dates = Some((first.min(date), last.max(date)));
        Ok(())
    }

    /// Below a floor an account stands only by force; then its floor was there.
    fn lower_floor(&mut self, id: &AccountId) {
        let Some(account) = self.account(id) else {
            return;
        };
        let now = account
            .limits
            .floor
            .map(|floor| floor.min(account.balance).steps());
        let floor = self.floors.entry(id.clone()).or_insert(now);
        *floor = floor.zip(now).map(|(before, now)| before.min(now));
    }

    /// Whether an entry is exported.
    pub(super) fn is_exported(&self, entry: &Entry) -> bool {
        accounts(entry).any(|account| self.is_under_prefix(account))
    }

    fn is_under_prefix(&self, account: &AccountId) -> bool {
        account.as_str().starts_with(&self.prefix)
    }

    /// An account as it stands at the end.
    pub(super) fn account(&self, id: &AccountId) -> Option<&Account> {
        // All accounts that there are were folded in.
        self.book.account(id).ok().flatten()
    }

    /// The lowest floor an account ever needed. None where it had none.
    pub(super) fn floor(&self, id: &AccountId) -> Option<i64> {
        self.floors.get(id).copied().flatten()
    }

    /// The accounts to declare, by id.
    pub(super) fn declared(&self) -> BTreeMap<&AccountId, &Account> {
        self.accounts(|id| self.is_under_prefix(id) || self.touched.contains(id))
    }

    /// The accounts of which all entries are exported, by id.
    pub(super) fn complete(&self) -> BTreeMap<&AccountId, &Account> {
        self.accounts(|id| self.is_under_prefix(id))
    }

    fn accounts(&self, are: impl Fn(&AccountId) -> bool) -> BTreeMap<&AccountId, &Account> {
        let accounts = self.book.accounts();
        accounts
            .filter(|account| are(&account.id))
            .map(|account| (&account.id, account))
            .collect()
    }

    /// The unit of an account.
    pub(super) fn unit(&self, id: &AccountId) -> &str {
        self.account(id).map_or("", |account| account.unit.as_str())
    }

    /// The units to declare.
    pub(super) fn units(&self) -> BTreeSet<&str> {
        self.declared()
            .values()
            .map(|account| account.unit.as_str())
            .collect()
    }

    /// The day of an entry.
    pub(super) fn date(&self, record: &Record, entry: &Entry) -> Result<NaiveDate, Failure> {
        let us = effective_us(record, entry);
        match Time::from_us(us) {
            Some(time) => Ok(time.date(self.zone)),
            None => Err(Failure::Answer(format!("{us} us is out of any calendar"))),
        }
    }

    /// The first date of the export.
    pub(super) fn first_date(&self) -> NaiveDate {
        self.dates.map_or_else(no_date, |(first, _)| first)
    }

    /// The last date of the export.
    pub(super) fn last_date(&self) -> NaiveDate {
        self.dates.map_or_else(no_date, |(_, last)| last)
    }

    /// The day after the last date.
    pub(super) fn next_date(&self) -> NaiveDate {
        let last = self.last_date();
        last.checked_add_days(Days::new(1)).unwrap_or(last)
    }
}

fn accounts(entry: &Entry) -> impl Iterator<Item = &AccountId> {
    let legs = entry.transfers.as_slice().iter();
    legs.flat_map(|leg: &Transfer| [leg.debit(), leg.credit()])
}

/// The date of what has no entries.
fn no_date() -> NaiveDate {
    DateTime::UNIX_EPOCH.date_naive()
}
