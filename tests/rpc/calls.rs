//! What goes in comes out, on every call.

use timebank_proto::v1::{self, AccountState, HoldState, Tag, record::Step};
use tonic::{Request, metadata::AsciiMetadataValue};

use super::{ANN, BEN, City, MINT};
use crate::support::{any_limit, entry, id, leg, limit, timestamp, within};

fn tag(key: &str, value: &str) -> Tag {
    Tag {
        key: key.into(),
        value: value.into(),
    }
}

#[tokio::test]
async fn an_entry_with_everything() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let sent = v1::Entry {
        transfers: vec![leg(MINT, ANN, 60), leg(ANN, BEN, 30)],
        effective_at: timestamp(1_750_000_000, 123_456_789),
        kind: "service".into(),
        tags: vec![tag("service", "\u{5bb6}\u{653f}"), tag("block", "b7")],
        note: "\u{4e0a}\u{95e8}".into(),
        ..entry(MINT, ANN, 1)
    };
    let mut request = Request::new(v1::PostEntryRequest {
        entry: Some(sent.clone()),
    });
    let metadata = request.metadata_mut();
    let actor = "desk 3";
    let bytes = AsciiMetadataValue::try_from(actor.as_bytes());
    metadata.insert("x-actor", bytes.expect("a header"));
    metadata.insert("x-request-id", "call-17".parse().expect("a header"));
    let reply = client.entries.post_entry(request).await.expect("posted");
    let posted = reply.into_inner().entry.expect("the entry");

    let found = client.get(&sent.entry_id).await.expect("the entry");
    let expected = v1::Entry {
        // To the microsecond, in the order of their keys, each leg with its unit.
        effective_at: timestamp(1_750_000_000, 123_456_000),
        tags: vec![tag("block", "b7"), tag("service", "\u{5bb6}\u{653f}")],
        transfers: found.transfers.clone(),
        sequence: 7,
        recorded_at: found.recorded_at,
        actor: actor.into(),
        ..sent.clone()
    };
    assert_eq!(found, expected);
    for (found, sent) in found.transfers.iter().zip(&sent.transfers) {
        let unit_id = "time".into();
        assert_eq!(
            found,
            &v1::Transfer {
                unit_id,
                ..sent.clone()
            }
        );
    }
    // What a post returns is what every later read does, and the replay.
    assert_eq!(posted, expected);
    let again = client.post(sent.clone()).await.expect("posted");
    assert_eq!((again.replayed, again.entry), (true, Some(expected)));

    let records = client.records(7).await.expect("records");
    let [record] = &records[..] else {
        panic!("not one record: {records:?}");
    };
    assert_eq!(
        (&*record.principal, &*record.actor, &*record.request_id),
        ("admin", actor, "call-17")
    );
    let Some(Step::EntryPosted(recorded)) = &record.step else {
        panic!("another fact: {record:?}");
    };
    assert_eq!(recorded.effective_at_us, Some(1_750_000_000_123_456));
    assert_eq!(recorded.note_commitment.len(), 32);
}

/// Ids are read in any usual form, and given back in one.
#[tokio::test]
async fn forms_of_an_id() {
    let mut city = City::founded().await;
    let sent = entry(MINT, ANN, 1);
    let plain = sent.entry_id.replace('-', "").to_uppercase();
    let upper = v1::Entry {
        entry_id: plain.clone(),
        ..sent.clone()
    };
    city.client.post(sent.clone()).await.expect("posted");
    let again = city.client.post(upper).await.expect("posted");
    assert!(again.replayed);
    assert_eq!(again.entry.expect("the entry").entry_id, sent.entry_id);
    let found = city.client.get(&plain).await.expect("the entry");
    assert_eq!(found.entry_id, sent.entry_id);
}

#[tokio::test]
async fn many_entries_by_id() {
    let mut city = City::founded().await;
    let sent: Vec<_> = (1..=3).map(|amount| entry(MINT, ANN, amount)).collect();
    city.client
        .post_all(sent.clone(), true)
        .await
        .expect("posted");
    let ids = |order: [usize; 3]| order.map(|n| sent[n].entry_id.clone());
    let mut entry_ids = ids([2, 0, 1]).to_vec();
    entry_ids.insert(1, id());
    let request = v1::BatchGetEntriesRequest { entry_ids };
    let reply = city.client.entries.batch_get_entries(request).await;
    let found = reply.expect("entries").into_inner().entries;
    let found: Vec<_> = found.iter().map(|found| found.entry_id.clone()).collect();
    assert_eq!(
        found,
        ids([2, 0, 1]),
        "those that exist, as they were asked for"
    );
}

#[tokio::test]
async fn an_account_with_limits() {
    let mut city = City::founded().await;
    let accounts = &mut city.client.accounts;
    let request = v1::OpenAccountRequest {
        account_id: "city:member:new".into(),
        kind: v1::AccountKind::Member.into(),
        unit_id: "time".into(),
        floor: limit(-60),
        ceiling: any_limit(),
    };
    let opened = accounts
        .open_account(request.clone())
        .await
        .expect("opened")
        .into_inner();
    assert!(!opened.replayed);
    let account = opened.account.expect("the account");
    let expected = v1::Account {
        account_id: request.account_id.clone(),
        kind: request.kind,
        unit_id: "time".into(),
        floor: limit(-60),
        ceiling: any_limit(),
        state: AccountState::Open.into(),
        balance: 0,
        held: 0,
        available: Some(60),
        opened_at: account.opened_at,
        closed_at: None,
        posting_count: 0,
        etag: account.etag.clone(),
    };
    assert_eq!(account, expected);
    let again = accounts
        .open_account(request.clone())
        .await
        .expect("opened")
        .into_inner();
    assert_eq!((again.replayed, again.account), (true, Some(expected)));

    let close = v1::CloseAccountRequest {
        account_id: request.account_id,
    };
    let closed = accounts
        .close_account(close.clone())
        .await
        .expect("closed")
        .into_inner();
    let account = closed.account.expect("the account");
    assert_eq!(account.state(), AccountState::Closed);
    assert!(account.closed_at.is_some());
    assert!(
        accounts
            .close_account(close)
            .await
            .expect("closed")
            .into_inner()
            .replayed
    );
}

