//! What the server does by itself: the visits of standing visits arise as days pass, and months
//! that were closed are sealed.
//!
//! It is a client of the ledger like others, at the same door, under the server's own name.
//! Whether a visit is due, and what it may become, the rules say.

use std::time::Duration;

use tokio::sync::watch;

use crate::{
    exchange::{
        AriseVisit, Command, Day, NeedId, PeriodCommand, PeriodId, SealPeriod, StandingId,
        StandingVisit,
        order::{Arising, Hindrance, VisitVerdicts},
    },
    ledger::{BookingId, Caller, Moment, Principal},
    query::{self, Query, ReadError, Reader},
    sequencer::{Sequencer, SubmitError},
    steps::{Answer, Call, Rejection},
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
                if let Err(error) = self.seal().await {
                    tracing::warn!(%error, "periods that are closed are not sealed");
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
            let visits = self
                .query
                .look_up(Reader::whole(Principal::server()), read)
                .await?;
            let arisen = self
                .arise(visits.into_iter().map(Due::from).collect())
                .await?;
            if arisen == 0 {
                return Ok(done);
            }
            done += arisen;
        }
    }

    /// Seals all periods that are closed, as far as that can be. How many it did.
    ///
    /// # Errors
    /// [`RoundError`], where they cannot be listed.
    pub async fn seal(&self) -> Result<usize, RoundError> {
        let read = |reading: &mut query::Reading<'_>| query::unsealed(reading, AT_ONCE);
        let periods = self
            .query
            .look_up(Reader::whole(Principal::server()), read)
            .await?;
        let mut done = 0;
        for period in periods {
            let (centre, month) = (period.id.centre.clone(), period.id.month);
            // One that cannot be read holds up no other.
            match self.seal_one(period.id).await {
                Ok(is_sealed) => done += usize::from(is_sealed),
                Err(error) => tracing::warn!(%centre, %month, %error, "not sealed yet"),
            }
        }
        Ok(done)
    }

    /// Whether a period was sealed.
    async fn seal_one(&self, id: PeriodId) -> Result<bool, RoundError> {
        let of = id.clone();
        let read = move |reading: &mut query::Reading<'_>| query::seal_of(reading, &of);
        let seal = self
            .query
            .read(Reader::whole(Principal::server()), read)
            .await?;
        let Some(step) = fresh_id() else {
            return Ok(false);
        };
        let (centre, month) = (id.centre.clone(), id.month);
        let seal = PeriodCommand::Seal(SealPeriod { step, id, seal });
        let call = Call::each([Command::Period(seal)], Caller::server());
        let Answer::Each(results) = self.sequencer.submit(call).await? else {
            return Ok(false);
        };
        for refused in results.iter().filter_map(|result| result.as_ref().err()) {
            tracing::error!(%centre, %month, %refused, "a closed period cannot be sealed");
        }
        Ok(results.iter().all(Result::is_ok))
    }

    /// Lets visits arise, each as well as it can. Of how many that is recorded.
    async fn arise(&self, mut due: Vec<Due>) -> Result<usize, RoundError> {
        let mut done = 0;
        while !due.is_empty() {
            let commands = due.iter().filter_map(Due::command);
            let call = Call::each(commands, Caller::server());
            let Answer::Each(results) = self.sequencer.submit(call).await? else {
                break;
            };
            let refused = due.into_iter().zip(results).filter_map(|(due, result)| {
                done += usize::from(result.is_ok());
                due.less(&result.err()?)
            });
            due = refused.collect();
        }
        Ok(done)
    }
}

/// An id that nobody knows beforehand.
fn fresh_id() -> Option<BookingId> {
    BookingId::from_slice(uuid::Uuid::now_v7().as_bytes())
}

/// A visit that is due.
struct Due {
    standing: StandingId,
    on: Day,
    becomes: Arising,
}

impl From<(StandingVisit, Day, Moment)> for Due {
    fn from((standing, on, at): (StandingVisit, Day, Moment)) -> Self {
        Self {
            standing: standing.id,
            on,
            becomes: match standing.provider {
                Some(_) => Arising::Accepted(at),
                None => Arising::Open(at, None),
            },
        }
    }
}

impl Due {
    /// Under an id that nobody knows beforehand.
    fn command(&self) -> Option<Command> {
        let id = fresh_id()?;
        Some(Command::AriseVisit(AriseVisit {
            id: NeedId(id),
            standing: self.standing,
            on: self.on,
            becomes: self.becomes.clone(),
            recorded: VisitVerdicts::default(),
        }))
    }

    /// The next best that it may become. None where nothing is left.
    fn less(self, refused: &Rejection) -> Option<Self> {
        let why = Hindrance::parse("reason", refused.reason()).ok()?;
        let becomes = match self.becomes {
            Arising::Accepted(at) => Arising::Open(at, Some(why)),
            Arising::Open(..) => Arising::Off(why),
            Arising::Off(_) => return None,
        };
        Some(Self { becomes, ..self })
    }
}
