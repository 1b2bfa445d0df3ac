//! Who attacks the server over its sockets, with frames that no decent client sends: the others are
//! served meanwhile, and its memory stays bounded.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    thread,
    time::Duration,
};

use timebank_proto::v1::{PostEntryRequest, Role, WhoAmIRequest};
use tokio::sync::mpsc;
use tonic::Code;

use super::{ANN, BEN, City, MINT, refusals::check};
use crate::support::{
    Server, entry, framed, until, upload,
    wire::{
        CONTINUATION, DATA, END_STREAM, FRAME_MAX_BYTES, Frame, GOAWAY, HEADERS, PING, RST_STREAM,
        Wire, call_headers, field, frame, greeting, header_frames,
    },
    within,
};

const POST: &str = "/timebank.v1.EntryService/PostEntry";
const WHO_AM_I: &str = "/timebank.v1.TokenService/WhoAmI";
/// A server that is left alone has half of it, and none of these took more than 13 MiB beyond that.
const MAX_MEMORY_KB: u64 = 128 * 1024;

/// Attacks in so many threads at once, while another client calls.
async fn attacked(city: &mut City, threads: usize, attack: impl Fn(&str) + Send + Sync + 'static) {
    let address = city.server.address().to_owned();
    let attacking = tokio::task::spawn_blocking(move || {
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| attack(&address));
            }
        });
    });
    loop {
        let balance = within("a call of another's", city.client.balance(ANN));
        assert_eq!(balance.await, 100);
        if attacking.is_finished() {
            break;
        }
    }
    attacking.await.expect("the attack ends");
    let peak_kb = city.server.peak_memory_kb();
    assert!(peak_kb < MAX_MEMORY_KB, "{} MiB", peak_kb / 1024);
}

fn open_files(server: &Server) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", server.process()));
    files.expect("its open files").count()
}

fn bearer(city: &City) -> String {
    format!("Bearer {}", city.client.token())
}

/// The empty message, framed.
fn nothing() -> Vec<u8> {
    framed(&WhoAmIRequest {}).to_vec()
}

/// A call with these headers as well, and what comes of it.
fn called(address: &str, path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let mut wire = Wire::open(address);
    wire.send(&header_frames(0, 1, &call_headers(path, more)));
    wire.send(&frame(DATA, END_STREAM, 1, &nothing()));
    kinds(wire.answer(1))
}

fn kinds(came: Vec<Frame>) -> Vec<u8> {
    came.iter().map(|frame| frame.kind).collect()
}

/// 9,999 connections of three kinds: who says nothing, who says only what HTTP/2 begins with, and
/// who calls once without a token.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_connections_that_come_and_go() {
    let mut city = City::founded().await;
    city.client.balance(ANN).await;
    let before = open_files(&city.server);
    attacked(&mut city, 3, |address| {
        for _ in 0..1_111 {
            drop(TcpStream::connect(address).expect("a connection"));
            let mut brief = TcpStream::connect(address).expect("a connection");
            brief.write_all(&greeting()).expect("sent");
            drop(brief);
            let came = called(address, WHO_AM_I, &[]);
            assert!(came.contains(&HEADERS) && !came.contains(&DATA), "{came:?}");
        }
    })
    .await;
    until("the end of those connections", || {
        (open_files(&city.server) <= before).then_some(())
    });
    city.client.post(entry(MINT, BEN, 1)).await.expect("posted");
}

/// A call that is begun, and reset at once.
fn begun_and_reset(stream: u32, token: Option<&str>) -> Vec<u8> {
    let token = token.map(|token| ("authorization", token));
    let block = call_headers(POST, token.as_slice());
    let mut bytes = header_frames(0, stream, &block);
    // The beginning of a message that never comes.
    bytes.extend(frame(DATA, 0, stream, &[0, 0, 0, 1, 0]));
    bytes.extend(frame(RST_STREAM, 0, stream, &8u32.to_be_bytes()));
    bytes
}

