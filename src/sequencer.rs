//! The one door for writes, and so one order of events.
//!
//! Callers queue; the writing thread takes all that waits as one batch, has the
//! rules decide each command in turn on the facts that those before it left,
//! commits, and only then answers. A refused command disturbs nobody; a failed
//! commit is answered to every caller of its batch, and the door stays open.

use std::{sync::Arc, thread, time::Duration};

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    clock::Clock,
    ledger::{BookingId, Broken, Caller, Command, Facts, Moment, Outcome, Rejection, Wants, rules},
    store::{Committed, StoreError, Writer},
};

/// How many calls may wait at the door.
const QUEUE_CALLS: usize = 4_096;
/// A batch takes waiting calls until it has this many commands.
const BATCH_COMMANDS: usize = 8_192;

/// What became of each command, in order.
pub type Results = Vec<Result<Outcome, Rejection>>;

/// Why a call came to nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubmitError {
    /// The commit failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("the server is stopping; send it again to the next one")]
    Stopping,
}

/// What an all-or-nothing call was refused for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AtomicRefusal {
    /// The first command that was refused, from 0.
    pub index: usize,
    pub rejection: Rejection,
}

enum Answer {
    Each(Results),
    Refused(AtomicRefusal),
}

enum Call {
    Decide(Job),
    /// What was sent before is still answered; what comes after is not.
    Stop,
}

struct Job {
    commands: Vec<Command>,
    atomic: bool,
    caller: Caller,
    reply: oneshot::Sender<Result<Answer, SubmitError>>,
}

/// The way to the writing thread. Clones share it; when the last one goes, the
/// thread answers what waits and ends.
#[derive(Clone)]
pub struct Sequencer {
    calls: mpsc::Sender<Call>,
    head: watch::Receiver<Committed>,
}

impl Sequencer {
    /// Starts the writing thread, expires what came due while no server ran, and
    /// keeps expiring holds on time from then on.
    ///
    /// # Errors
    /// Where the store cannot be read, or the thread cannot be started.
    pub fn start(
        mut writer: Box<dyn Writer>,
        clock: Clock,
    ) -> Result<(Self, thread::JoinHandle<()>), StoreError> {
        let mut committed = writer.committed()?;
        expire_due(writer.as_mut(), &clock, &mut committed)?;
        let (calls, queue) = mpsc::channel(QUEUE_CALLS);
        let (heads, head) = watch::channel(committed);
        let door = Door {
            writer,
            clock: Arc::clone(&clock),
            heads,
        };
        let thread = thread::Builder::new()
            .name("sequencer".into())
            .spawn(move || door.run(queue))
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let expiry = expire_on_time(calls.downgrade(), head.clone(), clock);
        tokio::spawn(expiry);
        Ok((Self { calls, head }, thread))
    }

    /// Decides commands in order, each for itself, in one commit.
    ///
    /// # Errors
    /// Where the commit failed; then none of them may be taken as recorded.
    pub async fn submit(
        &self,
        commands: Vec<Command>,
        caller: Caller,
    ) -> Result<Results, SubmitError> {
        match self.send(commands, false, caller).await? {
            Answer::Each(results) => Ok(results),
            Answer::Refused(refusal) => Ok(vec![Err(refusal.rejection)]),
        }
    }

    /// Decides one command.
    ///
    /// # Errors
    /// As [`Sequencer::submit`].
    pub async fn submit_one(
        &self,
        command: Command,
        caller: Caller,
    ) -> Result<Result<Outcome, Rejection>, SubmitError> {
        let mut results = self.submit(vec![command], caller).await?;
        results.pop().ok_or(SubmitError::Stopping)
    }

    /// Decides commands in order, all or none, in one commit.
    ///
    /// # Errors
    /// As [`Sequencer::submit`].
    pub async fn submit_atomic(
        &self,
        commands: Vec<Command>,
        caller: Caller,
    ) -> Result<Result<Results, AtomicRefusal>, SubmitError> {
        match self.send(commands, true, caller).await? {
            Answer::Each(results) => Ok(Ok(results)),
            Answer::Refused(refusal) => Ok(Err(refusal)),
        }
    }

    async fn send(
        &self,
        commands: Vec<Command>,
        atomic: bool,
        caller: Caller,
    ) -> Result<Answer, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            commands,
            atomic,
            caller,
            reply,
        };
        self.calls
            .send(Call::Decide(job))
            .await
            .map_err(|_| SubmitError::Stopping)?;
        answer.await.map_err(|_| SubmitError::Stopping)?
    }

    /// Closes the door behind what waits: for when callers do not go by
    /// themselves.
    pub async fn stop(&self) {
        // Where it is closed already there is nothing to do.
        let _ = self.calls.send(Call::Stop).await;
    }

    /// Ends when the door is closed: after a stop, or by a fault.
    pub async fn closed(&self) {
        self.calls.closed().await;
    }

    /// Tells the journal's last sequence, and wakes when it grows.
    pub fn head(&self) -> watch::Receiver<Committed> {
        self.head.clone()
    }
}

struct Door {
    writer: Box<dyn Writer>,
    clock: Clock,
    heads: watch::Sender<Committed>,
}

impl Door {
    fn run(mut self, mut queue: mpsc::Receiver<Call>) {
        while let Some(Call::Decide(first)) = queue.blocking_recv() {
            let (jobs, stop) = take_waiting(first, &mut queue);
            self.batch(jobs);
            if stop {
                break;
            }
        }
    }

