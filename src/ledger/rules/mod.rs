//! The rules: what a command does to the facts. Pure, and so repeatable: the
//! same facts, command and moment give the same decision.
//!
//! Each rule first settles idempotency, before any other check: an id that
//! stands already either replays or is refused. Then the refusals follow in the
//! order of [`Rejection`]'s variants.

mod accounts;
mod booking;
mod entries;
mod holds;

use super::{Command, Fact, Facts, MAX_UNITS, Moment, Note, Rejection, Stamp, Unit};

/// What a command does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It stands already, since here; there is nothing to record.
    Stands(Stamp),
    /// This is to be recorded, and the note kept beside it.
    Append { fact: Fact, note: Option<Note> },
}

impl Decision {
    fn append(fact: Fact) -> Self {
        Self::Append { fact, note: None }
    }
}

/// Decides a command at a moment, which is the one it will be recorded at.
///
/// # Errors
/// The [`Rejection`] of the first rule that refuses.
pub fn decide(facts: &Facts, command: &Command, now: Moment) -> Result<Decision, Rejection> {
    match command {
        Command::DeclareUnit(unit) => declare_unit(facts, unit),
        Command::OpenAccount(opening) => accounts::open(facts, opening),
        Command::ChangeLimits { id, floor, ceiling } => {
            accounts::change_limits(facts, id, *floor, *ceiling)
        }
        Command::CloseAccount { id } => accounts::close(facts, id),
        Command::PostEntry(posting) => entries::post(facts, posting, now),
        Command::ReverseEntry(reversal) => entries::reverse(facts, reversal, now),
        Command::PlaceHold { terms, unit } => holds::place(facts, terms, unit.as_ref()),
        Command::SettleHold {
            id,
            amount,
            effective_at,
        } => holds::settle(facts, *id, *amount, *effective_at, now),
        Command::ReleaseHold { id } => holds::release(facts, *id, now),
        Command::ExpireHold { id } => holds::expire(facts, *id, now),
    }
}

fn declare_unit(facts: &Facts, unit: &Unit) -> Result<Decision, Rejection> {
    match facts.book.units.get(unit.id()) {
        Some(standing) if standing == unit => Ok(Decision::Stands(facts.last())),
        Some(standing) => Err(Rejection::UnitExists {
            unit: unit.id().clone(),
            step: standing.step().into(),
        }),
        None if facts.book.units.len() >= MAX_UNITS => {
            Err(Rejection::TooManyUnits { max: MAX_UNITS })
        }
        None => Ok(Decision::append(Fact::UnitDeclared(unit.clone()))),
    }
}
