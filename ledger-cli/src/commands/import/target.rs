//! Where bookings go: to the ledger, which in a dry run only decides them.

use std::collections::{HashMap, HashSet};

use timebank::ledger::{AccountId, UnitId};
use timebank_proto::v1::{self, PostEntriesRequest, post_entry_result};
use tokio::task::JoinSet;

use super::{
    call::{Call, open_request},
    fate::Fate,
};
use crate::{
    client::{Client, present},
    error::Failure,
};

/// How many accounts are read at a time.
const AT_ONCE: usize = 32;

/// The ledger that is imported into.
pub(super) struct Target {
    client: Client,
    /// Whether missing accounts are opened.
    opens: bool,
    is_dry: bool,
    calls: u64,
    /// The units of the accounts met so far. None where there is no account.
    units: HashMap<AccountId, Option<UnitId>>,
    /// The accounts that were opened, or would be.
    opened: HashSet<String>,
}

impl Target {
    pub(super) fn new(client: Client, opens: bool, is_dry: bool) -> Self {
        Self {
            client,
            opens,
            is_dry,
            calls: 0,
            units: HashMap::new(),
            opened: HashSet::new(),
        }
    }

    /// Whether the next call is the second of a dry run.
    pub(super) fn is_second_dry_call(&self) -> bool {
        self.is_dry && self.calls == 1
    }

    pub(super) fn accounts_opened(&self) -> usize {
        self.opened.len()
    }

    /// The unit of an account, where it is there.
    pub(super) fn unit(&self, account: &AccountId) -> Option<&UnitId> {
        self.units.get(account)?.as_ref()
    }

    /// Learns the unit of an account, where it is there.
    pub(super) async fn look_up(&mut self, id: &AccountId) -> Result<(), Failure> {
        self.look_up_all(vec![id.clone()]).await
    }

    async fn look_up_all(&mut self, mut ids: Vec<AccountId>) -> Result<(), Failure> {
        ids.retain(|id| !self.units.contains_key(id));
        for (id, account) in read_accounts(&self.client, ids).await? {
            let unit = account
                .as_ref()
                .map(|account| UnitId::parse(&account.unit_id))
                .transpose()
                .map_err(|error| Failure::Answer(error.to_string()))?;
            self.units.insert(id, unit);
        }
        Ok(())
    }

    /// Books the entries of a call in order, each for itself, and opens with those
    /// that are booked the accounts that they lack, where that was asked for.
    pub(super) async fn book(&mut self, call: &Call) -> Result<Vec<Fate>, Failure> {
        self.calls += 1;
        let accounts = call.openings().iter().map(|opening| opening.id.clone());
        self.look_up_all(accounts.collect()).await?;
        let missing = call
            .openings()
            .iter()
            .filter(|opening| self.opens && self.unit(&opening.id).is_none());
        let entries = call.bookings.iter().map(|booking| booking.entry.clone());
        let request = PostEntriesRequest {
            entries: entries.collect(),
            atomic: false,
            validate_only: self.is_dry,
            accounts_to_open: missing.map(open_request).collect(),
        };
        let answer = self.client.entries.clone().post_entries(request).await?;
        let results = answer.into_inner().results;
        if results.len() != call.bookings.len() {
            let what = "it has not one result for each entry";
            return Err(Failure::Answer(what.to_owned()));
        }
        let fates = results.into_iter().map(|result| {
            Ok(match present(result.result, "result")? {
                post_entry_result::Result::Posted(posted) => self.posted(posted, call),
                post_entry_result::Result::Refusal(refusal) => Fate::Refused {
                    reason: refusal.reason,
                    message: refusal.message,
                },
            })
        });
        fates.collect()
    }

    fn posted(&mut self, posted: v1::Posted, call: &Call) -> Fate {
        for id in posted.opened_account_ids {
            let opening = AccountId::parse(&id).ok();
            let opening = opening.and_then(|id| call.opening(&id));
            if let Some(opening) = opening.filter(|_| !self.is_dry) {
                let unit = Some(opening.unit.clone());
                self.units.insert(opening.id.clone(), unit);
            }
            self.opened.insert(id);
        }
        match posted.replayed {
            true => Fate::AlreadyThere,
            false => Fate::Booked,
        }
    }
}

/// Accounts as they stand, several read at a time. None where there is none.
async fn read_accounts(
    client: &Client,
    ids: Vec<AccountId>,
) -> Result<Vec<(AccountId, Option<v1::Account>)>, Failure> {
    let mut accounts = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let mut reads = JoinSet::new();
        for id in some.iter().cloned() {
            let client = client.clone();
            reads.spawn(async move {
                let account = client.account(id.as_str()).await;
                (id, account)
            });
        }
        for (id, account) in reads.join_all().await {
            accounts.push((id, account_if_there(account)?));
        }
    }
    Ok(accounts)
}

fn account_if_there(account: Result<v1::Account, Failure>) -> Result<Option<v1::Account>, Failure> {
    match account {
        Ok(account) => Ok(Some(account)),
        Err(Failure::Refused { reason, .. }) if reason == "ACCOUNT_UNKNOWN" => Ok(None),
        Err(other) => Err(other),
    }
}
