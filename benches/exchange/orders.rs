//! Orders of a centre, from a need to settled hours.

use std::{cell::Cell, rc::Rc, time::Instant};

use prost_types::Timestamp;
use timebank_proto::v1::{
    AcceptNeedRequest, AccountKind, AdoptPolicyRequest, ConfirmVisit, Entry, GetTodayRequest,
    MemberDetails, NeedAction, NeedTerms, OpenAccountRequest, OpenCentreRequest, OrderAction,
    OrderState, Plainly, PostEntryRequest, PublishNeedRequest, RegisterMemberRequest,
    RegisterMembersRequest, RegisterStaffRequest, StepNeedRequest, StepOrderRequest, Transfer,
    account_service_client::AccountServiceClient, centre_service_client::CentreServiceClient,
    entry_service_client::EntryServiceClient, member_service_client::MemberServiceClient,
    need_action::Action as NeedDo, need_service_client::NeedServiceClient,
    order_action::Action as OrderDo, order_service_client::OrderServiceClient,
    policy_service_client::PolicyServiceClient, staff_service_client::StaffServiceClient,
};
use tonic::Request;
use uuid::Uuid;

use crate::{
    CALLS_IN_FLIGHT,
    bearing::{Channel, give_token},
    calls::{calls_per_s, joined},
};
use tokio::task::JoinSet;

/// Publish, approve, accept, check in and out, confirm twice, settle.
pub(crate) const STEPS: f64 = 8.0;
const MINT: &str = "yard:issuance:mint";
/// So that visits of a week fit one after the other.
const SLOT_S: i64 = 960;
const SERVED_S: i64 = 900;

fn by<T>(actor: &str, request: T) -> Request<T> {
    let mut request = Request::new(request);
    let actor = actor.parse().expect("a name");
    request.metadata_mut().insert("x-actor", actor);
    request
}

fn id() -> String {
    Uuid::now_v7().to_string()
}

fn served(pair: u64) -> String {
    format!("yard:served:{pair}")
}

fn serving(pair: u64) -> String {
    format!("yard:serving:{pair}")
}

/// A centre of its own, whose policy has rounding and no more.
pub(crate) struct Yard {
    channel: Channel,
    cycles: Rc<Cell<u64>>,
    began_s: i64,
    /// Pairs of one who is served and one who serves.
    pairs: u64,
}

/// One visit: which pair, and how long ago.
#[derive(Clone, Copy)]
struct Visit {
    pair: u64,
    begins_s: i64,
}

impl Yard {
    pub(crate) async fn open(channel: Channel, pairs: u64) -> Self {
        let opening = OpenCentreRequest {
            prefix: "yard".into(),
            name_en: "Yard".into(),
            first_staff_number: "2001".into(),
            ..Default::default()
        };
        let mut centres = CentreServiceClient::new(channel.clone());
        centres.open_centre(opening).await.expect("a centre");
        let staff = RegisterStaffRequest {
            staff_number: "2002".into(),
            centre: "yard".into(),
            ..Default::default()
        };
        let mut all = StaffServiceClient::new(channel.clone());
        all.register_staff(by("2001", staff)).await.expect("staff");
        let mint = OpenAccountRequest {
            account_id: MINT.into(),
            kind: AccountKind::Issuance.into(),
            ..Default::default()
        };
        let mut accounts = AccountServiceClient::new(channel.clone());
        accounts.open_account(mint).await.expect("an account");
        let policy = include_str!("../../examples/policies/quarter-hour.toml");
        let adoption = AdoptPolicyRequest {
            step_id: id(),
            centre: "yard".into(),
            document: policy.into(),
            validate_only: false,
        };
        let mut policies = PolicyServiceClient::new(channel.clone());
        let adopted = policies.adopt_policy(by("2001", adoption)).await;
        adopted.expect("adopted");
        for number in ["2001", "2002"] {
            give_token(&channel, number).await;
        }
        let yard = Self {
            channel,
            cycles: Rc::new(Cell::new(0)),
            began_s: chrono::Utc::now().timestamp(),
            pairs,
        };
        yard.fill().await;
        yard
    }

    /// The pairs, and hours for those who are served.
    async fn fill(&self) {
        let member = |member_id: String, has_device| RegisterMemberRequest {
            member_id,
            details: Some(MemberDetails {
                has_device,
                ..Default::default()
            }),
            personal: None,
        };
        for from in (0..self.pairs).step_by(1_000) {
            let members = (from..self.pairs.min(from + 1_000)).flat_map(|pair| {
                let (served, serving) = (served(pair), serving(pair));
                [member(served, false), member(serving, true)]
            });
            let request = RegisterMembersRequest {
                members: members.collect(),
                ..Default::default()
            };
            let mut all = MemberServiceClient::new(self.channel.clone());
            let registered = all.register_members(by("2001", request)).await;
            registered.expect("registered");
        }
        for pair in 0..self.pairs {
            give_token(&self.channel, &serving(pair)).await;
        }
        for from in (0..self.pairs).step_by(100) {
            let legs = (from..self.pairs.min(from + 100)).map(|pair| Transfer {
                debit_account_id: MINT.into(),
                credit_account_id: served(pair),
                amount: 1_000_000,
                unit_id: String::new(),
            });
            let entry = Entry {
                entry_id: id(),
                transfers: legs.collect(),
                ..Default::default()
            };
            let request = PostEntryRequest { entry: Some(entry) };
            let mut entries = EntryServiceClient::new(self.channel.clone());
            entries.post_entry(request).await.expect("posted");
        }
    }

