//! What the rules ask for: there, not there, or not loaded.

use super::{Identity, ObjectId, StepId};
use crate::ledger::{self, Sequence};

/// What was asked for and is not loaded, to be loaded as one set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wants {
    /// Of the ledger.
    pub ledger: ledger::Wants,
    pub objects: Vec<ObjectId>,
    /// What these ids stand for.
    pub steps: Vec<StepId>,
    /// The personal fields that these records commit to.
    pub personal: Vec<Sequence>,
    /// Who has these.
    pub identities: Vec<Identity>,
}

impl Wants {
    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        let Self {
            ledger,
            objects,
            steps,
            personal,
            identities,
        } = self;
        ledger.is_empty()
            && objects.is_empty()
            && steps.is_empty()
            && personal.is_empty()
            && identities.is_empty()
    }

    /// Wants all that the other does, too.
    pub fn join(&mut self, other: Self) {
        self.ledger.join(other.ledger);
        self.objects.extend(other.objects);
        self.steps.extend(other.steps);
        self.personal.extend(other.personal);
        self.identities.extend(other.identities);
    }
}

/// The third answer: whether it is there is not known before this is loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotLoaded(Box<Wants>);

impl NotLoaded {
    pub(super) fn object(id: &ObjectId) -> Self {
        Self(Box::new(Wants {
            objects: vec![id.clone()],
            ..Wants::default()
        }))
    }

    pub(super) fn step(id: &StepId) -> Self {
        Self(Box::new(Wants {
            steps: vec![id.clone()],
            ..Wants::default()
        }))
    }

    pub(super) fn personal(of: Sequence) -> Self {
        Self(Box::new(Wants {
            personal: vec![of],
            ..Wants::default()
        }))
    }

    pub(super) fn identity(identity: Identity) -> Self {
        Self(Box::new(Wants {
            identities: vec![identity],
            ..Wants::default()
        }))
    }

    /// What is to be loaded.
    pub fn wants(self) -> Wants {
        *self.0
    }
}

impl From<Wants> for NotLoaded {
    fn from(wants: Wants) -> Self {
        Self(Box::new(wants))
    }
}

impl From<ledger::NotLoaded> for NotLoaded {
    fn from(not_loaded: ledger::NotLoaded) -> Self {
        Self(Box::new(Wants {
            ledger: not_loaded.wants(),
            ..Wants::default()
        }))
    }
}

/// Why a fact is not folded in.
#[derive(Debug)]
pub(super) enum Unfit {
    /// Something that it changes is not loaded.
    NotLoaded(NotLoaded),
    /// It names what is not there.
    Broken(String),
}

impl From<NotLoaded> for Unfit {
    fn from(lacking: NotLoaded) -> Self {
        Self::NotLoaded(lacking)
    }
}

impl From<String> for Unfit {
    fn from(what: String) -> Self {
        Self::Broken(what)
    }
}

impl From<&str> for Unfit {
    fn from(what: &str) -> Self {
        Self::Broken(what.into())
    }
}

pub(super) type Folded<T = ()> = Result<T, Unfit>;
