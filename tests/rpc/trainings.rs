//! Trainings: every call, and every call with something wrong about it.

use timebank_proto::v1::{
    self, Assessment, TrainingState, list_trainings_request::Of,
    record_training_result::Result as Fate,
};
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound};

use super::{
    orders::{LI, WANG, centre_under},
    refusals::{Row, check, refused},
};
use crate::support::{Client, by, id};

const POLICY: &str = "name = 'One'
[[qualification]]
code = 'aid'
[[training]]
code = 'first-aid'
name_en = 'First aid'
qualification = 'aid'
valid_months = 12
assessed = true
";

fn attended(request: &mut v1::RecordTrainingRequest) -> &mut v1::TrainingAttendance {
    request.attendance.as_mut().expect("an attendance")
}

#[rustfmt::skip] // a table: a row a line
const RECORDS: &[Row<v1::RecordTrainingRequest>] = &[
    ("no id", |r| r.training_id.clear(), InvalidArgument, "FIELD_MISSING", "field=training_id"),
    ("nothing", |r| r.attendance = None, InvalidArgument, "FIELD_MISSING", "field=attendance"),
    ("nobody", |r| attended(r).member_id.clear(), InvalidArgument, "FIELD_MISSING", "field=attendance.member_id"),
    ("no code", |r| attended(r).code.clear(), InvalidArgument, "FIELD_MISSING", "field=attendance.code"),
    ("no day", |r| attended(r).on.clear(), InvalidArgument, "FIELD_MISSING", "field=attendance.on"),
    ("another day", |r| attended(r).on = "2026-02-30".into(), InvalidArgument, "DAY_MALFORMED", "field=attendance.on"),
    ("no length", |r| attended(r).minutes = 0, InvalidArgument, "FIELD_MISSING", "field=attendance.minutes"),
    ("no reference", |r| attended(r).reference.clear(), InvalidArgument, "FIELD_MISSING", "field=attendance.reference"),
    ("no word", |r| attended(r).reference = "Red Cross".into(), InvalidArgument, "LABEL_MALFORMED", "*"),
    ("no assessment", |r| attended(r).assessment = 3, InvalidArgument, "CHOICE_UNKNOWN", "field=attendance.assessment given=3"),
    ("too short", |r| attended(r).minutes = 14, InvalidArgument, "TRAINING_LENGTH_OUT_OF_RANGE", "given=14 max=1440 min=15"),
    ("ahead", |r| attended(r).on = "2099-01-01".into(), InvalidArgument, "TRAINING_IN_FUTURE", "on=2099-01-01*"),
    ("no such member", |r| attended(r).member_id = "city:member:zoe".into(), NotFound, "MEMBER_UNKNOWN", "*"),
    ("no such training", |r| attended(r).code = "chess".into(), NotFound, "TRAINING_CODE_UNKNOWN", "*"),
];

