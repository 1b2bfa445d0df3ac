//! Stores that are wrong on purpose: the suite must catch each of them.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use timebank::{
    ledger::{
        Account, AccountId, Book, BookingId, Broken, Caller, Fact, Facts, Hold, Moment, Position,
        Record, Sequence, Stamp, Transfers, Unit, Wants, rules::Decision,
    },
    store::{
        AccountRow, Booking, Committed, Decide, HoldFilter, PostingRow, Progress, Snapshot, Store,
        StoreError, Verified, Writer,
    },
};

use super::{CASES, ledger::Opened, sqlite_store};

type Read<T> = Result<T, StoreError>;

/// What is wrong with a store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    /// Nothing.
    None,
    /// The last transfer of an entry is not written.
    DropsATransfer,
    /// Every third batch is decided, and never written.
    LosesABatch,
    /// Batches are decided on the balances of the first one.
    AnswersStaleFacts,
    /// What was decided before a batch broke is written.
    KeepsABrokenBatch,
    /// No batch is told what is due.
    ForgetsWhatIsDue,
    /// Nobody is told when the next hold is due.
    ForgetsWhenNextIsDue,
    /// The audit says what it is expected to.
    AuditsNothing,
    /// Every read is of the newest commit.
    ReadsTheNewest,
    /// Lists begin anew on every page.
    RepeatsPages,
    /// Of an account's holds, those to it are left out.
    ListsHoldsFromOnly,
    /// The directory is not locked, and what was there is left aside.
    OpensTwice,
}

/// What the faults are built into is not what is caught.
#[test]
fn a_store_without_a_fault_passes() {
    for (name, case) in CASES {
        let passed = catch_unwind(|| case(&|dir| opened(Fault::None, dir))).is_ok();
        assert!(passed, "{name}");
    }
}

#[test]
fn broken_stores_are_caught() {
    for (fault, case) in [
        (
            Fault::DropsATransfer,
            "postings_know_the_balance_and_those_before",
        ),
        (
            Fault::LosesABatch,
            "what_was_written_is_there_when_it_is_opened_again",
        ),
        (
            Fault::AnswersStaleFacts,
            "facts_are_those_that_the_batch_before_left",
        ),
        (
            Fault::KeepsABrokenBatch,
            "a_batch_that_breaks_leaves_nothing",
        ),
        (
            Fault::ForgetsWhatIsDue,
            "what_is_due_is_given_soonest_first",
        ),
        (
            Fault::ForgetsWhenNextIsDue,
            "what_is_due_is_given_soonest_first",
        ),
        (
            Fault::AuditsNothing,
            "an_audit_counts_every_record_and_can_be_stopped",
        ),
        (Fault::ReadsTheNewest, "a_snapshot_does_not_change"),
        (
            Fault::RepeatsPages,
            "records_come_in_order_from_any_position",
        ),
        (
            Fault::ListsHoldsFromOnly,
            "holds_come_by_account_state_and_page",
        ),
        (Fault::OpensTwice, "a_second_opening_is_refused"),
    ] {
        let open = |dir: &Path| opened(fault, dir);
        let (_, run) = CASES.iter().find(|(name, _)| *name == case).expect(case);
        let passed = catch_unwind(AssertUnwindSafe(|| run(&open))).is_ok();
        assert!(!passed, "{fault:?} went unnoticed by {case}");
    }
}

fn opened(fault: Fault, dir: &Path) -> Opened {
    let (store, writer) = match fault {
        Fault::OpensTwice => {
            let unused = (0..).map(|number| dir.join(format!("copy-{number}")));
            let unused = unused.into_iter().find(|dir| !dir.exists());
            sqlite_store(&unused.expect("there is always another"))?
        }
        _ => sqlite_store(dir)?,
    };
    let store = BrokenStore {
        fault,
        store: store.into(),
    };
    let writer = BrokenWriter {
        fault,
        writer,
        batches: 0,
        first: None,
    };
    Ok((Box::new(store), Box::new(writer)))
}

struct BrokenWriter {
    fault: Fault,
    writer: Box<dyn Writer>,
    batches: usize,
    first: Option<Book>,
}

