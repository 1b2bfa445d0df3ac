//! Reports: each call with something wrong about its scope, and rows without end.

use timebank_proto::v1;
use tonic::Code::{InvalidArgument, NotFound, OutOfRange};

use super::{
    ANN, BEN, City,
    orders::{LI, WANG, centre},
    refusals::{Row, check, refused},
};
use crate::support::{Client, entry};

#[rustfmt::skip] // a table: a row a line
const SCOPES: &[Row<v1::ReportScope>] = &[
    ("no branch", |r| r.branch = "City".into(), InvalidArgument, "BRANCH_MALFORMED", "*"),
    ("an empty branch", |r| r.branch = "town".into(), NotFound, "BRANCH_EMPTY", "branch=town"),
    ("half a name", |r| r.branch = "cit".into(), NotFound, "BRANCH_EMPTY", "branch=cit"),
    ("no first day", |r| r.since = "2026-02-30".into(), InvalidArgument, "DAY_MALFORMED", "field=scope.since"),
    ("no last day", |r| r.until = "2026-2-3".into(), InvalidArgument, "DAY_MALFORMED", "field=scope.until"),
    ("days reversed", |r| { r.since = "2026-02-02".into(); r.until = "2026-02-01".into() }, InvalidArgument, "DAYS_REVERSED", "from=2026-02-02 until=2026-02-01"),
    ("a position below none", |r| r.at_position = -1, InvalidArgument, "SEQUENCE_OUT_OF_RANGE", "given=-1"),
    ("a position to come", |r| r.at_position = 7, OutOfRange, "POSITION_AHEAD", "at=7 last=6"),
    ("more than there can be", |r| r.at_position = i64::MAX, InvalidArgument, "SEQUENCE_OUT_OF_RANGE", "*"),
];

#[rustfmt::skip] // a table: a row a line
const PARTS: &[Row<v1::ReportScope>] = &[
    ("a part of a centre", |r| r.branch = "city:member".into(), InvalidArgument, "BRANCH_INSIDE_CENTRE", "branch=city:member centre=city"),
];

#[tokio::test]
async fn scopes() {
    let mut city = City::founded().await;
    let sound = v1::ReportScope {
        branch: "city".into(),
        since: "2026-02-01".into(),
        until: "2026-02-01".into(),
        at_position: 5,
    };
    let activity = async |client: &mut Client, scope| {
        let request = v1::GetActivityRequest {
            scope: Some(scope),
            ..Default::default()
        };
        client.reports.get_activity(request).await
    };
    refused(&mut city.client, sound.clone(), SCOPES, activity).await;
    let satisfaction = async |client: &mut Client, scope| {
        let request = v1::GetSatisfactionRequest {
            scope: Some(scope),
            ..Default::default()
        };
        client.reports.get_satisfaction(request).await
    };
    refused(&mut city.client, sound.clone(), SCOPES, satisfaction).await;
    let demand = async |client: &mut Client, scope| {
        let request = v1::GetSupplyDemandRequest {
            scope: Some(scope),
            ..Default::default()
        };
        client.reports.get_supply_demand(request).await
    };
    refused(&mut city.client, sound.clone(), SCOPES, demand).await;
    let dormancy = async |client: &mut Client, scope| {
        let scope = Some(scope);
        let request = v1::GetDormancyRequest { scope };
        client.reports.get_dormancy(request).await
    };
    refused(&mut city.client, sound.clone(), SCOPES, dormancy).await;
    let redeemability = async |client: &mut Client, scope| {
        let scope = Some(scope);
        let request = v1::GetRedeemabilityRequest { scope };
        client.reports.get_redeemability(request).await
    };
    refused(&mut city.client, sound.clone(), SCOPES, redeemability).await;
    let indicators = async |client: &mut Client, scope| {
        let scope = Some(scope);
        let request = v1::GetIndicatorsRequest { scope };
        client.reports.get_indicators(request).await
    };
    refused(&mut city.client, sound, SCOPES, indicators).await;
}

/// Of a part of a centre there are reports, but for what is strange.
#[tokio::test]
async fn parts_of_a_centre() {
    let mut city = centre().await;
    let strange = async |client: &mut Client, scope| {
        let scope = Some(scope);
        let request = v1::GetAnomaliesRequest { scope };
        client.reports.get_anomalies(request).await
    };
    let whole = v1::ReportScope {
        branch: "city".into(),
        ..Default::default()
    };
    refused(&mut city.client, whole, PARTS, strange).await;
    let scope = v1::ReportScope {
        branch: "city:member".into(),
        ..Default::default()
    };
    let request = v1::GetDormancyRequest { scope: Some(scope) };
    let told = city.client.reports.get_dormancy(request).await;
    let report = told.expect("an answer").into_inner().report;
    let report = report.expect("a report");
    assert_eq!(report.scope.expect("a scope").branch, "city:member");
    assert_eq!(report.rows.len(), 2, "of a month, and of all");
    let request = v1::GetMonthReportRequest {
        branch: "city:member".into(),
        month: "2026-02".into(),
        ..Default::default()
    };
    let told = city.client.reports.get_month_report(request).await;
    let report = told.expect("an answer").into_inner().report;
    let scope = report.expect("a report").scope.expect("a scope");
    assert_eq!(scope.branch, "city:member");
}

