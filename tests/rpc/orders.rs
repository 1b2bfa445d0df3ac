//! Needs and orders: every call, every call with something wrong about it, and many at
//! once.

use timebank_proto::v1::{
    self, AcceptNeedRequest, ConfirmVisit, ListNeedsRequest, ListOrdersRequest, NeedAction,
    NeedState, NeedTerms, NeedsOfCentre, Order, OrderAction, OrderState, OrdersOfCentre, Plainly,
    PublishNeedRequest, StepNeedRequest, StepOrderRequest, need_action::Action as NeedDo,
    order_action::Action as OrderDo, orders_of_centre::Only,
};
use tonic::Code::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};

use super::{
    City,
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, entry, id, timestamp};

pub(super) const LI: &str = "city:member:li";
pub(super) const WANG: &str = "city:member:wang";
const POLICY: &str = "name = 'One'
[[qualification]]
code = 'first-aid'
[[service]]
code = 'walk'
name_en = 'Walk'
[[service]]
code = 'care'
name_en = 'Care'
qualification = 'first-aid'
";
const HOUR_S: i64 = 3_600;

/// A centre with two of the staff, a policy of today on, and two members: Li has 1,000
/// minutes.
pub(super) async fn centre() -> City {
    centre_under(POLICY).await
}

/// The same under another policy.
pub(super) async fn centre_under(policy: &str) -> City {
    let mut city = City::at_noon().await;
    let client = &mut city.client;
    let request = v1::OpenCentreRequest {
        prefix: "city".into(),
        name_en: "City Centre".into(),
        first_staff_number: "1001".into(),
        ..Default::default()
    };
    client.centres.open_centre(request).await.expect("a centre");
    let request = v1::RegisterStaffRequest {
        staff_number: "1002".into(),
        centre: "city".into(),
        ..Default::default()
    };
    let registered = client.staff.register_staff(by("1001", request)).await;
    registered.expect("staff");
    client.give_tokens(&["1001", "1002"]).await;
    let request = v1::AdoptPolicyRequest {
        step_id: id(),
        centre: "city".into(),
        document: policy.into(),
        validate_only: false,
    };
    let adopted = client.policies.adopt_policy(by("1001", request)).await;
    adopted.expect("adopted");
    for member_id in [LI, WANG] {
        member(client, member_id).await;
    }
    client.open("city:mint", v1::AccountKind::Issuance).await;
    let posted = client.post(entry("city:mint", LI, 1_000)).await;
    posted.expect("posted");
    city
}

async fn member(client: &mut Client, member_id: &str) {
    let request = v1::RegisterMemberRequest {
        member_id: member_id.into(),
        ..Default::default()
    };
    let registered = client.members.register_member(by("1001", request)).await;
    registered.expect("a member");
}

/// So many seconds from now on.
pub(super) fn ahead(seconds: i64) -> Option<prost_types::Timestamp> {
    timestamp(chrono::Utc::now().timestamp() + seconds, 0)
}

pub(super) fn need(recipient_id: &str) -> PublishNeedRequest {
    PublishNeedRequest {
        need_id: id(),
        terms: Some(NeedTerms {
            recipient_id: recipient_id.into(),
            service: "walk".into(),
            at: ahead(HOUR_S),
            minutes: 60,
            channel: "phone".into(),
            ..Default::default()
        }),
    }
}

pub(super) fn about_need(need_id: &str, action: NeedDo) -> StepNeedRequest {
    StepNeedRequest {
        step_id: id(),
        need_id: need_id.into(),
        action: Some(NeedAction {
            action: Some(action),
        }),
        reason: String::new(),
    }
}

pub(super) fn about_order(order_id: &str, action: OrderDo) -> StepOrderRequest {
    StepOrderRequest {
        step_id: id(),
        order_id: order_id.into(),
        action: Some(OrderAction {
            action: Some(action),
        }),
        reason: String::new(),
    }
}

