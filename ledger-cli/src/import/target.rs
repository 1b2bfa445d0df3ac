//! Where bookings go: to the ledger or, in a dry run, to the ledger's own rules
//! on facts read from it, so that the outcome is the same and nothing is
//! written.

use std::{collections::HashMap, time::SystemTime};

use timebank::{
    journal,
    ledger::{
        Account, AccountId, AccountOpened, Balance, BookingId, Caller, Chain, Command, Fact, Facts,
        Moment, Note, Record, Rejection, Sequence, Stamp, Unit, UnitId, rules::decide,
    },
};
use timebank_proto::v1::{
    self, BatchGetEntriesRequest, OpenAccountRequest, PostEntriesRequest, limit::Bound,
    post_entry_result,
};
use tokio::task::JoinSet;

use super::row::Booking;
use crate::{
    client::{Client, present},
    error::Failure,
    time::Time,
};

/// How many accounts are read or opened at a time.
const AT_ONCE: usize = 32;

/// The most ids that the contract lets one read ask for.
const MAX_IDS: usize = 100;

/// What became of a booking.
pub(super) enum Fate {
    Booked,
    AlreadyThere,
    Refused { reason: String, message: String },
}

/// An account that could not be opened.
pub(super) struct NotOpened {
    pub(super) account: AccountId,
    pub(super) reason: String,
    pub(super) message: String,
}

/// The ledger that is imported into.
pub(super) struct Target {
    client: Client,
    /// Whether missing accounts are opened.
    opens: bool,
    /// The units of the accounts met so far. None where there is no account.
    units: HashMap<AccountId, Option<UnitId>>,
    pub(super) accounts_opened: i64,
    /// What a dry run books in.
    rehearsal: Option<Facts>,
}

impl Target {
    pub(super) async fn new(client: Client, opens: bool, is_dry: bool) -> Result<Self, Failure> {
        let rehearsal = if is_dry {
            Some(empty_facts(&client).await?)
        } else {
            None
        };
        Ok(Self {
            client,
            opens,
            units: HashMap::new(),
            accounts_opened: 0,
            rehearsal,
        })
    }

    /// The unit of an account, where it is there.
    pub(super) fn unit(&self, account: &AccountId) -> Option<&UnitId> {
        self.units.get(account)?.as_ref()
    }

    /// Looks the accounts of a batch up, and opens the missing ones where this
    /// was asked for.
    pub(super) async fn prepare(&mut self, batch: &[Booking]) -> Result<Vec<NotOpened>, Failure> {
        let mut unknown: Vec<&AccountOpened> = Vec::new();
        for opening in batch.iter().flat_map(|booking| &booking.openings) {
            if !self.units.contains_key(&opening.id) {
                self.units.insert(opening.id.clone(), None);
                unknown.push(opening);
            }
        }
        let mut missing = Vec::new();
        for some in unknown.chunks(AT_ONCE) {
            let mut reads = JoinSet::new();
            for (index, opening) in some.iter().enumerate() {
                let client = self.client.clone();
                let id = opening.id.clone();
                reads.spawn(async move { (index, client.account(id.as_str()).await) });
            }
            // In the file's order, so that two runs write the same journal.
            let mut found: Vec<_> = reads.join_all().await;
            found.sort_by_key(|(index, _)| *index);
            for (index, account) in found {
                match known(account)? {
                    Some(account) => self.learn(&account)?,
                    None => missing.push(some[index]),
                }
            }
        }
        if self.opens {
            self.open(&missing).await
        } else {
            Ok(Vec::new())
        }
    }

    /// Learns the unit of an account, where it is there.
    pub(super) async fn look_up(&mut self, id: &AccountId) -> Result<(), Failure> {
        if self.units.contains_key(id) {
            return Ok(());
        }
        match known(self.client.account(id.as_str()).await)? {
            Some(account) => self.learn(&account),
            None => Ok(()),
        }
    }

