//! The one door for writes, and so one order of events.
//!
//! Callers queue; the writing thread takes all that waits as one batch, has the
//! rules decide each command in turn on what those before it left,
//! commits, and only then answers. A refused command disturbs nobody; a failed
//! commit is answered to every caller of its batch, and the door stays open. Who
//! left the queue, as their deadline passed, has nothing decided.

use std::{sync::Arc, thread, time::Duration};

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    clock::{Clock, ClockImplausible, Timekeeper},
    ledger::{Caller, Command, Foundation, LedgerId, Moment, Sequence, Stamp, TimeZone},
    steps::{self, Answer, Call, Outcome, Rejection},
    store::{Committed, Head, StoreError, Writer},
};

/// How many calls may wait at the door.
const QUEUE_CALLS: usize = 4_096;
/// A batch takes waiting calls until it has this many commands.
const BATCH_COMMANDS: usize = 8_192;

/// Why a call came to nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubmitError {
    /// The commit failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing is recorded by a clock that cannot be right.
    #[error(transparent)]
    Clock(#[from] ClockImplausible),
    /// The server is stopping.
    #[error("the server is stopping; send it again to the next one")]
    Stopping,
}

enum Message {
    Decide(Waiting),
    /// What was sent before is still answered; what comes after is not.
    Stop,
}

type Reply = oneshot::Sender<Result<Answer, SubmitError>>;

/// A call at the door.
struct Waiting {
    call: Call,
    reply: Reply,
}

/// The calls of a batch, and where they are answered.
#[derive(Default)]
struct Taken {
    calls: Vec<Call>,
    replies: Vec<Reply>,
    /// Whether the door closes after them.
    stops: bool,
}

/// The way to the writing thread. Clones share it; when the last one goes, the
/// thread answers what waits and ends.
#[derive(Clone)]
pub struct Sequencer {
    calls: mpsc::Sender<Message>,
    head: watch::Receiver<Head>,
    time: Arc<Timekeeper>,
}

/// Why the sequencer did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger is not to be had as it was asked for.
    #[error(transparent)]
    Refused(#[from] Rejection),
    #[error(transparent)]
    Submit(#[from] SubmitError),
    #[error("the system gives no random bytes; try again")]
    NoRandomness,
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// How a ledger is to be served.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub zone: WantedZone,
    /// Whether the clock is right, however it looks.
    pub accept_clock: bool,
}

/// The time zone that a ledger is to have.
#[derive(Clone, Copy, Debug)]
pub enum WantedZone {
    /// This one, or it is not served.
    Exactly(TimeZone),
    /// Its own; a new ledger gets this one.
    OwnOr(TimeZone),
}

impl Sequencer {
    /// Starts the writing thread: founds the ledger where there is none, expires
    /// what came due while no server ran, and keeps expiring holds on time from
    /// then on. Where the clock cannot be right, nothing is recorded until it is,
    /// unless it is accepted.
    ///
    /// # Errors
    /// [`StartError`]; then no thread runs.
    pub fn start(
        mut writer: Box<dyn Writer>,
        clock: Clock,
        start: Start,
    ) -> Result<(Self, thread::JoinHandle<()>), StartError> {
        let last = writer.head()?.last;
        let time = Arc::new(Timekeeper::start(clock, last, start.accept_clock));
        found(writer.as_mut(), &time, start.zone)?;
        let (heads, head) = watch::channel(writer.head()?);
        let (calls, queue) = mpsc::channel(QUEUE_CALLS);
        let mut door = Door {
            writer,
            time: Arc::clone(&time),
            heads,
        };
        // What hinders this hinders writing only, and is tried again before each call.
        if time.to_record().is_ok()
            && let Err(error) = door.expire_due()
        {
            tracing::error!(%error, "holds that are due cannot be expired");
        }
        let thread = thread::Builder::new()
            .name("sequencer".into())
            .spawn(move || door.run(queue))
            .map_err(StartError::Thread)?;
        let expiry = expire_on_time(calls.downgrade(), head.clone(), Arc::clone(&time));
        tokio::spawn(expiry);
        Ok((Self { calls, head, time }, thread))
    }

    /// Tells the time that this ledger goes by.
    pub fn time(&self) -> Arc<Timekeeper> {
        Arc::clone(&self.time)
    }

    /// Decides a call, in one commit.
    ///
    /// # Errors
    /// Where the commit failed; then nothing of it may be taken as recorded, nor as
    /// not recorded where that is not known.
    pub async fn submit(&self, call: Call) -> Result<Answer, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.calls
            .send(Message::Decide(Waiting { call, reply }))
            .await
            .map_err(|_| SubmitError::Stopping)?;
        answer.await.map_err(|_| SubmitError::Stopping)?
    }

    /// Decides one command.
    ///
    /// # Errors
    /// As [`Sequencer::submit`].
    pub async fn submit_one(
        &self,
        command: impl Into<steps::Command>,
        caller: Caller,
    ) -> Result<Result<Outcome, Rejection>, SubmitError> {
        let answer = self.submit(Call::each([command], caller)).await?;
        answer.only().ok_or(SubmitError::Stopping)
    }

    /// Closes the door behind what waits: for when callers do not go by
    /// themselves.
    pub async fn stop(&self) {
        // Where it is closed already there is nothing to do.
        let _ = self.calls.send(Message::Stop).await;
    }

    /// Ends when the door is closed: after a stop, or by a fault.
    pub async fn closed(&self) {
        self.calls.closed().await;
    }

    /// Tells the journal's last sequence, and wakes when it grows.
    pub fn head(&self) -> watch::Receiver<Head> {
        self.head.clone()
    }
}

