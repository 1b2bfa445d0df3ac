//! The rules: what a command does to the book. Pure, and so repeatable: the same
//! book, command, principal and moment give the same decision.
//!
//! Each rule first settles idempotency, before any other check: an id that
//! stands already either replays or is refused. Then the refusals follow in the
//! order of [`Rejection`]'s variants.

mod accounts;
mod booking;
mod entries;
mod foundation;
mod holds;
mod reuse;

use super::{
    Book, Command, Fact, MAX_UNITS, Moment, NotLoaded, Note, Principal, Rejection, Stamp, Step,
    Unit,
};

/// What a command does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It stands already, since here or before; there is nothing to record.
    Stands(Stamp),
    /// This is to be recorded, and the note kept beside it.
    Append { step: Step, note: Option<Note> },
}

impl Decision {
    fn append(fact: Fact) -> Self {
        let step = Step::Fact(fact);
        Self::Append { step, note: None }
    }
}

/// Why a command is not decided for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Undecided {
    /// A rule refuses it.
    Refused(Rejection),
    /// More must be loaded to tell.
    NotLoaded(NotLoaded),
}

impl From<Rejection> for Undecided {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection)
    }
}

impl From<NotLoaded> for Undecided {
    fn from(not_loaded: NotLoaded) -> Self {
        Self::NotLoaded(not_loaded)
    }
}

type Ruling = Result<Decision, Undecided>;

/// Decides a principal's command at a moment.
///
/// # Errors
/// The [`Rejection`] of the first rule that refuses, or what is not loaded.
pub fn decide(book: &Book, command: &Command, by: &Principal, now: Moment) -> Ruling {
    if command.is_the_servers() != by.is_server() {
        let principal = by.to_string();
        return Err(Rejection::PrincipalNotAllowed { principal }.into());
    }
    decide_part(book, command, now)
}

/// Decides what is a part of a larger step, which was allowed as a whole.
///
/// # Errors
/// As [`decide`].
pub fn decide_part(book: &Book, command: &Command, now: Moment) -> Ruling {
    if !matches!(command, Command::Found(_)) {
        foundation::founded(book)?;
    }
    match command {
        Command::Found(foundation) => foundation::found(book, foundation),
        Command::SetTimeZone(zone) => foundation::set_time_zone(book, *zone),
        Command::DeclareUnit(unit) => declare_unit(book, unit),
        Command::OpenAccount(opening) => accounts::open(book, opening),
        Command::ChangeLimits {
            id,
            since,
            floor,
            ceiling,
        } => accounts::change_limits(book, id, *since, *floor, *ceiling),
        Command::CloseAccount { id } => accounts::close(book, id),
        Command::PostEntry(new) => entries::post(book, new, now),
        Command::ReverseEntry(reversal) => entries::reverse(book, reversal, now),
        Command::PlaceHold { terms, unit } => holds::place(book, terms, unit.as_ref(), now),
        Command::SettleHold {
            id,
            settlement,
            effective_at,
            owner,
        } => {
            let ending = holds::Ending {
                id: *id,
                owner: owner.as_ref(),
                now,
            };
            holds::settle(book, ending, settlement, *effective_at)
        }
        Command::ReleaseHold { id, owner } => {
            let ending = holds::Ending {
                id: *id,
                owner: owner.as_ref(),
                now,
            };
            holds::release(book, ending)
        }
        Command::ExpireHold { id } => holds::expire(book, *id, now),
    }
}

fn declare_unit(book: &Book, unit: &Unit) -> Ruling {
    match book.unit(unit.id()) {
        Some(declared) if declared == unit => Ok(Decision::Stands(book.last())),
        Some(declared) => Err(Rejection::UnitExists {
            unit: unit.id().clone(),
            step: declared.step().into(),
        }
        .into()),
        None if book.units().len() >= MAX_UNITS => {
            Err(Rejection::TooManyUnits { max: MAX_UNITS }.into())
        }
        None => Ok(Decision::append(Fact::UnitDeclared(unit.clone()))),
    }
}
