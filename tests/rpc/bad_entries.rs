//! Entries and holds that are refused before and by the rules.

use std::collections::HashMap;

use prost_types::Duration;
use timebank_proto::v1::{self, AccountKind, Entry, PlaceHoldRequest, Tag, post_entry_result};
use tonic::Code::{AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, OutOfRange};

use super::{
    ANN, BEN, City, MINT,
    refusals::{Row, refused},
};
use crate::support::{Client, entry, id, leg, limit, timestamp};

const GONE: &str = "city:member:gone";
const BANK: &str = "city:clearing:bank";
const FULL: &str = "city:clearing:full";
const SMALL: &str = "city:member:small";
const MOST: i64 = 9_007_199_254_740_991;
const USED: &str = "11111111-1111-4111-8111-111111111111";

pub(super) fn tags(count: usize) -> Vec<Tag> {
    let tag = |n| Tag {
        key: format!("t{n}"),
        value: "v".into(),
    };
    (0..count).map(tag).collect()
}

/// What no rule is asked about.
#[rustfmt::skip] // a table: a row a line
const MALFORMED: &[Row<Entry>] = &[
    ("no id", |e| e.entry_id.clear(), InvalidArgument, "FIELD_MISSING", "field=entry_id"),
    ("no UUID", |e| e.entry_id = "e1".into(), InvalidArgument, "ID_MALFORMED", "field=entry_id given=e1"),
    ("the nil UUID", |e| e.entry_id = "0".repeat(32), InvalidArgument, "ID_MALFORMED", "field=entry_id given=0*"),
    ("a huge id", |e| e.entry_id = "7".repeat(1 << 20), InvalidArgument, "ID_MALFORMED", "field=entry_id given=7*"),
    ("no transfers", |e| e.transfers.clear(), InvalidArgument, "TRANSFER_COUNT_OUT_OF_RANGE", "given=0 max=100"),
    ("101 transfers", |e| e.transfers = vec![leg(MINT, ANN, 1); 101], InvalidArgument, "TRANSFER_COUNT_OUT_OF_RANGE", "given=101 max=100"),
    ("no debited account", |e| e.transfers[0].debit_account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=debit_account_id"),
    ("one segment", |e| e.transfers[0].credit_account_id = "ann".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=ann"),
    ("upper case", |e| e.transfers[0].credit_account_id = "City:ann".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=City:ann"),
    ("control characters", |e| e.transfers[0].credit_account_id = "a:b\r\n\0".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=a:b\r\n\0"),
    ("a name", |e| e.transfers[0].credit_account_id = "a:\u{5f20}".into(), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=a:\u{5f20}"),
    ("a huge account id", |e| e.transfers[0].credit_account_id = "a:".repeat(1 << 19), InvalidArgument, "ACCOUNT_ID_MALFORMED", "given=a:a:*"),
    ("zero", |e| e.transfers[0].amount = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=0 max=9007199254740991"),
    ("a negative amount", |e| e.transfers[0].amount = -90, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=-90 max=9007199254740991"),
    ("one too many", |e| e.transfers[0].amount = MOST + 1, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=9007199254740992 max=9007199254740991"),
    ("the largest integer", |e| e.transfers[0].amount = i64::MAX, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=9223372036854775807 max=9007199254740991"),
    ("the smallest integer", |e| e.transfers[0].amount = i64::MIN, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=-9223372036854775808 max=9007199254740991"),
    ("a bad second leg", |e| e.transfers.push(leg(MINT, ANN, 0)), InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=0 max=9007199254740991"),
    ("to itself", |e| e.transfers[0].credit_account_id = MINT.into(), InvalidArgument, "SAME_ACCOUNT", "account=city:issuance:mint"),
    ("no unit's name", |e| e.transfers[0].unit_id = "Time".into(), InvalidArgument, "UNIT_ID_MALFORMED", "given=Time"),
    ("no kind's name", |e| e.kind = "Home care".into(), InvalidArgument, "LABEL_MALFORMED", "field=kind given=Home care"),
    ("17 tags", |e| e.tags = tags(17), InvalidArgument, "TAGS_MALFORMED", "given=17 max=16"),
    ("a tag twice", |e| e.tags = [tags(1), tags(1)].concat(), InvalidArgument, "TAGS_MALFORMED", "key=t0"),
    ("an empty tag", |e| { e.tags = tags(1); e.tags[0].value.clear(); }, InvalidArgument, "TAGS_MALFORMED", "key=t0 max=64"),
    ("a tag of 65 characters", |e| { e.tags = tags(1); e.tags[0].value = "\u{5bb6}".repeat(65); }, InvalidArgument, "TAGS_MALFORMED", "key=t0 max=64"),
    ("a tag of two lines", |e| { e.tags = tags(1); e.tags[0].value = "a\nb".into(); }, InvalidArgument, "TAGS_MALFORMED", "key=t0 max=64"),
    ("a tag without a key", |e| { e.tags = tags(1); e.tags[0].key.clear(); }, InvalidArgument, "FIELD_MISSING", "field=tags.key"),
    ("a note of 1,001 characters", |e| e.note = "\u{5bb6}".repeat(1_001), InvalidArgument, "NOTE_TOO_LONG", "given=1001 max=1000"),
    ("negative nanoseconds", |e| e.effective_at = timestamp(0, -1), InvalidArgument, "TIME_OUT_OF_RANGE", "field=effective_at"),
    ("a second of nanoseconds", |e| e.effective_at = timestamp(0, 1_000_000_000), InvalidArgument, "TIME_OUT_OF_RANGE", "field=effective_at"),
    ("before 1900", |e| e.effective_at = timestamp(-2_208_988_801, 0), InvalidArgument, "TIME_OUT_OF_RANGE", "field=effective_at"),
    ("after 9999", |e| e.effective_at = timestamp(253_402_300_800, 0), InvalidArgument, "TIME_OUT_OF_RANGE", "field=effective_at"),
    ("the end of time", |e| e.effective_at = timestamp(i64::MAX, 999_999_999), InvalidArgument, "TIME_OUT_OF_RANGE", "field=effective_at"),
    ("the beginning of time", |e| e.effective_at = timestamp(i64::MIN, 0), InvalidArgument, "TIME_OUT_OF_RANGE", "field=effective_at"),
];

/// What the rules refuse. The stories have every rule; here are the codes.
#[rustfmt::skip] // a table: a row a line
const REJECTED: &[Row<Entry>] = &[
    ("a used id", |e| e.entry_id = USED.into(), AlreadyExists, "ID_REUSED", "field=transfers[0].amount given=1 id=11111111-1111-4111-8111-111111111111 recorded=2"),
    ("the far future", |e| e.effective_at = timestamp(253_402_300_799, 0), InvalidArgument, "EFFECTIVE_IN_FUTURE", "effective_at=9999-12-31T23:59:59Z max_ahead_s=300 now=2*"),
    ("an unknown account", |e| e.transfers[0].credit_account_id = "city:nobody".into(), NotFound, "ACCOUNT_UNKNOWN", "account=city:nobody"),
    ("a closed account", |e| e.transfers[0].credit_account_id = GONE.into(), FailedPrecondition, "ACCOUNT_CLOSED", "account=city:member:gone"),
    ("two units", |e| e.transfers[0].credit_account_id = BANK.into(), FailedPrecondition, "UNIT_MISMATCH", "account=city:clearing:bank unit=cny wanted=time"),
    ("another unit", |e| e.transfers[0].unit_id = "cny".into(), FailedPrecondition, "UNIT_MISMATCH", "account=city:issuance:mint unit=time wanted=cny"),
    ("an overflowing balance", |e| e.transfers[0].credit_account_id = FULL.into(), OutOfRange, "BALANCE_OUT_OF_RANGE", "account=city:clearing:full balance=9007199254740991"),
    ("more than there is", |e| e.transfers = vec![leg(BEN, ANN, 1)], FailedPrecondition, "FLOOR_CROSSED", "account=city:member:ben available=0 balance=0 floor=0 held=0 requested=1 unit=time"),
    ("more than may be", |e| e.transfers = vec![leg(MINT, SMALL, 11)], FailedPrecondition, "CEILING_CROSSED", "account=city:member:small balance=0 ceiling=10 requested=11 unit=time"),
];

/// The accounts and entries that the rows speak of.
async fn city() -> City {
    let mut city = City::founded().await;
    let client = &mut city.client;
    client.open(GONE, AccountKind::Member).await;
    let close = v1::CloseAccountRequest {
        account_id: GONE.into(),
    };
    client
        .accounts
        .close_account(close)
        .await
        .expect("it closes");
    client.open(FULL, AccountKind::Clearing).await;
    let other = "city:issuance:other";
    client.open(other, AccountKind::Issuance).await;
    client
        .post(entry(other, FULL, MOST))
        .await
        .expect("the most");
    let unit = v1::Unit {
        unit_id: "cny".into(),
        step: "fen".into(),
    };
    let declare = v1::DeclareUnitRequest { unit: Some(unit) };
    client.units.declare_unit(declare).await.expect("a unit");
    for (account_id, kind, unit_id, ceiling) in [
        (BANK, AccountKind::Clearing, "cny", None),
        (SMALL, AccountKind::Member, "", limit(10)),
    ] {
        let request = v1::OpenAccountRequest {
            account_id: account_id.into(),
            kind: kind.into(),
            unit_id: unit_id.into(),
            floor: None,
            ceiling,
        };
        client
            .accounts
            .open_account(request)
            .await
            .expect("it opens");
    }
    let used = Entry {
        entry_id: USED.into(),
        ..entry(MINT, ANN, 2)
    };
    client.post(used).await.expect("an entry");
    city
}

/// All of the tables, with a sound request of its own for each use.
async fn table(
    client: &mut Client,
    call: impl AsyncFn(&mut Client, Entry) -> Result<(), tonic::Status> + Copy,
) {
    refused(client, entry(MINT, ANN, 1), MALFORMED, call).await;
    refused(client, entry(MINT, ANN, 1), REJECTED, call).await;
}

#[tokio::test]
async fn alone() {
    let mut city = city().await;
    table(&mut city.client, async |client, entry| {
        client.post(entry).await.map(drop)
    })
    .await;
}

/// In a batch a refused entry has all that the call of its own would have told.
#[tokio::test]
async fn among_others() {
    let mut city = city().await;
    table(&mut city.client, async |client, wrong| {
        let before = client.position().await;
        let results = client.post_all(vec![wrong], false).await?;
        match &results[0].result {
            Some(post_entry_result::Result::Posted(posted)) => {
                assert_eq!(posted.sequence, before + 1);
                Ok(())
            }
            Some(post_entry_result::Result::Refusal(refusal)) => Err(status_of(refusal)),
            None => panic!("no result"),
        }
    })
    .await;
}

/// What a call of its own would have ended with.
fn status_of(refusal: &v1::Refusal) -> tonic::Status {
    use tonic_types::{ErrorDetails, StatusExt};

    let figures: HashMap<_, _> = refusal.figures.clone().into_iter().collect();
    let details = ErrorDetails::with_error_info(&refusal.reason, "timebank", figures);
    tonic::Status::with_error_details(refusal.code.into(), &refusal.message, details)
}

/// An atomic batch tells of its first refused entry, with the place of it.
#[tokio::test]
async fn among_others_all_or_nothing() {
    let mut city = city().await;
    let client = &mut city.client;
    let before = client.position().await;
    for (what, change, code, reason, _) in MALFORMED.iter().chain(REJECTED) {
        let mut wrong = entry(MINT, ANN, 1);
        change(&mut wrong);
        let batch = vec![entry(MINT, ANN, 1), wrong, entry(BEN, ANN, 1_000)];
        let status = client.post_all(batch, true).await.expect_err(what);
        let told = crate::support::told(&status);
        assert_eq!(
            (told.code, told.reason.as_str()),
            (*code, *reason),
            "{what}"
        );
        assert_eq!(told.figures["index"], "1", "{what}");
        assert_eq!(client.position().await, before, "{what}: was recorded");
    }
}

#[rustfmt::skip] // a table: a row a line
const HOLDS: &[Row<PlaceHoldRequest>] = &[
    ("no id", |h| h.hold_id.clear(), InvalidArgument, "FIELD_MISSING", "field=hold_id"),
    ("a used id", |h| h.hold_id = USED.into(), AlreadyExists, "ID_REUSED", "field=what given=hold id=11111111-1111-4111-8111-111111111111 recorded=entry"),
    ("zero", |h| h.amount = 0, InvalidArgument, "AMOUNT_OUT_OF_RANGE", "given=0 max=9007199254740991"),
    ("to itself", |h| h.credit_account_id = ANN.into(), InvalidArgument, "SAME_ACCOUNT", "account=city:member:ann"),
    ("no account", |h| h.debit_account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=debit_account_id"),
    ("no unit's name", |h| h.unit_id = "?".into(), InvalidArgument, "UNIT_ID_MALFORMED", "given=?"),
    ("another unit", |h| h.unit_id = "cny".into(), FailedPrecondition, "UNIT_MISMATCH", "account=city:member:ann unit=time wanted=cny"),
    ("at once", |h| h.expires_in = duration(0, 0), InvalidArgument, "EXPIRY_OUT_OF_RANGE", "max_s=315360000"),
    ("before it is placed", |h| h.expires_in = duration(-1, 0), InvalidArgument, "EXPIRY_OUT_OF_RANGE", "max_s=315360000"),
    ("half a second", |h| h.expires_in = duration(1, 500_000_000), InvalidArgument, "EXPIRY_OUT_OF_RANGE", "max_s=315360000"),
    ("over ten years", |h| h.expires_in = duration(315_360_001, 0), InvalidArgument, "EXPIRY_OUT_OF_RANGE", "max_s=315360000"),
    ("for ever and a day", |h| h.expires_in = duration(i64::MAX, 0), InvalidArgument, "EXPIRY_OUT_OF_RANGE", "max_s=315360000"),
    ("no kind's name", |h| h.kind = "-".into(), InvalidArgument, "LABEL_MALFORMED", "field=kind given=-"),
    ("17 tags", |h| h.tags = tags(17), InvalidArgument, "TAGS_MALFORMED", "given=17 max=16"),
    ("an unknown account", |h| h.credit_account_id = "city:nobody".into(), NotFound, "ACCOUNT_UNKNOWN", "account=city:nobody"),
    ("more than there is", |h| h.amount = 103, FailedPrecondition, "FLOOR_CROSSED", "account=city:member:ann available=102 balance=102 floor=0 held=0 requested=103 unit=time"),
];

fn duration(seconds: i64, nanos: i32) -> Option<Duration> {
    Some(Duration { seconds, nanos })
}

#[tokio::test]
async fn holds() {
    let mut city = city().await;
    let sound = PlaceHoldRequest {
        hold_id: id(),
        debit_account_id: ANN.into(),
        credit_account_id: BEN.into(),
        amount: 10,
        expires_in: duration(315_360_000, 0),
        ..Default::default()
    };
    refused(&mut city.client, sound, HOLDS, async |client, hold| {
        client.holds.place_hold(hold).await
    })
    .await;
}
