//! What a batch knows while it is decided: the loaded part of the book, the
//! bookings its ids stand for, and the records decided so far.

use foldhash::{HashMap, HashMapExt, HashSet};

use super::{
    AccountId, AccountOpened, Book, BookingId, Broken, Caller, Entry, Fact, Hold, Moment, Note,
    Origin, Outcome, Record, Salt, Sequence, Stamp, book::LineBefore, rules::Decision,
};

/// How much room for records is kept from batch to batch.
const KEPT: usize = 32_768;

/// Where an entry of the batch's world is.
#[derive(Clone, Debug)]
enum Slot {
    Loaded(Box<Record>),
    Decided(usize),
}

/// The facts that a batch of commands is decided on. Whatever a command
/// [wants](super::Command::wants) must be loaded: what is not here is taken as
/// not there.
#[derive(Clone, Debug)]
pub struct Facts {
    pub book: Book,
    /// The openings of accounts that a command opens again.
    pub openings: HashMap<AccountId, AccountOpened>,
    entries: HashMap<BookingId, Slot>,
    reversed_by: HashMap<BookingId, BookingId>,
    salts: HashMap<BookingId, Salt>,
    records: Vec<Record>,
    notes: Vec<(Sequence, Note)>,
    last: Stamp,
    now: Moment,
}

/// What [`Facts::rollback`] needs to undo the records since.
#[derive(Debug)]
pub struct Savepoint {
    records: usize,
    posted: usize,
    accounts: usize,
    notes: usize,
    last: Stamp,
    lines: Vec<LineBefore>,
    holds: Vec<(BookingId, Option<Hold>)>,
}

impl Facts {
    /// No facts but the journal's last stamp.
    pub fn new(last: Stamp) -> Self {
        Self {
            book: Book::default(),
            openings: HashMap::new(),
            entries: HashMap::new(),
            reversed_by: HashMap::new(),
            salts: HashMap::new(),
            records: Vec::new(),
            notes: Vec::new(),
            last,
            now: last.recorded_at,
        }
    }

    /// Starts a batch at a moment of the wall clock: forgets all but the
    /// accounts and units, which stay true while nobody else writes.
    pub fn begin(&mut self, now: Moment) {
        self.book.holds.clear();
        self.book.forget_changes();
        self.openings.clear();
        self.entries.clear();
        self.reversed_by.clear();
        self.salts.clear();
        self.records.clear();
        self.records.shrink_to(KEPT);
        self.notes.clear();
        self.now = now;
    }

    /// The time that the next record gets: the wall clock's, but always after
    /// the last record's.
    pub fn next_moment(&self) -> Moment {
        self.now.max(self.last.recorded_at.next())
    }

    /// The journal's last stamp, this batch's records included.
    pub fn last(&self) -> Stamp {
        self.last
    }

    /// The records decided so far, in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The notes of the records decided so far.
    pub fn notes(&self) -> &[(Sequence, Note)] {
        &self.notes
    }

    /// Makes a recorded entry known, with what is kept beside its record.
    pub fn load_entry(
        &mut self,
        id: BookingId,
        record: Record,
        reversed_by: Option<BookingId>,
        salt: Option<Salt>,
    ) {
        self.entries.insert(id, Slot::Loaded(Box::new(record)));
        if let Some(by) = reversed_by {
            self.reversed_by.insert(id, by);
        }
        if let Some(salt) = salt {
            self.salts.insert(id, salt);
        }
    }

    /// The entry of this id, posted or settled.
    pub fn entry(&self, id: &BookingId) -> Option<(Stamp, &Entry)> {
        let record = match self.entries.get(id)? {
            Slot::Loaded(record) => record,
            Slot::Decided(index) => self.records.get(*index)?,
        };
        Some((record.stamp, record.fact.entry()?))
    }

    /// The entry that reversed this one.
    pub fn reversed_by(&self, id: &BookingId) -> Option<BookingId> {
        self.reversed_by.get(id).copied()
    }

