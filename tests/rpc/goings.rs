//! What becomes of members: every call, and every call with something wrong about it.

use timebank_proto::v1::{
    self, ApproveExitRequest, ChangeMemberRequest, ExitMemberRequest, Member, MemberDetails,
    MemberState, MoveMemberRequest, PersonalFields, RegisterMemberRequest,
};
use tonic::Code::{Aborted, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound};

use super::{
    City,
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, entry, id};

const LI: &str = "city:member:000001";
const WANG: &str = "city:member:000002";
const POLICY: &str = "name = \"One\"\n[exit]\naccount = \"city:pool\"\n";

/// Two centres, and two members of the first: Li, with 90 minutes, whose heir is Wang.
async fn centres() -> City {
    let mut city = City::empty().await;
    let client = &mut city.client;
    for (prefix, number) in [("city", "1001"), ("town", "2001")] {
        let request = v1::OpenCentreRequest {
            prefix: prefix.into(),
            name_en: "A centre".into(),
            first_staff_number: number.into(),
            ..Default::default()
        };
        let opened = client.centres.open_centre(request).await;
        opened.expect("a centre");
    }
    client.open("city:pool", v1::AccountKind::Pool).await;
    client.open("city:mint", v1::AccountKind::Issuance).await;
    for (member_id, heir) in [(WANG, ""), (LI, WANG)] {
        let request = RegisterMemberRequest {
            member_id: member_id.into(),
            details: Some(MemberDetails {
                heir_id: heir.into(),
                ..Default::default()
            }),
            personal: None,
        };
        let registered = client.members.register_member(by("1001", request)).await;
        registered.expect("a member");
    }
    let posted = client.post(entry("city:mint", LI, 90)).await;
    posted.expect("posted");
    let request = v1::AdoptPolicyRequest {
        step_id: id(),
        centre: "city".into(),
        document: POLICY.into(),
        validate_only: false,
    };
    let adopted = client.policies.adopt_policy(by("1001", request)).await;
    adopted.expect("adopted");
    for number in ["1002", "1003"] {
        let request = v1::RegisterStaffRequest {
            staff_number: number.into(),
            centre: "city".into(),
            ..Default::default()
        };
        let registered = client.staff.register_staff(by("1001", request)).await;
        registered.expect("staff");
    }
    client.give_tokens(&["1001", "1002", "1003", "2001"]).await;
    city
}

async fn get(client: &mut Client, member_id: &str) -> Member {
    let request = v1::GetMemberRequest {
        member_id: member_id.into(),
    };
    let got = client.members.get_member(request).await;
    got.expect("they").into_inner().member.expect("the member")
}

fn known(request: &mut ChangeMemberRequest) -> &mut MemberDetails {
    request.details.as_mut().expect("details")
}

fn personal(request: &mut ChangeMemberRequest) -> &mut PersonalFields {
    request.personal.as_mut().expect("fields")
}

#[rustfmt::skip] // a table: a row a line
const CHANGES: &[Row<ChangeMemberRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no member", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("no etag", |r| r.etag.clear(), InvalidArgument, "FIELD_MISSING", "field=etag"),
    ("an old etag", |r| r.etag = "1".into(), Aborted, "MEMBER_CHANGED", "current=8 given=1 member=city:member:000001"),
    ("no such block", |r| known(r).block = "Grid 7".into(), InvalidArgument, "LABEL_MALFORMED", "field=details.block given=Grid 7"),
    ("21 relatives", |r| known(r).relative_ids = vec![WANG.into(); 21], InvalidArgument, "TOO_MANY_RELATIVES", "given=21 max=20"),
    ("an heir of itself", |r| known(r).heir_id = LI.into(), InvalidArgument, "MEMBER_OF_ITSELF", "field=details.heir_id member=city:member:000001"),
    ("a name of two lines", |r| personal(r).name = "a\nb".into(), InvalidArgument, "PERSONAL_FIELD_MALFORMED", "field=personal.name max=200"),
    ("an unknown member", |r| r.member_id = "city:member:9".into(), NotFound, "MEMBER_UNKNOWN", "field=member_id member=city:member:9"),
];

