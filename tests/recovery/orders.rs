//! A server killed during the steps of orders: each that was acknowledged is there, and
//! none by half: as much is held as an open order holds, and as many hours have moved as a
//! settled one says.

use std::collections::BTreeMap;

use fastrand::Rng;
use tempfile::TempDir;
use timebank_proto::v1::{
    self, AcceptNeedRequest, ConfirmVisit, GetAccountRequest, GetOrderRequest, NeedTerms,
    OpenCentreRequest, OrderAction, OrderState, Plainly, PublishNeedRequest, RegisterMemberRequest,
    StepOrderRequest, order_action::Action as Do,
};
use tokio::{sync::watch, task::JoinSet};
use tonic::Status;

use super::{from_environment, lived};
use crate::support::{Client, Server, by, entry, id, serve_at_noon, timestamp};

const KILLS: usize = 6;
const DESKS: usize = 4;
const HOURS: i64 = 100;
const POLICY: &str = "name = \"One\"\n[approval]\nneed = 0\n\
                      [[service]]\ncode = \"walk\"\nname_en = \"Walk\"\n";

/// What a desk was told, by pair: the order, and how many steps of it.
type Told = BTreeMap<String, (String, usize)>;

fn served(pair: &str) -> String {
    format!("city:served:{pair}")
}

fn serving(pair: &str) -> String {
    format!("city:serving:{pair}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_step_of_an_order_by_half() {
    let kills = from_environment("TIMEBANK_KILLS").unwrap_or(KILLS);
    let seed = from_environment("TIMEBANK_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("TIMEBANK_SEED={seed} TIMEBANK_KILLS={kills}");
    let mut rng = Rng::with_seed(seed);
    let dir = TempDir::new().expect("a directory");
    let server = Server::run(serve_at_noon(dir.path()));
    found(&mut server.client().await).await;
    server.stop().await;
    let mut told = Told::new();
    for round in 0..kills {
        let server = Server::start(dir.path());
        let (acknowledge, mut acknowledged) = watch::channel(0);
        let mut desks = JoinSet::new();
        for number in 0..DESKS {
            let client = server.client().await;
            desks.spawn(desk(client, (round, number), acknowledge.clone()));
        }
        drop(acknowledge);
        let _ = acknowledged.wait_for(|count| *count > 0).await;
        lived(&mut rng).await;
        server.kill();
        for more in desks.join_all().await {
            told.extend(more);
        }
        let server = Server::start(dir.path());
        let mut client = server.client().await;
        check(&mut client, &told).await;
        let position = client.position().await;
        assert_eq!(client.verified().await, position);
        server.stop().await;
    }
}

/// A centre with two of the staff.
async fn found(client: &mut Client) {
    let request = OpenCentreRequest {
        prefix: "city".into(),
        name_en: "A centre".into(),
        first_staff_number: "1001".into(),
        ..Default::default()
    };
    client.centres.open_centre(request).await.expect("a centre");
    let request = v1::RegisterStaffRequest {
        staff_number: "1002".into(),
        centre: "city".into(),
        ..Default::default()
    };
    let staff = client.staff.register_staff(by("1001", request)).await;
    staff.expect("staff");
    client.give_tokens(&["1001", "1002"]).await;
    let request = v1::AdoptPolicyRequest {
        step_id: id(),
        centre: "city".into(),
        document: POLICY.into(),
        validate_only: false,
    };
    let adopted = client.policies.adopt_policy(by("1001", request)).await;
    adopted.expect("adopted");
    client.open("city:mint", v1::AccountKind::Issuance).await;
}

/// Goes through orders, each of a new pair of members, until the server is gone; some are
/// left as they stand after some steps.
async fn desk(
    mut client: Client,
    (round, number): (usize, usize),
    acknowledge: watch::Sender<usize>,
) -> Told {
    let mut told = Told::new();
    for turn in 0.. {
        let pair = format!("{round}-{number}-{turn}");
        if one(&mut client, turn, &pair, &mut told).await.is_err() {
            break;
        }
        acknowledge.send_modify(|count| *count += 1);
    }
    told
}

async fn one(client: &mut Client, turn: usize, pair: &str, told: &mut Told) -> Result<(), Status> {
    for member_id in [served(pair), serving(pair)] {
        let request = RegisterMemberRequest {
            member_id,
            ..Default::default()
        };
        client.members.register_member(by("1001", request)).await?;
    }
    client
        .post(entry("city:mint", &served(pair), HOURS))
        .await?;
    let begins_s = chrono::Utc::now().timestamp() - 3_600;
    let (need_id, order_id) = (id(), id());
    let publish = PublishNeedRequest {
        need_id: need_id.clone(),
        terms: Some(NeedTerms {
            recipient_id: served(pair),
            service: "walk".into(),
            at: timestamp(begins_s, 0),
            minutes: 15,
            ..Default::default()
        }),
    };
    client.needs.publish_need(by("1001", publish)).await?;
    let accept = AcceptNeedRequest {
        order_id: order_id.clone(),
        need_id,
        provider_id: serving(pair),
    };
    client.orders.accept_need(by("1001", accept)).await?;
    told.insert(pair.to_owned(), (order_id.clone(), 1));
    let at = |seconds| timestamp(begins_s + seconds, 0).expect("a time");
    let confirm = |member_id| {
        Do::Confirm(ConfirmVisit {
            member_id,
            served_minutes: 15,
            rating: 0,
        })
    };
    let steps = [
        ("1001", Do::CheckIn(at(0))),
        ("1001", Do::CheckOut(at(900))),
        ("1001", confirm(served(pair))),
        ("1002", confirm(serving(pair))),
        ("1002", Do::Settle(Plainly {})),
    ];
    for (actor, action) in steps.into_iter().take(turn % 7) {
        let request = StepOrderRequest {
            step_id: id(),
            order_id: order_id.clone(),
            action: Some(OrderAction {
                action: Some(action),
            }),
            reason: String::new(),
        };
        client.orders.step_order(by(actor, request)).await?;
        told.entry(pair.to_owned()).and_modify(|told| told.1 += 1);
    }
    Ok(())
}

/// Every step that was told of is there; what is held and what has moved is what the order
/// says.
async fn check(client: &mut Client, told: &Told) {
    for (pair, (order_id, steps)) in told {
        let request = GetOrderRequest {
            order_id: order_id.clone(),
        };
        let got = client.orders.get_order(request).await.expect("the order");
        let got = got.into_inner();
        assert!(got.history.len() >= *steps, "{pair}: {:?}", got.history);
        let order = got.order.expect("it");
        let (held, moved) = match order.state() {
            OrderState::Settled => (0, 15),
            _ => (order.held, 0),
        };
        let payer = account(client, &served(pair)).await;
        assert_eq!((payer.held, payer.balance), (held, HOURS - moved), "{pair}");
        assert_eq!(account(client, &serving(pair)).await.balance, moved);
    }
}

async fn account(client: &mut Client, account_id: &str) -> v1::Account {
    let request = GetAccountRequest {
        account_id: account_id.into(),
    };
    let got = client.accounts.get_account(request).await;
    got.expect("it").into_inner().account.expect("it")
}