impl Writer for BrokenWriter {
    fn transact(
        &mut self,
        wants: &Wants<'_>,
        now: Moment,
        decide: &mut Decide<'_>,
    ) -> Read<Committed> {
        self.batches += 1;
        let (fault, batches, first) = (self.fault, self.batches, &mut self.first);
        let committed = self
            .writer
            .transact(wants, now, &mut |facts, due| match fault {
                Fault::DropsATransfer => {
                    let before = facts.clone();
                    decide(facts, due)?;
                    let records = facts.records().to_vec();
                    *facts = before;
                    write_less(facts, records)
                }
                Fault::LosesABatch if batches.is_multiple_of(3) => {
                    let before = facts.clone();
                    decide(facts, due)?;
                    *facts = before;
                    Ok(())
                }
                Fault::AnswersStaleFacts => {
                    facts.book = first.get_or_insert_with(|| facts.book.clone()).clone();
                    decide(facts, due)
                }
                Fault::KeepsABrokenBatch => decide(facts, due).or(Ok(())),
                Fault::ForgetsWhatIsDue => decide(facts, &[]),
                _ => decide(facts, due),
            })?;
        Ok(self.tell(committed))
    }

    fn committed(&mut self) -> Read<Committed> {
        let committed = self.writer.committed()?;
        Ok(self.tell(committed))
    }
}

impl BrokenWriter {
    fn tell(&self, committed: Committed) -> Committed {
        match self.fault {
            Fault::ForgetsWhenNextIsDue => Committed {
                next_due: None,
                ..committed
            },
            _ => committed,
        }
    }
}

/// Takes the same records again, but for the last transfer of each entry.
fn write_less(facts: &mut Facts, records: Vec<Record>) -> Result<(), Broken> {
    for Record { fact, .. } in records {
        let fact = match fact {
            Fact::EntryPosted(mut entry) => {
                let legs = entry.transfers.as_slice();
                let fewer = &legs[..legs.len().div_ceil(2)];
                let fewer = Transfers::new(fewer.to_vec()).expect("one is left");
                Arc::make_mut(&mut entry).transfers = fewer;
                Fact::EntryPosted(entry)
            }
            fact => fact,
        };
        facts.take(Decision::Append { fact, note: None }, &Caller::server())?;
    }
    Ok(())
}

struct BrokenStore {
    fault: Fault,
    store: Arc<dyn Store>,
}

impl Store for BrokenStore {
    fn snapshot(&self) -> Read<Box<dyn Snapshot>> {
        Ok(Box::new(BrokenSnapshot {
            fault: self.fault,
            snapshot: self.store.snapshot()?,
            store: Arc::clone(&self.store),
        }))
    }

    fn verify(&self, progress: &mut Progress<'_>) -> Read<Verified> {
        match self.fault {
            Fault::AuditsNothing => Ok(Verified::Sound {
                count: self.snapshot()?.last()?.get(),
                root: [0; 32],
            }),
            _ => self.store.verify(progress),
        }
    }
}

struct BrokenSnapshot {
    fault: Fault,
    snapshot: Box<dyn Snapshot>,
    store: Arc<dyn Store>,
}

impl BrokenSnapshot {
    fn now(&mut self) -> Read<&mut dyn Snapshot> {
        if self.fault == Fault::ReadsTheNewest {
            self.snapshot = self.store.snapshot()?;
        }
        Ok(self.snapshot.as_mut())
    }
}

impl Snapshot for BrokenSnapshot {
    fn last(&mut self) -> Read<Sequence> {
        self.now()?.last()
    }

    fn units(&mut self) -> Read<Vec<Unit>> {
        self.now()?.units()
    }

    fn account(&mut self, id: &AccountId) -> Read<Option<AccountRow>> {
        self.now()?.account(id)
    }

    fn accounts(
        &mut self,
        prefix: &str,
        after: Option<&AccountId>,
        limit: usize,
    ) -> Read<Vec<AccountRow>> {
        let after = after.filter(|_| self.fault != Fault::RepeatsPages);
        self.now()?.accounts(prefix, after, limit)
    }

    fn record(&mut self, sequence: Sequence) -> Read<Record> {
        self.now()?.record(sequence)
    }

    fn records(&mut self, from: Sequence, limit: usize) -> Read<Vec<Record>> {
        let from = match self.fault {
            Fault::RepeatsPages => Sequence::ZERO,
            _ => from,
        };
        self.now()?.records(from, limit)
    }

    fn booking(&mut self, id: BookingId) -> Read<Option<Booking>> {
        self.now()?.booking(id)
    }

    fn holds(&mut self, filter: HoldFilter<'_>) -> Read<Vec<Hold>> {
        let mut holds = self.now()?.holds(filter)?;
        if let (Fault::ListsHoldsFromOnly, Some(account)) = (self.fault, filter.account) {
            holds.retain(|hold| *hold.terms.transfer.debit() == account.id);
        }
        Ok(holds)
    }

    fn held(&mut self, account: &Account, at: Stamp) -> Read<i64> {
        self.now()?.held(account, at)
    }

    fn posting(&mut self, account: &Account, at: Position) -> Read<PostingRow> {
        self.now()?.posting(account, at)
    }
}
