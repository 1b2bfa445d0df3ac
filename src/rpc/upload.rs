//! A request as it comes in: counted before it is read, and let go where it comes
//! slower than over a poor link.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::{Status, body::Body, codegen::Bytes};

use super::{door::Held, status::Refused};

/// Before each message on the wire: whether it is compressed, and its length.
const HEADER_BYTES: usize = 5;

/// A request whose messages are counted before they are read.
pub(super) struct Upload {
    body: Body,
    held: Arc<Held>,
    header: [u8; HEADER_BYTES],
    header_read: usize,
    /// What is still to come of the message.
    left: usize,
    /// Until when the rest is waited for, unless more comes.
    due: Instant,
    /// Wakes at that time, once something had to be waited for.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Upload {
    pub(super) fn new(body: Body, held: Arc<Held>) -> Self {
        let due = Instant::now() + held.limits().upload_grace();
        Self {
            body,
            held,
            header: [0; HEADER_BYTES],
            header_read: 0,
            left: 0,
            due,
            alarm: None,
        }
    }

    /// Follows the messages through their chunks.
    fn count(&mut self, mut chunk: &[u8]) -> Result<(), Refused> {
        // What waits for less keeps room from others.
        let least_per_s = u64::from(self.held.limits().upload_bytes_per_s);
        self.due += Duration::from_micros(chunk.len() as u64 * 1_000_000 / least_per_s);
        while !chunk.is_empty() {
            if self.left > 0 {
                let skipped = self.left.min(chunk.len());
                self.left -= skipped;
                chunk = &chunk[skipped..];
                continue;
            }
            let read = chunk.len().min(HEADER_BYTES - self.header_read);
            self.header[self.header_read..][..read].copy_from_slice(&chunk[..read]);
            self.header_read += read;
            chunk = &chunk[read..];
            if self.header_read == HEADER_BYTES {
                let [_, length @ ..] = self.header;
                self.left = u32::from_be_bytes(length) as usize;
                self.header_read = 0;
                self.held.take(self.left)?;
            }
        }
        Ok(())
    }

    /// Whether the time for it is over; where not, the task is woken then.
    fn is_overdue(&mut self, cx: &mut Context<'_>) -> bool {
        let due = self.due;
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if alarm.deadline() != due {
            alarm.as_mut().reset(due);
        }
        alarm.as_mut().poll(cx).is_ready()
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if frame.is_pending() && self.is_overdue(cx) {
            return Poll::Ready(Some(Err(Refused::Slow.into())));
        }
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(chunk) = frame.data_ref()
            && let Err(refused) = self.count(chunk)
        {
            return Poll::Ready(Some(Err(refused.into())));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
