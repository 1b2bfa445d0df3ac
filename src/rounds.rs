//! What the server does by itself as days pass: the visits of standing visits arise.
//!
//! It is a client of the ledger like others, at the same door, under the server's own name.
//! Whether a visit is due, and what it may become, the rules say.

use std::time::Duration;

use tokio::sync::watch;

use crate::{
    exchange::{
        AriseVisit, Command, Day, NeedId, StandingVisit,
        order::{Arising, Hindrance, VisitVerdicts},
    },
    ledger::{BookingId, Caller, Moment, Principal},
    query::{self, Query, ReadError},
    sequencer::{Sequencer, SubmitError},
    steps::Rejection,
};

/// How many standing visits are looked at together.
const AT_ONCE: usize = 100;
/// How often it is looked at least, as days pass without a record.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// How often it is looked at most, while there is one record after another.
const REST: Duration = Duration::from_secs(1);

/// Why a round was broken off.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// The server's rounds.
pub struct Rounds {
    sequencer: Sequencer,
    query: Query,
}

impl Rounds {
    /// Rounds that read here, and write there.
    pub fn new(sequencer: Sequencer, query: Query) -> Self {
        Self { sequencer, query }
    }

    /// Goes round until the server stops: after each record, and as days pass.
    pub async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut head = self.sequencer.head();
        loop {
            let round = async {
                head.mark_unchanged();
                if let Err(error) = self.go().await {
                    tracing::warn!(%error, "visits that are due do not arise");
                }
                tokio::time::sleep(REST).await;
                // Where the door is closed, the server stops.
                let _ = tokio::time::timeout(LOOK_AGAIN, head.changed()).await;
            };
            tokio::select! {
                () = round => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }

    /// Lets all visits arise that are due. How many did, or were found not to.
    ///
    /// # Errors
    /// [`RoundError`]; what did arise stays so.
    pub async fn go(&self) -> Result<usize, RoundError> {
        let mut done = 0;
        loop {
            let read = |reading: &mut query::Reading<'_>| query::visits_due(reading, AT_ONCE);
            let due = self.query.look_up(Principal::server(), read).await?;
            let before = done;
            for (standing, on, at) in due {
                done += usize::from(self.arise(&standing, (on, at)).await?);
            }
            if done == before {
                return Ok(done);
            }
        }
    }

    /// Lets the next visit arise, as well as it can. Whether that is recorded.
    async fn arise(
        &self,
        standing: &StandingVisit,
        (on, at): (Day, Moment),
    ) -> Result<bool, RoundError> {
        let mut becomes = match standing.provider {
            Some(_) => Arising::Accepted(at),
            None => Arising::Open(at, None),
        };
        loop {
            let Some(id) = BookingId::from_slice(uuid::Uuid::now_v7().as_bytes()) else {
                return Ok(false);
            };
            let command = Command::AriseVisit(AriseVisit {
                id: NeedId(id),
                standing: standing.id,
                on,
                becomes: becomes.clone(),
                recorded: VisitVerdicts::default(),
            });
            let submitted = self.sequencer.submit_one(command, Caller::server());
            let Err(rejection) = submitted.await? else {
                return Ok(true);
            };
            let Some(less) = less(&becomes, &rejection) else {
                tracing::debug!(%rejection, standing = %standing.id, "a visit is not due");
                return Ok(false);
            };
            becomes = less;
        }
    }
}

/// The next best that a visit may become which was refused. None where nothing is left.
fn less(refused: &Arising, by: &Rejection) -> Option<Arising> {
    let why = Hindrance::parse("reason", by.reason()).ok()?;
    match refused {
        Arising::Accepted(at) => Some(Arising::Open(*at, Some(why))),
        Arising::Open(..) => Some(Arising::Off(why)),
        Arising::Off(_) => None,
    }
}