/// Publishes and approves.
pub(super) async fn approved(client: &mut Client, recipient_id: &str) -> String {
    let request = need(recipient_id);
    let need_id = request.need_id.clone();
    let published = client.needs.publish_need(by("1001", request)).await;
    published.expect("published");
    let request = about_need(&need_id, NeedDo::Approve(Plainly {}));
    let approved = client.needs.step_need(by("1001", request)).await;
    let need = approved.expect("approved").into_inner().need.expect("it");
    assert_eq!(need.state(), NeedState::Approved);
    need_id
}

pub(super) fn acceptance(need_id: &str, provider_id: &str) -> AcceptNeedRequest {
    AcceptNeedRequest {
        order_id: id(),
        need_id: need_id.into(),
        provider_id: provider_id.into(),
    }
}

pub(super) async fn accepted(client: &mut Client, need_id: &str, provider_id: &str) -> Order {
    let request = acceptance(need_id, provider_id);
    let accepted = client.orders.accept_need(by("1001", request)).await;
    accepted.expect("accepted").into_inner().order.expect("it")
}

fn terms(request: &mut PublishNeedRequest) -> &mut NeedTerms {
    request.terms.as_mut().expect("terms")
}

#[rustfmt::skip] // a table: a row a line
const NEEDS: &[Row<PublishNeedRequest>] = &[
    ("no id", |r| r.need_id.clear(), InvalidArgument, "FIELD_MISSING", "field=need_id"),
    ("no terms", |r| r.terms = None, InvalidArgument, "FIELD_MISSING", "field=terms"),
    ("no recipient", |r| terms(r).recipient_id.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.recipient_id"),
    ("no service", |r| terms(r).service.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.service"),
    ("no time", |r| terms(r).at = None, InvalidArgument, "FIELD_MISSING", "field=terms.at"),
    ("no time at all", |r| terms(r).at = timestamp(i64::MAX, 0), InvalidArgument, "TIME_OUT_OF_RANGE", "field=terms.at"),
    ("no length", |r| terms(r).minutes = 0, InvalidArgument, "FIELD_MISSING", "field=terms.minutes"),
    ("less than nothing", |r| terms(r).minutes = -1, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=-1 max=60000000"),
    ("too long", |r| terms(r).minutes = 1_441, FailedPrecondition, "EXCHANGE_TOO_LONG", "given=24h1m policy=city/1 rule=exchange.longest says=24h"),
    ("21 helpers", |r| terms(r).helpers = 21, InvalidArgument, "CHOICE_UNKNOWN", "field=terms.helpers given=21"),
    ("no such point", |r| terms(r).point = "East Gate".into(), InvalidArgument, "LABEL_MALFORMED", "field=terms.point given=East Gate"),
    ("nobody", |r| terms(r).recipient_id = "city:member:9".into(), NotFound, "MEMBER_UNKNOWN", "field=recipient_id member=city:member:9"),
    ("an unknown service", |r| terms(r).service = "dance".into(), NotFound, "SERVICE_UNKNOWN", "policy=city/1 service=dance"),
    ("in ten years", |r| terms(r).at = ahead(3_650 * 86_400), InvalidArgument, "NEED_TOO_FAR", "*"),
    ("another's account", |r| terms(r).pay_from = WANG.into(), FailedPrecondition, "PAYER_NOT_ALLOWED", "given=city:member:wang policy=city/1 rule=payment.payer says=recipient"),
];

#[tokio::test]
async fn needs() {
    let mut city = centre().await;
    let client = &mut city.client;
    let sound = need(LI);
    let call =
        async |client: &mut Client, request| client.needs.publish_need(by("1001", request)).await;
    refused(client, sound.clone(), NEEDS, call).await;
    let again = call(client, sound.clone()).await.expect("a replay");
    assert!(again.into_inner().replayed);
    let mut other = sound;
    terms(&mut other).minutes = 90;
    let status = call(client, other).await.expect_err("another");
    let figures = "field=minutes given=1h30m *";
    check("another", &status, AlreadyExists, "ID_REUSED", figures);
    let status = client.needs.publish_need(by(WANG, need(LI))).await;
    let figures = "centre=city member=city:member:li principal=city:member:wang";
    let status = status.expect_err("somebody else");
    check(
        "somebody",
        &status,
        PermissionDenied,
        "PARTY_OR_STAFF_ONLY",
        figures,
    );
    client.verified().await;
}

#[rustfmt::skip] // a table: a row a line
const NEED_STEPS: &[Row<StepNeedRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no need", |r| r.need_id.clear(), InvalidArgument, "FIELD_MISSING", "field=need_id"),
    ("no action", |r| r.action = None, InvalidArgument, "FIELD_MISSING", "field=action"),
    ("an empty action", |r| r.action = Some(NeedAction::default()), InvalidArgument, "FIELD_MISSING", "field=action"),
    ("nobody", |r| r.action = Some(NeedAction { action: Some(NeedDo::Offer(String::new())) }), InvalidArgument, "FIELD_MISSING", "field=action.offer"),
    ("for no reason", |r| r.action = Some(NeedAction { action: Some(NeedDo::Decline(Plainly {})) }), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("an unknown need", |r| r.need_id = id(), NotFound, "NEED_UNKNOWN", "*"),
];

#[tokio::test]
async fn steps_about_needs() {
    let mut city = centre().await;
    let client = &mut city.client;
    let request = need(LI);
    let need_id = request.need_id.clone();
    let published = client.needs.publish_need(by("1001", request)).await;
    published.expect("published");
    let call =
        async |client: &mut Client, request| client.needs.step_need(by("1001", request)).await;
    let sound = about_need(&need_id, NeedDo::Offer(WANG.into()));
    refused(client, sound, NEED_STEPS, call).await;
    let mut declined = about_need(&need_id, NeedDo::Decline(Plainly {}));
    declined.reason = "too far".into();
    call(client, declined).await.expect("declined");
    let request = v1::GetNeedRequest {
        need_id: need_id.clone(),
    };
    let got = client.needs.get_need(request).await;
    let got = got.expect("it").into_inner();
    let steps: Vec<_> = got.history.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["publish", "offer", "decline"]);
    assert_eq!(got.history[2].reason, "too far");
    assert_eq!(got.need.expect("it").state(), NeedState::Declined);
    client.verified().await;
}

#[rustfmt::skip] // a table: a row a line
const ACCEPTANCES: &[Row<AcceptNeedRequest>] = &[
    ("no order", |r| r.order_id.clear(), InvalidArgument, "FIELD_MISSING", "field=order_id"),
    ("no need", |r| r.need_id.clear(), InvalidArgument, "FIELD_MISSING", "field=need_id"),
    ("no provider", |r| r.provider_id.clear(), InvalidArgument, "FIELD_MISSING", "field=provider_id"),
    ("an unknown need", |r| r.need_id = id(), NotFound, "NEED_UNKNOWN", "*"),
    ("themself", |r| r.provider_id = LI.into(), InvalidArgument, "PROVIDER_IS_RECIPIENT", "member=city:member:li"),
];

#[rustfmt::skip] // a table: a row a line
const ORDER_STEPS: &[Row<StepOrderRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no order", |r| r.order_id.clear(), InvalidArgument, "FIELD_MISSING", "field=order_id"),
    ("no action", |r| r.action = None, InvalidArgument, "FIELD_MISSING", "field=action"),
    ("no side", |r| doing(r, OrderDo::Cancel(0)), InvalidArgument, "FIELD_MISSING", "field=action.cancel"),
    ("no such side", |r| doing(r, OrderDo::NoShow(3)), InvalidArgument, "CHOICE_UNKNOWN", "field=action.no_show given=3"),
    ("for no reason", |r| doing(r, OrderDo::Cancel(1)), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("a dispute for no reason", |r| doing(r, OrderDo::Dispute(v1::Evidence::default())), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("nobody confirms", |r| doing(r, OrderDo::Confirm(ConfirmVisit::default())), InvalidArgument, "FIELD_MISSING", "field=action.confirm.member_id"),
    ("nothing confirmed", |r| doing(r, confirming(0, 0)), InvalidArgument, "FIELD_MISSING", "field=action.confirm.served_minutes"),
    ("six stars", |r| doing(r, confirming(60, 6)), InvalidArgument, "CHOICE_UNKNOWN", "field=action.confirm.rating given=6"),
    ("resolved no way", |r| doing(r, OrderDo::Resolve(v1::ResolveDispute::default())), InvalidArgument, "FIELD_MISSING", "field=action.resolve"),
    ("changed to no time", |r| doing(r, OrderDo::Change(v1::ChangeVisit::default())), InvalidArgument, "FIELD_MISSING", "field=action.change.at"),
    ("an unknown order", |r| { r.order_id = id(); doing(r, OrderDo::Settle(Plainly {})) }, NotFound, "ORDER_UNKNOWN", "*"),
    ("not yet", |r| doing(r, OrderDo::Settle(Plainly {})), FailedPrecondition, "ORDER_STATE_WRONG", "open=change, check-in, cancel, no-show, dispute *"),
];

fn doing(request: &mut StepOrderRequest, action: OrderDo) {
    request.action = Some(OrderAction {
        action: Some(action),
    });
}

fn confirming(served_minutes: i64, rating: u32) -> OrderDo {
    OrderDo::Confirm(ConfirmVisit {
        member_id: LI.into(),
        served_minutes,
        rating,
    })
}

#[tokio::test]
async fn orders() {
    let mut city = centre().await;
    let client = &mut city.client;
    let need_id = approved(client, LI).await;
    let call =
        async |client: &mut Client, request| client.orders.accept_need(by("1001", request)).await;
    let sound = acceptance(&need_id, WANG);
    let order_id = sound.order_id.clone();
    refused(client, sound.clone(), ACCEPTANCES, call).await;
    let again = call(client, sound).await.expect("a replay").into_inner();
    let order = again.order.expect("it");
    assert!(again.replayed);
    assert_eq!((order.state(), order.held), (OrderState::Accepted, 75));
    assert_eq!(order.hold_id, order_id);

    let call =
        async |client: &mut Client, request| client.orders.step_order(by("1001", request)).await;
    let mut sound = about_order(&order_id, OrderDo::Cancel(1));
    sound.reason = "ill".into();
    refused(client, sound, &ORDER_STEPS[..3], call).await;
    let order = accepted(client, &need_id, WANG).await;
    let mut sound = about_order(&order.order_id, OrderDo::Dispute(v1::Evidence::default()));
    sound.reason = String::new();
    for (what, change, code, reason, figures) in &ORDER_STEPS[3..] {
        let mut request = sound.clone();
        change(&mut request);
        let status = call(client, request).await.expect_err(what);
        check(what, &status, *code, reason, figures);
    }
    let request = v1::GetOrderRequest { order_id };
    let got = client.orders.get_order(request).await.expect("it");
    let got = got.into_inner();
    let steps: Vec<_> = got.history.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["accept", "cancel"]);
    assert_eq!(got.history[1].reason, "ill");
    client.verified().await;
}

#[tokio::test]
async fn candidates() {
    let mut city = centre().await;
    let client = &mut city.client;
    let need_id = approved(client, LI).await;
    for member_id in ["city:member:xu", "city:member:yu", "city:member:zou"] {
        member(client, member_id).await;
    }
    let mut request = v1::ListCandidatesRequest {
        need_id,
        page_size: 2,
        ..Default::default()
    };
    let mut pages = Vec::new();
    loop {
        let page = client.needs.list_candidates(request.clone()).await;
        let page = page.expect("a page").into_inner();
        let ids = page.candidates.iter().map(|one| one.member_id.clone());
        pages.push(ids.collect::<Vec<_>>());
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let expected = [
        vec![WANG, "city:member:xu"],
        vec!["city:member:yu", "city:member:zou"],
    ];
    assert_eq!(pages, expected);
    let token = |page_token: &str| v1::ListCandidatesRequest {
        page_token: page_token.into(),
        ..request.clone()
    };
    let unknown = v1::ListCandidatesRequest {
        need_id: id(),
        ..Default::default()
    };
    for (what, request, code, reason) in [
        (
            "a token",
            token("00"),
            InvalidArgument,
            "PAGE_TOKEN_MALFORMED",
        ),
        (
            "no id",
            Default::default(),
            InvalidArgument,
            "FIELD_MISSING",
        ),
        ("no need", unknown, NotFound, "NEED_UNKNOWN"),
    ] {
        let status = client.needs.list_candidates(request).await.expect_err(what);
        check(what, &status, code, reason, "*");
    }
}

/// Where nobody comes through, a page ends after so many.
#[tokio::test]
async fn a_page_looks_at_ten_thousand_members() {
    let mut city = centre().await;
    let client = &mut city.client;
    for from in (0..9_999).step_by(1_111) {
        let members = (from..from + 1_111).map(|number| v1::RegisterMemberRequest {
            member_id: format!("city:member:{number:06}"),
            ..Default::default()
        });
        let request = v1::RegisterMembersRequest {
            members: members.collect(),
            ..Default::default()
        };
        let registered = client.members.register_members(by("1001", request)).await;
        registered.expect("registered");
    }
    let mut published = need(LI);
    published.terms.as_mut().expect("terms").service = "care".into();
    let mut request = v1::ListCandidatesRequest {
        need_id: published.need_id.clone(),
        ..Default::default()
    };
    let published = client.needs.publish_need(by("1001", published)).await;
    published.expect("published");
    let mut page = async |request: &v1::ListCandidatesRequest| {
        let page = client.needs.list_candidates(request.clone()).await;
        let page = page.expect("a page").into_inner();
        (page.candidates.len(), page.next_page_token)
    };
    let (count, next) = page(&request).await;
    assert_eq!((count, next.is_empty()), (0, false));
    request.page_token = next;
    assert_eq!(page(&request).await, (0, String::new()));
    let request = v1::ListMembersRequest {
        centre: "city".into(),
        only: Some(v1::list_members_request::Only::Age(v1::AgeRange {
            min: 150,
            ..Default::default()
        })),
        ..Default::default()
    };
    let old = client.members.list_members(request.clone()).await;
    let old = old.expect("a page").into_inner();
    assert_eq!(
        (old.members.len(), old.next_page_token.is_empty()),
        (0, false)
    );
    let next = v1::ListMembersRequest {
        page_token: old.next_page_token,
        ..request
    };
    let rest = client.members.list_members(next).await;
    assert_eq!(rest.expect("a page").into_inner().next_page_token, "");
}

/// What the day's screen leaves out, it names.
#[tokio::test]
async fn today_names_what_it_cuts() {
    let mut city = centre().await;
    let client = &mut city.client;
    let today = async |client: &mut Client| {
        let request = v1::GetTodayRequest {
            centre: "city".into(),
            ..Default::default()
        };
        let today = client.orders.get_today(by("1002", request)).await;
        today.expect("the day").into_inner()
    };
    for _ in 0..100 {
        let published = client.needs.publish_need(by("1001", need(LI))).await;
        published.expect("published");
    }
    let whole = today(client).await;
    assert_eq!((whole.for_approval.len(), whole.cut), (100, vec![]));
    let published = client.needs.publish_need(by("1001", need(LI))).await;
    published.expect("published");
    let cut = today(client).await;
    assert_eq!(
        (cut.for_approval.len(), cut.cut),
        (100, vec!["for_approval".to_owned()])
    );
}

#[tokio::test]
async fn lists() {
    let mut city = centre().await;
    let client = &mut city.client;
    for _ in 0..3 {
        approved(client, LI).await;
    }
    let waiting = |state: NeedState, for_my_approval| ListNeedsRequest {
        which: Some(v1::list_needs_request::Which::OfCentre(NeedsOfCentre {
            centre: "city".into(),
            state: state.into(),
            for_my_approval,
        })),
        page_size: 2,
        page_token: String::new(),
    };
    let request = waiting(NeedState::Approved, false);
    let page = client.needs.list_needs(request.clone()).await;
    let page = page.expect("a page").into_inner();
    assert_eq!(page.needs.len(), 2);
    let next = ListNeedsRequest {
        page_token: page.next_page_token,
        ..request
    };
    let last = client.needs.list_needs(next).await.expect("a page");
    let last = last.into_inner();
    assert_eq!((last.needs.len(), last.next_page_token.as_str()), (1, ""));
    for (what, request, reason) in [
        (
            "no state",
            waiting(NeedState::Unspecified, false),
            "FIELD_MISSING",
        ),
        (
            "a state of none",
            waiting(NeedState::Declined, false),
            "CHOICE_UNKNOWN",
        ),
        (
            "of the approved",
            waiting(NeedState::Approved, true),
            "CHOICE_UNKNOWN",
        ),
    ] {
        let status = client.needs.list_needs(request).await.expect_err(what);
        check(what, &status, InvalidArgument, reason, "*");
    }
    let mine = waiting(NeedState::Published, true);
    let status = client.needs.list_needs(by(WANG, mine.clone())).await;
    let status = status.expect_err("no staff");
    check("no staff", &status, PermissionDenied, "STAFF_ONLY", "*");
    let mine = client.needs.list_needs(by("1002", mine)).await;
    assert!(mine.expect("a page").into_inner().needs.is_empty());

    let need_id = last.needs[0].need_id.clone();
    let order = accepted(client, &need_id, WANG).await;
    let of_centre = |only| ListOrdersRequest {
        which: Some(v1::list_orders_request::Which::OfCentre(OrdersOfCentre {
            centre: "city".into(),
            only,
        })),
        ..Default::default()
    };
    let listed = client
        .orders
        .list_orders(of_centre(Some(Only::On(order.on.clone()))))
        .await;
    let listed = listed.expect("a page").into_inner().orders;
    assert_eq!(listed.len(), 1);
    for (what, only, reason) in [
        ("no list", None, "FIELD_MISSING"),
        (
            "no such day",
            Some(Only::On("2026-02-30".into())),
            "DAY_MALFORMED",
        ),
        ("no state", Some(Only::State(0)), "FIELD_MISSING"),
        ("of the settled", Some(Only::State(5)), "CHOICE_UNKNOWN"),
    ] {
        let status = client.orders.list_orders(of_centre(only)).await;
        check(what, &status.expect_err(what), InvalidArgument, reason, "*");
    }
    let request = v1::GetTodayRequest {
        centre: "city".into(),
        on: order.on,
    };
    let today = client.orders.get_today(by("1001", request)).await;
    let today = today.expect("the day").into_inner();
    assert_eq!((today.visits.len(), today.unmet.len()), (1, 2));
}

/// Ten providers after each of twenty needs, all at once: each need is accepted once, and
/// as much is held as the accepted ones hold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_after_the_same_needs() {
    let mut city = centre().await;
    let client = &mut city.client;
    let mut pairs = Vec::new();
    for recipient in 0..20 {
        let recipient_id = format!("city:member:r{recipient}");
        member(client, &recipient_id).await;
        let posted = client.post(entry("city:mint", &recipient_id, 100)).await;
        posted.expect("posted");
        let need_id = approved(client, &recipient_id).await;
        for provider in 0..10 {
            let provider_id = format!("city:member:p{recipient}-{provider}");
            member(client, &provider_id).await;
            pairs.push((need_id.clone(), provider_id));
        }
    }
    let racing: Vec<_> = pairs
        .into_iter()
        .map(|(need_id, provider_id)| {
            let mut orders = client.orders.clone();
            tokio::spawn(async move {
                let request = acceptance(&need_id, &provider_id);
                (need_id, orders.accept_need(by(&provider_id, request)).await)
            })
        })
        .collect();
    let mut accepted = Vec::new();
    for racer in racing {
        let (need_id, result) = racer.await.expect("it ran");
        match result {
            Ok(_) => accepted.push(need_id),
            Err(status) => check(
                "too late",
                &status,
                FailedPrecondition,
                "NEED_STATE_WRONG",
                "*",
            ),
        }
    }
    accepted.sort();
    let all = accepted.len();
    accepted.dedup();
    assert_eq!((all, accepted.len()), (20, 20));
    for recipient in 0..20 {
        let account_id = format!("city:member:r{recipient}");
        let request = v1::GetAccountRequest { account_id };
        let account = client.accounts.get_account(request).await;
        let account = account.expect("it").into_inner().account.expect("it");
        assert_eq!((account.balance, account.held), (100, 75));
    }
    client.verified().await;
}

/// Who answers or acts for a member sees by their token what is that member's, and hears of each step
/// that they take for them; a neighbour does not.
#[tokio::test]
async fn who_acts_for_another() {
    let mut city = centre().await;
    let client = &mut city.client;
    let xu = "city:member:xu";
    let request = v1::RegisterMemberRequest {
        member_id: xu.into(),
        details: Some(v1::MemberDetails {
            proxy_id: WANG.into(),
            ..Default::default()
        }),
        personal: None,
    };
    let registered = client.members.register_member(by("1001", request)).await;
    registered.expect("a member");
    let posted = client.post(entry("city:mint", xu, 600)).await;
    posted.expect("posted");
    let [proxy, neighbour] = [WANG, LI].map(String::from);
    let proxy = client.issue(&proxy, v1::Role::Member, "").await;
    let mut proxy = client.showing(&proxy);
    let neighbour = client.issue(&neighbour, v1::Role::Member, "").await;
    let mut neighbour = client.showing(&neighbour);

    let request = need(xu);
    let need_id = request.need_id.clone();
    let published = proxy.needs.publish_need(request).await;
    let published = published.expect("published").into_inner().need.expect("it");
    assert_eq!(published.need_id, need_id);
    let approve = about_need(&need_id, NeedDo::Approve(Plainly {}));
    let approved = client.needs.step_need(by("1001", approve)).await;
    approved.expect("approved");
    let order = accepted(client, &need_id, LI).await;
    let request = v1::ReportIncidentRequest {
        incident_id: id(),
        order_id: order.order_id.clone(),
        kind: v1::IncidentKind::Complaint.into(),
        evidence: None,
        reason: "she was late".into(),
    };
    let reported = proxy.incidents.report_incident(request).await;
    reported.expect("whoever reports it hears of it");
    let request = v1::ShowPersonalFieldsRequest {
        member_id: xu.into(),
        fields: vec![v1::PersonalField::Phone.into()],
        ..Default::default()
    };
    let shown = proxy.oversight.show_personal_fields(request.clone()).await;
    shown.expect("their fields");
    let looks = v1::ListLooksRequest {
        of: Some(v1::list_looks_request::Of::MemberId(xu.into())),
        ..Default::default()
    };
    let seen = proxy.oversight.list_looks(looks.clone()).await;
    assert_eq!(seen.expect("looks").into_inner().looks.len(), 1);

    let of_xu = v1::GetMemberRequest {
        member_id: xu.into(),
    };
    proxy.members.get_member(of_xu.clone()).await.expect("them");
    for refused in [
        neighbour.members.get_member(of_xu).await.err(),
        neighbour.oversight.list_looks(looks).await.err(),
        neighbour
            .oversight
            .show_personal_fields(request)
            .await
            .err(),
    ] {
        assert_eq!(refused.expect("not theirs").code(), NotFound);
    }
}
