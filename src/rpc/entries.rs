//! `timebank.v1.EntryService`.

use std::{collections::HashMap, sync::Arc};

use timebank_proto::{
    limits,
    v1::{self, entry_service_server::EntryService, post_entry_result},
};
use tonic::{Request, Response, Status};

use super::{Calling, Reader, Services, convert, door::Held, reply, status::Refused, to_the_end};
use crate::{
    ledger::{AccountId, AccountOpened, BookingId, Command, NewEntry, PostedEntry},
    query::{self, EntryView, ReadError, Reading},
    steps::{Outcome, Together},
};

#[tonic::async_trait]
impl EntryService for Services {
    async fn post_entry(
        &self,
        request: Request<v1::PostEntryRequest>,
    ) -> Result<Response<v1::PostEntryResponse>, Status> {
        let caller = convert::caller(&request)?;
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
        let caller = convert::caller(&request)?;
        let held = request.extensions().get::<Arc<Held>>().cloned();
        let request = request.into_inner();
        let given = request.entries.len();
        let max = self.limits.batch(limits::BATCH_ENTRIES);
        if !(1..=max).contains(&given) {
            return Err(Refused::BatchSize { given, max }.into());
        }
        let legs = request.entries.iter().map(|entry| entry.transfers.len());
        let (given, max) = (legs.sum(), limits::BATCH_TRANSFERS);
        if given > max {
            return Err(Refused::BatchTransfers { given, max }.into());
        }
        let opens = accounts_to_open(&request.accounts_to_open)?;
        let how = How {
            opens,
            together: match request.atomic {
                true => Together::AllOrNone,
                false => Together::Each,
            },
            validate_only: request.validate_only,
            caller,
        };
        let services = self.clone();
        let posting = async move { services.post_batch(request.entries, how).await };
        let results = to_the_end(held, posting).await?;
        Ok(Response::new(v1::PostEntriesResponse { results }))
    }

    async fn get_entry(
        &self,
        request: Request<v1::GetEntryRequest>,
    ) -> Result<Response<v1::GetEntryResponse>, Status> {
        let by = convert::reader(&request)?;
        let id = convert::booking_id(&request.into_inner().entry_id, "entry_id");
        let (entry, journal_position) = self.read_entry(by, id.map_err(Refused::from)?).await?;
        Ok(Response::new(v1::GetEntryResponse {
            entry: Some(entry),
            journal_position,
        }))
    }

    async fn batch_get_entries(
        &self,
        request: Request<v1::BatchGetEntriesRequest>,
    ) -> Result<Response<v1::BatchGetEntriesResponse>, Status> {
        let by = convert::reader(&request)?;
        let ids = request.into_inner().entry_ids;
        let (given, max) = (ids.len(), self.limits.batch(limits::BATCH_GET_ENTRIES));
        if !(1..=max).contains(&given) {
            return Err(Refused::BatchSize { given, max }.into());
        }
        let ids = ids.iter().map(|id| convert::booking_id(id, "entry_ids"));
        let ids: Vec<_> = ids.collect::<Result<_, _>>().map_err(Refused::from)?;
        let (entries, position) = self
            .query
            .read(by, move |reading| {
                Ok((query::entries(reading, &ids)?, reading.snapshot.last()?))
            })
            .await?;
        Ok(Response::new(v1::BatchGetEntriesResponse {
            entries: entries.iter().map(reply::entry).collect(),
            journal_position: position.get(),
        }))
    }

    async fn reverse_entry(
        &self,
        request: Request<v1::ReverseEntryRequest>,
    ) -> Result<Response<v1::ReverseEntryResponse>, Status> {
        let caller = convert::caller(&request)?;
        let reversal = convert::reversal(request.into_inner())?;
        let (id, by) = (reversal.id, caller.reader());
        let outcome = self.run(Command::ReverseEntry(reversal), caller).await?;
        let (entry, _) = self.read_entry(by, id).await?;
        Ok(Response::new(v1::ReverseEntryResponse {
            entry: Some(entry),
            replayed: outcome.is_replay(),
        }))
    }
}

