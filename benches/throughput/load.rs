//! The load: one gRPC channel, and calls under way on it at once.

use std::path::Path;
use std::time::Instant;

use timebank_proto::v1::account_service_client::AccountServiceClient;
use timebank_proto::v1::entry_service_client::EntryServiceClient;
use timebank_proto::v1::journal_service_client::JournalServiceClient;
use timebank_proto::v1::limit::Bound;
use timebank_proto::v1::post_entry_result::Result as Fate;
use timebank_proto::v1::statement_service_client::StatementServiceClient;
use timebank_proto::v1::{
    AccountKind, Entry, GetBalanceRequest, Limit, OpenAccountRequest, PostEntriesRequest,
    PostEntryRequest, PostEntryResult, VerifyJournalRequest,
};
use tokio::task::JoinSet;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::{
    CALLS_IN_FLIGHT, Settings,
    bearing::{self, Channel},
    bookings::Bookings,
    calls::{calls_per_s, joined},
};

const MAX_MESSAGE_BYTES: usize = 16 << 20;
pub(crate) struct Load {
    channel: Channel,
}

impl Load {
    pub(crate) async fn connect(address: &str, data: &Path) -> Self {
        Self {
            channel: bearing::connect(address, data).await,
        }
    }

    /// Opens all accounts, so that transfers between any two are accepted.
    pub(crate) async fn open_accounts(&self, bookings: &Bookings) {
        let mut calls = JoinSet::new();
        for account in bookings.accounts() {
            if calls.len() == CALLS_IN_FLIGHT {
                joined(&mut calls).await;
            }
            let mut client = AccountServiceClient::new(self.channel.clone());
            let request = open_request(account);
            calls.spawn_local(async move {
                client.open_account(request).await.expect("an open account");
            });
        }
        while joined(&mut calls).await.is_some() {}
    }

    pub(crate) fn batches(&self, bookings: &Bookings, settings: &Settings) -> Batches {
        Batches {
            client: entry_client(&self.channel),
            bookings: bookings.clone(),
            size: settings.batch,
            in_flight: settings.in_flight,
        }
    }

    pub(crate) async fn transfers_per_s(&self, bookings: &Bookings, in_flight: usize) -> f64 {
        calls_per_s(in_flight, || {
            let (client, bookings) = (entry_client(&self.channel), bookings.clone());
            move || post_one(client.clone(), bookings.clone())
        })
        .await
    }

    pub(crate) async fn balances_per_s(&self, bookings: &Bookings) -> f64 {
        calls_per_s(CALLS_IN_FLIGHT, || {
            let client = StatementServiceClient::new(self.channel.clone());
            let bookings = bookings.clone();
            move || read_one(client.clone(), bookings.clone())
        })
        .await
    }

    pub(crate) async fn noops_per_s(&self) -> f64 {
        calls_per_s(CALLS_IN_FLIGHT, || {
            let client = HealthClient::new(self.channel.clone());
            move || check_one(client.clone())
        })
        .await
    }

    pub(crate) async fn verify(&self) -> f64 {
        let mut client = JournalServiceClient::new(self.channel.clone());
        let start = Instant::now();
        let reply = client.verify_journal(VerifyJournalRequest {}).await;
        let mut progress = reply.expect("a verification").into_inner();
        let mut records = None;
        while let Some(step) = progress.message().await.expect("progress") {
            assert_eq!(step.finding, None, "the journal is wrong");
            records = step.done.then_some(step.verified_count);
        }
        records.expect("a finished verification") as f64 / start.elapsed().as_secs_f64()
    }
}

/// Batches of transfers, some of them under way at once.
pub(crate) struct Batches {
    client: EntryServiceClient<Channel>,
    bookings: Bookings,
    size: u64,
    in_flight: usize,
}

impl Batches {
    /// Posts so many transfers. Making and encoding them is part of the work.
    pub(crate) async fn transfers_per_s(&mut self, transfers: u64) -> f64 {
        let start = Instant::now();
        let mut calls = JoinSet::new();
        let mut left = transfers;
        while left > 0 {
            if calls.len() == self.in_flight {
                joined(&mut calls).await;
            }
            let count = left.min(self.size);
            left -= count;
            let entries = self.bookings.batch(count);
            calls.spawn_local(post_batch(self.client.clone(), entries));
        }
        while joined(&mut calls).await.is_some() {}
        transfers as f64 / start.elapsed().as_secs_f64()
    }
}

async fn post_batch(mut client: EntryServiceClient<Channel>, entries: Vec<Entry>) {
    let count = entries.len();
    let request = PostEntriesRequest {
        entries,
        atomic: false,
        validate_only: false,
        accounts_to_open: Vec::new(),
    };
    let reply = client.post_entries(request).await.expect("a posted batch");
    let results = reply.into_inner().results;
    assert_eq!(results.len(), count, "a result for each entry");
    for result in &results {
        assert!(is_posted(result), "not posted: {result:?}");
    }
}

fn is_posted(result: &PostEntryResult) -> bool {
    matches!(&result.result, Some(Fate::Posted(posted)) if !posted.replayed)
}

async fn post_one(mut client: EntryServiceClient<Channel>, mut bookings: Bookings) {
    let request = PostEntryRequest {
        entry: Some(bookings.entry()),
    };
    let reply = client.post_entry(request).await.expect("a posted entry");
    assert!(!reply.into_inner().replayed, "a new entry was replayed");
}

async fn read_one(mut client: StatementServiceClient<Channel>, mut bookings: Bookings) {
    let request = GetBalanceRequest {
        account_id: bookings.account().to_owned(),
        ..GetBalanceRequest::default()
    };
    client.get_balance(request).await.expect("a balance");
}

async fn check_one(mut client: HealthClient<Channel>) {
    let request = HealthCheckRequest::default();
    client.check(request).await.expect("a healthy server");
}

fn entry_client(channel: &Channel) -> EntryServiceClient<Channel> {
    EntryServiceClient::new(channel.clone())
        .max_encoding_message_size(MAX_MESSAGE_BYTES)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
}

fn open_request(account: &str) -> OpenAccountRequest {
    OpenAccountRequest {
        account_id: account.to_owned(),
        kind: AccountKind::Member.into(),
        floor: Some(Limit {
            bound: Some(Bound::Unbounded(true)),
        }),
        ..OpenAccountRequest::default()
    }
}
