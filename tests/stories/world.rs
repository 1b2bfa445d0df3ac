//! The server's stack in this process, with a clock of its own.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread::JoinHandle,
};

use tempfile::TempDir;
use timebank::{
    exchange::{
        self, TokenCommand,
        token::{Bearer, IssueToken, TokenTerms},
    },
    ledger::{BookingId, Caller, Moment},
    query::{Query, ReadError, Reading},
    rounds::Rounds,
    sequencer::{Sequencer, Start},
    steps::{Answer, Call, Command, Outcome, Rejection, Results},
    store::{Store, Verified},
};
use tokio::runtime::{Builder, Runtime};

use super::words::{Said, day, mistake, moment, seconds};
use crate::support::{UTC, clock_of, open_again, reader};

/// 2026-03-02T08:00:00Z, when every story begins.
const BEGINNING_US: i64 = 1_772_438_400_000_000;
const SECOND_US: i64 = 1_000_000;

/// Years may go by in a story.
const ACCEPTED: Start = Start {
    accept_clock: true,
    ..UTC
};

/// What runs while the server does.
struct Stack {
    sequencer: Sequencer,
    query: Query,
    thread: JoinHandle<()>,
}

pub(crate) struct World {
    runtime: Runtime,
    dir: PathBuf,
    /// Goes with the story, unless its ledger is to stay.
    _temporary: Option<TempDir>,
    started: Start,
    now_us: Arc<AtomicI64>,
    marks: BTreeMap<String, i64>,
    stack: Option<Stack>,
}

impl World {
    pub(crate) fn begin() -> Self {
        Self::begin_in(None, BEGINNING_US, ACCEPTED)
    }

    /// A world of another time and zone, whose ledger stays in a directory if one is named.
    pub(crate) fn begin_in(dir: Option<PathBuf>, now_us: i64, started: Start) -> Self {
        let temporary = dir.is_none().then(|| TempDir::new().expect("a directory"));
        let dir = dir.or_else(|| Some(temporary.as_ref()?.path().to_owned()));
        let mut world = Self {
            // One thread: what the server does of itself happens while a
            // command waits, and not in between.
            runtime: Builder::new_current_thread()
                .enable_time()
                .build()
                .expect("a runtime"),
            dir: dir.expect("a directory"),
            _temporary: temporary,
            started,
            now_us: Arc::new(AtomicI64::new(now_us)),
            marks: BTreeMap::new(),
            stack: None,
        };
        world.start();
        world
    }

    pub(crate) fn start(&mut self) {
        let (store, writer) = open_again(&self.dir);
        let now_us = Arc::clone(&self.now_us);
        let clock = clock_of(move || now_us.load(Ordering::SeqCst));
        let _inside = self.runtime.enter();
        let (sequencer, thread) =
            Sequencer::start(writer, clock, self.started).expect("the sequencer starts");
        let query = Query::new(Arc::new(store), sequencer.time()).expect("a thread");
        self.stack = Some(Stack {
            sequencer,
            query,
            thread,
        });
    }

    pub(crate) fn stop(&mut self) {
        let Some(Stack {
            sequencer,
            query,
            thread,
        }) = self.stack.take()
        else {
            return;
        };
        drop((sequencer, query));
        // What the server does of itself may still wait for the writing thread,
        // which waits for it to go: it needs the runtime for that.
        let ended = self.runtime.spawn_blocking(move || thread.join());
        let ended = self.runtime.block_on(ended).expect("it is waited for");
        ended.expect("the writing thread ends");
    }

    /// Issues the first token, as a server does that serves, and writes it beside the ledger.
    pub(crate) fn issue_first_token(&mut self) {
        self.stop();
        let (store, writer) = open_again(&self.dir);
        let key = store.token_key().expect("a key");
        drop((store, writer));
        self.start();
        let terms = TokenTerms::first();
        let bearer = Bearer::new(terms.name.clone(), [7; 24]);
        let issue = IssueToken {
            step: BookingId::from_slice(&[7; 16]).expect("an id"),
            terms,
            verifier: key.verifier(&bearer),
        };
        let command = exchange::Command::Token(Box::new(TokenCommand::Issue(issue)));
        self.submit(command, Caller::server()).expect("issued");
        std::fs::write(self.dir.join("admin.token"), bearer.text()).expect("written");
    }

