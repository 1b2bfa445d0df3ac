//! How a connection is used: whether a call is under way on it, and since when none is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::limits::Limits;

#[derive(Debug)]
pub(super) struct Uses {
    since: Instant,
    calls: AtomicUsize,
    /// When the last call ended, after `since`.
    ended_ms: AtomicU64,
    /// Whether a token was shown that is one.
    is_known: AtomicBool,
}

impl Uses {
    pub(super) fn begin() -> Arc<Self> {
        Arc::new(Self {
            since: Instant::now(),
            calls: AtomicUsize::new(0),
            ended_ms: AtomicU64::new(0),
            is_known: AtomicBool::new(false),
        })
    }

    pub(super) fn note_known(&self) {
        self.is_known.store(true, Ordering::Relaxed);
    }

    /// One call more, until it is dropped.
    pub(super) fn call(self: &Arc<Self>) -> InUse {
        self.calls.fetch_add(1, Ordering::AcqRel);
        InUse(Arc::clone(self))
    }

    /// How long it may still have no call under way. None where that time is over.
    pub(super) fn left(&self, limits: &Limits) -> Option<Duration> {
        let may = limits.idle(self.is_known.load(Ordering::Relaxed));
        if self.calls.load(Ordering::Acquire) > 0 {
            return Some(may);
        }
        let ended = Duration::from_millis(self.ended_ms.load(Ordering::Acquire));
        let idle = self.since.elapsed().saturating_sub(ended);
        may.checked_sub(idle).filter(|left| !left.is_zero())
    }
}

/// A call under way on a connection.
#[derive(Debug)]
pub(super) struct InUse(Arc<Uses>);

impl Drop for InUse {
    fn drop(&mut self) {
        let now = u64::try_from(self.0.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.ended_ms.store(now, Ordering::Release);
        self.0.calls.fetch_sub(1, Ordering::AcqRel);
    }
}
