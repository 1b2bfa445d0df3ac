//! What an evaluator's token sees: the visits that were drawn for them, and nothing of others.

use timebank_proto::v1::{
    self, PersonalField, Plainly, Role, ToldByRecipient, findings::Found, list_looks_request::Of,
    order_action::Action as OrderDo,
};
use tonic::Status;

use super::{
    City,
    orders::{LI, WANG, about_order, ahead, centre},
};
use crate::support::{Client, by, id, told};

/// Three visits that were settled, and a third member of the staff who had no part in them.
async fn settled() -> (City, Vec<String>) {
    let mut city = centre().await;
    let client = &mut city.client;
    let visits = (1..=3).map(|hour| v1::RecordVisit {
        order_id: id(),
        recipient_id: LI.into(),
        provider_id: WANG.into(),
        service: "walk".into(),
        at: ahead(-3_600 * hour),
        minutes: 15,
        ..Default::default()
    });
    let visits: Vec<_> = visits.collect();
    let orders: Vec<_> = visits.iter().map(|visit| visit.order_id.clone()).collect();
    let sheet = v1::Sheet {
        number: "2026-11.2".into(),
        sha256: vec![7; 32],
    };
    let request = v1::RecordVisitsRequest {
        sheet: Some(sheet),
        visits,
        validate_only: false,
    };
    let recorded = client.orders.record_visits(by("1001", request)).await;
    let recorded = recorded.expect("recorded").into_inner().results;
    for one in recorded {
        let fate = one.result.expect("a fate");
        let stands = matches!(fate, v1::record_visit_result::Result::Stands(_));
        assert!(stands, "{fate:?}");
    }
    for order in &orders {
        for action in [OrderDo::Approve(Plainly {}), OrderDo::Settle(Plainly {})] {
            let step = by("1002", about_order(order, action));
            client.orders.step_order(step).await.expect("a step");
        }
    }
    let request = v1::RegisterStaffRequest {
        staff_number: "1003".into(),
        centre: "city".into(),
        ..Default::default()
    };
    let registered = client.staff.register_staff(by("1001", request)).await;
    registered.expect("staff");
    (city, orders)
}

async fn draw(client: &mut Client, step_id: &str, size: i32) -> Result<Vec<String>, Status> {
    let request = v1::DrawSampleRequest {
        step_id: step_id.into(),
        centre: "city".into(),
        seed: "dice 4 2 6".into(),
        size,
        evaluator: "1003".into(),
        ..Default::default()
    };
    let drawn = client.oversight.draw_sample(by("1001", request)).await?;
    Ok(drawn.into_inner().order_ids)
}

async fn order(client: &mut Client, order_id: &str) -> Result<(), Status> {
    let order_id = order_id.into();
    let got = client.orders.get_order(v1::GetOrderRequest { order_id });
    got.await.map(drop)
}

async fn file(client: &mut Client, order_id: &str) -> Result<(), Status> {
    let told = ToldByRecipient {
        served_minutes: 15,
        ..Default::default()
    };
    let request = v1::FileEvaluationRequest {
        step_id: id(),
        order_id: order_id.into(),
        findings: Some(v1::Findings {
            found: Some(Found::Told(told)),
        }),
        ..Default::default()
    };
    client.oversight.file_evaluation(request).await.map(drop)
}

async fn phone(client: &mut Client, member_id: &str, order_id: &str) -> Result<(), Status> {
    let request = v1::ShowPersonalFieldsRequest {
        member_id: member_id.into(),
        fields: vec![PersonalField::Phone.into()],
        reason: "the October sample".into(),
        order_id: order_id.into(),
    };
    let shown = client.oversight.show_personal_fields(request).await;
    shown.map(drop)
}

/// The reason, and the message without the id that it is about.
fn heard(refused: Result<(), Status>, about: &str) -> (String, String) {
    let status = refused.expect_err("it is refused");
    let message = status.message().replace(about, "ID");
    (told(&status).reason, message)
}

#[tokio::test]
async fn they_see_what_was_drawn_for_them_alone() {
    let (mut city, orders) = settled().await;
    let client = &mut city.client;
    let text = client.issue("1003", Role::Evaluator, "city").await;
    let mut evaluator = client.showing(&text);
    let none = v1::ListDrawnRequest {
        evaluator: "1003".into(),
        ..Default::default()
    };
    let due = evaluator.oversight.list_drawn(none.clone()).await;
    assert!(due.expect("none yet").into_inner().orders.is_empty());
    let step = id();
    let drawn = draw(client, &step, 1).await.expect("drawn");
    assert_eq!(draw(client, &step, 1).await.expect("again"), drawn);
    let own = &drawn[0];
    let other = orders.iter().find(|id| *id != own).expect("another");
    let nowhere = id();

    let due = evaluator.oversight.list_drawn(none.clone()).await;
    let due = due.expect("one").into_inner().orders;
    let due: Vec<_> = due
        .iter()
        .map(|one| (&one.order_id, one.evaluated))
        .collect();
    assert_eq!(due, [(own, false)]);
    order(&mut evaluator, own).await.expect("its own");
    phone(&mut evaluator, LI, own).await.expect("whom to ask");
    let before = client.position().await;
    // Of what was not drawn nothing is told, as if it were not there.
    for (refused, unknown) in [
        (
            heard(order(&mut evaluator, other).await, other),
            heard(order(&mut evaluator, &nowhere).await, &nowhere),
        ),
        (
            heard(file(&mut evaluator, other).await, other),
            heard(file(&mut evaluator, &nowhere).await, &nowhere),
        ),
        (
            heard(phone(&mut evaluator, LI, other).await, other),
            heard(phone(&mut evaluator, LI, &nowhere).await, &nowhere),
        ),
    ] {
        assert_eq!(refused, unknown);
    }
    let without = heard(phone(&mut evaluator, LI, "").await, "");
    assert_eq!(without.0, "NOT_DRAWN");
    let stranger = heard(phone(&mut evaluator, "city:member:no", own).await, "");
    assert_eq!(stranger.0, "MEMBER_UNKNOWN");
    assert_eq!(client.position().await, before, "nothing is written");

    file(&mut evaluator, own).await.expect("filed");
    let due = evaluator.oversight.list_drawn(none).await;
    assert!(due.expect("one").into_inner().orders[0].evaluated);
    let looks = v1::ListLooksRequest {
        of: Some(Of::MemberId(LI.into())),
        ..Default::default()
    };
    let looks = client.oversight.list_looks(looks).await.expect("looks");
    assert_eq!(looks.into_inner().looks.len(), 1);
    // Evaluations of others' samples are not listed for them either.
    draw(client, &id(), 3).await.expect("all of them");
    order(&mut evaluator, other).await.expect("drawn now");
    client.verified().await;
}
