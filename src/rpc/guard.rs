//! Who calls: the token that each call comes with, and what it lets do.
//!
//! Tokens are kept in mind once they were read, and forgotten whenever one is issued, rotated or
//! revoked, so that a call needs no read. What is recorded is decided by the token as it stands then.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, watch};
use tonic::codegen::http::HeaderMap;

use super::{
    attempts::Attempts,
    incoming::Peer,
    limits::Limits,
    pace::{Pace, SAVED_S},
    room::Room,
    status::Refused,
    used::Used,
};
use crate::{
    access::{Grant, Method, Rejection},
    clock::Timekeeper,
    exchange::token::{Bearer, NoBearer, Role, Scope, Token, TokenKey, TokenName, TokenState},
    ledger::Principal,
    query::{Query, Reader, Reading, find_token},
};

const HEADER: &str = "authorization";
const SCHEME: &str = "Bearer ";
/// How many tokens are kept in mind. More are read again.
const MAX_KNOWN: usize = 100_000;
/// How often a stream looks at the clock, for a token that expires.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Why a call is not let in.
#[derive(Debug, thiserror::Error)]
pub enum NotLetIn {
    #[error(
        "this needs a token, in the metadata `authorization: Bearer timebank_...`; ledger-cli takes \
         it from TIMEBANK_TOKEN_FILE, TIMEBANK_TOKEN, or a profile of `ledger-cli login`"
    )]
    Missing,
    #[error("the metadata `authorization` is there more than once, or is no `Bearer` and a token")]
    Unreadable,
    #[error("what is given is no token: {0}; it is not shown here")]
    Malformed(#[from] NoBearer),
    #[error("this token is not one of this ledger; it may have been rotated")]
    Refused,
    #[error(
        "too many calls from this address had no token of this ledger; it is heard again in {} s",
        .0.as_secs() + 1
    )]
    TooOften(Duration),
    #[error(
        "{name} has {max} calls under way, as many as one token may; wait until some are answered"
    )]
    TooMany { name: TokenName, max: u32 },
    #[error(
        "{name} begins calls too fast: a token may begin {per_s} in a second, after {SAVED_S} \
         seconds' worth that may be saved up; it is heard again in {} ms",
        .wait.as_millis() + 1
    )]
    TooFast {
        name: TokenName,
        per_s: u32,
        wait: Duration,
    },
    #[error(
        "{name} has as many bytes of requests under way as one token may; send it again once some \
         are answered, with the same id"
    )]
    TooMuch { name: TokenName },
}

/// A token that was looked up, and what is noted of its calls.
#[derive(Debug)]
pub(super) struct Known {
    token: Token,
    tally: Arc<Tally>,
}

/// What is noted of a token's calls, however often it is looked up anew.
#[derive(Debug)]
struct Tally {
    /// How many are under way.
    calls: AtomicU32,
    /// The minute of the last.
    minute: AtomicI64,
    pace: Pace,
    room: Arc<Room>,
}

impl Tally {
    fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            calls: AtomicU32::new(0),
            minute: AtomicI64::new(0),
            pace: Pace::new(Instant::now()),
            room: Room::of_one(limits),
        })
    }
}

/// Whoever was let in.
#[derive(Clone, Debug)]
pub(super) enum Guest {
    /// Who holds a token: as it stood then.
    Holder(Arc<Known>),
    /// Who has the machine.
    Machine,
}

impl Guest {
    /// The principal of what they do.
    pub(super) fn principal(&self) -> Principal {
        match self {
            Self::Holder(known) => known.token.terms.name.principal(),
            Self::Machine => Principal::server(),
        }
    }

    /// That they see the whole ledger, of which a method tells.
    pub(super) fn check_whole_ledger(&self, method: Method) -> Result<(), Refused> {
        let scope = self.grant().scope;
        match scope {
            Scope::Ledger => Ok(()),
            Scope::Branch(_) | Scope::Member(_) => Err(rejected(Rejection::OutsideScope {
                what: method.path().into(),
                scope,
            })),
        }
    }

    pub(super) fn grant(&self) -> Grant {
        match self {
            Self::Holder(known) => Grant {
                role: known.token.terms.role,
                scope: known.token.terms.scope.clone(),
            },
            Self::Machine => Grant {
                role: Role::Admin,
                scope: Scope::Ledger,
            },
        }
    }
}

/// One call more of a token, as long as it lives.
pub(super) struct Turn(Arc<Known>);

impl Turn {
    pub(super) fn name(&self) -> &TokenName {
        &self.0.token.terms.name
    }

