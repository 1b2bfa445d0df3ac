//! Reports: each call with something wrong about its scope, and rows without end.

use timebank_proto::v1;
use tonic::Code::{InvalidArgument, NotFound, OutOfRange};

use super::{
    ANN, BEN, City,
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
    ("a position to come", |r| r.at_position = 6, OutOfRange, "POSITION_AHEAD", "at=6 last=5"),
    ("more than there can be", |r| r.at_position = i64::MAX, InvalidArgument, "SEQUENCE_OUT_OF_RANGE", "*"),
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
    refused(&mut city.client, sound, SCOPES, redeemability).await;
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
    let told = reports.get_activity(by(v1::ReportBy::Branch)).await;
    let report = told.expect("a report").into_inner();
    assert_eq!(report.rows.len(), 2, "{report:?}");
    let numbers = report.rows[0].cells.iter().map(|cell| match cell.value {
        Some(v1::report_cell::Value::Number(number)) => number,
        _ => -1,
    });
    let numbers: Vec<_> = numbers.skip(1).collect();
    assert_eq!(numbers, [2, 1, 1, 0, 10_001, 10_001, 10_001, 10_001]);
}
