//! Of two faults in one request, the one that stands first is told: the order of
//! the contract's fields.

use timebank_proto::v1::{
    AccountKind, Entry, Limit, ListHoldsRequest, OpenAccountRequest, PlaceHoldRequest,
    ReverseEntryRequest, SettleHoldRequest, SettlementLeg,
};
use tonic::{Code::InvalidArgument, Status};

use super::{ANN, BEN, City, MINT, bad_entries::tags, refusals::check};
use crate::support::{Client, entry, id, timestamp};

/// How a sound request gets a fault, and what is told of it.
type Fault<T> = (fn(&mut T), &'static str, &'static str);

/// Sends each pair of faults.
async fn first_told<T: Clone, R>(
    client: &mut Client,
    sound: T,
    faults: &[Fault<T>],
    call: impl AsyncFn(&mut Client, T) -> Result<R, Status>,
) {
    for (index, (first, reason, figures)) in faults.iter().enumerate() {
        for (second, later, _) in &faults[index + 1..] {
            let mut request = sound.clone();
            second(&mut request);
            first(&mut request);
            let what = format!("{reason} {figures} before {later}");
            match call(client, request).await {
                Ok(_) => panic!("{what}: was taken"),
                Err(status) => check(&what, &status, InvalidArgument, reason, figures),
            }
        }
    }
}

#[rustfmt::skip] // a table: a row a line
const ENTRY: &[Fault<Entry>] = &[
    (|e| e.entry_id.clear(), "FIELD_MISSING", "field=entry_id"),
    (|e| e.transfers[0].debit_account_id.clear(), "FIELD_MISSING", "field=debit_account_id"),
    (|e| e.transfers[0].credit_account_id = "a b".into(), "ACCOUNT_ID_MALFORMED", "given=a b"),
    (|e| e.transfers[0].amount = -1, "AMOUNT_OUT_OF_RANGE", "given=-1 *"),
    (|e| e.transfers[0].unit_id = "?".into(), "UNIT_ID_MALFORMED", "given=?"),
    (|e| e.transfers[1].debit_account_id = e.transfers[1].credit_account_id.clone(), "SAME_ACCOUNT", "account=*"),
    (|e| e.transfers[1].amount = 0, "AMOUNT_OUT_OF_RANGE", "given=0 *"),
    (|e| e.effective_at = timestamp(0, -1), "TIME_OUT_OF_RANGE", "field=effective_at"),
    (|e| e.kind = "Care".into(), "LABEL_MALFORMED", "field=kind given=Care"),
    (|e| e.tags[0].key.clear(), "FIELD_MISSING", "field=tags.key"),
    (|e| e.tags[1].value.clear(), "TAGS_MALFORMED", "key=t1 *"),
    (|e| e.note = "n".repeat(1_001), "NOTE_TOO_LONG", "given=1001 *"),
];

#[tokio::test]
async fn entries() {
    let mut city = City::founded().await;
    let mut sound = entry(MINT, ANN, 1);
    sound.transfers.push(sound.transfers[0].clone());
    sound.tags = tags(2);
    first_told(&mut city.client, sound, ENTRY, Client::post).await;
}

#[rustfmt::skip] // a table: a row a line
const REVERSAL: &[Fault<ReverseEntryRequest>] = &[
    (|r| r.entry_id = "e1".into(), "ID_MALFORMED", "field=entry_id given=e1"),
    (|r| r.reversal_entry_id.clear(), "FIELD_MISSING", "field=reversal_entry_id"),
    (|r| r.reason.clear(), "FIELD_MISSING", "field=reason"),
    (|r| r.effective_at = timestamp(0, -1), "TIME_OUT_OF_RANGE", "field=effective_at"),
];

#[tokio::test]
async fn reversals() {
    let mut city = City::founded().await;
    let sound = ReverseEntryRequest {
        entry_id: id(),
        reversal_entry_id: id(),
        reason: "a mistake".into(),
        ..Default::default()
    };
    let call = async |client: &mut Client, request| client.entries.reverse_entry(request).await;
    first_told(&mut city.client, sound, REVERSAL, call).await;
}

