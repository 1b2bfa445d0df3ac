//! Reads. Each runs on one snapshot, off the threads that serve calls, and
//! names the journal position it was read at. Look-ups of a few rows are read in
//! groups on a thread of their own; longer reads have a thread each.

mod accounts;
mod balance;
mod candidates;
mod effective;
mod entries;
mod exchange;
mod groups;
mod history;
mod holds;
mod incidents;
mod ledger;
mod orders;
mod oversight;
mod page;
mod partners;
mod periods;
mod policies;
mod pools;
mod reading;
mod reports;
mod scan;
mod scoped;
mod sifted;
mod sources;
mod standings;
mod statement;
mod stocks;
mod supplies;
mod today;
mod tokens;
mod trainings;

use std::{
    path::PathBuf,
    sync::{Arc, Weak},
    thread,
};

pub use accounts::{AccountView, account, accounts};
pub use balance::{AsOf, BalanceView, balance};
pub use candidates::{Candidate, Candidates, LookedTo, candidates};
pub use effective::Place;
pub use entries::{EntryView, entries, entry};
pub use exchange::{MemberView, centre, centres, member, members, staff, staff_of};
pub use groups::{group, groups, places};
pub use holds::{HoldQuery, HoldView, hold, holds};
pub use incidents::{Incidents, incident, incidents, incidents_of};
pub use ledger::{LedgerView, ledger};
pub use orders::{
    Needs, OrderPlace, Orders, StepTaken, need, needs, order, order_states, orders, steps_taken,
};
pub use oversight::{LookView, Looks, drawn_for, evaluation, evaluations_of, looks, sample_drawn};
pub use page::{PageError, Token, page_size};
pub use partners::{PartnerView, RemittanceView, partner, partners, remittances};
pub use periods::{ClosingView, closings, period, periods, seal_of, unsealed};
pub use policies::{
    Comparison, Explanation, PolicyState, PolicyView, Which, adopted_version, compare, explain,
    mandate, mandates, policies, policy, today,
};
pub use pools::{
    DonationView, PoolView, Reliefs, donation_at, donations, pool, pools, relief, reliefs,
};
pub use reading::{Reader, Reading};
pub use reports::{
    By, Certificate, CertificateQuery, Checked, Column, Grouping, Measure, MonthReport, Report,
    ReportError, Scope, Served, ServedAs, Trained, Value, activity, anomalies, certificate,
    check_certificate, dormancy, evaluations, indicators, month_report, period_report,
    redeemability, sample, sampled, satisfaction, supply_demand,
};
pub use scan::Scan;
use scoped::Scoped;
pub use sifted::{Sieve, Sifted, sifted};
pub use sources::{SourceView, source, sources};
pub use standings::{Standings, standing, standings, visits_arisen, visits_due};
pub use statement::{Direction, PostingView, StatementPage, StatementQuery, statement};
pub use stocks::{ItemView, StockView, stock, stock_item, stock_items, stocks};
pub use supplies::{Supplies, supplies, supply_at};
pub use today::{TODAY_ROWS, Today, today_of};
pub use tokens::{find_token, token, tokens};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::JoinError,
};
pub use trainings::{Trainings, TrainingsOf, training, trainings, trainings_by_id};

use crate::{
    clock::Timekeeper,
    exchange::{Rejection as ExchangeRejection, token::Scope as Sight},
    ledger::{Moment, Rejection as LedgerRejection},
    steps::Rejection,
    store::{Parts, Snapshot, Store, StoreError, Verified},
};

/// How many long reads run at once; the rest wait in line.
const MAX_READS: usize = 8;
/// How many look-ups share a snapshot, and how many may wait for it.
const MAX_LOOKUPS: usize = 256;

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
    /// There is no such report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// More postings would have to be looked at than one read may.
    #[error(
        "effective times are so mixed that more than {max_postings} postings would have to be \
         looked at; narrow the range, or ask by recorded time"
    )]
    ScanTooLong { max_postings: usize },
    /// Nobody waits for the read any more.
    #[error("the caller has left")]
    CallerLeft,
    /// The server is stopping.
    #[error("the server is stopping; ask the next one")]
    Stopping,
    /// A bug.
    #[error("the server met a fault of its own in this read; tell those who run it")]
    Fault,
}

impl From<LedgerRejection> for ReadError {
    fn from(rejection: LedgerRejection) -> Self {
        Self::Unknown(rejection.into())
    }
}

impl From<ExchangeRejection> for ReadError {
    fn from(rejection: ExchangeRejection) -> Self {
        Self::Unknown(rejection.into())
    }
}

impl From<JoinError> for ReadError {
    fn from(error: JoinError) -> Self {
        match error.is_panic() {
            true => Self::Fault,
            false => Self::Stopping,
        }
    }
}

/// A read that is waiting for a snapshot.
type Lookup = Box<dyn FnOnce(Result<&mut dyn Snapshot, StoreError>, Moment) + Send>;

/// The way to the store's readers.
#[derive(Clone)]
pub struct Query {
    store: Arc<dyn Store>,
    permits: Arc<Semaphore>,
    verifying: Arc<Semaphore>,
    lookups: mpsc::Sender<Lookup>,
    time: Arc<Timekeeper>,
}