/// Resets so many calls, so many at a time; between them, the server may take them in or not.
/// Begins anew where it hangs up, and tells how often that was.
fn reset_many(
    address: &str,
    calls: usize,
    at_a_time: usize,
    waits: bool,
    token: Option<&str>,
) -> usize {
    let mut hung_up = 0;
    let mut wire = Wire::open(address);
    let mut stream = 1;
    for _ in 0..calls / at_a_time {
        let mut bytes = Vec::new();
        for _ in 0..at_a_time {
            bytes.extend(begun_and_reset(stream, token));
            stream += 2;
        }
        let mut is_heard = wire.send(&bytes);
        if waits {
            is_heard &= wire.send(&frame(PING, 0, 0, &[0; 8]));
            let is_pong = |kind| matches!(kind, PING | GOAWAY);
            let came = wire.until(|frame| is_pong(frame.kind));
            is_heard &= came.last().is_some_and(|frame| frame.kind == PING);
        }
        if !is_heard {
            (wire, stream) = (Wire::open(address), 1);
            hung_up += 1;
        }
    }
    hung_up
}

/// The attack of 2023 (CVE-2023-44487): as fast as it goes, which the server hangs up on, and as
/// fast as it lets anybody. Nothing of the token is used up but its calls of a second.
#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_reset_at_once() {
    let mut city = City::founded().await;
    let before = city.client.position().await;
    let text = city.client.issue("flood", Role::Integration, "").await;
    let before = before + 1;
    let own = format!("Bearer {text}");
    attacked(&mut city, 2, move |address| {
        for token in [None, Some(own.as_str())] {
            let hung_up = reset_many(address, 10_000, 100, false, token);
            assert!(hung_up > 0, "all are taken, however fast they come");
            reset_many(address, 5_000, 10, true, token);
        }
    })
    .await;
    assert_eq!(
        city.client.position().await,
        before,
        "something was written"
    );
    city.client.post(entry(MINT, BEN, 1)).await.expect("posted");
    let mut flood = city.client.showing(&text);
    let again = async {
        while flood.tokens.who_am_i(WhoAmIRequest {}).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    within("the token's next call", again).await;
    // Calls that were reset are not waited for.
    city.server.stop().await;
}

/// Nothing but a refusal came, or the end.
fn is_refused(what: &str, came: &[u8]) {
    assert!(!came.contains(&DATA), "{what}: {came:?}");
}

/// A field of nearly 4 KiB that the other end is to remember, and then 15,000 times the one byte
/// that stands for it.
fn small_and_large(token: &str) -> Vec<u8> {
    const REMEMBERED: u8 = 0x40;
    const LAST_REMEMBERED: u8 = 0x80 | 62;

    let mut large = field("x-large", &"x".repeat(4_000));
    large[0] = REMEMBERED;
    let own = call_headers(WHO_AM_I, &[("authorization", token)]);
    [own, large, vec![LAST_REMEMBERED; 15_000]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_are_too_large() {
    let mut city = City::founded().await;
    let before = city.client.position().await;
    let own = bearer(&city);
    attacked(&mut city, 8, move |address| {
        let large = "x".repeat(1 << 20);
        let names: Vec<_> = (0..10_000).map(|n| format!("x-{n}")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), "y")).collect();
        let token = format!("Bearer timebank_{large}");
        for (what, more) in [
            ("one of 1 MiB", vec![("x-large", large.as_str())]),
            ("10,000", many),
            ("a token of 1 MiB", vec![("authorization", token.as_str())]),
        ] {
            let right = [vec![("authorization", own.as_str())], more].concat();
            is_refused(what, &called(address, WHO_AM_I, &right));
        }
        let mut wire = Wire::open(address);
        wire.send(&header_frames(END_STREAM, 1, &small_and_large(&own)));
        is_refused("one named again and again", &kinds(wire.answer(1)));
    })
    .await;
    assert_eq!(
        city.client.position().await,
        before,
        "something was written"
    );
}

/// The attack of 2024: headers that are continued and never end.
#[tokio::test(flavor = "multi_thread")]
async fn headers_without_end() {
    /// More than that is not taken of anybody.
    const MAX_FRAMES: usize = 4_096;

    let mut city = City::founded().await;
    attacked(&mut city, 8, |address| {
        let mut wire = Wire::open(address);
        wire.send(&frame(HEADERS, 0, 1, &call_headers(WHO_AM_I, &[])));
        let filling = field("x-more", &"x".repeat(FRAME_MAX_BYTES - 32));
        let more = frame(CONTINUATION, 0, 1, &filling);
        let taken = (0..MAX_FRAMES).take_while(|_| wire.send(&more)).count();
        assert!(taken < MAX_FRAMES, "it is listened to without end");
        let empty = frame(CONTINUATION, 0, 1, &[]);
        let mut wire = Wire::open(address);
        wire.send(&frame(HEADERS, 0, 1, &call_headers(WHO_AM_I, &[])));
        let empties = empty.repeat(1_000);
        let taken = (0..1_000).take_while(|_| wire.send(&empties)).count();
        assert!(taken < 1_000, "empty ones are listened to without end");
    })
    .await;
}

