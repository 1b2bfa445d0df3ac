//! What the journal remembers: steps, each with its place, time and actor.

use std::sync::Arc;

use super::Command;
use crate::{
    exchange,
    ledger::{
        self, AccountId, Caller, Commitment, Entry, Fact, Moment, Position, Sequence, Stamp,
        Transfer, UnitId,
    },
};

/// The version of the rules that decide now.
pub const RULES_VERSION: i32 = 1;

/// The whole effect of one command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Of the ledger alone.
    Ledger(ledger::Step),
    /// Of the time bank, with what it brought about in the ledger.
    Exchange(Box<Exchanged>),
}

/// A fact of the time bank, and those of the ledger that it brought about, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exchanged {
    pub fact: exchange::Fact,
    pub ledger: Vec<Fact>,
}

impl Step {
    /// The ledger's facts that it consists of, in order.
    pub fn facts(&self) -> &[Fact] {
        match self {
            Self::Ledger(step) => step.facts(),
            Self::Exchange(step) => &step.ledger,
        }
    }

    /// The time bank's fact that it consists of.
    pub fn exchange_fact(&self) -> Option<&exchange::Fact> {
        match self {
            Self::Ledger(_) => None,
            Self::Exchange(step) => Some(&step.fact),
        }
    }

    /// The accounts that were opened for an entry.
    pub fn opened_for_entry(&self) -> Vec<AccountId> {
        match self {
            Self::Ledger(step) => step.opened_for_entry(),
            Self::Exchange(_) => Vec::new(),
        }
    }

    /// The command that this step is the effect of; none where no command has it.
    /// Of what a record only commits to, such as a note's text, it has the
    /// commitment.
    pub fn command(&self) -> Option<Command> {
        match self {
            Self::Ledger(step) => step.command().map(Command::Ledger),
            Self::Exchange(step) => Some(Command::Exchange(step.fact.command())),
        }
    }
}

/// One line of the journal: where, when, who, what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub stamp: Stamp,
    pub caller: Caller,
    /// The version of the rules that decided it.
    pub rules_version: i32,
    pub step: Step,
}

impl Record {
    /// The entries that it posts, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.step.facts().iter().filter_map(Fact::entry)
    }

    /// What it has of the text that is kept apart from the journal: of one, as the reason of a
    /// step is also that of the reversal which it brings about.
    pub fn note(&self) -> Option<Commitment> {
        let reason = self.step.exchange_fact().and_then(exchange::Fact::reason);
        reason.or_else(|| self.entries().find_map(|entry| entry.note))
    }

    /// A leg of its entries, which are numbered through, and the entry.
    pub fn leg(&self, mut number: usize) -> Option<(&Arc<Entry>, &Transfer)> {
        for entry in self.entries() {
            let legs = entry.transfers.as_slice();
            if let Some(leg) = legs.get(number) {
                return Some((entry, leg));
            }
            number -= legs.len();
        }
        None
    }

    /// When the entry is effective that a posting of this record is of.
    pub fn effective_at(&self, position: Position) -> Option<Moment> {
        let (entry, _) = self.leg(position.leg())?;
        Some(self.effective_at_of(entry))
    }

    /// When an entry of this record is effective.
    pub fn effective_at_of(&self, entry: &Entry) -> Moment {
        entry.effective_at.unwrap_or(self.stamp.moment)
    }
}

/// What became of a command that was not refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was recorded here.
    Recorded {
        stamp: Stamp,
        /// The accounts that it opened for an entry.
        opened: Vec<AccountId>,
        /// The units of its entry's legs. Empty unless the call was of this command
        /// alone, whose reply tells the whole entry.
        units: Vec<UnitId>,
    },
    /// It stood already, since here or before; nothing was recorded.
    Replayed(Stamp),
    /// It was only asked: it would be recorded, or replay what would be.
    Validated {
        replayed: bool,
        /// The accounts that it would open for an entry.
        opened: Vec<AccountId>,
    },
}

impl Outcome {
    /// Where it stands. None where it was only asked.
    pub fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Recorded { stamp, .. } | Self::Replayed(stamp) => Some(*stamp),
            Self::Validated { .. } => None,
        }
    }

    /// Whether it stood already.
    pub fn is_replay(&self) -> bool {
        match self {
            Self::Recorded { .. } => false,
            Self::Replayed(_) => true,
            Self::Validated { replayed, .. } => *replayed,
        }
    }

    /// The accounts that it opened for an entry, or would open.
    pub fn opened(&self) -> &[AccountId] {
        match self {
            Self::Recorded { opened, .. } | Self::Validated { opened, .. } => opened,
            Self::Replayed(_) => &[],
        }
    }

    /// The same once it was undone: what stands no longer has no place.
    pub(super) fn undone(self, last: Sequence) -> Self {
        match self {
            Self::Replayed(stamp) if stamp.sequence <= last => Self::Replayed(stamp),
            outcome => Self::Validated {
                replayed: outcome.is_replay(),
                opened: outcome.opened().to_vec(),
            },
        }
    }
}