#[tokio::test]
async fn changes() {
    let mut city = centres().await;
    let client = &mut city.client;
    let before = get(client, LI).await;
    let sound = ChangeMemberRequest {
        step_id: id(),
        member_id: LI.into(),
        etag: before.etag,
        details: Some(MemberDetails {
            block: "grid-8".into(),
            ..Default::default()
        }),
        personal: Some(PersonalFields {
            phone: "138 0000 0000".into(),
            ..Default::default()
        }),
    };
    let call = async |client: &mut Client, request| {
        client.members.change_member(by("1001", request)).await
    };
    refused(client, sound.clone(), CHANGES, call).await;
    let again = call(client, sound).await.expect("a replay").into_inner();
    assert!(again.replayed);
    let after = again.member.expect("they");
    assert_eq!(after.details.expect("details").block, "grid-8");
    client.verified().await;
}

#[rustfmt::skip] // a table: a row a line
const MOVES: &[Row<MoveMemberRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no member", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("no account", |r| r.account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=account_id"),
    ("no such account", |r| r.account_id = "town".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "*"),
    ("nowhere", |r| r.account_id = "nowhere:1".into(), FailedPrecondition, "MEMBER_OUTSIDE", "member=nowhere:1"),
    ("to where they are", |r| r.account_id = "city:member:9".into(), FailedPrecondition, "MEMBER_THERE", "centre=city member=city:member:000001"),
    ("to another's", |r| r.account_id = WANG.into(), AlreadyExists, "MEMBER_ACCOUNT_EXISTS", "member=city:member:000002"),
];

#[tokio::test]
async fn moves() {
    let mut city = centres().await;
    let client = &mut city.client;
    let sound = MoveMemberRequest {
        step_id: id(),
        member_id: LI.into(),
        account_id: "town:member:1".into(),
    };
    let call =
        async |client: &mut Client, request| client.members.move_member(by("1001", request)).await;
    refused(client, sound.clone(), MOVES, call).await;
    let again = call(client, sound).await.expect("a replay").into_inner();
    let member = again.member.expect("they");
    let place = (member.centre.as_str(), member.account_id.as_str());
    assert_eq!(place, ("town", "town:member:1"));
    assert_eq!(client.balance("town:member:1").await, 90);
    assert_eq!(client.balance(LI).await, 0);
    client.verified().await;
}

#[rustfmt::skip] // a table: a row a line
const EXITS: &[Row<ExitMemberRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no member", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("no such day", |r| r.died_on = "2026-02-30".into(), InvalidArgument, "DAY_MALFORMED", "field=died_on"),
    ("not yet", |r| r.died_on = "9999-12-31".into(), InvalidArgument, "DIED_IN_FUTURE", "died_on=9999-12-31 *"),
    ("an unknown member", |r| r.member_id = "city:member:9".into(), NotFound, "MEMBER_UNKNOWN", "field=member_id member=city:member:9"),
];

#[rustfmt::skip] // a table: a row a line
const APPROVALS: &[Row<ApproveExitRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no member", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("one who stays", |r| r.member_id = WANG.into(), FailedPrecondition, "MEMBER_STATE_WRONG", "change=approved of member=city:member:000002 state=active"),
];

