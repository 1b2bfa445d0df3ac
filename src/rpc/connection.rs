//! A connection, which is dropped where its client does not begin to speak.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};

/// How long a client may take to send what HTTP/2 begins with.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);
const PREFACE_BYTES: usize = 24;
const FRAME_HEADER_BYTES: usize = 9;

pub(super) struct Connection<S> {
    stream: S,
    handshake: Option<Handshake>,
}

struct Handshake {
    deadline: Pin<Box<Sleep>>,
    read: usize,
    settings_bytes: usize,
}

impl<S> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        let handshake = Handshake {
            deadline: Box::pin(tokio::time::sleep(HANDSHAKE)),
            read: 0,
            settings_bytes: 0,
        };
        Self {
            stream,
            handshake: Some(handshake),
        }
    }
}

impl Handshake {
    /// Whether this is the end of it: the preface and the frame after it, whose
    /// length its first three bytes tell.
    fn ends_with(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            if (PREFACE_BYTES..PREFACE_BYTES + 3).contains(&self.read) {
                self.settings_bytes = self.settings_bytes << 8 | usize::from(*byte);
            }
            self.read += 1;
        }
        self.read >= PREFACE_BYTES + FRAME_HEADER_BYTES + self.settings_bytes
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, into);
        if let Some(handshake) = &mut self.handshake {
            if handshake.ends_with(&into.filled()[before..]) {
                self.handshake = None;
            } else if handshake.deadline.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
