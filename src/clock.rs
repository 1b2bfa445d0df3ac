//! The time of the wall. Rules are told it; nothing else in `src/` asks the
//! system for it.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::ledger::Moment;

/// Tells the time. Tests set it.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// The system's clock.
pub fn system() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since
            .ok()
            .and_then(|since| i64::try_from(since.as_micros()).ok())
            .and_then(Moment::from_us)
            .unwrap_or(Moment::MIN)
    })
}
