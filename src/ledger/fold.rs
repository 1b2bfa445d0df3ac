//! Folding facts into the book.

use std::sync::Arc;

use super::{
    AccountId, AccountOpened, Balance, Book, Booking, BookingId, Broken, Caller, Entry, Fact,
    Founded, Hold, HoldPlaced, HoldState, Moment, Note, Origin, Position, Posted, PostedEntry,
    Posting, Stamp, Transfer,
    book::{Folio, fresh},
};

/// Of which record a fact is, and the number of its first leg: the legs of a record
/// are numbered through.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub stamp: Stamp,
    pub caller: &'a Caller,
    pub first_leg: usize,
}

impl Book {
    /// Goes on to the next record.
    ///
    /// # Errors
    /// [`Broken`] where it cannot come after the last one.
    pub fn follow(&mut self, next: Stamp) -> Result<(), Broken> {
        let broken = |what| Broken {
            sequence: next.sequence,
            what,
        };
        check_order(self.last, next).map_err(broken)?;
        self.last = next;
        Ok(())
    }

    /// Folds a fact of the last record in, with the text behind its entry's note
    /// where that is known. How many legs it has.
    ///
    /// # Errors
    /// [`Broken`] where it names what is not there or leaves the range of
    /// numbers. The book is then of no more use.
    pub fn fold(
        &mut self,
        fact: &Fact,
        at: Place<'_>,
        note: Option<Note>,
    ) -> Result<usize, Broken> {
        let broken = |what| Broken {
            sequence: at.stamp.sequence,
            what,
        };
        self.fold_fact(fact, at, note).map_err(broken)?;
        let legs = fact.entry().map(|entry| entry.transfers.as_slice().len());
        Ok(legs.unwrap_or(0))
    }

    fn fold_fact(&mut self, fact: &Fact, at: Place<'_>, note: Option<Note>) -> Result<(), String> {
        let stamp = at.stamp;
        match fact {
            Fact::LedgerFounded(foundation) => {
                let founded = Founded {
                    foundation: *foundation,
                    since: stamp.sequence,
                };
                fresh(self.founded.replace(founded), "foundation")
            }
            Fact::TimeZoneSet(zone) => {
                let founded = self.founded.as_mut();
                let founded = founded.ok_or("the ledger is not founded")?;
                founded.foundation.time_zone = *zone;
                founded.since = stamp.sequence;
                Ok(())
            }
            Fact::UnitDeclared(unit) => {
                fresh(self.units.insert(unit.id().clone(), unit.clone()), "unit")
            }
            Fact::AccountOpened(opening) => self.open_account(opening, stamp),
            Fact::AccountLimitsChanged { id, limits, .. } => {
                let account = self.touch_terms(id)?;
                account.limits = *limits;
                account.limits_since = stamp.sequence;
                Ok(())
            }
            Fact::AccountClosed { id } => self.close(id, stamp),
            Fact::EntryPosted(entry) => {
                let posted = self.post(entry, at, note)?;
                let before = self.bookings.insert(entry.id, Booking::Entry(posted));
                fresh(before, "booking")
            }
            Fact::HoldPlaced(placed) => self.place(placed, stamp),
            Fact::HoldSettled(entry) => {
                self.free(entry.id)?;
                let settlement = self.post(entry, at, note)?;
                self.end(entry.id, HoldState::Settled(settlement))
            }
            Fact::HoldReleased { id } => self.end_hold(*id, HoldState::Released { stamp }),
            Fact::HoldExpired { id } => self.end_hold(*id, HoldState::Expired { stamp }),
        }
    }

    fn open_account(&mut self, opening: &AccountOpened, stamp: Stamp) -> Result<(), String> {
        if !self.units.contains_key(&opening.unit) {
            return Err(format!("there is no unit {}", opening.unit));
        }
        self.open(opening, stamp)
    }

    fn close(&mut self, id: &AccountId, stamp: Stamp) -> Result<(), String> {
        let account = self.touch_terms(id)?;
        if account.balance != Balance::ZERO || account.open_holds != 0 {
            return Err(format!("account {id} is closed with something on it"));
        }
        fresh(account.closed.replace(Box::new(stamp)), "closing")
    }

