//! Reads with something wrong about them, and calls that are hardly calls.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use timebank_proto::v1::{self, GetBalanceRequest};
use tokio::sync::mpsc;
use tonic::{
    Code::{InvalidArgument, NotFound, OutOfRange},
    Request,
    metadata::AsciiMetadataValue,
};

use super::{
    ANN, City, MINT,
    refusals::{Row, check, refused},
};
use crate::support::{entry, id, timestamp, upload};

#[rustfmt::skip] // a table: a row a line
const BALANCES: &[Row<GetBalanceRequest>] = &[
    ("no id", |r| r.account_id.clear(), InvalidArgument, "FIELD_MISSING", "field=account_id"),
    ("an unknown account", |r| r.account_id = "city:nobody".into(), NotFound, "ACCOUNT_UNKNOWN", "account=city:nobody"),
    ("no time", |r| r.as_of = timestamp(i64::MIN, 0), InvalidArgument, "TIME_OUT_OF_RANGE", "field=as_of"),
    ("no axis", |r| r.axis = 3, InvalidArgument, "CHOICE_UNKNOWN", "field=axis given=3"),
];

#[tokio::test]
async fn reads() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let sound = GetBalanceRequest {
        account_id: ANN.into(),
        ..Default::default()
    };
    refused(client, sound, BALANCES, async |client, request| {
        client.statements.get_balance(request).await
    })
    .await;

    let nobody = "city:nobody".to_owned();
    let get = v1::GetAccountRequest {
        account_id: nobody.clone(),
    };
    let status = client.accounts.get_account(get).await.unwrap_err();
    check(
        "an account",
        &status,
        NotFound,
        "ACCOUNT_UNKNOWN",
        "account=city:nobody",
    );
    let list = v1::ListHoldsRequest {
        account_id: nobody,
        ..Default::default()
    };
    let status = client.holds.list_holds(list).await.unwrap_err();
    check(
        "holds",
        &status,
        NotFound,
        "ACCOUNT_UNKNOWN",
        "account=city:nobody",
    );
    let list = v1::ListHoldsRequest {
        state: 5,
        ..Default::default()
    };
    let status = client.holds.list_holds(list).await.unwrap_err();
    check(
        "a state",
        &status,
        InvalidArgument,
        "CHOICE_UNKNOWN",
        "field=state given=5",
    );
    let list = v1::ListAccountsRequest {
        prefix: "City%".into(),
        ..Default::default()
    };
    let status = client.accounts.list_accounts(list).await.unwrap_err();
    check(
        "a prefix",
        &status,
        InvalidArgument,
        "ACCOUNT_ID_MALFORMED",
        "given=City%",
    );
    let unknown = id();
    let status = client.get(&unknown).await.unwrap_err();
    check(
        "an entry",
        &status,
        NotFound,
        "ENTRY_UNKNOWN",
        &format!("id={unknown}"),
    );
    let get = v1::GetHoldRequest {
        hold_id: unknown.clone(),
    };
    let status = client.holds.get_hold(get).await.unwrap_err();
    check(
        "a hold",
        &status,
        NotFound,
        "HOLD_UNKNOWN",
        &format!("id={unknown}"),
    );
    for (entry_ids, figures) in [
        (vec![], "given=0 max=100"),
        (vec![unknown; 101], "given=101 max=100"),
    ] {
        let request = v1::BatchGetEntriesRequest { entry_ids };
        let status = client.entries.batch_get_entries(request).await.unwrap_err();
        check(
            "ids",
            &status,
            InvalidArgument,
            "BATCH_SIZE_OUT_OF_RANGE",
            figures,
        );
    }
    let get = v1::GetEntryRequest::default();
    let status = client.entries.get_entry(get).await.unwrap_err();
    let figures = "field=entry_id";
    check("no id", &status, InvalidArgument, "FIELD_MISSING", figures);
    let entry_ids = vec![String::new()];
    let get = v1::BatchGetEntriesRequest { entry_ids };
    let status = client.entries.batch_get_entries(get).await.unwrap_err();
    let figures = "field=entry_ids";
    check("no id", &status, InvalidArgument, "FIELD_MISSING", figures);
    for from_sequence in [-1, i64::MIN, i64::MAX] {
        let watch = v1::WatchRecordsRequest {
            from_sequence,
            follow: false,
        };
        let status = client.journal.watch_records(watch).await.unwrap_err();
        let figures = format!("given={from_sequence}");
        check(
            "a position",
            &status,
            InvalidArgument,
            "SEQUENCE_OUT_OF_RANGE",
            &figures,
        );
    }
}

