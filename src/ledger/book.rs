//! The fold of the journal: what its facts add up to.

use foldhash::{HashMap, HashMapExt, fast::RandomState};
use indexmap::IndexMap;

use super::{
    Account, AccountId, AccountOpened, Balance, BookingId, Chain, Entry, Fact, Hold, HoldState,
    Link, Moment, Position, Record, Stamp, Transfer, Unit, UnitId,
};

/// How much room for postings is kept from batch to batch.
const KEPT: usize = 32_768;

/// A record that cannot follow from those before it: no rule would have let it
/// through, so the journal, or what was loaded of it, is not ours.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("record {sequence} does not follow from those before it: {what}")]
pub struct Broken {
    pub sequence: super::Sequence,
    pub what: String,
}

/// One account's side of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Posting {
    /// The account's number: the sequence of its opening.
    pub account_no: i64,
    /// What stands on the account after it.
    pub balance: Balance,
    /// The account's postings before it.
    pub link: Link,
}

/// A transfer that landed: two postings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Posted {
    pub position: Position,
    pub debit: Posting,
    pub credit: Posting,
}

/// An account in the book, with the end of its postings.
#[derive(Clone, Debug)]
struct Line {
    account: Account,
    chain: Chain,
    touched: bool,
}

/// Units, accounts and holds, as far as they are loaded. Folding every record
/// of the journal into an empty book gives all of them.
#[derive(Clone, Debug)]
pub struct Book {
    pub units: HashMap<UnitId, Unit>,
    pub holds: HashMap<BookingId, Hold>,
    lines: IndexMap<AccountId, Line, RandomState>,
    /// What landed since the book was last cleared of it.
    posted: Vec<Posted>,
    touched: Vec<usize>,
}

/// How an account was before, to be put back.
#[derive(Debug)]
pub(super) struct LineBefore(AccountId, Option<Line>);

impl Default for Book {
    fn default() -> Self {
        let time = Unit::time();
        Self {
            units: HashMap::from_iter([(time.id().clone(), time)]),
            holds: HashMap::new(),
            lines: IndexMap::default(),
            posted: Vec::new(),
            touched: Vec::new(),
        }
    }
}

