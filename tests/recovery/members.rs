//! A server killed while members are registered and moved: none is without an account,
//! and none has two.

use std::collections::BTreeSet;

use fastrand::Rng;
use tempfile::TempDir;
use timebank_proto::v1::{
    AccountKind, AccountState, ListAccountsRequest, ListMembersRequest, Member, MoveMemberRequest,
    OpenCentreRequest, RegisterMemberRequest, RegisterMembersRequest,
};
use tokio::{sync::watch, task::JoinSet};

use super::{from_environment, lived};
use crate::support::{Client, Server, by, id};

const KILLS: usize = 8;
const DESKS: u64 = 4;
const BATCH: u64 = 5;

/// What a desk was told: the members that are there by its word.
type Told = Vec<String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_member_without_an_account_and_none_with_two() {
    let kills = from_environment("TIMEBANK_KILLS").unwrap_or(KILLS);
    let seed = from_environment("TIMEBANK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("TIMEBANK_SEED={seed} TIMEBANK_KILLS={kills}");
    let mut rng = Rng::with_seed(seed);
    let dir = TempDir::new().expect("a directory");
    let server = Server::start(dir.path());
    let mut client = server.client().await;
    for (prefix, staff) in [("city", "1001"), ("town", "2001")] {
        let request = OpenCentreRequest {
            prefix: prefix.into(),
            name_en: "A centre".into(),
            first_staff_number: staff.into(),
            ..Default::default()
        };
        let opened = client.centres.open_centre(request).await;
        opened.expect("a centre");
    }
    server.stop().await;
    let mut there = BTreeSet::new();
    for round in 1..=kills {
        let server = Server::start(dir.path());
        let (acknowledge, mut acknowledged) = watch::channel(0);
        let mut desks = JoinSet::new();
        for number in 0..DESKS {
            let client = server.client().await;
            desks.spawn(desk(client, round, number, acknowledge.clone()));
        }
        drop(acknowledge);
        let _ = acknowledged.wait_for(|count| *count > 0).await;
        lived(&mut rng).await;
        server.kill();
        there.extend(desks.join_all().await.into_iter().flatten());
        let server = Server::start(dir.path());
        let mut client = server.client().await;
        check(&mut client, &there).await;
        let position = client.position().await;
        assert_eq!(client.verified().await, position);
        server.stop().await;
    }
}

/// Registers members, one and five at a time, and moves every third, until the server
/// is gone.
async fn desk(
    mut client: Client,
    round: usize,
    number: u64,
    acknowledge: watch::Sender<usize>,
) -> Told {
    let mut told = Vec::new();
    for turn in 0.. {
        let name = |n: u64| format!("city:r{round}:d{number}:t{turn}-{n}");
        let count = if turn % 2 == 0 { 1 } else { BATCH };
        let members = (0..count).map(|n| RegisterMemberRequest {
            member_id: name(n),
            ..Default::default()
        });
        let request = RegisterMembersRequest {
            members: members.collect(),
            atomic: turn % 4 == 1,
            validate_only: false,
        };
        let registered = client.members.register_members(by("1001", request)).await;
        if registered.is_err() {
            return told;
        }
        told.extend((0..count).map(name));
        acknowledge.send_modify(|count| *count += 1);
        if turn % 3 == 0 {
            let request = MoveMemberRequest {
                step_id: id(),
                member_id: name(0),
                account_id: name(0).replace("city", "town"),
            };
            if client
                .members
                .move_member(by("1001", request))
                .await
                .is_err()
            {
                return told;
            }
        }
    }
    told
}

/// Those who are told of are there; whoever is there has one open account, and no other
/// member's account is open.
async fn check(client: &mut Client, told: &BTreeSet<String>) {
    let mut members = Vec::new();
    for centre in ["city", "town"] {
        members.extend(members_of(client, centre).await);
    }
    let ids: BTreeSet<_> = members.iter().map(|one| one.member_id.clone()).collect();
    assert_eq!(ids.len(), members.len(), "a member is there twice");
    let lost: Vec<_> = told.difference(&ids).collect();
    assert!(lost.is_empty(), "acknowledged, and lost: {lost:?}");
    let owned: BTreeSet<_> = members.into_iter().map(|one| one.account_id).collect();
    assert_eq!(owned.len(), ids.len(), "two members have one account");
    assert_eq!(open_accounts(client).await, owned);
}

async fn members_of(client: &mut Client, centre: &str) -> Vec<Member> {
    let mut request = ListMembersRequest {
        centre: centre.into(),
        page_size: 1_000,
        ..Default::default()
    };
    let mut members = Vec::new();
    loop {
        let page = client.members.list_members(request.clone()).await;
        let page = page.expect("a page").into_inner();
        members.extend(page.members);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return members;
        }
    }
}

async fn open_accounts(client: &mut Client) -> BTreeSet<String> {
    let mut request = ListAccountsRequest {
        page_size: 1_000,
        ..Default::default()
    };
    let mut open = BTreeSet::new();
    loop {
        let page = client.accounts.list_accounts(request.clone()).await;
        let page = page.expect("a page").into_inner();
        let members = page.accounts.into_iter().filter(|account| {
            account.kind() == AccountKind::Member && account.state() == AccountState::Open
        });
        open.extend(members.map(|account| account.account_id));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return open;
        }
    }
}
