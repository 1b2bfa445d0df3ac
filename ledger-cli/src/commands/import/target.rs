//! Where bookings go: to the ledger or, in a dry run, to the ledger's own rules
//! on facts read from it, so that the outcome is the same and nothing is
//! written.

use std::collections::{HashMap, HashSet};

use timebank::{
    journal,
    ledger::{AccountId, AccountOpened, Balance, UnitId},
};
use timebank_proto::v1::{
    self, OpenAccountRequest, PostEntriesRequest, limit::Bound, post_entry_result,
};
use tokio::task::JoinSet;

use super::{
    fate::{Fate, NotOpened},
    rehearsal::{Rehearsal, Rehearsed, Verdict},
    row::Booking,
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
    /// The units of the accounts met so far. None where there is no account.
    units: HashMap<AccountId, Option<UnitId>>,
    pub(super) accounts_opened: i64,
    /// The accounts that could not be opened, each told once.
    not_opened: HashSet<AccountId>,
    /// What a dry run books in.
    dry_run: Option<Rehearsal>,
}

/// What became of a batch.
pub(super) struct Booked {
    /// One for each booking.
    pub(super) fates: Vec<Fate>,
    pub(super) not_opened: Vec<NotOpened>,
}

impl Target {
    pub(super) async fn new(client: Client, opens: bool, is_dry: bool) -> Result<Self, Failure> {
        let dry_run = if is_dry {
            Some(Rehearsal::new(&client, opens).await?)
        } else {
            None
        };
        Ok(Self {
            client,
            opens,
            units: HashMap::new(),
            accounts_opened: 0,
            not_opened: HashSet::new(),
            dry_run,
        })
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
            if let (Some(rehearsal), Some(account)) = (&mut self.dry_run, account) {
                rehearsal.load(&account)?;
            }
        }
        Ok(())
    }

    /// Books a batch in order, each entry for itself. Where this was asked for,
    /// the missing accounts of entries that the rules accept are opened before.
    pub(super) async fn book(&mut self, batch: &[Booking]) -> Result<Booked, Failure> {
        let accounts = accounts(batch);
        self.look_up_all(accounts.clone()).await?;
        if let Some(rehearsal) = &mut self.dry_run {
            let rehearsed = rehearsal.run(&self.client, batch).await?;
            for opening in rehearsed.openings {
                self.opened(opening);
            }
            let fates = rehearsed.verdicts.into_iter().map(|verdict| verdict.fate);
            let fates = fates.collect();
            let not_opened = self.told_once(rehearsed.not_opened);
            return Ok(Booked { fates, not_opened });
        }
        let is_any_missing = accounts.iter().any(|id| self.unit(id).is_none());
        if !self.opens || !is_any_missing {
            let batch: Vec<_> = batch.iter().collect();
            return Ok(Booked {
                fates: post(&self.client, &batch).await?,
                not_opened: Vec::new(),
            });
        }
        let rehearsed = self.rehearse(accounts, batch).await?;
        let mut not_opened = rehearsed.not_opened;
        for opening in rehearsed.openings {
            match open(&self.client, &opening).await {
                Ok(()) => self.opened(opening),
                Err(Failure::Refused {
                    reason, message, ..
                }) => not_opened.push(NotOpened {
                    account: opening.id,
                    reason,
                    message,
                }),
                Err(other) => return Err(other),
            }
        }
        Ok(Booked {
            fates: post_acceptable(&self.client, batch, rehearsed.verdicts).await?,
            not_opened: self.told_once(not_opened),
        })
    }

    /// Asks the rules about a batch on its accounts as they stand now.
    async fn rehearse(
        &self,
        accounts: Vec<AccountId>,
        batch: &[Booking],
    ) -> Result<Rehearsed, Failure> {
        let mut rehearsal = Rehearsal::new(&self.client, self.opens).await?;
        for (_, account) in read_accounts(&self.client, accounts).await? {
            if let Some(account) = account {
                rehearsal.load(&account)?;
            }
        }
        rehearsal.run(&self.client, batch).await
    }

    fn opened(&mut self, opening: AccountOpened) {
        self.accounts_opened += 1;
        self.units.insert(opening.id, Some(opening.unit));
    }

    fn told_once(&mut self, mut not_opened: Vec<NotOpened>) -> Vec<NotOpened> {
        not_opened.retain(|refusal| self.not_opened.insert(refusal.account.clone()));
        not_opened
    }
}

/// The accounts of a batch, each once, in the file's order.
fn accounts(batch: &[Booking]) -> Vec<AccountId> {
    let mut met = HashSet::new();
    let openings = batch.iter().flat_map(|booking| &booking.openings);
    openings
        .filter(|opening| met.insert(&opening.id))
        .map(|opening| opening.id.clone())
        .collect()
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

/// Posts all but the entries that lack an account and are refused anyway, so
/// that no account was opened for them.
async fn post_acceptable(
    client: &Client,
    batch: &[Booking],
    verdicts: Vec<Verdict>,
) -> Result<Vec<Fate>, Failure> {
    let is_posted =
        |verdict: &Verdict| !verdict.lacks_account || !matches!(verdict.fate, Fate::Refused { .. });
    let posted: Vec<_> = batch
        .iter()
        .zip(&verdicts)
        .filter(|(_, verdict)| is_posted(verdict))
        .map(|(booking, _)| booking)
        .collect();
    let mut fates = post(client, &posted).await?.into_iter();
    let fates = verdicts.into_iter().filter_map(|verdict| {
        if is_posted(&verdict) {
            fates.next()
        } else {
            Some(verdict.fate)
        }
    });
    Ok(fates.collect())
}

fn account_if_there(account: Result<v1::Account, Failure>) -> Result<Option<v1::Account>, Failure> {
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

async fn post(client: &Client, batch: &[&Booking]) -> Result<Vec<Fate>, Failure> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
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
