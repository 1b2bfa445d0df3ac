//! Deciding a batch: calls in order, each on the state that those before left.
//!
//! Where a command asks for what is not loaded, the batch stands still: all that
//! it and the commands after it lack is named as one set, and once that is loaded
//! the batch goes on where it stood. So nothing is decided twice that was decided,
//! and a chain of needs takes a round for each of its links.

use super::{
    Command, Done, Outcome, Record, Rejection, State, Undecided,
    state::{Drafted, Savepoint},
};
use crate::{
    exchange::{self, MemberId, NotLoaded, Personal, Wants},
    ledger::{self, Book, BookingId, Broken, Caller, Moment, Note, Sequence, UnitId},
};

/// How the commands of a call belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Together {
    /// Each for itself: one that is refused disturbs no other.
    Each,
    /// All, or none.
    AllOrNone,
}

/// Commands of one caller, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    pub commands: Vec<Command>,
    pub together: Together,
    /// Whether it is only asked what would become of them: they are decided,
    /// undone and answered.
    pub validate_only: bool,
    pub caller: Caller,
}

impl Call {
    /// Commands each for itself.
    pub fn each<C: Into<Command>>(commands: impl IntoIterator<Item = C>, caller: Caller) -> Self {
        Self {
            commands: commands.into_iter().map(Into::into).collect(),
            together: Together::Each,
            validate_only: false,
            caller,
        }
    }

    /// The server's own, which expires holds that are due.
    pub fn expiring(due: &[BookingId]) -> Self {
        let commands = due.iter().map(|id| ledger::Command::ExpireHold { id: *id });
        Self::each(commands, Caller::server())
    }
}

/// What became of each command, in order.
pub type Results = Vec<Result<Outcome, Rejection>>;

/// What became of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Each(Results),
    /// None was recorded, as one of a call of all or none was refused.
    None(FirstRefusal),
}

impl Answer {
    /// What became of the only command of a call.
    pub fn only(self) -> Option<Result<Outcome, Rejection>> {
        match self {
            Self::Each(mut results) => results.pop(),
            Self::None(refusal) => Some(Err(refusal.rejection)),
        }
    }
}

/// What a call of all or none was refused for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FirstRefusal {
    /// The first command that was refused, from 0.
    pub index: usize,
    pub rejection: Rejection,
}

/// A batch while it is decided, and what it decided.
#[derive(Debug)]
pub struct Batch<'a> {
    calls: &'a [Call],
    /// The wall clock's time.
    now: Moment,
    current: Current,
    decided: Decided,
}

/// What a batch came to.
#[derive(Debug, Default)]
pub struct Decided {
    /// What became of each call, in order.
    pub answers: Vec<Answer>,
    /// What is to be recorded.
    pub records: Vec<Record>,
    /// The texts behind the notes of these records.
    pub notes: Vec<(Sequence, Note)>,
    /// The personal fields that these records commit to.
    pub personal: Vec<(Sequence, MemberId, Personal)>,
    /// The members whose personal fields they erase.
    pub erased: Vec<MemberId>,
}

/// The call that is being decided: those of its commands that are.
#[derive(Debug, Default)]
struct Current {
    results: Results,
    rewind: Option<Rewind>,
}

/// Where the batch stood before a call that may be undone.
#[derive(Debug)]
struct Rewind {
    state: Savepoint,
    records: usize,
    notes: usize,
    personal: usize,
    erased: usize,
}

impl<'a> Batch<'a> {
    /// A batch of these calls, decided at a moment of the wall clock.
    pub fn new(calls: &'a [Call], now: Moment) -> Self {
        Self {
            calls,
            now,
            current: Current::default(),
            decided: Decided::default(),
        }
    }

    /// What the commands plainly need and the state lacks, so that most are
    /// decided once.
    pub fn plain_needs(&self, state: &State) -> Wants {
        let mut wants = Wants::default();
        for command in self.calls.iter().flat_map(|call| &call.commands) {
            command.plain_needs(state, &mut wants);
        }
        wants
    }

    /// Decides on. Empty wants: all is decided. Otherwise they are to be loaded
    /// into the state, and this called again.
    ///
    /// # Errors
    /// [`Broken`] where the state contradicts itself; nothing of the batch may then
    /// be written.
    pub fn decide(&mut self, state: &mut State) -> Result<Wants, Broken> {
        while let Some(call) = self.calls.get(self.decided.answers.len()) {
            if let Err(not_loaded) = self.call(state, call)? {
                let mut wants = not_loaded.wants();
                self.look_ahead(state, &mut wants);
                return Ok(wants);
            }
        }
        Ok(Wants::default())
    }