    /// The database, while nobody serves it.
    pub(super) fn database(&mut self, sql: &str) {
        self.stop();
        let path = self.dir.join("ledger.db");
        let database = rusqlite::Connection::open(path).expect("the database");
        database.execute_batch(sql).expect("a statement");
        drop(database);
        self.start();
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.now_us.fetch_add(seconds * SECOND_US, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::from_us(self.now_us.load(Ordering::SeqCst)).expect("a time of this age")
    }

    /// Calls this moment by a name.
    pub(super) fn mark(&mut self, name: String) {
        self.marks.insert(name, self.now().us());
    }

    /// A time: a mark, `2026-03-01`, `in-5m`, `5m-ago`, or `never`, which is none.
    pub(super) fn time(&self, word: &str) -> Said<Moment> {
        let now = self.now().us();
        let us = if let Some(mark) = self.marks.get(word) {
            Some(*mark)
        } else if let Some(us) = day(word) {
            Some(us)
        } else if let Some(ahead) = word.strip_prefix("in-") {
            Some(now + seconds(ahead)? * SECOND_US)
        } else if let Some(ago) = word.strip_suffix("-ago") {
            Some(now - seconds(ago)? * SECOND_US)
        } else if let Ok(time) = chrono::NaiveDateTime::parse_from_str(word, "%Y-%m-%dT%H:%M") {
            Some(time.and_utc().timestamp_micros())
        } else if word == "never" {
            None
        } else {
            return mistake(format!("{word} is no time"));
        };
        moment(us)
    }

    fn stack(&self) -> &Stack {
        self.stack.as_ref().expect("the server runs")
    }

    pub(crate) fn submit(
        &self,
        command: impl Into<Command>,
        caller: Caller,
    ) -> Result<Outcome, Rejection> {
        let submitted = self.stack().sequencer.submit_one(command, caller);
        self.runtime.block_on(submitted).expect("it is answered")
    }

    /// Lets the visits arise that are due. How many did, or were found not to.
    pub(crate) fn rounds(&self) -> usize {
        let Stack {
            sequencer, query, ..
        } = self.stack();
        let rounds = Rounds::new(sequencer.clone(), query.clone());
        self.runtime.block_on(rounds.go()).expect("a round")
    }

    /// Seals the periods that are closed. How many it did.
    pub(crate) fn seals(&self) -> usize {
        let Stack {
            sequencer, query, ..
        } = self.stack();
        let rounds = Rounds::new(sequencer.clone(), query.clone());
        self.runtime.block_on(rounds.seal()).expect("a round")
    }

    pub(crate) fn call(&self, call: Call) -> Answer {
        let submitted = self.stack().sequencer.submit(call);
        self.runtime.block_on(submitted).expect("it is answered")
    }

    /// Decides commands each for itself.
    pub(crate) fn submit_each<C: Into<Command>>(
        &self,
        commands: Vec<C>,
        caller: Caller,
    ) -> Results {
        match self.call(Call::each(commands, caller)) {
            Answer::Each(results) => results,
            Answer::None(refusal) => vec![Err(refusal.rejection)],
        }
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reading<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let query = &self.stack().query;
        self.runtime.block_on(query.read(reader(), read))
    }
}

impl World {
    /// What the audit finds wrong.
    pub(crate) fn unsound(&self) -> Option<String> {
        let query = &self.stack().query;
        let verified = self.runtime.block_on(query.verify(|_, _| true));
        match verified.expect("it can be read") {
            Verified::Sound { .. } => None,
            other => Some(format!("{other:?}")),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}
