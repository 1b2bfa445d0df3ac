//! Policies: every call, and every call with something wrong about it.

use timebank_proto::v1::{
    self, AdoptPolicyRequest, ComparePolicyRequest, ExplainPolicyRequest, GetPolicyRequest,
    ListPoliciesRequest, PolicyState, RegisterMemberRequest, get_policy_request::Which,
};
use tonic::Code::{AlreadyExists, InvalidArgument, NotFound, OutOfRange, PermissionDenied};

use super::{
    City,
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, id};

const DOCUMENT: &str = "name = \"From sixty on\"\nname_zh = \"六十岁以上\"\n\
                        [join]\nwho = [{ min_age = 60 }]\n[balance]\nceiling = \"10h\"\n\
                        [[service]]\ncode = \"walk\"\nname_en = \"Walk\"\n";
const ANN: &str = "city:member:ann";

async fn centre() -> City {
    let mut city = City::empty().await;
    let request = v1::OpenCentreRequest {
        prefix: "city".into(),
        name_en: "City Centre".into(),
        first_staff_number: "1001".into(),
        ..Default::default()
    };
    let opened = city.client.centres.open_centre(request);
    opened.await.expect("a centre");
    city
}

fn adoption(document: &str) -> AdoptPolicyRequest {
    AdoptPolicyRequest {
        step_id: id(),
        centre: "city".into(),
        document: document.into(),
        validate_only: false,
    }
}

