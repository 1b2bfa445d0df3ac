//! What the tests share: a real server as a process of its own, clients of it,
//! and short ways to say what a test is about.

mod client;
mod faketime;
mod mounts;
mod peers;
mod server;
mod tokens;
mod upload;
pub(crate) mod wire;
mod write;

pub(crate) use client::{Client, told};
pub(crate) use faketime::skewed;
pub(crate) use mounts::{seen_by, serve_on_mount};
pub(crate) use peers::{left_out, peer};
pub(crate) use server::{Server, ended, serve_at_noon, serve_command};
pub(crate) use tokens::{first_token, note_served};
pub(crate) use upload::{framed, upload};
pub(crate) use write::{any_limit, by, entry, id, leg, limit, timestamp};

use std::{
    path::Path,
    time::{Duration, Instant},
};

use timebank::{
    clock::Clock,
    ledger::{Caller, Moment, Principal, TimeZone},
    query::Reader,
    sequencer::{Start, WantedZone},
    store::{SqliteStore, StoreError, Writer},
};

/// How ledgers are served whose days do not matter.
pub(crate) const UTC: Start = Start {
    zone: WantedZone::OwnOr(TimeZone::UTC),
    accept_clock: false,
};

/// A clock that shows what a test sets, and has run for just so long.
pub(crate) fn clock_of(us: impl Fn() -> i64 + Send + Sync + Clone + 'static) -> Clock {
    let shown = us.clone();
    let wall = move || Moment::from_us(shown()).expect("a time of this age");
    let running = move || Duration::from_micros(us().unsigned_abs());
    Clock::of(wall, running)
}

/// How long anything may take before a test gives up on it. No test passes
/// because of it, so it is long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Waits for something that has to come.
pub(crate) async fn within<F: Future>(what: &str, future: F) -> F::Output {
    match tokio::time::timeout(DEADLINE, future).await {
        Ok(output) => output,
        Err(_) => panic!("{what} did not come within {DEADLINE:?}"),
    }
}

/// Asks again and again until the answer is there.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    while start.elapsed() < DEADLINE {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} did not come within {DEADLINE:?}");
}

/// Someone who is not the server.
pub(crate) fn staff() -> Caller {
    let principal = Principal::claimed("staff-1").expect("a proper name");
    Caller::new(principal, "").expect("a proper name")
}

/// Who reads where it does not matter.
pub(crate) fn nobody() -> Principal {
    Principal::claimed("").expect("no name")
}

/// Who reads where that does not matter.
pub(crate) fn reader() -> Reader {
    Reader::whole(nobody())
}

/// Opens a store again in this process. Tests start servers, and between fork and
/// exec such a child still has the lock that this process has let go of.
pub(crate) fn open_again(dir: &Path) -> (SqliteStore, Box<dyn Writer>) {
    again(|| SqliteStore::open(dir))
}

/// As [`open_again`], with a writer that keeps so many accounts in memory.
pub(crate) fn open_again_keeping(
    dir: &Path,
    max_accounts: usize,
) -> (SqliteStore, Box<dyn Writer>) {
    again(|| SqliteStore::open_keeping(dir, max_accounts))
}

fn again(
    open: impl Fn() -> Result<(SqliteStore, Box<dyn Writer>), StoreError>,
) -> (SqliteStore, Box<dyn Writer>) {
    until("the lock", || match open() {
        Err(StoreError::InUse { .. }) => None,
        opened => Some(opened.expect("the store opens")),
    })
}