#[tokio::test]
async fn exits() {
    let mut city = centres().await;
    let client = &mut city.client;
    let sound = ExitMemberRequest {
        step_id: id(),
        member_id: LI.into(),
        died_on: "2026-01-31".into(),
    };
    let call =
        async |client: &mut Client, request| client.members.exit_member(by("1001", request)).await;
    refused(client, sound, EXITS, call).await;
    let member = get(client, LI).await;
    assert_eq!(member.state(), MemberState::Exiting);
    let approval = || ApproveExitRequest {
        step_id: id(),
        member_id: LI.into(),
    };
    let call =
        async |client: &mut Client, request| client.members.approve_exit(by("1002", request)).await;
    refused(client, approval(), APPROVALS, call).await;
    let last = client.members.approve_exit(by("1003", approval())).await;
    let member = last.expect("approved").into_inner().member.expect("they");
    assert_eq!(member.state(), MemberState::Died);
    let exit = member.exit.expect("an exit");
    assert_eq!((exit.died, exit.on.as_str()), (true, "2026-01-31"));
    assert_eq!(exit.approved_by, ["1002", "1003"]);
    assert_eq!(client.balance(WANG).await, 90);
    client.verified().await;
}

/// Two memberships of one person are told; what names one who is gone is erased by two of
/// the staff, and nothing of it is left in the files.
#[tokio::test]
async fn identities_and_erasure() {
    const NUMBER: &str = "51022319410301567X";
    const NAME: &str = "Zhang Guihua of the Garden";
    let (ours, theirs) = ("city:member:1", "town:member:1");
    let mut city = centres().await;
    let client = &mut city.client;
    let request = v1::RegisterStaffRequest {
        staff_number: "2002".into(),
        centre: "town".into(),
        ..Default::default()
    };
    let registered = client.staff.register_staff(by("2001", request)).await;
    registered.expect("staff");
    client.give_tokens(&["2002"]).await;
    for (member_id, staff) in [(ours, "1001"), (theirs, "2001")] {
        let request = RegisterMemberRequest {
            member_id: member_id.into(),
            personal: Some(PersonalFields {
                name: NAME.into(),
                identity_number: NUMBER.into(),
                ..Default::default()
            }),
            details: None,
        };
        let registered = client.members.register_member(by(staff, request)).await;
        registered.expect("a member");
    }
    assert_eq!(get(client, ours).await.second_of, "");
    assert_eq!(get(client, theirs).await.second_of, ours);
    let clear = || v1::ClearMemberRequest {
        step_id: id(),
        member_id: theirs.into(),
    };
    let cleared = client.members.clear_member(by("2001", clear())).await;
    let cleared = cleared.expect("cleared").into_inner().member.expect("they");
    assert_eq!(cleared.second_of, "");
    let status = client.members.clear_member(by("2001", clear())).await;
    let status = status.expect_err("not flagged");
    let figures = "member=town:member:1";
    check(
        "cleared",
        &status,
        FailedPrecondition,
        "MEMBER_NOT_FLAGGED",
        figures,
    );

    for (member_id, [first, second]) in [(ours, ["1001", "1002"]), (theirs, ["2001", "2002"])] {
        let request = ExitMemberRequest {
            step_id: id(),
            member_id: member_id.into(),
            died_on: String::new(),
        };
        let left = client.members.exit_member(by(first, request)).await;
        left.expect("left");
        for staff in [first, second] {
            let request = v1::EraseMemberRequest {
                step_id: id(),
                member_id: member_id.into(),
            };
            let erased = client.members.erase_member(by(staff, request)).await;
            erased.expect("asked for, and erased");
        }
    }
    assert_eq!(get(client, ours).await.erasure(), v1::Erasure::Done);
    let last = client.verify().await.expect("verified");
    assert!(last.done, "{last:?}");
    let counts = (last.erased_personal_count, last.erased_verdict_count);
    assert_eq!(counts, (2, 2));
    // While it serves, in the log too.
    for file in std::fs::read_dir(city.dir.path()).expect("the directory") {
        let path = file.expect("a file").path();
        if !path.is_file() {
            continue;
        }
        let bytes = std::fs::read(&path).expect("its bytes");
        for text in [NAME, NUMBER] {
            let mut windows = bytes.windows(text.len());
            let is_there = windows.any(|window| window == text.as_bytes());
            assert!(!is_there, "{text} in {}", path.display());
        }
    }
}
