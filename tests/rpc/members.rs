//! Members: every call, and every call with something wrong about it.

use std::io::{Read, Seek};

use tempfile::TempDir;
use timebank_proto::v1::{
    self, Attestation, GetMemberRequest, ListMembersRequest, Member, MemberChange, MemberDetails,
    MemberState, OpenCentreRequest, PersonalFields, Qualification, QualifyMemberRequest,
    RegisterMemberRequest, SetMemberStateRequest, list_members_request::Only,
};
use tonic::Code::{
    AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied,
    ResourceExhausted,
};

use super::{
    City,
    refusals::{Row, check, refused},
};
use crate::support::{Client, Server, by, id, serve_command};

pub(super) const LI: &str = "city:member:000001";
const WANG: &str = "city:member:000002";

/// A server with a centre, whose staff is 1001.
pub(super) async fn centre() -> City {
    let mut city = City::empty().await;
    let opened = city.client.centres.open_centre(opening()).await;
    opened.expect("a centre");
    city
}

fn opening() -> OpenCentreRequest {
    OpenCentreRequest {
        prefix: "city".into(),
        name_en: "City Centre".into(),
        first_staff_number: "1001".into(),
        ..Default::default()
    }
}

pub(super) fn registration(member_id: &str) -> RegisterMemberRequest {
    let attested = |evidence: &str| Attestation {
        since: "2026-01-01".into(),
        attested_by: String::new(),
        evidence: evidence.into(),
    };
    RegisterMemberRequest {
        member_id: member_id.into(),
        details: Some(MemberDetails {
            block: "grid-7".into(),
            heard_of: "neighbour".into(),
            has_device: true,
            consented_on: "2026-03-01".into(),
            insured_until: "2027-02-28".into(),
            ..Default::default()
        }),
        personal: Some(PersonalFields {
            name: "李华".into(),
            phone: "138 0000 0000".into(),
            born_on: "1941-03-01".into(),
            address: "陈家桥街道 7 号".into(),
            disability: Some(attested("certificate 4501")),
            hardship: Some(attested("minimum allowance")),
            affiliation: "No. 7 Factory".into(),
            identity_number: String::new(),
        }),
    }
}

async fn register(client: &mut Client, member_id: &str) -> v1::RegisterMemberResponse {
    let request = by("1001", registration(member_id));
    let registered = client.members.register_member(request).await;
    registered.expect("registered").into_inner()
}

#[tokio::test]
async fn registered() {
    let mut city = centre().await;
    let client = &mut city.client;
    let first = register(client, LI).await;
    let member = first.member.clone().expect("they");
    let expected = Member {
        account_id: LI.into(),
        registered_on: member.registered_on,
        etag: "4".into(),
        exit: None,
        second_of: String::new(),
        erasure: v1::Erasure::Unspecified.into(),
        member_id: LI.into(),
        centre: "city".into(),
        state: MemberState::Active.into(),
        details: registration(LI).details,
        qualifications: Vec::new(),
    };
    assert_eq!(first.member.as_ref(), Some(&expected));
    assert_eq!((first.replayed, first.journal_position), (false, 4));
    let again = register(client, LI).await;
    assert_eq!((again.member, again.replayed), (first.member, true));
    let got = client.members.get_member(GetMemberRequest {
        member_id: LI.into(),
    });
    let got = got.await.expect("they").into_inner();
    assert_eq!(got.member, Some(expected));
    let mut personal = registration(LI).personal.expect("fields");
    for attested in [&mut personal.disability, &mut personal.hardship] {
        let attested = attested.as_mut().expect("an attestation");
        attested.attested_by = "1001".into();
    }
    let show = v1::ShowPersonalFieldsRequest {
        order_id: String::new(),
        member_id: LI.into(),
        fields: (1..=7).collect(),
        reason: String::new(),
    };
    let shown = client.oversight.show_personal_fields(by("1001", show));
    let shown = shown.await.expect("fields").into_inner();
    assert_eq!(shown.personal, Some(personal));
    assert_eq!(client.balance(LI).await, 0);
    assert_eq!(client.verified().await, 5);
}

