//! Periods: both calls, each with something wrong about it, and what a closed one refuses.

use timebank_proto::v1;
use tonic::Code::{
    AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, OutOfRange, PermissionDenied,
    ResourceExhausted,
};

use super::{
    orders::{LI, centre},
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, entry, id, timestamp, within};

#[rustfmt::skip] // a table: a row a line
const CLOSINGS: &[Row<v1::ClosePeriodRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no centre", |r| r.centre.clear(), InvalidArgument, "FIELD_MISSING", "field=centre"),
    ("no month", |r| r.month.clear(), InvalidArgument, "FIELD_MISSING", "field=month"),
    ("a day", |r| r.month = "2020-10-01".into(), InvalidArgument, "MONTH_MALFORMED", "field=month"),
    ("month 13", |r| r.month = "2020-13".into(), InvalidArgument, "MONTH_MALFORMED", "field=month"),
    ("an unknown centre", |r| r.centre = "town".into(), NotFound, "CENTRE_UNKNOWN", "centre=town"),
    ("a month to come", |r| r.month = "9999-12".into(), FailedPrecondition, "PERIOD_NOT_OVER", "*"),
];

#[tokio::test]
async fn closing() {
    let mut city = centre().await;
    let client = &mut city.client;
    let closing = |month: &str| v1::ClosePeriodRequest {
        step_id: id(),
        centre: "city".into(),
        month: month.into(),
    };
    let call =
        async |client: &mut Client, request| client.periods.close_period(by("1001", request)).await;
    let sound = closing("2020-10");
    refused(client, sound.clone(), CLOSINGS, call).await;
    let again = call(client, sound).await.expect("again").into_inner();
    let period = again.period.expect("it");
    assert_eq!((again.replayed, period.month.as_str()), (true, "2020-10"));
    for (month, code, reason, figures) in [
        (
            "2020-10",
            AlreadyExists,
            "PERIOD_CLOSED",
            "centre=city month=2020-10",
        ),
        (
            "2020-09",
            AlreadyExists,
            "PERIOD_CLOSED",
            "centre=city month=2020-09",
        ),
        (
            "2020-12",
            FailedPrecondition,
            "PERIOD_HOLE",
            "centre=city month=2020-12 next=2020-11",
        ),
    ] {
        let status = call(client, closing(month)).await.expect_err(month);
        check(month, &status, code, reason, figures);
    }
    let request = closing("2020-11");
    let status = client.periods.close_period(by(LI, request)).await;
    assert_eq!(status.expect_err("no staff").code(), PermissionDenied);

    // 2020-10-15, and a day later than that of the first open one.
    let mut early = entry("city:mint", LI, 10);
    early.effective_at = timestamp(1_602_720_000, 0);
    let status = client.post(early.clone()).await.expect_err("closed");
    let figures = "account=city:mint centre=city closed_until=2020-10-31*";
    check(
        "closed",
        &status,
        FailedPrecondition,
        "EFFECTIVE_IN_CLOSED",
        figures,
    );
    early.effective_at = timestamp(1_604_400_000, 0);
    client.post(early).await.expect("open");
    let request = v1::GetCentreRequest {
        prefix: "city".into(),
    };
    let got = client
        .centres
        .get_centre(request)
        .await
        .expect("it")
        .into_inner();
    assert_eq!(got.centre.expect("it").closed_until, "2020-10-31");
    let request = v1::ListPeriodsRequest {
        centre: "city".into(),
        ..Default::default()
    };
    let listed = client.periods.list_periods(request).await;
    let listed = listed.expect("a page").into_inner().periods;
    // The server may have sealed it by now.
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].sequence, period.sequence);
    client.verified().await;
}

