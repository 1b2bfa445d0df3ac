//! The book: what the journal's records add up to, as far as it is loaded.
//!
//! Rules ask it, and get one of three answers: there, not there, or
//! [not loaded](NotLoaded). [`Book::fold`](Book::fold) folds facts in; what
//! that touches can be put back to a [`Savepoint`].

use std::num::NonZeroU32;

use foldhash::{HashSet, fast::RandomState};
use indexmap::IndexMap;

use super::{
    Account, AccountId, AccountOpened, Balance, Booking, BookingId, Chain, Founded, FreeIds, Link,
    NotLoaded, Position, Sequence, Stamp, Unit, UnitId,
};

/// How much room for postings is kept from batch to batch.
const KEPT: usize = 32_768;

/// A record that cannot follow from those before it: no rule would have let it
/// through, so the journal, or what was loaded of it, is not ours.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("record {sequence} does not follow from those before it: {what}")]
pub struct Broken {
    pub sequence: Sequence,
    pub what: String,
}

/// One account's side of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Posting {
    pub account_no: i64,
    /// What stands on the account after it.
    pub balance: Balance,
    /// The account's postings before it.
    pub link: Link,
}

/// A transfer that was posted: two postings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Posted {
    pub position: Position,
    pub debit: Posting,
    pub credit: Posting,
}

/// An account's page of the book: the account, and the end of its postings.
#[derive(Clone, Debug)]
pub(super) struct Folio {
    pub(super) account: Account,
    pub(super) chain: Chain,
    /// Whether it is among those that were touched.
    touched: bool,
    /// Whether more than its balance changed since these were forgotten.
    terms_changed: bool,
    /// Where it was kept last as it was before it was touched, counted from 1: small, as
    /// there are many accounts in memory.
    saved: Option<NonZeroU32>,
}

/// An account that was touched.
#[derive(Clone, Copy, Debug)]
pub struct Touched<'a> {
    pub account: &'a Account,
    pub chain: &'a Chain,
    /// Whether it was opened, closed, or got other limits.
    pub terms_changed: bool,
}

/// How something was before it was touched.
#[derive(Clone, Debug)]
enum Before {
    Folio(usize, Folio),
    Booking(usize, Booking),
}

/// A state of the book to go back to: how long each of its lists was. One that was
/// made after another is kept or undone before it.
#[derive(Debug)]
#[must_use]
pub struct Savepoint {
    units: usize,
    folios: usize,
    bookings: usize,
    posted: usize,
    touched: usize,
    last: Stamp,
    founded: Option<Founded>,
    accounts_opened: i64,
    before: usize,
}

/// Units, accounts and bookings, as far as they are loaded. Units are always
/// loaded. Folding every record of the journal into an empty book gives all.
#[derive(Clone, Debug)]
pub struct Book {
    pub(super) units: IndexMap<UnitId, Unit, RandomState>,
    pub(super) folios: IndexMap<AccountId, Folio, RandomState>,
    pub(super) bookings: IndexMap<BookingId, Booking, RandomState>,
    no_accounts: HashSet<AccountId>,
    no_bookings: HashSet<BookingId>,
    free_ids: Option<FreeIds>,
    pub(super) last: Stamp,
    pub(super) founded: Option<Founded>,
    /// How many accounts the journal opened.
    accounts_opened: i64,
    pub(super) posted: Vec<Posted>,
    touched: Vec<usize>,
    before: Vec<Before>,
    /// For each savepoint to go back to, how much was kept before it.
    saving: Vec<usize>,
}

/// What is known of a journal of which nothing is loaded yet.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The last record's stamp.
    pub last: Stamp,
    /// None before the first record.
    pub founded: Option<Founded>,
    /// All units, `time` among them.
    pub units: Vec<Unit>,
    /// How many accounts were opened.
    pub accounts_opened: i64,
}

impl Default for Book {
    /// The book before the first record.
    fn default() -> Self {
        Self::new(Beginning {
            last: Stamp::BEGINNING,
            founded: None,
            units: vec![Unit::time()],
            accounts_opened: 0,
        })
    }
}

