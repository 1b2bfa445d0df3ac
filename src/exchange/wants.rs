//! What the rules ask for: there, not there, or not loaded.

use super::{ObjectId, StepId};
use crate::ledger;

/// What was asked for and is not loaded, to be loaded as one set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wants {
    /// Of the ledger.
    pub ledger: ledger::Wants,
    pub objects: Vec<ObjectId>,
    /// What these ids stand for.
    pub steps: Vec<StepId>,
}

impl Wants {
    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.ledger.is_empty() && self.objects.is_empty() && self.steps.is_empty()
    }

    /// Wants all that the other does, too.
    pub fn join(&mut self, other: Self) {
        self.ledger.join(other.ledger);
        self.objects.extend(other.objects);
        self.steps.extend(other.steps);
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

    /// What is to be loaded.
    pub fn wants(self) -> Wants {
        *self.0
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
