//! A commit that fails, seen through the real sequencer: every caller of that
//! batch is told, those before and after are served, and nothing is half done.

use std::{
    future::Future,
    pin::pin,
    sync::mpsc::{Receiver, Sender, channel},
    task::{Context, Waker},
};

use timebank::{
    ledger::{AccountKind, Moment},
    sequencer::{Sequencer, SubmitError},
    steps::{Answer, Call, Together},
    store::{Committed, Head, StoreError, Writer},
};
use tokio::runtime::{Builder, Runtime};

use super::ledger::{Ledger, leg, open_account, place, post};
use crate::{
    model::ask::Ask,
    support::{UTC, clock_of, staff},
};

/// What is to become of a transaction.
#[derive(Clone, Copy, Debug)]
enum Verdict {
    Commit,
    /// It fails, as where the disk is full.
    Fail,
}

/// A writer that says when a transaction begins, and waits for what is to
/// become of it.
struct Told {
    writer: Box<dyn Writer>,
    began: Sender<()>,
    verdicts: Receiver<Verdict>,
}

impl Writer for Told {
    fn transact(&mut self, calls: &[Call], now: Moment) -> Result<Committed, StoreError> {
        self.began.send(()).expect("the test listens");
        match self.verdicts.recv().expect("the test decides") {
            Verdict::Commit => self.writer.transact(calls, now),
            Verdict::Fail => Err(StoreError::Full),
        }
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        self.writer.head()
    }
}

#[test]
fn a_failed_commit_is_told_to_all_of_its_callers_and_to_no_other() {
    let ledger = after(call);
    assert_eq!(ledger.balance("a:member:1"), 80);
    ledger.is_sound(7);
}

/// Whoever leaves the line, as their deadline passed, has nothing booked; whose call has begun to be
/// decided may have.
#[test]
fn who_leaves_the_line_has_nothing_booked() {
    let ledger = after(|door, runtime, script| {
        let give = |id| post(id, &[leg("a:member:1", "a:member:2", 10)]);
        let give = |id| door.submit_one(give(id).command(7).expect("well-formed"), staff());
        let begun = {
            let mut begun = Box::pin(give(20));
            wait_in_line(begun.as_mut());
            begun
        };
        script.begins();
        let (mut first, mut stays) = (Box::pin(give(21)), Box::pin(give(22)));
        let mut last = Box::pin(give(23));
        wait_in_line(first.as_mut());
        wait_in_line(stays.as_mut());
        wait_in_line(last.as_mut());
        drop((begun, first, last));
        script.ends(Verdict::Commit);
        script.begins();
        script.ends(Verdict::Commit);
        let stays = runtime.block_on(stays).expect("it commits");
        stays.expect("no rule is against it");
    });
    assert_eq!(ledger.balance("a:member:1"), 80);
    ledger.is_sound(7);
}

/// The ledger, opened again, once calls were made at its door.
fn after(call: impl FnOnce(&Sequencer, &Runtime, &Script)) -> Ledger<'static> {
    let Ledger {
        dir,
        store,
        writer,
        now,
        ..
    } = Ledger::with_members(&super::sqlite_store);
    let (began, begins) = channel();
    let (verdict, verdicts) = channel();
    let told = Told {
        writer,
        began,
        verdicts,
    };
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime");
    let clock = clock_of(move || now);
    let (door, thread) = {
        let _within = runtime.enter();
        Sequencer::start(Box::new(told), clock, UTC).expect("it starts")
    };
    let script = Script { begins, verdict };
    call(&door, &runtime, &script);
    drop((door, runtime));
    thread.join().expect("the writing thread ends");
    drop(store);
    let (store, writer) = super::sqlite_store(dir.path()).expect("it opens again");
    Ledger {
        open: &super::sqlite_store,
        dir,
        store,
        writer,
        now,
    }
}

/// The test's side of a [`Told`] writer.
struct Script {
    begins: Receiver<()>,
    verdict: Sender<Verdict>,
}

impl Script {
    fn begins(&self) {
        self.begins.recv().expect("a transaction");
    }

    fn ends(&self, verdict: Verdict) {
        self.verdict.send(verdict).expect("the writer waits");
    }
}

/// Callers before, in and after a transaction that fails.
fn call(door: &Sequencer, runtime: &Runtime, script: &Script) {
    let command = |ask: Ask| ask.command(7).expect("well-formed");
    let give = |id, amount| command(post(id, &[leg("a:member:1", "a:member:2", amount)]));
    // A caller before: its transaction has begun, so no other joins it.
    let mut before = pin!(door.submit_one(give(20, 10), staff()));
    wait_in_line(before.as_mut());
    script.begins();

    // Callers of all sorts come while it lasts, and are one batch.
    let mut one = pin!(door.submit_one(give(21, 10), staff()));
    let many = vec![give(22, 10), give(23, 1_000)];
    let mut many = pin!(door.submit(Call::each(many, staff())));
    let all = Call::each(vec![give(24, 10), give(20, 10)], staff());
    let mut all = pin!(door.submit(Call {
        together: Together::AllOrNone,
        ..all
    }));
    let open = command(open_account("a:member:3", AccountKind::Member));
    let mut open = pin!(door.submit_one(open, staff()));
    let hold = command(place(25, leg("a:member:1", "a:pool", 10), Some(60)));
    let mut hold = pin!(door.submit_one(hold, staff()));
    wait_in_line(one.as_mut());
    wait_in_line(many.as_mut());
    wait_in_line(all.as_mut());
    wait_in_line(open.as_mut());
    wait_in_line(hold.as_mut());
    script.ends(Verdict::Commit);
    let before = runtime.block_on(before).expect("it commits");
    let before = before.expect("no rule is against it");
    script.begins();
    script.ends(Verdict::Fail);
    is_full(runtime.block_on(one));
    is_full(runtime.block_on(many));
    is_full(runtime.block_on(all));
    is_full(runtime.block_on(open));
    is_full(runtime.block_on(hold));
    assert_eq!(Some(door.head().borrow().last), before.stamp());

    // A caller after: the same again is new, for nothing was kept of it.
    let after = vec![give(21, 10), give(20, 10)];
    let mut after = pin!(door.submit(Call::each(after, staff())));
    wait_in_line(after.as_mut());
    script.begins();
    script.ends(Verdict::Commit);
    let after = runtime.block_on(after).expect("it commits");
    let Answer::Each(after) = after else {
        panic!("each for itself");
    };
    let is_replay: Vec<_> = after
        .iter()
        .map(|r| r.as_ref().map(|o| o.is_replay()))
        .collect();
    assert_eq!(is_replay, [Ok(false), Ok(true)]);
}

/// Lets a call go to the door: it is sent when it is first looked at.
fn wait_in_line(call: std::pin::Pin<&mut impl Future>) {
    let mut context = Context::from_waker(Waker::noop());
    assert!(
        call.poll(&mut context).is_pending(),
        "it cannot be answered yet"
    );
}

fn is_full<T: std::fmt::Debug>(result: Result<T, SubmitError>) {
    let told = matches!(result, Err(SubmitError::Store(StoreError::Full)));
    assert!(told, "{result:?}");
}
