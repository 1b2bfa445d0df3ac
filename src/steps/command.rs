//! What a client, or the server's own clock, asks for.

use super::State;
use crate::{
    access::Asked,
    exchange::{self, Wants},
    ledger,
};

/// Something asked of the ledger, or of the time bank on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    Ledger(ledger::Command),
    Exchange(exchange::Command),
}

impl Command {
    /// It, as those look at it who say who may ask.
    pub fn asked(&self) -> Asked<'_> {
        match self {
            Self::Ledger(command) => Asked::Ledger(command),
            Self::Exchange(command) => Asked::Exchange(command),
        }
    }

    /// Adds what this command plainly needs and the state lacks. What else it needs
    /// shows when it is decided.
    pub fn plain_needs(&self, state: &State, wants: &mut Wants) {
        match self {
            Self::Ledger(command) => command.plain_needs(&state.book, &mut wants.ledger),
            Self::Exchange(command) => command.plain_needs(&state.objects, wants),
        }
    }
}

impl From<ledger::Command> for Command {
    fn from(command: ledger::Command) -> Self {
        Self::Ledger(command)
    }
}

impl From<exchange::Command> for Command {
    fn from(command: exchange::Command) -> Self {
        Self::Exchange(command)
    }
}
