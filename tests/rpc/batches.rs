//! Many entries in one call.

use timebank_proto::v1::{
    Entry, PostEntryResult,
    post_entry_result::Result::{Posted, Refusal},
};
use tonic::Code::{FailedPrecondition, InvalidArgument};

use super::{ANN, BEN, City, MINT, refusals::check};
use crate::support::{entry, told};

fn reason(result: &PostEntryResult) -> &str {
    match &result.result {
        Some(Refusal(refusal)) => &refusal.reason,
        Some(Posted(posted)) if posted.replayed => "replayed",
        Some(Posted(_)) => "posted",
        None => "nothing",
    }
}

/// 10,000 entries: every tenth cannot be paid for, every hundredth cannot even
/// be read, and each of the others is posted.
#[tokio::test]
async fn ten_thousand_each_for_itself() {
    let mut city = City::founded().await;
    let batch: Vec<_> = (0..10_000)
        .map(|n| match (n % 100, n % 10) {
            (0, _) => entry(MINT, ANN, 0),
            (_, 0) => entry(BEN, ANN, 1_000_000),
            _ => entry(MINT, BEN, 1),
        })
        .collect();
    let before = city.client.position().await;
    let results = city
        .client
        .post_all(batch.clone(), false)
        .await
        .expect("results");
    assert_eq!(results.len(), 10_000);
    for (n, result) in results.iter().enumerate() {
        let expected = match (n % 100, n % 10) {
            (0, _) => "AMOUNT_OUT_OF_RANGE",
            (_, 0) => "FLOOR_CROSSED",
            _ => "posted",
        };
        assert_eq!(reason(result), expected, "result {n}");
    }
    assert_eq!(city.client.position().await, before + 9_000);
    assert_eq!(city.client.balance(BEN).await, 9_000);

    // The same call again, as after a lost reply.
    let again = city.client.post_all(batch, false).await.expect("results");
    let replayed = again.iter().filter(|one| reason(one) == "replayed").count();
    assert_eq!(replayed, 9_000);
    assert_eq!(city.client.position().await, before + 9_000);
}

#[tokio::test]
async fn ten_thousand_or_none() {
    let mut city = City::founded().await;
    let before = city.client.position().await;
    let mut batch: Vec<_> = (0..9_999).map(|_| entry(MINT, BEN, 1)).collect();
    batch.push(entry(BEN, ANN, 10_000));
    let status = city.client.post_all(batch.clone(), true).await.unwrap_err();
    let figures = "account=city:member:ben available=9999 balance=9999 floor=0 held=0 index=9999 \
                   requested=10000 unit=time";
    check(
        "the last entry",
        &status,
        FailedPrecondition,
        "FLOOR_CROSSED",
        figures,
    );
    assert_eq!(city.client.position().await, before);
    assert_eq!(city.client.balance(BEN).await, 0);

    batch[9_999] = entry(BEN, ANN, 9_999);
    let results = city.client.post_all(batch, true).await.expect("results");
    assert!(results.iter().all(|result| reason(result) == "posted"));
    assert_eq!(city.client.position().await, before + 10_000);
}

/// 1 to 20,000 of them.
#[tokio::test]
async fn sizes() {
    let mut city = City::founded().await;
    for (count, atomic) in [(0, false), (0, true), (20_001, false), (20_001, true)] {
        let batch = vec![entry(MINT, ANN, 1); count];
        let status = city.client.post_all(batch, atomic).await.unwrap_err();
        let figures = format!("given={count} max=20000");
        check(
            "a batch",
            &status,
            InvalidArgument,
            "BATCH_SIZE_OUT_OF_RANGE",
            &figures,
        );
    }
    let before = city.client.position().await;
    let results = city
        .client
        .post_all(vec![entry(MINT, ANN, 1); 20_000], true)
        .await;
    let results = results.expect("results");
    // One entry, and 19,999 repeats of it.
    assert_eq!(reason(&results[0]), "posted");
    assert!(
        results[1..]
            .iter()
            .all(|result| reason(result) == "replayed")
    );
    assert_eq!(city.client.position().await, before + 1);
}

/// However much there is to tell, the caller learns what became of each entry.
#[tokio::test]
async fn the_longest_reply() {
    let mut city = City::founded().await;
    let mut wrong = entry(MINT, ANN, 1);
    wrong.transfers[0].credit_account_id = "\u{1}".repeat(120);
    let mut batch: Vec<Entry> = vec![wrong; 19_999];
    batch.push(entry(MINT, ANN, 1));
    let entries = &mut city.client.entries;
    *entries = entries.clone().max_decoding_message_size(usize::MAX);
    let results = city.client.post_all(batch, false).await.expect("results");
    assert_eq!(results.len(), 20_000);
    assert_eq!(reason(&results[0]), "ACCOUNT_ID_MALFORMED");
    assert_eq!(reason(&results[19_999]), "posted");
}

/// An atomic batch with an entry that cannot be read says which one it is.
#[tokio::test]
async fn an_unreadable_entry_among_others() {
    let mut city = City::founded().await;
    let batch = vec![
        entry(MINT, ANN, 1),
        entry(MINT, MINT, 1),
        entry(BEN, ANN, 1),
    ];
    let status = city.client.post_all(batch, true).await.unwrap_err();
    check(
        "the second",
        &status,
        InvalidArgument,
        "SAME_ACCOUNT",
        "account=city:issuance:mint index=1",
    );
    assert!(told(&status).message.contains("number 1 of the batch"));
}
