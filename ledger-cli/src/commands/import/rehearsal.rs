//! What the ledger's own rules say of bookings before they are posted, on facts
//! read from the server. Nothing is written.

use std::{collections::HashMap, iter, time::SystemTime};

use timebank::{
    journal,
    ledger::{
        Account, AccountOpened, Balance, BookingId, Caller, Chain, Command, Fact, Facts, Moment,
        Note, Record, Rejection, Sequence, Stamp, Unit, UnitId, rules::decide,
    },
};
use timebank_proto::v1::{self, BatchGetEntriesRequest, limit::Bound};

use super::{
    fate::{Fate, NotOpened},
    row::Booking,
};
use crate::{
    client::{Client, present},
    error::Failure,
    time::Time,
};

/// The most ids that the contract lets one read ask for.
const MAX_IDS: usize = 100;

/// The facts that bookings are decided on, and carried out in.
pub(super) struct Rehearsal {
    facts: Facts,
    /// Whether missing accounts are opened.
    opens: bool,
}

/// What the rules say of a batch.
#[derive(Default)]
pub(super) struct Rehearsed {
    /// One for each booking.
    pub(super) verdicts: Vec<Verdict>,
    /// The accounts that the accepted bookings need, in the file's order.
    pub(super) openings: Vec<AccountOpened>,
    pub(super) not_opened: Vec<NotOpened>,
}

/// What the rules say of a booking.
pub(super) struct Verdict {
    pub(super) fate: Fate,
    /// Whether an account of it was not there before it.
    pub(super) lacks_account: bool,
}

impl Rehearsal {
    /// No facts but the units.
    pub(super) async fn new(client: &Client, opens: bool) -> Result<Self, Failure> {
        let facts = empty_facts(client).await?;
        Ok(Self { facts, opens })
    }

    /// Makes an account known as it stands.
    pub(super) fn load(&mut self, account: &v1::Account) -> Result<(), Failure> {
        let account = read_account(account)?;
        self.facts.book.load(account, Chain::default());
        Ok(())
    }

    /// Decides bookings in order, each on what those before it left. Their
    /// accounts must be loaded, but for those that are not there.
    pub(super) async fn run(
        &mut self,
        client: &Client,
        batch: &[Booking],
    ) -> Result<Rehearsed, Failure> {
        let mut rehearsed = Rehearsed::default();
        for some in batch.chunks(MAX_IDS) {
            load_booked(client, &mut self.facts, some).await?;
            for booking in some {
                let verdict = self.decide_booking(booking, &mut rehearsed)?;
                rehearsed.verdicts.push(verdict);
            }
        }
        Ok(rehearsed)
    }

    /// Accounts that were opened for a booking are undone where it is refused.
    fn decide_booking(
        &mut self,
        booking: &Booking,
        rehearsed: &mut Rehearsed,
    ) -> Result<Verdict, Failure> {
        let before = self.facts.savepoint(iter::empty(), iter::empty());
        let missing = self.missing(booking);
        let mut opened = Vec::new();
        for opening in missing.iter().filter(|_| self.opens) {
            match rehearse(&mut self.facts, &Command::OpenAccount(opening.clone()))? {
                Ok(_) => opened.push(opening.clone()),
                Err(rejection) => rehearsed.not_opened.push(NotOpened {
                    account: opening.id.clone(),
                    reason: rejection.reason().to_owned(),
                    message: rejection.to_string(),
                }),
            }
        }
        let fate = match rehearse(&mut self.facts, &Command::PostEntry(booking.new.clone()))? {
            Ok(true) => Fate::AlreadyThere,
            Ok(false) => Fate::Booked,
            Err(rejection) => Fate::Refused {
                reason: rejection.reason().to_owned(),
                message: rejection.to_string(),
            },
        };
        if matches!(fate, Fate::Booked) {
            rehearsed.openings.extend(opened);
        } else {
            self.facts.rollback(before);
        }
        Ok(Verdict {
            fate,
            lacks_account: !missing.is_empty(),
        })
    }

    /// The accounts of a booking that are not there, each once.
    fn missing(&self, booking: &Booking) -> Vec<AccountOpened> {
        let mut missing: Vec<AccountOpened> = Vec::new();
        for opening in &booking.openings {
            let is_there = self.facts.book.account(&opening.id).is_some();
            if !is_there && missing.iter().all(|other| other.id != opening.id) {
                missing.push(opening.clone());
            }
        }
        missing
    }
}

