//! Every other call with something wrong about it.

use timebank_proto::v1::{
    self, AccountKind, ChangeAccountLimitsRequest, DeclareUnitRequest, Limit, OpenAccountRequest,
    ReverseEntryRequest, SettleHoldRequest, Unit,
};
use tonic::Code::{
    Aborted, AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, ResourceExhausted,
};

use super::{
    ANN, BEN, City,
    refusals::{Row, check, refused},
};
use crate::support::{any_limit, entry, id, limit, timestamp};

const MOST: i64 = 9_007_199_254_740_991;

#[rustfmt::skip] // a table: a row a line
const OPENINGS: &[Row<OpenAccountRequest>] = &[
    ("no id", |r| r.account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=account_id"),
    ("no kind", |r| r.kind = 0, InvalidArgument, "FIELD_MISSING", "field=kind"),
    ("a kind of tomorrow", |r| r.kind = 8, InvalidArgument, "CHOICE_UNKNOWN", "field=kind given=8"),
    ("a negative kind", |r| r.kind = -1, InvalidArgument, "CHOICE_UNKNOWN", "field=kind given=-1"),
    ("no unit's name", |r| r.unit_id = "a b".into(), InvalidArgument, "UNIT_ID_MALFORMED", "given=a b"),
    ("an unknown unit", |r| r.unit_id = "usd".into(), NotFound, "UNIT_UNKNOWN", "unit=usd"),
    ("a limit that says nothing", |r| r.floor = Some(Limit { bound: None }), InvalidArgument, "LIMIT_OUT_OF_RANGE", ""),
    ("a limit that says no", |r| r.floor = Some(Limit { bound: Some(v1::limit::Bound::Unbounded(false)) }), InvalidArgument, "LIMIT_OUT_OF_RANGE", ""),
    ("too low a floor", |r| r.floor = limit(-MOST - 1), InvalidArgument, "LIMIT_OUT_OF_RANGE", "given=-9007199254740992 max=9007199254740991"),
    ("the highest ceiling", |r| r.ceiling = limit(i64::MAX), InvalidArgument, "LIMIT_OUT_OF_RANGE", "given=9223372036854775807 max=9007199254740991"),
    ("reversed limits", |r| { r.floor = limit(2); r.ceiling = limit(1); }, InvalidArgument, "LIMITS_REVERSED", "ceiling=1 floor=2"),
    ("a pool in debt", |r| { r.kind = AccountKind::Pool.into(); r.floor = any_limit(); }, InvalidArgument, "FLOOR_TOO_LOW", "lowest=0"),
    ("a used id", |r| { r.account_id = ANN.into(); r.ceiling = limit(5); }, AlreadyExists, "ACCOUNT_EXISTS", "account=city:member:ann field=ceiling given=5 recorded=none"),
];

#[tokio::test]
async fn openings() {
    let mut city = City::founded().await;
    let sound = OpenAccountRequest {
        account_id: "city:member:new".into(),
        kind: AccountKind::Member.into(),
        ..Default::default()
    };
    refused(
        &mut city.client,
        sound,
        OPENINGS,
        async |client, request| client.accounts.open_account(request).await,
    )
    .await;
}

#[rustfmt::skip] // a table: a row a line
const LIMITS: &[Row<ChangeAccountLimitsRequest>] = &[
    ("no etag", |r| r.etag.clear(), InvalidArgument, "FIELD_MISSING", "field=etag"),
    ("no such etag", |r| r.etag = "x".into(), InvalidArgument, "ETAG_MALFORMED", "given=x"),
    ("an old etag", |r| r.etag = "1".into(), Aborted, "LIMITS_CHANGED", "account=city:member:ann current=4 given=1"),
    ("no id", |r| r.account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=account_id"),
    ("an unknown account", |r| r.account_id = "city:nobody".into(), NotFound, "ACCOUNT_UNKNOWN", "account=city:nobody"),
    ("a limit that says nothing", |r| r.ceiling = Some(Limit { bound: None }), InvalidArgument, "LIMIT_OUT_OF_RANGE", ""),
    ("too high a ceiling", |r| r.ceiling = limit(MOST + 1), InvalidArgument, "LIMIT_OUT_OF_RANGE", "given=9007199254740992 max=9007199254740991"),
    ("below the floor", |r| r.ceiling = limit(-1), InvalidArgument, "LIMITS_REVERSED", "ceiling=-1 floor=0"),
];

#[tokio::test]
async fn limits() {
    let mut city = City::founded().await;
    let sound = ChangeAccountLimitsRequest {
        account_id: ANN.into(),
        floor: None,
        ceiling: limit(1_000),
        etag: city.client.etag(ANN).await,
    };
    refused(&mut city.client, sound, LIMITS, async |client, request| {
        client.accounts.change_account_limits(request).await
    })
    .await;
}

#[rustfmt::skip] // a table: a row a line
const UNITS: &[Row<DeclareUnitRequest>] = &[
    ("nothing", |r| r.unit = None, InvalidArgument, "FIELD_MISSING", "field=unit"),
    ("no id", |r| r.unit.as_mut().unwrap().unit_id.clear(), InvalidArgument, "FIELD_MISSING", "field=unit.unit_id"),
    ("no step", |r| r.unit.as_mut().unwrap().step.clear(), InvalidArgument, "FIELD_MISSING", "field=unit.step"),
    ("a digit first", |r| r.unit.as_mut().unwrap().unit_id = "1st".into(), InvalidArgument, "UNIT_ID_MALFORMED", "given=1st"),
    ("17 characters", |r| r.unit.as_mut().unwrap().unit_id = "u".repeat(17), InvalidArgument, "UNIT_ID_MALFORMED", "given=uuuuuuuuuuuuuuuuu"),
    ("the built-in unit", |r| r.unit.as_mut().unwrap().unit_id = "time".into(), AlreadyExists, "UNIT_EXISTS", "step=min unit=time"),
];

#[tokio::test]
async fn units() {
    let mut city = City::empty().await;
    let unit = Unit {
        unit_id: "cny".into(),
        step: "fen".into(),
    };
    let sound = DeclareUnitRequest { unit: Some(unit) };
    refused(&mut city.client, sound, UNITS, async |client, request| {
        client.units.declare_unit(request).await
    })
    .await;
    for number in 0..62 {
        let unit = Unit {
            unit_id: format!("u{number}"),
            step: "s".into(),
        };
        let request = DeclareUnitRequest { unit: Some(unit) };
        city.client
            .units
            .declare_unit(request)
            .await
            .expect("a unit");
    }
    let unit = Unit {
        unit_id: "many".into(),
        step: "s".into(),
    };
    let request = DeclareUnitRequest { unit: Some(unit) };
    let status = city.client.units.declare_unit(request).await.unwrap_err();
    check(
        "the 65th unit",
        &status,
        ResourceExhausted,
        "TOO_MANY_UNITS",
        "max=64",
    );
}

fn legs(account: &str, amount: i64) -> Vec<v1::SettlementLeg> {
    vec![v1::SettlementLeg {
        credit_account_id: account.into(),
        amount,
    }]
}

#[rustfmt::skip] // a table: a row a line
const SETTLEMENTS: &[Row<SettleHoldRequest>] = &[
    ("no id", |r| r.hold_id.clear(), InvalidArgument, "FIELD_MISSING", "field=hold_id"),
    ("an unknown hold", |r| r.hold_id = "11111111-1111-4111-8111-111111111111".into(), NotFound, "HOLD_UNKNOWN", "id=11111111-1111-4111-8111-111111111111"),
    ("zero", |r| r.amount = Some(0), InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=0 max=9007199254740991"),
    ("amount and legs", |r| { r.amount = Some(1); r.legs = legs(BEN, 1); }, InvalidArgument, "FIELDS_TOGETHER", "fields=amount and legs"),
    ("its own hours for itself", |r| r.legs = legs(ANN, 1), InvalidArgument, "SETTLED_TO_ITSELF", "account=city:member:ann"),
    ("a leg of nothing", |r| r.legs = legs(BEN, 0), InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=0 max=9007199254740991"),
    ("too many legs", |r| r.legs = vec![legs(BEN, 1).remove(0); 101], InvalidArgument, "TRANSFER_COUNT_OUT_OF_RANGE", "given=101 max=100"),
    ("more than there is", |r| r.amount = Some(101), FailedPrecondition, "FLOOR_CROSSED", "account=city:member:ann available=100 *"),
    ("no time", |r| r.effective_at = timestamp(0, -1), InvalidArgument, "TIME_OUT_OF_RANGE", "field=effective_at"),
    ("the far future", |r| r.effective_at = timestamp(253_402_300_799, 0), InvalidArgument, "EFFECTIVE_IN_FUTURE", "effective_at=9999-12-31T23:59:59Z *"),
];

/// A hold ends once; so does an account, and only when it is empty and free.
#[tokio::test]
async fn ends() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let place = |hold_id: &str| v1::PlaceHoldRequest {
        hold_id: hold_id.into(),
        debit_account_id: ANN.into(),
        credit_account_id: BEN.into(),
        amount: 10,
        ..Default::default()
    };
    let (settled, released) = (id(), id());
    for hold_id in [&settled, &released] {
        client
            .holds
            .place_hold(place(hold_id))
            .await
            .expect("a hold");
    }
    let close = |account_id: &str| v1::CloseAccountRequest {
        account_id: account_id.into(),
    };
    let status = client.accounts.close_account(close(ANN)).await.unwrap_err();
    check(
        "holds",
        &status,
        FailedPrecondition,
        "ACCOUNT_HAS_HOLDS",
        "account=city:member:ann open_holds=2",
    );

    let release = |hold_id: &str| v1::ReleaseHoldRequest {
        hold_id: hold_id.into(),
    };
    client
        .holds
        .release_hold(release(&released))
        .await
        .expect("freed");
    let sound = SettleHoldRequest {
        hold_id: settled.clone(),
        ..Default::default()
    };
    refused(
        client,
        sound.clone(),
        SETTLEMENTS,
        async |client, request| client.holds.settle_hold(request).await,
    )
    .await;
    let status = client
        .holds
        .release_hold(release(&settled))
        .await
        .unwrap_err();
    check(
        "settled",
        &status,
        FailedPrecondition,
        "HOLD_SETTLED",
        &format!("id={settled} settled=10"),
    );
    let settle = SettleHoldRequest {
        hold_id: released.clone(),
        ..sound
    };
    let status = client.holds.settle_hold(settle).await.unwrap_err();
    check(
        "released",
        &status,
        FailedPrecondition,
        "HOLD_RELEASED",
        &format!("id={released}"),
    );
    let status = client.accounts.close_account(close(ANN)).await.unwrap_err();
    check(
        "hours",
        &status,
        FailedPrecondition,
        "ACCOUNT_NOT_EMPTY",
        "account=city:member:ann balance=90 unit=time",
    );
}

#[rustfmt::skip] // a table: a row a line
const REVERSALS: &[Row<ReverseEntryRequest>] = &[
    ("no entry", |r| r.entry_id.clear(), InvalidArgument, "FIELD_MISSING", "field=entry_id"),
    ("no id", |r| r.reversal_entry_id.clear(), InvalidArgument, "FIELD_MISSING", "field=reversal_entry_id"),
    ("its own id", |r| r.reversal_entry_id = r.entry_id.clone(), AlreadyExists, "ID_REUSED", "field=reverses_entry_id given=*"),
    ("no reason", |r| r.reason.clear(), InvalidArgument, "FIELD_MISSING", "field=reason"),
    ("a reason of 1,001 characters", |r| r.reason = "r".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("an unknown entry", |r| r.entry_id = "11111111-1111-4111-8111-111111111111".into(), NotFound, "ENTRY_UNKNOWN", "id=11111111-1111-4111-8111-111111111111"),
    ("no time", |r| r.effective_at = timestamp(i64::MAX, 0), InvalidArgument, "TIME_OUT_OF_RANGE", "field=effective_at"),
];

#[tokio::test]
async fn reversals() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let posted = entry(ANN, BEN, 5);
    client.post(posted.clone()).await.expect("an entry");
    let sound = ReverseEntryRequest {
        entry_id: posted.entry_id.clone(),
        reversal_entry_id: id(),
        reason: "a mistake".into(),
        ..Default::default()
    };
    refused(client, sound.clone(), REVERSALS, async |client, request| {
        client.entries.reverse_entry(request).await
    })
    .await;
    let again = ReverseEntryRequest {
        reversal_entry_id: id(),
        ..sound.clone()
    };
    let status = client.entries.reverse_entry(again).await.unwrap_err();
    let figures = format!(
        "id={} reversed_by={}",
        sound.entry_id, sound.reversal_entry_id
    );
    check(
        "reversed",
        &status,
        FailedPrecondition,
        "ENTRY_REVERSED",
        &figures,
    );
    let back = ReverseEntryRequest {
        entry_id: sound.reversal_entry_id.clone(),
        reversal_entry_id: id(),
        ..sound.clone()
    };
    let status = client.entries.reverse_entry(back).await.unwrap_err();
    let figures = format!("id={}", sound.reversal_entry_id);
    check(
        "a reversal",
        &status,
        FailedPrecondition,
        "ENTRY_IS_REVERSAL",
        &figures,
    );
}