#[tokio::test]
async fn a_hold_and_its_end() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let request = v1::PlaceHoldRequest {
        hold_id: id(),
        debit_account_id: ANN.into(),
        credit_account_id: BEN.into(),
        amount: 60,
        unit_id: "time".into(),
        expires_in: Some(prost_types::Duration {
            seconds: 3_600,
            nanos: 0,
        }),
        kind: "service".into(),
        tags: vec![tag("block", "b7")],
    };
    let placed = client
        .holds
        .place_hold(request.clone())
        .await
        .expect("placed")
        .into_inner();
    let hold = placed.hold.expect("the hold");
    let placed_at = hold.placed_at.expect("a time");
    let expected = v1::Hold {
        hold_id: request.hold_id.clone(),
        debit_account_id: ANN.into(),
        credit_account_id: BEN.into(),
        amount: 60,
        unit_id: "time".into(),
        kind: "service".into(),
        tags: request.tags.clone(),
        state: HoldState::Open.into(),
        expires_at: timestamp(placed_at.seconds + 3_600, placed_at.nanos),
        placed_at: Some(placed_at),
        ended_at: None,
        settled_amount: 0,
        sequence: 7,
        owner: String::new(),
    };
    assert_eq!(hold, expected);

    let settle = v1::SettleHoldRequest {
        hold_id: request.hold_id.clone(),
        amount: Some(45),
        effective_at: timestamp(1_750_000_000, 0),
        legs: Vec::new(),
    };
    let settled = client
        .holds
        .settle_hold(settle)
        .await
        .expect("settled")
        .into_inner();
    let hold = settled.hold.expect("the hold");
    assert_eq!(
        (hold.state(), hold.settled_amount),
        (HoldState::Settled, 45)
    );
    let posted = client.get(&request.hold_id).await.expect("the entry");
    assert_eq!(posted.effective_at, timestamp(1_750_000_000, 0));
    assert_eq!(
        (posted.kind.as_str(), &posted.tags),
        ("service", &request.tags)
    );
    assert_eq!(hold.ended_at, posted.recorded_at);
}

/// A hold frees itself, and the journal says so, with nobody asking.
#[tokio::test]
async fn a_hold_expires_by_itself() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let watch = v1::WatchRecordsRequest {
        from_sequence: 8,
        follow: true,
    };
    let mut stream = client
        .journal
        .watch_records(watch)
        .await
        .expect("a stream")
        .into_inner();
    let request = v1::PlaceHoldRequest {
        hold_id: id(),
        debit_account_id: ANN.into(),
        credit_account_id: BEN.into(),
        amount: 60,
        expires_in: Some(prost_types::Duration {
            seconds: 1,
            nanos: 0,
        }),
        ..Default::default()
    };
    client
        .holds
        .place_hold(request.clone())
        .await
        .expect("placed");
    let message = within("the expiry", stream.message()).await;
    let mut records = message.expect("a message").expect("a message").records;
    let record = records.remove(0).record.expect("the record");
    assert!(
        matches!(record.step, Some(Step::HoldExpired(_))),
        "{record:?}"
    );
    assert_eq!(record.principal, "timebank");

    let get = v1::GetHoldRequest {
        hold_id: request.hold_id.clone(),
    };
    let hold = client
        .holds
        .get_hold(get)
        .await
        .expect("a hold")
        .into_inner();
    let hold = hold.hold.expect("the hold");
    assert_eq!(hold.state(), HoldState::Expired);
    assert_eq!(hold.ended_at, hold.expires_at);
    let release = v1::ReleaseHoldRequest {
        hold_id: request.hold_id,
    };
    let status = client.holds.release_hold(release).await.unwrap_err();
    assert_eq!(crate::support::told(&status).reason, "HOLD_EXPIRED");
}

/// Reversed entries are linked both ways, and the record shows what was forced.
#[tokio::test]
async fn a_reversal() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let grant = entry(MINT, BEN, 10);
    client.post(grant.clone()).await.expect("posted");
    client.post(entry(BEN, ANN, 10)).await.expect("posted");
    let request = v1::ReverseEntryRequest {
        entry_id: grant.entry_id.clone(),
        reversal_entry_id: id(),
        reason: "booked twice".into(),
        force: true,
        effective_at: None,
    };
    let reply = client
        .entries
        .reverse_entry(request.clone())
        .await
        .expect("reversed");
    let reversal = reply.into_inner().entry.expect("the reversal");
    assert_eq!(reversal.reverses_entry_id, grant.entry_id);
    assert_eq!(
        (reversal.kind.as_str(), reversal.forced),
        ("reversal", true)
    );
    assert_eq!(reversal.note, "booked twice");
    let found = client.get(&grant.entry_id).await.expect("the entry");
    assert_eq!(found.reversed_by_entry_id, request.reversal_entry_id);
    assert_eq!(client.balance(BEN).await, -10);
    let again = client
        .entries
        .reverse_entry(request)
        .await
        .expect("reversed");
    assert!(again.into_inner().replayed);
}