    /// What was decided.
    pub fn decided(self) -> Decided {
        self.decided
    }

    /// Decides the commands of a call that are not decided yet.
    fn call(&mut self, state: &mut State, call: &Call) -> Result<Result<(), NotLoaded>, Broken> {
        let may_be_undone = call.validate_only || call.together == Together::AllOrNone;
        if may_be_undone && self.current.rewind.is_none() {
            self.current.rewind = Some(Rewind {
                state: state.savepoint(),
                records: self.decided.records.len(),
                notes: self.decided.notes.len(),
                personal: self.decided.personal.len(),
                erased: self.decided.erased.len(),
            });
        }
        let mut refusal = None;
        while let Some(command) = call.commands.get(self.current.results.len()) {
            let index = self.current.results.len();
            match self.command(state, command, call)? {
                Ok(outcome) => self.current.results.push(Ok(outcome)),
                Err(Undecided::NotLoaded(not_loaded)) => return Ok(Err(not_loaded)),
                Err(Undecided::Refused(rejection)) if call.together == Together::AllOrNone => {
                    refusal = Some(FirstRefusal { index, rejection });
                    break;
                }
                Err(Undecided::Refused(rejection)) => self.current.results.push(Err(rejection)),
            }
        }
        let Current { results, rewind } = std::mem::take(&mut self.current);
        if let Some(rewind) = rewind {
            self.end(state, rewind, refusal.is_none() && !call.validate_only);
        }
        let results = match call.validate_only {
            true => undone(results, state.book.last().sequence),
            false => results,
        };
        self.decided.answers.push(match refusal {
            None => Answer::Each(results),
            Some(refusal) => Answer::None(refusal),
        });
        Ok(Ok(()))
    }

    fn end(&mut self, state: &mut State, to: Rewind, keep: bool) {
        if keep {
            return state.keep(to.state);
        }
        state.undo(to.state);
        self.decided.records.truncate(to.records);
        self.decided.notes.truncate(to.notes);
        self.decided.personal.truncate(to.personal);
        self.decided.erased.truncate(to.erased);
    }

    fn command(
        &mut self,
        state: &mut State,
        command: &Command,
        call: &Call,
    ) -> Result<Result<Outcome, Undecided>, Broken> {
        let stamp = state.book.last().next(self.now);
        let Drafted {
            record,
            note,
            personal,
        } = match state.carry_out(command, &call.caller, stamp)? {
            Ok(Done::Stands(stamp)) => return Ok(Ok(Outcome::Replayed(stamp))),
            Ok(Done::Drafted(drafted)) => drafted,
            Err(undecided) => return Ok(Err(undecided)),
        };
        let notes = note.map(|note| (stamp.sequence, note));
        self.decided.notes.extend(notes);
        let committed = record
            .step
            .exchange_fact()
            .and_then(exchange::Fact::personal);
        if let (Some((member, _)), Some(personal)) = (committed, personal) {
            let kept = (stamp.sequence, member.clone(), *personal);
            self.decided.personal.push(kept);
        }
        let erased = record.step.exchange_fact().and_then(exchange::Fact::erases);
        self.decided.erased.extend(erased.cloned());
        let opened = record.step.opened_for_entry();
        let units = match call.commands.len() {
            1 => units_of(&state.book, &record),
            _ => Vec::new(),
        };
        self.decided.records.push(record);
        Ok(Ok(Outcome::Recorded {
            stamp,
            opened,
            units,
        }))
    }

    /// Adds what the commands after the one that stands still would ask for, as
    /// far as that can be told before it is decided.
    fn look_ahead(&self, state: &State, wants: &mut Wants) {
        let undecided = &self.calls[self.decided.answers.len()..];
        let ahead = undecided.iter().flat_map(|call| {
            let commands = call.commands.iter();
            commands.map(|command| (command, &call.caller))
        });
        let now = state.book.last().next(self.now).moment;
        for (command, caller) in ahead.skip(self.current.results.len() + 1) {
            if let Some(more) = state.lacks(command, caller, now) {
                wants.join(more.wants());
            }
        }
    }
}

/// What became of commands that were undone again, after the last record that
/// stands.
fn undone(results: Results, last: Sequence) -> Results {
    let results = results.into_iter();
    let undone = results.map(|result| result.map(|outcome| outcome.undone(last)));
    undone.collect()
}

/// The units of a record's legs, in order.
fn units_of(book: &Book, record: &Record) -> Vec<UnitId> {
    let legs = record
        .entries()
        .flat_map(|entry| entry.transfers.as_slice());
    let accounts = legs.filter_map(|leg| book.account(leg.debit()).ok().flatten());
    accounts.map(|account| account.unit.clone()).collect()
}
