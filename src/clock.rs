//! What time it is, and whether the clock can be right. Rules are told it; nothing
//! else in `src/` asks the system for it.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::time::{ClockId, clock_gettime};

use crate::ledger::{Moment, Sequence, Stamp};

/// How far the clock may run from the time that has passed since the start.
const MAX_DRIFT_S: i64 = 86_400;
/// How long after the last record a server may start.
const MAX_PAUSE_S: i64 = 400 * 86_400;

/// The clock on the wall, and one that only runs. Tests set both.
#[derive(Clone)]
pub struct Clock {
    wall: Arc<dyn Fn() -> Moment + Send + Sync>,
    running: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl Clock {
    /// The system's: its time, and the time since it was booted, asleep or not.
    pub fn system() -> Self {
        Self::of(system_time, || {
            let since_boot = clock_gettime(ClockId::Boottime);
            Duration::try_from(since_boot).unwrap_or_default()
        })
    }

    /// A clock of one's own.
    pub fn of(
        wall: impl Fn() -> Moment + Send + Sync + 'static,
        running: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self {
            wall: Arc::new(wall),
            running: Arc::new(running),
        }
    }
}

fn system_time() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .and_then(Moment::from_us)
        .unwrap_or(Moment::MIN)
}

/// Why nothing is recorded: the clock cannot be right.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the clock shows {clock}, and {what} {compared}, so nothing is recorded (reads go on); put \
     the clock right, or, if it is right, start the server with --accept-clock"
)]
pub struct ClockImplausible {
    pub clock: Moment,
    pub compared: Moment,
    what: &'static str,
}

/// Tells the one moment that rules, expiry and reads go by.
pub struct Timekeeper {
    clock: Clock,
    /// What both clocks showed at the start.
    start: (Moment, Duration),
    /// Whether the operator accepts the clock as it is at the start.
    accepted: bool,
    /// Whether the start was long after the last record, and nothing was recorded
    /// since.
    started_late: AtomicBool,
    last: Mutex<Stamp>,
}

impl Timekeeper {
    /// Starts with a journal's last record.
    pub fn start(clock: Clock, last: Stamp, accepted: bool) -> Self {
        let start = ((clock.wall)(), (clock.running)());
        let is_late = last.sequence > Sequence::ZERO && is_long_after(start.0, last);
        Self {
            clock,
            start,
            accepted,
            started_late: AtomicBool::new(is_late),
            last: Mutex::new(last),
        }
    }

    /// The last record is now another.
    pub fn record(&self, last: Stamp) {
        let mut known = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != last {
            *known = last;
            self.started_late.store(false, Ordering::Relaxed);
        }
    }

    fn last(&self) -> Stamp {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment that reads go by, and by which holds are due.
    pub fn moment(&self) -> Moment {
        self.last().moment_after((self.clock.wall)())
    }

    /// What the clock shows, right or not: when to look again.
    pub fn shown(&self) -> Moment {
        (self.clock.wall)()
    }

    /// How far the clock has run from the time that has passed since the start, in
    /// seconds.
    pub fn drift_s(&self) -> i64 {
        let (clock, expected) = self.now_and_expected();
        (clock.us() - expected.us()) / 1_000_000
    }

    fn now_and_expected(&self) -> (Moment, Moment) {
        let passed = (self.clock.running)().saturating_sub(self.start.1);
        let passed_s = i64::try_from(passed.as_secs()).unwrap_or(i64::MAX);
        ((self.clock.wall)(), self.start.0.after_s(passed_s))
    }

    /// The clock's time, to record by.
    ///
    /// # Errors
    /// [`ClockImplausible`] where the clock cannot be right: more than 5 minutes
    /// behind the last record, more than a day from the time that passed since the
    /// start, or at the start more than 400 days after the last record.
    pub fn to_record(&self) -> Result<Moment, ClockImplausible> {
        let last = self.last();
        let (clock, expected) = self.now_and_expected();
        let started_late = self.started_late.load(Ordering::Relaxed);
        let implausible = |what, compared| {
            Err(ClockImplausible {
                clock,
                compared,
                what,
            })
        };
        if clock.us().abs_diff(expected.us()) > MAX_DRIFT_S.unsigned_abs() * 1_000_000 {
            return implausible("by the time since the start it should show", expected);
        }
        if self.accepted {
            return Ok(clock);
        }
        if clock.is_far_behind(last.recorded_at) {
            return implausible("the last record is of", last.recorded_at);
        }
        if started_late && is_long_after(clock, last) {
            return implausible(
                "the last record is more than 400 days older:",
                last.recorded_at,
            );
        }
        Ok(clock)
    }
}

fn is_long_after(clock: Moment, last: Stamp) -> bool {
    clock > last.recorded_at.after_s(MAX_PAUSE_S)
}