#[rustfmt::skip] // a table: a row a line
const ANNULMENTS: &[Row<v1::AnnulTrainingRequest>] = &[
    ("no step", |r| r.step_id.clear(), InvalidArgument, "FIELD_MISSING", "field=step_id"),
    ("no training", |r| r.training_id.clear(), InvalidArgument, "FIELD_MISSING", "field=training_id"),
    ("for nothing", |r| r.reason.clear(), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("1,001 characters", |r| r.reason = "x".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("no such training", |r| r.training_id = id(), NotFound, "TRAINING_UNKNOWN", "*"),
];

#[rustfmt::skip] // a table: a row a line
const LISTS: &[Row<v1::ListTrainingsRequest>] = &[
    ("of nobody", |r| r.of = None, InvalidArgument, "FIELD_MISSING", "field=of"),
    ("no such centre", |r| r.of = Some(Of::Centre("town".into())), NotFound, "CENTRE_UNKNOWN", "*"),
    ("no code", |r| r.code = "First Aid".into(), InvalidArgument, "LABEL_MALFORMED", "*"),
    ("from no day", |r| r.since = "yesterday".into(), InvalidArgument, "DAY_MALFORMED", "field=since"),
    ("up to no day", |r| r.until = "today".into(), InvalidArgument, "DAY_MALFORMED", "field=until"),
    ("backwards", |r| { r.since = "2026-03-02".into(); r.until = "2026-03-01".into(); }, InvalidArgument, "DAYS_REVERSED", "*"),
];

/// The ledger's day, as the member's registration has it.
async fn today(client: &mut Client) -> String {
    let request = v1::GetMemberRequest {
        member_id: LI.into(),
    };
    let member = client.members.get_member(by("1001", request)).await;
    let member = member.expect("the member").into_inner().member;
    member.expect("the member").registered_on
}

fn of_member(member_id: &str, on: &str) -> v1::RecordTrainingRequest {
    v1::RecordTrainingRequest {
        training_id: id(),
        attendance: Some(v1::TrainingAttendance {
            member_id: member_id.into(),
            code: "first-aid".into(),
            on: on.into(),
            minutes: 120,
            reference: "red-cross".into(),
            assessment: Assessment::Passed.into(),
        }),
    }
}

#[tokio::test]
async fn trainings() {
    let mut city = centre_under(POLICY).await;
    let client = &mut city.client;
    let on = today(client).await;
    let sound = of_member(LI, &on);
    let training_id = sound.training_id.clone();
    let call = async |client: &mut Client, request| {
        client.trainings.record_training(by("1001", request)).await
    };
    refused(client, sound.clone(), RECORDS, call).await;
    let again = call(client, sound).await.expect("again").into_inner();
    assert!(again.replayed);
    let training = again.training.expect("the training");
    let qualification = training.qualification.expect("a qualification");
    assert_eq!(
        (&qualification.code[..], &qualification.since),
        ("aid", &on)
    );

    // Each for itself: one that stands, one that cannot be read, one that is refused, one that
    // earns nothing.
    let mut bad = of_member(WANG, &on);
    attended(&mut bad).code.clear();
    let mut failed = of_member(WANG, &on);
    attended(&mut failed).assessment = Assessment::Failed.into();
    let mut old = of_member(LI, &on);
    old.training_id.clone_from(&training_id);
    let request = v1::RecordTrainingsRequest {
        trainings: vec![old, bad, of_member(LI, &on), failed],
        validate_only: false,
    };
    let recorded = client.trainings.record_trainings(by("1001", request)).await;
    let told = recorded.expect("recorded").into_inner().results;
    let told: Vec<_> = told
        .into_iter()
        .map(|one| match one.result.expect("a result") {
            Fate::Stands(stands) => format!("{} {}", stands.replayed, stands.withheld),
            Fate::Refusal(refusal) => refusal.reason,
        })
        .collect();
    assert_eq!(
        told,
        [
            "true false",
            "FIELD_MISSING",
            "TRAINING_REPEATED",
            "false true"
        ]
    );
    let empty = v1::RecordTrainingsRequest::default();
    let status = client.trainings.record_trainings(by("1001", empty)).await;
    let status = status.expect_err("nothing");
    check(
        "nothing",
        &status,
        InvalidArgument,
        "BATCH_SIZE_OUT_OF_RANGE",
        "given=0 max=1000",
    );

    let sound = v1::AnnulTrainingRequest {
        step_id: id(),
        training_id: training_id.clone(),
        reason: "not there".into(),
    };
    let call = async |client: &mut Client, request| {
        client.trainings.annul_training(by("1001", request)).await
    };
    refused(client, sound.clone(), ANNULMENTS, call).await;
    let again = call(client, sound.clone()).await.expect("again");
    assert!(again.into_inner().replayed);
    let twice = v1::AnnulTrainingRequest {
        step_id: id(),
        ..sound
    };
    let status = call(client, twice).await.expect_err("annulled");
    check(
        "twice",
        &status,
        FailedPrecondition,
        "TRAINING_STATE_WRONG",
        "*",
    );

    let request = v1::GetTrainingRequest { training_id };
    let found = client.trainings.get_training(request).await;
    let found = found.expect("the training").into_inner();
    let state = found.training.expect("the training").state();
    assert_eq!(state, TrainingState::Annulled);
    let steps: Vec<_> = found
        .history
        .iter()
        .map(|step| step.step.as_str())
        .collect();
    assert_eq!(steps, ["record", "annul"]);
    let sound = v1::ListTrainingsRequest {
        of: Some(Of::Centre("city".into())),
        page_size: 1,
        ..Default::default()
    };
    let call = async |client: &mut Client, request| client.trainings.list_trainings(request).await;
    refused(client, sound.clone(), LISTS, call).await;
    let page = call(client, sound.clone())
        .await
        .expect("a page")
        .into_inner();
    let next = v1::ListTrainingsRequest {
        page_token: page.next_page_token,
        ..sound
    };
    let last = call(client, next).await.expect("a page").into_inner();
    assert_eq!((page.trainings.len(), last.trainings.len()), (1, 1));
    assert!(last.next_page_token.is_empty());

    // What is certified is the training that stands.
    let request = v1::GetCertificateRequest {
        member_id: WANG.into(),
        since: on.clone(),
        until: on,
        at_position: 0,
    };
    let made = client.reports.get_certificate(request).await;
    let made = made.expect("made").into_inner().certificate;
    let made = made.expect("a certificate").trainings;
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].assessment(), Assessment::Failed);
    client.verified().await;
}
