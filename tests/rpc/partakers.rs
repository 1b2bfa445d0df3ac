//! Who takes part: every call, and every call with something wrong about it.

use prost::Message;
use timebank_proto::v1::{
    self, Centre, GetCentreRequest, GetStaffRequest, ListCentresRequest, ListStaffRequest,
    OpenCentreRequest, RegisterStaffRequest, SetStaffStateRequest, Staff, StaffChange, StaffState,
};
use tonic::{
    Code::{self, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied},
    Status,
};

use super::{
    City,
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, id};

fn opening(prefix: &str, staff: &str) -> OpenCentreRequest {
    OpenCentreRequest {
        prefix: prefix.into(),
        name_en: "Chenjiaqiao Centre".into(),
        name_zh: "陈家桥社工中心".into(),
        operator: "Chenjiaqiao Social Work".into(),
        contracting_body: "Civil Affairs Bureau".into(),
        first_staff_number: staff.into(),
    }
}

fn registration(number: &str) -> RegisterStaffRequest {
    RegisterStaffRequest {
        staff_number: number.into(),
        centre: "city".into(),
        ..Default::default()
    }
}

fn change(number: &str, change: StaffChange) -> SetStaffStateRequest {
    SetStaffStateRequest {
        step_id: id(),
        staff_number: number.into(),
        change: change.into(),
    }
}

/// A server with a centre, whose first staff is 1001.
async fn centre() -> City {
    let mut city = City::empty().await;
    let opened = city.client.centres.open_centre(opening("city", "1001"));
    opened.await.expect("a centre");
    city
}

#[tokio::test]
async fn centres() {
    let mut city = City::empty().await;
    let client = &mut city.client;
    let request = opening("city", "1001");
    let first = client.centres.open_centre(request.clone()).await;
    let first = first.expect("a centre").into_inner();
    let expected = Centre {
        prefix: "city".into(),
        name_en: "Chenjiaqiao Centre".into(),
        name_zh: "陈家桥社工中心".into(),
        operator: "Chenjiaqiao Social Work".into(),
        contracting_body: "Civil Affairs Bureau".into(),
        active_staff_count: 1,
        closed_until: String::new(),
    };
    assert_eq!(first.centre.as_ref(), Some(&expected));
    assert_eq!((first.replayed, first.journal_position), (false, 3));
    let again = client.centres.open_centre(request).await;
    let again = again.expect("a replay").into_inner();
    assert_eq!((again.centre, again.replayed), (first.centre, true));
    let request = GetCentreRequest {
        prefix: "city".into(),
    };
    let got = client.centres.get_centre(request).await;
    assert_eq!(got.expect("it").into_inner().centre, Some(expected));

    for number in 0..5 {
        let request = opening(&format!("branch{number}"), &format!("s{number}"));
        client.centres.open_centre(request).await.expect("a centre");
    }
    let mut found = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListCentresRequest {
            page_size: 2,
            page_token,
        };
        let page = client.centres.list_centres(request).await;
        let page = page.expect("a page").into_inner();
        assert!(page.centres.len() <= 2);
        found.extend(page.centres.into_iter().map(|centre| centre.prefix));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let expected = [
        "branch0", "branch1", "branch2", "branch3", "branch4", "city",
    ];
    assert_eq!(found, expected);
    assert_eq!(client.verified().await, 8);
}

#[tokio::test]
async fn staff() {
    let mut city = centre().await;
    let client = &mut city.client;
    let registered = client
        .staff
        .register_staff(by("1001", registration("1002")));
    let registered = registered.await.expect("registered").into_inner();
    let expected = Staff {
        staff_number: "1002".into(),
        centre: "city".into(),
        state: StaffState::Active.into(),
        ..Default::default()
    };
    assert_eq!(registered.staff.as_ref(), Some(&expected));
    let suspend = change("1002", StaffChange::Suspend);
    let set = async |client: &mut Client, request| {
        let set = client.staff.set_staff_state(by("1001", request)).await;
        let set = set.expect("a step").into_inner();
        (set.staff.expect("staff").state(), set.replayed)
    };
    let (first, again) = (StaffState::Suspended, StaffState::Active);
    assert_eq!(set(client, suspend.clone()).await, (first, false));
    let reinstate = change("1002", StaffChange::Reinstate);
    assert_eq!(set(client, reinstate).await, (again, false));
    // The step again changes nothing; it shows them as they stand.
    assert_eq!(set(client, suspend).await, (again, true));
    let request = GetStaffRequest {
        staff_number: "1002".into(),
    };
    let got = client.staff.get_staff(request).await.expect("they");
    assert_eq!(got.into_inner().staff, Some(expected));
    let request = ListStaffRequest {
        centre: "city".into(),
        page_size: 1,
        ..Default::default()
    };
    let page = client.staff.list_staff(request.clone()).await;
    let page = page.expect("a page").into_inner();
    assert_eq!(page.staff[0].staff_number, "1001");
    let request = ListStaffRequest {
        page_token: page.next_page_token,
        ..request
    };
    let page = client.staff.list_staff(request).await;
    let page = page.expect("a page").into_inner();
    assert_eq!(page.staff[0].staff_number, "1002");
    assert_eq!(page.next_page_token, "");
    assert_eq!(client.verified().await, 6);
}

