//! The bound on a read that looks at postings one by one.

use std::sync::Weak;

use super::ReadError;

/// How many postings a read looks at, at most.
const MAX_POSTINGS: usize = 100_000;

/// Counts the postings that one read looks at, and knows whether anyone still
/// waits for what it finds.
#[derive(Debug)]
pub struct Scan {
    max_postings: usize,
    looked: usize,
    /// Lives as long as the caller waits. None where there is no caller to leave.
    caller: Option<Weak<()>>,
}

impl Default for Scan {
    fn default() -> Self {
        Self::up_to(MAX_POSTINGS)
    }
}

impl Scan {
    /// Of so many postings at most.
    pub fn up_to(max_postings: usize) -> Self {
        Self {
            max_postings,
            looked: 0,
            caller: None,
        }
    }

    /// Lifts the bound: what is looked at is kept nowhere, and the caller may leave.
    pub(super) fn lift(&mut self) {
        self.max_postings = usize::MAX;
    }

    /// For as long as this caller waits.
    pub(super) fn for_caller(caller: Weak<()>) -> Self {
        Self {
            caller: Some(caller),
            ..Self::default()
        }
    }

    /// Counts a posting that is about to be looked at.
    ///
    /// # Errors
    /// [`ReadError::ScanTooLong`] beyond the bound, [`ReadError::CallerLeft`]
    /// where nobody waits any more.
    pub fn look(&mut self) -> Result<(), ReadError> {
        if self.looked == self.max_postings {
            return Err(ReadError::ScanTooLong {
                max_postings: self.max_postings,
            });
        }
        self.looked += 1;
        self.check_caller()
    }

    /// That somebody still waits.
    ///
    /// # Errors
    /// [`ReadError::CallerLeft`] where nobody does.
    pub fn check_caller(&self) -> Result<(), ReadError> {
        match &self.caller {
            Some(caller) if caller.strong_count() == 0 => Err(ReadError::CallerLeft),
            _ => Ok(()),
        }
    }
}
