//! Evaluations and looks over gRPC: what is malformed, what is shown, and pages.

use timebank_proto::v1::{
    self, Findings, GetEvaluationRequest, ListLooksRequest, LooksOfCentre, PersonalField,
    ShowPersonalFieldsRequest, ToldByRecipient, findings::Found, list_looks_request::Of,
};
use tonic::Code;

use super::members::{LI, centre, registration};
use crate::support::{Client, by, id, told};

fn show(fields: &[i32]) -> ShowPersonalFieldsRequest {
    ShowPersonalFieldsRequest {
        order_id: String::new(),
        member_id: LI.into(),
        fields: fields.to_vec(),
        reason: "to call her".into(),
    }
}

async fn looks(client: &mut Client, of: Of, page_size: i32) -> Vec<v1::Look> {
    let mut request = ListLooksRequest {
        of: Some(of),
        page_size,
        page_token: String::new(),
    };
    let mut all = Vec::new();
    loop {
        let page = client.oversight.list_looks(request.clone()).await;
        let page = page.expect("looks").into_inner();
        all.extend(page.looks);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return all;
        }
    }
}

#[tokio::test]
async fn each_look_is_a_record_and_shows_what_was_asked_for() {
    let mut city = centre().await;
    let client = &mut city.client;
    let registered = client.members.register_member(by("1001", registration(LI)));
    registered.await.expect("a member");
    for _ in 0..5 {
        let phone = PersonalField::Phone.into();
        let shown = client
            .oversight
            .show_personal_fields(by("1001", show(&[phone])));
        let shown = shown.await.expect("fields").into_inner();
        let personal = shown.personal.expect("they are kept");
        assert_eq!(personal.phone, "138 0000 0000");
        assert!(personal.name.is_empty() && personal.address.is_empty());
    }
    let of_centre = |since: &str| {
        Of::OfCentre(LooksOfCentre {
            centre: "city".into(),
            since: since.into(),
        })
    };
    for of in [Of::MemberId(LI.into()), of_centre("")] {
        let all = looks(client, of.clone(), 100).await;
        assert_eq!(all.len(), 5);
        for page_size in 1..=6 {
            assert_eq!(looks(client, of.clone(), page_size).await, all);
        }
        let step = all[0].step.as_ref().expect("a step");
        assert_eq!(
            (step.actor.as_str(), step.reason.as_str()),
            ("1001", "to call her")
        );
    }
    assert!(looks(client, of_centre("9999-01-01"), 100).await.is_empty());
    // The first token, three for the centre, its staff and the member, and five looks.
    assert_eq!(client.verified().await, 9);
    // What shows nothing leaves no record.
    for (fields, expected) in [
        (vec![], "FIELD_MISSING"),
        (vec![8], "CHOICE_UNKNOWN"),
        (vec![0], "CHOICE_UNKNOWN"),
    ] {
        let refused = client
            .oversight
            .show_personal_fields(by("1001", show(&fields)));
        let refused = refused.await.expect_err("malformed");
        assert_eq!(told(&refused).reason, expected);
    }
    let refused = client.oversight.show_personal_fields(by("9", show(&[1])));
    let refused = refused.await.expect_err("nobody's staff");
    assert_eq!(told(&refused).reason, "PARTY_OR_STAFF_ONLY");
    assert_eq!(client.verified().await, 9);
}

#[tokio::test]
async fn malformed_evaluations_are_refused() {
    let mut city = centre().await;
    let client = &mut city.client;
    client.give_tokens(&["1001"]).await;
    let said = |served_minutes, quality| {
        Some(Found::Told(ToldByRecipient {
            served_minutes,
            quality,
            satisfaction: 0,
        }))
    };
    for (found, expected) in [
        (None, "FIELD_MISSING"),
        (Some(Found::Denied(false)), "FIELD_MISSING"),
        (Some(Found::NotReached(false)), "FIELD_MISSING"),
        (said(0, 0), "FIELD_MISSING"),
        (said(-1, 0), "AMOUNT_OUT_OF_RANGE"),
        (said(60, 6), "CHOICE_UNKNOWN"),
        (said(60, 5), "ORDER_UNKNOWN"),
    ] {
        let request = v1::FileEvaluationRequest {
            step_id: id(),
            order_id: id(),
            findings: Some(Findings { found }),
            ..Default::default()
        };
        let refused = client.oversight.file_evaluation(by("1001", request));
        let refused = refused.await.expect_err("malformed");
        assert_eq!(told(&refused).reason, expected, "{found:?}");
    }
    let request = GetEvaluationRequest { order_id: id() };
    let refused = client.oversight.get_evaluation(request).await;
    let refused = refused.expect_err("none");
    assert_eq!(refused.code(), Code::NotFound);
    assert_eq!(told(&refused).reason, "EVALUATION_UNKNOWN");
}