/// Who has a token and sends a few bytes a second is waited for as long as anybody, in sum.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_byte_by_byte() {
    let mut city = City::founded().await;
    let before = city.client.position().await;
    let request = framed(&PostEntryRequest {
        entry: Some(entry(MINT, BEN, 1)),
    });
    let (pieces, sent) = mpsc::channel(1);
    let dripping = tokio::spawn(async move {
        for byte in 0..request.len() {
            if pieces.send(request.slice(byte..=byte)).await.is_err() {
                return byte;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        request.len()
    });
    let call = upload(city.server.client().await, &POST[1..], sent);
    let status = within("the end of the call", call).await.expect_err("slow");
    let code = Code::DeadlineExceeded;
    check("a slow one", &status, code, "REQUEST_SLOW", "");
    let sent = dripping.await.expect("a count");
    assert!(sent > 5, "only {sent} bytes were sent");
    assert_eq!(
        city.client.position().await,
        before,
        "something was written"
    );
}

/// A call whose time is over is not booked, though its message comes; one that has time is.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_time_is_over_is_not_booked() {
    let mut city = City::founded().await;
    let own = bearer(&city);
    let before = city.client.position().await;
    for (timeout, booked) in [("1n", 0), ("0S", 0), ("1H", 1)] {
        let mut wire = Wire::open(city.server.address());
        let more = [("authorization", own.as_str()), ("grpc-timeout", timeout)];
        wire.send(&header_frames(0, 1, &call_headers(POST, &more)));
        if booked == 0 {
            let came = kinds(wire.answer(1));
            is_refused(timeout, &came);
        }
        let request = framed(&PostEntryRequest {
            entry: Some(entry(MINT, BEN, 1)),
        });
        wire.send(&frame(DATA, END_STREAM, 1, &request));
        if booked == 1 {
            let came = kinds(wire.answer(1));
            assert!(came.contains(&DATA), "{timeout}: {came:?}");
        }
        let after = city.client.position().await;
        assert_eq!(after, before + booked, "{timeout}");
    }
}

/// A token is shown in the metadata, and nowhere else: paths are logged by whoever is on the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_path_is_none() {
    let city = City::founded().await;
    let (address, token) = (city.server.address(), city.client.token());
    let shown = called(address, WHO_AM_I, &[("authorization", &bearer(&city))]);
    assert!(shown.contains(&DATA), "in the metadata: {shown:?}");
    for path in [
        format!("{WHO_AM_I}?token={token}"),
        format!("{WHO_AM_I}?authorization=Bearer%20{token}"),
        format!("{WHO_AM_I}?access_token={token}#{token}"),
        format!("{WHO_AM_I}/{token}"),
        format!("/{token}{WHO_AM_I}"),
        format!("http://{token}@localhost{WHO_AM_I}"),
    ] {
        is_refused(&path, &called(address, &path, &[]));
    }
    for field in ["x-token", "cookie", "proxy-authorization"] {
        is_refused(
            field,
            &called(address, WHO_AM_I, &[(field, &bearer(&city))]),
        );
    }
}

/// What comes to a request in HTTP/1.1, of which the server knows nothing.
#[tokio::test]
async fn plain_http_is_not_answered() {
    let city = City::founded().await;
    let own = bearer(&city);
    for request in [
        format!("GET {WHO_AM_I} HTTP/1.1\r\nhost: localhost\r\nauthorization: {own}\r\n\r\n"),
        format!(
            "POST {WHO_AM_I} HTTP/1.1\r\nhost: localhost\r\nauthorization: {own}\r\ncontent-type: \
             application/grpc\r\ncontent-length: 5\r\n\r\n\0\0\0\0\0"
        ),
        format!(
            "GET {WHO_AM_I} HTTP/1.1\r\nhost: localhost\r\nauthorization: {own}\r\nconnection: \
             upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n"
        ),
    ] {
        let mut stream = TcpStream::connect(city.server.address()).expect("a connection");
        stream.write_all(request.as_bytes()).expect("sent");
        let _ = stream.shutdown(Shutdown::Write);
        let mut told = Vec::new();
        let _ = stream.read_to_end(&mut told);
        let told = String::from_utf8_lossy(&told);
        assert!(
            !told.contains("HTTP/1.1") && !told.contains("admin"),
            "{told}"
        );
    }
}