    /// What this token's requests have room in.
    pub(super) fn room(&self) -> Arc<Room> {
        Arc::clone(&self.0.tally.room)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.tally.calls.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The tokens that were looked up since one changed last.
#[derive(Default)]
struct Kept {
    generation: u64,
    known: HashMap<TokenName, Arc<Known>>,
    /// Those that were shown and are right, by the SHA-256 of what was shown, which is not kept.
    shown: HashMap<[u8; 32], Arc<Known>>,
    /// Of those that were looked up, also before one changed.
    tallies: HashMap<TokenName, Arc<Tally>>,
}

impl Kept {
    fn tally_of(&mut self, name: &TokenName, limits: &Limits) -> Arc<Tally> {
        if self.tallies.len() >= MAX_KNOWN {
            self.tallies.retain(|_, tally| Arc::strong_count(tally) > 1);
        }
        let tally = self.tallies.entry(name.clone());
        Arc::clone(tally.or_insert_with(|| Tally::new(limits)))
    }
}

struct Inner {
    limits: Limits,
    key: TokenKey,
    query: Query,
    time: Arc<Timekeeper>,
    kept: Mutex<Kept>,
    attempts: Attempts,
    /// Where tokens are looked up for addresses that fail too often: one after another.
    slow_lane: Semaphore,
    changed: watch::Sender<u64>,
    used: Used,
}

/// The one at the door. Clones share what it keeps in mind.
#[derive(Clone)]
pub struct Guard(Arc<Inner>);

impl Guard {
    pub(super) fn new(
        key: TokenKey,
        query: Query,
        time: Arc<Timekeeper>,
        used: Used,
        limits: Limits,
    ) -> Self {
        Self(Arc::new(Inner {
            limits,
            key,
            query,
            time,
            kept: Mutex::default(),
            attempts: Attempts::new(limits.failed_attempts_per_min),
            slow_lane: Semaphore::new(1),
            changed: watch::Sender::new(0),
            used,
        }))
    }

    pub(super) fn key(&self) -> &TokenKey {
        &self.0.key
    }

    pub(super) fn used(&self) -> &Used {
        &self.0.used
    }

    /// Who calls a method, by the headers of the call; without a token, by the name in the
    /// certificate that was shown. Whose calls fail too often is told to wait.
    pub(super) async fn let_in(
        &self,
        headers: &HeaderMap,
        peer: Option<&Peer>,
        method: Method,
    ) -> Result<Guest, Refused> {
        let known = match self.identify(headers, peer).await {
            Err(Refused::NotLetIn(why)) => return Err(self.failed(why, peer).into()),
            known => known?,
        };
        if let Some(peer) = peer {
            peer.uses.note_known();
        }
        self.check_valid(&known.token)?;
        self.note_use(&known);
        let guest = Guest::Holder(known);
        guest.grant().check_method(method).map_err(rejected)?;
        Ok(guest)
    }

    /// Who has the machine, and manages tokens alone.
    pub(super) fn of_the_machine(method: Method) -> Result<Guest, Refused> {
        match method {
            Method::IssueToken | Method::RotateToken | Method::RevokeToken | Method::ListTokens => {
                Ok(Guest::Machine)
            }
            method => Err(rejected(Rejection::RoleForbids {
                role: Role::Admin,
                method: method.path(),
            })),
        }
    }

    fn note_use(&self, known: &Known) {
        let now = self.0.time.moment();
        if known.tally.minute.swap(now.minute(), Ordering::Relaxed) != now.minute() {
            self.0.used.note(&known.token.terms.name, now);
        }
    }

    async fn identify(
        &self,
        headers: &HeaderMap,
        peer: Option<&Peer>,
    ) -> Result<Arc<Known>, Refused> {
        let named = peer.and_then(|peer| peer.name.as_deref());
        let text = match (shown(headers), named) {
            (Err(NotLetIn::Missing), Some(named)) => {
                let name = TokenName::parse(named).map_err(|_| NotLetIn::Refused)?;
                return self.known(&name, peer).await;
            }
            (text, _) => text?,
        };
        let digest: [u8; 32] = Sha256::digest(text).into();
        if let Some(known) = self.kept().shown.get(&digest) {
            return Ok(Arc::clone(known));
        }
        let bearer = Bearer::parse(text).map_err(NotLetIn::from)?;
        let known = self.known(&bearer.name, peer).await?;
        if !self.0.key.verifies(&bearer, &known.token.verifier) {
            return Err(NotLetIn::Refused.into());
        }
        let mut kept = self.kept();
        // Of one that was forgotten meanwhile nothing is kept.
        let is_kept = kept.known.get(&bearer.name);
        if is_kept.is_some_and(|kept| Arc::ptr_eq(kept, &known)) {
            kept.shown.insert(digest, Arc::clone(&known));
        }
        Ok(known)
    }

    /// Notes that somebody was not let in, and says what they are told.
    fn failed(&self, why: NotLetIn, peer: Option<&Peer>) -> NotLetIn {
        let Some(address) = peer.map(|peer| peer.address.ip()) else {
            return why;
        };
        match self.0.attempts.wait(address) {
            Some(wait) => NotLetIn::TooOften(wait),
            None => {
                self.0.attempts.note(address);
                why
            }
        }
    }

    /// A call more of whoever was let in, until it is dropped.
    pub(super) fn turn(&self, guest: &Guest) -> Result<Option<Turn>, Refused> {
        let Guest::Holder(known) = guest else {
            return Ok(None);
        };
        let name = || known.token.terms.name.clone();
        let limits = &self.0.limits;
        let per_s = limits.calls_per_token_per_s;
        if let Err(wait) = known.tally.pace.begin(Instant::now(), per_s) {
            let name = name();
            return Err(NotLetIn::TooFast { name, per_s, wait }.into());
        }
        let turn = Turn(Arc::clone(known));
        let max = limits.calls_per_token;
        // One that is too many is given back as the turn is dropped.
        if known.tally.calls.fetch_add(1, Ordering::AcqRel) >= max {
            return Err(NotLetIn::TooMany { name: name(), max }.into());
        }
        Ok(Some(turn))
    }

    fn check_valid(&self, known: &Token) -> Result<(), Refused> {
        match known.state(self.0.time.moment()) {
            TokenState::Valid => Ok(()),
            TokenState::Expired(_) | TokenState::Revoked(_) => Err(rejected(Rejection::NoToken {
                principal: known.terms.name.principal(),
            })),
        }
    }

    /// A token, from what is kept in mind or from the ledger: addresses that fail too often ask the
    /// latter one after another, as others may be behind the same one.
    async fn known(&self, name: &TokenName, peer: Option<&Peer>) -> Result<Arc<Known>, Refused> {
        if let Some(known) = self.remembered(name) {
            return Ok(known);
        }
        let fails = peer.is_some_and(|peer| self.0.attempts.wait(peer.address.ip()).is_some());
        let _lane = match fails {
            true => self.0.slow_lane.acquire().await.ok(),
            false => None,
        };
        Ok(self.look_up(name).await?.ok_or(NotLetIn::Refused)?)
    }

    fn remembered(&self, name: &TokenName) -> Option<Arc<Known>> {
        self.kept().known.get(name).cloned()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is kept is whole, whoever panicked.
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look_up(&self, name: &TokenName) -> Result<Option<Arc<Known>>, Refused> {
        let generation = self.kept().generation;
        let wanted = name.clone();
        let read = move |reading: &mut Reading<'_>| find_token(reading, &wanted);
        let reader = Reader::whole(Principal::server());
        let Some(token) = self.0.query.look_up(reader, read).await? else {
            return Ok(None);
        };
        let mut kept = self.kept();
        let tally = kept.tally_of(name, &self.0.limits);
        let known = Arc::new(Known { token, tally });
        // What was read before a change is not kept after it.
        if kept.generation == generation {
            if kept.known.len() >= MAX_KNOWN {
                kept.known.clear();
                kept.shown.clear();
            }
            kept.known.insert(name.clone(), Arc::clone(&known));
        }
        Ok(Some(known))
    }

    /// Forgets all, as a token has changed.
    pub(super) fn forget(&self) {
        let mut kept = self.kept();
        kept.generation += 1;
        kept.known.clear();
        kept.shown.clear();
        self.0.changed.send_replace(kept.generation);
    }

    /// Ends when somebody's token is of no more use.
    pub(super) async fn ended(&self, guest: &Guest) -> Refused {
        let Guest::Holder(known) = guest else {
            return std::future::pending().await;
        };
        let token = &known.token;
        let mut changed = self.0.changed.subscribe();
        let expires = token.terms.expires_at.is_some();
        loop {
            if let Err(refused) = self.check_again(token).await {
                return refused;
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = tokio::time::sleep(LOOK_AGAIN), if expires => {}
            }
        }
    }

    async fn check_again(&self, token: &Token) -> Result<(), Refused> {
        let known = self.known(&token.terms.name, None).await?;
        match known.token.verifier == token.verifier {
            true => self.check_valid(&known.token),
            false => Err(NotLetIn::Refused.into()),
        }
    }
}

fn rejected(rejection: Rejection) -> Refused {
    Refused::Rejected(rejection.into())
}

/// The token that somebody shows, as text.
fn shown(headers: &HeaderMap) -> Result<&str, NotLetIn> {
    let mut given = headers.get_all(HEADER).iter();
    let text = given.next().ok_or(NotLetIn::Missing)?;
    if given.next().is_some() {
        return Err(NotLetIn::Unreadable);
    }
    let text = text.to_str().map_err(|_| NotLetIn::Unreadable)?;
    text.strip_prefix(SCHEME).ok_or(NotLetIn::Unreadable)
}
