//! The real thing in process: the SQLite store in a directory of its own, the
//! sequencer before it, the queries beside it, and a clock that a test sets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use tempfile::TempDir;
use timebank::{
    ledger::{Caller, Command, Principal},
    query::{Query, ReadError, Reading, Scan},
    rounds::Rounds,
    sequencer::{Sequencer, Start},
    steps::{Answer, Call, Outcome, Rejection, Together},
    store::{Store, Verified},
};
use tokio::runtime::{Builder, Runtime};

use super::{
    ask::Ask,
    gate::{Gate, Gated},
};
use crate::support::{UTC, clock_of, open_again_keeping, reader};

/// Years may go by between two runs.
const ACCEPTED: Start = Start {
    accept_clock: true,
    ..UTC
};

/// A ledger and the directory that outlives its runs.
pub(crate) struct Stack {
    dir: TempDir,
    clock: Arc<AtomicI64>,
    /// How many accounts the writer keeps in memory.
    max_accounts: usize,
    salts: u64,
    run: Option<Run>,
}

/// One run of the server's rooms.
struct Run {
    /// Drives the sequencer's callers, and its expiry while one of them waits.
    writes: Runtime,
    /// Drives queries alone, so that no hold expires while a test only reads.
    reads: Runtime,
    sequencer: Sequencer,
    thread: JoinHandle<()>,
    query: Query,
    gate: Gate,
}

impl Run {
    fn start(dir: &TempDir, clock: &Arc<AtomicI64>, max_accounts: usize) -> Self {
        let runtime = || Builder::new_current_thread().enable_time().build();
        let (writes, reads) = (runtime().expect("a runtime"), runtime().expect("a runtime"));
        let time = Arc::clone(clock);
        let clock = clock_of(move || time.load(Ordering::SeqCst));
        let (store, writer) = open_again_keeping(dir.path(), max_accounts);
        let gate = Gate::default();
        let writer = Box::new(Gated {
            writer,
            gate: gate.clone(),
        });
        let (sequencer, thread) = {
            let _within = writes.enter();
            Sequencer::start(writer, clock, ACCEPTED).expect("the sequencer starts")
        };
        let store: Arc<dyn Store> = Arc::new(store);
        let query = Query::new(store, sequencer.time()).expect("a thread");
        Self {
            writes,
            reads,
            sequencer,
            thread,
            query,
            gate,
        }
    }

    /// Lets go of everything, so that the directory can be opened again.
    fn stop(self) {
        drop(self.sequencer);
        // The expiry task may be waiting at the door: it goes with its runtime.
        drop(self.writes);
        self.thread.join().expect("the writing thread ends");
    }
}

impl Stack {
    /// A new ledger, at this time of the wall.
    pub(crate) fn new(clock_us: i64) -> Self {
        Self::keeping(clock_us, 200_000)
    }

    /// A new ledger, whose writer keeps so many accounts in memory.
    pub(crate) fn keeping(clock_us: i64, max_accounts: usize) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let clock = Arc::new(AtomicI64::new(clock_us));
        let run = Some(Run::start(&dir, &clock, max_accounts));
        Self {
            dir,
            clock,
            max_accounts,
            salts: 0,
            run,
        }
    }

    fn run(&self) -> &Run {
        self.run.as_ref().expect("it runs")
    }

    /// Sets the clock on the wall.
    pub(crate) fn set_clock(&self, us: i64) {
        self.clock.store(us, Ordering::SeqCst);
    }

    /// Stops, lets time pass, and starts again.
    pub(crate) fn reopen(&mut self, clock_us: i64) {
        if let Some(run) = self.run.take() {
            run.stop();
        }
        self.set_clock(clock_us);
        self.run = Some(Run::start(&self.dir, &self.clock, self.max_accounts));
    }

    /// The ledger's command for a request, with a salt that no other has.
    pub(crate) fn command(&mut self, ask: &Ask) -> Result<Command, timebank::ledger::Malformed> {
        self.salts += 1;
        ask.command(self.salts)
    }

    /// Decides commands in order, each for itself or all or none.
    pub(crate) fn submit(&self, commands: Vec<Command>, together: Together) -> Answer {
        self.call(Call {
            together,
            ..Call::each(commands, caller())
        })
    }

    /// Decides a call.
    pub(crate) fn call(&self, call: Call) -> Answer {
        let run = self.run();
        let answer = run.writes.block_on(run.sequencer.submit(call));
        answer.expect("it commits")
    }

    /// Decides calls in one transaction, after one that asks for nothing.
    pub(crate) fn call_at_once(&self, calls: Vec<Call>) -> Vec<Answer> {
        let run = self.run();
        let submit = |call| {
            let sequencer = run.sequencer.clone();
            tokio::spawn(async move { sequencer.submit(call).await })
        };
        run.writes.block_on(async {
            let held_up = run.gate.shut();
            let first = submit(Call::expiring(&[]));
            tokio::task::yield_now().await;
            held_up.wait();
            let answers: Vec<_> = calls.into_iter().map(submit).collect();
            // By now each has been polled, and so is in the queue.
            tokio::task::yield_now().await;
            drop(held_up);
            let mut answered = Vec::new();
            first.await.expect("no panic").expect("it commits");
            for answer in answers {
                answered.push(answer.await.expect("no panic").expect("it commits"));
            }
            answered
        })
    }

    /// A call of the tester's.
    pub(crate) fn call_of(commands: Vec<Command>, together: Together, validate_only: bool) -> Call {
        Call {
            together,
            validate_only,
            ..Call::each(commands, caller())
        }
    }

    /// Decides one command.
    pub(crate) fn submit_one(&self, command: Command) -> Result<Outcome, Rejection> {
        let run = self.run();
        run.writes
            .block_on(run.sequencer.submit_one(command, caller()))
            .expect("it commits")
    }

    /// Lets the visits arise that are due.
    pub(crate) fn rounds(&self) {
        let run = self.run();
        let rounds = Rounds::new(run.sequencer.clone(), run.query.clone());
        run.writes.block_on(rounds.go()).expect("a round");
    }

    /// Seals the months that are closed.
    pub(crate) fn seal(&self) {
        let run = self.run();
        let rounds = Rounds::new(run.sequencer.clone(), run.query.clone());
        run.writes.block_on(rounds.seal()).expect("a round");
    }

    /// Reads from one snapshot.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reading<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let run = self.run();
        run.reads.block_on(run.query.read(reader(), read))
    }

    /// Begins a read and leaves before it ends.
    pub(crate) fn begin_and_leave(
        &self,
        read: impl FnOnce(&mut Scan) -> Result<(), ReadError> + Send + 'static,
    ) {
        let run = self.run();
        let scan = run
            .query
            .read(reader(), move |reading| read(&mut reading.scan));
        let waited = async { tokio::time::timeout(Duration::from_millis(50), scan).await };
        let waited = run.reads.block_on(waited);
        assert!(waited.is_err(), "the read was over at once");
    }

    /// Reads everything again and compares it.
    pub(crate) fn verify(&self) -> Verified {
        let run = self.run();
        let verified = run.reads.block_on(run.query.verify(|_, _| true));
        verified.expect("it can be read")
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            drop(run.sequencer);
            drop(run.writes);
            // A panicking test must not panic again here.
            let _ = run.thread.join();
        }
    }
}

fn caller() -> Caller {
    let principal = Principal::claimed("tester").expect("a proper name");
    Caller::new(principal, "").expect("a proper name")
}