#[rustfmt::skip] // a table: a row a line
const HOLD: &[Fault<PlaceHoldRequest>] = &[
    (|h| h.hold_id.clear(), "FIELD_MISSING", "field=hold_id"),
    (|h| h.debit_account_id = "ann".into(), "ACCOUNT_ID_MALFORMED", "given=ann"),
    (|h| h.credit_account_id.clear(), "FIELD_MISSING", "field=credit_account_id"),
    (|h| h.amount = 0, "AMOUNT_OUT_OF_RANGE", "given=0 *"),
    (|h| h.unit_id = "?".into(), "UNIT_ID_MALFORMED", "given=?"),
    (|h| h.expires_in = Some(prost_types::Duration { seconds: 0, nanos: 0 }), "EXPIRY_OUT_OF_RANGE", "max_s=*"),
    (|h| h.kind = "-".into(), "LABEL_MALFORMED", "field=kind given=-"),
    (|h| h.tags = tags(17), "TAGS_MALFORMED", "given=17 *"),
];

#[tokio::test]
async fn holds() {
    let mut city = City::founded().await;
    let sound = PlaceHoldRequest {
        hold_id: id(),
        debit_account_id: ANN.into(),
        credit_account_id: BEN.into(),
        amount: 10,
        ..Default::default()
    };
    let call = async |client: &mut Client, request| client.holds.place_hold(request).await;
    first_told(&mut city.client, sound, HOLD, call).await;
}

#[rustfmt::skip] // a table: a row a line
const SETTLEMENT: &[Fault<SettleHoldRequest>] = &[
    (|s| s.hold_id.clear(), "FIELD_MISSING", "field=hold_id"),
    (|s| s.amount = Some(0), "AMOUNT_OUT_OF_RANGE", "given=0 *"),
    (|s| s.effective_at = timestamp(0, -1), "TIME_OUT_OF_RANGE", "field=effective_at"),
    (|s| s.legs[0].credit_account_id.clear(), "FIELD_MISSING", "field=credit_account_id"),
    (|s| s.legs[1].amount = -1, "AMOUNT_OUT_OF_RANGE", "given=-1 *"),
    (|s| s.amount = s.amount.or(Some(1)), "FIELDS_TOGETHER", "fields=amount and legs"),
];

#[tokio::test]
async fn settlements() {
    let mut city = City::founded().await;
    let leg = SettlementLeg {
        credit_account_id: BEN.into(),
        amount: 1,
    };
    let sound = SettleHoldRequest {
        hold_id: id(),
        legs: vec![leg.clone(), leg],
        ..Default::default()
    };
    let call = async |client: &mut Client, request| client.holds.settle_hold(request).await;
    first_told(&mut city.client, sound, SETTLEMENT, call).await;
}

#[rustfmt::skip] // a table: a row a line
const OPENING: &[Fault<OpenAccountRequest>] = &[
    (|r| r.account_id.clear(), "FIELD_MISSING", "field=account_id"),
    (|r| r.kind = 0, "FIELD_MISSING", "field=kind"),
    (|r| r.unit_id = "?".into(), "UNIT_ID_MALFORMED", "given=?"),
    (|r| r.floor = Some(Limit { bound: None }), "LIMIT_OUT_OF_RANGE", ""),
    (|r| r.ceiling = Some(Limit { bound: None }), "LIMIT_OUT_OF_RANGE", ""),
];

#[tokio::test]
async fn openings() {
    let mut city = City::empty().await;
    let sound = OpenAccountRequest {
        account_id: ANN.into(),
        kind: AccountKind::Member.into(),
        ..Default::default()
    };
    let call = async |client: &mut Client, request| client.accounts.open_account(request).await;
    first_told(&mut city.client, sound, OPENING, call).await;
}

#[rustfmt::skip] // a table: a row a line
const LIST_OF_HOLDS: &[Fault<ListHoldsRequest>] = &[
    (|r| r.page_size = -1, "PAGE_SIZE_OUT_OF_RANGE", "given=-1"),
    (|r| r.page_token = "00".into(), "PAGE_TOKEN_MALFORMED", ""),
    (|r| r.account_id = "ann".into(), "ACCOUNT_ID_MALFORMED", "given=ann"),
    (|r| r.state = 9, "CHOICE_UNKNOWN", "field=state given=9"),
];

#[tokio::test]
async fn lists_of_holds() {
    let mut city = City::founded().await;
    let sound = ListHoldsRequest::default();
    let call = async |client: &mut Client, request| client.holds.list_holds(request).await;
    first_told(&mut city.client, sound, LIST_OF_HOLDS, call).await;
}
