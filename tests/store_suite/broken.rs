//! Stores that are wrong on purpose: the suite must catch each of them.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use tempfile::TempDir;
use timebank::{
    exchange::{IdentityKey, List, Object, ObjectId, Personal, Standing, token::TokenKey},
    ledger::{
        Account, AccountId, Booking, BookingId, Command, Founded, Hold, Moment, Note, Position,
        Sequence, Transfers, Unit,
    },
    rpc::{Limits, Listening, Serving, serve},
    steps::{self, Call, Record},
    store::{
        AccountRow, Committed, Erased, Head, HoldFilter, Lines, Parts, PostingRow, Progress,
        Snapshot, Store, StoreError, Stored, Verified, Writer,
    },
};

use timebank_proto::v1::{self, AccountKind, Entry};
use tokio::net::TcpListener;

use super::{CASES, ledger::Opened, sqlite_store};
use crate::support::{Client, UTC, entry, leg, note_served, timestamp, until};

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
    /// Each batch is answered as if the one before had not been.
    AnswersFromBefore,
    /// Nothing is ever due.
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
    /// A posting takes a tenth of a second.
    ReadsSlowly,
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
            Fault::AnswersFromBefore,
            "a_batch_sees_what_the_one_before_left",
        ),
        (Fault::ForgetsWhatIsDue, "what_is_due_expires_soonest_first"),
        (
            Fault::ForgetsWhenNextIsDue,
            "what_is_due_expires_soonest_first",
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
        before: Vec::new(),
    };
    Ok((Box::new(store), Box::new(writer)))
}