#[rustfmt::skip] // a table: a row a line
const MONTHS: &[Row<v1::GetMonthReportRequest>] = &[
    ("no month", |r| r.month = String::new(), InvalidArgument, "FIELD_MISSING", "field=month"),
    ("no such month", |r| r.month = "2026-13".into(), InvalidArgument, "MONTH_MALFORMED", "field=month"),
    ("a day", |r| r.month = "2026-02-01".into(), InvalidArgument, "MONTH_MALFORMED", "field=month"),
    ("no branch", |r| r.branch = "City".into(), InvalidArgument, "BRANCH_MALFORMED", "*"),
    ("an empty branch", |r| r.branch = "town".into(), NotFound, "BRANCH_EMPTY", "branch=town"),
    ("a position below none", |r| r.at_position = -1, InvalidArgument, "SEQUENCE_OUT_OF_RANGE", "given=-1"),
    ("a position to come", |r| r.at_position = 1_000, OutOfRange, "POSITION_AHEAD", "*"),
];

#[tokio::test]
async fn months() {
    let mut city = centre().await;
    let sound = v1::GetMonthReportRequest {
        month: "2026-02".into(),
        ..Default::default()
    };
    let month = async |client: &mut Client, request| client.reports.get_month_report(request).await;
    refused(&mut city.client, sound.clone(), MONTHS, month).await;
    // Of a month to come nothing is there but what stands.
    let to_come = v1::GetMonthReportRequest {
        month: "9999-12".into(),
        ..sound
    };
    let told = city.client.reports.get_month_report(to_come).await;
    let report = told.expect("an answer").into_inner().report;
    let report = report.expect("a report");
    let scope = report.scope.expect("a scope");
    assert_eq!(
        (scope.since.as_str(), scope.until.as_str()),
        ("9999-12-01", "9999-12-31")
    );
    assert_eq!(report.services.expect("services").rows.len(), 1);
    assert!(report.redeemability.expect("hours").rows.len() > 10);
}

#[tokio::test]
async fn no_more_rows_than_may_be() {
    let mut city = City::founded().await;
    let served = |service: String| v1::Entry {
        tags: vec![v1::Tag {
            key: "service".into(),
            value: service,
        }],
        ..entry(ANN, BEN, 1)
    };
    let back = entry(BEN, ANN, 1);
    let services = (0..10_001).map(|number| served(format!("service {number}")));
    let entries: Vec<_> = services
        .flat_map(|served| {
            let back = v1::Entry {
                entry_id: crate::support::id(),
                ..back.clone()
            };
            [served, back]
        })
        .collect();
    for part in entries.chunks(20_000) {
        let posted = city.client.post_all(part.to_vec(), true).await;
        posted.expect("a batch");
    }
    let by = |by: v1::ReportBy| v1::GetActivityRequest {
        by: by.into(),
        ..Default::default()
    };
    let reports = &mut city.client.reports;
    let status = reports.get_activity(by(v1::ReportBy::Service)).await;
    let status = status.expect_err("too many");
    let code = tonic::Code::ResourceExhausted;
    check("rows", &status, code, "TOO_MANY_ROWS", "max=10000");
    let twice = v1::GetActivityRequest {
        then_by: v1::ReportBy::Branch.into(),
        ..Default::default()
    };
    let status = reports.get_activity(twice).await.expect_err("twice");
    check("twice", &status, InvalidArgument, "GROUPED_TWICE", "");
    let told = reports.get_activity(by(v1::ReportBy::Branch)).await;
    let report = told.expect("an answer").into_inner().report;
    let report = report.expect("a report");
    assert_eq!(report.rows.len(), 2, "{report:?}");
    let numbers = report.rows[0].cells.iter().map(|cell| match cell.value {
        Some(v1::report_cell::Value::Number(number)) => number,
        _ => -1,
    });
    let numbers: Vec<_> = numbers.skip(1).collect();
    assert_eq!(numbers, [2, 1, 1, 0, 10_001, 10_001, 10_001, 10_001]);
}