impl Book {
    /// An account. None where there is none, or it is not loaded.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.lines.get(id).map(|line| &line.account)
    }

    /// All accounts that are loaded.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = &Account> {
        self.lines.values().map(|line| &line.account)
    }

    /// The end of an account's postings.
    pub fn chain(&self, id: &AccountId) -> Option<&Chain> {
        self.lines.get(id).map(|line| &line.chain)
    }

    /// Makes an account known as it stands, with the end of its postings.
    pub fn load(&mut self, account: Account, chain: Chain) {
        let line = Line {
            account,
            chain,
            touched: false,
        };
        self.lines.insert(line.account.id.clone(), line);
    }

    /// The transfers that landed since [`Book::forget_changes`], in order.
    pub fn posted(&self) -> &[Posted] {
        &self.posted
    }

    /// The accounts that changed since [`Book::forget_changes`], by number.
    pub fn touched(&self) -> Vec<(&Account, &Chain)> {
        let lines = self
            .touched
            .iter()
            .filter_map(|at| self.lines.get_index(*at));
        let mut touched: Vec<_> = lines
            .map(|(_, line)| (&line.account, &line.chain))
            .collect();
        touched.sort_unstable_by_key(|(account, _)| account.number());
        touched
    }

    /// Forgets what changed, not how it stands.
    pub fn forget_changes(&mut self) {
        self.posted.clear();
        self.posted.shrink_to(KEPT);
        for at in self.touched.drain(..) {
            if let Some((_, line)) = self.lines.get_index_mut(at) {
                line.touched = false;
            }
        }
    }

    pub(super) fn line_before(&self, id: &AccountId) -> LineBefore {
        LineBefore(id.clone(), self.lines.get(id).cloned())
    }

    pub(super) fn put_back(&mut self, LineBefore(id, line): LineBefore) {
        if let (Some(now), Some(before)) = (self.lines.get_mut(&id), line) {
            // It stays among those touched: writing it again as it was is sound.
            *now = Line {
                touched: now.touched,
                ..before
            };
        }
    }

    /// Forgets the accounts that were opened since there were so many.
    pub(super) fn unopen(&mut self, count: usize) {
        self.lines.truncate(count);
        self.touched.retain(|at| *at < count);
    }

    pub(super) fn unpost(&mut self, count: usize) {
        self.posted.truncate(count);
    }

    /// Folds one record in.
    ///
    /// # Errors
    /// [`Broken`] where it names what is not there or leaves the range of
    /// numbers. The book is then of no more use.
    pub fn apply(&mut self, record: &Record) -> Result<(), Broken> {
        self.fold(record.stamp, &record.fact)
            .map_err(|what| Broken {
                sequence: record.stamp.sequence,
                what,
            })
    }

    fn fold(&mut self, stamp: Stamp, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::UnitDeclared(unit) => {
                fresh(self.units.insert(unit.id().clone(), unit.clone()), "unit")
            }
            Fact::AccountOpened(opening) => self.open(opening, stamp),
            Fact::AccountLimitsChanged { id, limits } => {
                self.touch(id)?.account.limits = *limits;
                Ok(())
            }
            Fact::AccountClosed { id } => self.close(id, stamp),
            Fact::EntryPosted(entry) => self.post(entry, stamp),
            Fact::HoldPlaced(terms) => {
                let hold = Hold {
                    terms: terms.clone(),
                    placed: stamp,
                    state: HoldState::Open,
                };
                self.reserve(&terms.transfer)?;
                fresh(self.holds.insert(terms.id, hold), "hold")
            }
            Fact::HoldSettled(entry) => self.settle(stamp, entry),
            Fact::HoldReleased { id } => self.end_hold(id, HoldState::Released { stamp }),
            Fact::HoldExpired { id } => self.end_hold(id, HoldState::Expired { stamp }),
        }
    }

    fn open(&mut self, opening: &AccountOpened, stamp: Stamp) -> Result<(), String> {
        if !self.units.contains_key(&opening.unit) {
            return Err(format!("there is no unit {}", opening.unit));
        }
        let line = Line {
            account: Account::open(opening, stamp),
            chain: Chain::default(),
            touched: true,
        };
        let (at, before) = self.lines.insert_full(opening.id.clone(), line);
        self.touched.push(at);
        fresh(before, "account")
    }

    fn close(&mut self, id: &AccountId, stamp: Stamp) -> Result<(), String> {
        let account = &mut self.touch(id)?.account;
        if account.balance != Balance::ZERO || account.open_holds != 0 {
            return Err(format!("account {id} is closed with something on it"));
        }
        match account.closed.replace(stamp) {
            None => Ok(()),
            Some(_) => Err(format!("account {id} is closed twice")),
        }
    }

    fn touch(&mut self, id: &AccountId) -> Result<&mut Line, String> {
        let Some((at, _, line)) = self.lines.get_full_mut(id) else {
            return Err(format!("there is no account {id}"));
        };
        if !line.touched {
            line.touched = true;
            self.touched.push(at);
        }
        Ok(line)
    }

    fn post(&mut self, entry: &Entry, stamp: Stamp) -> Result<(), String> {
        let effective = entry.effective_at.unwrap_or(stamp.recorded_at);
        for (leg, transfer) in entry.transfers.as_slice().iter().enumerate() {
            let position = Position::new(stamp.sequence, leg);
            let amount = transfer.amount();
            let debited = self.touch(transfer.debit())?;
            let balance = debited.account.balance.minus(amount);
            let debit = debited.post(balance, position, effective)?;
            let credited = self.touch(transfer.credit())?;
            let balance = credited.account.balance.plus(amount);
            let credit = credited.post(balance, position, effective)?;
            self.posted.push(Posted {
                position,
                debit,
                credit,
            });
        }
        Ok(())
    }

    fn reserve(&mut self, transfer: &Transfer) -> Result<(), String> {
        let debited = &mut self.touch(transfer.debit())?.account;
        in_range(debited.hold(transfer.amount()), transfer.debit())?;
        debited.open_holds += 1;
        self.touch(transfer.credit())?.account.open_holds += 1;
        Ok(())
    }

    fn settle(&mut self, stamp: Stamp, entry: &Entry) -> Result<(), String> {
        let [leg] = entry.transfers.as_slice() else {
            return Err(format!(
                "the settlement of {} is not one transfer",
                entry.id
            ));
        };
        let state = HoldState::Settled {
            amount: leg.amount(),
            effective_at: entry.effective_at,
            stamp,
        };
        self.end_hold(&entry.id, state)?;
        self.post(entry, stamp)
    }

    fn end_hold(&mut self, id: &BookingId, state: HoldState) -> Result<(), String> {
        let hold = self
            .holds
            .get_mut(id)
            .ok_or_else(|| format!("there is no hold {id}"))?;
        if hold.state != HoldState::Open {
            return Err(format!("hold {id} ends twice"));
        }
        if let HoldState::Settled { amount, .. } = state
            && amount > hold.terms.transfer.amount()
        {
            return Err(format!("hold {id} is settled with more than it has"));
        }
        hold.state = state;
        let transfer = hold.terms.transfer.clone();
        let debited = &mut self.touch(transfer.debit())?.account;
        in_range(debited.free(transfer.amount()), transfer.debit())?;
        debited.open_holds -= 1;
        self.touch(transfer.credit())?.account.open_holds -= 1;
        Ok(())
    }
}

impl Line {
    fn post(
        &mut self,
        balance: Option<Balance>,
        position: Position,
        effective: Moment,
    ) -> Result<Posting, String> {
        if self.account.closed.is_some() {
            return Err(format!("account {} is closed", self.account.id));
        }
        self.account.balance = in_range(balance, &self.account.id)?;
        Ok(Posting {
            account_no: self.account.number(),
            balance: self.account.balance,
            link: self.chain.push(position, effective),
        })
    }
}

fn fresh<T>(before: Option<T>, what: &str) -> Result<(), String> {
    match before {
        None => Ok(()),
        Some(_) => Err(format!("the {what} stands already")),
    }
}

fn in_range<T>(value: Option<T>, account: &AccountId) -> Result<T, String> {
    value.ok_or_else(|| format!("the figures of account {account} leave their range"))
}
