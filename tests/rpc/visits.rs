//! Standing visits, supplies, sheets and incidents: every call, and every call with something
//! wrong about it.

use timebank_proto::v1::{
    self, ListOrdersRequest, NeedAction, OrderState, OrdersOfCentre, Plainly,
    need_action::Action as NeedDo, order_action::Action as OrderDo, orders_of_centre::Only,
};
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound};

use super::{
    orders::{LI, WANG, about_need, about_order, accepted, ahead, approved, centre, need},
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, id};

#[rustfmt::skip] // a table: a row a line
const STANDING_STEPS: &[Row<v1::StepStandingRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("none", |r| r.standing_id.clear(), InvalidArgument, "FIELD_MISSING", "field=standing_id"),
    ("no action", |r| r.action = None, InvalidArgument, "FIELD_MISSING", "field=action"),
    ("no day", |r| skipping(r, ""), InvalidArgument, "FIELD_MISSING", "field=action.skip"),
    ("no such day", |r| skipping(r, "2026-02-30"), InvalidArgument, "DAY_MALFORMED", "field=action.skip"),
    ("no visit's day", |r| skipping(r, "2026-02-28"), FailedPrecondition, "NO_VISIT_AHEAD", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("an unknown one", |r| r.standing_id = id(), NotFound, "STANDING_UNKNOWN", "*"),
];

fn skipping(request: &mut v1::StepStandingRequest, day: &str) {
    request.action = Some(v1::StandingAction {
        action: Some(v1::standing_action::Action::Skip(day.into())),
    });
}

/// Approved once, its visits arise by themselves, each an order of the provider's.
#[tokio::test]
async fn standing_visits() {
    let mut city = centre().await;
    let client = &mut city.client;
    let published = need(LI);
    let need_id = published.need_id.clone();
    let first = client.needs.publish_need(by("1001", published)).await;
    let first = first.expect("published").into_inner().need.expect("it");
    let first_on: chrono::NaiveDate = first.on.parse().expect("a day");
    let on = |weeks: i64| (first_on + chrono::TimeDelta::weeks(weeks)).to_string();
    let mut repeat = about_need(&need_id, NeedDo::Repeat(v1::RepeatWeekly::default()));
    let call =
        async |client: &mut Client, request| client.needs.step_need(by("1001", request)).await;
    let status = call(client, repeat.clone()).await.expect_err("no end");
    check(
        "no end",
        &status,
        InvalidArgument,
        "FIELD_MISSING",
        "field=action.repeat.until",
    );
    repeat.action = Some(NeedAction {
        action: Some(NeedDo::Repeat(v1::RepeatWeekly {
            until: on(4),
            provider_id: WANG.into(),
        })),
    });
    let repeated = call(client, repeat).await.expect("it repeats").into_inner();
    let standing_id = repeated.need.expect("it").standing_id;
    call(client, about_need(&need_id, NeedDo::Approve(Plainly {})))
        .await
        .expect("approved");
    let request = v1::GetStandingRequest {
        standing_id: standing_id.clone(),
    };
    let got = loop {
        let got = client.standings.get_standing(request.clone()).await;
        let got = got.expect("it").into_inner();
        if got.visits.len() == 2 {
            break got;
        }
        tokio::task::yield_now().await;
    };
    let days: Vec<_> = got.visits.iter().map(|visit| visit.on.clone()).collect();
    assert_eq!(days, [on(1), on(2)]);
    assert!(got.visits.iter().all(|visit| visit.accepted));
    let order_id = got.visits[1].need_id.clone();
    let order = client
        .orders
        .get_order(v1::GetOrderRequest { order_id })
        .await;
    let order = order.expect("it").into_inner().order.expect("it");
    assert_eq!(
        (order.state(), order.provider_id.as_str()),
        (OrderState::Accepted, WANG)
    );

    let mut sound = v1::StepStandingRequest {
        step_id: id(),
        standing_id,
        action: None,
        reason: String::new(),
    };
    skipping(&mut sound, &on(3));
    let call =
        async |client: &mut Client, request| client.standings.step_standing(by(LI, request)).await;
    refused(client, sound, STANDING_STEPS, call).await;
    let of = v1::list_standings_request::Which::MemberId(WANG.into());
    let request = v1::ListStandingsRequest {
        which: Some(of),
        ..Default::default()
    };
    let listed = client.standings.list_standings(request).await;
    let listed = listed.expect("a page").into_inner().standings;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0].next_on, &listed[0].skipped_on),
        (&on(4), &vec![])
    );
    client.verified().await;
}