#[rustfmt::skip] // a table: a row a line
const CERTIFICATES: &[Row<v1::GetCertificateRequest>] = &[
    ("no member", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("an unknown member", |r| r.member_id = "city:member:eve".into(), NotFound, "MEMBER_UNKNOWN", "field=member_id member=city:member:eve"),
    ("no first day", |r| r.since.clear(), InvalidArgument, "FIELD_MISSING", "field=since"),
    ("no last day", |r| r.until.clear(), InvalidArgument, "FIELD_MISSING", "field=until"),
    ("no such day", |r| r.until = "2026-02-30".into(), InvalidArgument, "DAY_MALFORMED", "field=until"),
    ("days reversed", |r| r.since = "2027-01-01".into(), InvalidArgument, "DAYS_REVERSED", "from=2027-01-01 until=2026-12-31"),
    ("a position below none", |r| r.at_position = -1, InvalidArgument, "SEQUENCE_OUT_OF_RANGE", "given=-1"),
    ("a position to come", |r| r.at_position = 10_000, OutOfRange, "POSITION_AHEAD", "*"),
];

#[tokio::test]
async fn certificates() {
    let mut city = centre().await;
    let sound = v1::GetCertificateRequest {
        member_id: LI.into(),
        since: "2026-01-01".into(),
        until: "2026-12-31".into(),
        at_position: 0,
    };
    let get = async |client: &mut Client, request| client.reports.get_certificate(request).await;
    refused(&mut city.client, sound.clone(), CERTIFICATES, get).await;
    let made = get(&mut city.client, sound).await.expect("one");
    let made = made.into_inner().certificate.expect("it");
    let asked = v1::CheckCertificateRequest {
        number: made.number.clone(),
        member_id: made.member_id.clone(),
        since: made.since.clone(),
        until: made.until.clone(),
    };
    let check = async |client: &mut Client, request| {
        let found = client.reports.check_certificate(request).await;
        let found = found.expect("an answer").into_inner();
        assert_eq!(found.valid, found.certificate.is_some());
        (found.certificate, found.now)
    };
    let found = check(&mut city.client, asked.clone()).await;
    assert_eq!(found, (Some(made.clone()), None));
    // It is one of this ledger for ever; but what it says is not so any more.
    let served = v1::Entry {
        tags: vec![v1::Tag {
            key: "service".into(),
            value: "walk".into(),
        }],
        effective_at: Some(prost_types::Timestamp {
            seconds: 1_780_000_000,
            nanos: 0,
        }),
        ..entry("city:mint", LI, 1)
    };
    let posted = city.client.post_all(vec![served], true).await;
    posted.expect("it is posted");
    let (found, now) = check(&mut city.client, asked.clone()).await;
    assert_eq!(found.as_ref(), Some(&made));
    let now = now.expect("what it would say now");
    assert_eq!((now.service_count, made.service_count), (1, 0));
    let other = |change: fn(&mut v1::CheckCertificateRequest)| {
        let mut request = asked.clone();
        change(&mut request);
        request
    };
    for (what, request) in [
        ("no number", other(|r| r.number = "none".into())),
        (
            "another digit",
            other(|r| {
                let last = if r.number.ends_with('0') { "1" } else { "0" };
                r.number.pop();
                r.number.push_str(last);
            }),
        ),
        ("another position", other(|r| r.number.insert(0, '1'))),
        ("another member", other(|r| r.member_id = WANG.into())),
        ("another day", other(|r| r.until = "2026-12-30".into())),
    ] {
        let found = check(&mut city.client, request).await;
        assert_eq!(found, (None, None), "{what}");
    }
}

#[rustfmt::skip] // a table: a row a line
const SAMPLES: &[Row<v1::GetSampleRequest>] = &[
    ("no seed", |r| r.seed.clear(), InvalidArgument, "FIELD_MISSING", "field=seed"),
    ("a seed of lines", |r| r.seed = "a\nb".into(), InvalidArgument, "NAME_MALFORMED", "*"),
    ("none", |r| r.size = 0, InvalidArgument, "SAMPLE_SIZE_OUT_OF_RANGE", "given=0 max=1000"),
    ("below none", |r| r.size = -1, InvalidArgument, "SAMPLE_SIZE_OUT_OF_RANGE", "given=-1 max=1000"),
    ("too many", |r| r.size = 1_001, InvalidArgument, "SAMPLE_SIZE_OUT_OF_RANGE", "given=1001 max=1000"),
];

#[tokio::test]
async fn samples() {
    let mut city = City::founded().await;
    let sound = v1::GetSampleRequest {
        scope: None,
        seed: "dice 4 2 6".into(),
        size: 1_000,
    };
    let call = async |client: &mut Client, request| client.reports.get_sample(request).await;
    refused(&mut city.client, sound, SAMPLES, call).await;
}
