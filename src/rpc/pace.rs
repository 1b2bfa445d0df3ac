//! How fast one token may begin calls: a count that refills with time.

use std::{
    sync::Mutex,
    sync::PoisonError,
    time::{Duration, Instant},
};

/// How many seconds' worth of calls may be saved up.
pub(super) const SAVED_S: u32 = 10;

/// By when the calls that were begun are due, were they made evenly: ahead of now by as much as was
/// used of what is saved up.
#[derive(Debug)]
pub(super) struct Pace {
    due: Mutex<Instant>,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            due: Mutex::new(now),
        }
    }

    /// Begins a call at `now`, of those that there may be `per_s` of, 1 or more.
    ///
    /// # Errors
    /// How long it has to wait where it is one too many; it has not begun then.
    pub(super) fn begin(&self, now: Instant, per_s: u32) -> Result<(), Duration> {
        let apart = Duration::from_secs(1) / per_s;
        let most = apart * per_s.saturating_mul(SAVED_S);
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let from = (*due).max(now);
        let ahead = (from + apart).saturating_duration_since(now);
        if let Some(wait) = ahead.checked_sub(most).filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        *due = from + apart;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_seconds_worth_and_then_one_after_another() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let pace = Pace::new(start);
        for call in 0..20 {
            assert_eq!(pace.begin(start, 2), Ok(()), "{call}");
        }
        assert_eq!(pace.begin(start, 2), Err(Duration::from_millis(500)));
        assert_eq!(pace.begin(at(400), 2), Err(Duration::from_millis(100)));
        assert_eq!(pace.begin(at(500), 2), Ok(()));
        assert_eq!(pace.begin(at(500), 2), Err(Duration::from_millis(500)));
        // Nothing is saved up beyond ten seconds.
        for call in 0..20 {
            assert_eq!(pace.begin(at(3_600_000), 2), Ok(()), "{call}");
        }
        assert!(pace.begin(at(3_600_000), 2).is_err());
    }
}
