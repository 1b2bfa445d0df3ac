//! Reads. Each runs on one snapshot, off the threads that serve calls, and
//! names the journal position it was read at.

mod balance;
mod history;
mod page;
mod statement;

use std::sync::Arc;

pub use balance::{AsOf, BalanceView, account_view, balance};
pub use page::{Page, PageError, Token, page_size};
pub use statement::{Direction, PostingView, StatementPage, StatementQuery, statement};
use tokio::sync::Semaphore;

use crate::{
    ledger::{Moment, Rejection},
    sequencer::Clock,
    store::{Progress, Snapshot, Store, StoreError, Verified},
};

/// How many reads run at once; the rest wait in line.
const MAX_READS: usize = 8;

/// Which of an entry's two times is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Axis {
    Recorded,
    Effective,
}

/// Why a read came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// What was asked for is not there.
    #[error(transparent)]
    Unknown(#[from] Rejection),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The page asked for is none.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The range ends before it begins.
    #[error("the range ends at {until}, before it begins at {since}")]
    RangeReversed { since: Moment, until: Moment },
    /// The server is stopping.
    #[error("the server is stopping; ask the next one")]
    Stopping,
}

/// The way to the store's readers.
#[derive(Clone)]
pub struct Query {
    store: Arc<dyn Store>,
    permits: Arc<Semaphore>,
    clock: Clock,
}

impl Query {
    /// Reads from this store, at the time that this clock tells.
    pub fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self {
            store,
            permits: Arc::new(Semaphore::new(MAX_READS)),
            clock,
        }
    }

    /// Runs a read on a snapshot. It gets the time of the wall, by which holds
    /// are due.
    ///
    /// # Errors
    /// Those of the read, or where no snapshot can be had.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Snapshot, Moment) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| ReadError::Stopping)?;
        let store = Arc::clone(&self.store);
        let now = (self.clock)();
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            read(store.snapshot()?.as_mut(), now)
        });
        done.await.map_err(|_| ReadError::Stopping)?
    }

    /// Verifies the whole store.
    ///
    /// # Errors
    /// Where it cannot be read at all.
    pub async fn verify(
        &self,
        mut progress: impl FnMut(i64, i64) -> bool + Send + 'static,
    ) -> Result<Verified, ReadError> {
        let store = Arc::clone(&self.store);
        let done = tokio::task::spawn_blocking(move || {
            let progress: &mut Progress<'_> = &mut progress;
            store.verify(progress)
        });
        Ok(done.await.map_err(|_| ReadError::Stopping)??)
    }
}
