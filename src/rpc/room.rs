//! How many bytes of requests may be inside at once: of all callers, and of each token.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::limits::Limits;

/// The largest request that counts as small.
const SMALL_MAX_BYTES: usize = 64 * 1024;

/// Room for requests. Small ones have their own, so that large ones do not shut them out.
#[derive(Debug)]
pub(super) struct Room {
    small: Budget,
    large: Budget,
}

impl Room {
    /// What there is for all.
    pub(super) fn of_all(limits: &Limits) -> Arc<Self> {
        Self::of(limits.small_requests_bytes, limits.large_requests_bytes)
    }

    /// What one token may have of it.
    pub(super) fn of_one(limits: &Limits) -> Arc<Self> {
        let share = Limits::share_of;
        Self::of(
            share(limits.small_requests_bytes),
            share(limits.large_requests_bytes),
        )
    }

    fn of(small_bytes: u32, large_bytes: u32) -> Arc<Self> {
        let budget = |bytes: u32| Budget(AtomicUsize::new(bytes as usize));
        Arc::new(Self {
            small: budget(small_bytes),
            large: budget(large_bytes),
        })
    }
}

/// Free bytes.
#[derive(Debug)]
struct Budget(AtomicUsize);

impl Budget {
    fn take(&self, bytes: usize) -> bool {
        let less = |free: usize| free.checked_sub(bytes);
        let (set, get) = (Ordering::AcqRel, Ordering::Acquire);
        self.0.fetch_update(set, get, less).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::AcqRel);
    }
}

/// What a call has taken of a room, until it is dropped.
pub(super) struct Taken {
    room: Arc<Room>,
    small: AtomicUsize,
    large: AtomicUsize,
}

impl Taken {
    pub(super) fn nothing_of(room: Arc<Room>) -> Self {
        Self {
            room,
            small: AtomicUsize::new(0),
            large: AtomicUsize::new(0),
        }
    }

    /// Takes so many bytes more for a message, if they are free.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let (budget, taken) = match bytes <= SMALL_MAX_BYTES {
            true => (&self.room.small, &self.small),
            false => (&self.room.large, &self.large),
        };
        let is_free = budget.take(bytes);
        if is_free {
            taken.fetch_add(bytes, Ordering::AcqRel);
        }
        is_free
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.room.small.give_back(*self.small.get_mut());
        self.room.large.give_back(*self.large.get_mut());
    }
}
