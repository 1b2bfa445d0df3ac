//! Pools, gifts and reliefs: every call, and every call with something wrong about it.

use timebank_proto::v1::{self, AccountKind, ReliefState, ReliefVerb};
use tonic::Code::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};

use super::{
    City,
    orders::{LI, WANG, centre, centre_under},
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, id};

const FUND: &str = "city:pool:fund";
const SUNSHINE: &str = "city:pool:sunshine";

fn opening() -> v1::OpenPoolRequest {
    v1::OpenPoolRequest {
        pool_id: FUND.into(),
        unit_id: String::new(),
        name: "Mutual fund".into(),
        purposes: vec!["illness".into(), "hardship".into()],
    }
}

#[rustfmt::skip] // a table: a row a line
const OPENINGS: &[Row<v1::OpenPoolRequest>] = &[
    ("no id", |r| r.pool_id.clear(), InvalidArgument, "FIELD_MISSING", "field=pool_id"),
    ("no such id", |r| r.pool_id = "Fund".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=Fund"),
    ("no such unit", |r| r.unit_id = "CNY".into(), InvalidArgument, "UNIT_ID_MALFORMED", "given=CNY"),
    ("no name", |r| r.name.clear(), InvalidArgument, "FIELD_MISSING", "field=name"),
    ("a blank name", |r| r.name = " ".into(), InvalidArgument, "NAME_MALFORMED", "*"),
    ("for nothing", |r| r.purposes.clear(), InvalidArgument, "PURPOSES_MALFORMED", "given=0 max=10"),
    ("for no word", |r| r.purposes[0] = "so ill".into(), InvalidArgument, "LABEL_MALFORMED", "field=purposes given=so ill"),
    ("for one twice", |r| r.purposes[0] = "hardship".into(), InvalidArgument, "PURPOSES_MALFORMED", "given=2 max=10"),
    ("for 11", |r| r.purposes = (0..11).map(|n| format!("p{n}")).collect(), InvalidArgument, "PURPOSES_MALFORMED", "given=11 max=10"),
    ("nobody's", |r| r.pool_id = "town:pool:fund".into(), FailedPrecondition, "ACCOUNT_OUTSIDE", "account=town:pool:fund"),
    ("an unknown unit", |r| r.unit_id = "gold".into(), NotFound, "UNIT_UNKNOWN", "unit=gold"),
    ("a member's account", |r| r.pool_id = LI.into(), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
];

async fn open(client: &mut Client, request: v1::OpenPoolRequest) -> v1::Pool {
    let opened = client.pools.open_pool(by("1001", request)).await;
    opened.expect("opened").into_inner().pool.expect("it")
}

/// A centre whose members may give to pools, and a pool of hours with 300 minutes.
async fn with_pool() -> City {
    let policy = "name = 'Gifts to pools'\n[gift]\nmember_to = ['pools']\n";
    let mut city = centre_under(policy).await;
    let client = &mut city.client;
    for staff_number in ["1003", "1004"] {
        let request = v1::RegisterStaffRequest {
            staff_number: staff_number.into(),
            centre: "city".into(),
            ..Default::default()
        };
        let registered = client.staff.register_staff(by("1001", request)).await;
        registered.expect("staff");
    }
    client.give_tokens(&["1003", "1004"]).await;
    client.open(FUND, AccountKind::Pool).await;
    let entry = crate::support::entry("city:mint", FUND, 300);
    client.post(entry).await.expect("posted");
    open(client, opening()).await;
    city
}

#[tokio::test]
async fn opening_and_listing() {
    let mut city = centre().await;
    let client = &mut city.client;
    let call =
        async |client: &mut Client, request| client.pools.open_pool(by("1001", request)).await;
    refused(client, opening(), OPENINGS, call).await;
    let again = call(client, opening())
        .await
        .expect("a replay")
        .into_inner();
    assert!(again.replayed);
    let renamed = v1::OpenPoolRequest {
        name: "Another".into(),
        ..opening()
    };
    let status = call(client, renamed).await.expect_err("another name");
    check("another name", &status, AlreadyExists, "ID_REUSED", "*");

    let request = v1::OpenPoolRequest {
        pool_id: "city:pool:other".into(),
        ..opening()
    };
    open(client, request).await;
    let mut request = v1::ListPoolsRequest {
        centre: "city".into(),
        page_size: 1,
        page_token: String::new(),
    };
    let mut found = Vec::new();
    loop {
        let page = client.pools.list_pools(request.clone()).await;
        let page = page.expect("a page").into_inner();
        found.extend(page.pools.into_iter().map(|pool| pool.pool_id));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(found, [FUND, "city:pool:other"]);
    let request = v1::GetPoolRequest {
        pool_id: "city:pool:none".into(),
    };
    let status = client.pools.get_pool(request).await.expect_err("none");
    check(
        "none",
        &status,
        NotFound,
        "POOL_UNKNOWN",
        "pool=city:pool:none",
    );
    client.verified().await;
}

#[rustfmt::skip] // a table: a row a line
const DONATIONS: &[Row<v1::DonateRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no pool", |r| r.pool_id.clear(), InvalidArgument, "FIELD_MISSING", "field=pool_id"),
    ("no receipt", |r| r.receipt.clear(), InvalidArgument, "FIELD_MISSING", "field=receipt"),
    ("a long receipt", |r| r.receipt = "x".repeat(101), InvalidArgument, "NAME_MALFORMED", "*"),
    ("nothing", |r| r.amount = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("an unknown pool", |r| r.pool_id = LI.into(), NotFound, "POOL_UNKNOWN", "*"),
];

#[tokio::test]
async fn donations() {
    let mut city = centre().await;
    let client = &mut city.client;
    let request = v1::DeclareUnitRequest {
        unit: Some(v1::Unit {
            unit_id: "cny".into(),
            step: "fen".into(),
        }),
    };
    client.units.declare_unit(request).await.expect("a unit");
    let request = v1::OpenPoolRequest {
        pool_id: SUNSHINE.into(),
        unit_id: "cny".into(),
        ..opening()
    };
    open(client, request).await;
    let sound = v1::DonateRequest {
        step_id: id(),
        pool_id: SUNSHINE.into(),
        receipt: "2026-0012".into(),
        amount: 5_000,
        reason: "in memory".into(),
    };
    let call = async |client: &mut Client, request| client.pools.donate(by("1001", request)).await;
    refused(client, sound.clone(), DONATIONS, call).await;
    let other = v1::DonateRequest {
        step_id: id(),
        ..sound
    };
    let status = call(client, other).await.expect_err("twice");
    let figures = "amount=5000 pool=city:pool:sunshine receipt=2026-0012 unit=cny";
    check("twice", &status, AlreadyExists, "DONATION_EXISTS", figures);
    let request = v1::ListDonationsRequest {
        pool_id: SUNSHINE.into(),
        ..Default::default()
    };
    let listed = client.pools.list_donations(request).await;
    let listed = listed.expect("a page").into_inner().donations;
    let step = listed[0].step.as_ref().expect("its step");
    assert_eq!((listed.len(), listed[0].amount), (1, 5_000));
    assert_eq!(
        (step.actor.as_str(), step.reason.as_str()),
        ("1001", "in memory")
    );
    client.verified().await;
}

#[rustfmt::skip] // a table: a row a line
const GIFTS: &[Row<v1::GiveHoursRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("nobody gives", |r| r.from_account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=from_account_id"),
    ("to nobody", |r| r.to_account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=to_account_id"),
    ("less than nothing", |r| r.amount = -1, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("an unknown giver", |r| r.from_account_id = "city:member:9".into(), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
    ("of the mint", |r| r.from_account_id = "city:mint".into(), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
    ("to a member", |r| r.to_account_id = WANG.into(), FailedPrecondition, "GIFT_NOT_ALLOWED", "given=a gift to any member policy=city/1 rule=gift.member_to says=to pools"),
    ("more than there is", |r| r.amount = 1_001, FailedPrecondition, "GIFT_BEYOND_BALANCE", "account=city:member:li available=1000 requested=1001"),
    ("to the mint", |r| r.to_account_id = "city:mint".into(), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
];

#[tokio::test]
async fn gifts() {
    let mut city = with_pool().await;
    let client = &mut city.client;
    let sound = v1::GiveHoursRequest {
        step_id: id(),
        from_account_id: LI.into(),
        to_account_id: FUND.into(),
        amount: 60,
        reason: "for all".into(),
    };
    let call = async |client: &mut Client, request| client.pools.give_hours(by(LI, request)).await;
    refused(client, sound.clone(), GIFTS, call).await;
    let again = call(client, sound).await.expect("a replay").into_inner();
    let entry = again.entry.expect("its entry");
    assert!(again.replayed);
    assert_eq!((entry.kind.as_str(), entry.note.as_str()), ("gift", ""));
    assert_eq!(client.balance(FUND).await, 360);
    client.verified().await;
}

fn asking() -> v1::AskReliefRequest {
    v1::AskReliefRequest {
        relief_id: id(),
        pool_id: FUND.into(),
        member_id: WANG.into(),
        amount: 200,
        purpose: "illness".into(),
        reason: "three weeks in hospital".into(),
    }
}

#[rustfmt::skip] // a table: a row a line
const RELIEFS: &[Row<v1::AskReliefRequest>] = &[
    ("no id", |r| r.relief_id.clear(), InvalidArgument, "FIELD_MISSING", "field=relief_id"),
    ("no pool", |r| r.pool_id.clear(), InvalidArgument, "FIELD_MISSING", "field=pool_id"),
    ("for nobody", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("nothing", |r| r.amount = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("for nothing", |r| r.purpose.clear(), InvalidArgument, "FIELD_MISSING", "field=purpose"),
    ("no case", |r| r.reason.clear(), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("an unknown pool", |r| r.pool_id = LI.into(), NotFound, "POOL_UNKNOWN", "*"),
    ("an unknown member", |r| r.member_id = "city:member:9".into(), NotFound, "MEMBER_UNKNOWN", "*"),
    ("another purpose", |r| r.purpose = "travel".into(), InvalidArgument, "PURPOSE_FOREIGN", "*"),
    ("too much", |r| r.amount = 301, FailedPrecondition, "RELIEF_BEYOND_POOL", "available=300 pool=city:pool:fund requested=301 unit=time"),
];

#[rustfmt::skip] // a table: a row a line
const RELIEF_STEPS: &[Row<v1::StepReliefRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("none", |r| r.relief_id.clear(), InvalidArgument, "FIELD_MISSING", "field=relief_id"),
    ("nothing", |r| r.verb = 0, InvalidArgument, "FIELD_MISSING", "field=verb"),
    ("an unknown step", |r| r.verb = 5, InvalidArgument, "CHOICE_UNKNOWN", "field=verb given=5"),
    ("declined for no reason", |r| r.set_verb(ReliefVerb::Decline), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("returned for no reason", |r| r.set_verb(ReliefVerb::Return), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("an unknown one", |r| r.relief_id = id(), NotFound, "RELIEF_UNKNOWN", "*"),
];

fn step(relief_id: &str, verb: ReliefVerb) -> v1::StepReliefRequest {
    v1::StepReliefRequest {
        step_id: id(),
        relief_id: relief_id.into(),
        verb: verb.into(),
        reason: String::new(),
    }
}

#[tokio::test]
async fn reliefs() {
    let mut city = with_pool().await;
    let client = &mut city.client;
    let sound = asking();
    let call =
        async |client: &mut Client, request| client.pools.ask_relief(by("1001", request)).await;
    refused(client, sound.clone(), RELIEFS, call).await;
    let relief_id = sound.relief_id;
    let approve = step(&relief_id, ReliefVerb::Approve);
    let status = client.pools.step_relief(by("1001", approve.clone())).await;
    let status = status.expect_err("who asked");
    check(
        "who asked",
        &status,
        PermissionDenied,
        "APPROVER_ASKED",
        "*",
    );
    let call =
        async |client: &mut Client, request| client.pools.step_relief(by("1003", request)).await;
    refused(client, approve, RELIEF_STEPS, call).await;
    let paid = client
        .pools
        .step_relief(by("1004", step(&relief_id, ReliefVerb::Approve)))
        .await;
    let paid = paid.expect("paid").into_inner().relief.expect("it");
    assert_eq!(paid.state(), ReliefState::Paid);
    assert_eq!(client.balance(WANG).await, 200);
    assert_eq!(client.balance(FUND).await, 100);

    let got = client.pools.get_relief(v1::GetReliefRequest { relief_id });
    let got = got.await.expect("it").into_inner();
    let told: Vec<_> = got.history.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(told, ["ask", "approve", "approve"]);
    assert_eq!(got.history[0].reason, "three weeks in hospital");
    let of = |which| v1::ListReliefsRequest {
        which: Some(which),
        ..Default::default()
    };
    use v1::list_reliefs_request::Which;
    let of_centre = |state: ReliefState| {
        of(Which::OfCentre(v1::ReliefsOfCentre {
            centre: "city".into(),
            state: state.into(),
        }))
    };
    for (request, count) in [
        (of_centre(ReliefState::Unspecified), 0),
        (of_centre(ReliefState::Paid), 1),
        (of(Which::MemberId(WANG.into())), 1),
        (of(Which::MemberId(LI.into())), 0),
    ] {
        let listed = client.pools.list_reliefs(request).await;
        assert_eq!(listed.expect("a page").into_inner().reliefs.len(), count);
    }
    client.verified().await;
}
