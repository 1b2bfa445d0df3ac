//! What all records add up to, and what one more command makes of it.

use super::{Command, Exchanged, RULES_VERSION, Record, Rejection, Step};
use crate::{
    access::{self, Grant},
    exchange::{
        self, Day, NotLoaded, Objects, Personal,
        rules::{Plan, View},
    },
    ledger::{
        self, Book, Broken, Caller, Moment, Note, Place, Principal, Stamp,
        rules::{self, Decision},
    },
};

/// The ledger's book, and the time bank's objects, as far as they are loaded.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub book: Book,
    pub objects: Objects,
}

/// A state to go back to. One that was made after another is kept or undone before
/// it.
#[derive(Debug)]
#[must_use]
pub struct Savepoint {
    book: ledger::Savepoint,
    objects: exchange::Savepoint,
}

/// What became of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one lives at a time, and a transfer is worth no box"
)]
pub enum Done {
    /// It stands already, since here or before.
    Stands(Stamp),
    /// It is folded in, and to be recorded.
    Drafted(Drafted),
}

/// A record that is to be written, and the note kept beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drafted {
    pub record: Record,
    pub note: Option<Note>,
    /// The personal fields that it commits to; boxed, as few records do.
    pub personal: Option<Box<Personal>>,
}

/// Why a command is not decided for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Undecided {
    /// A rule refuses it.
    Refused(Rejection),
    /// More must be loaded to tell.
    NotLoaded(NotLoaded),
}

impl From<rules::Undecided> for Undecided {
    fn from(undecided: rules::Undecided) -> Self {
        match undecided {
            rules::Undecided::Refused(rejection) => Self::Refused(rejection.into()),
            rules::Undecided::NotLoaded(not_loaded) => Self::NotLoaded(not_loaded.into()),
        }
    }
}

impl From<exchange::rules::Undecided> for Undecided {
    fn from(undecided: exchange::rules::Undecided) -> Self {
        match undecided {
            exchange::rules::Undecided::Refused(rejection) => Self::Refused(rejection.into()),
            exchange::rules::Undecided::NotLoaded(not_loaded) => Self::NotLoaded(not_loaded),
        }
    }
}

impl From<access::Undecided> for Undecided {
    fn from(undecided: access::Undecided) -> Self {
        match undecided {
            access::Undecided::Refused(rejection) => Self::Refused(rejection.into()),
            access::Undecided::NotLoaded(not_loaded) => Self::NotLoaded(not_loaded),
        }
    }
}

type Ruling = Result<Done, Undecided>;

/// Folds what a record does to the ledger into a book that has all accounts which it names: of the
/// time bank nothing is asked.
///
/// # Errors
/// [`Broken`] where it does not follow from those before it.
pub fn fold_ledger(book: &mut Book, record: &Record, mut note: Option<Note>) -> Result<(), Broken> {
    book.follow(record.stamp)?;
    let mut first_leg = 0;
    for fact in record.step.facts() {
        let at = Place {
            stamp: record.stamp,
            caller: &record.caller,
            first_leg,
        };
        first_leg += book.fold(fact, at, note.take())?;
    }
    Ok(())
}

impl State {
    /// Begins to keep what is touched as it was.
    pub fn savepoint(&mut self) -> Savepoint {
        Savepoint {
            book: self.book.savepoint(),
            objects: self.objects.savepoint(),
        }
    }

    /// Goes back to a savepoint.
    pub fn undo(&mut self, to: Savepoint) {
        self.book.undo(to.book);
        self.objects.undo(to.objects);
    }

    /// Keeps what was done since a savepoint.
    pub fn keep(&mut self, since: Savepoint) {
        self.book.keep(since.book);
        self.objects.keep(since.objects);
    }

    /// Folds a record in, with the text behind its entry's note where that is known.
    ///
    /// # Errors
    /// [`Broken`] where it does not follow from those before it.
    pub fn apply(&mut self, record: &Record, note: Option<Note>) -> Result<(), Broken> {
        fold_ledger(&mut self.book, record, note)?;
        match record.step.exchange_fact() {
            None => Ok(()),
            Some(fact) => self.objects.fold(fact, record.stamp),
        }
    }

