//! Conversions: the call, and the call with something wrong about it.

use timebank_proto::v1;
use tonic::Code::{
    AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, OutOfRange, PermissionDenied,
};

use super::{
    City,
    orders::{LI, WANG},
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, entry, id};

const POLICY: &str = "name = 'One'
[[convert]]
from = 'time'
to = 'points'
give = '1h'
get = 30
into = 'city:stock:shop'
source = 'city:issuance:points'
[[convert]]
from = 'points'
to = 'time'
give = 1
get = '2m'
into = 'city:stock:points'
source = 'city:issuance:hours'
";

#[rustfmt::skip] // a table: a row a line
const CONVERSIONS: &[Row<v1::ConvertUnitsRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("of nobody", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("of nothing", |r| r.from_unit_id.clear(), InvalidArgument, "FIELD_MISSING", "field=from_unit_id"),
    ("into nothing", |r| r.to_unit_id.clear(), InvalidArgument, "FIELD_MISSING", "field=to_unit_id"),
    ("no unit", |r| r.to_unit_id = "Points".into(), InvalidArgument, "UNIT_ID_MALFORMED", "*"),
    ("none", |r| r.amount = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("less than none", |r| r.amount = i64::MIN, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("no such member", |r| r.member_id = "city:member:zoe".into(), NotFound, "MEMBER_UNKNOWN", "*"),
    ("of another", |r| r.member_id = WANG.into(), PermissionDenied, "PARTY_OR_STAFF_ONLY", "*"),
    ("no such pair", |r| r.to_unit_id = "gold".into(), FailedPrecondition, "UNITS_NOT_CONVERTED", "from=time policy=city/1 to=gold"),
    ("no whole steps", |r| r.amount = 31, InvalidArgument, "CONVERSION_UNEVEN", "from=time get=30 give=60 given=31 multiple_of=2 to=points"),
    ("more than any", |r| {
        std::mem::swap(&mut r.from_unit_id, &mut r.to_unit_id);
        r.amount = 9_007_199_254_740_991;
    }, OutOfRange, "CONVERSION_TOO_LARGE", "from=points get=2 give=1 given=9007199254740991 max=9007199254740991 to=time"),
    ("not there", |r| std::mem::swap(&mut r.from_unit_id, &mut r.to_unit_id), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
    ("more than is theirs", |r| r.amount = 1_200, FailedPrecondition, "FLOOR_CROSSED", "*"),
    ("more than the source has", |r| r.amount = 6_000, FailedPrecondition, "SOURCE_SPENT", "*"),
];

/// A centre with stocks and sources of hours and of points, and a policy that converts between them.
async fn converting() -> City {
    let mut city = City::at_noon().await;
    let client = &mut city.client;
    let request = v1::OpenCentreRequest {
        prefix: "city".into(),
        name_en: "City Centre".into(),
        first_staff_number: "1001".into(),
        ..Default::default()
    };
    client.centres.open_centre(request).await.expect("a centre");
    let unit = Some(v1::Unit {
        unit_id: "points".into(),
        step: "point".into(),
    });
    let request = by("1001", v1::DeclareUnitRequest { unit });
    client.units.declare_unit(request).await.expect("a unit");
    for (stock, unit) in [("shop", "time"), ("points", "points")] {
        let request = v1::OpenStockRequest {
            stock_id: format!("city:stock:{stock}"),
            unit_id: unit.into(),
            name: "Shop".into(),
        };
        let opened = client.stocks.open_stock(by("1001", request)).await;
        opened.expect("a stock");
    }
    for (source, unit) in [("hours", "time"), ("points", "points")] {
        let opened = client
            .sources
            .open_source(by("1001", opening(source, unit)));
        opened.await.expect("a source");
    }
    let request = v1::AdoptPolicyRequest {
        step_id: id(),
        centre: "city".into(),
        document: POLICY.into(),
        validate_only: false,
    };
    let adopted = client.policies.adopt_policy(by("1001", request)).await;
    adopted.expect("adopted");
    for member_id in [LI, WANG] {
        let request = v1::RegisterMemberRequest {
            member_id: member_id.into(),
            ..Default::default()
        };
        let registered = client.members.register_member(by("1001", request)).await;
        registered.expect("a member");
    }
    client.open("city:mint", v1::AccountKind::Issuance).await;
    let posted = client.post(entry("city:mint", LI, 1_000)).await;
    posted.expect("posted");
    city
}

fn opening(source: &str, unit_id: &str) -> v1::OpenSourceRequest {
    v1::OpenSourceRequest {
        source_id: format!("city:issuance:{source}"),
        terms: Some(v1::SourceTerms {
            unit_id: unit_id.into(),
            funding: v1::Funding::Grant.into(),
            sector: v1::Sector::Public.into(),
            funder: "Civil Affairs Bureau".into(),
            contract: "2026-117".into(),
            cap: 1_000,
            from: "2020-01-01".into(),
            until: "2099-12-31".into(),
        }),
    }
}

#[tokio::test]
async fn conversions() {
    let mut city = converting().await;
    let client = &mut city.client;
    let sound = v1::ConvertUnitsRequest {
        step_id: id(),
        member_id: LI.into(),
        from_unit_id: "time".into(),
        to_unit_id: "points".into(),
        amount: 90,
        reason: "for the shop".into(),
    };
    let call = async |client: &mut Client, request| {
        client.conversions.convert_units(by(LI, request)).await
    };
    refused(client, sound.clone(), CONVERSIONS, call).await;
    let again = call(client, sound.clone()).await.expect("again");
    let again = again.into_inner();
    let entry = again.entry.expect("its entry");
    assert_eq!((again.replayed, entry.kind.as_str()), (true, "conversion"));
    let legs: Vec<_> = entry.transfers.iter().map(|leg| leg.amount).collect();
    assert_eq!(
        (entry.entry_id, legs),
        (sound.step_id.clone(), vec![90, 45])
    );
    let points = format!("{LI}:points");
    assert_eq!(client.balance(LI).await, 910);
    assert_eq!(client.balance(&points).await, 45);
    let other = v1::ConvertUnitsRequest {
        amount: 30,
        ..sound.clone()
    };
    let status = call(client, other).await.expect_err("another");
    check("another", &status, AlreadyExists, "ID_REUSED", "*");
    let back = v1::ConvertUnitsRequest {
        step_id: id(),
        from_unit_id: "points".into(),
        to_unit_id: "time".into(),
        amount: 45,
        ..sound
    };
    call(client, back).await.expect("converted back");
    assert_eq!(client.balance(LI).await, 1_000);
    assert_eq!(client.balance(&points).await, 0);
    client.verified().await;
}