    fn post(
        &mut self,
        entry: &Arc<Entry>,
        at: Place<'_>,
        note: Option<Note>,
    ) -> Result<PostedEntry, String> {
        let stamp = at.stamp;
        let effective = entry.effective_at.unwrap_or(stamp.moment);
        for (leg, transfer) in entry.transfers.as_slice().iter().enumerate() {
            let position = Position::new(stamp.sequence, at.first_leg + leg);
            let position = position.ok_or("a step has more legs than can be numbered")?;
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
        if let Origin::Reversal { of, .. } = entry.origin {
            let reversed = self.change(of).and_then(Booking::entry_mut);
            let reversed = reversed.ok_or_else(|| format!("there is no entry {of}"))?;
            fresh(reversed.reversed_by.replace(entry.id), "reversal")?;
        }
        Ok(PostedEntry {
            stamp,
            caller: at.caller.clone(),
            entry: Arc::clone(entry),
            note,
            reversed_by: None,
        })
    }

    fn place(&mut self, placed: &HoldPlaced, stamp: Stamp) -> Result<(), String> {
        let HoldPlaced { terms, expires_at } = placed;
        let transfer = &terms.transfer;
        let debited = &mut self.touch(transfer.debit())?.account;
        in_range(debited.hold(transfer.amount()), transfer.debit())?;
        debited.open_holds += 1;
        self.touch(transfer.credit())?.account.open_holds += 1;
        let hold = Hold {
            terms: terms.clone(),
            expires_at: *expires_at,
            placed: stamp,
            state: HoldState::Open,
        };
        let before = self.bookings.insert(terms.id, Booking::Hold(hold.into()));
        fresh(before, "booking")
    }

    fn end_hold(&mut self, id: BookingId, state: HoldState) -> Result<(), String> {
        self.free(id)?;
        self.end(id, state)
    }

    /// Gives back what an open hold set aside.
    fn free(&mut self, id: BookingId) -> Result<(), String> {
        let transfer: Transfer = match self.bookings.get(&id) {
            Some(Booking::Hold(hold)) if hold.state == HoldState::Open => {
                hold.terms.transfer.clone()
            }
            _ => return Err(format!("there is no open hold {id}")),
        };
        let debited = &mut self.touch(transfer.debit())?.account;
        in_range(debited.free(transfer.amount()), transfer.debit())?;
        debited.open_holds -= 1;
        self.touch(transfer.credit())?.account.open_holds -= 1;
        Ok(())
    }

    fn end(&mut self, id: BookingId, state: HoldState) -> Result<(), String> {
        match self.change(id) {
            Some(Booking::Hold(hold)) => {
                hold.state = state;
                Ok(())
            }
            _ => Err(format!("there is no hold {id}")),
        }
    }
}

impl Folio {
    fn post(
        &mut self,
        balance: Option<Balance>,
        position: Position,
        effective: Moment,
    ) -> Result<Posting, String> {
        if self.account.closed.is_some() {
            return Err(format!("account {} is closed", self.account.id));
        }
        let before = self.account.balance.steps();
        self.account.balance = in_range(balance, &self.account.id)?;
        let change = self.account.balance.steps().saturating_sub(before);
        Ok(Posting {
            account_no: self.account.number,
            balance: self.account.balance,
            link: self.chain.push(position, effective, change.max(0)),
        })
    }
}

/// Records come one after the other.
fn check_order(last: Stamp, next: Stamp) -> Result<(), String> {
    if next.sequence != last.sequence.next() {
        return Err(format!("record {} comes before it", last.sequence));
    }
    if next.recorded_at <= last.recorded_at {
        return Err(format!(
            "it was recorded at {}, which is not after the record before it, {}",
            next.recorded_at, last.recorded_at
        ));
    }
    if !last.may_precede(next) {
        return Err(format!(
            "it was decided at {} and recorded at {}, which is no way to go on from {}",
            next.moment, next.recorded_at, last.recorded_at
        ));
    }
    Ok(())
}

fn in_range<T>(value: Option<T>, account: &AccountId) -> Result<T, String> {
    value.ok_or_else(|| format!("the figures of account {account} leave their range"))
}
