//! What the server does as days pass, while none runs and where one is killed: visits arise
//! once, whole, and as soon as there is a server again.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use tempfile::TempDir;
use timebank_proto::v1::{
    self, NeedAction, NeedTerms, Plainly, PublishNeedRequest, RepeatWeekly, StepNeedRequest,
    need_action::Action,
};

use crate::support::{Client, Server, by, entry, id, skewed, timestamp, within};

const MINT: &str = "city:mint";
const POLICY: &str = "name = 'One'\n[[service]]\ncode = 'walk'\nname_en = 'Walk'\n";
/// How many members are served every week, each by another.
const SERVED: usize = 20;
/// An hour, and a quarter for the tolerance.
const HELD_MINUTES: i64 = 75;

fn served(number: usize) -> String {
    format!("city:served:{number}")
}

fn serving(number: usize) -> String {
    format!("city:serving:{number}")
}

async fn found(client: &mut Client) {
    let request = v1::OpenCentreRequest {
        prefix: "city".into(),
        name_en: "City".into(),
        first_staff_number: "1001".into(),
        ..Default::default()
    };
    client.centres.open_centre(request).await.expect("a centre");
    let request = v1::AdoptPolicyRequest {
        step_id: id(),
        centre: "city".into(),
        document: POLICY.into(),
        validate_only: false,
    };
    let adopted = client.policies.adopt_policy(by("1001", request)).await;
    adopted.expect("adopted");
    client.open(MINT, v1::AccountKind::Issuance).await;
    for number in 0..SERVED {
        for member_id in [served(number), serving(number)] {
            let request = v1::RegisterMemberRequest {
                member_id,
                ..Default::default()
            };
            let registered = client.members.register_member(by("1001", request)).await;
            registered.expect("registered");
        }
        let earned = entry(MINT, &served(number), 1_000);
        client.post(earned).await.expect("posted");
    }
}

fn step(need_id: &str, action: Action) -> StepNeedRequest {
    StepNeedRequest {
        step_id: id(),
        need_id: need_id.into(),
        action: Some(NeedAction {
            action: Some(action),
        }),
        reason: String::new(),
    }
}

/// From tomorrow on, for four weeks and a day; not approved yet.
async fn repeated(client: &mut Client, number: usize) -> String {
    let tomorrow = Utc::now() + TimeDelta::days(1);
    let request = PublishNeedRequest {
        need_id: id(),
        terms: Some(NeedTerms {
            recipient_id: served(number),
            service: "walk".into(),
            at: timestamp(tomorrow.timestamp(), 0),
            minutes: 60,
            ..Default::default()
        }),
    };
    let need_id = request.need_id.clone();
    let published = client.needs.publish_need(by("1001", request)).await;
    published.expect("published");
    let until = (tomorrow + TimeDelta::weeks(4) + TimeDelta::days(1)).date_naive();
    let repeat = Action::Repeat(RepeatWeekly {
        until: until.to_string(),
        provider_id: serving(number),
    });
    let repeated = client
        .needs
        .step_need(by("1001", step(&need_id, repeat)))
        .await;
    repeated.expect("it repeats");
    need_id
}

/// The orders of one who serves, each by its day.
async fn orders(client: &mut Client, number: usize) -> Vec<v1::Order> {
    let request = v1::ListOrdersRequest {
        which: Some(v1::list_orders_request::Which::MemberId(serving(number))),
        ..Default::default()
    };
    let page = client.orders.list_orders(request).await;
    page.expect("a page").into_inner().orders
}

/// As many visits as there are orders, on as many days, and as much held.
async fn each_whole_and_once(client: &mut Client, number: usize) -> usize {
    let orders = orders(client, number).await;
    let days: BTreeSet<_> = orders.iter().map(|order| order.on.clone()).collect();
    assert_eq!(days.len(), orders.len(), "{days:?}");
    let request = v1::ListNeedsRequest {
        which: Some(v1::list_needs_request::Which::RecipientId(served(number))),
        ..Default::default()
    };
    let needs = client.needs.list_needs(request).await;
    let needs = needs.expect("a page").into_inner().needs;
    assert_eq!(needs.len(), orders.len() + 1, "the first is not accepted");
    let request = v1::GetBalanceRequest {
        account_id: served(number),
        ..Default::default()
    };
    let balance = client.statements.get_balance(request).await;
    let held = balance.expect("a balance").into_inner().held;
    assert_eq!(held, Some(HELD_MINUTES * orders.len() as i64));
    orders.len()
}

async fn all_have(client: &mut Client, count: usize) {
    for number in 0..SERVED {
        let there = async { while orders(client, number).await.len() < count {} };
        within("visits to arise", there).await;
        assert_eq!(each_whole_and_once(client, number).await, count);
    }
}

#[tokio::test]
async fn visits_arise_whatever_happens_to_the_server() {
    let dir = TempDir::new().expect("a directory");
    let Some(later) = skewed(dir.path(), "+9d") else {
        return;
    };
    let server = Server::start(dir.path());
    let client = &mut server.client().await;
    found(client).await;
    let mut needs = Vec::new();
    for number in 0..SERVED {
        needs.push(repeated(client, number).await);
    }
    // Staff register another, who approves; the server is killed as visits begin to arise.
    let request = v1::RegisterStaffRequest {
        staff_number: "1002".into(),
        centre: "city".into(),
        ..Default::default()
    };
    let registered = client.staff.register_staff(by("1001", request)).await;
    registered.expect("registered");
    client.give_tokens(&["1002"]).await;
    for need in &needs {
        let approve = step(need, Action::Approve(Plainly {}));
        let approved = client.needs.step_need(by("1002", approve)).await;
        approved.expect("approved");
    }
    server.kill();
    let server = Server::start(dir.path());
    let client = &mut server.client().await;
    all_have(client, 1).await;
    client.verified().await;
    server.stop().await;

    // Nobody serves it for nine days, in which two more visits of each come due.
    let server = Server::run(later);
    let client = &mut server.client().await;
    all_have(client, 3).await;
    client.verified().await;
    server.stop().await;
}