#[rustfmt::skip] // a table: a row a line
const OPENINGS: &[Row<OpenCentreRequest>] = &[
    ("no branch", |r| r.prefix.clear(), InvalidArgument, "FIELD_MISSING", "field=prefix"),
    ("no branch's name", |r| r.prefix = "City".into(), InvalidArgument, "BRANCH_MALFORMED", "field=prefix given=City"),
    ("no name", |r| r.name_en.clear(), InvalidArgument, "FIELD_MISSING", "field=name_en"),
    ("a name of two lines", |r| r.name_zh = "a\nb".into(), InvalidArgument, "NAME_MALFORMED", "field=name_zh given=a\nb max=100"),
    ("too long an operator", |r| r.operator = "\u{5f20}".repeat(101), InvalidArgument, "NAME_MALFORMED", "field=operator *"),
    ("no staff", |r| r.first_staff_number.clear(), InvalidArgument, "FIELD_MISSING", "field=first_staff_number"),
    ("no staff's number", |r| r.first_staff_number = "a b".into(), InvalidArgument, "STAFF_NUMBER_MALFORMED", "given=a b"),
    ("the server as staff", |r| r.first_staff_number = "timebank".into(), InvalidArgument, "STAFF_NUMBER_MALFORMED", "given=timebank"),
    ("inside another", |r| r.prefix = "city:east".into(), FailedPrecondition, "CENTRE_INSIDE", "centre=city:east other=city"),
    ("another's content", |r| { r.prefix = "city".into(); r.name_en = "City".into(); }, AlreadyExists, "ID_REUSED", "field=name_en given=City id=centre/city recorded=Chenjiaqiao Centre"),
    ("another's staff", |r| r.first_staff_number = "1001".into(), AlreadyExists, "STAFF_EXISTS", "centre=city staff_number=1001"),
];

#[tokio::test]
async fn openings() {
    let mut city = centre().await;
    let sound = opening("town", "2001");
    refused(
        &mut city.client,
        sound,
        OPENINGS,
        async |client, request| client.centres.open_centre(request).await,
    )
    .await;
}