/// Nothing of a personal field reaches the journal, a log or an error.
#[tokio::test]
async fn nothing_personal_gets_about() {
    let dir = TempDir::new().expect("a directory");
    let mut log = tempfile::tempfile().expect("a file");
    let mut command = serve_command(dir.path());
    command.env("RUST_LOG", "trace");
    let server = Server::run_with_stderr(command, log.try_clone().expect("a file"));
    let client = &mut server.client().await;
    client
        .centres
        .open_centre(opening())
        .await
        .expect("a centre");
    register(client, LI).await;
    let mut errors = String::new();
    let refused = |change: fn(&mut PersonalFields)| {
        let mut request = registration(LI);
        change(request.personal.as_mut().expect("fields"));
        by("1001", request)
    };
    for request in [
        refused(|fields| fields.name += "\n"),
        refused(|fields| fields.born_on = "1941-03-01x".into()),
        refused(|fields| fields.phone = "138 0000 0000".repeat(20)),
        refused(|fields| fields.address += "!"),
        refused(|fields| fields.born_on = "2941-03-01".into()),
        refused(|fields| fields.hardship = None),
    ] {
        let status = client.members.register_member(request).await.unwrap_err();
        errors += &format!("{status:?}");
    }
    server.stop().await;
    let mut logged = String::new();
    log.rewind().expect("its beginning");
    log.read_to_string(&mut logged).expect("the log");
    assert!(logged.contains("serving"), "nothing is logged");
    let database = rusqlite::Connection::open(dir.path().join("ledger.db")).expect("the database");
    let journal = "SELECT group_concat(hex(bytes || nodes), '') FROM journal";
    let journal: String = database
        .query_row(journal, [], |row| row.get(0))
        .expect("the journal");
    let objects = "SELECT group_concat(id || state, '') FROM objects";
    let objects: String = database
        .query_row(objects, [], |row| row.get(0))
        .expect("the objects");
    let hex = |text: &str| -> String { text.bytes().map(|b| format!("{b:02X}")).collect() };
    for text in [
        "李华",
        "138 0000 0000",
        "1941-03-01",
        "陈家桥街道",
        "certificate",
        "minimum allowance",
        "No. 7 Factory",
    ] {
        assert!(!errors.contains(text), "{text} in {errors}");
        assert!(!logged.contains(text), "{text} in the log");
        assert!(!objects.contains(text), "{text} in {objects}");
        assert!(!journal.contains(&hex(text)), "{text} in the journal");
    }
}