fn registration(member_id: &str, born_on: &str) -> RegisterMemberRequest {
    RegisterMemberRequest {
        member_id: member_id.into(),
        personal: Some(v1::PersonalFields {
            born_on: born_on.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

#[tokio::test]
async fn adopted_and_read_again() {
    let mut city = centre().await;
    let client = &mut city.client;
    let request = adoption(DOCUMENT);
    // Only asked: nothing is written.
    let asked = AdoptPolicyRequest {
        validate_only: true,
        ..request.clone()
    };
    let before = client.position().await;
    let asked = client.policies.adopt_policy(by("1001", asked)).await;
    let asked = asked.expect("it would do").into_inner();
    assert_eq!((asked.policy, asked.replayed), (None, false));
    assert_eq!(client.position().await, before);

    let adopted = client.policies.adopt_policy(by("1001", request.clone()));
    let adopted = adopted.await.expect("adopted").into_inner();
    let policy = adopted.policy.expect("the policy");
    assert_eq!(
        (policy.policy_id.as_str(), policy.version, policy.state()),
        ("city/1", 1, PolicyState::InForce)
    );
    assert_eq!(policy.name_zh, "六十岁以上");
    let again = client.policies.adopt_policy(by("1001", request)).await;
    let again = again.expect("a replay").into_inner();
    assert_eq!((again.policy, again.replayed), (Some(policy), true));
    // The same document may be adopted anew, by another step.
    let second = client.policies.adopt_policy(by("1001", adoption(DOCUMENT)));
    let second = second.await.expect("adopted").into_inner().policy;
    let second = second.expect("the policy");
    assert_eq!((second.version, second.state()), (2, PolicyState::ToCome));

    for which in [
        None,
        Some(Which::Version(1)),
        Some(Which::On("9999-12-31".into())),
    ] {
        let request = GetPolicyRequest {
            at_position: 0,
            centre: "city".into(),
            which: which.clone(),
        };
        let got = client.policies.get_policy(request).await;
        let got = got.expect("the policy").into_inner();
        let version = if matches!(which, Some(Which::On(_))) {
            2
        } else {
            1
        };
        let policy = got.policy.expect("the policy");
        assert_eq!(
            (policy.version, policy.document.as_str()),
            (version, DOCUMENT)
        );
        let cap = got.terms.iter().find(|term| term.key == "balance.ceiling");
        assert_eq!(cap.map(|term| term.value.as_str()), Some("10h"));
    }
    assert_eq!(client.verified().await, client.position().await);
}

#[tokio::test]
async fn a_page_at_a_time() {
    let mut city = centre().await;
    let client = &mut city.client;
    for _ in 0..12 {
        let adopted = client.policies.adopt_policy(by("1001", adoption(DOCUMENT)));
        adopted.await.expect("adopted");
    }
    for centre in ["", "city"] {
        let mut request = ListPoliciesRequest {
            centre: centre.into(),
            page_size: 5,
            ..Default::default()
        };
        let mut versions = Vec::new();
        loop {
            let page = client.policies.list_policies(request.clone()).await;
            let page = page.expect("a page").into_inner();
            assert!(page.policies.len() <= 5);
            assert!(
                page.policies
                    .iter()
                    .all(|policy| policy.document.is_empty())
            );
            versions.extend(page.policies.iter().map(|policy| policy.version));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(versions, (1..=12).collect::<Vec<_>>());
    }
}

/// Whom a policy admits is asked where they register, and told to who asks.
#[tokio::test]
async fn what_it_means_for_members() {
    let mut city = centre().await;
    let client = &mut city.client;
    let adopted = client.policies.adopt_policy(by("1001", adoption(DOCUMENT)));
    adopted.await.expect("adopted");
    let young = registration("city:member:ben", "2000-01-01");
    let young = client.members.register_member(by("1001", young)).await;
    let status = young.expect_err("too young");
    let figures = "day=*";
    check(
        "young",
        &status,
        tonic::Code::FailedPrecondition,
        "MEMBER_NOT_ADMITTED",
        figures,
    );
    let old = registration(ANN, "1941-03-01");
    let old = client.members.register_member(by("1001", old)).await;
    old.expect("a member");

    let request = ExplainPolicyRequest {
        centre: "city".into(),
        member_id: ANN.into(),
        service: "walk".into(),
        on: String::new(),
    };
    let told = client.policies.explain_policy(request).await;
    let told = told.expect("it").into_inner();
    let worth = told.verdicts.iter().find(|one| one.question == "worth");
    assert_eq!(worth.map(|one| one.allowed), Some(None));
    let serves: Vec<_> = told
        .verdicts
        .iter()
        .filter(|one| one.question == "serve")
        .collect();
    assert_eq!(serves.len(), 2);
    assert!(
        serves.iter().all(|one| one.allowed == Some(true)),
        "{serves:?}"
    );

    let draft = "name = \"None serves\"\n[provide]\nwho = [{ max_age = 17 }]\n";
    let request = ComparePolicyRequest {
        centre: "city".into(),
        document: draft.into(),
    };
    let found = client.policies.compare_policy(request).await;
    let found = found.expect("it").into_inner();
    assert_eq!((found.member_count, found.touched_count), (1, 1));
    assert_eq!(found.effects.len(), 1);
    assert_eq!(found.effects[0].what, "may no longer serve");
    let gone = found
        .changes
        .iter()
        .find(|one| one.key == "service.walk.weight");
    let gone = gone.map(|one| (one.before.as_deref(), one.after.as_deref()));
    assert_eq!(gone, Some((Some("1"), None)));
}

#[tokio::test]
async fn adoptions() {
    const ROWS: &[Row<AdoptPolicyRequest>] = &[
        (
            "no step",
            |r| r.step_id.clear(),
            InvalidArgument,
            "FIELD_MISSING",
            "field=step_id",
        ),
        (
            "no centre",
            |r| r.centre.clear(),
            InvalidArgument,
            "FIELD_MISSING",
            "field=centre",
        ),
        (
            "no document",
            |r| r.document.clear(),
            InvalidArgument,
            "FIELD_MISSING",
            "field=document",
        ),
        (
            "a centre that is not there",
            |r| r.centre = "town".into(),
            NotFound,
            "CENTRE_UNKNOWN",
            "centre=town",
        ),
        (
            "a mistake",
            |r| r.document = "name = \"One\"\n[pricing]\nday_cap = 2\nweek_cap = 3\n".into(),
            InvalidArgument,
            "POLICY_MALFORMED",
            "column=11 line=3 mistake_count=2",
        ),
        (
            "many mistakes",
            |r| r.document = "a = 1\n".repeat(1_000),
            InvalidArgument,
            "POLICY_MALFORMED",
            "column=1 line=2 mistake_count=100",
        ),
        (
            "too long",
            |r| r.document = "#".repeat(10 * 1024 * 1024),
            InvalidArgument,
            "POLICY_MALFORMED",
            "column=1 line=1 mistake_count=1",
        ),
        (
            "nested",
            |r| r.document = format!("a = {}", "[".repeat(1_000)),
            InvalidArgument,
            "POLICY_MALFORMED",
            "*",
        ),
        (
            "NUL",
            |r| r.document = "name = \"\0\"".into(),
            InvalidArgument,
            "POLICY_MALFORMED",
            "*",
        ),
        (
            "an account that is not there",
            |r| r.document += "[payment]\npayer = \"city:pool\"\n",
            NotFound,
            "POLICY_ACCOUNT_UNKNOWN",
            "account=city:pool key=payment.payer",
        ),
        (
            "in the past",
            |r| r.document = "name = \"One\"\nstarts_on = 2020-01-01\n".into(),
            InvalidArgument,
            "POLICY_STARTS_EARLY",
            "earliest=*",
        ),
    ];
    let mut city = centre().await;
    let adopt = async |client: &mut crate::support::Client, request| {
        client.policies.adopt_policy(by("1001", request)).await
    };
    refused(&mut city.client, adoption(DOCUMENT), ROWS, adopt).await;
    let client = &mut city.client;
    let request = adoption(DOCUMENT);
    let by_nobody = client.policies.adopt_policy(request.clone()).await;
    let status = by_nobody.expect_err("no staff");
    check(
        "by nobody",
        &status,
        PermissionDenied,
        "STAFF_ONLY",
        "centre=city principal=admin",
    );
    let adopted = client.policies.adopt_policy(by("1001", request.clone()));
    adopted.await.expect("adopted");
    let other = AdoptPolicyRequest {
        document: format!("{DOCUMENT}# and more"),
        ..request
    };
    let status = client.policies.adopt_policy(by("1001", other)).await;
    let status = status.expect_err("another document");
    check(
        "reused",
        &status,
        AlreadyExists,
        "ID_REUSED",
        "field=document *",
    );
}

/// A policy of a day as of a position is the same, whatever is adopted for that day later.
async fn as_of(client: &mut Client) {
    let first = client.position().await;
    let later = format!("starts_on = \"9999-12-30\"\n{DOCUMENT}");
    let adopted = client.policies.adopt_policy(by("1001", adoption(&later)));
    adopted.await.expect("adopted");
    let on = || Some(Which::On("9999-12-31".into()));
    let get = |which, at_position| GetPolicyRequest {
        centre: "city".into(),
        which,
        at_position,
    };
    for (at_position, version) in [(first, 1), (first + 1, 2), (0, 2)] {
        let found = client.policies.get_policy(get(on(), at_position)).await;
        let policy = found.expect("a policy").into_inner().policy;
        assert_eq!(policy.expect("a policy").version, version, "{at_position}");
    }
    for (what, which, at_position, code, reason) in [
        ("before it", on(), first - 1, NotFound, "POLICY_UNKNOWN"),
        ("ahead", on(), first + 2, OutOfRange, "POSITION_AHEAD"),
        ("below", on(), -1, InvalidArgument, "SEQUENCE_OUT_OF_RANGE"),
        ("of no day", None, first, InvalidArgument, "FIELD_MISSING"),
        (
            "a number",
            Some(Which::Version(1)),
            first,
            InvalidArgument,
            "FIELD_MISSING",
        ),
    ] {
        let status = client.policies.get_policy(get(which, at_position)).await;
        check(what, &status.expect_err(what), code, reason, "*");
    }
}

#[tokio::test]
async fn reads() {
    let mut city = centre().await;
    let client = &mut city.client;
    let get = |which| GetPolicyRequest {
        at_position: 0,
        centre: "city".into(),
        which,
    };
    for (what, which, code, reason) in [
        ("none", None, NotFound, "POLICY_UNKNOWN"),
        (
            "version 0",
            Some(Which::Version(0)),
            InvalidArgument,
            "CHOICE_UNKNOWN",
        ),
        (
            "version 2",
            Some(Which::Version(2)),
            NotFound,
            "POLICY_UNKNOWN",
        ),
        (
            "no day",
            Some(Which::On(String::new())),
            InvalidArgument,
            "FIELD_MISSING",
        ),
        (
            "no such day",
            Some(Which::On("2026-02-30".into())),
            InvalidArgument,
            "DAY_MALFORMED",
        ),
    ] {
        let status = client
            .policies
            .get_policy(get(which))
            .await
            .expect_err(what);
        check(what, &status, code, reason, "*");
    }
    let adopted = client.policies.adopt_policy(by("1001", adoption(DOCUMENT)));
    adopted.await.expect("adopted");
    as_of(client).await;
    let sound = ExplainPolicyRequest {
        centre: "city".into(),
        member_id: ANN.into(),
        service: "dance".into(),
        on: "2026-02-30".into(),
    };
    for (what, on, service, code, reason) in [
        (
            "no such day",
            "2026-02-30",
            "walk",
            InvalidArgument,
            "DAY_MALFORMED",
        ),
        (
            "before it",
            "2020-01-01",
            "walk",
            NotFound,
            "POLICY_UNKNOWN",
        ),
        ("no code", "", "A dance", InvalidArgument, "LABEL_MALFORMED"),
        ("no such service", "", "dance", NotFound, "SERVICE_UNKNOWN"),
        ("no such member", "", "walk", NotFound, "MEMBER_UNKNOWN"),
    ] {
        let request = ExplainPolicyRequest {
            on: on.into(),
            service: service.into(),
            ..sound.clone()
        };
        let status = client
            .policies
            .explain_policy(request)
            .await
            .expect_err(what);
        check(what, &status, code, reason, "*");
    }
    let request = ComparePolicyRequest {
        centre: "town".into(),
        document: DOCUMENT.into(),
    };
    let status = client.policies.compare_policy(request).await;
    let status = status.expect_err("no centre");
    check(
        "no centre",
        &status,
        NotFound,
        "CENTRE_UNKNOWN",
        "centre=town",
    );
    let request = ListPoliciesRequest {
        page_token: "x".into(),
        ..Default::default()
    };
    let status = client
        .policies
        .list_policies(request)
        .await
        .expect_err("no token");
    check(
        "a token",
        &status,
        InvalidArgument,
        "PAGE_TOKEN_MALFORMED",
        "",
    );
}
