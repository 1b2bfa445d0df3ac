//! Periods: both calls, each with something wrong about it, and what a closed one refuses.

use timebank_proto::v1;
use tonic::Code::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};

use super::{
    orders::{LI, centre},
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, entry, id, timestamp};

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
    assert_eq!(listed.expect("a page").into_inner().periods, [period]);
    client.verified().await;
}