impl Services {
    /// Posts an entry. What was just recorded needs no reading: it is what was
    /// sent.
    async fn post(&self, new: NewEntry, caller: Calling) -> Result<(v1::Entry, bool), Refused> {
        let (entry, note) = (new.entry.clone(), new.note.clone());
        let outcome = self.run(Command::PostEntry(new), caller.clone()).await?;
        let Outcome::Recorded { stamp, units, .. } = outcome else {
            return Ok((self.read_entry(caller.reader(), entry.id).await?.0, true));
        };
        let posted = PostedEntry {
            stamp,
            caller: caller.caller,
            entry,
            note,
            reversed_by: None,
        };
        Ok((reply::entry(&EntryView { posted, units }), false))
    }

    /// Posts many entries. One that cannot be read is refused alone, unless all
    /// or none are to be posted.
    async fn post_batch(
        &self,
        entries: Vec<v1::Entry>,
        how: How,
    ) -> Result<Vec<v1::PostEntryResult>, Refused> {
        let mut commands = Vec::with_capacity(entries.len());
        let mut unreadable = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            match (convert::new_entry(entry), how.together) {
                (Ok(mut new), _) => {
                    new.opens = how.opens_of(&new);
                    commands.push(Command::PostEntry(new).into());
                }
                (Err(Refused::Malformed(malformed)), Together::AllOrNone) => {
                    return Err(Refused::AtomicMalformed { index, malformed });
                }
                (Err(refused), Together::AllOrNone) => return Err(refused),
                (Err(refused), Together::Each) => unreadable.push((index, refused)),
            }
        }
        let mut results: Vec<_> = self
            .decide(commands, how.together, how.validate_only, how.caller)
            .await?
            .into_iter()
            .map(|result| match result {
                Ok(outcome) => post_entry_result::Result::Posted(reply::posted(&outcome)),
                Err(rejection) => refusal(rejection.into()),
            })
            .collect();
        // In rising order, so each lands where it was in the request.
        for (index, refused) in unreadable {
            results.insert(index, refusal(refused));
        }
        Ok(results.into_iter().map(result).collect())
    }

    async fn read_entry(&self, by: Reader, id: BookingId) -> Result<(v1::Entry, i64), ReadError> {
        let read = move |reading: &mut Reading<'_>| {
            let view = query::entry(reading, id)?;
            Ok((reply::entry(&view), reading.snapshot.last()?.get()))
        };
        self.query.look_up(by, read).await
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

/// How a batch is to be posted.
struct How {
    /// The accounts to be opened for the entries that name them.
    opens: HashMap<AccountId, AccountOpened>,
    together: Together,
    validate_only: bool,
    caller: Calling,
}

impl How {
    /// The accounts of an entry that are to be opened, each once.
    fn opens_of(&self, new: &NewEntry) -> Vec<AccountOpened> {
        let mut opens: Vec<AccountOpened> = Vec::new();
        if self.opens.is_empty() {
            return opens;
        }
        let legs = new.entry.transfers.as_slice().iter();
        for id in legs.flat_map(|leg| [leg.debit(), leg.credit()]) {
            let is_new = opens.iter().all(|opening| opening.id != *id);
            opens.extend(self.opens.get(id).filter(|_| is_new).cloned());
        }
        opens
    }
}

fn accounts_to_open(
    given: &[v1::OpenAccountRequest],
) -> Result<HashMap<AccountId, AccountOpened>, Refused> {
    let (given_count, max) = (given.len(), limits::BATCH_OPENINGS);
    if given_count > max {
        return Err(Refused::Openings {
            given: given_count,
            max,
        });
    }
    let openings = given.iter().map(|opening| {
        let opening = convert::open_account(opening)?;
        Ok((opening.id.clone(), opening))
    });
    openings.collect()
}