#[rustfmt::skip] // a table: a row a line
const SIGN_OFFS: &[Row<v1::SignOffPeriodRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no centre", |r| r.centre.clear(), InvalidArgument, "FIELD_MISSING", "field=centre"),
    ("no month", |r| r.month.clear(), InvalidArgument, "FIELD_MISSING", "field=month"),
    ("no position", |r| r.at_position = -1, InvalidArgument, "SEQUENCE_OUT_OF_RANGE", "given=-1"),
    ("before it was closed", |r| r.at_position = 1, OutOfRange, "SIGN_OFF_POSITION", "centre=city closed=*"),
    ("a position to come", |r| r.at_position = 10_000, OutOfRange, "SIGN_OFF_POSITION", "centre=city closed=*"),
    ("an open month", |r| r.month = "2020-11".into(), FailedPrecondition, "PERIOD_OPEN", "centre=city month=2020-11"),
    ("an unknown centre", |r| r.centre = "town".into(), NotFound, "CENTRE_UNKNOWN", "centre=town"),
];

/// The period once the server has sealed it.
async fn sealed(client: &mut Client) -> v1::Period {
    loop {
        let request = v1::GetPeriodRequest {
            centre: "city".into(),
            month: "2020-10".into(),
        };
        let got = client.periods.get_period(request).await;
        let period = got.expect("the period").into_inner().period;
        match period.expect("it") {
            period if period.root.is_empty() => tokio::task::yield_now().await,
            period => return period,
        }
    }
}

#[tokio::test]
async fn signing_off() {
    let mut city = centre().await;
    let client = &mut city.client;
    let close = v1::ClosePeriodRequest {
        step_id: id(),
        centre: "city".into(),
        month: "2020-10".into(),
    };
    let closed = client.periods.close_period(by("1001", close)).await;
    let closed = closed.expect("closed").into_inner().period.expect("it");
    let period = within("the seal", sealed(client)).await;
    let request = v1::ListClosingBalancesRequest {
        centre: "city".into(),
        month: "2020-10".into(),
        ..Default::default()
    };
    let listed = client.periods.list_closing_balances(request.clone()).await;
    let balances = listed.expect("a page").into_inner().balances;
    let count = i64::try_from(balances.len()).expect("a count");
    assert_eq!(period.account_count, Some(count));
    let open = v1::ListClosingBalancesRequest {
        month: "2020-11".into(),
        ..request
    };
    let status = client.periods.list_closing_balances(open).await;
    let (code, figures) = (FailedPrecondition, "centre=city month=2020-11");
    let status = status.expect_err("an open month");
    check("open", &status, code, "PERIOD_OPEN", figures);

    let sound = v1::SignOffPeriodRequest {
        step_id: id(),
        centre: "city".into(),
        month: "2020-10".into(),
        at_position: closed.sequence,
    };
    let call = async |client: &mut Client, request| {
        client.periods.sign_off_period(by("1001", request)).await
    };
    refused(client, sound.clone(), SIGN_OFFS, call).await;
    let again = call(client, sound.clone()).await.expect("again");
    let again = again.into_inner();
    assert!(again.replayed);
    assert_eq!(again.period.expect("it").signed_off.len(), 1);
    let fresh = |_| v1::SignOffPeriodRequest {
        step_id: id(),
        ..sound.clone()
    };
    let status = call(client, fresh(())).await.expect_err("twice");
    let figures = "centre=city month=2020-10 staff_number=1001";
    check("twice", &status, AlreadyExists, "SIGNED_OFF", figures);
    for number in 3001..=3020 {
        let number = number.to_string();
        let register = v1::RegisterStaffRequest {
            staff_number: number.clone(),
            centre: "city".into(),
            ..Default::default()
        };
        let registered = client.staff.register_staff(by("1001", register)).await;
        registered.expect("registered");
        client.give_tokens(&[&number]).await;
        let signed = client.periods.sign_off_period(by(&number, fresh(()))).await;
        match number.as_str() {
            "3020" => check(
                "one too many",
                &signed.expect_err("too many"),
                ResourceExhausted,
                "TOO_MANY_SIGN_OFFS",
                "centre=city max=20 month=2020-10",
            ),
            _ => drop(signed.expect("signed off")),
        }
    }
    client.verified().await;
}