    fn batch(&mut self, jobs: Vec<Job>) {
        let mut answers = Vec::new();
        match self.commit(&jobs, &mut answers) {
            Ok(committed) => {
                tracing::debug!(jobs = jobs.len(), last = %committed.last, "committed");
                self.announce(committed);
                for (job, answer) in jobs.into_iter().zip(answers) {
                    // A caller who went away does not want to know.
                    let _ = job.reply.send(Ok(answer));
                }
            }
            Err(error) => {
                tracing::error!(%error, jobs = jobs.len(), "a commit failed");
                for job in jobs {
                    let _ = job.reply.send(Err(error.clone().into()));
                }
            }
        }
    }

    /// Tells those who follow the journal, if it grew.
    fn announce(&self, committed: Committed) {
        self.heads.send_if_modified(|known| {
            let grew = *known != committed;
            *known = committed;
            grew
        });
    }

    fn commit(&mut self, jobs: &[Job], answers: &mut Vec<Answer>) -> Result<Committed, StoreError> {
        let mut committed = *self.heads.borrow();
        expire_due(self.writer.as_mut(), &self.clock, &mut committed)?;
        // These stand, whatever becomes of the batch.
        self.announce(committed);
        let mut wants = Wants::default();
        for command in jobs.iter().flat_map(|job| &job.commands) {
            command.wants(&mut wants);
        }
        self.writer
            .transact(&wants, (self.clock)(), &mut |facts, due| {
                expire(facts, due)?;
                answers.clear();
                for job in jobs {
                    answers.push(decide(facts, job)?);
                }
                Ok(())
            })
    }
}

/// The jobs of a batch, and whether the door closes after it.
fn take_waiting(first: Job, queue: &mut mpsc::Receiver<Call>) -> (Vec<Job>, bool) {
    let mut commands = first.commands.len();
    let mut jobs = vec![first];
    while commands < BATCH_COMMANDS {
        match queue.try_recv() {
            Ok(Call::Decide(job)) => {
                commands += job.commands.len();
                jobs.push(job);
            }
            Ok(Call::Stop) => return (jobs, true),
            Err(_) => break,
        }
    }
    (jobs, false)
}

fn decide(facts: &mut Facts, job: &Job) -> Result<Answer, Broken> {
    if !job.atomic {
        let results = job
            .commands
            .iter()
            .map(|c| decide_one(facts, c, &job.caller));
        return Ok(Answer::Each(results.collect::<Result<_, _>>()?));
    }
    let mut wants = Wants::default();
    for command in &job.commands {
        command.wants(&mut wants);
    }
    let savepoint = facts.savepoint(wants.accounts.into_iter(), wants.bookings.into_iter());
    let mut results = Vec::with_capacity(job.commands.len());
    for (index, command) in job.commands.iter().enumerate() {
        match decide_one(facts, command, &job.caller)? {
            Ok(outcome) => results.push(Ok(outcome)),
            Err(rejection) => {
                facts.rollback(savepoint);
                return Ok(Answer::Refused(AtomicRefusal { index, rejection }));
            }
        }
    }
    Ok(Answer::Each(results))
}

fn decide_one(
    facts: &mut Facts,
    command: &Command,
    caller: &Caller,
) -> Result<Result<Outcome, Rejection>, Broken> {
    match rules::decide(facts, command, facts.next_moment()) {
        Ok(decision) => facts.take(decision, caller).map(Ok),
        Err(rejection) => Ok(Err(rejection)),
    }
}

fn expire(facts: &mut Facts, due: &[BookingId]) -> Result<(), Broken> {
    let server = Caller::server();
    for id in due {
        // What another command of the batch ended needs no expiry.
        let _ = decide_one(facts, &Command::ExpireHold { id: *id }, &server)?;
    }
    Ok(())
}

/// Expires all that is due: a batch takes only so many, and no command may see
/// hours held that were free before it came.
fn expire_due(
    writer: &mut dyn Writer,
    clock: &Clock,
    committed: &mut Committed,
) -> Result<(), StoreError> {
    while committed.next_due.is_some_and(|due| due <= clock()) {
        let before = *committed;
        *committed = writer.transact(&Wants::default(), clock(), &mut |facts, due| {
            expire(facts, due)
        })?;
        if *committed == before {
            break;
        }
    }
    Ok(())
}

/// Knocks at the door whenever a hold comes due, for as long as there is a door.
async fn expire_on_time(
    calls: mpsc::WeakSender<Call>,
    mut head: watch::Receiver<Committed>,
    clock: Clock,
) {
    /// The wall clock may be set: look again at least this often.
    const LOOK_AGAIN: Duration = Duration::from_secs(1);
    loop {
        let due = head.borrow_and_update().next_due;
        let wait = due.map(|due| until(due, clock()).min(LOOK_AGAIN));
        tokio::select! {
            changed = head.changed() => if changed.is_err() { return },
            () = sleep(wait) => {
                let Some(door) = calls.upgrade() else { return };
                if due.is_some_and(|due| due <= clock()) {
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
async fn knock(door: &mpsc::Sender<Call>) {
    let (reply, answer) = oneshot::channel();
    let job = Job {
        commands: Vec::new(),
        atomic: false,
        caller: Caller::server(),
        reply,
    };
    if door.send(Call::Decide(job)).await.is_ok() {
        let failed = !matches!(answer.await, Ok(Ok(_)));
        if failed {
            // Not again at once: whatever is wrong wants a moment.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