    /// What a caller's command lacks to be decided at a moment.
    pub fn lacks(&self, command: &Command, caller: &Caller, now: Moment) -> Option<NotLoaded> {
        match self.try_decide(command, caller, now) {
            Err(Undecided::NotLoaded(lacking)) => Some(lacking),
            Ok(()) | Err(Undecided::Refused(_)) => None,
        }
    }

    fn try_decide(&self, command: &Command, caller: &Caller, now: Moment) -> Result<(), Undecided> {
        self.admits(command, caller, now)?;
        match command {
            Command::Ledger(command) => {
                self.permits(command)?;
                rules::decide(&self.book, command, &caller.principal, now)?;
            }
            Command::Exchange(asked) => {
                self.plan(asked, caller.who(), now)?;
            }
        }
        Ok(())
    }

    /// That a caller may give a command, and how far they reach. None for the server, and as long
    /// as nobody has a token.
    fn admits(
        &self,
        command: &Command,
        caller: &Caller,
        now: Moment,
    ) -> Result<Option<Grant>, Undecided> {
        if caller.principal.is_server() {
            return match caller.actor() {
                None => Ok(None),
                Some(actor) => Err(Undecided::Refused(
                    access::Rejection::ActorClaimed {
                        principal: caller.principal.clone(),
                        actor: actor.clone(),
                    }
                    .into(),
                )),
            };
        }
        let grant = access::grant(&self.objects, &caller.principal, now)?;
        if let Some(grant) = &grant {
            let state = (&self.book, &self.objects);
            access::check_asked(state, grant, caller, command.asked())?;
        }
        Ok(grant)
    }

    /// Decides a caller's command, and folds in what is to be recorded of it. What is
    /// not decided leaves the state as it was.
    ///
    /// # Errors
    /// [`Broken`] where the state contradicts itself; it is then of no more use.
    pub fn carry_out(
        &mut self,
        command: &Command,
        caller: &Caller,
        stamp: Stamp,
    ) -> Result<Ruling, Broken> {
        let grant = match self.admits(command, caller, stamp.moment) {
            Ok(grant) => grant,
            Err(undecided) => return Ok(Err(undecided)),
        };
        let done = self.carry_out_granted(command, caller, stamp, grant.as_ref())?;
        Ok(match (done, &grant) {
            (Err(Undecided::Refused(refused)), Some(grant)) => {
                Err(Undecided::Refused(veiled(refused, grant, command)))
            }
            (done, _) => done,
        })
    }

    fn carry_out_granted(
        &mut self,
        command: &Command,
        caller: &Caller,
        stamp: Stamp,
        grant: Option<&Grant>,
    ) -> Result<Ruling, Broken> {
        match command {
            Command::Ledger(command) => self.carry_out_ledger(command, caller, stamp, grant),
            Command::Exchange(asked) => {
                let before = self.savepoint();
                let mut done = self.carry_out_exchange(asked, caller, stamp)?;
                if let (Ok(Done::Drafted(drafted)), Some(grant)) = (&done, grant)
                    && let Err(undecided) = self.check_touched(drafted, &before, grant)
                {
                    done = Err(undecided);
                }
                match done {
                    Ok(_) => self.keep(before),
                    Err(_) => self.undo(before),
                }
                Ok(done)
            }
        }
    }

    fn carry_out_ledger(
        &mut self,
        command: &ledger::Command,
        caller: &Caller,
        stamp: Stamp,
        grant: Option<&Grant>,
    ) -> Result<Ruling, Broken> {
        if let Err(undecided) = self.permits(command) {
            return Ok(Err(undecided));
        }
        match rules::decide(&self.book, command, &caller.principal, stamp.moment) {
            Err(undecided) => Ok(Err(undecided.into())),
            Ok(Decision::Stands(stamp)) => Ok(Ok(Done::Stands(stamp))),
            Ok(Decision::Append { step, note }) => {
                if let Some(grant) = grant
                    && let Err(undecided) =
                        access::touched::check_ledger(&grant.scope, step.facts())
                {
                    return Ok(Err(undecided.into()));
                }
                let record = record(Step::Ledger(step), caller, stamp);
                self.apply(&record, note.clone())?;
                Ok(Ok(Done::Drafted(Drafted {
                    record,
                    note,
                    personal: None,
                })))
            }
        }
    }

