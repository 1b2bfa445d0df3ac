//! Calls under way at once, for a turn.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

/// How long calls of one sort are made before those of the next have their turn.
const TURN: Duration = Duration::from_secs(1);

/// Waits for one of the calls. None where there is none.
pub(crate) async fn joined(calls: &mut JoinSet<()>) -> Option<()> {
    let call = calls.join_next().await?;
    call.expect("a call that was answered");
    Some(())
}

/// Keeps so many calls under way for a turn, each caller one after the other.
pub(crate) async fn calls_per_s<C, F>(in_flight: usize, caller: impl Fn() -> C) -> f64
where
    C: FnMut() -> F + 'static,
    F: Future<Output = ()> + 'static,
{
    let done = Rc::new(Cell::new(0_u64));
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..in_flight {
        let (mut call, done) = (caller(), done.clone());
        callers.spawn_local(async move {
            while start.elapsed() < TURN {
                call().await;
                done.set(done.get() + 1);
            }
        });
    }
    while joined(&mut callers).await.is_some() {}
    done.get() as f64 / start.elapsed().as_secs_f64()
}