struct Door {
    writer: Box<dyn Writer>,
    time: Arc<Timekeeper>,
    heads: watch::Sender<Head>,
}

impl Door {
    fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        while let Some(Message::Decide(first)) = queue.blocking_recv() {
            let taken = take_waiting(first, &mut queue);
            if !taken.calls.is_empty() {
                self.batch(&taken.calls, taken.replies);
            }
            if taken.stops {
                break;
            }
        }
    }

    fn batch(&mut self, calls: &[Call], replies: Vec<Reply>) {
        // A caller who went away does not want to know.
        match self.commit(calls) {
            Ok(Committed { answers, head }) => {
                tracing::debug!(calls = calls.len(), last = %head.last.sequence, "committed");
                self.announce(head);
                for (reply, answer) in replies.into_iter().zip(answers) {
                    let _ = reply.send(Ok(answer));
                }
            }
            Err(error) => {
                tracing::error!(%error, calls = calls.len(), "a commit failed");
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }

    /// Tells those who follow the journal, if it grew.
    fn announce(&self, head: Head) {
        self.time.record(head.last);
        self.heads.send_if_modified(|known| {
            let grew = *known != head;
            *known = head;
            grew
        });
    }

    fn commit(&mut self, calls: &[Call]) -> Result<Committed, SubmitError> {
        self.expire_due()?;
        let now = self.time.to_record()?;
        Ok(self.writer.transact(calls, now)?)
    }

    /// Expires all that is due: a batch takes only so many, and no command may see
    /// hours held that were free before it came. What expires stays so, whatever
    /// becomes of the batch.
    fn expire_due(&mut self) -> Result<(), SubmitError> {
        loop {
            let before = *self.heads.borrow();
            if before.next_due.is_none_or(|due| due > self.time.moment()) {
                return Ok(());
            }
            let now = self.time.to_record()?;
            let head = self.writer.transact(&[], now)?.head;
            self.announce(head);
            if head == before {
                return Ok(());
            }
        }
    }
}

fn take_waiting(first: Waiting, queue: &mut mpsc::Receiver<Message>) -> Taken {
    let mut commands = 0;
    let mut taken = Taken::default();
    let mut next = Some(first);
    loop {
        if let Some(Waiting { call, reply }) = next.take()
            && !reply.is_closed()
        {
            commands += call.commands.len();
            taken.calls.push(call);
            taken.replies.push(reply);
        }
        if commands >= BATCH_COMMANDS || taken.stops {
            return taken;
        }
        match queue.try_recv() {
            Ok(Message::Decide(waiting)) => next = Some(waiting),
            Ok(Message::Stop) => taken.stops = true,
            Err(_) => return taken,
        }
    }
}

/// Founds a ledger that has no record yet; sets the time zone that is wanted, if
/// that can still be.
fn found(writer: &mut dyn Writer, time: &Timekeeper, zone: WantedZone) -> Result<(), StartError> {
    let last = writer.head()?.last;
    let command = match (last.sequence, zone) {
        (Sequence::ZERO, WantedZone::Exactly(zone) | WantedZone::OwnOr(zone)) => {
            let mut bytes = [0; 16];
            getrandom::fill(&mut bytes).map_err(|_| StartError::NoRandomness)?;
            Command::Found(Foundation {
                id: LedgerId::random(bytes),
                time_zone: zone,
            })
        }
        (_, WantedZone::Exactly(zone)) if is_own(writer, zone, last)? => return Ok(()),
        (_, WantedZone::Exactly(zone)) => Command::SetTimeZone(zone),
        (_, WantedZone::OwnOr(_)) => return Ok(()),
    };
    let now = time.to_record().map_err(SubmitError::from)?;
    let (_, head) = decide_one(writer, Call::each([command], Caller::server()), now)?;
    time.record(head.last);
    Ok(())
}

/// Whether this is the ledger's time zone already. It is only asked, by the time of
/// the last record: whether the clock can be right matters where something is
/// recorded.
fn is_own(writer: &mut dyn Writer, zone: TimeZone, last: Stamp) -> Result<bool, StartError> {
    let asked = Call {
        validate_only: true,
        ..Call::each([Command::SetTimeZone(zone)], Caller::server())
    };
    let (outcome, _) = decide_one(writer, asked, last.moment)?;
    Ok(outcome.is_replay())
}

/// Decides a call of one command.
fn decide_one(
    writer: &mut dyn Writer,
    call: Call,
    now: Moment,
) -> Result<(Outcome, Head), StartError> {
    let Committed { mut answers, head } = writer.transact(&[call], now)?;
    match answers.pop().and_then(Answer::only) {
        Some(result) => Ok((result?, head)),
        None => Err(SubmitError::Stopping.into()),
    }
}

/// Knocks at the door whenever a hold comes due, for as long as there is a door.
async fn expire_on_time(
    calls: mpsc::WeakSender<Message>,
    mut head: watch::Receiver<Head>,
    time: Arc<Timekeeper>,
) {
    /// The wall clock may be set: look again at least this often.
    const LOOK_AGAIN: Duration = Duration::from_secs(1);
    loop {
        let due = head.borrow_and_update().next_due;
        let wait = due.map(|due| until(due, time.shown()).min(LOOK_AGAIN));
        tokio::select! {
            changed = head.changed() => if changed.is_err() { return },
            () = sleep(wait) => {
                let Some(door) = calls.upgrade() else { return };
                if due.is_some_and(|due| due <= time.shown()) {
                    knock(&door).await;
                }
            }
        }
    }
}

async fn sleep(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

fn until(due: Moment, now: Moment) -> Duration {
    let us = due.us().saturating_sub(now.us());
    Duration::from_micros(u64::try_from(us).unwrap_or(0))
}

/// An empty batch expires what is due.
async fn knock(door: &mpsc::Sender<Message>) {
    let (reply, answer) = oneshot::channel();
    let call = Call::expiring(&[]);
    let waiting = Waiting { call, reply };
    if door.send(Message::Decide(waiting)).await.is_ok() {
        let failed = !matches!(answer.await, Ok(Ok(_)));
        if failed {
            // Not again at once: whatever is wrong wants a moment.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
