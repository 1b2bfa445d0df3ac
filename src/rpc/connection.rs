//! A connection, which is dropped where its client does not begin to speak, or has no call under
//! way for long.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};

use super::{limits::Limits, uses::Uses};

const PREFACE_BYTES: usize = 24;
const FRAME_HEADER_BYTES: usize = 9;

pub(super) struct Connection<S> {
    stream: S,
    limits: Limits,
    uses: Arc<Uses>,
    /// When its handshake, or its time without a call, is over.
    alarm: Pin<Box<Sleep>>,
    handshake: Option<Handshake>,
}

/// What HTTP/2 begins with, as far as it has come.
#[derive(Default)]
struct Handshake {
    read: usize,
    settings_bytes: usize,
}

impl<S> Connection<S> {
    pub(super) fn new(stream: S, uses: Arc<Uses>, limits: Limits) -> Self {
        Self {
            stream,
            limits,
            uses,
            alarm: Box::pin(tokio::time::sleep(limits.handshake())),
            handshake: Some(Handshake::default()),
        }
    }

    /// Whether it is to be dropped; where not, the task is woken when it may be.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        while self.alarm.as_mut().poll(cx).is_ready() {
            let left = self.uses.left(&self.limits);
            match left.filter(|_| self.handshake.is_none()) {
                Some(left) => self.alarm.as_mut().reset(Instant::now() + left),
                None => return true,
            }
        }
        false
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
        if let Some(handshake) = &mut self.handshake
            && handshake.ends_with(&into.filled()[before..])
        {
            self.handshake = None;
        }
        let waits = self.handshake.is_some() || read.is_pending();
        if waits && self.is_over(cx) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
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