impl Book {
    /// A book with nothing loaded.
    pub fn new(beginning: Beginning) -> Self {
        let Beginning {
            last,
            founded,
            units,
            accounts_opened,
        } = beginning;
        let units = units.into_iter().map(|unit| (unit.id().clone(), unit));
        Self {
            units: units.collect(),
            folios: IndexMap::default(),
            bookings: IndexMap::default(),
            no_accounts: HashSet::default(),
            no_bookings: HashSet::default(),
            free_ids: None,
            last,
            founded,
            accounts_opened,
            posted: Vec::new(),
            touched: Vec::new(),
            before: Vec::new(),
            saving: Vec::new(),
        }
    }

    /// The ledger's foundation. None before the first record.
    pub fn founded(&self) -> Option<&Founded> {
        self.founded.as_ref()
    }

    /// The last record's stamp.
    pub fn last(&self) -> Stamp {
        self.last
    }

    /// A unit.
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.get(id)
    }

    /// All units, `time` among them.
    pub fn units(&self) -> impl ExactSizeIterator<Item = &Unit> {
        self.units.values()
    }

    /// An account.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may be there.
    pub fn account(&self, id: &AccountId) -> Result<Option<&Account>, NotLoaded> {
        match self.folios.get(id) {
            Some(folio) => Ok(Some(&folio.account)),
            None if self.no_accounts.contains(id) => Ok(None),
            None => Err(NotLoaded::account(id)),
        }
    }

    /// What an id stands for.
    ///
    /// # Errors
    /// [`NotLoaded`] where it may stand for something.
    pub fn booking(&self, id: BookingId) -> Result<Option<&Booking>, NotLoaded> {
        match self.bookings.get(&id) {
            Some(booking) => Ok(Some(booking)),
            None if self.is_free(id) => Ok(None),
            None => Err(NotLoaded::booking(id)),
        }
    }

    fn is_free(&self, id: BookingId) -> bool {
        self.free_ids.is_some_and(|free| free.contains(id)) || self.no_bookings.contains(&id)
    }

    /// All accounts that are loaded.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = &Account> {
        self.folios.values().map(|folio| &folio.account)
    }

    /// Makes an account known, with the end of its postings; or that there is
    /// none.
    pub fn load_account(&mut self, id: AccountId, found: Option<(Account, Chain)>) {
        match found {
            None => {
                self.no_accounts.insert(id);
            }
            Some((account, chain)) => {
                let folio = Folio {
                    account,
                    chain,
                    touched: false,
                    terms_changed: false,
                    saved: None,
                };
                self.folios.insert(id, folio);
            }
        }
    }

    /// Makes known what an id stands for, or that it stands for nothing.
    pub fn load_booking(&mut self, id: BookingId, found: Option<Booking>) {
        match found {
            None => {
                self.no_bookings.insert(id);
            }
            Some(booking) => {
                self.bookings.insert(id, booking);
            }
        }
    }

    /// Makes known which ids stand for nothing, unless a booking of theirs is in
    /// the book.
    pub fn set_free_ids(&mut self, free: FreeIds) {
        self.free_ids = Some(free);
    }

    /// The transfers posted since [`Book::forget`], in order.
    pub fn posted(&self) -> &[Posted] {
        &self.posted
    }

    /// The accounts touched since [`Book::forget`], by number.
    pub fn touched(&self) -> Vec<Touched<'_>> {
        let folios = self.touched.iter();
        let folios = folios.filter_map(|at| self.folios.get_index(*at));
        let mut touched: Vec<_> = folios
            .map(|(_, folio)| Touched {
                account: &folio.account,
                chain: &folio.chain,
                terms_changed: folio.terms_changed,
            })
            .collect();
        touched.sort_unstable_by_key(|touched| touched.account.number);
        touched
    }

    /// Forgets bookings and postings, and what was found not to be there.
    pub fn forget_bookings(&mut self) {
        self.bookings.clear();
        self.no_accounts.clear();
        self.no_bookings.clear();
        self.posted.clear();
        self.posted.shrink_to(KEPT);
    }

    /// Forgets all but the units and accounts, which stay true while nobody else
    /// writes, and which of them were touched.
    pub fn forget(&mut self) {
        self.forget_bookings();
        for at in self.touched.drain(..) {
            if let Some((_, folio)) = self.folios.get_index_mut(at) {
                (folio.touched, folio.terms_changed) = (false, false);
            }
        }
    }

    /// Begins to keep what is touched as it was.
    pub fn savepoint(&mut self) -> Savepoint {
        self.saving.push(self.before.len());
        Savepoint {
            units: self.units.len(),
            folios: self.folios.len(),
            bookings: self.bookings.len(),
            posted: self.posted.len(),
            touched: self.touched.len(),
            last: self.last,
            founded: self.founded,
            accounts_opened: self.accounts_opened,
            before: self.before.len(),
        }
    }

    /// Goes back to a savepoint. What was loaded since is forgotten, too.
    pub fn undo(&mut self, to: Savepoint) {
        for before in self.before.drain(to.before..).rev() {
            match before {
                Before::Folio(at, folio) => self.folios[at] = folio,
                Before::Booking(at, booking) => self.bookings[at] = booking,
            }
        }
        self.units.truncate(to.units);
        self.folios.truncate(to.folios);
        self.bookings.truncate(to.bookings);
        self.posted.truncate(to.posted);
        self.touched.truncate(to.touched);
        self.last = to.last;
        self.founded = to.founded;
        self.accounts_opened = to.accounts_opened;
        self.saving.pop();
    }

    /// Keeps what was done since a savepoint.
    pub fn keep(&mut self, _since: Savepoint) {
        self.saving.pop();
        if !self.saving.is_empty() {
            return;
        }
        for before in self.before.drain(..) {
            if let Before::Folio(at, _) = before {
                self.folios[at].saved = None;
            }
        }
    }

    /// An account's page, about to be changed.
    pub(super) fn touch(&mut self, id: &AccountId) -> Result<&mut Folio, String> {
        let Some((at, _, folio)) = self.folios.get_full_mut(id) else {
            return Err(match self.no_accounts.contains(id) {
                true => format!("there is no account {id}"),
                false => format!("account {id} is not loaded"),
            });
        };
        if let Some(start) = self.saving.last()
            && folio.saved.is_none_or(|at| as_place(at) <= *start)
        {
            self.before.push(Before::Folio(at, folio.clone()));
            // Where there are more of them, it is kept once more.
            let place = u32::try_from(self.before.len()).ok();
            folio.saved = place.and_then(NonZeroU32::new);
        }
        if !folio.touched {
            folio.touched = true;
            self.touched.push(at);
        }
        Ok(folio)
    }

    /// An account's page, about to be changed in more than its balance.
    pub(super) fn touch_terms(&mut self, id: &AccountId) -> Result<&mut Account, String> {
        let folio = self.touch(id)?;
        folio.terms_changed = true;
        Ok(&mut folio.account)
    }

    /// A new account's page.
    pub(super) fn open(&mut self, opening: &AccountOpened, opened: Stamp) -> Result<(), String> {
        self.accounts_opened += 1;
        let folio = Folio {
            account: Account::open(opening, self.accounts_opened, opened),
            chain: Chain::default(),
            touched: true,
            terms_changed: true,
            saved: None,
        };
        let (at, before) = self.folios.insert_full(opening.id.clone(), folio);
        self.touched.push(at);
        fresh(before, "account")
    }

    /// A booking, about to be changed.
    pub(super) fn change(&mut self, id: BookingId) -> Option<&mut Booking> {
        let (at, _, booking) = self.bookings.get_full_mut(&id)?;
        if !self.saving.is_empty() {
            self.before.push(Before::Booking(at, booking.clone()));
        }
        Some(booking)
    }
}

fn as_place(at: NonZeroU32) -> usize {
    usize::try_from(at.get()).unwrap_or(usize::MAX)
}

pub(super) fn fresh<T>(before: Option<T>, what: &str) -> Result<(), String> {
    match before {
        None => Ok(()),
        Some(_) => Err(format!("the {what} stands already")),
    }
}
