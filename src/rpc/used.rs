//! When tokens were last used, to the minute. It is kept beside the journal, in a file of its own
//! that is written once a minute and at the end: nothing is decided by it.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

use super::first_token::write_private;
use crate::{exchange::token::TokenName, ledger::Moment};

const WRITE_EVERY: Duration = Duration::from_secs(60);
const MINUTE_US: i64 = 60_000_000;

type Minutes = BTreeMap<TokenName, Moment>;

struct Inner {
    path: PathBuf,
    last: Mutex<Minutes>,
    is_new: AtomicBool,
}

/// When each token was last used. Clones share it.
#[derive(Clone)]
pub(super) struct Used(Arc<Inner>);

impl Used {
    /// As a file has it. One that cannot be read is begun anew.
    pub(super) fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let last = serde_json::from_str(&text).unwrap_or_default();
        Self(Arc::new(Inner {
            path,
            last: Mutex::new(last),
            is_new: AtomicBool::new(false),
        }))
    }

    /// That one is used now.
    pub(super) fn note(&self, name: &TokenName, now: Moment) {
        let Some(minute) = Moment::from_us(now.us() - now.us().rem_euclid(MINUTE_US)) else {
            return;
        };
        let mut last = self.last();
        match last.get_mut(name) {
            Some(known) if *known == minute => return,
            Some(known) => *known = minute,
            None => drop(last.insert(name.clone(), minute)),
        }
        self.0.is_new.store(true, Ordering::Release);
    }

    /// When one was last used.
    pub(super) fn of(&self, name: &TokenName) -> Option<Moment> {
        self.last().get(name).copied()
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Minutes> {
        self.0.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is new, now and then, until told to stop.
    pub(super) async fn run(self, mut stopping: watch::Receiver<bool>) {
        loop {
            let stopped = tokio::select! {
                () = tokio::time::sleep(WRITE_EVERY) => false,
                _ = stopping.wait_for(|stopping| *stopping) => true,
            };
            let used = self.clone();
            let _ = tokio::task::spawn_blocking(move || used.write()).await;
            if stopped {
                return;
            }
        }
    }

    fn write(&self) {
        if !self.0.is_new.swap(false, Ordering::AcqRel) {
            return;
        }
        let text = serde_json::to_string(&*self.last()).unwrap_or_default();
        if let Err(error) = write_private(&self.0.path, text.as_bytes()) {
            tracing::warn!(%error, "when tokens were last used cannot be written down");
        }
    }
}
