//! How fast the time bank on the ledger is, end to end: `cargo bench --bench exchange`
//! starts the real server on loopback with a durable file, registers members of a centre
//! with a policy, and then has registrations, single transfers, lists, explanations and whole
//! orders in turns of a second, all through one gRPC channel. It
//! prints rows `name value`.
//!
//! Settable by environment: MEMBERS (who are there before anything is measured), ORDERS (of
//! the past, as many as there then are at least), PAIRS (of one who is served and one who
//! serves), ROUNDS (turns of each sort). Visits are of earlier today, 16 minutes apart for a
//! pair: in the first hours after midnight UTC there is no room for many.

#[path = "../shared/bearing.rs"]
mod bearing;
#[path = "../shared/calls.rs"]
mod calls;
mod orders;
#[path = "../shared/server.rs"]
mod server;

use std::cell::Cell;
use std::env;
use std::ops::Range;
use std::rc::Rc;
use std::time::Instant;

use crate::bearing::Channel;
use calls::{calls_per_s, joined};
use orders::Yard;
use server::Server;
use timebank_proto::v1::centre_service_client::CentreServiceClient;
use timebank_proto::v1::entry_service_client::EntryServiceClient;
use timebank_proto::v1::list_members_request::Only;
use timebank_proto::v1::member_service_client::MemberServiceClient;
use timebank_proto::v1::{
    AccountKind, AdoptPolicyRequest, Entry, ExplainPolicyRequest, ListMembersRequest,
    MemberDetails, OpenAccountRequest, OpenCentreRequest, PersonalFields, PostEntryRequest,
    RegisterMemberRequest, RegisterMembersRequest, Transfer,
    account_service_client::AccountServiceClient, policy_service_client::PolicyServiceClient,
    register_member_result::Result as Fate,
};
use tokio::task::{JoinSet, LocalSet};
use tonic::Request;
use uuid::Uuid;

/// How many calls are under way at once while something is measured, and before.
const CALLS_IN_FLIGHT: usize = 32;
const FILLING_IN_FLIGHT: usize = 4;
const FILLED_AT_ONCE: u64 = 1_000;
/// How many members live in a block.
const BLOCK_MEMBERS: u64 = 500;
const MINT: &str = "city:issuance:mint";

fn setting(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text
            .replace('_', "")
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is not a number")),
        Err(_) => default,
    }
}