    /// The salt of an entry's note. None where there is no note (any more).
    pub fn salt(&self, id: &BookingId) -> Option<&Salt> {
        self.salts.get(id)
    }

    /// Carries out what the rules decided.
    ///
    /// # Errors
    /// [`Broken`] where the facts contradict each other; nothing of the batch
    /// may then be written.
    pub fn take(&mut self, decision: Decision, caller: &Caller) -> Result<Outcome, Broken> {
        match decision {
            Decision::Stands(stamp) => Ok(Outcome::Replayed(stamp)),
            Decision::Append { fact, note } => {
                let stamp = Stamp {
                    sequence: self.last.sequence.next(),
                    recorded_at: self.next_moment(),
                };
                let record = Record {
                    stamp,
                    caller: caller.clone(),
                    fact,
                };
                self.book.apply(&record)?;
                self.index(&record, note);
                self.records.push(record);
                self.last = stamp;
                Ok(Outcome::Recorded(stamp))
            }
        }
    }

    fn index(&mut self, record: &Record, note: Option<Note>) {
        if let Fact::AccountOpened(opening) = &record.fact {
            self.openings.insert(opening.id.clone(), opening.clone());
        }
        let Some(entry) = record.fact.entry() else {
            return;
        };
        self.entries
            .insert(entry.id, Slot::Decided(self.records.len()));
        if let Origin::Reversal { of, .. } = entry.origin {
            self.reversed_by.insert(of, entry.id);
        }
        if let Some(note) = note {
            self.salts.insert(entry.id, *note.salt());
            self.notes.push((record.stamp.sequence, note));
        }
    }

    /// Remembers what the given accounts and bookings are now, and the accounts
    /// that these bookings touch.
    pub fn savepoint<'a>(
        &'a self,
        accounts: impl Iterator<Item = &'a AccountId>,
        bookings: impl Iterator<Item = BookingId>,
    ) -> Savepoint {
        let bookings: Vec<_> = bookings.collect();
        let accounts = accounts.chain(bookings.iter().flat_map(|id| self.ends(id)));
        let accounts: HashSet<_> = accounts.collect();
        Savepoint {
            records: self.records.len(),
            posted: self.book.posted().len(),
            accounts: self.book.accounts().len(),
            notes: self.notes.len(),
            last: self.last,
            lines: accounts
                .into_iter()
                .map(|id| self.book.line_before(id))
                .collect(),
            holds: bookings
                .iter()
                .map(|id| (*id, self.book.holds.get(id).cloned()))
                .collect(),
        }
    }

    /// The accounts that a known booking touches.
    fn ends(&self, id: &BookingId) -> impl Iterator<Item = &AccountId> {
        let hold = self.book.holds.get(id).map(|hold| &hold.terms.transfer);
        let entry = self.entry(id).map(|(_, entry)| entry.transfers.as_slice());
        let legs = hold.into_iter().chain(entry.unwrap_or_default());
        legs.flat_map(|leg| [leg.debit(), leg.credit()])
    }

    /// Undoes every record since the savepoint, whose accounts and bookings are
    /// all that these records touched.
    pub fn rollback(&mut self, to: Savepoint) {
        let undone = self.records.split_off(to.records);
        for record in &undone {
            if let Fact::UnitDeclared(unit) = &record.fact {
                self.book.units.remove(unit.id());
            }
        }
        for entry in undone.iter().filter_map(|record| record.fact.entry()) {
            self.entries.remove(&entry.id);
            self.salts.remove(&entry.id);
            if let Origin::Reversal { of, .. } = entry.origin {
                self.reversed_by.remove(&of);
            }
        }
        self.notes.truncate(to.notes);
        self.last = to.last;
        self.book.unpost(to.posted);
        self.book.unopen(to.accounts);
        for line in to.lines {
            self.book.put_back(line);
        }
        for (id, hold) in to.holds {
            match hold {
                Some(hold) => self.book.holds.insert(id, hold),
                None => self.book.holds.remove(&id),
            };
        }
    }
}