#[rustfmt::skip] // a table: a row a line
const REGISTRATIONS: &[Row<RegisterStaffRequest>] = &[
    ("no number", |r| r.staff_number.clear(), InvalidArgument, "FIELD_MISSING", "field=staff_number"),
    ("no centre", |r| r.centre.clear(), InvalidArgument, "FIELD_MISSING", "field=centre"),
    ("many relatives", |r| r.relative_ids = vec!["city:ann".into(); 21], InvalidArgument, "TOO_MANY_RELATIVES", "given=21 max=20"),
    ("no member's id", |r| r.member_id = "ann".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=ann"),
    ("an unknown member", |r| r.member_id = "city:ann".into(), NotFound, "MEMBER_UNKNOWN", "field=member_id member=city:ann"),
    ("an unknown centre", |r| r.centre = "town".into(), NotFound, "CENTRE_UNKNOWN", "centre=town"),
    ("the first again", |r| r.staff_number = "1001".into(), AlreadyExists, "ID_REUSED", "field=command *"),
];

#[tokio::test]
async fn registrations() {
    let mut city = centre().await;
    let sound = registration("1002");
    refused(
        &mut city.client,
        sound,
        REGISTRATIONS,
        async |client, request| client.staff.register_staff(by("1001", request)).await,
    )
    .await;
}

#[rustfmt::skip] // a table: a row a line
const CHANGES: &[Row<SetStaffStateRequest>] = &[
    ("no id", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no UUID", |r| r.step_id = "7".into(), InvalidArgument, "ID_MALFORMED", "field=step_id given=7"),
    ("no number", |r| r.staff_number.clear(), InvalidArgument, "FIELD_MISSING", "field=staff_number"),
    ("no change", |r| r.change = 0, InvalidArgument, "FIELD_MISSING", "field=change"),
    ("a change of tomorrow", |r| r.change = 4, InvalidArgument, "CHOICE_UNKNOWN", "field=change given=4"),
    ("unknown staff", |r| r.staff_number = "1009".into(), NotFound, "STAFF_UNKNOWN", "staff_number=1009"),
    ("not suspended", |r| r.change = 2, FailedPrecondition, "STAFF_STATE_WRONG", "change=reinstated staff_number=1002 state=active"),
];

#[tokio::test]
async fn changes() {
    let mut city = centre().await;
    let registered = by("1001", registration("1002"));
    let registered = city.client.staff.register_staff(registered).await;
    registered.expect("registered");
    let sound = change("1002", StaffChange::End);
    refused(&mut city.client, sound, CHANGES, async |client, request| {
        client.staff.set_staff_state(by("1001", request)).await
    })
    .await;
    let last = change("1001", StaffChange::Suspend);
    let last = city.client.staff.set_staff_state(by("1001", last)).await;
    let figures = "centre=city staff_number=1001";
    check(
        "the last",
        &last.unwrap_err(),
        FailedPrecondition,
        "LAST_STAFF",
        figures,
    );
}

/// A page ends at 1 MiB, and the next goes on where it ended.
#[tokio::test]
async fn a_page_of_long_items() {
    let mut city = centre().await;
    let client = &mut city.client;
    let relatives: Vec<_> = (0..20)
        .map(|n| format!("city:{0}:{0}:{n:029}", "m".repeat(31)))
        .collect();
    for member_id in &relatives {
        let request = v1::RegisterMemberRequest {
            member_id: member_id.clone(),
            ..Default::default()
        };
        let registered = client.members.register_member(by("1001", request)).await;
        registered.expect("a member");
    }
    let mut expected = vec!["1001".to_owned()];
    for number in 2_000..2_700 {
        let request = RegisterStaffRequest {
            relative_ids: relatives.clone(),
            ..registration(&number.to_string())
        };
        let registered = client.staff.register_staff(by("1001", request)).await;
        registered.expect("registered");
        expected.push(number.to_string());
    }
    let mut request = ListStaffRequest {
        centre: "city".into(),
        page_size: 1_000,
        ..Default::default()
    };
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let page = client.staff.list_staff(request.clone()).await;
        let page = page.expect("a page").into_inner();
        assert!(page.encoded_len() < 1_100_000, "{}", page.encoded_len());
        found.extend(page.staff.into_iter().map(|staff| staff.staff_number));
        pages += 1;
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found, expected);
    assert!(pages > 1);
}

/// A step of staff's is refused to everybody else.
#[tokio::test]
async fn staff_only() {
    let mut city = centre().await;
    let opened = city.client.centres.open_centre(opening("town", "2001"));
    opened.await.expect("a centre");
    for number in ["", "2001", "1009", "timebank2", "the manager"] {
        let refused = city
            .client
            .staff
            .register_staff(by(number, registration("1002")));
        let who = if number.is_empty() { "admin" } else { number };
        let figures = format!("centre=city principal={who}");
        let status = refused.await.expect_err("no staff of it");
        check(number, &status, PermissionDenied, "STAFF_ONLY", &figures);
    }
}

#[tokio::test]
async fn reads() {
    let mut city = centre().await;
    let client = &mut city.client;
    let is = |what: &str, status: Status, code: Code, reason: &str, figures: &str| {
        check(what, &status, code, reason, figures);
    };
    let get = |prefix: &str| GetCentreRequest {
        prefix: prefix.into(),
    };
    let status = client.centres.get_centre(get("town")).await.unwrap_err();
    is(
        "no centre",
        status,
        NotFound,
        "CENTRE_UNKNOWN",
        "centre=town",
    );
    let status = client.centres.get_centre(get("")).await.unwrap_err();
    is(
        "no name",
        status,
        InvalidArgument,
        "FIELD_MISSING",
        "field=prefix",
    );
    let get = GetStaffRequest {
        staff_number: "1009".into(),
    };
    let status = client.staff.get_staff(get).await.unwrap_err();
    is(
        "no staff",
        status,
        NotFound,
        "STAFF_UNKNOWN",
        "staff_number=1009",
    );
    let list = |centre: &str, page_token: &str| v1::ListStaffRequest {
        centre: centre.into(),
        page_token: page_token.into(),
        ..Default::default()
    };
    let status = client.staff.list_staff(list("town", "")).await.unwrap_err();
    is(
        "no centre's",
        status,
        NotFound,
        "CENTRE_UNKNOWN",
        "centre=town",
    );
    let status = client
        .staff
        .list_staff(list("city", "00"))
        .await
        .unwrap_err();
    is(
        "no token",
        status,
        InvalidArgument,
        "PAGE_TOKEN_MALFORMED",
        "",
    );
    let list = ListCentresRequest {
        page_size: 1_001,
        ..Default::default()
    };
    let status = client.centres.list_centres(list).await.unwrap_err();
    let figures = "given=1001";
    is(
        "a large page",
        status,
        InvalidArgument,
        "PAGE_SIZE_OUT_OF_RANGE",
        figures,
    );
}