/// Who acts is told in 64 bytes of text, or not at all.
#[tokio::test]
async fn metadata() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let before = client.position().await;
    for (what, key, value) in [
        ("65 bytes", "x-actor", "a".repeat(65).into_bytes()),
        (
            "a huge name",
            "x-request-id",
            "a".repeat(8_000).into_bytes(),
        ),
        ("a tab", "x-actor", b"a\tb".to_vec()),
        ("a person's name", "x-actor", "\u{5f20}".as_bytes().to_vec()),
        ("the server's name", "x-actor", b"timebank".to_vec()),
        ("no text", "x-actor", b"\xe5\xbc".to_vec()),
    ] {
        let bytes = value.len();
        let value = AsciiMetadataValue::try_from(&value[..]).expect("a header");
        let mut request = Request::new(v1::PostEntryRequest {
            entry: Some(entry(MINT, ANN, 1)),
        });
        request.metadata_mut().insert(key, value.clone());
        let posted = client.entries.post_entry(request).await.expect_err(what);
        let mut request = Request::new(v1::GetAccountRequest {
            account_id: ANN.into(),
        });
        request.metadata_mut().insert(key, value);
        let read = client.accounts.get_account(request).await.expect_err(what);
        let figures = match what {
            "no text" => format!("field={key}"),
            "the server's name" => "field=x-actor given=timebank".into(),
            _ => format!("field={key} given={bytes} max=64"),
        };
        for status in [posted, read] {
            let reason = "METADATA_MALFORMED";
            check(what, &status, InvalidArgument, reason, &figures);
        }
    }
    assert_eq!(client.position().await, before);
}

/// An entry that is missing altogether.
#[tokio::test]
async fn nothing_to_post() {
    let mut city = City::founded().await;
    let request = v1::PostEntryRequest { entry: None };
    let status = city.client.entries.post_entry(request).await.unwrap_err();
    check(
        "no entry",
        &status,
        InvalidArgument,
        "FIELD_MISSING",
        "field=entry",
    );
}

/// A message of more than 16 MiB is not read at all.
#[tokio::test]
async fn an_oversized_message() {
    let mut city = City::founded().await;
    let client = &mut city.client;
    let before = client.position().await;
    let mut huge = entry(MINT, ANN, 1);
    huge.note = "n".repeat(16 * 1024 * 1024);
    let status = client.post(huge).await.unwrap_err();
    assert_eq!(status.code(), OutOfRange, "{status:?}");
    assert!(status.message().contains("16777216"), "{status:?}");
    assert_eq!(client.position().await, before);

    // One that just fits is read, and judged.
    let mut large = entry(MINT, ANN, 1);
    large.note = "n".repeat(16 * 1024 * 1024 - 200);
    let status = client.post(large).await.unwrap_err();
    check(
        "a large note",
        &status,
        InvalidArgument,
        "NOTE_TOO_LONG",
        "given=16777016 max=1000",
    );
}

/// A message of millions of parts would take gigabytes once it is decoded: it is
/// refused before.
#[tokio::test]
async fn a_message_of_very_many_parts() {
    let city = City::founded().await;
    let many = |part: &[u8], count: usize| part.repeat(count);
    let within = |field: u8, bytes: Vec<u8>| {
        let mut message = vec![field << 3 | 2];
        prost::encoding::encode_varint(bytes.len() as u64, &mut message);
        message.extend(bytes);
        message
    };
    let millions = 8_000_000;
    for (what, method, message) in [
        (
            "entries",
            "EntryService/PostEntries",
            many(&[1 << 3 | 2, 0], millions),
        ),
        (
            "openings",
            "EntryService/PostEntries",
            many(&[4 << 3 | 2, 0], millions),
        ),
        (
            "ids",
            "EntryService/BatchGetEntries",
            many(&[1 << 3 | 2, 0], millions),
        ),
        (
            "transfers",
            "EntryService/PostEntries",
            within(1, many(&[2 << 3 | 2, 0], millions)),
        ),
        (
            "tags",
            "EntryService/PostEntry",
            within(1, many(&[5 << 3 | 2, 0], millions)),
        ),
        (
            "a hold's tags",
            "HoldService/PlaceHold",
            many(&[8 << 3 | 2, 0], millions),
        ),
        (
            "legs",
            "HoldService/SettleHold",
            many(&[4 << 3 | 2, 0], millions),
        ),
    ] {
        let mut bytes = vec![0];
        bytes.extend((message.len() as u32).to_be_bytes());
        bytes.extend(message);
        let (pieces, sent) = mpsc::channel(1);
        pieces.send(bytes.into()).await.expect("sent");
        drop(pieces);
        let client = city.server.client().await;
        let method = format!("timebank.v1.{method}");
        let status = upload(client, &method, sent).await.expect_err(what);
        assert_eq!(status.code(), OutOfRange, "{what}: {status:?}");
        assert!(
            status.message().contains("repeated field"),
            "{what}: {status:?}"
        );
    }
    let peak_kb = city.server.peak_memory_kb();
    assert!(peak_kb < 300 * 1024, "{} MiB", peak_kb / 1024);
}

/// What is no gRPC at all ends its own connection and nothing else.
#[tokio::test]
async fn no_grpc() {
    let mut city = City::founded().await;
    let junk = [
        b"GET / HTTP/1.1\r\nhost: here\r\n\r\n".to_vec(),
        vec![0; 70_000],
        (0..=255).collect(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff".to_vec(),
    ];
    for bytes in junk {
        let mut stream = TcpStream::connect(city.server.address()).expect("a connection");
        // The server may hang up before all is written.
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    assert_eq!(city.client.balance(ANN).await, 100);
}