    fn carry_out_exchange(
        &mut self,
        command: &exchange::Command,
        caller: &Caller,
        stamp: Stamp,
    ) -> Result<Ruling, Broken> {
        let by = caller.who();
        let Plan {
            fact,
            ledger,
            personal,
            note: reason,
        } = match self.plan(command, by, stamp.moment) {
            Ok(exchange::rules::Decision::Append(plan)) => *plan,
            Ok(exchange::rules::Decision::Stands(stamp)) => return Ok(Ok(Done::Stands(stamp))),
            Err(undecided) => return Ok(Err(undecided)),
        };
        self.book.follow(stamp)?;
        let (mut facts, mut note) = (Vec::new(), reason);
        let mut first_leg = 0;
        for command in &ledger {
            let (step, new) = match rules::decide_part(&self.book, command, stamp.moment) {
                Ok(Decision::Append { step, note }) => (step, note),
                Ok(Decision::Stands(_)) => {
                    return Err(Broken {
                        sequence: stamp.sequence,
                        what: "what a step brings about in the ledger stands already".into(),
                    });
                }
                Err(undecided) => return Ok(Err(undecided.into())),
            };
            for fact in step.facts() {
                let at = Place {
                    stamp,
                    caller,
                    first_leg,
                };
                first_leg += self.book.fold(fact, at, new.clone())?;
                facts.push(fact.clone());
            }
            note = note.or(new);
        }
        if let Err(lacking) = self.objects.try_fold(&fact, stamp)? {
            return Ok(Err(Undecided::NotLoaded(lacking)));
        }
        if let Some(personal) = &personal {
            // A later command of the same batch may repeat this one.
            if let Some((member, _)) = fact.personal() {
                let at = stamp.sequence;
                self.objects.keep_personal(at, member, personal.clone());
            }
        }
        let step = Step::Exchange(Box::new(Exchanged {
            fact,
            ledger: facts,
        }));
        let record = record(step, caller, stamp);
        Ok(Ok(Done::Drafted(Drafted {
            record,
            note,
            personal: personal.map(Box::new),
        })))
    }

    /// That what was done since a savepoint is within reach.
    fn check_touched(
        &self,
        drafted: &Drafted,
        since: &Savepoint,
        grant: &Grant,
    ) -> Result<(), Undecided> {
        let changed = self.objects.changed_since(&since.objects);
        let facts = drafted.record.step.facts();
        let state = (&self.book, &self.objects);
        Ok(access::touched::check_exchange(
            state,
            &grant.scope,
            changed,
            facts,
        )?)
    }

    /// That the time bank has nothing against what is asked of the ledger alone.
    fn permits(&self, command: &ledger::Command) -> Result<(), Undecided> {
        let checked = exchange::rules::check_ledger(&self.book, &self.objects, command);
        Ok(checked?)
    }

    /// What the time bank's rules go by. None before the ledger is founded.
    fn view(&self, now: Moment) -> Option<View<'_>> {
        let founded = self.book.founded()?;
        let zone = founded.foundation.time_zone;
        Some(View {
            book: &self.book,
            objects: &self.objects,
            now,
            zone,
            today: Day::of(now, zone),
        })
    }

    fn plan(
        &self,
        command: &exchange::Command,
        by: &Principal,
        now: Moment,
    ) -> Result<exchange::rules::Decision, Undecided> {
        if !command.is_for(by) {
            let principal = by.to_string();
            let refused = ledger::Rejection::PrincipalNotAllowed { principal };
            return Err(Undecided::Refused(refused.into()));
        }
        let Some(view) = self.view(now) else {
            let refused = ledger::Rejection::LedgerNotFounded;
            return Err(Undecided::Refused(refused.into()));
        };
        Ok(exchange::rules::decide(view, command, by)?)
    }
}

/// A refusal as one may hear it who has a grant.
fn veiled(refused: Rejection, grant: &Grant, command: &Command) -> Rejection {
    let veiled = match &refused {
        Rejection::Access(_) => None,
        Rejection::Ledger(_) => access::veiled_account(grant, &refused.figures()),
        Rejection::Exchange(inner) => access::veiled(grant, inner, command.asked())
            .or_else(|| access::veiled_account(grant, &refused.figures())),
    };
    veiled.map_or(refused, Rejection::Access)
}

fn record(step: Step, caller: &Caller, stamp: Stamp) -> Record {
    Record {
        stamp,
        caller: caller.clone(),
        rules_version: RULES_VERSION,
        step,
    }
}

#[cfg(test)]
mod tests;