fn main() {
    if !env::args().any(|argument| argument == "--bench") {
        println!("nothing measured: run it with cargo bench");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    LocalSet::new().block_on(&runtime, async {
        let (server, _) = Server::start(dir.path());
        measure(bearing::connect(server.address(), dir.path()).await).await;
        server.stop().await;
    });
}

async fn measure(channel: Channel) {
    let city = City::open(channel).await;
    let members = setting("MEMBERS", 20_000);
    let start = Instant::now();
    city.fill(members).await;
    row("members", members as f64);
    row(
        "filled_per_s",
        members as f64 / start.elapsed().as_secs_f64(),
    );
    let (mut registered, mut posted, mut listed, mut explained) = (0.0, 0.0, 0.0, 0.0);
    let mut cycled = 0.0;
    let yard = Yard::open(city.channel.clone(), setting("PAIRS", 2_000)).await;
    let rounds = setting("ROUNDS", 5).max(1);
    for _ in 0..rounds {
        registered += city.registrations_per_s().await;
        posted += city.transfers_per_s().await;
        cycled += yard.cycles_per_s().await;
        listed += city.lists_per_s(members).await;
        explained += city.explanations_per_s(members).await;
    }
    let rounds = rounds as f64;
    row("registrations_per_s", registered / rounds);
    row("transfers_per_s", posted / rounds);
    row("list_pages_per_s", listed / rounds);
    // One after the other, so that each is answered in this time.
    println!("explain_ms {:.3}", 1_000.0 * rounds / explained);
    println!("registrations_over_transfers {:.2}", registered / posted);
    row("order_cycles_per_s", cycled / rounds);
    let steps = cycled * orders::STEPS;
    println!("transfers_over_order_steps {:.2}", posted / steps);
    yard.fill_orders(setting("ORDERS", 0)).await;
    row("orders", yard.orders() as f64);
    println!("today_ms {:.1}", yard.today_ms(20).await);
}

fn row(name: &str, value: f64) {
    println!("{name} {value:.0}");
}

/// A centre with its staff.
struct City {
    channel: Channel,
    /// How many members there are.
    members: Rc<Cell<u64>>,
}

fn by_staff<T>(request: T) -> Request<T> {
    let mut request = Request::new(request);
    let actor = "1001".parse().expect("a name");
    request.metadata_mut().insert("x-actor", actor);
    request
}

fn member_id(number: u64) -> String {
    format!("city:member:{number:07}")
}

fn block(number: u64) -> String {
    format!("grid-{}", number / BLOCK_MEMBERS)
}

fn registration(number: u64) -> RegisterMemberRequest {
    RegisterMemberRequest {
        member_id: member_id(number),
        details: Some(MemberDetails {
            block: block(number),
            consented_on: "2026-03-01".into(),
            ..Default::default()
        }),
        personal: Some(PersonalFields {
            name: "李华".into(),
            phone: "138 0000 0000".into(),
            born_on: "1941-03-01".into(),
            address: "陈家桥街道 7 号".into(),
            identity_number: format!("51022319410301{number:07}"),
            ..Default::default()
        }),
    }
}

async fn register(mut client: MemberServiceClient<Channel>, number: u64) {
    let registered = client.register_member(by_staff(registration(number))).await;
    assert!(!registered.expect("registered").into_inner().replayed);
}

async fn register_all(mut client: MemberServiceClient<Channel>, numbers: Range<u64>) {
    let count = numbers.end - numbers.start;
    let request = RegisterMembersRequest {
        members: numbers.map(registration).collect(),
        ..Default::default()
    };
    let registered = client.register_members(by_staff(request)).await;
    let results = registered.expect("registered").into_inner().results;
    let stand = results
        .iter()
        .filter(|one| matches!(one.result, Some(Fate::Stands(_))));
    assert_eq!(stand.count() as u64, count);
}

async fn explain(mut client: PolicyServiceClient<Channel>, number: u64) {
    let request = ExplainPolicyRequest {
        centre: "city".into(),
        member_id: member_id(number),
        service: "home-care".into(),
        on: String::new(),
    };
    let told = client.explain_policy(request).await.expect("explained");
    assert!(told.into_inner().verdicts.len() > 10);
}

async fn post(mut client: EntryServiceClient<Channel>, number: u64) {
    let leg = Transfer {
        debit_account_id: MINT.into(),
        credit_account_id: member_id(number),
        amount: 1,
        unit_id: String::new(),
    };
    let entry = Entry {
        entry_id: Uuid::now_v7().to_string(),
        transfers: vec![leg],
        ..Default::default()
    };
    let request = PostEntryRequest { entry: Some(entry) };
    client.post_entry(request).await.expect("posted");
}

async fn list(mut client: MemberServiceClient<Channel>, block: String) {
    let request = ListMembersRequest {
        centre: "city".into(),
        only: Some(Only::Block(block)),
        page_size: 100,
        ..Default::default()
    };
    let page = client.list_members(request).await.expect("a page");
    assert!(!page.into_inner().members.is_empty(), "nobody lives there");
}

impl City {
    async fn open(channel: Channel) -> Self {
        let opening = OpenCentreRequest {
            prefix: "city".into(),
            name_en: "City Centre".into(),
            first_staff_number: "1001".into(),
            ..Default::default()
        };
        let opened = CentreServiceClient::new(channel.clone())
            .open_centre(opening)
            .await;
        opened.expect("a centre");
        let mint = OpenAccountRequest {
            account_id: MINT.into(),
            kind: AccountKind::Issuance.into(),
            ..Default::default()
        };
        let opened = AccountServiceClient::new(channel.clone())
            .open_account(mint)
            .await;
        opened.expect("an account");
        let policy = include_str!("../../examples/policies/huxi-garden.toml");
        let adoption = AdoptPolicyRequest {
            step_id: Uuid::now_v7().to_string(),
            centre: "city".into(),
            document: policy.into(),
            validate_only: false,
        };
        let adopted = PolicyServiceClient::new(channel.clone())
            .adopt_policy(by_staff(adoption))
            .await;
        adopted.expect("adopted");
        let members = Rc::new(Cell::new(0));
        Self { channel, members }
    }

    fn next(members: &Cell<u64>) -> u64 {
        members.replace(members.get() + 1)
    }

    async fn fill(&self, count: u64) {
        let mut calls = JoinSet::new();
        while self.members.get() < count {
            if calls.len() == FILLING_IN_FLIGHT {
                joined(&mut calls).await;
            }
            let client = MemberServiceClient::new(self.channel.clone());
            let from = self.members.get();
            let numbers = from..count.min(from + FILLED_AT_ONCE);
            self.members.set(numbers.end);
            calls.spawn_local(register_all(client, numbers));
        }
        while joined(&mut calls).await.is_some() {}
    }

    async fn explanations_per_s(&self, members: u64) -> f64 {
        let mut number = 0;
        calls_per_s(1, || {
            let client = PolicyServiceClient::new(self.channel.clone());
            move || {
                number = (number + 7_919) % members.max(1);
                explain(client.clone(), number)
            }
        })
        .await
    }

    async fn registrations_per_s(&self) -> f64 {
        calls_per_s(CALLS_IN_FLIGHT, || {
            let client = MemberServiceClient::new(self.channel.clone());
            let members = Rc::clone(&self.members);
            move || register(client.clone(), Self::next(&members))
        })
        .await
    }

    async fn transfers_per_s(&self) -> f64 {
        let mut number = 0;
        let count = self.members.get().max(1);
        calls_per_s(CALLS_IN_FLIGHT, || {
            let client = EntryServiceClient::new(self.channel.clone());
            move || {
                number = (number + 7_919) % count;
                post(client.clone(), number)
            }
        })
        .await
    }

    async fn lists_per_s(&self, members: u64) -> f64 {
        let mut number = 0;
        calls_per_s(CALLS_IN_FLIGHT, || {
            let client = MemberServiceClient::new(self.channel.clone());
            move || {
                number = (number + 7_919) % members.max(1);
                list(client.clone(), block(number))
            }
        })
        .await
    }
}
