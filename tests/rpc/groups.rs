//! Groups: every call, every call with something wrong about it, and one of 10,000 places.

use timebank_proto::v1::{
    self, AccountKind, GroupAction, GroupEvent, GroupLesson, GroupState, GroupTerms, MemberList,
    Plainly, group_action::Action, group_terms::Kind,
};
use tonic::Code::{
    AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, OutOfRange, ResourceExhausted,
};

use super::{
    orders::{LI, WANG, ahead, centre_under},
    refusals::{Row, refused},
};
use crate::support::{Client, by, entry, id};

const FAIR: &str = "city:project:fair";
const POLICY: &str = "name = 'One'
[[service]]
code = 'walk'
name_en = 'Walk'
[[service]]
code = 'class'
name_en = 'Class'
group = true
";
const FEE: &str = "name = 'One'
[group]
lesson_fee = '15m'
[balance]
floor = '-1h'
[[service]]
code = 'class'
name_en = 'Class'
group = true
";

fn terms(request: &mut v1::OpenGroupRequest) -> &mut GroupTerms {
    request.terms.as_mut().expect("terms")
}

#[rustfmt::skip] // a table: a row a line
const OPENINGS: &[Row<v1::OpenGroupRequest>] = &[
    ("no id", |r| r.group_id.clear(), InvalidArgument, "FIELD_MISSING", "field=group_id"),
    ("no terms", |r| r.terms = None, InvalidArgument, "FIELD_MISSING", "field=terms"),
    ("no centre", |r| terms(r).centre.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.centre"),
    ("no kind", |r| terms(r).kind = None, InvalidArgument, "FIELD_MISSING", "field=terms.kind"),
    ("no leader", |r| terms(r).kind = Some(Kind::Lesson(GroupLesson::default())), InvalidArgument, "FIELD_MISSING", "field=terms.lesson.leader_id"),
    ("no payer", |r| terms(r).kind = Some(Kind::Event(GroupEvent::default())), InvalidArgument, "FIELD_MISSING", "field=terms.event.payer"),
    ("no service", |r| terms(r).service.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.service"),
    ("no time", |r| terms(r).at = None, InvalidArgument, "FIELD_MISSING", "field=terms.at"),
    ("no length", |r| terms(r).minutes = 0, InvalidArgument, "FIELD_MISSING", "field=terms.minutes"),
    ("no word", |r| terms(r).point = "the square".into(), InvalidArgument, "LABEL_MALFORMED", "*"),
    ("no places", |r| terms(r).places = 0, InvalidArgument, "PLACES_OUT_OF_RANGE", "given=0 max=10000"),
    ("10,001 places", |r| terms(r).places = 10_001, InvalidArgument, "PLACES_OUT_OF_RANGE", "given=10001 max=10000"),
    ("below none", |r| terms(r).places = i64::MIN, InvalidArgument, "PLACES_OUT_OF_RANGE", "*"),
    ("no such centre", |r| terms(r).centre = "town".into(), NotFound, "CENTRE_UNKNOWN", "centre=town"),
    ("no such service", |r| terms(r).service = "chess".into(), NotFound, "SERVICE_UNKNOWN", "*"),
    ("no fee", |r| terms(r).kind = Some(Kind::Lesson(GroupLesson { leader_id: LI.into(), payer: String::new() })), FailedPrecondition, "SERVICE_UNFIT", "*"),
    ("a member pays", |r| terms(r).kind = Some(Kind::Event(GroupEvent { payer: LI.into() })), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
];

fn list(members: &[&str]) -> MemberList {
    MemberList {
        member_ids: members.iter().map(|id| (*id).into()).collect(),
    }
}

fn act(request: &mut v1::StepGroupRequest, action: Action) {
    request.action = Some(GroupAction {
        action: Some(action),
    });
}

fn many(count: usize) -> MemberList {
    MemberList {
        member_ids: (0..count).map(member).collect(),
    }
}

fn member(number: usize) -> String {
    format!("city:member:m{number:05}")
}

#[rustfmt::skip] // a table: a row a line
const STEPS: &[Row<v1::StepGroupRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no group", |r| r.group_id.clear(), InvalidArgument, "FIELD_MISSING", "field=group_id"),
    ("no action", |r| r.action = None, InvalidArgument, "FIELD_MISSING", "field=action"),
    ("an empty one", |r| r.action = Some(GroupAction::default()), InvalidArgument, "FIELD_MISSING", "field=action"),
    ("nobody", |r| act(r, Action::Enrol(list(&[]))), InvalidArgument, "LIST_MALFORMED", "given=0 max=1000"),
    ("1,001", |r| act(r, Action::Leave(many(1_001))), InvalidArgument, "LIST_MALFORMED", "given=1001 max=1000"),
    ("one twice", |r| act(r, Action::Attend(list(&[LI, LI]))), InvalidArgument, "LIST_MALFORMED", "given=2 max=1000"),
    ("no member", |r| act(r, Action::Enrol(list(&["li"]))), InvalidArgument, "ACCOUNT_ID_MALFORMED", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("cancelled for nothing", |r| act(r, Action::Cancel(Plainly {})), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("no such group", |r| r.group_id = id(), NotFound, "GROUP_UNKNOWN", "*"),
    ("no such member", |r| act(r, Action::Enrol(list(&[LI, "city:member:zoe"]))), NotFound, "MEMBER_UNKNOWN", "*"),
    ("none of it", |r| act(r, Action::Leave(list(&[LI]))), NotFound, "PLACE_UNKNOWN", "*"),
    ("too many", |r| act(r, Action::Enrol(list(&[LI, WANG]))), ResourceExhausted, "GROUP_FULL", "*"),
    ("not over", |r| act(r, Action::Confirm(Plainly {})), FailedPrecondition, "NOBODY_ATTENDED", "*"),
    ("not confirmed", |r| act(r, Action::Settle(Plainly {})), FailedPrecondition, "GROUP_STATE_WRONG", "*"),
];

async fn step(client: &mut Client, group: &str, actor: &str, action: Action) -> v1::Group {
    let request = v1::StepGroupRequest {
        step_id: id(),
        group_id: group.into(),
        action: Some(GroupAction {
            action: Some(action),
        }),
        reason: String::new(),
    };
    let stepped = client.groups.step_group(by(actor, request)).await;
    stepped
        .expect("a step")
        .into_inner()
        .group
        .expect("a group")
}

#[tokio::test]
async fn groups() {
    let mut city = centre_under(POLICY).await;
    let client = &mut city.client;
    client.open(FAIR, AccountKind::Project).await;
    client
        .post(entry("city:mint", FAIR, 600))
        .await
        .expect("posted");
    let sound = v1::OpenGroupRequest {
        group_id: id(),
        terms: Some(GroupTerms {
            centre: "city".into(),
            kind: Some(Kind::Event(GroupEvent { payer: FAIR.into() })),
            service: "walk".into(),
            at: ahead(-2 * 3_600),
            minutes: 60,
            point: "square".into(),
            places: 1,
        }),
    };
    let call =
        async |client: &mut Client, request| client.groups.open_group(by("1001", request)).await;
    refused(client, sound.clone(), OPENINGS, call).await;
    let group = sound.group_id.clone();
    let again = call(client, sound).await.expect("again").into_inner();
    assert!(again.replayed);

    let mut sound = v1::StepGroupRequest {
        step_id: id(),
        group_id: group.clone(),
        ..Default::default()
    };
    act(&mut sound, Action::Enrol(list(&[LI])));
    let call =
        async |client: &mut Client, request| client.groups.step_group(by("1001", request)).await;
    refused(client, sound.clone(), STEPS, call).await;
    let again = call(client, sound.clone()).await.expect("again");
    assert!(again.into_inner().replayed);
    sound.step_id = id();
    let status = call(client, sound.clone()).await.expect_err("enrolled");
    assert_eq!(status.code(), AlreadyExists);
    act(&mut sound, Action::Enrol(many(2_000)));
    let status = call(client, sound).await.expect_err("too many to read");
    assert_eq!(status.code(), OutOfRange, "{status:?}");

    step(client, &group, "1001", Action::Attend(list(&[LI]))).await;
    let request = v1::ListPlacesRequest {
        group_id: group.clone(),
        ..Default::default()
    };
    let listed = client.groups.list_places(request).await;
    let places = listed.expect("a page").into_inner().places;
    assert_eq!(places.len(), 1);
    assert!(places[0].attended);
    step(client, &group, "1001", Action::Confirm(Plainly {})).await;
    let settled = step(client, &group, "1002", Action::Settle(Plainly {})).await;
    assert_eq!(settled.state(), GroupState::Settled);
    assert_eq!((settled.each, settled.entry_ids.len()), (60, 1));
    assert_eq!(client.balance(LI).await, 1_060);
    let request = v1::GetGroupRequest { group_id: group };
    let whole = client.groups.get_group(request).await.expect("the group");
    let history = whole.into_inner().history;
    let steps: Vec<_> = history.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(steps, ["open", "confirm", "settle"]);
    let request = v1::ListGroupsRequest {
        centre: "city".into(),
        ..Default::default()
    };
    let listed = client.groups.list_groups(request).await;
    assert_eq!(listed.expect("a page").into_inner().groups.len(), 1);
    client.verified().await;
}

/// Ten thousand learn at once: one record, and a hundred entries of a hundred legs.
#[tokio::test]
async fn a_group_of_ten_thousand() {
    let mut city = centre_under(FEE).await;
    let client = &mut city.client;
    let request = v1::RegisterMembersRequest {
        members: (0..10_000)
            .map(|number| v1::RegisterMemberRequest {
                member_id: member(number),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    let registered = client.members.register_members(by("1001", request)).await;
    registered.expect("members");
    let request = v1::OpenGroupRequest {
        group_id: id(),
        terms: Some(GroupTerms {
            centre: "city".into(),
            kind: Some(Kind::Lesson(GroupLesson {
                leader_id: LI.into(),
                payer: String::new(),
            })),
            service: "class".into(),
            at: ahead(-2 * 3_600),
            minutes: 60,
            point: String::new(),
            places: 10_000,
        }),
    };
    let group = request.group_id.clone();
    let opened = client.groups.open_group(by("1001", request)).await;
    opened.expect("a group");
    for part in 0..10 {
        let members = || MemberList {
            member_ids: (part * 1_000..(part + 1) * 1_000).map(member).collect(),
        };
        step(client, &group, "1001", Action::Enrol(members())).await;
        step(client, &group, "1001", Action::Attend(members())).await;
    }
    let before = client.verified().await;
    step(client, &group, "1001", Action::Confirm(Plainly {})).await;
    let settled = step(client, &group, "1002", Action::Settle(Plainly {})).await;
    assert_eq!(settled.attended_count, 10_000);
    assert_eq!(settled.entry_ids.len(), 100);
    assert_eq!(client.balance(LI).await, 1_000 + 150_000);
    assert_eq!(client.balance(&member(9_999)).await, -15);
    assert_eq!(client.verified().await, before + 2);
}