/// Whether the command stands already. It is carried out in the facts only.
fn rehearse(facts: &mut Facts, command: &Command) -> Result<Result<bool, Rejection>, Failure> {
    let decision = match decide(facts, command, facts.next_moment()) {
        Ok(decision) => decision,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let outcome = facts
        .take(decision, &Caller::server())
        .map_err(|broken| Failure::Answer(broken.to_string()))?;
    facts.book.forget_changes();
    Ok(Ok(outcome.is_replay()))
}

async fn empty_facts(client: &Client) -> Result<Facts, Failure> {
    let now = chrono::DateTime::<chrono::Utc>::from(SystemTime::now());
    let recorded_at = moment(Time(now))?;
    let sequence = Sequence::ZERO;
    let mut facts = Facts::new(Stamp {
        sequence,
        recorded_at,
    });
    for unit in client.units().await? {
        let id = UnitId::parse(&unit.unit_id).map_err(unreadable)?;
        let unit = Unit::new(id.clone(), &unit.step).map_err(unreadable)?;
        facts.book.units.insert(id, unit);
    }
    Ok(facts)
}

/// Makes the entries that these ids stand for already known to the rules.
async fn load_booked(
    client: &Client,
    facts: &mut Facts,
    bookings: &[Booking],
) -> Result<(), Failure> {
    let by_id: HashMap<String, &Booking> = bookings
        .iter()
        .filter(|booking| facts.entry(&booking.new.entry.id).is_none())
        .map(|booking| (booking.entry.entry_id.clone(), booking))
        .collect();
    if by_id.is_empty() {
        return Ok(());
    }
    let request = BatchGetEntriesRequest {
        entry_ids: by_id.keys().cloned().collect(),
    };
    let answer = client.entries.clone().batch_get_entries(request).await?;
    for entry in answer.into_inner().entries {
        let Some(booking) = by_id.get(&entry.entry_id) else {
            return Err(Failure::Answer("it has an entry not asked for".to_owned()));
        };
        let (record, note) = read_entry(entry, booking)?;
        let id = booking.new.entry.id;
        facts.load_entry(id, record, None, note.map(|note| *note.salt()));
    }
    Ok(())
}

/// An account as the server has it, as the rules have it.
fn read_account(account: &v1::Account) -> Result<Account, Failure> {
    let bound = |limit: Option<v1::Limit>| match limit.and_then(|limit| limit.bound) {
        Some(Bound::Amount(steps)) => Some(steps),
        Some(Bound::Unbounded(_)) | None => None,
    };
    let opened = v1::AccountOpened {
        account_id: account.account_id.clone(),
        kind: account.kind,
        unit_id: account.unit_id.clone(),
        floor: bound(account.floor),
        ceiling: bound(account.ceiling),
    };
    let opened_at_us = us(account.opened_at)?;
    let record = read(1, opened_at_us, v1::record::Fact::AccountOpened(opened))?;
    let Fact::AccountOpened(opening) = &record.fact else {
        return Err(Failure::Answer("an account is none".to_owned()));
    };
    let mut read = Account::open(opening, record.stamp);
    let figure = |steps| Balance::limit(steps).map_err(unreadable);
    read.balance = figure(account.balance)?;
    read.held = figure(account.held)?;
    read.closed = account.closed_at.map(|_| record.stamp);
    Ok(read)
}

/// An entry as the server has it, as the journal has it.
fn read_entry(entry: v1::Entry, booking: &Booking) -> Result<(Record, Option<Note>), Failure> {
    let recorded_at_us = us(entry.recorded_at)?;
    // Where the client left it to the recorded time, the answer has that.
    let effective_at_us = Some(us(entry.effective_at)?)
        .filter(|us| *us != recorded_at_us || booking.new.entry.effective_at.is_some());
    let note = Note::new([0; 16], entry.note).map_err(unreadable)?;
    let reverses = match entry.reverses_entry_id.as_str() {
        "" => Vec::new(),
        id => id_bytes(id)?,
    };
    let transfers = entry.transfers.into_iter().map(|leg| v1::RecordedTransfer {
        debit_account_id: leg.debit_account_id,
        credit_account_id: leg.credit_account_id,
        amount: leg.amount,
    });
    let posted = v1::EntryPosted {
        entry_id: id_bytes(&entry.entry_id)?,
        transfers: transfers.collect(),
        effective_at_us,
        kind: entry.kind,
        tags: entry.tags,
        note_commitment: note
            .as_ref()
            .map_or_else(Vec::new, |note| note.commitment().0.to_vec()),
        reverses_entry_id: reverses,
        forced: entry.forced,
    };
    let fact = v1::record::Fact::EntryPosted(posted);
    Ok((read(entry.sequence, recorded_at_us, fact)?, note))
}

fn read(sequence: i64, recorded_at_us: i64, fact: v1::record::Fact) -> Result<Record, Failure> {
    journal::from_proto(v1::Record {
        sequence,
        recorded_at_us,
        actor: String::new(),
        request_id: String::new(),
        fact: Some(fact),
    })
    .map_err(unreadable)
}

fn id_bytes(id: &str) -> Result<Vec<u8>, Failure> {
    let id = BookingId::parse("entry_id", id).map_err(unreadable)?;
    Ok(id.as_bytes().to_vec())
}

fn us(time: Option<prost_types::Timestamp>) -> Result<i64, Failure> {
    let time = present(time.and_then(Time::from_proto), "time")?;
    Ok(time.0.timestamp_micros())
}

fn moment(time: Time) -> Result<Moment, Failure> {
    present(Moment::from_us(time.0.timestamp_micros()), "time")
}

fn unreadable(error: impl std::fmt::Display) -> Failure {
    Failure::Answer(error.to_string())
}