#[rustfmt::skip] // a table: a row a line
const REGISTRATIONS: &[Row<RegisterMemberRequest>] = &[
    ("no id", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("no such id", |r| r.member_id = "city".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=city"),
    ("no block's name", |r| details(r).block = "Grid 7".into(), InvalidArgument, "LABEL_MALFORMED", "field=details.block given=Grid 7"),
    ("no guardian's id", |r| details(r).guardian_id = "x".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=x"),
    ("many relatives", |r| details(r).relative_ids = vec![LI.into(); 21], InvalidArgument, "TOO_MANY_RELATIVES", "given=21 max=20"),
    ("no day", |r| details(r).consented_on = "yesterday".into(), InvalidArgument, "DAY_MALFORMED", "field=details.consented_on"),
    ("no day of that month", |r| details(r).insured_until = "2026-02-29".into(), InvalidArgument, "DAY_MALFORMED", "field=details.insured_until"),
    ("a name of two lines", |r| personal(r).name = "a\nb".into(), InvalidArgument, "PERSONAL_FIELD_MALFORMED", "field=personal.name max=200"),
    ("a long address", |r| personal(r).address = "\u{5f20}".repeat(201), InvalidArgument, "PERSONAL_FIELD_MALFORMED", "field=personal.address max=200"),
    ("no birth date", |r| personal(r).born_on = "1941".into(), InvalidArgument, "DAY_MALFORMED", "field=personal.born_on"),
    ("no evidence", |r| disability(r).evidence.clear(), InvalidArgument, "FIELD_MISSING", "field=personal.disability.evidence"),
    ("no day of it", |r| disability(r).since.clear(), InvalidArgument, "FIELD_MISSING", "field=personal.disability.since"),
    ("nobody's branch", |r| r.member_id = "town:member:000001".into(), FailedPrecondition, "MEMBER_OUTSIDE", "member=town:member:000001"),
    ("an unknown guardian", |r| details(r).guardian_id = "city:nobody".into(), NotFound, "MEMBER_UNKNOWN", "field=details.guardian_id member=city:nobody"),
    ("an unknown proxy", |r| details(r).proxy_id = "city:nobody".into(), NotFound, "MEMBER_UNKNOWN", "field=details.proxy_id member=city:nobody"),
    ("an unknown heir", |r| details(r).heir_id = "city:nobody".into(), NotFound, "MEMBER_UNKNOWN", "field=details.heir_id member=city:nobody"),
    ("their own heir", |r| details(r).heir_id = WANG.into(), InvalidArgument, "MEMBER_OF_ITSELF", "field=details.heir_id member=city:member:000002"),
    ("born tomorrow or later", |r| personal(r).born_on = "9999-12-31".into(), InvalidArgument, "BORN_IN_FUTURE", "today=2*"),
    ("another's id", |r| r.member_id = LI.into(), AlreadyExists, "ID_REUSED", "field=details.heir_id given=city:member:000001 id=member/city:member:000001 recorded=none"),
    ("an account's id", |r| r.member_id = "city:pool".into(), AlreadyExists, "MEMBER_ACCOUNT_EXISTS", "member=city:pool"),
];

fn details(request: &mut RegisterMemberRequest) -> &mut MemberDetails {
    request.details.as_mut().expect("details")
}

fn personal(request: &mut RegisterMemberRequest) -> &mut PersonalFields {
    request.personal.as_mut().expect("fields")
}

fn disability(request: &mut RegisterMemberRequest) -> &mut Attestation {
    personal(request).disability.as_mut().expect("a disability")
}

#[tokio::test]
async fn registrations() {
    let mut city = centre().await;
    register(&mut city.client, LI).await;
    city.client.open("city:pool", v1::AccountKind::Pool).await;
    let mut sound = registration(WANG);
    details(&mut sound).heir_id = LI.into();
    let call = async |client: &mut Client, request| {
        client.members.register_member(by("1001", request)).await
    };
    refused(&mut city.client, sound, REGISTRATIONS, call).await;
}

/// Who registers is staff; a colleague may repeat it, whoever attested.
#[tokio::test]
async fn staff_only() {
    let mut city = centre().await;
    let client = &mut city.client;
    let request = registration(LI);
    for actor in ["", "1002", "the manager"] {
        let status = client.members.register_member(by(actor, request.clone()));
        let who = if actor.is_empty() { "admin" } else { actor };
        let figures = format!("centre=city principal={who}");
        let status = status.await.unwrap_err();
        check(actor, &status, PermissionDenied, "STAFF_ONLY", &figures);
    }
    register(client, LI).await;
    for actor in ["1002", "the manager"] {
        let again = client.members.register_member(by(actor, request.clone()));
        assert!(again.await.expect("a replay").into_inner().replayed);
    }
}

#[rustfmt::skip] // a table: a row a line
const CHANGES: &[Row<SetMemberStateRequest>] = &[
    ("no id", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no member", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("no change", |r| r.change = 0, InvalidArgument, "FIELD_MISSING", "field=change"),
    ("a change of tomorrow", |r| r.change = 3, InvalidArgument, "CHOICE_UNKNOWN", "field=change given=3"),
    ("an unknown member", |r| r.member_id = WANG.into(), NotFound, "MEMBER_UNKNOWN", "field=member_id member=city:member:000002"),
    ("not suspended", |r| r.change = 2, FailedPrecondition, "MEMBER_STATE_WRONG", "change=reinstated member=city:member:000001 state=active"),
];

#[tokio::test]
async fn changes() {
    let mut city = centre().await;
    register(&mut city.client, LI).await;
    let sound = SetMemberStateRequest {
        step_id: id(),
        member_id: LI.into(),
        change: MemberChange::Suspend.into(),
    };
    let call = async |client: &mut Client, request| {
        client.members.set_member_state(by("1001", request)).await
    };
    refused(&mut city.client, sound, CHANGES, call).await;
}

#[rustfmt::skip] // a table: a row a line
const QUALIFICATIONS: &[Row<QualifyMemberRequest>] = &[
    ("no id", |r| r.step_id = "x".into(), InvalidArgument, "ID_MALFORMED", "field=step_id given=x"),
    ("no member", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("nothing", |r| r.qualification = None, InvalidArgument, "FIELD_MISSING", "field=qualification"),
    ("no code", |r| code(r).code.clear(), InvalidArgument, "FIELD_MISSING", "field=qualification.code"),
    ("no code's name", |r| code(r).code = "First Aid".into(), InvalidArgument, "LABEL_MALFORMED", "field=qualification.code given=First Aid"),
    ("no first day", |r| code(r).since.clear(), InvalidArgument, "FIELD_MISSING", "field=qualification.since"),
    ("no last day", |r| code(r).until = "2026-13-01".into(), InvalidArgument, "DAY_MALFORMED", "field=qualification.until"),
    ("a training of two lines", |r| code(r).training = "a\nb".into(), InvalidArgument, "LABEL_MALFORMED", "field=qualification.training given=a\nb"),
    ("lapsed before it began", |r| code(r).until = "2025-12-31".into(), InvalidArgument, "QUALIFICATION_REVERSED", "since=2026-01-01 until=2025-12-31"),
    ("an unknown member", |r| r.member_id = WANG.into(), NotFound, "MEMBER_UNKNOWN", "field=member_id member=city:member:000002"),
];

fn code(request: &mut QualifyMemberRequest) -> &mut Qualification {
    request.qualification.as_mut().expect("a qualification")
}

fn qualification(code: &str, until: &str) -> QualifyMemberRequest {
    QualifyMemberRequest {
        step_id: id(),
        member_id: LI.into(),
        qualification: Some(Qualification {
            code: code.into(),
            since: "2026-01-01".into(),
            until: until.into(),
            training: "first-aid-8h".into(),
        }),
    }
}

#[tokio::test]
async fn qualifications() {
    let mut city = centre().await;
    register(&mut city.client, LI).await;
    let call = async |client: &mut Client, request| {
        client.members.qualify_member(by("1001", request)).await
    };
    let sound = qualification("first-aid", "2026-11-30");
    refused(&mut city.client, sound, QUALIFICATIONS, call).await;
    // Fifty at most, and each can be replaced.
    let client = &mut city.client;
    for number in 1..50 {
        let request = qualification(&format!("code-{number}"), "");
        call(client, request).await.expect("qualified");
    }
    let status = call(client, qualification("one-more", ""))
        .await
        .unwrap_err();
    let figures = "max=50 member=city:member:000001";
    check(
        "one more",
        &status,
        ResourceExhausted,
        "TOO_MANY_QUALIFICATIONS",
        figures,
    );
    let replaced = call(client, qualification("first-aid", "2027-11-30")).await;
    let member = replaced.expect("replaced").into_inner().member;
    assert_eq!(member.expect("they").qualifications.len(), 50);
    client.verified().await;
}

#[tokio::test]
async fn lists() {
    let mut city = centre().await;
    let client = &mut city.client;
    let ids: Vec<_> = (0..7).map(|n| format!("city:member:{n:06}")).collect();
    for member_id in &ids {
        register(client, member_id).await;
    }
    let suspend = SetMemberStateRequest {
        step_id: id(),
        member_id: LI.into(),
        change: MemberChange::Suspend.into(),
    };
    let suspended = client.members.set_member_state(by("1001", suspend)).await;
    suspended.expect("suspended");
    let qualified = qualification("first-aid", "2026-11-30");
    let qualified = client.members.qualify_member(by("1001", qualified)).await;
    qualified.expect("qualified");
    let listed = async |client: &mut Client, only: Option<Only>| {
        let mut found = Vec::new();
        let mut request = ListMembersRequest {
            centre: "city".into(),
            only,
            page_size: 3,
            ..Default::default()
        };
        loop {
            let page = client.members.list_members(request.clone()).await;
            let page = page.expect("a page").into_inner();
            found.extend(page.members.into_iter().map(|member| member.member_id));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return found;
            }
        }
    };
    assert_eq!(listed(client, None).await, ids);
    let suspended = Only::State(MemberState::Suspended.into());
    assert_eq!(listed(client, Some(suspended)).await, [LI]);
    let active = Only::State(MemberState::Active.into());
    assert_eq!(listed(client, Some(active)).await.len(), 6);
    assert_eq!(
        listed(client, Some(Only::Block("grid-7".into()))).await,
        ids
    );
    assert_eq!(
        listed(client, Some(Only::Block("grid-8".into())))
            .await
            .len(),
        0
    );
    let november = Only::LapsingIn("2026-11".into());
    assert_eq!(listed(client, Some(november)).await, [LI]);

    let wrong = async |client: &mut Client, only: Only, reason: &str, figures: &str| {
        let request = ListMembersRequest {
            centre: "city".into(),
            only: Some(only),
            ..Default::default()
        };
        let status = client.members.list_members(request).await.unwrap_err();
        check(reason, &status, InvalidArgument, reason, figures);
    };
    wrong(
        client,
        Only::State(7),
        "CHOICE_UNKNOWN",
        "field=state given=7",
    )
    .await;
    wrong(
        client,
        Only::Block(String::new()),
        "FIELD_MISSING",
        "field=block",
    )
    .await;
    wrong(
        client,
        Only::LapsingIn("2026-1".into()),
        "DAY_MALFORMED",
        "field=lapsing_in",
    )
    .await;
    let request = ListMembersRequest {
        centre: "town".into(),
        ..Default::default()
    };
    let status = client.members.list_members(request).await.unwrap_err();
    check(
        "no centre",
        &status,
        NotFound,
        "CENTRE_UNKNOWN",
        "centre=town",
    );
}

/// By what no key has: a page looks at members one after the other.
#[tokio::test]
async fn sifted_lists() {
    let mut city = centre().await;
    let client = &mut city.client;
    let members: Vec<_> = (0..12)
        .map(|n| {
            let mut request = registration(&format!("city:member:{n:06}"));
            // Every other one is 80 on 1 March 2026, and the others a day later.
            personal(&mut request).born_on = format!("1946-03-0{}", 1 + n % 2);
            request
        })
        .collect();
    let request = v1::RegisterMembersRequest {
        members,
        ..Default::default()
    };
    let registered = client.members.register_members(by("1001", request)).await;
    assert_eq!(registered.expect("they").into_inner().results.len(), 12);
    let listed = async |client: &mut Client, only: Only| {
        let (mut found, mut pages) = (Vec::new(), 0);
        let mut request = ListMembersRequest {
            centre: "city".into(),
            only: Some(only),
            page_size: 2,
            page_token: String::new(),
        };
        loop {
            let page = client.members.list_members(request.clone()).await;
            let page = page.expect("a page").into_inner();
            assert!(page.members.len() <= 2);
            found.extend(page.members.into_iter().map(|member| member.member_id));
            pages += 1;
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return (found, pages);
            }
        }
    };
    let age = |min, max, on: &str| {
        Only::Age(v1::AgeRange {
            min,
            max,
            on: on.into(),
        })
    };
    let all: Vec<_> = (0..12).map(|n| format!("city:member:{n:06}")).collect();
    let even: Vec<_> = all.iter().step_by(2).cloned().collect();
    // The last member is not among them, so that a last page has none.
    assert_eq!(listed(client, age(80, 0, "2026-03-01")).await, (even, 4));
    assert_eq!(listed(client, age(80, 80, "2026-03-02")).await.0, all);
    assert_eq!(listed(client, age(81, 0, "2026-03-02")).await.0, [""; 0]);
    assert_eq!(listed(client, age(0, 79, "2026-02-28")).await.0, all);
    for (what, only) in [
        ("151 years", age(151, 0, "")),
        ("-1 years", age(0, -1, "")),
        ("no day", age(0, 0, "2026-02-30")),
    ] {
        let request = ListMembersRequest {
            centre: "city".into(),
            only: Some(only),
            ..Default::default()
        };
        let status = client.members.list_members(request).await.expect_err(what);
        assert_eq!(status.code(), InvalidArgument, "{what}");
    }

    // All have been members for a day, and nothing was ever posted.
    assert_eq!(listed(client, Only::Inactive(true)).await.0, [""; 0]);
    let policy =
        "name = \"One\"\n[dormancy]\nafter_months = 0\n[redeem]\nwho = [{ min_age = 60 }]\n";
    let request = v1::AdoptPolicyRequest {
        step_id: id(),
        centre: "city".into(),
        document: policy.into(),
        validate_only: false,
    };
    let adopted = client.policies.adopt_policy(by("1001", request)).await;
    adopted.expect("adopted");
    let suspend = SetMemberStateRequest {
        step_id: id(),
        member_id: all[0].clone(),
        change: MemberChange::Suspend.into(),
    };
    let suspended = client.members.set_member_state(by("1001", suspend)).await;
    suspended.expect("suspended");
    assert_eq!(listed(client, Only::Inactive(true)).await.0, all[1..]);
}

/// Of those who do not redeem, only who may is told.
#[tokio::test]
async fn who_waits_is_not_inactive() {
    for (waiting, is_listed) in [("", true), ("waiting = [{ earned = '20h' }]", false)] {
        let mut city = centre().await;
        let client = &mut city.client;
        let request = by("1001", registration("city:member:1"));
        client.members.register_member(request).await.expect("them");
        let request = v1::AdoptPolicyRequest {
            step_id: id(),
            centre: "city".into(),
            document: format!(
                "name = 'One'\n[dormancy]\nafter_months = 0\n[redeem]\nwho = [{{ min_age = 0 }}]\n{waiting}\n"
            ),
            validate_only: false,
        };
        let adopted = client.policies.adopt_policy(by("1001", request)).await;
        adopted.expect("adopted");
        let request = ListMembersRequest {
            centre: "city".into(),
            only: Some(Only::Inactive(true)),
            ..Default::default()
        };
        let listed = client.members.list_members(request).await.expect("a page");
        let is_there = !listed.into_inner().members.is_empty();
        assert_eq!(is_there, is_listed, "{waiting}");
    }
}
