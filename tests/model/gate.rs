//! A writer that can be held up, so that it is known which calls one transaction
//! takes.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use timebank::{
    ledger::Moment,
    steps::Call,
    store::{Committed, Head, StoreError, Writer},
};

#[derive(Default)]
struct State {
    is_shut: bool,
    is_waited_at: bool,
}

/// Where transactions wait while it is shut.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<(Mutex<State>, Condvar)>);

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().expect("no panic")
    }

    fn when(&self, so: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let waited = self.0.1.wait_while(self.state(), |state| !so(state));
        waited.expect("no panic")
    }

    /// Holds transactions up until this is dropped.
    pub(super) fn shut(&self) -> Shut<'_> {
        self.state().is_shut = true;
        Shut(self)
    }

    fn pass(&self) {
        self.state().is_waited_at = true;
        self.0.1.notify_all();
        self.when(|state| !state.is_shut).is_waited_at = false;
    }
}

/// A gate that is shut.
pub(super) struct Shut<'a>(&'a Gate);

impl Shut<'_> {
    /// Waits until a transaction waits.
    pub(super) fn wait(&self) {
        drop(self.0.when(|state| state.is_waited_at));
    }
}

impl Drop for Shut<'_> {
    fn drop(&mut self) {
        self.0.state().is_shut = false;
        self.0.0.1.notify_all();
    }
}

/// A writer behind a gate.
pub(super) struct Gated {
    pub(super) writer: Box<dyn Writer>,
    pub(super) gate: Gate,
}

impl Writer for Gated {
    fn transact(&mut self, calls: &[Call], now: Moment) -> Result<Committed, StoreError> {
        self.gate.pass();
        self.writer.transact(calls, now)
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        self.writer.head()
    }
}
