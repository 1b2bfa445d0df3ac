//! `timebank.v1.EntryService`.

use timebank_proto::v1::{self, entry_service_server::EntryService, post_entry_result};
use tonic::{Request, Response, Status};

use super::{Rooms, convert, reply, status::Refused};
use crate::{
    ledger::{BookingId, Caller, Command, NewEntry, Rejection},
    query::ReadError,
    store::{Booking, Snapshot, StoreError},
};

const MAX_BATCH: usize = 20_000;
const MAX_BATCH_TRANSFERS: usize = 100_000;
/// So that even entries of 100 legs fit the 4 MiB that clients take.
const MAX_BATCH_GET: usize = 100;

#[tonic::async_trait]
impl EntryService for Rooms {
    async fn post_entry(
        &self,
        request: Request<v1::PostEntryRequest>,
    ) -> Result<Response<v1::PostEntryResponse>, Status> {
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
        let entry = convert::required(request.into_inner().entry, "entry");
        let new = convert::new_entry(entry.map_err(Refused::from)?)?;
        let (entry, replayed) = self.post(new, caller).await?;
        Ok(Response::new(v1::PostEntryResponse {
            entry: Some(entry),
            replayed,
        }))
    }

    async fn post_entries(
        &self,
        request: Request<v1::PostEntriesRequest>,
    ) -> Result<Response<v1::PostEntriesResponse>, Status> {
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
        let request = request.into_inner();
        let given = request.entries.len();
        if !(1..=MAX_BATCH).contains(&given) {
            let max = MAX_BATCH;
            return Err(Refused::BatchSize { given, max }.into());
        }
        let legs = request.entries.iter().map(|entry| entry.transfers.len());
        let (given, max) = (legs.sum(), MAX_BATCH_TRANSFERS);
        if given > max {
            return Err(Refused::BatchTransfers { given, max }.into());
        }
        let results = match request.atomic {
            true => self.post_all(request.entries, caller).await?,
            false => self.post_each(request.entries, caller).await?,
        };
        Ok(Response::new(v1::PostEntriesResponse { results }))
    }

    async fn get_entry(
        &self,
        request: Request<v1::GetEntryRequest>,
    ) -> Result<Response<v1::GetEntryResponse>, Status> {
        let id = BookingId::parse("entry_id", &request.into_inner().entry_id);
        let (entry, journal_position) = self.read_entry(id.map_err(Refused::from)?).await?;
        Ok(Response::new(v1::GetEntryResponse {
            entry: Some(entry),
            journal_position,
        }))
    }

    async fn batch_get_entries(
        &self,
        request: Request<v1::BatchGetEntriesRequest>,
    ) -> Result<Response<v1::BatchGetEntriesResponse>, Status> {
        let ids = request.into_inner().entry_ids;
        let (given, max) = (ids.len(), MAX_BATCH_GET);
        if !(1..=max).contains(&given) {
            return Err(Refused::BatchSize { given, max }.into());
        }
        let ids = ids.iter().map(|id| BookingId::parse("entry_ids", id));
        let ids: Vec<_> = ids.collect::<Result<_, _>>().map_err(Refused::from)?;
        let (entries, journal_position) = self
            .query
            .read(move |snapshot, _| {
                let mut entries = Vec::new();
                for id in ids {
                    entries.extend(entry(snapshot, id)?);
                }
                Ok((entries, snapshot.last()?.get()))
            })
            .await?;
        Ok(Response::new(v1::BatchGetEntriesResponse {
            entries,
            journal_position,
        }))
    }

    async fn reverse_entry(
        &self,
        request: Request<v1::ReverseEntryRequest>,
    ) -> Result<Response<v1::ReverseEntryResponse>, Status> {
        let caller = convert::caller(request.metadata()).map_err(Refused::from)?;
        let reversal = convert::reversal(request.into_inner())?;
        let id = reversal.id;
        let outcome = self.run(Command::ReverseEntry(reversal), caller).await?;
        let (entry, _) = self.read_entry(id).await?;
        Ok(Response::new(v1::ReverseEntryResponse {
            entry: Some(entry),
            replayed: outcome.is_replay(),
        }))
    }
}

