//! HTTP/2 as an attacker speaks it: frames by hand, in any order, whole or not.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
};

use super::DEADLINE;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEADER_BYTES: usize = 9;

/// Kinds of frames.
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;

/// Flags of frames.
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// The most that a frame may carry, where nothing else is agreed.
pub(crate) const FRAME_MAX_BYTES: usize = 16 * 1024;

/// A frame that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
}

/// What HTTP/2 begins with.
pub(crate) fn greeting() -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()
}

/// A frame as it is on the wire.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length");
    let mut bytes = length.to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The headers of a call, each in full, so that no table is needed.
pub(crate) fn call_headers(path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let own = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let fields = own.iter().chain(more);
    fields
        .flat_map(|(name, value)| field(name, value))
        .collect()
}

/// One field, as HPACK has it: literal, never indexed.
pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    [vec![0x10], text(name), text(value)].concat()
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    match text.len() {
        length @ 0..127 => bytes.push(length as u8),
        length => {
            bytes.push(127);
            let mut rest = length - 127;
            while rest >= 128 {
                bytes.push((rest % 128) as u8 | 128);
                rest /= 128;
            }
            bytes.push(rest as u8);
        }
    }
    bytes.extend(text.as_bytes());
    bytes
}

/// Headers of any length: one frame, and as many to continue it as that takes.
pub(crate) fn header_frames(flags: u8, stream: u32, block: &[u8]) -> Vec<u8> {
    let chunks: Vec<_> = block.chunks(FRAME_MAX_BYTES).collect();
    let framed = chunks.iter().enumerate().map(|(at, chunk)| {
        let (kind, flags) = match at {
            0 => (HEADERS, flags),
            _ => (CONTINUATION, 0),
        };
        let last = at + 1 == chunks.len();
        frame(
            kind,
            flags | if last { END_HEADERS } else { 0 },
            stream,
            chunk,
        )
    });
    framed.flatten().collect()
}

/// Reads the next frame. None where there is no more.
pub(crate) fn next_frame(stream: &mut impl Read) -> Option<Frame> {
    let mut header = [0; FRAME_HEADER_BYTES];
    stream.read_exact(&mut header).ok()?;
    let [a, b, c, kind, flags, number @ ..] = header;
    let length = u32::from_be_bytes([0, a, b, c]);
    let read = io::copy(&mut stream.take(length.into()), &mut io::sink()).ok()?;
    (read == u64::from(length)).then_some(Frame {
        kind,
        flags,
        stream: u32::from_be_bytes(number),
    })
}

/// A connection, and what comes on it, which is read all the while.
pub(crate) struct Wire {
    stream: TcpStream,
    came: Receiver<Frame>,
}

impl Wire {
    /// Connects, and says what HTTP/2 begins with.
    pub(crate) fn open(address: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
        let mut read = stream.try_clone().expect("the same connection");
        let (sender, came) = channel();
        thread::spawn(move || {
            while let Some(frame) = next_frame(&mut read) {
                let _ = sender.send(frame);
            }
        });
        // Whoever hangs up early shows in what comes.
        let _ = stream.write_all(&greeting());
        Self { stream, came }
    }

    /// Whether the other end still took it.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// What comes up to a frame, or until the other end hangs up.
    pub(crate) fn until(&self, is_last: impl Fn(Frame) -> bool) -> Vec<Frame> {
        let mut came = Vec::new();
        while let Ok(frame) = self.came.recv() {
            came.push(frame);
            if is_last(frame) {
                break;
            }
        }
        came
    }

    /// What comes until a stream, or the connection, is at its end.
    pub(crate) fn answer(&self, stream: u32) -> Vec<Frame> {
        self.until(|frame| match frame.kind {
            GOAWAY => true,
            RST_STREAM => frame.stream == stream,
            HEADERS | DATA => frame.stream == stream && frame.flags & END_STREAM != 0,
            _ => false,
        })
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
