//! The gRPC edge: one file a service, each method a conversion, one call to the
//! sequencer or a query, and a conversion back.

mod accounts;
mod attempts;
mod centres;
mod codes;
mod connection;
mod control;
mod conversions;
mod convert;
mod door;
mod entries;
mod first_token;
mod groups;
mod guard;
mod health;
mod holds;
mod incidents;
mod incoming;
mod journal;
mod limits;
mod member_batch;
mod members;
mod needs;
mod orders;
mod oversight;
mod pace;
mod partakers;
mod partners;
mod periods;
mod policies;
mod pools;
mod reply;
mod reports;
mod room;
mod server;
mod sheets;
mod sources;
mod staff;
mod standings;
mod statements;
mod status;
mod stocks;
mod supplies;
mod tail;
mod tls;
mod tokens;
mod trainings;
mod units;
mod upload;
mod used;
mod uses;

pub use control::connect;
pub use limits::{LIMITS, Limit, Limits};
pub use server::{Listening, ServeError, Serving, serve};
pub use tls::TlsFiles;

use std::{future::Future, path::Path, sync::Arc};

use prost::Message;
use tonic::Status;

use self::{convert::Calling, door::Held, guard::Guard, status::Refused, tail::Tail};
use crate::{
    exchange::{self, IdentityKey},
    ledger::{Malformed, Sequence},
    query::{Query, ReadError, Reader, Reading, Token, page_size},
    sequencer::{Sequencer, SubmitError},
    steps::{Answer, Call, Command, Outcome, Results, Together},
};

/// All services, and what they stand on.
#[derive(Clone)]
pub struct Services {
    pub limits: Limits,
    /// The folder for copies of the ledger.
    pub backups: Arc<Path>,
    pub sequencer: Sequencer,
    pub query: Query,
    /// What the digests of identity numbers are keyed with.
    pub identity_key: IdentityKey,
    /// Who lets callers in.
    pub guard: Guard,
    /// Shared by those who follow the journal.
    pub tail: Tail,
    /// True once the server is to stop, which ends streams.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}

/// What became of a command, and what it is about as that stands then.
struct Stepped<T> {
    item: T,
    replayed: bool,
    position: i64,
}

impl Services {
    /// Has one command carried out, and reads what it is about; `read` is told its record.
    async fn step<T, R>(
        &self,
        caller: Calling,
        command: exchange::Command,
        read: impl FnOnce(Sequence) -> R,
    ) -> Result<Stepped<T>, Refused>
    where
        T: Send + 'static,
        R: FnOnce(&mut Reading<'_>) -> Result<T, ReadError> + Send + 'static,
    {
        let by = caller.reader();
        let outcome = self.run(command, caller).await?;
        let at = outcome.stamp().ok_or(Refused::Fault)?.sequence;
        let read = read(at);
        let read =
            move |reading: &mut Reading<'_>| Ok((read(reading)?, reading.snapshot.last()?.get()));
        let (item, position) = self.query.look_up(by, read).await?;
        Ok(Stepped {
            item,
            replayed: outcome.is_replay(),
            position,
        })
    }

    /// Has one command carried out.
    async fn run(&self, command: impl Into<Command>, caller: Calling) -> Result<Outcome, Refused> {
        let result = self.sequencer.submit_one(command, caller.caller).await?;
        Ok(result?)
    }

    /// Has commands decided that came in one call. None of all or none is an error, as
    /// the contract has it.
    async fn decide(
        &self,
        commands: Vec<Command>,
        together: Together,
        validate_only: bool,
        caller: Calling,
    ) -> Result<Results, Refused> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let call = Call {
            commands,
            together,
            validate_only,
            caller: caller.caller,
        };
        match self.sequencer.submit(call).await? {
            Answer::Each(results) => Ok(results),
            Answer::None(refusal) => Err(Refused::Atomic(refusal)),
        }
    }
}

/// Has a batch decided to the end, also where its caller leaves: it has its room at the
/// door until then.
async fn to_the_end<T: Send + 'static>(
    held: Option<Arc<Held>>,
    batch: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    let batch = tokio::spawn(async move {
        let _held = held;
        batch.await
    });
    batch.await.map_err(|error| match error.is_panic() {
        true => Refused::Fault,
        false => SubmitError::Stopping.into(),
    })?
}

/// How much a page has at most: well below the 4 MiB that clients take unless
/// told otherwise.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// How many of these items a page takes: all, or as many as fit, but one at least.
fn fitting(items: &[impl Message]) -> usize {
    let mut bytes = 0;
    let fits = items.iter().take_while(|item| {
        bytes += item.encoded_len();
        bytes <= MAX_PAGE_BYTES
    });
    fits.count().max(1).min(items.len())
}

/// A page of what was read, one more than it may have at most, and the token of the
/// next: that of the last item's key; empty after the last page.
fn page<T: Message>(
    mut items: Vec<T>,
    limit: usize,
    token: &Token,
    key: impl Fn(&T) -> String,
) -> (Vec<T>, String) {
    let read = items.len();
    items.truncate(limit);
    items.truncate(fitting(&items));
    let next = match items.last() {
        Some(last) if items.len() < read => token.write(&key(last)),
        _ => String::new(),
    };
    (items, next)
}

/// The page of a list that is asked for.
struct PageAsked {
    limit: usize,
    token: Token,
    cursor: Option<String>,
}

impl Services {
    /// The number of items for a requested page size.
    fn page_size(&self, given: i32) -> Result<usize, Refused> {
        Ok(page_size(given)?.min(self.limits.page_items as usize))
    }

    /// By a method's request, given with its token and size taken out.
    fn page_asked(
        &self,
        method: &'static str,
        size: i32,
        given: &str,
        request: &impl Message,
        by: &Reader,
    ) -> Result<PageAsked, Refused> {
        let limit = self.page_size(size)?;
        let token = token_of(method, request, by);
        let cursor = token.read(given)?;
        Ok(PageAsked {
            limit,
            token,
            cursor,
        })
    }
}

impl PageAsked {
    /// The item that it begins after. None where it is the first.
    fn after<T>(
        &self,
        read: impl FnOnce(&str) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Refused> {
        Ok(self.cursor.as_deref().map(read).transpose()?)
    }
}

/// The page tokens of a method's request, given with its token and size taken out. Who sees another
/// part of the ledger has others.
fn token_of(method: &'static str, request: &impl Message, by: &Reader) -> Token {
    let mut request = request.encode_to_vec();
    request.extend_from_slice(by.scope.to_string().as_bytes());
    Token::of(method, request)
}

impl From<ReadError> for Status {
    fn from(error: ReadError) -> Self {
        Refused::from(error).into()
    }
}
