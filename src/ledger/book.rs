//! The fold of the journal: what its facts add up to.

use std::collections::HashMap;

use super::{
    Account, AccountId, BookingId, Entry, Fact, Hold, HoldState, Record, Stamp, Transfer, Unit,
    UnitId,
};

/// A record that cannot follow from those before it: no rule would have let it
/// through, so the journal, or what was loaded of it, is not ours.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("record {sequence} does not follow from those before it: {what}")]
pub struct Broken {
    pub sequence: super::Sequence,
    pub what: String,
}

/// Units, accounts and holds, as far as they are loaded. Folding every record
/// of the journal into an empty book gives all of them.
#[derive(Clone, Debug)]
pub struct Book {
    pub units: HashMap<UnitId, Unit>,
    pub accounts: HashMap<AccountId, Account>,
    pub holds: HashMap<BookingId, Hold>,
}

impl Default for Book {
    fn default() -> Self {
        let time = Unit::time();
        Self {
            units: HashMap::from([(time.id().clone(), time)]),
            accounts: HashMap::new(),
            holds: HashMap::new(),
        }
    }
}

impl Book {
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
            Fact::AccountOpened(opening) => {
                let account = Account::open(opening, stamp);
                fresh(self.accounts.insert(opening.id.clone(), account), "account")
            }
            Fact::AccountLimitsChanged { id, limits } => {
                self.account(id)?.limits = *limits;
                Ok(())
            }
            Fact::AccountClosed { id } => {
                let account = self.account(id)?;
                match account.closed.replace(stamp) {
                    None => Ok(()),
                    Some(_) => Err(format!("account {id} is closed twice")),
                }
            }
            Fact::EntryPosted(entry) => self.post(entry),
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

    fn account(&mut self, id: &AccountId) -> Result<&mut Account, String> {
        self.accounts
            .get_mut(id)
            .ok_or_else(|| format!("there is no account {id}"))
    }

    fn post(&mut self, entry: &Entry) -> Result<(), String> {
        for leg in entry.transfers.as_slice() {
            let debited = self.account(leg.debit())?;
            debited.balance = in_range(debited.balance.minus(leg.amount()), leg.debit())?;
            let credited = self.account(leg.credit())?;
            credited.balance = in_range(credited.balance.plus(leg.amount()), leg.credit())?;
        }
        Ok(())
    }

    fn reserve(&mut self, transfer: &Transfer) -> Result<(), String> {
        let debited = self.account(transfer.debit())?;
        in_range(debited.hold(transfer.amount()), transfer.debit())?;
        debited.open_holds += 1;
        self.account(transfer.credit())?.open_holds += 1;
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
        self.post(entry)
    }

    fn end_hold(&mut self, id: &BookingId, state: HoldState) -> Result<(), String> {
        let hold = self
            .holds
            .get_mut(id)
            .ok_or_else(|| format!("there is no hold {id}"))?;
        if hold.state != HoldState::Open {
            return Err(format!("hold {id} ends twice"));
        }
        hold.state = state;
        let transfer = hold.terms.transfer.clone();
        let debited = self.account(transfer.debit())?;
        in_range(debited.free(transfer.amount()), transfer.debit())?;
        debited.open_holds -= 1;
        self.account(transfer.credit())?.open_holds -= 1;
        Ok(())
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