/// A read of many postings, each of which takes long, ends when its caller leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves_a_slow_store_ends_the_read() {
    let dir = TempDir::new().expect("a directory");
    let (store, writer) = sqlite_store(dir.path()).expect("it opens");
    let store = Arc::new(BrokenStore {
        fault: Fault::ReadsSlowly,
        store: store.into(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    let kept: Arc<dyn Store> = Arc::clone(&store) as _;
    note_served(&address, dir.path(), dir.path());
    let data = dir.path().to_owned();
    tokio::spawn(async move {
        let listening = Listening {
            listener,
            tls: None,
        };
        serve(
            (kept, writer),
            &data,
            Some(listening),
            Serving {
                limits: Limits::default(),
                backups: data.join("backups"),
            },
            UTC,
            pending(),
        )
        .await
    });
    let mut client = Client::connect(&address).await;
    client.open("a:grant", AccountKind::Issuance).await;
    client.open("a:pool", AccountKind::Pool).await;
    let service = |_| Entry {
        transfers: vec![leg("a:grant", "a:pool", 1); 100],
        effective_at: timestamp(1_700_000_030, 0),
        ..entry("a:grant", "a:pool", 1)
    };
    let services = (0..100).map(service).collect();
    client.post_all(services, true).await.expect("posted");
    let readers = || Arc::strong_count(&store.store) - 1;
    let asked = tokio::spawn(async move {
        let request = v1::GetBalanceRequest {
            account_id: "a:pool".into(),
            as_of: timestamp(1_700_000_030, 0),
            axis: v1::TimeAxis::Effective.into(),
        };
        client.statements.get_balance(request).await
    });
    until("the read", || (readers() == 1).then_some(()));
    asked.abort();
    // It would take 1,000 seconds.
    until("its end", || (readers() == 0).then_some(()));
}

struct BrokenWriter {
    fault: Fault,
    writer: Box<dyn Writer>,
    batches: usize,
    /// The batch before, where it is written too late.
    before: Vec<Call>,
}

impl Writer for BrokenWriter {
    fn transact(&mut self, calls: &[Call], now: Moment) -> Read<Committed> {
        self.batches += 1;
        let mut calls = calls.to_vec();
        let mut now = now;
        match self.fault {
            Fault::DropsATransfer => calls.iter_mut().for_each(drop_a_transfer),
            Fault::LosesABatch if self.batches.is_multiple_of(3) => validate_only(&mut calls),
            Fault::AnswersFromBefore => {
                let before = std::mem::replace(&mut self.before, calls.clone());
                validate_only(&mut calls);
                let answered = self.writer.transact(&calls, now)?;
                let Committed { head, .. } = self.writer.transact(&before, now)?;
                return Ok(Committed { head, ..answered });
            }
            Fault::ForgetsWhatIsDue => now = Moment::MIN,
            _ => {}
        }
        let Committed { answers, head } = self.writer.transact(&calls, now)?;
        let head = self.tell(head);
        Ok(Committed { answers, head })
    }

    fn head(&mut self) -> Read<Head> {
        let head = self.writer.head()?;
        Ok(self.tell(head))
    }
}

impl BrokenWriter {
    fn tell(&self, head: Head) -> Head {
        match self.fault {
            Fault::ForgetsWhenNextIsDue => Head {
                next_due: None,
                ..head
            },
            _ => head,
        }
    }
}

fn validate_only(calls: &mut [Call]) {
    for call in calls {
        call.validate_only = true;
    }
}

/// Leaves the last transfers of each entry out.
fn drop_a_transfer(call: &mut Call) {
    for command in &mut call.commands {
        if let steps::Command::Ledger(Command::PostEntry(new)) = command {
            let legs = new.entry.transfers.as_slice();
            let fewer = legs[..legs.len().div_ceil(2)].to_vec();
            let fewer = Transfers::new(fewer).expect("one is left");
            Arc::make_mut(&mut new.entry).transfers = fewer;
        }
    }
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

    fn identity_key(&self) -> Read<IdentityKey> {
        self.store.identity_key()
    }

    fn token_key(&self) -> Read<TokenKey> {
        self.store.token_key()
    }

    fn verify(&self, progress: Progress) -> Read<Verified> {
        match self.fault {
            Fault::AuditsNothing => Ok(Verified::Sound {
                count: self.snapshot()?.last()?.get(),
                root: [0; 32],
                erased: Erased::default(),
                parts: Parts::All,
            }),
            _ => self.store.verify(progress),
        }
    }

    fn copy(&self, to: &Path, parts: Parts, progress: Progress) -> Read<Verified> {
        self.store.copy(to, parts, progress)
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

    fn root(&mut self, count: i64) -> Read<Option<[u8; 32]>> {
        self.now()?.root(count)
    }

    fn founded(&mut self) -> Read<Option<Founded>> {
        self.now()?.founded()
    }

    fn units(&mut self) -> Read<Vec<Unit>> {
        self.now()?.units()
    }

    fn accounts_of(&mut self, ids: &[AccountId]) -> Read<Vec<Option<AccountRow>>> {
        self.now()?.accounts_of(ids)
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

    fn records_at(&mut self, sequences: &[Sequence]) -> Read<Vec<Record>> {
        self.now()?.records_at(sequences)
    }

    fn notes_at(&mut self, sequences: &[Sequence]) -> Read<Vec<Option<Note>>> {
        self.now()?.notes_at(sequences)
    }

    fn stored(&mut self, from: Sequence, limit: usize) -> Read<Vec<Stored>> {
        let from = match self.fault {
            Fault::RepeatsPages => Sequence::ZERO,
            _ => from,
        };
        self.now()?.stored(from, limit)
    }

    fn bookings(&mut self, ids: &[BookingId]) -> Read<Vec<Option<Booking>>> {
        self.now()?.bookings(ids)
    }

    fn holds(&mut self, filter: HoldFilter<'_>) -> Read<Vec<Hold>> {
        let mut holds = self.now()?.holds(filter)?;
        if let (Fault::ListsHoldsFromOnly, Some(account)) = (self.fault, filter.account) {
            holds.retain(|hold| *hold.terms.transfer.debit() == account.id);
        }
        Ok(holds)
    }

    fn reversals(
        &mut self,
        of: &[(Sequence, BookingId)],
        before: Sequence,
    ) -> Read<Vec<Option<BookingId>>> {
        self.now()?.reversals(of, before)
    }

    fn objects(&mut self, ids: &[ObjectId]) -> Read<Vec<Option<Standing>>> {
        self.now()?.objects(ids)
    }

    fn personal(&mut self, of: &[Sequence]) -> Read<Vec<Option<Personal>>> {
        self.now()?.personal(of)
    }
    fn listed(&mut self, list: &List, after: Option<&ObjectId>, limit: usize) -> Read<Vec<Object>> {
        self.now()?.listed(list, after, limit)
    }

    fn lines(&mut self, list: &List, after: &str, limit: usize) -> Read<Lines> {
        self.now()?.lines(list, after, limit)
    }

    fn served(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Read<Vec<(i64, Record)>> {
        self.now()?.served(after, end, limit)
    }

    fn forced(
        &mut self,
        after: (i64, Sequence),
        end: i64,
        limit: usize,
    ) -> Read<Vec<(i64, Record)>> {
        self.now()?.forced(after, end, limit)
    }

    fn held(&mut self, accounts: &[&Account], at: Sequence, moment: Moment) -> Read<Vec<i64>> {
        self.now()?.held(accounts, at, moment)
    }

    fn postings(
        &mut self,
        account: &Account,
        from: Position,
        limit: usize,
    ) -> Read<Vec<PostingRow>> {
        if self.fault == Fault::ReadsSlowly {
            thread::sleep(Duration::from_millis(100));
        }
        self.now()?.postings(account, from, limit)
    }
}