    fn next(cycles: &Cell<u64>, began_s: i64, pairs: u64) -> Visit {
        let number = cycles.replace(cycles.get() + 1);
        let back = i64::try_from(number / pairs).expect("few visits");
        Visit {
            pair: number % pairs,
            begins_s: began_s - (back + 1) * SLOT_S,
        }
    }

    pub(crate) async fn cycles_per_s(&self) -> f64 {
        calls_per_s(CALLS_IN_FLIGHT, || {
            let channel = self.channel.clone();
            let (cycles, began_s) = (Rc::clone(&self.cycles), self.began_s);
            let pairs = self.pairs;
            move || cycle(channel.clone(), Self::next(&cycles, began_s, pairs))
        })
        .await
    }

    /// So many orders of the past.
    pub(crate) async fn fill_orders(&self, count: u64) {
        let mut calls = JoinSet::new();
        while self.cycles.get() < count {
            if calls.len() == CALLS_IN_FLIGHT {
                joined(&mut calls).await;
            }
            let visit = Self::next(&self.cycles, self.began_s, self.pairs);
            calls.spawn_local(cycle(self.channel.clone(), visit));
        }
        while joined(&mut calls).await.is_some() {}
    }

    pub(crate) fn orders(&self) -> u64 {
        self.cycles.get()
    }

    /// How long the day's screen takes, at most of so many times.
    pub(crate) async fn today_ms(&self, times: usize) -> f64 {
        let mut orders = OrderServiceClient::new(self.channel.clone());
        let mut longest = 0.0_f64;
        for _ in 0..times {
            let request = GetTodayRequest {
                centre: "yard".into(),
                on: String::new(),
            };
            let start = Instant::now();
            let today = orders.get_today(by("2001", request)).await;
            today.expect("the day");
            longest = longest.max(1_000.0 * start.elapsed().as_secs_f64());
        }
        longest
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanos: 0 }
}

async fn cycle(channel: Channel, visit: Visit) {
    let (need_id, order_id) = (id(), id());
    let (served, serving) = (served(visit.pair), serving(visit.pair));
    let mut needs = NeedServiceClient::new(channel.clone());
    let publish = PublishNeedRequest {
        need_id: need_id.clone(),
        terms: Some(NeedTerms {
            recipient_id: served.clone(),
            service: "companionship".into(),
            at: Some(at(visit.begins_s)),
            minutes: SERVED_S / 60,
            ..Default::default()
        }),
    };
    let published = needs.publish_need(by("2001", publish)).await;
    published.expect("published");
    let approve = StepNeedRequest {
        step_id: id(),
        need_id: need_id.clone(),
        action: Some(NeedAction {
            action: Some(NeedDo::Approve(Plainly {})),
        }),
        reason: String::new(),
    };
    let approved = needs.step_need(by("2001", approve)).await;
    approved.expect("approved");
    let mut orders = OrderServiceClient::new(channel);
    let accept = AcceptNeedRequest {
        order_id: order_id.clone(),
        need_id,
        provider_id: serving.clone(),
    };
    let accepted = orders.accept_need(by(&serving, accept)).await;
    accepted.expect("accepted");
    let confirm = |member_id: &str| {
        OrderDo::Confirm(ConfirmVisit {
            member_id: member_id.into(),
            served_minutes: SERVED_S / 60,
            rating: 0,
        })
    };
    let steps = [
        (serving.as_str(), OrderDo::CheckIn(at(visit.begins_s))),
        (
            serving.as_str(),
            OrderDo::CheckOut(at(visit.begins_s + SERVED_S)),
        ),
        (serving.as_str(), confirm(&serving)),
        ("2001", confirm(&served)),
        ("2002", OrderDo::Settle(Plainly {})),
    ];
    let mut state = OrderState::Unspecified;
    for (actor, action) in steps {
        let request = StepOrderRequest {
            step_id: id(),
            order_id: order_id.clone(),
            action: Some(OrderAction {
                action: Some(action),
            }),
            reason: String::new(),
        };
        let taken = orders.step_order(by(actor, request)).await;
        state = taken
            .expect("taken")
            .into_inner()
            .order
            .expect("it")
            .state();
    }
    assert_eq!(state, OrderState::Settled);
}
