//! Sources: every call, and every call with something wrong about it.

use timebank_proto::v1;
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound};

use super::{
    orders::{LI, WANG, centre_under},
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, id};

const GRANT: &str = "city:issuance:grant";

fn opening() -> v1::OpenSourceRequest {
    v1::OpenSourceRequest {
        source_id: GRANT.into(),
        terms: Some(v1::SourceTerms {
            unit_id: String::new(),
            funding: v1::Funding::Grant.into(),
            sector: v1::Sector::Public.into(),
            funder: "Civil Affairs Bureau".into(),
            contract: "2026-117".into(),
            cap: 600,
            from: "2020-01-01".into(),
            until: "2099-12-31".into(),
        }),
    }
}

fn terms(request: &mut v1::OpenSourceRequest) -> &mut v1::SourceTerms {
    request.terms.as_mut().expect("terms")
}

#[rustfmt::skip] // a table: a row a line
const OPENINGS: &[Row<v1::OpenSourceRequest>] = &[
    ("no id", |r| r.source_id.clear(), InvalidArgument, "FIELD_MISSING", "field=source_id"),
    ("no terms", |r| r.terms = None, InvalidArgument, "FIELD_MISSING", "field=terms"),
    ("no such unit", |r| terms(r).unit_id = "CNY".into(), InvalidArgument, "UNIT_ID_MALFORMED", "given=CNY"),
    ("of no kind", |r| terms(r).funding = 0, InvalidArgument, "FIELD_MISSING", "field=terms.funding"),
    ("of an unknown kind", |r| terms(r).funding = 4, InvalidArgument, "CHOICE_UNKNOWN", "field=terms.funding given=4"),
    ("of no sector", |r| terms(r).sector = 0, InvalidArgument, "FIELD_MISSING", "field=terms.sector"),
    ("of an unknown sector", |r| terms(r).sector = 3, InvalidArgument, "CHOICE_UNKNOWN", "field=terms.sector given=3"),
    ("nobody's", |r| terms(r).funder.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.funder"),
    ("no contract", |r| terms(r).contract.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.contract"),
    ("no cap", |r| terms(r).cap = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("from no day", |r| terms(r).from.clear(), InvalidArgument, "FIELD_MISSING", "field=terms.from"),
    ("until no day", |r| terms(r).until = "2026-02-30".into(), InvalidArgument, "DAY_MALFORMED", "field=terms.until"),
    ("until before", |r| terms(r).until = "2019-12-31".into(), InvalidArgument, "DAYS_REVERSED", "from=2020-01-01 until=2019-12-31"),
    ("an unknown unit", |r| terms(r).unit_id = "gold".into(), NotFound, "UNIT_UNKNOWN", "unit=gold"),
    ("outside", |r| r.source_id = "town:mint".into(), FailedPrecondition, "ACCOUNT_OUTSIDE", "account=town:mint"),
];

#[rustfmt::skip] // a table: a row a line
const ISSUES: &[Row<v1::IssueRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("of nothing", |r| r.source_id.clear(), InvalidArgument, "FIELD_MISSING", "field=source_id"),
    ("to nobody", |r| r.account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=account_id"),
    ("nothing", |r| r.amount = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "*"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("no such source", |r| r.source_id = LI.into(), NotFound, "SOURCE_UNKNOWN", "*"),
    ("no such account", |r| r.account_id = "city:member:9".into(), FailedPrecondition, "ACCOUNT_UNFIT", "*"),
    ("beyond the cap", |r| r.amount = 601, FailedPrecondition, "SOURCE_SPENT", "*"),
];

#[rustfmt::skip] // a table: a row a line
const GRANTS: &[Row<v1::GiveGrantRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("nobody", |r| r.member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=member_id"),
    ("no such member", |r| r.member_id = "city:member:9".into(), NotFound, "MEMBER_UNKNOWN", "*"),
];

/// The centre has no rules before the source is there that they name.
#[tokio::test]
async fn issuing() {
    let mut city = centre_under("name = 'None'\n").await;
    let client = &mut city.client;
    let call =
        async |client: &mut Client, request| client.sources.open_source(by("1001", request)).await;
    refused(client, opening(), OPENINGS, call).await;
    assert!(
        call(client, opening())
            .await
            .expect("again")
            .into_inner()
            .replayed
    );

    let sound = v1::IssueRequest {
        step_id: id(),
        source_id: GRANT.into(),
        account_id: LI.into(),
        amount: 100,
        reason: String::new(),
    };
    let call = async |client: &mut Client, request| client.sources.issue(by("1001", request)).await;
    let status = call(client, sound.clone()).await.expect_err("not named");
    check(
        "not named",
        &status,
        FailedPrecondition,
        "ISSUANCE_NOT_ALLOWED",
        "*",
    );
    client.verified().await;
}

#[tokio::test]
async fn money_and_grants() {
    let mut city = centre_under("name = 'None'\n").await;
    let client = &mut city.client;
    let request = v1::DeclareUnitRequest {
        unit: Some(v1::Unit {
            unit_id: "cny".into(),
            step: "fen".into(),
        }),
    };
    client.units.declare_unit(request).await.expect("a unit");
    let mut request = opening();
    terms(&mut request).unit_id = "cny".into();
    let opened = client.sources.open_source(by("1001", request)).await;
    opened.expect("opened");
    let request = v1::OpenPoolRequest {
        pool_id: "city:pool:fund".into(),
        unit_id: "cny".into(),
        name: "Fund".into(),
        purposes: vec!["hardship".into()],
    };
    let opened = client.pools.open_pool(by("1001", request)).await;
    opened.expect("opened");
    let sound = v1::IssueRequest {
        step_id: id(),
        source_id: GRANT.into(),
        account_id: "city:pool:fund".into(),
        amount: 400,
        reason: "first part".into(),
    };
    let call = async |client: &mut Client, request| client.sources.issue(by("1001", request)).await;
    refused(client, sound.clone(), ISSUES, call).await;
    let again = call(client, sound).await.expect("again").into_inner();
    let entry = again.entry.expect("its entry");
    assert_eq!((again.replayed, entry.kind.as_str()), (true, "issuance"));
    let request = v1::GetSourceRequest {
        source_id: GRANT.into(),
    };
    let got = client
        .sources
        .get_source(request)
        .await
        .expect("it")
        .into_inner();
    let source = got.source.expect("it");
    assert_eq!((source.outstanding, source.held), (400, 0));
    let request = v1::ListSourcesRequest {
        centre: "city".into(),
        ..Default::default()
    };
    let listed = client.sources.list_sources(request).await;
    assert_eq!(listed.expect("a page").into_inner().sources, [source]);

    let sound = v1::GiveGrantRequest {
        step_id: id(),
        member_id: WANG.into(),
    };
    for (what, change, code, reason, figures) in GRANTS {
        let mut request = sound.clone();
        change(&mut request);
        let given = client.sources.give_grant(by("1001", request)).await;
        check(what, &given.expect_err(what), *code, reason, figures);
    }
    let given = client.sources.give_grant(by("1001", sound)).await;
    let status = given.expect_err("no grant");
    check(
        "no grant",
        &status,
        FailedPrecondition,
        "GRANT_NOT_ALLOWED",
        "*",
    );
    client.verified().await;
}
