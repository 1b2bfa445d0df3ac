//! Partners: every call, and every call with something wrong about it.

use timebank_proto::v1::{self, RemittanceDirection as Way};
use tonic::Code::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied};

use super::{
    orders::{LI, WANG, centre},
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, id};

const NORTH: &str = "city:clearing:north";
const SOUTH: &str = "city:clearing:south";

fn opening() -> v1::OpenPartnerRequest {
    v1::OpenPartnerRequest {
        partner_id: NORTH.into(),
        name: "North time bank".into(),
        surplus: 600,
        deficit: 300,
    }
}

#[rustfmt::skip] // a table: a row a line
const OPENINGS: &[Row<v1::OpenPartnerRequest>] = &[
    ("no id", |r| r.partner_id.clear(), InvalidArgument, "FIELD_MISSING", "field=partner_id"),
    ("no name", |r| r.name.clear(), InvalidArgument, "FIELD_MISSING", "field=name"),
    ("no surplus", |r| r.surplus = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("less than no deficit", |r| r.deficit = -1, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("outside", |r| r.partner_id = "town:north".into(), FailedPrecondition, "ACCOUNT_OUTSIDE", "account=town:north"),
    ("a member's account", |r| r.partner_id = LI.into(), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
];

fn sending() -> v1::RemitRequest {
    v1::RemitRequest {
        step_id: id(),
        partner_id: NORTH.into(),
        direction: Way::Sent.into(),
        reference: "N-1".into(),
        member_id: LI.into(),
        amount: 400,
        reason: "moved".into(),
    }
}

#[rustfmt::skip] // a table: a row a line
const REMITTANCES: &[Row<v1::RemitRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no partner", |r| r.partner_id.clear(), InvalidArgument, "FIELD_MISSING", "field=partner_id"),
    ("no way", |r| r.direction = 0, InvalidArgument, "FIELD_MISSING", "field=direction"),
    ("no such way", |r| r.direction = 9, InvalidArgument, "CHOICE_UNKNOWN", "field=direction given=9"),
    ("no reference", |r| r.reference.clear(), InvalidArgument, "FIELD_MISSING", "field=reference"),
    ("a blank reference", |r| r.reference = " ".into(), InvalidArgument, "NAME_MALFORMED", "*"),
    ("101 characters", |r| r.reference = "x".repeat(101), InvalidArgument, "NAME_MALFORMED", "*"),
    ("no member", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("nothing", |r| r.amount = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("no such partner", |r| r.partner_id = SOUTH.into(), NotFound, "PARTNER_UNKNOWN", "partner=city:clearing:south"),
    ("no such member", |r| r.member_id = "city:member:9".into(), NotFound, "MEMBER_UNKNOWN", "field=member_id member=city:member:9"),
    ("more than the surplus", |r| r.amount = 601, FailedPrecondition, "PARTNER_LIMIT", "balance=0 limit=surplus max=600 partner=city:clearing:north requested=601"),
    ("more than the deficit", |r| { r.direction = Way::Received.into(); r.amount = 301 }, FailedPrecondition, "PARTNER_LIMIT", "balance=0 limit=deficit max=300 partner=city:clearing:north requested=301"),
    ("more than the member has", |r| { r.member_id = WANG.into(); r.amount = 600 }, FailedPrecondition, "FLOOR_CROSSED", "*"),
];

async fn remit(
    client: &mut Client,
    request: v1::RemitRequest,
) -> Result<v1::RemitResponse, tonic::Status> {
    let answer = client.partners.remit(by("1001", request)).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn partners() {
    let mut city = centre().await;
    let client = &mut city.client;
    let call = async |client: &mut Client, request| {
        client.partners.open_partner(by("1001", request)).await
    };
    refused(client, opening(), OPENINGS, call).await;
    let again = call(client, opening()).await.expect("again").into_inner();
    assert!(again.replayed);

    let sound = sending();
    refused(client, sound.clone(), REMITTANCES, remit).await;
    let again = remit(client, sound.clone()).await.expect("again");
    let entry = again.entry.expect("its entry");
    assert_eq!((again.replayed, entry.kind.as_str()), (true, "clearing"));
    assert_eq!(
        (client.balance(LI).await, client.balance(NORTH).await),
        (600, 400)
    );

    let status = client.partners.remit(by(LI, sending())).await;
    assert_eq!(status.expect_err("by no staff").code(), PermissionDenied);
    let status = remit(client, sending()).await.expect_err("the same");
    let figures = format!(
        "amount=400 direction=sent entry={} partner={NORTH} reference=N-1",
        sound.step_id
    );
    check(
        "a reference twice",
        &status,
        AlreadyExists,
        "REFERENCE_EXISTS",
        &figures,
    );
    let received = v1::RemitRequest {
        direction: Way::Received.into(),
        amount: 700,
        ..sending()
    };
    remit(client, received).await.expect("the other way");
    listed(client).await;
    client.verified().await;
}

/// What is listed, page by page, and shown.
async fn listed(client: &mut Client) {
    let mut request = v1::ListRemittancesRequest {
        partner_id: NORTH.into(),
        page_size: 1,
        page_token: String::new(),
    };
    let mut told = Vec::new();
    loop {
        let page = client.partners.list_remittances(request.clone()).await;
        let page = page.expect("a page").into_inner();
        let of_page = page.remittances.iter();
        told.extend(of_page.map(|one| (one.direction(), one.amount, one.member_id.clone())));
        match page.next_page_token {
            token if token.is_empty() => break,
            token => request.page_token = token,
        }
    }
    let of_li = |way, amount| (way, amount, LI.to_owned());
    assert_eq!(told, [of_li(Way::Received, 700), of_li(Way::Sent, 400)]);
    let request = v1::ListPartnersRequest {
        centre: "city".into(),
        ..Default::default()
    };
    let page = client.partners.list_partners(request).await;
    let partners = page.expect("a page").into_inner().partners;
    let request = v1::GetPartnerRequest {
        partner_id: NORTH.into(),
    };
    let shown = client.partners.get_partner(request).await;
    let shown = shown.expect("it").into_inner().partner.expect("it");
    assert_eq!((shown.balance, shown.centre.as_str()), (-300, "city"));
    assert_eq!(partners, [shown]);
    let request = v1::GetPartnerRequest {
        partner_id: SOUTH.into(),
    };
    let status = client.partners.get_partner(request).await;
    let status = status.expect_err("none");
    check(
        "shown",
        &status,
        NotFound,
        "PARTNER_UNKNOWN",
        "partner=city:clearing:south",
    );
}