impl Rooms {
    /// Posts an entry. What was just recorded needs no reading: it is what was
    /// sent.
    async fn post(&self, new: NewEntry, caller: Caller) -> Result<(v1::Entry, bool), Refused> {
        let entry = new.entry.clone();
        let note = new.note.as_ref().map(|note| note.text().to_owned());
        let actor = caller.actor().to_owned();
        let outcome = self.run(Command::PostEntry(new), caller).await?;
        if outcome.is_replay() {
            return Ok((self.read_entry(entry.id).await?.0, true));
        }
        let mut reply = reply::entry(&entry, outcome.stamp(), &actor);
        reply.note = note.unwrap_or_default();
        Ok((reply, false))
    }

    /// Posts each entry for itself: one that cannot be read is refused alone.
    async fn post_each(
        &self,
        entries: Vec<v1::Entry>,
        caller: Caller,
    ) -> Result<Vec<v1::PostEntryResult>, Refused> {
        let mut commands = Vec::with_capacity(entries.len());
        let mut malformed = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            match convert::new_entry(entry) {
                Ok(new) => commands.push(Command::PostEntry(new)),
                Err(refused) => malformed.push((index, refused)),
            }
        }
        let decided = match commands.is_empty() {
            true => Vec::new(),
            false => self.sequencer.submit(commands, caller).await?,
        };
        let mut results: Vec<_> = decided
            .into_iter()
            .map(|result| match result {
                Ok(outcome) => post_entry_result::Result::Posted(reply::posted(outcome)),
                Err(rejection) => refusal(rejection.into()),
            })
            .collect();
        // In rising order, so each lands where it was in the request.
        for (index, refused) in malformed {
            results.insert(index, refusal(refused));
        }
        Ok(results.into_iter().map(result).collect())
    }

    async fn post_all(
        &self,
        entries: Vec<v1::Entry>,
        caller: Caller,
    ) -> Result<Vec<v1::PostEntryResult>, Refused> {
        let mut commands = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            match convert::new_entry(entry) {
                Ok(new) => commands.push(Command::PostEntry(new)),
                Err(Refused::Malformed(malformed)) => {
                    return Err(Refused::AtomicMalformed { index, malformed });
                }
                Err(refused) => return Err(refused),
            }
        }
        let decided = self.sequencer.submit_atomic(commands, caller).await?;
        let results = decided.map_err(Refused::Atomic)?;
        results
            .into_iter()
            .map(|outcome| {
                let posted = post_entry_result::Result::Posted(reply::posted(outcome?));
                Ok(result(posted))
            })
            .collect()
    }

    async fn read_entry(&self, id: BookingId) -> Result<(v1::Entry, i64), ReadError> {
        self.query
            .look_up(move |snapshot, _| {
                let entry = entry(snapshot, id)?.ok_or(Rejection::EntryUnknown { id })?;
                Ok((entry, snapshot.last()?.get()))
            })
            .await
    }
}

fn refusal(refused: Refused) -> post_entry_result::Result {
    post_entry_result::Result::Refusal(refused.into_refusal())
}

fn result(result: post_entry_result::Result) -> v1::PostEntryResult {
    v1::PostEntryResult {
        result: Some(result),
    }
}

/// An entry as it stands, with the units of its legs.
fn entry(snapshot: &mut dyn Snapshot, id: BookingId) -> Result<Option<v1::Entry>, StoreError> {
    let Some(Booking {
        entry: Some(record),
        reversed_by,
        note,
        ..
    }) = snapshot.booking(id)?
    else {
        return Ok(None);
    };
    let Some(entry) = record.fact.entry() else {
        return Ok(None);
    };
    let mut reply = reply::entry(entry, record.stamp, record.caller.actor());
    reply.note = note.unwrap_or_default();
    reply.reversed_by_entry_id = reversed_by.map_or_else(String::new, |by| by.to_string());
    for (leg, reply) in entry.transfers.as_slice().iter().zip(&mut reply.transfers) {
        if let Some(row) = snapshot.account(leg.debit())? {
            reply.unit_id = row.account.unit.as_str().into();
        }
    }
    Ok(Some(reply))
}