fn supply() -> v1::OfferSupplyRequest {
    v1::OfferSupplyRequest {
        supply_id: id(),
        member_id: WANG.into(),
        terms: Some(v1::SupplyTerms {
            service: "walk".into(),
            days: (1..=7).collect(),
            from: "00:00".into(),
            until: "24:00".into(),
        }),
    }
}

fn hours(request: &mut v1::OfferSupplyRequest) -> &mut v1::SupplyTerms {
    request.terms.as_mut().expect("terms")
}

#[rustfmt::skip] // a table: a row a line
const SUPPLIES: &[Row<v1::OfferSupplyRequest>] = &[
    ("no id", |r| r.supply_id.clear(), InvalidArgument, "FIELD_MISSING", "field=supply_id"),
    ("nobody", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("no terms", |r| r.terms = None, InvalidArgument, "FIELD_MISSING", "field=terms"),
    ("no service", |r| hours(r).service.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.service"),
    ("on no day", |r| hours(r).days.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.days"),
    ("on no such day", |r| hours(r).days = vec![1, 8], InvalidArgument, "CHOICE_UNKNOWN", "field=terms.days given=8"),
    ("on day 0", |r| hours(r).days = vec![0], InvalidArgument, "CHOICE_UNKNOWN", "field=terms.days given=0"),
    ("from no time", |r| hours(r).from.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.from"),
    ("from no time of day", |r| hours(r).from = "9:00".into(), InvalidArgument, "TIME_OF_DAY_MALFORMED", "field=terms.from"),
    ("until 24:01", |r| hours(r).until = "24:01".into(), InvalidArgument, "TIME_OF_DAY_MALFORMED", "field=terms.until"),
    ("an unknown service", |r| hours(r).service = "dance".into(), NotFound, "SERVICE_UNKNOWN", "policy=city/1 service=dance"),
    ("an unknown member", |r| r.member_id = "city:member:9".into(), NotFound, "MEMBER_UNKNOWN", "field=member_id member=city:member:9"),
];

#[tokio::test]
async fn supplies() {
    let mut city = centre().await;
    let client = &mut city.client;
    let call =
        async |client: &mut Client, request| client.supplies.offer_supply(by(WANG, request)).await;
    let sound = supply();
    refused(client, sound.clone(), SUPPLIES, call).await;
    let mut withdraw = v1::WithdrawSupplyRequest {
        step_id: id(),
        member_id: WANG.into(),
        supply_id: id(),
    };
    let refused = client.supplies.withdraw_supply(by(WANG, withdraw.clone()));
    let status = refused.await.expect_err("no such supply");
    check(
        "unknown",
        &status,
        FailedPrecondition,
        "SUPPLY_UNKNOWN",
        "*",
    );
    withdraw.supply_id = sound.supply_id.clone();
    let withdrawn = client.supplies.withdraw_supply(by("1001", withdraw)).await;
    let withdrawn = withdrawn.expect("withdrawn").into_inner().supply;
    let withdrawn = withdrawn.expect("it");
    assert_eq!(withdrawn.state(), v1::SupplyState::Withdrawn);
    assert_eq!(withdrawn.terms, sound.terms);
    let again = call(client, sound).await.expect("a replay").into_inner();
    assert!(again.replayed);
    let stands = again.supply.expect("it").state();
    assert_eq!(stands, v1::SupplyState::Withdrawn);

    let sound = supply();
    call(client, sound.clone()).await.expect("offered");
    let which = v1::list_supplies_request::Which::OfCentre(v1::SuppliesOfCentre {
        centre: "city".into(),
        service: "walk".into(),
    });
    let request = v1::ListSuppliesRequest {
        which: Some(which),
        ..Default::default()
    };
    let listed = client.supplies.list_supplies(request).await;
    let listed = listed.expect("a page").into_inner().members;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].supplies[0].terms, sound.terms);
    client.verified().await;
}

/// A sheet of visits, of which one is refused by a rule and one cannot be read.
#[tokio::test]
async fn sheets() {
    let mut city = centre().await;
    let client = &mut city.client;
    let visit = |order_id: String, begins_s: i64| v1::RecordVisit {
        order_id,
        recipient_id: LI.into(),
        provider_id: WANG.into(),
        service: "walk".into(),
        at: ahead(begins_s),
        minutes: 15,
        ..Default::default()
    };
    let sheet = v1::Sheet {
        number: "2026-11.2".into(),
        sha256: vec![7; 32],
    };
    let [past, future] = [id(), id()];
    let request = |validate_only| v1::RecordVisitsRequest {
        sheet: Some(sheet.clone()),
        visits: vec![
            visit(past.clone(), -3_600),
            visit(future.clone(), 3_600),
            visit("x".into(), -7_200),
        ],
        validate_only,
    };
    let record = async |client: &mut Client, request: v1::RecordVisitsRequest| {
        let recorded = client.orders.record_visits(by("1001", request)).await;
        let results = recorded?.into_inner().results.into_iter();
        let fates = results.map(|one| match one.result.expect("a fate") {
            v1::record_visit_result::Result::Stands(stands) => stands.replayed.to_string(),
            v1::record_visit_result::Result::Refusal(refusal) => refusal.reason,
        });
        Ok::<_, tonic::Status>(fates.collect::<Vec<_>>())
    };
    for (validate_only, first) in [(true, "false"), (false, "false"), (false, "true")] {
        let fates = record(client, request(validate_only)).await;
        let expected = [first, "SERVICE_IN_FUTURE", "ID_MALFORMED"];
        assert_eq!(fates.expect("an answer"), expected);
    }
    for (what, request, reason) in [
        (
            "no sheet",
            v1::RecordVisitsRequest {
                sheet: None,
                ..request(false)
            },
            "FIELD_MISSING",
        ),
        (
            "no visits",
            v1::RecordVisitsRequest {
                visits: Vec::new(),
                ..request(false)
            },
            "BATCH_SIZE_OUT_OF_RANGE",
        ),
        (
            "too many visits",
            v1::RecordVisitsRequest {
                visits: vec![visit(id(), 0); 1_001],
                ..request(false)
            },
            "BATCH_SIZE_OUT_OF_RANGE",
        ),
    ] {
        let status = record(client, request).await.expect_err(what);
        check(what, &status, InvalidArgument, reason, "*");
    }
    let of_sheet = ListOrdersRequest {
        which: Some(v1::list_orders_request::Which::OfCentre(OrdersOfCentre {
            centre: "city".into(),
            only: Some(Only::Sheet("2026-11.2".into())),
        })),
        ..Default::default()
    };
    let listed = client.orders.list_orders(of_sheet).await;
    let order = listed.expect("a page").into_inner().orders.remove(0);
    assert_eq!(order.state(), OrderState::Recorded);
    assert_eq!((order.sheet, &*order.entered_by), (Some(sheet), "1001"));
    for (actor, action, state) in [
        ("1002", OrderDo::Approve(Plainly {}), OrderState::Confirmed),
        ("1002", OrderDo::Settle(Plainly {}), OrderState::Settled),
    ] {
        let step = about_order(&past, action);
        let taken = client.orders.step_order(by(actor, step)).await;
        let order = taken.expect("taken").into_inner().order.expect("it");
        assert_eq!(order.state(), state);
    }
    client.verified().await;
}

#[rustfmt::skip] // a table: a row a line
const REPORTS: &[Row<v1::ReportIncidentRequest>] = &[
    ("no id", |r| r.incident_id.clear(), InvalidArgument, "FIELD_MISSING", "field=incident_id"),
    ("no order", |r| r.order_id.clear(), InvalidArgument, "FIELD_MISSING", "field=order_id"),
    ("no kind", |r| r.kind = 0, InvalidArgument, "FIELD_MISSING", "field=kind"),
    ("a dispute", |r| r.kind = 1, InvalidArgument, "CHOICE_UNKNOWN", "field=kind given=1"),
    ("half a hash", |r| evidence(r).sha256 = vec![1; 16], InvalidArgument, "FILE_HASH_MALFORMED", "field=evidence"),
    ("a long reference", |r| evidence(r).reference = "x".repeat(101), InvalidArgument, "NAME_MALFORMED", "field=evidence *"),
    ("for no reason", |r| r.reason.clear(), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("an unknown order", |r| r.order_id = id(), NotFound, "ORDER_UNKNOWN", "*"),
];

fn evidence(request: &mut v1::ReportIncidentRequest) -> &mut v1::Evidence {
    request.evidence.get_or_insert_default()
}

#[tokio::test]
async fn incidents() {
    let mut city = centre().await;
    let client = &mut city.client;
    let need_id = approved(client, LI).await;
    let order = accepted(client, &need_id, WANG).await;
    let report = v1::ReportIncidentRequest {
        incident_id: id(),
        order_id: order.order_id.clone(),
        kind: v1::IncidentKind::Complaint.into(),
        evidence: Some(v1::Evidence {
            reference: "letter-12".into(),
            sha256: vec![7; 32],
        }),
        reason: "he came late".into(),
    };
    let call = async |client: &mut Client, request| {
        client.incidents.report_incident(by(WANG, request)).await
    };
    refused(client, report.clone(), REPORTS, call).await;
    let again = call(client, report.clone()).await.expect("a replay");
    assert!(again.into_inner().replayed);

    let close = |step_id: String, incident_id: String, reason: &str| v1::CloseIncidentRequest {
        step_id,
        incident_id,
        reason: reason.into(),
    };
    let of = &report.incident_id;
    for (what, request, code, reason) in [
        (
            "no step",
            close(String::new(), of.clone(), "why"),
            InvalidArgument,
            "FIELD_MISSING",
        ),
        (
            "no incident",
            close(id(), String::new(), "why"),
            InvalidArgument,
            "FIELD_MISSING",
        ),
        (
            "no reason",
            close(id(), of.clone(), ""),
            InvalidArgument,
            "FIELD_MISSING",
        ),
        (
            "unknown",
            close(id(), id(), "why"),
            NotFound,
            "INCIDENT_UNKNOWN",
        ),
    ] {
        let closed = client.incidents.close_incident(by("1001", request)).await;
        check(what, &closed.expect_err(what), code, reason, "*");
    }
    let request = v1::ListIncidentsRequest {
        centre: "city".into(),
        state: v1::IncidentState::Open.into(),
        ..Default::default()
    };
    let listed = client.incidents.list_incidents(request.clone()).await;
    assert_eq!(listed.expect("a page").into_inner().incidents.len(), 1);
    let no_state = v1::ListIncidentsRequest {
        state: 0,
        ..request
    };
    let status = client.incidents.list_incidents(no_state).await;
    let status = status.expect_err("no state");
    check(
        "no state",
        &status,
        InvalidArgument,
        "FIELD_MISSING",
        "field=state",
    );

    let request = close(id(), of.clone(), "he will come in time");
    let closed = client.incidents.close_incident(by("1001", request)).await;
    let incident = closed.expect("closed").into_inner().incident.expect("it");
    assert_eq!(incident.state(), v1::IncidentState::Closed);
    let request = v1::GetIncidentRequest {
        incident_id: of.clone(),
    };
    let got = client.incidents.get_incident(request).await.expect("it");
    let history = got.into_inner().history;
    let steps: Vec<_> = history
        .iter()
        .map(|one| (&*one.step, &*one.reason))
        .collect();
    let expected = [
        ("report", "he came late"),
        ("close", "he will come in time"),
    ];
    assert_eq!(steps, expected);
    let request = v1::GetOrderRequest {
        order_id: order.order_id,
    };
    let got = client.orders.get_order(request).await.expect("it");
    assert_eq!(got.into_inner().incidents, [incident]);
    client.verified().await;
}
