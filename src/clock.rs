//! What time it is, and whether the clock can be right. Rules are told it; nothing
//! else in `src/` asks the system for it.

use std::{
    sync::{Arc, Mutex, PoisonError},
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

    fn reading(&self) -> Reading {
        Reading {
            wall: (self.wall)(),
            running: (self.running)(),
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

/// What both clocks showed at one time.
#[derive(Clone, Copy)]
struct Reading {
    wall: Moment,
    running: Duration,
}

impl Reading {
    /// What the clock on the wall should show at a later reading.
    fn expected_at(self, later: Self) -> Moment {
        let passed = later.running.saturating_sub(self.running);
        let passed_s = i64::try_from(passed.as_secs()).unwrap_or(i64::MAX);
        self.wall.after_s(passed_s)
    }
}

/// Tells the one moment that rules, expiry and reads go by.
pub struct Timekeeper {
    clock: Clock,
    start: Reading,
    /// Whether the operator accepts the clock as it is at the start.
    accepted: bool,
    /// The first reading that could be right: later ones are held against it. None
    /// until there is one.
    right: Mutex<Option<Reading>>,
    last: Mutex<Stamp>,
}

impl Timekeeper {
    /// Starts with a journal's last record.
    pub fn start(clock: Clock, last: Stamp, accepted: bool) -> Self {
        let start = clock.reading();
        Self {
            clock,
            start,
            accepted,
            right: Mutex::new(None),
            last: Mutex::new(last),
        }
    }

    /// The last record is now another.
    pub fn record(&self, last: Stamp) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }

    fn last(&self) -> Stamp {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment that reads go by, and by which holds are due. While the clock
    /// cannot be right, it stands still at the last record.
    pub fn moment(&self) -> Moment {
        let last = self.last();
        match self.to_record() {
            Ok(clock) => last.moment_after(clock),
            Err(_) => last.moment,
        }
    }

    /// What the clock shows, right or not: when to look again.
    pub fn shown(&self) -> Moment {
        (self.clock.wall)()
    }

    /// How far the clock has run from the time that has passed since the start, in
    /// seconds.
    pub fn drift_s(&self) -> i64 {
        let now = self.clock.reading();
        (now.wall.us() - self.start.expected_at(now).us()) / 1_000_000
    }

    /// The clock's time, to record by.
    ///
    /// # Errors
    /// [`ClockImplausible`] where the clock cannot be right: more than 5 minutes
    /// behind the last record; more than a day from what it showed when it could
    /// first be right and the time that passed since; or, until then, more than 400
    /// days after the last record, or before there was any time bank's ledger.
    pub fn to_record(&self) -> Result<Moment, ClockImplausible> {
        let now = self.clock.reading();
        let clock = now.wall;
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        let wrong = match *right {
            Some(right) => has_run_away(clock, right.expected_at(now)),
            None if self.accepted => None,
            None => cannot_begin(clock, self.last()),
        };
        let last = self.last().recorded_at;
        let is_behind = !self.accepted && clock.is_far_behind(last);
        let wrong = wrong.or(is_behind.then_some(("the last record is of", last)));
        if let Some((what, compared)) = wrong {
            return Err(ClockImplausible {
                clock,
                compared,
                what,
            });
        }
        right.get_or_insert(now);
        Ok(clock)
    }
}

/// What the clock is held against, and how.
type Wrong = Option<(&'static str, Moment)>;

fn has_run_away(clock: Moment, expected: Moment) -> Wrong {
    let drift_us = clock.us().abs_diff(expected.us());
    (drift_us > MAX_DRIFT_S.unsigned_abs() * 1_000_000)
        .then_some(("by the time since the start it should show", expected))
}

fn cannot_begin(clock: Moment, last: Stamp) -> Wrong {
    let last = match last.sequence {
        Sequence::ZERO => {
            let what = "no ledger of this kind is older than";
            return (clock < Moment::FIRST_LEDGER).then_some((what, Moment::FIRST_LEDGER));
        }
        _ => last.recorded_at,
    };
    let what = "the last record is more than 400 days older:";
    (clock > last.after_s(MAX_PAUSE_S)).then_some((what, last))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    const DAY_S: i64 = 86_400;

    fn at(seconds: i64) -> Moment {
        Moment::FIRST_LEDGER.after_s(seconds)
    }

    /// What the clock shows, in seconds, after so many of running; and whether it
    /// is believed.
    type Shown = (i64, u64, bool);

    fn check(last_s: Option<i64>, accepted: bool, shown: &[Shown]) {
        let last = match last_s {
            None => Stamp::BEGINNING,
            Some(last_s) => Stamp::BEGINNING.next(at(last_s)),
        };
        let times = Arc::new([AtomicI64::new(0), AtomicI64::new(0)]);
        let [wall, running] = [0, 1].map(|index| {
            let times = Arc::clone(&times);
            move || times[index].load(Ordering::Relaxed)
        });
        let clock = Clock::of(
            move || at(wall()),
            move || Duration::from_secs(running().unsigned_abs()),
        );
        let mut keeper = None;
        for (wall_s, running_s, is_believed) in shown {
            times[0].store(*wall_s, Ordering::Relaxed);
            times[1].store(*running_s as i64, Ordering::Relaxed);
            let keeper =
                keeper.get_or_insert_with(|| Timekeeper::start(clock.clone(), last, accepted));
            let told = keeper.to_record();
            assert_eq!(told.is_ok(), *is_believed, "{last_s:?} {shown:?}: {told:?}");
        }
    }

    #[test]
    fn a_clock_is_believed_as_soon_as_it_can_be_right() {
        let late_s = 401 * DAY_S;
        // The first ledger, by a clock that runs from 1970 until it is set.
        check(
            None,
            false,
            &[(-40 * 365 * DAY_S, 0, false), (10, 60, true)],
        );
        // Too early, then set.
        check(Some(DAY_S), false, &[(0, 0, false), (DAY_S + 60, 60, true)]);
        // Too early, then set to what is too late.
        check(
            Some(DAY_S),
            false,
            &[(0, 0, false), (DAY_S + late_s, 60, false)],
        );
        // Too late, then set.
        check(Some(0), false, &[(late_s, 0, false), (60, 60, true)]);
        // Too late, and nothing changes that but who accepts it.
        check(
            Some(0),
            false,
            &[(late_s, 0, false), (late_s + 60, 60, false)],
        );
        check(Some(0), true, &[(late_s, 0, true), (late_s + 60, 60, true)]);
        // A server may run for years without a record.
        let quiet_s = late_s.unsigned_abs();
        check(
            Some(0),
            false,
            &[(60, 0, true), (60 + late_s, quiet_s, true)],
        );
        // It runs away, and comes back; what is accepted is so from the start on.
        for accepted in [false, true] {
            let away = [(60, 0, true), (60 + 2 * DAY_S, 0, false), (61, 1, true)];
            check(Some(0), accepted, &away);
        }
        check(Some(DAY_S), true, &[(0, 0, true), (2 * DAY_S, 0, false)]);
    }
}
