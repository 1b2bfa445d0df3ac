//! A store with a ledger in it, and a few words to fill it with.

use std::path::Path;

use tempfile::TempDir;
use timebank::{
    ledger::{AccountKind, Caller, Command, Foundation, LedgerId, TimeZone},
    steps::{Answer, Call, Results},
    store::{Committed, Head, Snapshot, Store, StoreError, Verified, Writer},
};

use crate::{
    model::ask::{Ask, Id, Labels, Leg, Post, moment},
    support::{staff, until},
};

/// A store that was opened, and its one writer.
pub(super) type Opened = Result<(Box<dyn Store>, Box<dyn Writer>), StoreError>;

/// Opens what is kept in a directory, or starts it there.
pub(super) type Open<'a> = &'a dyn Fn(&Path) -> Opened;

/// 2023-11-14T22:13:20Z.
const START_US: i64 = 1_700_000_000_000_000;
const SECOND_US: i64 = 1_000_000;

/// A ledger in a store.
pub(super) struct Ledger<'a> {
    pub(super) open: Open<'a>,
    pub(super) dir: TempDir,
    pub(super) store: Box<dyn Store>,
    pub(super) writer: Box<dyn Writer>,
    /// The time of the wall, in microseconds.
    pub(super) now: i64,
}

impl<'a> Ledger<'a> {
    /// An empty one.
    pub(super) fn start(open: Open<'a>) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let (store, writer) = open(dir.path()).expect("it opens");
        let mut ledger = Self {
            open,
            dir,
            store,
            writer,
            now: START_US,
        };
        let (_, results) = ledger
            .try_commands(vec![Command::Found(Foundation {
                id: LedgerId::random([7; 16]),
                time_zone: TimeZone::UTC,
            })])
            .expect("it commits");
        results[0].as_ref().expect("it is founded");
        ledger
    }

    /// One with a grant, two members and a pool, whom the grant gave 100 each.
    pub(super) fn with_members(open: Open<'a>) -> Self {
        let mut ledger = Self::start(open);
        ledger.commit(&[
            open_account("a:grant", AccountKind::Issuance),
            open_account("a:member:1", AccountKind::Member),
            open_account("a:member:2", AccountKind::Member),
            open_account("a:pool", AccountKind::Pool),
            post(
                1,
                &[
                    leg("a:grant", "a:member:1", 100),
                    leg("a:grant", "a:member:2", 100),
                    leg("a:grant", "a:pool", 100),
                ],
            ),
        ]);
        ledger
    }

    /// Closes the store and opens it again.
    pub(super) fn reopened(self) -> Self {
        let Self {
            open,
            dir,
            store,
            writer,
            now,
        } = self;
        drop((store, writer));
        let (store, writer) = until("the lock", || match open(dir.path()) {
            Err(StoreError::InUse { .. }) => None,
            opened => Some(opened.expect("it opens again")),
        });
        Self {
            open,
            dir,
            store,
            writer,
            now,
        }
    }

    /// Lets so many seconds pass.
    pub(super) fn wait_s(&mut self, seconds: i64) {
        self.now += seconds * SECOND_US;
    }

    /// Decides requests in order, in one transaction.
    pub(super) fn try_commit(&mut self, asks: &[Ask]) -> Result<(Head, Results), StoreError> {
        self.try_commands(commands(asks))
    }

    /// Decides commands in order, in one transaction.
    pub(super) fn try_commands(
        &mut self,
        commands: Vec<Command>,
    ) -> Result<(Head, Results), StoreError> {
        // Nobody does what is the server's, and the server nothing else.
        let is_the_servers = commands.iter().any(Command::is_the_servers);
        let caller = match is_the_servers {
            true => Caller::server(),
            false => staff(),
        };
        let calls = [Call::each(commands, caller)];
        let Committed { answers, head } = self.writer.transact(&calls, moment(self.now))?;
        let [Answer::Each(results)] = &answers[..] else {
            panic!("a call of its own has another answer: {answers:?}");
        };
        Ok((head, results.clone()))
    }

    /// As [`Ledger::try_commit`], where nothing may be refused.
    pub(super) fn commit(&mut self, asks: &[Ask]) -> Head {
        let (head, results) = self.try_commit(asks).expect("it commits");
        for result in results {
            result.expect("no rule is against it");
        }
        head
    }

    pub(super) fn snapshot(&self) -> Box<dyn Snapshot> {
        self.store.snapshot().expect("a snapshot")
    }

    /// The journal's last position.
    pub(super) fn last(&self) -> i64 {
        self.snapshot().last().expect("it reads").get()
    }

    /// What stands on an account, by its row.
    pub(super) fn balance(&self, id: &str) -> i64 {
        let row = self.snapshot().account(&crate::model::ask::account(id));
        let row = row.expect("it reads").expect("it is open");
        row.account.balance.steps()
    }

    /// The audit finds all records, so many after the foundation, and nothing wrong
    /// with them.
    pub(super) fn is_sound(&self, records: i64) {
        let verified = self.store.verify(Box::new(|_, _| true)).expect("it reads");
        match verified {
            Verified::Sound { count, .. } => assert_eq!(count, 1 + records, "records"),
            other => panic!("{other:?}"),
        }
    }
}

fn commands(asks: &[Ask]) -> Vec<Command> {
    let commands = asks.iter().enumerate();
    let commands = commands.map(|(salt, ask)| ask.command(salt as u64));
    commands.collect::<Result<_, _>>().expect("well-formed")
}

pub(super) const PLAIN: Labels = Labels {
    kind: "service",
    tags: &[],
};

pub(super) fn open_account(account: &'static str, kind: AccountKind) -> Ask {
    Ask::Open {
        account,
        kind,
        unit: "time",
        limits: None,
    }
}

pub(super) fn leg(from: &'static str, to: &'static str, amount: i64) -> Leg {
    Leg { from, to, amount }
}

pub(super) fn post(id: Id, legs: &[Leg]) -> Ask {
    Ask::Post(Post {
        id,
        legs: legs.to_vec(),
        unit: None,
        opens: None,
        at: None,
        labels: PLAIN,
        note: Some("a note"),
    })
}

pub(super) fn place(id: Id, leg: Leg, expires_in_s: Option<i64>) -> Ask {
    Ask::Place {
        id,
        leg,
        unit: None,
        expires_in_s,
        labels: PLAIN,
    }
}

pub(super) fn settle(id: Id, amount: i64) -> Ask {
    Ask::Settle {
        id,
        amount: Some(amount),
        at: None,
    }
}