impl Query {
    /// Reads from this store, at the moments that the timekeeper tells.
    ///
    /// # Errors
    /// Where the thread for look-ups cannot be started.
    pub fn new(store: Arc<dyn Store>, time: Arc<Timekeeper>) -> Result<Self, StoreError> {
        let (lookups, waiting) = mpsc::channel(MAX_LOOKUPS);
        let (looked_in, told) = (Arc::downgrade(&store), Arc::clone(&time));
        thread::Builder::new()
            .name("lookups".into())
            .spawn(move || look_up(&looked_in, &told, waiting))
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self {
            store,
            permits: Arc::new(Semaphore::new(MAX_READS)),
            verifying: Arc::new(Semaphore::new(1)),
            lookups,
            time,
        })
    }

    /// Runs somebody's read of a few rows. All that wait share one snapshot and one
    /// waking of a thread, as writes share a commit.
    ///
    /// # Errors
    /// As [`Query::read`].
    pub async fn look_up<T: Send + 'static>(
        &self,
        by: Reader,
        read: impl FnOnce(&mut Reading<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let (reply, answer) = oneshot::channel();
        let lookup: Lookup = Box::new(move |snapshot, now| {
            let result = match snapshot {
                Ok(snapshot) => seen_by(&by, snapshot, now, Scan::default(), read),
                Err(error) => Err(error.into()),
            };
            // A caller who went away does not want to know.
            let _ = reply.send(result);
        });
        let sent = self.lookups.send(lookup).await;
        sent.map_err(|_| ReadError::Stopping)?;
        answer.await.map_err(|_| ReadError::Stopping)?
    }

    /// Ends when look-ups are no longer served, which only a fault brings about.
    pub async fn failed(&self) {
        self.lookups.closed().await;
    }

    /// Runs somebody's read of many rows on a snapshot. It ends at the
    /// [bound](Scan), or when its caller has left.
    ///
    /// # Errors
    /// Those of the read, or where no snapshot can be had.
    pub async fn read<T: Send + 'static>(
        &self,
        by: Reader,
        read: impl FnOnce(&mut Reading<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| ReadError::Stopping)?;
        // Gone with this future, when the caller has left.
        let caller = Arc::new(());
        let scan = Scan::for_caller(Arc::downgrade(&caller));
        let store = Arc::clone(&self.store);
        let now = self.time.moment();
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut snapshot = store.snapshot()?;
            seen_by(&by, snapshot.as_mut(), now, scan, read)
        });
        done.await?
    }

    /// Verifies the whole store. One such run has all accounts in memory, so
    /// there is one at a time, of copies too.
    ///
    /// # Errors
    /// Where it cannot be read at all.
    pub async fn verify(
        &self,
        progress: impl FnMut(i64, i64) -> bool + Send + 'static,
    ) -> Result<Verified, ReadError> {
        self.audit(|store| store.verify(Box::new(progress))).await
    }

    /// Copies the ledger, and audits the copy.
    ///
    /// # Errors
    /// Where the copy cannot be written.
    pub async fn copy(
        &self,
        to: PathBuf,
        parts: Parts,
        progress: impl FnMut(i64, i64) -> bool + Send + 'static,
    ) -> Result<Verified, ReadError> {
        self.audit(move |store| store.copy(&to, parts, Box::new(progress)))
            .await
    }

    async fn audit(
        &self,
        run: impl FnOnce(&dyn Store) -> Result<Verified, StoreError> + Send + 'static,
    ) -> Result<Verified, ReadError> {
        let permit = Arc::clone(&self.verifying)
            .acquire_owned()
            .await
            .map_err(|_| ReadError::Stopping)?;
        let store = Arc::clone(&self.store);
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            run(&*store)
        });
        Ok(done.await??)
    }
}

/// Runs a read of what somebody sees of a snapshot.
fn seen_by<T>(
    by: &Reader,
    snapshot: &mut dyn Snapshot,
    now: Moment,
    scan: Scan,
    read: impl FnOnce(&mut Reading<'_>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let by_whom = &by.who;
    if by.scope == Sight::Ledger && !by.is_evaluator {
        return read(&mut Reading {
            snapshot,
            by: by_whom,
            now,
            scan,
        });
    }
    let mut scoped = Scoped::of(snapshot, by)?;
    read(&mut Reading {
        snapshot: &mut scoped,
        by: by_whom,
        now,
        scan,
    })
}

/// Serves look-ups for as long as there are callers. The store is theirs: this
/// thread does not keep it open.
fn look_up(store: &Weak<dyn Store>, time: &Timekeeper, mut waiting: mpsc::Receiver<Lookup>) {
    let mut lookups = Vec::with_capacity(MAX_LOOKUPS);
    while waiting.blocking_recv_many(&mut lookups, MAX_LOOKUPS) > 0 {
        let Some(store) = store.upgrade() else { return };
        let mut snapshot = store.snapshot();
        let now = time.moment();
        for lookup in lookups.drain(..) {
            match &mut snapshot {
                Ok(snapshot) => lookup(Ok(snapshot.as_mut()), now),
                Err(error) => lookup(Err(error.clone()), now),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_fault_and_not_an_end() {
        let panicked = tokio::spawn(async { panic!("on purpose") }).await;
        let cancelled = tokio::spawn(std::future::pending::<()>());
        cancelled.abort();
        let told = |error: Result<(), JoinError>| ReadError::from(error.expect_err("it ended"));
        assert!(matches!(told(panicked), ReadError::Fault));
        assert!(matches!(told(cancelled.await), ReadError::Stopping));
    }
}