    fn learn(&mut self, account: &v1::Account) -> Result<(), Failure> {
        let account = read_account(account)?;
        self.units
            .insert(account.id.clone(), Some(account.unit.clone()));
        if let Some(facts) = &mut self.rehearsal {
            facts.book.load(account, Chain::default());
        }
        Ok(())
    }

    async fn open(&mut self, missing: &[&AccountOpened]) -> Result<Vec<NotOpened>, Failure> {
        let mut refused = Vec::new();
        for opening in missing {
            let refusal = match &mut self.rehearsal {
                Some(facts) => rehearse(facts, &Command::OpenAccount((*opening).clone()))?
                    .err()
                    .map(|rejection| (rejection.reason().to_owned(), rejection.to_string())),
                None => match open(&self.client, opening).await {
                    Ok(()) => None,
                    Err(Failure::Refused {
                        reason, message, ..
                    }) => Some((reason, message)),
                    Err(other) => return Err(other),
                },
            };
            match refusal {
                None => {
                    self.accounts_opened += 1;
                    self.units
                        .insert(opening.id.clone(), Some(opening.unit.clone()));
                }
                Some((reason, message)) => refused.push(NotOpened {
                    account: opening.id.clone(),
                    reason,
                    message,
                }),
            }
        }
        Ok(refused)
    }

    /// Books a batch in order, each entry for itself.
    pub(super) async fn post(&mut self, batch: &[Booking]) -> Result<Vec<Fate>, Failure> {
        let Some(facts) = &mut self.rehearsal else {
            return post(&self.client, batch).await;
        };
        let mut fates = Vec::new();
        for some in batch.chunks(MAX_IDS) {
            load_standing(&self.client, facts, some).await?;
            for booking in some {
                let command = Command::PostEntry(booking.new.clone());
                fates.push(match rehearse(facts, &command)? {
                    Ok(true) => Fate::AlreadyThere,
                    Ok(false) => Fate::Booked,
                    Err(rejection) => Fate::Refused {
                        reason: rejection.reason().to_owned(),
                        message: rejection.to_string(),
                    },
                });
            }
        }
        Ok(fates)
    }
}

fn known(account: Result<v1::Account, Failure>) -> Result<Option<v1::Account>, Failure> {
    match account {
        Ok(account) => Ok(Some(account)),
        Err(Failure::Refused { reason, .. }) if reason == "ACCOUNT_UNKNOWN" => Ok(None),
        Err(other) => Err(other),
    }
}

async fn open(client: &Client, opening: &AccountOpened) -> Result<(), Failure> {
    let limit = |balance: Option<Balance>| {
        let bound = match balance {
            Some(balance) => Bound::Amount(balance.steps()),
            None => Bound::Unbounded(true),
        };
        Some(v1::Limit { bound: Some(bound) })
    };
    let request = OpenAccountRequest {
        account_id: opening.id.to_string(),
        kind: journal::kind_to_proto(opening.kind).into(),
        unit_id: opening.unit.to_string(),
        floor: limit(opening.limits.floor),
        ceiling: limit(opening.limits.ceiling),
    };
    client.accounts.clone().open_account(request).await?;
    Ok(())
}

async fn post(client: &Client, batch: &[Booking]) -> Result<Vec<Fate>, Failure> {
    let request = PostEntriesRequest {
        entries: batch.iter().map(|booking| booking.entry.clone()).collect(),
        atomic: false,
    };
    let answer = client
        .entries
        .clone()
        .post_entries(request)
        .await?
        .into_inner();
    if answer.results.len() != batch.len() {
        return Err(Failure::Answer(
            "it has not one result for each entry".to_owned(),
        ));
    }
    let fates = answer.results.into_iter().map(|result| {
        Ok(match present(result.result, "result")? {
            post_entry_result::Result::Posted(posted) if posted.replayed => Fate::AlreadyThere,
            post_entry_result::Result::Posted(_) => Fate::Booked,
            post_entry_result::Result::Refusal(refusal) => Fate::Refused {
                reason: refusal.reason,
                message: refusal.message,
            },
        })
    });
    fates.collect()
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
async fn load_standing(
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
